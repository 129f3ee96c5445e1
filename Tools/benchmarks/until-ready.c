/* until-ready.c - waits until a service on loopback answers GET /readyz with 200.
 * Run: until-ready PORT [SECONDS]     asks every millisecond, for 60 s at most; ends with 1 when it never did. */
#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

static int is_ready(int port) {
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((unsigned short)port)};
    static const char request[] = "GET /readyz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
    char answer[64] = "";
    int ready = 0, s = socket(AF_INET, SOCK_STREAM, 0);
    if (s < 0) return 0;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (!connect(s, (struct sockaddr *)&address, sizeof address) && write(s, request, sizeof request - 1) > 0
        && read(s, answer, sizeof answer - 1) > 0)
        ready = !strncmp(answer, "HTTP/1.1 200 ", 13);
    close(s);
    return ready;
}

int main(int argc, char **argv) {
    int port = argc > 1 ? atoi(argv[1]) : 0, limit = argc > 2 ? atoi(argv[2]) : 60;
    time_t end = time(NULL) + limit;
    if (port <= 0) { fprintf(stderr, "usage: until-ready PORT [SECONDS]\n"); return 2; }
    while (!is_ready(port)) {
        if (time(NULL) > end) { fprintf(stderr, "nothing became ready on port %d\n", port); return 1; }
        nanosleep(&(struct timespec){.tv_nsec = 1000000}, NULL);
    }
    return 0;
}
