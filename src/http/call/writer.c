/*
 * http/call/writer.c - answers sent past libmicrohttpd, on a suspended connection
 *
 * For everything that must be exact to the byte, must break off, lie about its length, or fall
 * silent; and for answers that do not wait for the request's body. The connection always ends with
 * such an answer.
 */
#include <linux/sockios.h>
#include <sys/ioctl.h>

#include "http/call/internal.h"

enum {
    FLUSH_LOOK_NS = 1 * NS_PER_MS,
    FLUSH_LOOKS_MAX = 5000, /* the client reads nothing: reset all the same */
    LINGER_MS = 3000,       /* time for a client in mid-upload to read its answer */
    CHUNK_BYTES = 1 << 20,
};

static void pump(struct http_call *call);
static void on_events(void *arg, unsigned events);
static void on_timer(struct loop_timer *timer);

/* Watch for @events, 0 for none. False when the kernel refuses. */
static bool watch(struct http_call *call, unsigned events)
{
    struct error err;

    loop_watch_stop(GIVE(call->watch));
    if (events == 0)
        return true;
    call->watch =
        loop_watch_start(call->server->loop, call->peer->fd, events, on_events, call, &err);
    return call->watch != NULL;
}

static void wait_for(struct http_call *call, enum writer_state state, unsigned events,
                     uint64_t wait_ms)
{
    call->writer.state = state;
    if (wait_ms != DELIVERY_FOREVER)
        loop_timer_arm(call->server->loop, &call->timer, wait_ms * NS_PER_MS, on_timer);
    else
        loop_timer_cancel(call->server->loop, &call->timer);
    if (!watch(call, events))
        call_over(call, HTTP_CUT);
}

static void wait_writable(struct http_call *call)
{
    wait_for(call, WRITER_SENDS, LOOP_WRITABLE, call->server->settings.idle_timeout_s * 1000ull);
}

static enum http_outcome outcome_of(const struct http_call *call)
{
    if (call->refused)
        return HTTP_REFUSED;
    return call->delivery.form == DELIVERY_NOTHING || call->plan.cut ? HTTP_CUT : HTTP_DELIVERED;
}

/* FIN. What the client still sends is read and forgotten, for unread bytes would turn the FIN into
 * a RST, which takes the answer with it. */
static void end_by_close(struct http_call *call)
{
    struct peer *peer = call->peer;
    bool uploads = call->has_body && !call->request.body_complete;
    bool open;

    if (call->request.body_complete && !peer->session && call->plan.limit == 0 &&
        call->writer.head.len == 0) {
        call_over(call, outcome_of(call));
        return;
    }
    if (peer->session && !peer->no_notify)
        gnutls_bye(peer->session, GNUTLS_SHUT_WR);
    if (peer->session ||
        uploads) /* else libmicrohttpd closes it in a moment, which is a FIN, too */
        shutdown(peer->fd, SHUT_WR);
    open = socket_drain(peer->fd);
    call->result.outcome = outcome_of(call);
    if (open && uploads)
        wait_for(call, WRITER_LINGERS, LOOP_READABLE | LOOP_HANGUP, LINGER_MS);
    else
        call_over(call, outcome_of(call));
}

/* Bytes that are still in the kernel would be lost with the connection. */
static void end_by_reset(struct http_call *call)
{
    int unsent = 0;

    if (ioctl(call->peer->fd, SIOCOUTQ, &unsent) == 0 && unsent > 0 &&
        call->writer.looks++ < FLUSH_LOOKS_MAX) {
        call->writer.state = WRITER_FLUSHES;
        watch(call, 0);
        loop_timer_arm(call->server->loop, &call->timer, FLUSH_LOOK_NS, on_timer);
        return;
    }
    socket_reset(call->peer->fd);
    call_over(call, HTTP_CUT);
}

static void end(struct http_call *call, enum delivery_end how)
{
    if (call_bounced(call)) {
        call_over(call, HTTP_CLIENT_GONE);
        return;
    }
    switch (how) {
    case DELIVERY_KEEP:
    case DELIVERY_CLOSE:
        end_by_close(call);
        break;
    case DELIVERY_RESET:
        end_by_reset(call);
        break;
    case DELIVERY_SILENCE:
        wait_for(call, WRITER_IS_SILENT, LOOP_HANGUP, call->delivery.silence_ms);
        break;
    }
}

/* As much of @bytes as goes now; below 0: it waits, or is over. @planned of the plan are done then.
 */
static ssize_t send_some(struct http_call *call, struct str bytes, uint64_t planned)
{
    ssize_t n = peer_send(call->peer, bytes, plan_goes_on(&call->plan, planned));

    if (n == PEER_AGAIN)
        wait_writable(call);
    else if (n == PEER_BROKEN)
        call_over(call, HTTP_CLIENT_GONE);
    return n;
}

static void count_body(struct http_call *call, uint64_t bytes)
{
    plan_sent(&call->plan, bytes);
    call->result.body_bytes += bytes;
}

/* True when all of the head is out. A record that GnuTLS had begun goes out as it was, which may be
 * some of the body, too. */
static bool send_head(struct http_call *call)
{
    struct writer *writer = &call->writer;

    while (writer->head_sent < writer->head.len) {
        ssize_t n =
            send_some(call, str_slice(writer->head, writer->head_sent, writer->head.len), 0);

        if (n < 0)
            return false;
        writer->head_sent += (size_t)n;
    }
    count_body(call, writer->head_sent - writer->head.len);
    writer->head_sent = writer->head.len;
    return true;
}

/* True when there may be more to do at once. */
static bool send_body(struct http_call *call, const struct step *step)
{
    uint64_t bytes = step->bytes < CHUNK_BYTES ? step->bytes : CHUNK_BYTES;
    ssize_t n = send_some(call, str_slice(call->writer.body, step->at, step->at + bytes), bytes);

    if (n < 0)
        return false;
    count_body(call, (uint64_t)n);
    return true;
}

static void pump(struct http_call *call)
{
    struct step step;

    if (!send_head(call))
        return;
    do {
        step = plan_next(&call->plan);
    } while (step.kind == STEP_SEND && send_body(call, &step));
    if (step.kind == STEP_WAIT)
        wait_for(call, WRITER_PAUSES, wait_is_long(step.wait_ms) ? LOOP_HANGUP : 0, step.wait_ms);
    else if (step.kind == STEP_END)
        end(call, step.end);
}

/* A client that leaves a silence, or a pause in the answer, left before the end of it; unless it
 * has had the whole answer already. */
static void on_left(struct http_call *call)
{
    bool whole = call->writer.state == WRITER_IS_SILENT && outcome_of(call) == HTTP_DELIVERED;

    call_over(call, whole ? HTTP_DELIVERED : HTTP_CLIENT_GONE);
}

static void on_events(void *arg, unsigned events)
{
    struct http_call *call = arg;

    (void)events;
    switch (call->writer.state) {
    case WRITER_SENDS:
        pump(call);
        break;
    case WRITER_PAUSES:
    case WRITER_IS_SILENT:
        on_left(call);
        break;
    case WRITER_LINGERS:
        if (!socket_drain(call->peer->fd))
            call_over(call, call->result.outcome);
        break;
    case WRITER_FLUSHES:
        break;
    }
}

static void on_timer(struct loop_timer *timer)
{
    struct http_call *call = CONTAINER_OF(timer, struct http_call, timer);

    switch (call->writer.state) {
    case WRITER_SENDS: /* nothing was read for as long as an idle connection may live */
        call_over(call, HTTP_CLIENT_GONE);
        break;
    case WRITER_PAUSES:
        pump(call);
        break;
    case WRITER_FLUSHES:
        end_by_reset(call);
        break;
    case WRITER_IS_SILENT:
        end_by_close(call);
        break;
    case WRITER_LINGERS:
        call_over(call, call->result.outcome);
        break;
    }
}

/* An answer that says it is longer than it is leaves the client waiting, as HTTP would have it. */
static enum delivery_end natural_end(const struct http_call *call)
{
    const struct delivery *d = &call->delivery;
    bool promises_more = d->declare && d->declared > call->response.body.len;
    bool interim = call->response.status < 200;

    return !d->cut && (promises_more || interim) ? DELIVERY_SILENCE : DELIVERY_CLOSE;
}

static void set_answer(struct http_call *call)
{
    struct delivery *d = &call->delivery;
    struct writer *writer = &call->writer;
    bool whole = !d->cut && !d->declare && !d->stall &&
                 (d->end == DELIVERY_KEEP || d->end == DELIVERY_CLOSE);

    if (reply_has_body(call))
        writer->body = call->response.body;
    if (d->end == DELIVERY_KEEP)
        d->end = natural_end(call);
    writer->head = head_format(call, whole);
    plan_init(&call->plan, d, writer->body.len);
    call->result.status = call->response.status;
}

void writer_start(struct http_call *call)
{
    struct delivery *d = &call->delivery;

    if (d->form == DELIVERY_ANSWER) {
        set_answer(call);
    } else {
        plan_init(&call->plan, &(struct delivery){.end = d->end}, 0);
        if (d->form == DELIVERY_RAW)
            call->writer.head = d->raw;
    }
    pump(call);
}

void writer_go_on(struct http_call *call, struct str head, size_t sent)
{
    struct writer *writer = &call->writer;

    call->phase = CALL_WRITING;
    writer->head = arena_str(call->arena, head);
    writer->head_sent = sent < head.len ? sent : head.len;
    writer->body = call->response.body;
    plan_init(&call->plan, &(struct delivery){.end = DELIVERY_CLOSE}, writer->body.len);
    count_body(call, sent - writer->head_sent);
    pump(call);
}

void writer_say(struct http_call *call)
{
    struct str head = head_format(call, true);
    struct str body = call->head_only ? STR_NONE : call->response.body;

    call->result.status = call->response.status;
    if (peer_send(call->peer, ARENA_CONCAT(call->arena, head, body), false) > 0)
        call->result.body_bytes = body.len;
}

void writer_release(struct http_call *call)
{
    if (call->writer.state == WRITER_PAUSES || call->writer.state == WRITER_IS_SILENT)
        on_timer(&call->timer);
}
