/*
 * The keeper of one program: starts it, holds its tree, watches its memory, opens sockets where it
 * lives, and ends it. A process of its own with one thread; in namespaces, the first of them.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/mem.h"
#include "base/units.h"
#include "supervise/internal.h"

enum {
    LOOK_MS = 20,      /* at memory */
    TRIES_A_LOOK = 16, /* at where the program listens instead */
    TRY_MS = 4,        /* a port that nobody listens at yet */
    LOOKS_A_LIST = 5,  /* the tree is listed anew at every fifth look */
    LOOKS_IDLE = 50,   /* then the keeper sleeps until it is woken */
    WANTED_MAX = 64,   /* connections that are being tried */
    BACKLOG = 128,
    BUSY_WAIT_MS = 100,
    KIB_BITS = 10,
};

struct wanted {
    uint32_t token;
    uint16_t port, instead;
    uint64_t until_ns;
    unsigned tries;
};

struct keeper {
    const struct keeper_parts *parts;
    struct meter *meter;
    int control;
    pid_t program;
    int memory; /* tells that of the program; -1: not opened yet */
    struct wanted wanted[WANTED_MAX];
    size_t wanted_count;
    struct pids tree;
    unsigned looks, idle_looks;
    bool over_memory;
    struct execs execs;
};

static void tell(struct keeper *k, enum order_kind kind, uint64_t a, uint64_t b, const char *text)
{
    const struct order order = {.kind = kind, .a = a, .b = b};

    wire_send(k->control, &order, text, text ? strlen(text) : 0, NULL, 0);
}

/* Kill what is left, and go. */
static void end(void) __attribute__((noreturn));

static void end(void)
{
    tree_end();
    _exit(0);
}

static void fail(struct keeper *k, int sys_errno, const char *what) __attribute__((noreturn));

static void fail(struct keeper *k, int sys_errno, const char *what)
{
    tell(k, ORDER_FAILED, (uint64_t)sys_errno, 0, what);
    end();
}

/* ---- memory ---- */

static uint64_t tree_resident(struct keeper *k)
{
    uint64_t sum;

    if (k->memory < 0)
        k->memory = process_memory_open(k->program);
    sum = process_memory_read(k->memory);
    if (k->looks++ % LOOKS_A_LIST == 0) {
        k->tree.count = 0;
        tree_list(getpid(), &k->tree);
    }
    for (size_t i = 0; i < k->tree.count; i++) {
        if (k->tree.items[i] != k->program)
            sum += process_resident(k->tree.items[i]);
    }
    return sum;
}

static void raise_peak(struct meter *meter, uint64_t bytes)
{
    uint64_t old = atomic_load(&meter->peak);

    while (bytes > old && !atomic_compare_exchange_weak(&meter->peak, &old, bytes))
        ;
}

static void kill_tree(struct keeper *k)
{
    struct pids all = {0};

    kill(k->program, SIGKILL);
    tree_list(getpid(), &all);
    for (size_t i = 0; i < all.count; i++)
        kill(all.items[i], SIGKILL);
    pids_done(&all);
}

static void look_at_memory(struct keeper *k)
{
    uint64_t limit = atomic_load(&k->meter->limit);
    uint64_t bytes;

    if (atomic_load(&k->meter->running) == 0) {
        k->idle_looks++;
        return;
    }
    k->idle_looks = 0;
    bytes = tree_resident(k);
    raise_peak(k->meter, bytes);
    if (limit && bytes > limit && !k->over_memory) {
        k->over_memory = true;
        kill_tree(k);
    }
}

/* Whoever sets `running` looks at `asleep` afterwards, and we the other way round. */
static bool may_sleep(struct keeper *k)
{
    if (k->idle_looks < LOOKS_IDLE)
        return false;
    atomic_store(&k->meter->asleep, 1);
    if (atomic_load(&k->meter->running) == 0)
        return true;
    atomic_store(&k->meter->asleep, 0);
    return false;
}

/* ---- sockets where the program lives ---- */

static void answer_socket(struct keeper *k, uint32_t token, int fd, int sys_errno, uint16_t port)
{
    const struct order order = {
        .kind = ORDER_SOCKET, .id = token, .a = (uint64_t)(fd < 0 ? sys_errno : 0), .b = port};

    wire_send(k->control, &order, NULL, 0, &fd, fd < 0 ? 0 : 1);
    if (fd >= 0)
        close(fd);
}

/* The queue of a listener may be full: that takes a moment. */
static bool has_connected(int fd)
{
    struct pollfd wait = {.fd = fd, .events = POLLOUT};
    int problem = 0;
    socklen_t len = sizeof(problem);

    return poll(&wait, 1, BUSY_WAIT_MS) == 1 &&
           getsockopt(fd, SOL_SOCKET, SO_ERROR, &problem, &len) == 0 && problem == 0;
}

static int connect_to(const struct sockaddr *address, socklen_t len)
{
    int fd = socket(address->sa_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

    if (fd < 0)
        return -1;
    if (connect(fd, address, len) == 0 || (errno == EINPROGRESS && has_connected(fd)))
        return fd;
    close(fd);
    errno = ECONNREFUSED;
    return -1;
}

static int connect_port(uint16_t port)
{
    const struct sockaddr_in v4 = {
        .sin_family = AF_INET, .sin_port = htons(port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    const struct sockaddr_in6 v6 = {
        .sin6_family = AF_INET6, .sin6_port = htons(port), .sin6_addr = IN6ADDR_LOOPBACK_INIT};
    int fd = connect_to((const struct sockaddr *)&v4, sizeof(v4));

    return fd >= 0 ? fd : connect_to((const struct sockaddr *)&v6, sizeof(v6));
}

static void try_wanted(struct keeper *k)
{
    size_t kept = 0;

    for (size_t i = 0; i < k->wanted_count; i++) {
        struct wanted *wanted = &k->wanted[i];
        int fd = connect_port(wanted->port);
        uint16_t other = fd < 0 && ++wanted->tries % TRIES_A_LOOK == 0
                             ? tree_listens_at(getpid(), wanted->port, wanted->instead)
                             : 0;

        if (other && other != wanted->port) {
            answer_socket(k, wanted->token, -1, EADDRNOTAVAIL, other);
            continue;
        }
        if (fd < 0 && clock_monotonic_ns() < wanted->until_ns)
            k->wanted[kept++] = *wanted;
        else
            answer_socket(k, wanted->token, fd, errno, 0);
    }
    k->wanted_count = kept;
}

static void want(struct keeper *k, const struct order *order)
{
    if (k->wanted_count == WANTED_MAX) {
        answer_socket(k, order->id, -1, EAGAIN, 0);
        return;
    }
    k->wanted[k->wanted_count++] =
        (struct wanted){.token = order->id,
                        .port = (uint16_t)order->a,
                        .instead = (uint16_t)(order->a >> ORDER_PORT_BITS),
                        .until_ns = clock_monotonic_ns() + order->b * NS_PER_MS};
}

static void listen_at(struct keeper *k, uint16_t port)
{
    const struct sockaddr_in address = {
        .sin_family = AF_INET, .sin_port = htons(port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

    if (fd >= 0 && (bind(fd, (const struct sockaddr *)&address, sizeof(address)) < 0 ||
                    listen(fd, BACKLOG) < 0)) {
        int problem = errno;

        close(fd);
        errno = problem;
        fd = -1;
    }
    answer_socket(k, SUPERVISE_LISTENS, fd, errno, 0);
}

/* ---- orders ---- */

static void settle(struct keeper *k, const char *text, size_t len)
{
    int r = room_settle(k->parts->spawn, text, len);

    tell(k, ORDER_SETTLED, (uint64_t)(r < 0 ? errno : 0), 0, NULL);
}

static void obey(struct keeper *k, const struct order *order, char *text, size_t len,
                 const int *fds, size_t fd_count)
{
    switch (order->kind) {
    case ORDER_TERMINATE:
        kill(k->program, SIGTERM);
        break;
    case ORDER_KILL:
        kill_tree(k);
        break;
    case ORDER_CONNECT:
        want(k, order);
        break;
    case ORDER_SETTLE:
        settle(k, text, len);
        break;
    case ORDER_EXEC:
        execs_start(&k->execs, k->parts->spawn, order, text, len, fds, fd_count);
        break;
    case ORDER_EXEC_KILL:
        execs_kill(&k->execs, order->id);
        break;
    default: /* ORDER_WAKE: being awake is enough */
        break;
    }
}

static void take_orders(struct keeper *k, char *buffer)
{
    struct order order;
    int fds[ORDER_FDS_MAX];
    size_t fd_count;
    ssize_t got;

    while ((got = wire_receive(k->control, &order, buffer, fds, &fd_count)) >= 0) {
        obey(k, &order, buffer, (size_t)got, fds, fd_count);
        for (size_t i = 0; i < fd_count; i++)
            close(fds[i]);
    }
    if (got == -2)
        end();
}

/* ---- the program ---- */

/* It may end before anybody has looked: then the kernel knows. */
static void note_peak(struct keeper *k, const struct rusage *usage)
{
    if (atomic_load(&k->meter->peak) == 0)
        raise_peak(k->meter, (uint64_t)usage->ru_maxrss << KIB_BITS);
}

static void reap(struct keeper *k)
{
    struct rusage usage;
    int status;
    pid_t pid;

    while ((pid = wait4(-1, &status, WNOHANG, &usage)) > 0) {
        if (pid != k->program) {
            execs_reap(&k->execs, pid, status);
            continue;
        }
        note_peak(k, &usage);
        tell(k, ORDER_EXITED, (uint64_t)(uint32_t)status, k->over_memory, NULL);
        end();
    }
}

/* The user's processes count together, those of others of his, too: as many more. */
static uint64_t processes_now(void)
{
    unsigned long all = 0;
    FILE *file = fopen("/proc/loadavg", "re");

    if (!file)
        return 0;
    /* NOLINTNEXTLINE(cert-err34-c): what the kernel writes */
    if (fscanf(file, "%*s %*s %*s %*u/%lu", &all) != 1)
        all = 0;
    fclose(file);
    return all;
}

static void start(struct keeper *k)
{
    struct spawn *spawn = k->parts->spawn;
    struct enter_failure failure = {0};
    int report[2];
    ssize_t got;

    if (spawn->head.processes && !spawn->head.namespaces && spawn->head.uid == 0)
        spawn->head.processes += processes_now();
    if (pipe2(report, O_CLOEXEC) < 0)
        fail(k, errno, "make a pipe");
    k->program = process_fork(0);
    if (k->program < 0)
        fail(k, errno, "fork");
    if (k->program == 0) {
        close(report[0]);
        enter_program(spawn, report[1]);
    }
    close(report[1]);
    do
        got = read(report[0], &failure, sizeof(failure));
    while (got < 0 && errno == EINTR);
    close(report[0]);
    if (got == (ssize_t)sizeof(failure))
        fail(k, failure.sys_errno, failure.what);
    tell(k, ORDER_STARTED, 0, 0, NULL);
}

static void close_spawn(struct spawn *spawn)
{
    int *const fds[] = {&spawn->in, &spawn->out, &spawn->err, &spawn->channel};

    for (size_t i = 0; i < N_ELEMENTS(fds); i++) {
        if (*fds[i] >= 0)
            close(*fds[i]);
        *fds[i] = -1;
    }
}

static int watch_signals(void)
{
    sigset_t set;

    sigemptyset(&set);
    sigaddset(&set, SIGCHLD);
    sigprocmask(SIG_SETMASK, &set, NULL);
    return signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
}

static int pause_ms(struct keeper *k)
{
    if (k->wanted_count)
        return TRY_MS;
    return may_sleep(k) ? -1 : LOOK_MS;
}

static void serve(struct keeper *k, int signals) __attribute__((noreturn));

static void serve(struct keeper *k, int signals)
{
    char *buffer = mem_alloc(ORDER_BYTES_MAX);
    struct pollfd fds[] = {
        {.fd = k->control,     .events = POLLIN},
        {.fd = k->parts->life, .events = POLLIN},
        {.fd = signals,        .events = POLLIN},
    };
    uint64_t looked_ns = 0;

    for (;;) {
        struct signalfd_siginfo info;

        poll(fds, N_ELEMENTS(fds), pause_ms(k));
        atomic_store(&k->meter->asleep, 0);
        while (read(signals, &info, sizeof(info)) > 0)
            ;
        reap(k);
        if (fds[1].revents)
            end();
        take_orders(k, buffer);
        try_wanted(k);
        if (clock_monotonic_ns() - looked_ns >= (uint64_t)(LOOK_MS - 1) * NS_PER_MS) {
            look_at_memory(k);
            looked_ns = clock_monotonic_ns();
        }
    }
}

/* User and group are mapped by the supervisor, who may; then we are somebody in there. */
static void wait_for_go(struct keeper *k)
{
    char byte;

    if (k->parts->go < 0)
        return;
    if (read(k->parts->go, &byte, 1) != 1)
        _exit(0);
    close(k->parts->go);
    if (k->parts->spawn->head.uid && (setresgid(0, 0, 0) < 0 || setresuid(0, 0, 0) < 0))
        fail(k, errno, "become root of the namespace");
}

void keeper_run(const struct keeper_parts *parts)
{
    struct keeper k = {
        .parts = parts, .meter = parts->meter, .control = parts->control, .memory = -1};
    int signals = watch_signals();
    const char *step;

    k.execs.control = k.control;
    setsid();
    prctl(PR_SET_NAME, "fcemu-keeper", 0, 0, 0);
    prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0);
    wait_for_go(&k);
    if (parts->spawn->head.namespaces && room_enter(parts->spawn, parts->room, &step) < 0)
        fail(&k, errno, step);
    if (parts->spawn->head.own_network && parts->spawn->head.listen_port)
        listen_at(&k, parts->spawn->head.listen_port);
    start(&k);
    close_spawn(parts->spawn);
    serve(&k, signals);
}
