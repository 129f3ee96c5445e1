#define _GNU_SOURCE
#include "CSystem.h"

#include <pthread.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>

void ledger_name_thread(const char *name) {
    pthread_setname_np(pthread_self(), name);
}

int ledger_forbid_core_files(void) {
    struct rlimit none = {0, 0};
    if (setrlimit(RLIMIT_CORE, &none) != 0) return -1;
    return prctl(PR_SET_DUMPABLE, 0);
}

static sigset_t stop_signals(void) {
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGINT);
    sigaddset(&set, SIGTERM);
    return set;
}

void ledger_block_stop_signals(void) {
    sigset_t set = stop_signals();
    pthread_sigmask(SIG_BLOCK, &set, 0);
}

int ledger_wait_for_stop_signal(void) {
    sigset_t set = stop_signals();
    int received = 0;
    while (sigwait(&set, &received) != 0) {
    }
    return received;
}
