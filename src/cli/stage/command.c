/* A command to its end: its output, its time, what it leaves behind. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/units.h"
#include "cli/stage/internal.h"

enum { GRACE_S = 5, READ_BYTES = 65536 };

struct pipe_end {
    struct running *running;
    int fd, to; /* read from, passed on to */
    struct loop_watch *watch;
};

struct running {
    struct stage *stage;
    const struct stage_command *command;
    struct stage_result *result;
    struct supervised *program;
    struct pipe_end pipes[2];
    struct loop_watch *until;
    struct loop_timer timeout, grace;
    int status;
    bool ended, gone;
};

/* ---- output ---- */

static void pass_on(const struct stage *stage, int fd, struct str bytes)
{
    if (stage->ticker.yield_to)
        stage->ticker.yield_to(stage->ticker.arg);
    while (bytes.len) {
        ssize_t n = write(fd, bytes.ptr, bytes.len);

        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return; /* nobody reads; the command is no less run for that */
        bytes = str_slice(bytes, (size_t)n, bytes.len);
    }
}

static void keep(struct stage_result *result, struct str bytes)
{
    struct buf *output = &result->output;

    buf_add(output, bytes);
    if (output->len <= 2 * STAGE_OUTPUT_BYTES)
        return;
    size_t gone = output->len - STAGE_OUTPUT_BYTES;

    memmove(output->ptr, output->ptr + gone, STAGE_OUTPUT_BYTES);
    output->len = STAGE_OUTPUT_BYTES;
    output->ptr[output->len] = '\0';
    result->output_lost_bytes += gone;
}

/* False when there is nothing now. */
static bool read_some(struct pipe_end *pipe)
{
    char bytes[READ_BYTES];
    ssize_t n = read(pipe->fd, bytes, sizeof(bytes));

    if (n > 0) {
        struct str got = {bytes, (size_t)n};

        if (!pipe->running->command->quiet)
            pass_on(pipe->running->stage, pipe->to, got);
        keep(pipe->running->result, got);
        return true;
    }
    if (n == 0 || (errno != EAGAIN && errno != EINTR)) {
        loop_watch_stop(pipe->watch);
        pipe->watch = NULL;
    }
    return n < 0 && errno == EINTR;
}

static void can_read(void *arg, unsigned events)
{
    (void)events;
    read_some(arg);
}

static int open_pipe(struct running *r, int which, int *out_write, struct error *err)
{
    struct pipe_end *end = &r->pipes[which];
    int ends[2];

    if (pipe2(ends, O_CLOEXEC) < 0)
        return error_set(err, ERROR_IO, "pipe: %s", strerror(errno));
    fcntl(ends[0], F_SETFL, O_NONBLOCK);
    *end =
        (struct pipe_end){.running = r, .fd = ends[0], .to = which ? STDERR_FILENO : STDOUT_FILENO};
    *out_write = ends[1];
    end->watch = loop_watch_start(r->stage->loop, ends[0], LOOP_READABLE, can_read, end, err);
    return end->watch ? 0 : -1;
}

static void close_pipes(struct running *r)
{
    for (size_t i = 0; i < N_ELEMENTS(r->pipes); i++) {
        if (r->pipes[i].fd < 0)
            continue;
        while (r->pipes[i].watch && read_some(&r->pipes[i]))
            ;
        loop_watch_stop(r->pipes[i].watch);
        close(r->pipes[i].fd);
    }
}

/* ---- the end ---- */

static void exited(void *arg, int status, bool over_memory, const char *problem)
{
    struct running *r = arg;

    (void)over_memory;
    (void)problem;
    r->ended = true;
    r->status = status;
    supervised_kill(r->program); /* what it left running */
}

static void gone(void *arg)
{
    struct running *r = arg;

    r->gone = true;
    loop_stop(r->stage->loop);
}

static const struct supervised_events events = {.exited = exited, .gone = gone};

static void grace_is_over(struct loop_timer *timer)
{
    supervised_kill(CONTAINER_OF(timer, struct running, grace)->program);
}

/* Asked first, ended a moment later; asked twice, ended at once. */
static void end(struct running *r)
{
    if (loop_timer_armed(&r->grace)) {
        supervised_kill(r->program);
        return;
    }
    supervised_terminate(r->program);
    loop_timer_arm(r->stage->loop, &r->grace, GRACE_S * NS_PER_S, grace_is_over);
}

static void on_signal(void *arg)
{
    end(arg);
}

static void timed_out(struct loop_timer *timer)
{
    struct running *r = CONTAINER_OF(timer, struct running, timeout);

    r->result->timed_out = true;
    end(r);
}

static void something_came(void *arg, unsigned what)
{
    struct running *r = arg;

    (void)what;
    loop_watch_stop(r->until);
    r->until = NULL;
    r->result->ended_early = true;
    end(r);
}

/* ---- running ---- */

static int start(struct running *r, const char *program, struct error *err)
{
    const struct stage_command *c = r->command;
    int out_fds[2] = {STDOUT_FILENO, STDERR_FILENO};
    size_t count = 0;
    bool piped = c->keeps_output || c->quiet;
    int status;

    while (c->argv[count])
        count++;
    const char **argv = ARENA_ARRAY(r->stage->arena, count + 1, const char *);

    memcpy(argv, c->argv, count * sizeof(*argv));
    argv[0] = program;
    for (int i = 0; piped && i < 2; i++)
        if (open_pipe(r, i, &out_fds[i], err) < 0)
            return -1;
    struct supervise_spec spec = {
        .argv = argv,
        .env = c->env,
        .cwd = ".",
        .in_fd = STDIN_FILENO,
        .out_fd = out_fds[0],
        .err_fd = out_fds[1],
        .channel_fd = -1,
    };

    status = supervised_start(r->stage->supervisor, &spec, &events, r, &r->program, err);
    for (int i = 0; piped && i < 2; i++)
        close(out_fds[i]);
    return status;
}

static int watch_until(struct running *r, struct error *err)
{
    if (r->command->until_fd < 0)
        return 0;
    r->until = loop_watch_start(r->stage->loop, r->command->until_fd, LOOP_READABLE, something_came,
                                r, err);
    return r->until ? 0 : -1;
}

static void wait_for_end(struct running *r)
{
    struct stage *stage = r->stage;

    stage->on_signal = on_signal;
    stage->on_signal_arg = r;
    if (r->command->timeout_ns)
        loop_timer_arm(stage->loop, &r->timeout, r->command->timeout_ns, timed_out);
    while (!r->gone && !stage->supervisor_lost)
        loop_run(stage->loop);
    stage->on_signal = NULL;
    loop_timer_cancel(stage->loop, &r->timeout);
    loop_timer_cancel(stage->loop, &r->grace);
    loop_watch_stop(r->until);
    close_pipes(r);
    supervised_free(r->program);
}

static void tell_status(const struct running *r)
{
    r->result->exit =
        r->ended && r->status >= 0 && WIFEXITED(r->status) ? WEXITSTATUS(r->status) : -1;
    r->result->signal =
        r->ended && r->status >= 0 && WIFSIGNALED(r->status) ? WTERMSIG(r->status) : 0;
    if (r->ended && r->status < 0)
        r->result->not_started = STAGE_NOT_EXECUTABLE;
}

int stage_run(struct stage *stage, const struct stage_command *command, struct stage_result *out,
              struct error *err)
{
    struct running r = {
        .stage = stage, .command = command, .result = out, .pipes = {{.fd = -1}, {.fd = -1}}
    };
    const char *program;

    *out = (struct stage_result){.exit = -1};
    out->not_started = stage_find_program(stage->arena, command->argv[0], &program);
    if (out->not_started)
        return 0;
    if (start(&r, program, err) < 0 || watch_until(&r, err) < 0) {
        close_pipes(&r);
        supervised_free(r.program);
        return -1;
    }
    wait_for_end(&r);
    if (stage->supervisor_lost)
        return error_set(err, ERROR_INTERNAL, "the supervisor was killed, and all that it held");
    tell_status(&r);
    return 0;
}
