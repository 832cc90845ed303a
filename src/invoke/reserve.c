/*
 * Interpreters in reserve: started, their bootstrap waiting, without user code. An instance takes
 * one instead of starting its own, when memory and disk are those that its function asks for.
 *
 * They are instances without a function until then. Each counts in invoke.memory, goes before any
 * idle instance does, and ends when its runtime was idle for as long as an instance may be.
 */
#include <unistd.h>

#include "base/log.h"
#include "base/mem.h"
#include "base/units.h"
#include "invoke/internal.h"

struct reserve {
    struct reserve *next, *prev;
    struct instance *bare;
    struct loop_timer timer;
};

/* ---- made and forgotten ---- */

static void free_bare(struct instance *bare)
{
    struct invoke *invoke = bare->invoke;

    channel_close(bare->channel);
    supervised_free(bare->program);
    if (bare->log_fd >= 0)
        close(bare->log_fd);
    if (bare->tmp)
        invoke_remove_folder(invoke, bare->tmp);
    if (bare->place)
        invoke_remove_folder(invoke, bare->place);
    arena_free(bare->arena);
    mem_free(bare);
}

/* Also for one whose program was given away. */
static void free_reserve(struct reserve *reserve)
{
    struct invoke *invoke = reserve->bare->invoke;

    loop_timer_cancel(invoke->loop, &reserve->timer);
    invoke->memory_used -= (uint64_t)reserve->bare->memory_charged;
    invoke->reserve_count--;
    DL_DELETE(invoke->reserves, reserve);
    free_bare(reserve->bare);
    mem_free(reserve);
}

static uint64_t idle_ns(const struct invoke *invoke)
{
    return invoke->settings.idle_ms * NS_PER_MS;
}

/* The runtime may have been used since the timer was set. */
static void on_idle(struct loop_timer *timer)
{
    struct reserve *reserve = CONTAINER_OF(timer, struct reserve, timer);
    struct invoke *invoke = reserve->bare->invoke;
    uint64_t until = reserve->bare->interpreter->used_ns + idle_ns(invoke);

    if (until > loop_now_ns(invoke->loop))
        loop_timer_arm_at(invoke->loop, &reserve->timer, until, on_idle);
    else
        free_reserve(reserve);
}

static struct instance *new_bare(const struct instance *like)
{
    struct instance *bare = mem_alloc(sizeof(*bare));

    bare->invoke = like->invoke;
    bare->arena = arena_new();
    bare->spec =
        (struct invoke_function){.memory_mb = like->spec.memory_mb, .disk_mb = like->spec.disk_mb};
    bare->language = like->language;
    bare->interpreter = like->interpreter;
    bare->memory_charged = like->memory_charged;
    bare->log_fd = -1;
    bare->bare = true;
    return bare;
}

static void start(const struct instance *like)
{
    struct invoke *invoke = like->invoke;
    struct instance *bare = new_bare(like);
    struct reserve *reserve;
    struct error err;

    if (instance_spawn_bare(bare, &err) < 0) {
        log_warn("no interpreter in reserve", "runtime=%s error=%s", like->interpreter->runtime,
                 err.text);
        free_bare(bare);
        return;
    }
    reserve = mem_alloc(sizeof(*reserve));
    reserve->bare = bare;
    invoke->memory_used += (uint64_t)bare->memory_charged;
    invoke->reserve_count++;
    DL_APPEND(invoke->reserves, reserve);
    loop_timer_arm(invoke->loop, &reserve->timer, idle_ns(invoke), on_idle);
}

void reserve_free_all(struct invoke *invoke)
{
    while (invoke->reserves)
        free_reserve(invoke->reserves);
}

bool reserve_drop(struct invoke *invoke)
{
    if (!invoke->reserves)
        return false;
    free_reserve(invoke->reserves);
    return true;
}

/* ---- what its program says while it waits ---- */

static struct reserve *reserve_of(const struct instance *bare)
{
    struct reserve *reserve;

    DL_FOREACH(bare->invoke->reserves, reserve)
    {
        if (reserve->bare == bare)
            return reserve;
    }
    return NULL;
}

static void on_exited(void *arg, int status, bool over_memory, const char *problem)
{
    struct instance *bare = arg;

    (void)over_memory;
    log_info("interpreter in reserve ended", "runtime=%s status=%d problem=\"%s\"",
             bare->interpreter->runtime, status, problem ? problem : "");
    free_reserve(reserve_of(bare));
}

static void on_frame(void *arg, const struct frame *frame)
{
    (void)arg;
    (void)frame; /* it is up */
}

/* Its end is told by its keeper, too. */
static void on_ended(void *arg)
{
    free_reserve(reserve_of(arg));
}

const struct supervised_events reserve_program_events = {.exited = on_exited};
const struct channel_events reserve_channel_events = {.frame = on_frame, .ended = on_ended};

/* ---- used ---- */

static bool fits(const struct instance *bare, const struct instance *instance)
{
    return bare->interpreter == instance->interpreter &&
           bare->spec.memory_mb == instance->spec.memory_mb &&
           bare->spec.disk_mb == instance->spec.disk_mb;
}

bool reserve_take(struct instance *instance)
{
    struct reserve *reserve;

    if (!environment_may_come_later(instance))
        return false;
    DL_FOREACH(instance->invoke->reserves, reserve)
    {
        struct instance *bare = reserve->bare;

        if (!fits(bare, instance))
            continue;
        instance->program = GIVE(bare->program);
        instance->channel = GIVE(bare->channel);
        instance->tmp = GIVE(bare->tmp);
        instance->place = GIVE(bare->place);
        instance->own_network = bare->own_network;
        instance->log_fd = bare->log_fd;
        bare->log_fd = -1;
        free_reserve(reserve);
        return true;
    }
    return false;
}

/* One of another size is of no use to who asks now: it goes for one that is. */
static struct reserve *find_unfit(const struct instance *instance, size_t *out_count)
{
    struct reserve *unfit = NULL;
    struct reserve *reserve;

    *out_count = 0;
    DL_FOREACH(instance->invoke->reserves, reserve)
    {
        if (reserve->bare->interpreter != instance->interpreter)
            continue;
        ++*out_count;
        if (!unfit && !fits(reserve->bare, instance))
            unfit = reserve;
    }
    return unfit;
}

void reserve_refill(const struct instance *instance)
{
    struct invoke *invoke = instance->invoke;
    uint64_t more = (uint64_t)instance->memory_charged;
    struct reserve *unfit;
    size_t count;

    instance->interpreter->used_ns = loop_now_ns(invoke->loop);
    if (instance->served != 1 || !invoke->settings.reserve || !invoke->supervisor_ready)
        return;
    unfit = find_unfit(instance, &count);
    if (count >= invoke->settings.reserve && unfit) {
        free_reserve(unfit);
        count--;
    }
    if (count < invoke->settings.reserve &&
        invoke->memory_used + more <= invoke->settings.memory_bytes &&
        invoke->instance_count + invoke->reserve_count < SUPERVISE_PROGRAMS_MAX)
        start(instance);
}
