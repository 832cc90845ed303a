/*
 * http/call/tunnel.c - calls that become pipes: CONNECT within TLS, and other protocols
 *
 * A proxy that is spoken to over HTTPS leads back to us: what comes out of the outer connection's
 * TLS goes through a pair of sockets into a connection of its own, which the wire looks at like at
 * every other. After an answer of 101 the other end is the owner's. The call lasts as long as both
 * ends.
 */
#include <errno.h>
#include <unistd.h>

#include "base/mem.h"
#include "http/call/internal.h"

enum { TUNNEL_BLOCK_BYTES = 16384 };

struct flow {
    char bytes[TUNNEL_BLOCK_BYTES];
    size_t len;
    size_t sent;
};

struct tunnel {
    int fd; /* our end of the pair */
    struct loop_watch *watch;
    struct flow in, out; /* as the client sees it */
    struct str first;    /* for the client, before what the other end says */
};

static struct str rest_of(const struct flow *flow)
{
    return (struct str){flow->bytes + flow->sent, flow->len - flow->sent};
}

static void sent(struct flow *flow, size_t n)
{
    flow->sent += n;
    if (flow->sent == flow->len)
        flow->sent = flow->len = 0;
}

/* Each of these: 1 when something moved, 0 when nothing can now, -1 at the end. */
static int read_socket(int fd, struct flow *flow)
{
    ssize_t n = socket_read(fd, flow->bytes, sizeof(flow->bytes));

    if (n > 0)
        flow->len = (size_t)n;
    if (n < 0 && (errno == EAGAIN || errno == EINTR))
        return 0;
    return n > 0 ? 1 : -1;
}

static int read_client(struct http_call *call, struct flow *flow)
{
    ssize_t n = peer_receive(call->peer, flow->bytes, sizeof(flow->bytes));

    if (n > 0)
        flow->len = (size_t)n;
    if (n == PEER_AGAIN)
        return 0;
    return n > 0 ? 1 : -1;
}

static int read_inner(struct tunnel *tunnel, struct flow *flow)
{
    size_t n = tunnel->first.len < sizeof(flow->bytes) ? tunnel->first.len : sizeof(flow->bytes);

    if (n == 0)
        return read_socket(tunnel->fd, flow);
    memcpy(flow->bytes, tunnel->first.ptr, n);
    tunnel->first = str_slice(tunnel->first, n, tunnel->first.len);
    flow->len = n;
    return 1;
}

static int write_inner(struct tunnel *tunnel, struct flow *flow)
{
    struct str rest = rest_of(flow);
    ssize_t n = socket_write(tunnel->fd, rest.ptr, rest.len);

    if (n > 0)
        sent(flow, (size_t)n);
    if (n < 0 && (errno == EAGAIN || errno == EINTR))
        return 0;
    return n > 0 ? 1 : -1;
}

static int write_client(struct http_call *call, struct flow *flow)
{
    ssize_t n = peer_send(call->peer, rest_of(flow), false);

    if (n > 0)
        sent(flow, (size_t)n);
    if (n == PEER_AGAIN)
        return 0;
    return n > 0 ? 1 : -1;
}

static int move_in(struct http_call *call)
{
    struct tunnel *tunnel = call->tunnel;

    return tunnel->in.len ? write_inner(tunnel, &tunnel->in) : read_client(call, &tunnel->in);
}

static int move_out(struct http_call *call)
{
    struct tunnel *tunnel = call->tunnel;

    return tunnel->out.len ? write_client(call, &tunnel->out) : read_inner(tunnel, &tunnel->out);
}

static void pump(void *arg, unsigned events);

/* A side is read when what it said last is gone, and written when there is something for it. */
static unsigned wanted(const struct flow *from, const struct flow *to)
{
    return (from->len ? 0 : LOOP_READABLE) | (to->len ? LOOP_WRITABLE : 0);
}

static bool watch_both(struct http_call *call)
{
    struct tunnel *tunnel = call->tunnel;
    struct error err;

    return loop_watch_change(call->watch, wanted(&tunnel->in, &tunnel->out), &err) == 0 &&
           loop_watch_change(tunnel->watch, wanted(&tunnel->out, &tunnel->in), &err) == 0;
}

static void pump(void *arg, unsigned events)
{
    struct http_call *call = arg;
    int in = 1;
    int out = 1;

    (void)events;
    if (call->phase == CALL_OVER)
        return; /* the other socket's event came with the one that ended it */
    while (in > 0 || out > 0) {
        in = move_in(call);
        out = in < 0 ? -1 : move_out(call);
        if (in < 0 || out < 0)
            break;
    }
    if (in < 0 || out < 0 || !watch_both(call))
        call_over(call, HTTP_DELIVERED);
}

static void tunnel_free(void *arg)
{
    struct tunnel *tunnel = arg;

    loop_watch_stop(tunnel->watch);
    close(tunnel->fd);
    mem_free(tunnel);
}

/* @fd is the tunnel's from here on, whatever comes of it. */
static bool start(struct http_call *call, int fd, struct str answer, struct str first)
{
    struct loop *loop = call->server->loop;
    struct tunnel *tunnel = mem_alloc(sizeof(*tunnel));
    struct error err;

    call->tunnel = tunnel;
    arena_on_end(call->arena, tunnel_free, tunnel);
    tunnel->fd = fd;
    tunnel->first = first;
    call->watch = loop_watch_start(loop, call->peer->fd, LOOP_READABLE, pump, call, &err);
    tunnel->watch = loop_watch_start(loop, fd, LOOP_READABLE, pump, call, &err);
    return call->watch && tunnel->watch &&
           peer_send(call->peer, answer, false) == (ssize_t)answer.len;
}

/* Where the tunnel leads: back to us, or on. */
static void enter(struct http_call *call, int fd, struct str to)
{
    struct str head =
        arena_strf(call->arena, "CONNECT " STR_FMT " HTTP/1.1\r\nHost: " STR_FMT "\r\n\r\n",
                   STR_ARG(call->request.target), STR_ARG(call->request.target));

    if (str_is_set(to))
        pass_begin(call->server, peer_within(call->peer, fd), head, to, PASS_TUNNEL_STANDS);
    else
        wire_enter(call->peer, fd);
}

bool tunnel_open(struct http_call *call, const struct refusal **out_refusal)
{
    struct str answer = STR("HTTP/1.1 200 Connection established\r\n\r\n");
    struct str to;
    const struct refusal *wrong =
        pass_ask(call->server, call->peer, call->request.target, "443", call->arena, &to);
    int pair[2];

    if (wrong) {
        *out_refusal = wrong;
        return false;
    }
    call->phase = CALL_WRITING;
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, pair) < 0)
        return false;
    if (!start(call, pair[0], answer, STR_NONE)) {
        close(pair[1]);
        return false;
    }
    enter(call, pair[1], to);
    return true;
}

void http_call_pipe(struct http_call *call, const struct http_response *response, int fd,
                    struct str first)
{
    if (call->phase == CALL_OVER) {
        close(fd);
        return;
    }
    call->delivered = true;
    call->response = *response;
    call->result.status = response->status;
    call_unpark(call);
    call->phase = CALL_WRITING;
    if (start(call, fd, head_format(call, false), first))
        pump(call, 0);
    else
        call_over(call, HTTP_CLIENT_GONE);
}
