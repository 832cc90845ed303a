/*
 * One program as the daemon sees it: started, spoken to, heard of, forgotten.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/mem.h"
#include "loop/loop.h"
#include "supervise/client.h"

/* ---- a program's words ---- */

void program_end(struct supervised *p, int status, bool over_memory, const char *problem)
{
    if (p->ended)
        return;
    p->ended = true;
    if (p->events)
        p->events->exited(p->arg, status, over_memory, problem);
}

void program_forget(struct supervised *p)
{
    loop_watch_stop(p->watch);
    if (p->control >= 0)
        close(p->control);
    if (p->memory >= 0)
        close(p->memory);
    p->supervisor->programs[p->slot] = NULL;
    mem_free(p);
}

static void program_gone(struct supervised *p)
{
    const struct supervised_events *events;
    void *arg = p->arg;

    program_end(p, -1, false, "its keeper ended");
    loop_watch_stop(GIVE(p->watch));
    close(p->control);
    p->control = -1;
    events = p->events; /* `exited` may have freed the program */
    if (events && events->gone)
        events->gone(arg);
    else if (!events)
        program_forget(p);
}

static void hear_failure(struct supervised *p, const struct order *order, struct str text)
{
    char problem[PROBLEM_BYTES];

    snprintf(problem, sizeof(problem), STR_FMT ": %s", STR_ARG(text), strerror((int)order->a));
    program_end(p, -1, false, problem);
}

static void hear_exec(struct supervised *p, const struct order *order, struct str text)
{
    char problem[PROBLEM_BYTES];

    snprintf(problem, sizeof(problem), STR_FMT ": %s", STR_ARG(text), strerror((int)order->b));
    if (p->events && p->events->exec_ended)
        p->events->exec_ended(p->arg, order->id, (int)order->a, order->b ? problem : NULL);
}

static void hear(struct supervised *p, const struct order *order, struct str text, int fd)
{
    switch (order->kind) {
    case ORDER_STARTED:
        if (p->events && p->events->started)
            p->events->started(p->arg);
        break;
    case ORDER_FAILED:
        hear_failure(p, order, text);
        break;
    case ORDER_EXITED:
        program_end(p, (int)order->a, order->b != 0, NULL);
        break;
    case ORDER_SETTLED:
        if (p->events && p->events->settled)
            p->events->settled(p->arg, (int)order->a);
        break;
    case ORDER_EXEC_ENDED:
        hear_exec(p, order, text);
        break;
    case ORDER_SOCKET:
        if (p->events && p->events->socket)
            p->events->socket(p->arg, order->id, fd, (int)order->a, (uint16_t)order->b);
        else if (fd >= 0)
            close(fd);
        break;
    default:
        break;
    }
}

/* A callback may free the program: its memory stays until the keeper is gone. */
static void on_control(void *arg, unsigned events)
{
    struct supervised *p = arg;
    struct order order;
    int fds[ORDER_FDS_MAX];
    size_t fd_count;
    ssize_t got;

    (void)events;
    while ((got = wire_receive(p->control, &order, p->supervisor->buffer, fds, &fd_count)) >= 0)
        hear(p, &order, (struct str){p->supervisor->buffer, (size_t)got}, fd_count ? fds[0] : -1);
    if (got == -2)
        program_gone(p);
}

/* ---- programs ---- */

static bool find_slot(struct supervisor *s, uint32_t *out)
{
    for (uint32_t i = 0; i < SUPERVISE_PROGRAMS_MAX; i++) {
        uint32_t slot = (s->next_slot + i) % SUPERVISE_PROGRAMS_MAX;

        if (!s->programs[slot]) {
            s->next_slot = slot + 1;
            *out = slot;
            return true;
        }
    }
    return false;
}

static int ask_spawn(struct supervisor *s, uint32_t slot, const struct supervise_spec *spec,
                     int control, struct error *err)
{
    const struct order order = {.kind = ORDER_SPAWN, .id = slot};
    const int given[] = {spec->in_fd, spec->out_fd, spec->err_fd, spec->channel_fd};
    int fds[ORDER_FDS_MAX] = {control};
    size_t count = 1;
    OWN(buf_done) struct buf text = {0};

    for (size_t i = 0; i < N_ELEMENTS(given); i++) {
        if (given[i] >= 0)
            fds[count++] = given[i];
    }
    spawn_pack(spec, s->namespaces, &text);
    if (text.len > ORDER_BYTES_MAX)
        return error_set(err, ERROR_LIMIT, "arguments and environment are larger than %d KiB",
                         ORDER_BYTES_MAX / 1024);
    if (wire_send(s->socket, &order, text.ptr, text.len, fds, count) < 0)
        return error_errno(err, "ask the supervisor");
    return 0;
}

int supervised_start(struct supervisor *s, const struct supervise_spec *spec,
                     const struct supervised_events *events, void *arg, struct supervised **out,
                     struct error *err)
{
    struct supervised *p;
    uint32_t slot;
    int pair[2];
    int r;

    if (s->lost)
        return error_set(err, ERROR_IO, "the supervisor is gone");
    if (!find_slot(s, &slot))
        return error_set(err, ERROR_LIMIT, "more than %d programs", SUPERVISE_PROGRAMS_MAX);
    if (supervise_socket(pair, err) < 0)
        return -1;
    memset(&s->meters[slot], 0, sizeof(s->meters[slot]));
    r = ask_spawn(s, slot, spec, pair[1], err);
    close(pair[1]);
    if (r < 0) {
        close(pair[0]);
        return -1;
    }
    p = mem_alloc(sizeof(*p));
    *p = (struct supervised){.supervisor = s,
                             .events = events,
                             .arg = arg,
                             .slot = slot,
                             .control = pair[0],
                             .memory = -1,
                             .uid = spec->uid,
                             .own_network = s->namespaces && spec->own_network && !spec->plain};
    s->undoes = s->undoes || spec->undo;
    p->watch = loop_watch_start(s->loop, p->control, LOOP_READABLE, on_control, p, err);
    if (!p->watch) {
        close(pair[0]);
        mem_free(p);
        return -1;
    }
    s->programs[slot] = p;
    *out = p;
    return 0;
}

static void tell(struct supervised *p, enum order_kind kind, uint32_t id, uint64_t a, uint64_t b)
{
    const struct order order = {.kind = kind, .id = id, .a = a, .b = b};

    if (p->control >= 0)
        wire_send(p->control, &order, NULL, 0, NULL, 0);
}

void supervised_adopt(struct supervised *p, const struct supervised_events *events, void *arg)
{
    p->events = events;
    p->arg = arg;
}

void supervised_settle(struct supervised *p, const struct supervise_mount *mounts, size_t count)
{
    const struct order order = {.kind = ORDER_SETTLE};
    OWN(buf_done) struct buf text = {0};

    for (size_t i = 0; i < count; i++) {
        buf_add(&text, (struct str){mounts[i].from, strlen(mounts[i].from) + 1});
        buf_add(&text, (struct str){mounts[i].to, strlen(mounts[i].to) + 1});
    }
    if (p->control >= 0)
        wire_send(p->control, &order, text.ptr, text.len, NULL, 0);
}

void supervised_terminate(struct supervised *p)
{
    tell(p, ORDER_TERMINATE, 0, 0, 0);
}

void supervised_kill(struct supervised *p)
{
    tell(p, ORDER_KILL, 0, 0, 0);
}

void supervised_free(struct supervised *p)
{
    if (!p)
        return;
    p->events = NULL;
    if (p->control < 0)
        program_forget(p);
    else
        shutdown(p->control, SHUT_WR); /* the keeper hears the end, and we hear its own */
}

void supervised_connect(struct supervised *p, uint32_t token, uint16_t port, uint32_t wait_ms)
{
    supervised_connect_either(p, token, port, 0, wait_ms);
}

void supervised_connect_either(struct supervised *p, uint32_t token, uint16_t port,
                               uint16_t instead, uint32_t wait_ms)
{
    tell(p, ORDER_CONNECT, token, port | (uint64_t)instead << ORDER_PORT_BITS, wait_ms);
}

/* ---- further programs ---- */

static size_t add_texts(struct buf *out, const char *const *texts)
{
    size_t count = 0;

    for (; texts[count]; count++)
        buf_add(out, (struct str){texts[count], strlen(texts[count]) + 1});
    return count;
}

int supervised_exec(struct supervised *p, uint32_t token, const struct supervise_exec *exec,
                    struct error *err)
{
    const int given[] = {exec->in_fd, exec->out_fd, exec->err_fd};
    struct order order = {.kind = ORDER_EXEC, .id = token, .b = exec->tty ? EXEC_TTY : 0};
    OWN(buf_done) struct buf text = {0};
    int fds[ORDER_FDS_MAX];
    size_t count = 0;

    for (size_t i = 0; i < N_ELEMENTS(given); i++) {
        if (given[i] < 0)
            continue;
        fds[count++] = given[i];
        order.b |= UINT64_C(1) << i;
    }
    order.a = add_texts(&text, exec->argv);
    add_texts(&text, exec->env);
    if (text.len > ORDER_BYTES_MAX)
        return error_set(err, ERROR_LIMIT, "arguments and environment are larger than %d KiB",
                         ORDER_BYTES_MAX / 1024);
    if (p->control < 0 || wire_send(p->control, &order, text.ptr, text.len, fds, count) < 0)
        return error_errno(err, "ask its keeper");
    return 0;
}

void supervised_exec_kill(struct supervised *p, uint32_t token)
{
    tell(p, ORDER_EXEC_KILL, token, 0, 0);
}

/* ---- memory ---- */

void supervised_watch(struct supervised *p, uint64_t limit_bytes)
{
    struct meter *meter = &p->supervisor->meters[p->slot];

    atomic_store(&meter->limit, limit_bytes);
    atomic_store(&meter->peak, 0);
    atomic_store(&meter->running, 1);
    if (atomic_exchange(&meter->asleep, 0))
        tell(p, ORDER_WAKE, 0, 0, 0);
}

void supervised_unwatch(struct supervised *p)
{
    atomic_store(&p->supervisor->meters[p->slot].running, 0);
}

int supervised_pid(struct supervised *p)
{
    struct pids children = {0};

    if (p->pid == 0 && p->keeper && !p->ended) {
        tree_children(p->keeper, &children);
        p->pid = children.count ? children.items[0] : 0;
        pids_done(&children);
    }
    return p->ended ? 0 : p->pid;
}

uint64_t supervised_peak_bytes(struct supervised *p)
{
    uint64_t peak = atomic_load(&p->supervisor->meters[p->slot].peak);
    int pid = supervised_pid(p);
    uint64_t now;

    if (pid && p->memory < 0)
        p->memory = process_memory_open(pid);
    now = pid ? process_memory_read(p->memory) : 0;

    return now > peak ? now : peak;
}
