// Every byte of the heap is overwritten when it is given back.
//
// A password passes through strings and arrays of the standard library, which copy as they like and cannot be wiped by
// their owner. This puts the wiping where all of them end. It is linked into the service alone: what takes the place
// of the C library's `free` must not slow down or hide the faults of anything that holds no secrets.
#define _GNU_SOURCE
#include "CWipingFree.h"

#include <stdlib.h>
#include <string.h>

#ifdef __GLIBC__
#include <malloc.h>

extern void __libc_free(void *memory);

void free(void *memory) {
    if (memory == 0) return;
    explicit_bzero(memory, malloc_usable_size(memory));
    __libc_free(memory);
}

// The C library's own would leave the old place as it was.
void *realloc(void *memory, size_t size) {
    if (memory == 0) return malloc(size);
    if (size == 0) {
        free(memory);
        return 0;
    }
    size_t usable = malloc_usable_size(memory);
    if (size <= usable && size >= usable / 2) return memory;
    void *moved = malloc(size);
    if (moved == 0) return 0;
    memcpy(moved, memory, usable < size ? usable : size);
    free(memory);
    return moved;
}

int ledger_wipes_on_free(void) { return 1; }
#else
int ledger_wipes_on_free(void) { return 0; }
#endif
