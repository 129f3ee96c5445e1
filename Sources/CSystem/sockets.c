#define _GNU_SOURCE
#include "sockets.h"

#include <arpa/inet.h>
#include <errno.h>
#include <limits.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

enum { events_per_wait = 256 };

int ledger_listen(const char *host, uint16_t port, int backlog, uint16_t *bound_port) {
    union {
        struct sockaddr any;
        struct sockaddr_in v4;
        struct sockaddr_in6 v6;
    } address;
    memset(&address, 0, sizeof address);
    socklen_t length;
    if (inet_pton(AF_INET, host, &address.v4.sin_addr) == 1) {
        address.v4.sin_family = AF_INET;
        address.v4.sin_port = htons(port);
        length = sizeof address.v4;
    } else if (inet_pton(AF_INET6, host, &address.v6.sin6_addr) == 1) {
        address.v6.sin6_family = AF_INET6;
        address.v6.sin6_port = htons(port);
        length = sizeof address.v6;
    } else {
        return -EINVAL;
    }

    int listener = socket(address.any.sa_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (listener < 0) return -errno;
    /* SO_REUSEADDR for a quick restart. Not SO_REUSEPORT: a second server on this port must fail, not share it. */
    int yes = 1;
    if (setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes) != 0 ||
        bind(listener, &address.any, length) != 0 || listen(listener, backlog) != 0 ||
        getsockname(listener, &address.any, &length) != 0) {
        int error = errno;
        close(listener);
        return -error;
    }
    *bound_port = ntohs(address.any.sa_family == AF_INET ? address.v4.sin_port : address.v6.sin6_port);
    return listener;
}

int ledger_accept_from(int listener, struct ledger_address *peer) {
    union {
        struct sockaddr any;
        struct sockaddr_in v4;
        struct sockaddr_in6 v6;
    } address;
    memset(&address, 0, sizeof address);
    socklen_t length = sizeof address;
    int socket = accept4(listener, &address.any, &length, SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (socket < 0) return -errno;
    int yes = 1;
    setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
    memset(peer, 0, sizeof *peer);
    if (address.any.sa_family == AF_INET) {
        peer->length = 4;
        memcpy(peer->bytes, &address.v4.sin_addr, 4);
    } else if (address.any.sa_family == AF_INET6) {
        peer->length = 16;
        memcpy(peer->bytes, &address.v6.sin6_addr, 16);
    }
    return socket;
}

long ledger_send(int socket, const void *bytes, size_t count) {
    ssize_t sent = send(socket, bytes, count, MSG_NOSIGNAL);
    return sent < 0 ? -errno : sent;
}

long ledger_receive(int socket, void *bytes, size_t count) {
    ssize_t received = recv(socket, bytes, count, 0);
    return received < 0 ? -errno : received;
}

int ledger_finish_writing(int socket) {
    return shutdown(socket, SHUT_WR) == 0 ? 0 : -errno;
}

int ledger_poller_create(void) {
    int poller = epoll_create1(EPOLL_CLOEXEC);
    return poller < 0 ? -errno : poller;
}

static int control(int poller, int operation, int descriptor, int reads, int writes) {
    struct epoll_event event = {.events = (reads ? EPOLLIN : 0) | (writes ? EPOLLOUT : 0), .data.fd = descriptor};
    return epoll_ctl(poller, operation, descriptor, &event) == 0 ? 0 : -errno;
}

int ledger_poller_add(int poller, int descriptor, int reads, int writes) {
    return control(poller, EPOLL_CTL_ADD, descriptor, reads, writes);
}

int ledger_poller_change(int poller, int descriptor, int reads, int writes) {
    return control(poller, EPOLL_CTL_MOD, descriptor, reads, writes);
}

int ledger_poller_remove(int poller, int descriptor) {
    return control(poller, EPOLL_CTL_DEL, descriptor, 0, 0);
}

int ledger_poller_wait(int poller, struct ledger_readiness *ready, int capacity, int milliseconds) {
    struct epoll_event events[events_per_wait];
    if (capacity > events_per_wait) capacity = events_per_wait;
    int count = epoll_wait(poller, events, capacity, milliseconds);
    if (count < 0) return errno == EINTR ? 0 : -errno;
    for (int i = 0; i < count; i++) {
        uint32_t seen = events[i].events;
        ready[i].descriptor = events[i].data.fd;
        ready[i].readable = (seen & (EPOLLIN | EPOLLHUP | EPOLLERR)) != 0;
        ready[i].writable = (seen & EPOLLOUT) != 0;
        ready[i].gone = (seen & (EPOLLHUP | EPOLLERR)) != 0;
    }
    return count;
}

int ledger_bell_create(void) {
    int bell = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
    return bell < 0 ? -errno : bell;
}

/* The only way for these two to fail is a full or an empty counter, and both mean that the state is as wanted. */
void ledger_bell_ring(int bell) {
    uint64_t one = 1;
    ssize_t ignored = write(bell, &one, sizeof one);
    (void)ignored;
}

void ledger_bell_quiet(int bell) {
    uint64_t count;
    ssize_t ignored = read(bell, &count, sizeof count);
    (void)ignored;
}

long ledger_raise_descriptor_limit(void) {
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return -errno;
    struct rlimit raised = {limit.rlim_max, limit.rlim_max};
    if (limit.rlim_cur < limit.rlim_max && setrlimit(RLIMIT_NOFILE, &raised) == 0) limit = raised;
    return limit.rlim_cur > INT_MAX ? INT_MAX : (long)limit.rlim_cur;
}
