#ifndef CSYSTEM_H
#define CSYSTEM_H

#include "sockets.h"

/* Names the calling thread, for `top -H` and core-less debugging. At most 15 bytes are kept. */
void ledger_name_thread(const char *name);

/* No core files and no debugger: secrets live in this process's memory. 0 on success. */
int ledger_forbid_core_files(void);

/* From now on INT and TERM, and HUP where asked, do not end the process: ledger_wait_for_signal learns of them.
   0 on success. */
int ledger_catch_signals(int hang_up_too);

/* Waits for a signal that is caught and gives it. */
int ledger_wait_for_signal(void);

#endif
