/*
 * tests/bench/floor.c - the least a delayed answer can cost: an epoll loop, a queue, a timer
 *
 * Usage: floor DELAY_MS - answers each request (one recv() is one request) with 429 after the
 * delay. All delays are equal, so that the queue is in order of deadlines by itself.
 */
#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/signalfd.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

enum { EVENTS = 256, QUEUE = 1 << 16, NS_PER_MS = 1000000, NS_PER_S = 1000000000 };

static const char answer[] = "HTTP/1.1 429 Too Many Requests\r\nContent-Length: 2\r\n\r\n{}";

static struct {
    struct {
        int fd;
        uint64_t due_ns;
    } queue[QUEUE]; /* a ring; head is the next one due */
    size_t head, count;
    uint64_t delay_ns;
    int epoll, listener, timer, stop;
} server;

static uint64_t now_ns(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (uint64_t)t.tv_sec * NS_PER_S + (uint64_t)t.tv_nsec;
}

static void watch(int fd)
{
    struct epoll_event event = {.events = EPOLLIN, .data.fd = fd};

    epoll_ctl(server.epoll, EPOLL_CTL_ADD, fd, &event);
}

static void arm(void)
{
    uint64_t due = server.count ? server.queue[server.head].due_ns : 0;
    struct itimerspec at = {
        .it_value = {(time_t)(due / NS_PER_S), (long)(due % NS_PER_S)}
    };

    timerfd_settime(server.timer, TFD_TIMER_ABSTIME, &at, NULL);
}

static void answer_due(void)
{
    uint64_t now = now_ns();

    for (; server.count && server.queue[server.head].due_ns <= now; server.count--) {
        if (write(server.queue[server.head].fd, answer, sizeof answer - 1) < 0)
            perror("write");
        server.head = (server.head + 1) % QUEUE;
    }
    arm();
}

static void take_request(int fd)
{
    char bytes[4096];

    if (read(fd, bytes, sizeof bytes) <= 0) {
        close(fd);
        return;
    }
    size_t at = (server.head + server.count++) % QUEUE;

    server.queue[at].fd = fd;
    server.queue[at].due_ns = now_ns() + server.delay_ns;
    if (server.count == 1)
        arm();
}

static bool serve(int fd)
{
    uint64_t ticks;

    if (fd == server.stop)
        return false;
    if (fd == server.listener)
        watch(accept4(fd, NULL, NULL, SOCK_CLOEXEC));
    else if (fd == server.timer && read(fd, &ticks, sizeof ticks) > 0)
        answer_due();
    else if (fd != server.timer)
        take_request(fd);
    return true;
}

static void start(void)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t len = sizeof address;
    sigset_t stop;

    sigemptyset(&stop);
    sigaddset(&stop, SIGTERM);
    sigprocmask(SIG_BLOCK, &stop, NULL);
    server.epoll = epoll_create1(EPOLL_CLOEXEC);
    server.stop = signalfd(-1, &stop, SFD_CLOEXEC);
    server.timer = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK);
    server.listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (bind(server.listener, (struct sockaddr *)&address, sizeof address) < 0 ||
        listen(server.listener, SOMAXCONN) < 0 ||
        getsockname(server.listener, (struct sockaddr *)&address, &len) < 0) {
        perror("listen");
        exit(EXIT_FAILURE);
    }
    watch(server.stop);
    watch(server.timer);
    watch(server.listener);
    printf("%u\n", (unsigned)ntohs(address.sin_port));
    fflush(stdout);
}

int main(int argc, char **argv)
{
    struct epoll_event events[EVENTS];
    bool serving = argc == 2;

    server.delay_ns = argc == 2 ? strtoull(argv[1], NULL, 10) * NS_PER_MS : 0;
    start();
    while (serving) {
        int n = epoll_wait(server.epoll, events, EVENTS, -1);

        for (int i = 0; i < n && serving; i++)
            serving = serve(events[i].data.fd);
    }
    return EXIT_SUCCESS;
}
