/*
 * tests/bench/relay.c - the least an invocation can cost: HTTP in, a frame to an interpreter, HTTP
 * out
 *
 * Usage: relay COUNT COMMAND... - starts the command so often, each with one end of a socket pair
 * as descriptor 3, and prints a port. A request (one recv() is one request) goes to an interpreter
 * that has nothing to do, or waits for one; its body goes in and comes back as <length u32><bytes>.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <spawn.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

enum {
    EVENTS = 64,
    WORKERS_MAX = 64,
    WAITING_MAX = 4096,
    BYTES_MAX = 65536,
    CHANNEL = 3,
    NOBODY = -1,
    HEAD_BYTES = 128
};

struct frame {
    uint32_t len;
    char bytes[BYTES_MAX];
};

struct waiting { /* a request that no interpreter has yet */
    int fd;
    uint32_t len;
    char *body;
};

static struct {
    int epoll, listener;
    int worker_count;
    int channels[WORKERS_MAX];
    int clients[WORKERS_MAX]; /* whose request the interpreter has, or NOBODY */
    int idle[WORKERS_MAX];
    int idle_count;
    struct waiting queue[WAITING_MAX];
    unsigned queue_head, queue_count;
} relay;

static void fail(const char *what)
{
    perror(what);
    exit(EXIT_FAILURE);
}

static void watch(int fd)
{
    struct epoll_event event = {.events = EPOLLIN, .data.fd = fd};

    if (epoll_ctl(relay.epoll, EPOLL_CTL_ADD, fd, &event) < 0)
        fail("epoll_ctl");
}

/* A client may have left; that is heard when it is read from. */
static void send_all(int fd, const void *head, size_t head_len, const void *body, size_t body_len)
{
    struct iovec parts[] = {
        {(void *)(uintptr_t)head, head_len},
        {(void *)(uintptr_t)body, body_len}
    };

    if (writev(fd, parts, 2) != (ssize_t)(head_len + body_len) && errno != EPIPE &&
        errno != ECONNRESET)
        fail("writev");
}

static void give(int worker, int client, const char *body, uint32_t len)
{
    relay.clients[worker] = client;
    send_all(relay.channels[worker], &len, sizeof(len), body, len);
}

/* The client has left; what it asked for is answered to nobody. */
static void forget(int fd)
{
    for (int i = 0; i < relay.worker_count; i++)
        if (relay.clients[i] == fd)
            relay.clients[i] = NOBODY;
    for (unsigned i = 0; i < relay.queue_count; i++)
        if (relay.queue[(relay.queue_head + i) % WAITING_MAX].fd == fd)
            relay.queue[(relay.queue_head + i) % WAITING_MAX].fd = NOBODY;
    close(fd);
}

static void take_request(int fd)
{
    static char bytes[BYTES_MAX];
    ssize_t n = recv(fd, bytes, sizeof(bytes), 0);
    char *end = n > 0 ? memmem(bytes, (size_t)n, "\r\n\r\n", 4) : NULL;

    if (!end) {
        forget(fd);
        return;
    }
    char *body = end + 4;
    uint32_t len = (uint32_t)(bytes + n - body);

    if (relay.idle_count > 0) {
        give(relay.idle[--relay.idle_count], fd, body, len);
        return;
    }
    if (relay.queue_count == WAITING_MAX)
        fail("queue");
    struct waiting *last = &relay.queue[(relay.queue_head + relay.queue_count++) % WAITING_MAX];

    *last = (struct waiting){fd, len, malloc(len + 1)};
    if (!last->body)
        fail("malloc");
    memcpy(last->body, body, len);
}

static void go_on(int worker)
{
    struct waiting *next = &relay.queue[relay.queue_head];

    if (relay.queue_count == 0) {
        relay.idle[relay.idle_count++] = worker;
        return;
    }
    give(worker, next->fd, next->body, next->len);
    free(next->body);
    relay.queue_head = (relay.queue_head + 1) % WAITING_MAX;
    relay.queue_count--;
}

static void take_answer(int worker)
{
    static struct frame frame;
    ssize_t n = read(relay.channels[worker], &frame, sizeof(frame));
    char head[HEAD_BYTES];

    if (n < (ssize_t)sizeof(frame.len) || (size_t)n != sizeof(frame.len) + frame.len)
        fail("answer");
    int head_len =
        snprintf(head, sizeof(head), "HTTP/1.1 200 OK\r\nContent-Length: %u\r\n\r\n", frame.len);

    if (relay.clients[worker] != NOBODY)
        send_all(relay.clients[worker], head, (size_t)head_len, frame.bytes, frame.len);
    relay.clients[worker] = NOBODY;
    go_on(worker);
}

static void accept_one(void)
{
    int fd = accept4(relay.listener, NULL, NULL, SOCK_CLOEXEC);
    int on = 1;

    if (fd < 0)
        return;
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
    watch(fd);
}

static void serve(int fd)
{
    if (fd == relay.listener) {
        accept_one();
        return;
    }
    for (int i = 0; i < relay.worker_count; i++) {
        if (relay.channels[i] == fd) {
            take_answer(i);
            return;
        }
    }
    take_request(fd);
}

static void start_worker(int number, char **command)
{
    int pair[2];
    pid_t pid;

    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) < 0 || (pid = fork()) < 0)
        fail("start");
    if (pid == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        signal(SIGPIPE, SIG_DFL);
        if (pair[1] == CHANNEL || dup2(pair[1], CHANNEL) < 0)
            _exit(EXIT_FAILURE);
        execvp(command[0], command);
        _exit(EXIT_FAILURE);
    }
    close(pair[1]);
    relay.channels[number] = pair[0];
    relay.clients[number] = NOBODY;
    relay.idle[relay.idle_count++] = number;
    watch(pair[0]);
}

static void start(void)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t len = sizeof(address);

    relay.epoll = epoll_create1(EPOLL_CLOEXEC);
    relay.listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (relay.epoll < 0 || bind(relay.listener, (struct sockaddr *)&address, sizeof(address)) < 0 ||
        listen(relay.listener, SOMAXCONN) < 0 ||
        getsockname(relay.listener, (struct sockaddr *)&address, &len) < 0)
        fail("listen");
    watch(relay.listener);
    printf("%u\n", (unsigned)ntohs(address.sin_port));
    fflush(stdout);
}

int main(int argc, char **argv)
{
    struct epoll_event events[EVENTS];

    relay.worker_count = argc > 2 ? atoi(argv[1]) : 0;
    if (relay.worker_count < 1 || relay.worker_count > WORKERS_MAX)
        return EXIT_FAILURE;
    signal(SIGPIPE, SIG_IGN);
    start();
    for (int i = 0; i < relay.worker_count; i++)
        start_worker(i, argv + 2);
    for (;;) {
        int n = epoll_wait(relay.epoll, events, EVENTS, -1);

        for (int i = 0; i < n; i++)
            serve(events[i].data.fd);
    }
}
