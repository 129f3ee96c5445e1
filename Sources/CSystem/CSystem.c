#define _GNU_SOURCE
#include "CSystem.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

void ledger_name_thread(const char *name) {
    pthread_setname_np(pthread_self(), name);
}

int ledger_forbid_core_files(void) {
    struct rlimit none = {0, 0};
    if (setrlimit(RLIMIT_CORE, &none) != 0) return -1;
    return prctl(PR_SET_DUMPABLE, 0);
}

/* A handler, not a blocked signal: threads that run before us would still take the signal by its default action. */
static int signal_pipe[2] = {-1, -1};

static void note_signal(int number) {
    int before = errno;
    unsigned char byte = (unsigned char)number;
    if (write(signal_pipe[1], &byte, 1) != 1) {
        /* The pipe is full of earlier ones: nothing is lost. */
    }
    errno = before;
}

int ledger_catch_signals(int hang_up_too) {
    if (pipe2(signal_pipe, O_CLOEXEC) != 0 || fcntl(signal_pipe[1], F_SETFL, O_NONBLOCK) != 0) return -1;
    struct sigaction action = {.sa_handler = note_signal, .sa_flags = SA_RESTART};
    sigemptyset(&action.sa_mask);
    if (hang_up_too && sigaction(SIGHUP, &action, 0) != 0) return -1;
    return sigaction(SIGINT, &action, 0) == 0 && sigaction(SIGTERM, &action, 0) == 0 ? 0 : -1;
}

int ledger_wait_for_signal(void) {
    unsigned char number = 0;
    for (;;) {
        ssize_t count = read(signal_pipe[0], &number, 1);
        if (count == 1) return number;
        if (count < 0 && errno != EINTR) return -1;
    }
}
