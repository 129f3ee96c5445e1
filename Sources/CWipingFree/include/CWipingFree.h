#ifndef CWIPINGFREE_H
#define CWIPINGFREE_H

#include <stddef.h>

/* Whether this program overwrites all memory that it gives back: 1 where the C library can be told to. */
int ledger_wipes_on_free(void);

#endif
