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

// A handler, not sigwait: when `main` is async, the main thread ends in libdispatch's sigsuspend with nothing blocked,
// and would take the signal with its default action.
static int stop_pipe[2] = {-1, -1};

static void on_stop_signal(int signal_number) {
    int saved = errno;
    unsigned char byte = (unsigned char)signal_number;
    if (write(stop_pipe[1], &byte, 1) != 1) {
        // The pipe is full of signals already.
    }
    errno = saved;
}

int ledger_catch_stop_signals(void) {
    if (pipe2(stop_pipe, O_CLOEXEC) != 0) return -1;
    if (fcntl(stop_pipe[1], F_SETFL, O_NONBLOCK) != 0) return -1;
    struct sigaction action = {0};
    action.sa_handler = on_stop_signal;
    action.sa_flags = SA_RESTART;
    sigemptyset(&action.sa_mask);
    if (sigaction(SIGINT, &action, 0) != 0) return -1;
    return sigaction(SIGTERM, &action, 0);
}

int ledger_wait_for_stop_signal(void) {
    unsigned char byte = 0;
    for (;;) {
        ssize_t count = read(stop_pipe[0], &byte, 1);
        if (count == 1) return byte;
        if (count < 0 && errno == EINTR) continue;
        return -1;
    }
}
