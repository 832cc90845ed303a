/*
 * tests/bench/parked.c - many keep-alive connections that each wait for a delayed answer, and how
 * far off the answers come
 *
 * Usage: parked PORT CONNECTIONS DELAY_MS ROUNDS PATH HOST. Starts are spread evenly over one
 * delay, so that the load is steady from then on. Prints {"answers", "lost", "p50_ms", "p99_ms",
 * "early_ms"}: the error is the time seen minus the delay.
 */
#include <arpa/inet.h>
#include <inttypes.h>
#include <netinet/tcp.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

enum { EVENTS = 512, NS_PER_MS = 1000000, NS_PER_S = 1000000000, PATIENCE_MS = 30000 };

struct client {
    int fd;
    unsigned rounds_left;
    uint64_t sent_ns;
};

static struct {
    struct client *clients;
    size_t count, started, ended;
    uint64_t delay_ns, begun_ns;
    unsigned rounds;
    char request[1024];
    size_t request_len;
    int64_t *errors_ns;
    size_t answers, lost;
    int epoll, timer;
} load;

static uint64_t now_ns(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (uint64_t)t.tv_sec * NS_PER_S + (uint64_t)t.tv_nsec;
}

static void end(struct client *client, bool lost)
{
    load.lost += lost;
    load.ended++;
    close(client->fd);
    client->fd = -1;
}

static void ask(struct client *client)
{
    client->sent_ns = now_ns();
    if (write(client->fd, load.request, load.request_len) != (ssize_t)load.request_len)
        end(client, true);
}

static void connect_all(uint16_t port)
{
    struct sockaddr_in to = {
        .sin_family = AF_INET, .sin_port = htons(port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    int on = 1;

    for (size_t i = 0; i < load.count; i++) {
        struct epoll_event event = {.events = EPOLLIN, .data.ptr = &load.clients[i]};
        int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

        if (fd < 0 || connect(fd, (struct sockaddr *)&to, sizeof to) < 0) {
            perror("connect");
            exit(EXIT_FAILURE);
        }
        setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
        load.clients[i] = (struct client){.fd = fd, .rounds_left = load.rounds};
        epoll_ctl(load.epoll, EPOLL_CTL_ADD, fd, &event);
    }
}

/* Each client's first request at its share of the first delay. */
static void start_due(void)
{
    uint64_t ticks;

    if (read(load.timer, &ticks, sizeof ticks) < 0)
        return;
    uint64_t passed = now_ns() - load.begun_ns;

    while (load.started < load.count && load.started * load.delay_ns / load.count <= passed)
        ask(&load.clients[load.started++]);
}

static void take_answer(struct client *client)
{
    char bytes[8192];
    ssize_t n = read(client->fd, bytes, sizeof bytes);

    if (n <= 0) {
        end(client, true);
        return;
    }
    load.errors_ns[load.answers++] = (int64_t)(now_ns() - client->sent_ns) - (int64_t)load.delay_ns;
    if (--client->rounds_left > 0)
        ask(client);
    else
        end(client, false);
}

static int compare(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

    return (x > y) - (x < y);
}

static double at_share(double share)
{
    return load.answers
               ? (double)load.errors_ns[(size_t)((double)(load.answers - 1) * share)] / NS_PER_MS
               : 0.0;
}

static void run(void)
{
    struct itimerspec every = {.it_interval.tv_nsec = NS_PER_MS, .it_value.tv_nsec = NS_PER_MS};
    struct epoll_event events[EVENTS];
    struct epoll_event tick = {.events = EPOLLIN, .data.ptr = NULL};

    epoll_ctl(load.epoll, EPOLL_CTL_ADD, load.timer, &tick);
    timerfd_settime(load.timer, 0, &every, NULL);
    load.begun_ns = now_ns();
    while (load.ended < load.count) {
        int n = epoll_wait(load.epoll, events, EVENTS, PATIENCE_MS);

        for (int i = 0; i < n; i++) {
            if (events[i].data.ptr)
                take_answer(events[i].data.ptr);
            else
                start_due();
        }
        if (load.started == load.count && every.it_interval.tv_nsec) {
            every = (struct itimerspec){0};
            timerfd_settime(load.timer, 0, &every, NULL);
        }
        if (n == 0) {
            load.lost += load.count - load.ended;
            return;
        }
    }
}

int main(int argc, char **argv)
{
    struct rlimit files;

    if (argc != 7)
        return EXIT_FAILURE;
    getrlimit(RLIMIT_NOFILE, &files);
    files.rlim_cur = files.rlim_max;
    setrlimit(RLIMIT_NOFILE, &files);
    load.count = strtoul(argv[2], NULL, 10);
    load.delay_ns = strtoull(argv[3], NULL, 10) * NS_PER_MS;
    load.rounds = (unsigned)strtoul(argv[4], NULL, 10);
    load.request_len = (size_t)snprintf(load.request, sizeof load.request,
                                        "POST %s HTTP/1.1\r\nHost: %s\r\nContent-Length: 0\r\n\r\n",
                                        argv[5], argv[6]);
    load.clients = calloc(load.count, sizeof *load.clients);
    load.errors_ns = calloc(load.count * load.rounds, sizeof *load.errors_ns);
    load.epoll = epoll_create1(EPOLL_CLOEXEC);
    load.timer = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK);
    if (!load.clients || !load.errors_ns || load.request_len >= sizeof load.request)
        return EXIT_FAILURE;
    connect_all((uint16_t)strtoul(argv[1], NULL, 10));
    run();
    qsort(load.errors_ns, load.answers, sizeof *load.errors_ns, compare);
    printf("{\"answers\": %zu, \"lost\": %zu, \"p50_ms\": %.3f, \"p99_ms\": %.3f, \"early_ms\": "
           "%.3f}\n",
           load.answers, load.lost, at_share(0.5), at_share(0.99),
           load.answers ? -(double)load.errors_ns[0] / NS_PER_MS : 0.0);
    return EXIT_SUCCESS;
}
