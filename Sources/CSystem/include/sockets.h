#ifndef CSYSTEM_SOCKETS_H
#define CSYSTEM_SOCKETS_H

#include <stddef.h>
#include <stdint.h>

/* What an event loop needs of the system, on Linux: epoll, eventfd and TCP. A twin over kqueue can take its place.
   Every call returns a negative errno where it fails. */

/* The address of a peer: 4 or 16 bytes in network order. */
struct ledger_address {
    uint8_t bytes[16];
    int length;
};

/* Listens on a literal IPv4 or IPv6 address; port 0 lets the system choose. Gives the descriptor and the port that
   was bound. -EINVAL when `host` is no literal. */
int ledger_listen(const char *host, uint16_t port, int backlog, uint16_t *bound_port);

/* accept(2) for a non-blocking, close-on-exec socket that sends small answers at once. */
int ledger_accept_from(int listener, struct ledger_address *peer);

/* Never raises SIGPIPE. */
long ledger_send(int socket, const void *bytes, size_t count);
long ledger_receive(int socket, void *bytes, size_t count);

/* Sends the end of the stream and leaves the other direction open. */
int ledger_finish_writing(int socket);

struct ledger_readiness {
    int descriptor;
    /* There is something to read, be it an end or an error. */
    int readable;
    int writable;
    /* The connection is gone in both directions. Reported even to those who wait for nothing. */
    int gone;
};

int ledger_poller_create(void);
int ledger_poller_add(int poller, int descriptor, int reads, int writes);
int ledger_poller_change(int poller, int descriptor, int reads, int writes);
int ledger_poller_remove(int poller, int descriptor);
/* Waits for at most `milliseconds`; an interrupted wait gives 0. */
int ledger_poller_wait(int poller, struct ledger_readiness *ready, int capacity, int milliseconds);

/* A descriptor that becomes readable when another thread rings it. */
int ledger_bell_create(void);
void ledger_bell_ring(int bell);
void ledger_bell_quiet(int bell);

/* Raises the soft limit of open descriptors to the hard one and gives what holds now. */
long ledger_raise_descriptor_limit(void);

#endif
