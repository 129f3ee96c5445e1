#ifndef CSYSTEM_H
#define CSYSTEM_H

#include "sockets.h"

/* accept(2) for a non-blocking, close-on-exec socket. */
int ledger_accept(int listener);

/* Names the calling thread, for `top -H` and core-less debugging. At most 15 bytes are kept. */
void ledger_name_thread(const char *name);

/* No core files and no debugger: secrets live in this process's memory. 0 on success. */
int ledger_forbid_core_files(void);

#endif
