/*
 * A program beside a function's own, for whoever wants to look around in an instance: its input and
 * output are messages of a WebSocket, whose first byte says which.
 *
 * Source: spec pages api-2016-08-15 §6.15.2, api-2023-03-30 §10.3.
 */
#include "invoke/exec.h"

#include <errno.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/units.h"
#include "invoke/container.h"
#include "invoke/exec_ends.h"
#include "invoke/exec_input.h"
#include "invoke/exec_text.h"
#include "invoke/internal.h"
#include "invoke/websocket.h"

enum {
    CHANNEL_IN = 0,
    CHANNEL_OUT = 1,
    CHANNEL_ERR = 2,
    CHANNEL_ERROR = 3,
    CHANNEL_RESIZE = 4,
    CHANNEL_CLOSE = 5,
    OUTPUTS = 2,
    READ_BYTES = 16 * 1024,
    READS_MAX = 16, /* in a row: a program that never stops must not hold the loop */
    UNSENT_MAX = 256 * 1024,
};

struct output {
    struct invoke_exec *exec;
    int fd; /* -1: at its end, or not asked for */
    struct loop_watch *watch;
    char channel;
    struct buf tail; /* the begin of a character */
};

struct invoke_exec {
    struct invoke_exec *next, *prev; /* of its instance */
    struct instance *instance;       /* NULL: it is gone */
    struct loop *loop;
    void (*open)(void *arg, int fd);
    void *arg;
    uint32_t token;
    bool old; /* as 2016-08-15 has it: texts, and the client names channels, too */
    int peer; /* for whoever asked, until `open` */
    int fd;   /* the WebSocket; -1: closed */
    struct loop_watch *watch;
    struct websocket in;
    struct buf out;
    size_t sent;
    struct exec_input input; /* of the program */
    struct output outputs[OUTPUTS];
    bool tty;
    bool over; /* the last frame is written */
    uint64_t idle_ns;
    struct loop_timer opening, idle;
};

/* ---- the client's side ---- */

static void close_socket(struct invoke_exec *exec)
{
    loop_watch_stop(GIVE(exec->watch));
    if (exec->fd >= 0)
        close(exec->fd);
    exec->fd = -1;
    loop_timer_cancel(exec->loop, &exec->idle);
}

static void watch_again(struct invoke_exec *exec);

static void send_out(struct invoke_exec *exec)
{
    while (exec->fd >= 0 && exec->sent < exec->out.len) {
        ssize_t put = send(exec->fd, exec->out.ptr + exec->sent, exec->out.len - exec->sent,
                           MSG_DONTWAIT | MSG_NOSIGNAL);

        if (put < 0 && errno == EINTR)
            continue;
        if (put < 0 && errno != EAGAIN)
            close_socket(exec);
        if (put < 0)
            break;
        exec->sent += (size_t)put;
    }
    if (exec->sent == exec->out.len) {
        buf_clear(&exec->out);
        exec->sent = 0;
        if (exec->over)
            close_socket(exec);
    }
    watch_again(exec);
}

static void put(struct invoke_exec *exec, char channel, struct str rest)
{
    websocket_put(&exec->out, exec->old ? WEBSOCKET_TEXT : WEBSOCKET_BYTES,
                  (struct str){&channel, 1}, rest);
}

/* ---- the program's side ---- */

static void close_output(struct output *output)
{
    loop_watch_stop(GIVE(output->watch));
    if (output->fd >= 0)
        close(output->fd);
    output->fd = -1;
}

static void on_idle(struct loop_timer *timer);

static void stir(struct invoke_exec *exec)
{
    if (exec->fd >= 0)
        loop_timer_arm(exec->loop, &exec->idle, exec->idle_ns, on_idle);
}

static void put_output(struct output *output, struct str bytes)
{
    struct invoke_exec *exec = output->exec;
    OWN(buf_done) struct buf text = {0};

    if (!exec->old) {
        put(exec, output->channel, bytes);
        return;
    }
    exec_text_add(&text, &output->tail, bytes);
    if (text.len)
        put(exec, output->channel, buf_str(&text));
}

/* @all: what there is, even if the client is slow. */
static void read_output(struct output *output, bool all)
{
    static char bytes[READ_BYTES];
    struct invoke_exec *exec = output->exec;

    for (int i = 0; output->fd >= 0 && (all || i < READS_MAX); i++) {
        ssize_t got = all || exec->out.len - exec->sent < UNSENT_MAX
                          ? read(output->fd, bytes, sizeof(bytes))
                          : -1;

        if (got < 0 && errno == EINTR)
            continue;
        if (got == 0 || (got < 0 && errno == EIO)) /* a terminal without a program */
            close_output(output);
        if (got <= 0)
            break;
        put_output(output, (struct str){bytes, (size_t)got});
        stir(exec);
    }
}

static void on_output(void *arg, unsigned events)
{
    struct output *output = arg;

    (void)events;
    read_output(output, false);
    send_out(output->exec);
}

static void finish(struct invoke_exec *exec, const char *problem)
{
    if (exec->over)
        return;
    for (size_t i = 0; i < OUTPUTS; i++) {
        read_output(&exec->outputs[i], true);
        close_output(&exec->outputs[i]);
    }
    exec_input_close(&exec->input);
    if (problem)
        put(exec, CHANNEL_ERROR, str_of(problem));
    put(exec, CHANNEL_CLOSE, STR(""));
    websocket_put_close(&exec->out, WEBSOCKET_NORMAL);
    exec->over = true;
    send_out(exec);
}

static void end_program(struct invoke_exec *exec)
{
    if (exec->instance && exec->instance->program)
        supervised_exec_kill(exec->instance->program, exec->token);
}

static void on_idle(struct loop_timer *timer)
{
    struct invoke_exec *exec = CONTAINER_OF(timer, struct invoke_exec, idle);

    end_program(exec);
    finish(exec, "nothing was said for so long");
}

static void on_input_read(void *arg)
{
    watch_again(arg);
}

/* ---- messages of the client ---- */

/* A lone control byte is what a terminal's key sends. */
static char channel_of(const struct invoke_exec *exec, struct str message)
{
    char first = message.len ? message.ptr[0] : CHANNEL_IN;

    if (!exec->old)
        return -1;
    if (first == CHANNEL_IN || (message.len > 1 && first == CHANNEL_RESIZE) ||
        (message.len == 1 && first == CHANNEL_CLOSE))
        return first;
    return -1;
}

static void take_message(struct invoke_exec *exec, struct str message)
{
    char channel = channel_of(exec, message);

    stir(exec);
    if (channel == CHANNEL_RESIZE) {
        if (exec->tty)
            exec_input_resize(&exec->input, str_slice(message, 1, message.len));
    } else if (channel == CHANNEL_CLOSE) {
        exec_input_close(&exec->input);
    } else {
        exec_input_add(&exec->input, str_slice(message, channel == CHANNEL_IN, message.len));
    }
}

static void take_frames(struct invoke_exec *exec)
{
    enum websocket_kind kind;
    struct str got = STR_INIT("");

    while (!exec->over && (kind = websocket_next(&exec->in, &got)) != WEBSOCKET_MORE) {
        if (kind == WEBSOCKET_TEXT || kind == WEBSOCKET_BYTES) {
            take_message(exec, got);
        } else if (kind == WEBSOCKET_PING) {
            websocket_put(&exec->out, WEBSOCKET_PONG, got, STR(""));
        } else if (kind == WEBSOCKET_CLOSE || kind == WEBSOCKET_BAD) {
            end_program(exec);
            websocket_put_close(&exec->out, kind == WEBSOCKET_BAD ? WEBSOCKET_PROTOCOL_ERROR
                                                                  : WEBSOCKET_NORMAL);
            exec->over = true;
        }
    }
    send_out(exec);
}

static void on_client(void *arg, unsigned events)
{
    static char bytes[READ_BYTES];
    struct invoke_exec *exec = arg;
    ssize_t got;

    if (events & LOOP_WRITABLE)
        send_out(exec);
    if (exec->fd < 0 || !(events & (LOOP_READABLE | LOOP_HANGUP)))
        return;
    got = recv(exec->fd, bytes, sizeof(bytes), MSG_DONTWAIT);
    if (got < 0 && (errno == EAGAIN || errno == EINTR))
        return;
    if (got <= 0) {
        end_program(exec);
        close_socket(exec);
        return;
    }
    websocket_take(&exec->in, (struct str){bytes, (size_t)got});
    take_frames(exec);
}

/* What is slow holds the other side: a client that does not read the program, a program that does
 * not read the client. */
static void watch_again(struct invoke_exec *exec)
{
    struct error err;
    unsigned events = exec->input.unread.len ? 0 : LOOP_READABLE;

    if (exec->out.len)
        events |= LOOP_WRITABLE;
    if (exec->watch)
        loop_watch_change(exec->watch, events, &err);
    for (size_t i = 0; i < OUTPUTS; i++) {
        struct output *output = &exec->outputs[i];
        bool may = output->fd >= 0 && exec->out.len - exec->sent < UNSENT_MAX && exec->fd >= 0;

        if (may && !output->watch)
            output->watch =
                loop_watch_start(exec->loop, output->fd, LOOP_READABLE, on_output, output, &err);
        else if (!may)
            loop_watch_stop(GIVE(output->watch));
    }
}

/* ---- its start ---- */

static int open_socket(struct invoke_exec *exec, struct error *err)
{
    int pair[2];

    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, pair) < 0)
        return error_errno(err, "make a socket");
    exec->fd = pair[0];
    exec->peer = pair[1];
    exec->watch = loop_watch_start(exec->loop, exec->fd, LOOP_READABLE, on_client, exec, err);
    return exec->watch ? 0 : -1;
}

static int start(struct invoke_exec *exec, const struct invoke_exec_request *request,
                 struct exec_ends *ends, struct error *err)
{
    struct instance *instance = exec->instance;
    OWN(arena_free) struct arena *arena = arena_new();
    struct texts *argv = ARENA_NEW(arena, struct texts);
    struct texts *env = ARENA_NEW(arena, struct texts);
    struct supervise_exec spec = {.argv = argv->items, .env = env->items, .tty = request->tty};

    argv->arena = env->arena = arena;
    if (exec_ends_open(request, ends) < 0)
        return error_errno(err, "make pipes");
    spec.in_fd = ends->theirs[0];
    spec.out_fd = ends->theirs[1];
    spec.err_fd = ends->theirs[2];
    exec->input.fd = GIVE_FD(ends->ours[0]);
    for (size_t i = 0; i < OUTPUTS; i++)
        exec->outputs[i].fd = GIVE_FD(ends->ours[i + 1]);
    if (instance_is_container(instance)) {
        container_add_exec(instance, argv, request->in, request->tty);
        container_add_own_environment(instance, env);
    } else {
        environment_add(instance, env);
        texts_add(env, "TERM=xterm");
    }
    for (size_t i = 0; i < request->count; i++)
        texts_add(argv, STR_FMT, STR_ARG(request->command[i]));
    return supervised_exec(instance->program, exec->token, &spec, err);
}

static void on_opening(struct loop_timer *timer)
{
    struct invoke_exec *exec = CONTAINER_OF(timer, struct invoke_exec, opening);
    int fd = exec->peer;

    exec->peer = -1;
    exec->open(exec->arg, fd);
}

static struct invoke_exec *new_exec(struct instance *instance,
                                    const struct invoke_exec_request *request)
{
    struct invoke_exec *exec = mem_alloc(sizeof(*exec));

    exec->instance = instance;
    exec->loop = instance->invoke->loop;
    exec->token = ++instance->next_exec;
    exec->old = request->old;
    exec->tty = request->tty;
    exec->idle_ns = request->idle_ms * NS_PER_MS;
    exec->fd = exec->peer = -1;
    exec->input =
        (struct exec_input){.loop = exec->loop, .fd = -1, .on_read = on_input_read, .arg = exec};
    for (size_t i = 0; i < OUTPUTS; i++)
        exec->outputs[i] =
            (struct output){.exec = exec, .fd = -1, .channel = i ? CHANNEL_ERR : CHANNEL_OUT};
    DL_APPEND(instance->execs, exec);
    return exec;
}

int invoke_exec_begin(struct invoke *invoke, const struct invoke_exec_request *request,
                      void (*open)(void *arg, int fd), void *arg, struct invoke_exec **out,
                      struct error *err)
{
    struct instance *instance = instance_find_for(invoke, request);
    struct exec_ends ends = EXEC_ENDS_NONE;
    struct invoke_exec *exec;
    int r;

    if (!instance)
        return INVOKE_EXEC_NOT_FOUND;
    exec = new_exec(instance, request);
    exec->open = open;
    exec->arg = arg;
    r = open_socket(exec, err);
    if (r == 0)
        r = start(exec, request, &ends, err);
    exec_ends_close(&ends);
    if (r < 0) {
        invoke_exec_close(exec);
        return -1;
    }
    stir(exec);
    watch_again(exec);
    loop_timer_arm(exec->loop, &exec->opening, 0, on_opening);
    *out = exec;
    return 0;
}

/* ---- its end ---- */

void exec_on_ended(void *arg, uint32_t token, int status, const char *problem)
{
    struct instance *instance = arg;
    struct invoke_exec *exec;

    (void)status;
    DL_FOREACH(instance->execs, exec)
    {
        if (exec->token == token) {
            finish(exec, problem);
            return;
        }
    }
}

void execs_lose_instance(struct instance *instance)
{
    while (instance->execs) {
        struct invoke_exec *exec = instance->execs;

        DL_DELETE(instance->execs, exec);
        finish(exec, "the instance has ended");
        exec->instance = NULL;
    }
}

void invoke_exec_close(struct invoke_exec *exec)
{
    if (!exec)
        return;
    end_program(exec);
    if (exec->instance)
        DL_DELETE(exec->instance->execs, exec);
    loop_timer_cancel(exec->loop, &exec->opening);
    close_socket(exec);
    if (exec->peer >= 0)
        close(exec->peer);
    exec_input_close(&exec->input);
    for (size_t i = 0; i < OUTPUTS; i++) {
        close_output(&exec->outputs[i]);
        buf_done(&exec->outputs[i].tail);
    }
    websocket_done(&exec->in);
    buf_done(&exec->out);
    mem_free(exec);
}
