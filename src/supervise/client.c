/*
 * The daemon's side of the supervisor: started, greeted, heard of, ended.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/mem.h"
#include "base/str.h"
#include "base/units.h"
#include "loop/loop.h"
#include "supervise/client.h"

enum {
    SOCKET_BYTES = 1 << 20,
    END_WAIT_MS = 5000, /* for the last process; then the supervisor is killed */
    UNDO_WAIT_MS = 65000,
    END_STEP_US = 1000,
};

/* ---- the supervisor's words ---- */

static void on_lost(struct supervisor *s)
{
    s->lost = true;
    loop_watch_stop(GIVE(s->watch));
    waitpid(s->pid, NULL, 0);
    s->pid = 0;
    if (!s->ready)
        s->settings.ready(s->settings.arg, false, "the supervisor ended");
    s->ready = true;
    /* Their keepers end, too, but some milliseconds later. */
    for (size_t i = 0; i < SUPERVISE_PROGRAMS_MAX; i++) {
        if (s->programs[i])
            program_end(s->programs[i], -1, false, "the supervisor ended");
    }
    if (s->settings.lost)
        s->settings.lost(s->settings.arg);
}

static void hear_spawned(struct supervisor *s, const struct order *order, struct str text)
{
    struct supervised *p = order->id < SUPERVISE_PROGRAMS_MAX ? s->programs[order->id] : NULL;
    char problem[PROBLEM_BYTES];

    if (!p)
        return;
    p->keeper = (pid_t)order->a;
    if (p->keeper)
        return;
    snprintf(problem, sizeof(problem), "start its keeper: " STR_FMT, STR_ARG(text));
    program_end(p, -1, false, problem);
}

static void hear_ready(struct supervisor *s, const struct order *order, struct str text)
{
    OWN(mem_free) char *problem = text.len ? mem_dup_len(text.ptr, text.len) : NULL;

    s->namespaces = order->a != 0;
    s->ready = true;
    s->settings.ready(s->settings.arg, s->namespaces, problem);
}

static void on_supervisor(void *arg, unsigned events)
{
    struct supervisor *s = arg;
    struct order order;
    int fds[ORDER_FDS_MAX];
    size_t fd_count;
    ssize_t got;

    (void)events;
    while ((got = wire_receive(s->socket, &order, s->buffer, fds, &fd_count)) >= 0) {
        struct str text = {s->buffer, (size_t)got};

        if (order.kind == ORDER_SPAWNED)
            hear_spawned(s, &order, text);
        else if (order.kind == ORDER_READY)
            hear_ready(s, &order, text);
    }
    if (got == -2)
        on_lost(s);
}

/* ---- start ---- */

/* Descriptors are inherited under numbers the supervisor knows; they must not be those already. */
static int high_copy(int fd)
{
    enum { ABOVE = 10 };

    return fcntl(fd, F_DUPFD_CLOEXEC, ABOVE);
}

static pid_t run_program(const char *program, int socket, int meters)
{
    char *const argv[] = {(char[]){"fcemu"}, (char[]){"supervise"}, NULL};
    posix_spawn_file_actions_t actions;
    pid_t pid;
    int r;

    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, socket, SUPERVISOR_SOCKET);
    posix_spawn_file_actions_adddup2(&actions, meters, SUPERVISOR_METERS);
    r = posix_spawn(&pid, program, &actions, NULL, argv, environ);
    posix_spawn_file_actions_destroy(&actions);
    errno = r;
    return r == 0 ? pid : -1;
}

static pid_t run_fork(int socket, int meters)
{
    pid_t pid = process_fork(0);

    if (pid != 0)
        return pid;
    dup2(socket, SUPERVISOR_SOCKET);
    dup2(meters, SUPERVISOR_METERS);
    _exit(supervisor_main());
}

static int run(struct supervisor *s, int other, int meters, struct error *err)
{
    int socket = high_copy(other);
    int shared = high_copy(meters);

    s->pid = s->settings.program ? run_program(s->settings.program, socket, shared)
                                 : run_fork(socket, shared);
    if (s->pid < 0)
        error_errno(err, "start the supervisor");
    close(socket);
    close(shared);
    return s->pid < 0 ? -1 : 0;
}

static int make_meters(struct supervisor *s, struct error *err)
{
    size_t bytes = SUPERVISE_PROGRAMS_MAX * sizeof(struct meter);
    int fd = memfd_create("fcemu-meters", MFD_CLOEXEC);

    if (fd < 0 || ftruncate(fd, (off_t)bytes) < 0) {
        error_errno(err, "make shared memory");
        if (fd >= 0)
            close(fd);
        return -1;
    }
    s->meters = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    if (s->meters == MAP_FAILED) {
        s->meters = NULL;
        close(fd);
        return error_errno(err, "map shared memory");
    }
    return fd;
}

int supervise_socket(int pair[2], struct error *err)
{
    const int size = SOCKET_BYTES;

    if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) < 0)
        return error_errno(err, "make a socket");
    setsockopt(pair[0], SOL_SOCKET, SO_SNDBUF, &size, sizeof(size));
    return 0;
}

/* The user that programs are run as has to be mapped where namespaces are tried. */
static int say_hello(struct supervisor *s, uint32_t uid, struct error *err)
{
    const struct order hello = {.kind = ORDER_HELLO, .a = s->settings.isolation, .b = uid};

    OWN(buf_done) struct buf text = {0};

    buf_add(&text, (struct str){s->room, strlen(s->room) + 1});
    buf_add(&text, (struct str){s->leftover, strlen(s->leftover) + 1});
    if (wire_send(s->socket, &hello, text.ptr, text.len, NULL, 0) < 0)
        return error_errno(err, "greet the supervisor");
    return 0;
}

static int launch(struct supervisor *s, struct error *err)
{
    enum { TRIAL_UID = 61184 };
    int pair[2];
    int meters = make_meters(s, err);
    int r;

    if (meters < 0)
        return -1;
    if (supervise_socket(pair, err) < 0) {
        close(meters);
        return -1;
    }
    s->socket = pair[0];
    r = run(s, pair[1], meters, err);
    close(pair[1]);
    close(meters);
    if (r < 0)
        return -1;
    s->watch = loop_watch_start(s->loop, s->socket, LOOP_READABLE, on_supervisor, s, err);
    return s->watch ? say_hello(s, geteuid() == 0 ? TRIAL_UID : 0, err) : -1;
}

int supervisor_new(struct loop *loop, const struct supervisor_settings *settings,
                   struct supervisor **out, struct error *err)
{
    struct supervisor *s = mem_alloc(sizeof(*s));

    s->loop = loop;
    s->settings = *settings;
    s->room = mem_dup(settings->room);
    s->leftover = mem_dup(settings->leftover ? settings->leftover : "");
    s->buffer = mem_alloc(ORDER_BYTES_MAX);
    s->socket = -1;
    if (launch(s, err) < 0) {
        supervisor_free(s);
        return -1;
    }
    *out = s;
    return 0;
}

/* ---- end ---- */

static void await_end(struct supervisor *s)
{
    int most_ms = s->undoes ? UNDO_WAIT_MS : END_WAIT_MS;

    for (int waited_us = 0; s->pid > 0; waited_us += END_STEP_US) {
        pid_t got = waitpid(s->pid, NULL, WNOHANG);

        if (got == s->pid || (got < 0 && errno != EINTR))
            return;
        if (waited_us >= most_ms * US_PER_MS)
            kill(s->pid, SIGKILL);
        usleep(END_STEP_US);
    }
}

void supervisor_free(struct supervisor *s)
{
    if (!s)
        return;
    for (size_t i = 0; i < SUPERVISE_PROGRAMS_MAX; i++) {
        if (s->programs[i])
            program_forget(s->programs[i]);
    }
    loop_watch_stop(s->watch);
    if (s->socket >= 0)
        close(s->socket);
    await_end(s);
    if (s->meters)
        munmap(s->meters, SUPERVISE_PROGRAMS_MAX * sizeof(struct meter));
    mem_free(s->buffer);
    mem_free(s->room);
    mem_free(s->leftover);
    mem_free(s);
}

int supervisor_pid(const struct supervisor *s)
{
    return s->pid;
}

bool supervisor_holds_socket(const struct supervisor *s, uint32_t inode)
{
    return s && s->pid > 0 && tree_holds_socket(s->pid, inode);
}
