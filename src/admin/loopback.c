/* A request of ours to ourselves: connected, written, read to its end, all by events of the loop.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <sys/socket.h>
#include <unistd.h>

#include "admin/loopback.h"
#include "base/mem.h"

enum { ANSWER_BYTES_MAX = 8 << 20, PIECE_BYTES = 16 << 10, STATUS_AT = 9 };

struct loopback {
    struct admin_call *call;
    struct loop_watch *watch;
    struct loop_timer timer;
    int fd;
    struct buf out; /* the request */
    size_t sent;
    struct buf in; /* the answer */
    uint64_t wait_ns;
    loopback_done *done;
};

/* ---- the answer ---- */

static struct str without_return(struct str value)
{
    return str_slice(value, 0, value.len - (str_ends(value, STR("\r")) ? 1 : 0));
}

struct str loopback_header(struct str head, struct str wanted)
{
    struct str line, name, value, tail, rest = head;

    while (rest.len) {
        if (!str_cut(rest, '\n', &line, &tail))
            tail = STR_NONE;
        if (str_cut(line, ':', &name, &value) && str_eq_nocase(name, wanted))
            return without_return(str_trim(value));
        rest = tail;
    }
    return STR_NONE;
}

static void hang_up(struct admin_call *call)
{
    struct loopback *own = call->state;

    loop_timer_cancel(call->admin->context.loop, &own->timer);
    loop_watch_stop(own->watch);
    close(own->fd);
    buf_done(&own->out);
    buf_done(&own->in);
}

static void end(struct loopback *own)
{
    hang_up(own->call);
    admin_call_resume(own->call); /* it lived in its arena */
}

static void hand_over(struct loopback *own)
{
    struct str text = buf_str(&own->in);
    struct loopback_answer answer = {.head = text, .body = STR("")};
    uint64_t status = 0;
    size_t at;

    if (str_find(text, STR("\r\n\r\n"), &at)) {
        answer.head = str_slice(text, 0, at);
        answer.body = str_slice(text, at + 4, text.len);
    }
    str_to_uint(str_slice(answer.head, STATUS_AT, STATUS_AT + 3), UINT16_MAX, &status);
    answer.status = (int)status;
    own->done(own->call, &answer);
    end(own);
}

/* ---- the connection ---- */

static bool send_more(struct loopback *own)
{
    while (own->sent < own->out.len) {
        ssize_t n = send(own->fd, own->out.ptr + own->sent, own->out.len - own->sent, MSG_NOSIGNAL);

        if (n < 0)
            return errno == EAGAIN || errno == EINTR || errno == ENOTCONN;
        own->sent += (size_t)n;
    }
    return true;
}

/* False at the end of the stream, whichever way it came. */
static bool read_more(struct loopback *own)
{
    char piece[PIECE_BYTES];

    for (;;) {
        ssize_t n = recv(own->fd, piece, sizeof(piece), 0);

        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return n < 0 && (errno == EAGAIN || errno == ENOTCONN);
        buf_add(&own->in, (struct str){piece, (size_t)n});
        if (own->in.len > ANSWER_BYTES_MAX)
            return false;
    }
}

static void on_event(void *arg, unsigned events)
{
    struct loopback *own = arg;
    struct error err;

    (void)events;
    if (!send_more(own) || !read_more(own)) {
        hand_over(own);
        return;
    }
    if (own->sent == own->out.len)
        loop_watch_change(own->watch, LOOP_READABLE, &err);
}

static void on_timeout(struct loop_timer *timer)
{
    struct loopback *own = CONTAINER_OF(timer, struct loopback, timer);
    struct loopback_answer answer = {.problem = 422};

    answer.why =
        arena_strf(own->call->arena, "no answer came within %g s; look for it in the journal",
                   (double)own->wait_ns / 1e9);
    own->done(own->call, &answer);
    end(own);
}

static int connect_to_ourselves(uint16_t port)
{
    struct sockaddr_in address = {
        .sin_family = AF_INET, .sin_port = htons(port), .sin_addr = {htonl(INADDR_LOOPBACK)}};
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

    if (fd < 0)
        return -1;
    if (connect(fd, (struct sockaddr *)&address, sizeof(address)) < 0 && errno != EINPROGRESS) {
        close(fd);
        return -1;
    }
    return fd;
}

/* NULL, and @answer says why. */
static struct loopback *loopback_new(struct admin_call *call, struct loopback_answer *answer)
{
    const struct admin_context *context = &call->admin->context;
    struct loopback *own = ARENA_NEW(call->arena, struct loopback);
    uint16_t port = context->loopback_port ? context->loopback_port(context->owner) : 0;
    struct error err;

    *answer = (struct loopback_answer){
        .problem = 501, .why = STR("no listener of ours can be reached at 127.0.0.1")};
    if (!port)
        return NULL;
    own->call = call;
    own->fd = connect_to_ourselves(port);
    answer->problem = 422;
    answer->why = arena_strf(call->arena, "127.0.0.1:%u does not answer", port);
    if (own->fd < 0)
        return NULL;
    own->watch = loop_watch_start(context->loop, own->fd, LOOP_READABLE | LOOP_WRITABLE, on_event,
                                  own, &err);
    if (own->watch)
        return own;
    close(own->fd);
    answer->problem = 500;
    answer->why = arena_str(call->arena, str_of(err.text));
    return NULL;
}

void loopback_send(struct admin_call *call, struct buf *request, uint64_t wait_ns,
                   loopback_done *done)
{
    struct loopback_answer answer;
    struct loopback *own = loopback_new(call, &answer);

    if (!own) {
        buf_done(request);
        done(call, &answer);
        return;
    }
    own->out = *request;
    *request = (struct buf){0};
    own->wait_ns = wait_ns;
    own->done = done;
    loop_timer_arm(call->admin->context.loop, &own->timer, wait_ns, on_timeout);
    call->state = own;
    admin_call_park(call, hang_up);
}
