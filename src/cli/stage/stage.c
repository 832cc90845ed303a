/* A stage: a loop with a supervisor, signals that end what runs, a folder that goes with it. */
#include <signal.h>
#include <unistd.h>

#include "base/folder.h"
#include "base/mem.h"
#include "cli/stage/internal.h"

static const int signals[STAGE_SIGNALS] = {SIGINT, SIGTERM, SIGHUP};

const char *stage_program(void)
{
    return "/proc/self/exe";
}

static void is_ready(void *arg, bool namespaces, const char *problem)
{
    struct stage *stage = arg;

    (void)namespaces;
    (void)problem;
    stage->supervisor_ready = true;
    loop_stop(stage->loop);
}

static void is_lost(void *arg)
{
    struct stage *stage = arg;

    stage->supervisor_lost = true;
    loop_stop(stage->loop);
}

static void on_signal(void *arg, int signum)
{
    struct stage *stage = arg;

    stage->signal = signum;
    if (stage->on_signal)
        stage->on_signal(stage->on_signal_arg);
    else
        loop_stop(stage->loop);
}

static int watch_signals(struct stage *stage, struct error *err)
{
    for (size_t i = 0; i < N_ELEMENTS(signals); i++) {
        stage->signals[i] = loop_signal_start(stage->loop, signals[i], on_signal, stage, err);
        if (!stage->signals[i])
            return -1;
    }
    return 0;
}

static int start_supervisor(struct stage *stage, struct error *err)
{
    struct supervisor_settings settings = {
        .program = stage_program(),
        .room = arena_printf(stage->arena, "%s/room", stage->folder),
        .leftover = stage->folder,
        .isolation = SUPERVISE_PROCESS,
        .ready = is_ready,
        .lost = is_lost,
        .arg = stage,
    };

    if (supervisor_new(stage->loop, &settings, &stage->supervisor, err) < 0)
        return -1;
    while (!stage->supervisor_ready && !stage->supervisor_lost)
        loop_run(stage->loop);
    if (stage->supervisor_lost)
        return error_set(err, ERROR_INTERNAL, "the supervisor ended before it was ready");
    return 0;
}

int stage_new(struct stage **out, struct error *err)
{
    OWN(stage_free) struct stage *stage = mem_alloc(sizeof(*stage));

    stage->arena = arena_new();
    stage->folder_fd = -1;
    if (loop_new(&stage->loop, err) < 0 || watch_signals(stage, err) < 0 ||
        stage_folder_new(stage, err) < 0 || start_supervisor(stage, err) < 0)
        return -1;
    *out = GIVE(stage);
    return 0;
}

void stage_free(struct stage *stage)
{
    if (!stage)
        return;
    loop_timer_cancel(stage->loop, &stage->tick);
    private_daemon_free(stage->daemon);
    supervisor_free(stage->supervisor);
    for (size_t i = 0; i < N_ELEMENTS(signals); i++)
        if (stage->signals[i])
            loop_signal_stop(stage->signals[i]);
    loop_free(stage->loop);
    if (stage->folder)
        folder_remove(stage->folder);
    if (stage->folder_fd >= 0)
        close(stage->folder_fd);
    arena_free(stage->arena);
    mem_free(stage);
}

const char *stage_folder(const struct stage *stage)
{
    return stage->folder;
}

int stage_signal(const struct stage *stage)
{
    return stage->signal;
}

/* ---- waiting ---- */

static void tick(struct loop_timer *timer)
{
    struct stage *stage = CONTAINER_OF(timer, struct stage, tick);

    loop_timer_arm(stage->loop, timer, stage->tick_ns, tick);
    stage->ticker.tick(stage->ticker.arg);
}

void stage_tick(struct stage *stage, uint64_t every_ns, const struct stage_ticker *ticker)
{
    stage->ticker = *ticker;
    stage->tick_ns = every_ns;
    loop_timer_arm(stage->loop, &stage->tick, every_ns, tick);
}

static void something_came(void *arg, unsigned events)
{
    struct stage *stage = arg;

    (void)events;
    stage->came = true;
    loop_stop(stage->loop);
}

int stage_wait(struct stage *stage, int fd, struct error *err)
{
    struct loop_watch *watch = NULL;

    if (fd >= 0) {
        watch = loop_watch_start(stage->loop, fd, LOOP_READABLE, something_came, stage, err);
        if (!watch)
            return -1;
    }
    stage->came = false;
    while (!stage->came && !stage->signal && !stage->supervisor_lost && !stage_daemon_ended(stage))
        loop_run(stage->loop);
    loop_watch_stop(watch);
    return 0;
}
