/*
 * The supervisor: starts a keeper for each program, ends what falls to it, and goes when the daemon
 * is gone and nothing is left. A process of its own with one thread.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/folder.h"
#include "base/mem.h"
#include "base/scratch.h"
#include "base/str.h"
#include "base/units.h"
#include "supervise/internal.h"

enum {
    PATH_BYTES = 64,
    MAP_BYTES = 80,
    NAMESPACE_FLAGS = CLONE_NEWUSER | CLONE_NEWPID | CLONE_NEWNS | CLONE_NEWIPC | CLONE_NEWUTS,
    TRIAL_TMP_BYTES = 1 << 20,
    UNDO_MS = 60000, /* for all of it, once the daemon is gone */
};

#define VERB "supervise"

struct supervisor_process {
    int socket;
    struct meter *meters;
    int life[2]; /* keepers hold the reading end; it ends with us */
    int signals;
    char *buffer;
    char room[256];
    char leftover[256];
    bool namespaces;
    pid_t keepers[SUPERVISE_PROGRAMS_MAX]; /* by slot; 0: none */
    size_t keeper_count;
    struct undo *undos[SUPERVISE_PROGRAMS_MAX]; /* by slot; NULL: none */
    struct pids undoing;
};

bool supervisor_is_asked(int argc, char **argv)
{
    return argc == 2 && str_eq(str_of(argv[1]), STR(VERB));
}

/* ---- a keeper ---- */

static bool write_file(const char *path, const char *text)
{
    int fd = open(path, O_WRONLY | O_CLOEXEC);
    bool ok = fd >= 0 && write(fd, text, strlen(text)) == (ssize_t)strlen(text);

    if (fd >= 0)
        close(fd);
    return ok;
}

/* Inside, ids are what they are outside: ours, and the one the program becomes. */
static bool map_ids(pid_t pid, uint32_t program_uid)
{
    static const char *const files[] = {"uid_map", "gid_map"};
    const unsigned own[] = {geteuid(), getegid()};
    char path[PATH_BYTES];
    char map[MAP_BYTES];

    if (!program_uid) {
        snprintf(path, sizeof(path), "/proc/%d/setgroups", (int)pid);
        if (!write_file(path, "deny"))
            return false;
    }
    for (size_t i = 0; i < N_ELEMENTS(files); i++) {
        snprintf(path, sizeof(path), "/proc/%d/%s", (int)pid, files[i]);
        if (program_uid)
            snprintf(map, sizeof(map), "%u %u 1\n%u %u 1\n", own[i], own[i], program_uid,
                     program_uid);
        else
            snprintf(map, sizeof(map), "%u %u 1\n", own[i], own[i]);
        if (!write_file(path, map))
            return false;
    }
    return true;
}

static void run_keeper(struct supervisor_process *s, struct spawn *spawn, struct meter *meter,
                       int control, int go) __attribute__((noreturn));

/* Of what the supervisor has open, a keeper needs little. */
static void run_keeper(struct supervisor_process *s, struct spawn *spawn, struct meter *meter,
                       int control, int go)
{
    const struct keeper_parts parts = {.spawn = spawn,
                                       .meter = meter,
                                       .control = control,
                                       .life = s->life[0],
                                       .go = go,
                                       .room = s->room};

    close(s->socket);
    close(s->life[1]);
    close(s->signals);
    keeper_run(&parts);
}

static pid_t start_in_namespaces(struct supervisor_process *s, struct spawn *spawn,
                                 struct meter *meter, int control)
{
    unsigned long flags = NAMESPACE_FLAGS | (spawn->head.own_network ? CLONE_NEWNET : 0);
    int go[2];
    pid_t pid;
    int problem;

    if (pipe2(go, O_CLOEXEC) < 0)
        return -1;
    pid = process_fork(flags);
    if (pid == 0) {
        close(go[1]);
        run_keeper(s, spawn, meter, control, go[0]);
    }
    problem = errno;
    close(go[0]);
    if (pid > 0 && (!map_ids(pid, spawn->head.uid) || write(go[1], "", 1) != 1)) {
        problem = errno;
        kill(pid, SIGKILL);
        waitpid(pid, NULL, 0);
        pid = -1;
    }
    close(go[1]);
    errno = problem;
    return pid;
}

static pid_t start_keeper(struct supervisor_process *s, struct spawn *spawn, struct meter *meter,
                          int control)
{
    pid_t pid;

    if (spawn->head.namespaces)
        return start_in_namespaces(s, spawn, meter, control);
    pid = process_fork(0);
    if (pid == 0)
        run_keeper(s, spawn, meter, control, -1);
    return pid;
}

/* ---- orders ---- */

static void take_fds(struct spawn *spawn, const int *fds, size_t count)
{
    int *const places[] = {&spawn->in, &spawn->out, &spawn->err, &spawn->channel};
    size_t next = 1; /* behind the control socket */

    for (size_t i = 0; i < N_ELEMENTS(places); i++) {
        if ((spawn->head.has & (1u << i)) && next < count)
            *places[i] = fds[next++];
    }
}

static void tell_spawned(struct supervisor_process *s, uint32_t slot, pid_t pid)
{
    const struct order order = {
        .kind = ORDER_SPAWNED, .id = slot, .a = pid > 0 ? (uint64_t)pid : 0};
    const char *problem = pid > 0 ? "" : strerror(errno);

    wire_send(s->socket, &order, problem, strlen(problem), NULL, 0);
}

static void spawn_program(struct supervisor_process *s, uint32_t slot, size_t len, const int *fds,
                          size_t fd_count)
{
    struct spawn spawn;
    pid_t pid = -1;

    errno = EINVAL;
    if (slot < SUPERVISE_PROGRAMS_MAX && fd_count > 0 && spawn_unpack(s->buffer, len, &spawn)) {
        take_fds(&spawn, fds, fd_count);
        pid = start_keeper(s, &spawn, &s->meters[slot], fds[0]);
        if (pid > 0) {
            s->keepers[slot] = pid;
            s->keeper_count++;
            s->undos[slot] = undo_keep(&spawn);
        }
        tell_spawned(s, slot, pid);
        spawn_done(&spawn);
        return;
    }
    tell_spawned(s, slot, pid);
}

/* ---- the trial ---- */

/* A keeper in every namespace there is, that runs nothing but /bin/true. Its words tell how it
 * went.
 */
static bool try_namespaces(struct supervisor_process *s, uint32_t uid, char *problem, size_t size)
{
    static const char *const argv[] = {"/bin/true", NULL};
    struct spawn spawn = {
        .head = {.argc = 1,
                 .uid = uid,
                 .namespaces = 1,
                 .own_network = 1,
                 .tmp_bytes = TRIAL_TMP_BYTES},
        .cwd = "/",
        .store = "",
        .argv = (const char **)(uintptr_t)argv,
        .env = (const char **)(uintptr_t)&argv[1],
        .in = -1,
        .out = -1,
        .err = -1,
        .channel = -1,
    };
    struct order order = {0};
    int pair[2];
    int fds[ORDER_FDS_MAX];
    size_t fd_count;
    ssize_t got;
    pid_t pid;

    if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) < 0)
        return false;
    pid = start_in_namespaces(s, &spawn, &s->meters[0], pair[1]);
    close(pair[1]);
    if (pid < 0) {
        snprintf(problem, size, "make namespaces: %s", strerror(errno));
        close(pair[0]);
        return false;
    }
    struct pollfd wait = {.fd = pair[0], .events = POLLIN};

    poll(&wait, 1, -1);
    got = wire_receive(pair[0], &order, s->buffer, fds, &fd_count);
    if (order.kind == ORDER_FAILED)
        snprintf(problem, size, "%.*s: %s", got > 0 ? (int)got : 0, s->buffer,
                 strerror((int)order.a));
    else if (order.kind != ORDER_STARTED)
        snprintf(problem, size, "the first process ended");
    close(pair[0]);
    waitpid(pid, NULL, 0);
    return order.kind == ORDER_STARTED;
}

static void greet(struct supervisor_process *s, const struct order *hello, size_t len)
{
    struct order order = {.kind = ORDER_READY};
    char problem[PROBLEM_BYTES] = "";

    snprintf(s->room, sizeof(s->room), "%.*s", (int)len, s->buffer);
    if (len > strlen(s->room) + 1)
        snprintf(s->leftover, sizeof(s->leftover), "%s", s->buffer + strlen(s->room) + 1);
    if (s->leftover[0])
        scratch_hold(s->leftover); /* it goes with this process */
    if (hello->a != SUPERVISE_PROCESS)
        s->namespaces = try_namespaces(s, (uint32_t)hello->b, problem, sizeof(problem));
    order.a = s->namespaces;
    wire_send(s->socket, &order, problem, strlen(problem), NULL, 0);
}

/* False when the daemon is gone. */
static bool take_orders(struct supervisor_process *s)
{
    struct order order;
    int fds[ORDER_FDS_MAX];
    size_t fd_count;
    ssize_t got;

    while ((got = wire_receive(s->socket, &order, s->buffer, fds, &fd_count)) >= 0) {
        if (order.kind == ORDER_HELLO)
            greet(s, &order, (size_t)got);
        else if (order.kind == ORDER_SPAWN)
            spawn_program(s, order.id, (size_t)got, fds, fd_count);
        for (size_t i = 0; i < fd_count; i++)
            close(fds[i]);
    }
    return got != -2;
}

/* ---- children ---- */

static bool is_keeper(const struct supervisor_process *s, pid_t pid, size_t *out_slot)
{
    for (size_t i = 0; i < SUPERVISE_PROGRAMS_MAX; i++) {
        if (s->keepers[i] == pid) {
            *out_slot = i;
            return true;
        }
    }
    return false;
}

static bool is_undoing(const struct supervisor_process *s, pid_t pid)
{
    for (size_t i = 0; i < s->undoing.count; i++) {
        if (s->undoing.items[i] == pid)
            return true;
    }
    return false;
}

static void begin_undo(struct supervisor_process *s, size_t slot)
{
    struct undo *undo = GIVE(s->undos[slot]);
    pid_t pid = undo_start(undo);

    if (pid)
        pids_add(&s->undoing, pid);
    undo_free(undo);
}

static void end_undo(struct supervisor_process *s, pid_t pid)
{
    size_t kept = 0;

    for (size_t i = 0; i < s->undoing.count; i++) {
        if (s->undoing.items[i] != pid)
            s->undoing.items[kept++] = s->undoing.items[i];
    }
    s->undoing.count = kept;
}

/* What a keeper that was killed has left fell to us. Its children fall to us in their turn. */
static void end_orphans(struct supervisor_process *s)
{
    struct pids children = {0};
    size_t slot;

    tree_children(getpid(), &children);
    for (size_t i = 0; i < children.count; i++) {
        struct pids below = {0};

        if (is_keeper(s, children.items[i], &slot) || is_undoing(s, children.items[i]))
            continue;
        kill(children.items[i], SIGSTOP);
        tree_list(children.items[i], &below);
        kill(children.items[i], SIGKILL);
        for (size_t k = 0; k < below.count; k++)
            kill(below.items[k], SIGKILL);
        pids_done(&below);
    }
    pids_done(&children);
}

static void reap(struct supervisor_process *s)
{
    size_t slot;
    pid_t pid;

    while ((pid = waitpid(-1, NULL, WNOHANG)) > 0) {
        if (is_keeper(s, pid, &slot)) {
            s->keepers[slot] = 0;
            s->keeper_count--;
            begin_undo(s, slot);
        } else {
            end_undo(s, pid);
        }
    }
    end_orphans(s);
}

/* ---- its life ---- */

/* Signals of a terminal are meant for the daemon; those that ask us to go are not obeyed: we go
 * when nothing is left. */
static int watch_signals(void)
{
    sigset_t set;

    for (int i = 1; i < NSIG; i++)
        signal(i, i == SIGCHLD ? SIG_DFL : SIG_IGN);
    sigemptyset(&set);
    sigaddset(&set, SIGCHLD);
    sigprocmask(SIG_SETMASK, &set, NULL);
    return signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
}

static bool prepare(struct supervisor_process *s)
{
    int nothing = open("/dev/null", O_RDWR | O_CLOEXEC);

    setsid();
    prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0);
    prctl(PR_SET_NAME, "fcemu-superv", 0, 0, 0);
    for (int i = 0; i < SUPERVISOR_SOCKET; i++)
        dup2(nothing, i);
    close_range(SUPERVISOR_METERS + 1, ~0u, 0);
    fcntl(SUPERVISOR_SOCKET, F_SETFD, FD_CLOEXEC);
    s->socket = SUPERVISOR_SOCKET;
    s->signals = watch_signals();
    s->buffer = mem_alloc(ORDER_BYTES_MAX);
    s->meters = mmap(NULL, SUPERVISE_PROGRAMS_MAX * sizeof(struct meter), PROT_READ | PROT_WRITE,
                     MAP_SHARED, SUPERVISOR_METERS, 0);
    close(SUPERVISOR_METERS);
    return s->signals >= 0 && s->meters != MAP_FAILED && pipe2(s->life, O_CLOEXEC) == 0;
}

int supervisor_main(void)
{
    struct supervisor_process *s = mem_alloc(sizeof(*s));
    struct signalfd_siginfo info;
    bool daemon = true;
    uint64_t until_ns = 0;

    if (!prepare(s))
        return 1;
    struct pollfd fds[] = {
        {.fd = s->signals, .events = POLLIN},
        {.fd = s->socket,  .events = POLLIN},
    };

    while (daemon || s->keeper_count || (s->undoing.count && clock_monotonic_ns() < until_ns)) {
        poll(fds, daemon ? 2 : 1, daemon ? -1 : UNDO_MS);
        while (read(s->signals, &info, sizeof(info)) > 0)
            ;
        reap(s);
        if (daemon && !take_orders(s)) {
            daemon = false;
            until_ns = clock_monotonic_ns() + UNDO_MS * NS_PER_MS;
            close(s->life[1]);
        }
    }
    tree_end();
    if (s->leftover[0])
        folder_remove(s->leftover);
    return 0;
}
