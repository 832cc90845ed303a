/*
 * http/call/pass.c - what a client asks of us as its proxy and is served elsewhere
 *
 * The connection is taken off whoever had it, its name is looked up on a thread of its own, and
 * from then on bytes go both ways: those of a tunnel (CONNECT) as they are, of a request for an
 * absolute target with the head of the request rewritten for its server, which is asked to close
 * behind the answer. At the end the journal is told. A name that leads back to one of our own
 * listeners is refused.
 */
#include <errno.h>
#include <netdb.h>
#include <stdio.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/mem.h"
#include "http/call/internal.h"
#include "http/wire/authority.h"
#include "loop/worker.h"

enum {
    PASS_BLOCK_BYTES = 16384,
    PASS_CONNECT_MS = 15000, /* to look the name up and connect, all in all */
    NAME_BYTES = 256,
    PORT_BYTES = 6,
    STATUS_LINE_BYTES = 12, /* "HTTP/1.1 200" */
    STATUS_AT = 9,
};

static const struct refusal unreachable = {
    502, REFUSAL_FOREIGN, "the server that this is passed on to cannot be reached"};
static const struct refusal too_slow = {504, REFUSAL_FOREIGN,
                                        "the server that this is passed on to does not answer"};
static const struct refusal leads_back = {
    403, REFUSAL_FOREIGN, "this is passed on to fcemu itself, and would go round for ever"};

struct half {
    struct buf bytes; /* to be sent */
    size_t sent;
    bool ended; /* its reader has come to an end, */
    bool shut;  /* and its writer was told */
};

struct lookup {
    struct pass *pass; /* NULL: nobody wants to know any more */
    char name[NAME_BYTES];
    char port[PORT_BYTES];
    struct addrinfo *found;
};

struct pass {
    struct pass *next, *prev;
    struct http_server *server;
    struct peer *peer;
    struct buf head; /* of the request, as it came */
    char *to;        /* "name:port" */
    bool connect;
    bool answered; /* the client has its "200" already */
    struct lookup *lookup;
    struct addrinfo *found, *try_next;
    int fd; /* of the server; -1: none */
    struct loop_watch *client_watch, *server_watch;
    struct loop_timer timer;
    struct half up, down;
    uint64_t started_ns, down_bytes;
    char status_line[STATUS_LINE_BYTES];
    size_t status_have;
    int status;
};

/* ---- the end ---- */

static void stop(struct pass *pass)
{
    loop_timer_cancel(pass->server->loop, &pass->timer);
    loop_watch_stop(GIVE(pass->client_watch));
    loop_watch_stop(GIVE(pass->server_watch));
    if (pass->lookup)
        pass->lookup->pass = NULL;
    if (pass->fd >= 0)
        close(pass->fd);
    pass->fd = -1;
}

static void unlink_pass(struct pass *pass)
{
    if (pass->prev)
        pass->prev->next = pass->next;
    else
        pass->server->passes = pass->next;
    if (pass->next)
        pass->next->prev = pass->prev;
}

static void record(struct pass *pass, enum http_outcome outcome)
{
    struct http_server *server = pass->server;
    struct http_call *call = call_new(server, pass->peer);

    request_guess(call, buf_str(&pass->head));
    call->request.started_ns = pass->started_ns;
    call->refused = true; /* only `finished` is told */
    call->result = (struct http_result){
        .outcome = outcome, .status = pass->status, .body_bytes = pass->down_bytes};
    if (server->handler.passed)
        server->handler.passed(server->owner, call, str_of(pass->to));
    call_finish(call);
    call_recycle(call);
}

static void pass_free(struct pass *pass)
{
    int fd = pass->peer->fd;

    stop(pass);
    unlink_pass(pass);
    if (pass->found)
        freeaddrinfo(pass->found);
    buf_done(&pass->head);
    buf_done(&pass->up.bytes);
    buf_done(&pass->down.bytes);
    mem_free(pass->to);
    peer_free(pass->peer);
    socket_drain(fd); /* unread bytes would turn the FIN into a RST */
    close(fd);
    mem_free(pass);
}

static void end(struct pass *pass, enum http_outcome outcome)
{
    record(pass, outcome);
    pass_free(pass);
}

/* Nothing was sent yet, unless the client was told that its tunnel stands. */
static void fail(struct pass *pass, const struct refusal *refusal)
{
    if (!pass->answered) {
        call_refuse_unread(pass->peer, buf_str(&pass->head), refusal);
        shutdown(pass->peer->fd, SHUT_WR);
        socket_drain(pass->peer->fd);
        pass_free(pass);
        return;
    }
    pass->status = refusal->status;
    end(pass, HTTP_CUT);
}

void passes_end(struct http_server *server)
{
    while (server->passes)
        end(server->passes, HTTP_CUT);
    worker_free(GIVE(server->resolver));
}

/* ---- bytes both ways ---- */

/* For requests alone; a tunnel's answer is ours. */
static void note_status(struct pass *pass, struct str bytes)
{
    size_t n = STATUS_LINE_BYTES - pass->status_have;
    uint64_t status;

    if (pass->connect || n == 0)
        return;
    n = bytes.len < n ? bytes.len : n;
    memcpy(pass->status_line + pass->status_have, bytes.ptr, n);
    pass->status_have += n;
    if (pass->status_have == STATUS_LINE_BYTES &&
        str_to_uint((struct str){pass->status_line + STATUS_AT, STATUS_LINE_BYTES - STATUS_AT}, 999,
                    &status) == NUMBER_OK)
        pass->status = (int)status;
}

static bool is_again(void)
{
    return errno == EAGAIN || errno == EINTR;
}

/* False when the connection it writes to is broken. */
static bool write_half(struct half *half, int fd)
{
    while (half->sent < half->bytes.len) {
        ssize_t n = socket_write(fd, half->bytes.ptr + half->sent, half->bytes.len - half->sent);

        if (n < 0)
            return is_again();
        half->sent += (size_t)n;
    }
    buf_clear(&half->bytes);
    half->sent = 0;
    if (half->ended && !half->shut) {
        shutdown(fd, SHUT_WR);
        half->shut = true;
    }
    return true;
}

/* As much as is there, one block at a time: what is not sent yet is not added to. */
static bool read_half(struct pass *pass, struct half *half, int fd)
{
    char block[PASS_BLOCK_BYTES];

    while (!half->ended && !half->bytes.len) {
        ssize_t n = socket_read(fd, block, sizeof(block));

        if (n < 0)
            return is_again();
        half->ended = n == 0;
        buf_add(&half->bytes, (struct str){block, (size_t)n});
        if (half == &pass->down) {
            note_status(pass, (struct str){block, (size_t)n});
            pass->down_bytes += (uint64_t)n;
        }
        if (!write_half(half, half == &pass->up ? pass->fd : pass->peer->fd))
            return false;
    }
    return true;
}

static unsigned wanted(const struct half *from, const struct half *to)
{
    return (from->ended || from->bytes.len ? 0 : LOOP_READABLE) |
           (to->bytes.len ? LOOP_WRITABLE : 0);
}

static bool watch_both(struct pass *pass)
{
    struct error err;

    return loop_watch_change(pass->client_watch, wanted(&pass->up, &pass->down), &err) == 0 &&
           loop_watch_change(pass->server_watch, wanted(&pass->down, &pass->up), &err) == 0;
}

static bool move_bytes(struct pass *pass)
{
    return write_half(&pass->up, pass->fd) && write_half(&pass->down, pass->peer->fd) &&
           read_half(pass, &pass->up, pass->peer->fd) && read_half(pass, &pass->down, pass->fd);
}

static void pump(void *arg, unsigned events)
{
    struct pass *pass = arg;

    if (!move_bytes(pass))
        end(pass, HTTP_CLIENT_GONE);
    else if (pass->down.shut && (pass->up.shut || !pass->connect))
        end(pass, HTTP_DELIVERED);
    else if (events & LOOP_HANGUP && pass->down.shut)
        end(pass, HTTP_DELIVERED);
    else if (!watch_both(pass))
        end(pass, HTTP_CUT);
}

/* ---- the first words ---- */

/* For this connection alone, or ours: RFC 9110 §7.6.1, RFC 9112 §9.6. */
static bool is_ours(struct str name)
{
    static const struct str ours[] = {STR_INIT("Connection"), STR_INIT("Proxy-Connection"),
                                      STR_INIT("Keep-Alive"), STR_INIT("Proxy-Authorization"),
                                      STR_INIT("Host")};

    for (size_t i = 0; i < N_ELEMENTS(ours); i++)
        if (str_eq_nocase(name, ours[i]))
            return true;
    return false;
}

/* RFC 9112 §3.2.2: the target names the host, whatever the Host header says. */
static void write_head(const struct pass *pass, size_t head_len, struct buf *out)
{
    struct str rest = str_slice(buf_str(&pass->head), 0, head_len);
    struct str line = STR_NONE;
    struct str method, target, version, authority, path, name, value;

    while (line.len == 0 && head_line(&rest, &line))
        ;
    head_request_line(line, &method, &target, &version);
    authority_cut(target, &authority, &path);
    buf_printf(out, STR_FMT " %s" STR_FMT " HTTP/1.1\r\nHost: " STR_FMT "\r\n", STR_ARG(method),
               path.len && path.ptr[0] == '?' ? "/" : "", STR_ARG(path), STR_ARG(authority));
    while (head_line(&rest, &line) && line.len > 0) {
        if (head_field(line, &name, &value) && is_ours(name))
            continue;
        buf_add(out, line);
        buf_puts(out, "\r\n");
    }
    buf_puts(out, "Via: 1.1 fcemu\r\nConnection: close\r\n\r\n");
}

static void say_first(struct pass *pass)
{
    struct head head;

    if (pass->connect) {
        pass->status = 200;
        if (!pass->answered)
            buf_puts(&pass->down.bytes, "HTTP/1.1 200 Connection established\r\n\r\n");
        pass->answered = true;
        return;
    }
    head_judge(buf_str(&pass->head), pass->server->wire.body_max, &head);
    write_head(pass, head.len, &pass->up.bytes);
    buf_add(&pass->up.bytes, str_slice(buf_str(&pass->head), head.len, pass->head.len));
    pass->answered = true;
}

/* ---- the way there ---- */

static void try_addresses(struct pass *pass);

/* It stands at the same place in both families. */
static uint16_t port_of(const struct sockaddr_storage *address)
{
    struct sockaddr_in v4;

    memcpy(&v4, address, sizeof(v4));
    return ntohs(v4.sin_port);
}

static bool same_address(const struct sockaddr_storage *a, const struct sockaddr_storage *b)
{
    if (a->ss_family != b->ss_family)
        return false;
    if (a->ss_family == AF_INET)
        return ((const struct sockaddr_in *)a)->sin_addr.s_addr ==
               ((const struct sockaddr_in *)b)->sin_addr.s_addr;
    return memcmp(&((const struct sockaddr_in6 *)a)->sin6_addr,
                  &((const struct sockaddr_in6 *)b)->sin6_addr, sizeof(struct in6_addr)) == 0;
}

/* The other end is this machine, at a port of ours. */
static bool is_ourselves(const struct pass *pass)
{
    struct sockaddr_storage mine = {0};
    struct sockaddr_storage theirs = {0};
    socklen_t mine_len = sizeof(mine);
    socklen_t theirs_len = sizeof(theirs);

    return getsockname(pass->fd, (struct sockaddr *)&mine, &mine_len) == 0 &&
           getpeername(pass->fd, (struct sockaddr *)&theirs, &theirs_len) == 0 &&
           same_address(&mine, &theirs) && wire_listens(&pass->server->wire, port_of(&theirs));
}

static void start_pumping(struct pass *pass)
{
    struct error err;

    loop_timer_cancel(pass->server->loop, &pass->timer);
    loop_watch_stop(GIVE(pass->server_watch));
    say_first(pass);
    pass->client_watch =
        loop_watch_start(pass->server->loop, pass->peer->fd, LOOP_READABLE, pump, pass, &err);
    pass->server_watch =
        loop_watch_start(pass->server->loop, pass->fd, LOOP_READABLE, pump, pass, &err);
    if (!pass->client_watch || !pass->server_watch)
        end(pass, HTTP_CUT);
    else
        pump(pass, 0);
}

static void give_up_address(struct pass *pass)
{
    loop_watch_stop(GIVE(pass->server_watch));
    close(pass->fd);
    pass->fd = -1;
    try_addresses(pass);
}

static void on_connected(void *arg, unsigned events)
{
    struct pass *pass = arg;
    int error = 0;
    socklen_t len = sizeof(error);

    (void)events;
    if (getsockopt(pass->fd, SOL_SOCKET, SO_ERROR, &error, &len) < 0 || error != 0)
        give_up_address(pass);
    else if (is_ourselves(pass))
        fail(pass, &leads_back);
    else
        start_pumping(pass);
}

static bool begin_connect(struct pass *pass, const struct addrinfo *address)
{
    struct error err;

    pass->fd = socket(address->ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC,
                      address->ai_protocol);
    if (pass->fd < 0)
        return false;
    if (connect(pass->fd, address->ai_addr, address->ai_addrlen) == 0 || errno == EINPROGRESS)
        pass->server_watch =
            loop_watch_start(pass->server->loop, pass->fd, LOOP_WRITABLE, on_connected, pass, &err);
    if (pass->server_watch)
        return true;
    close(pass->fd);
    pass->fd = -1;
    return false;
}

static void try_addresses(struct pass *pass)
{
    while (pass->try_next) {
        const struct addrinfo *address = pass->try_next;

        pass->try_next = address->ai_next;
        if (begin_connect(pass, address))
            return;
    }
    fail(pass, &unreachable);
}

static void look_up(void *arg)
{
    struct lookup *lookup = arg;
    struct addrinfo hints = {.ai_socktype = SOCK_STREAM, .ai_flags = AI_NUMERICSERV};

    if (getaddrinfo(lookup->name, lookup->port, &hints, &lookup->found) != 0)
        lookup->found = NULL;
}

static void looked_up(void *arg)
{
    struct lookup *lookup = arg;
    struct pass *pass = lookup->pass;

    if (pass) {
        pass->lookup = NULL;
        pass->found = pass->try_next = lookup->found;
        try_addresses(pass);
    } else if (lookup->found) {
        freeaddrinfo(lookup->found);
    }
    mem_free(lookup);
}

static void on_late(struct loop_timer *timer)
{
    fail(CONTAINER_OF(timer, struct pass, timer), &too_slow);
}

static void on_no_way(struct loop_timer *timer)
{
    fail(CONTAINER_OF(timer, struct pass, timer), &unreachable);
}

static bool begin_lookup(struct pass *pass)
{
    struct http_server *server = pass->server;
    struct lookup *lookup;
    struct str name = STR("");
    struct str port = STR("");
    struct error err;

    str_cut_last(str_of(pass->to), ':', &name, &port);
    if (str_starts(name, STR("[")) && str_ends(name, STR("]")))
        name = str_slice(name, 1, name.len - 1);
    if (name.len >= NAME_BYTES || port.len >= PORT_BYTES ||
        (!server->resolver && worker_new(server->loop, "resolver", &server->resolver, &err) < 0))
        return false;
    lookup = mem_alloc(sizeof(*lookup));
    *lookup = (struct lookup){.pass = pass};
    snprintf(lookup->name, sizeof(lookup->name), STR_FMT, STR_ARG(name));
    snprintf(lookup->port, sizeof(lookup->port), STR_FMT, STR_ARG(port));
    pass->lookup = lookup;
    worker_submit(server->resolver, look_up, looked_up, lookup);
    return true;
}

void pass_begin(struct http_server *server, struct peer *peer, struct str head, struct str to,
                enum pass_kind kind)
{
    struct pass *pass = mem_alloc(sizeof(*pass));

    *pass = (struct pass){
        .next = server->passes,
        .server = server,
        .peer = peer,
        .to = mem_dup_len(to.ptr, to.len),
        .connect = kind != PASS_REQUEST,
        .answered = kind == PASS_TUNNEL_STANDS,
        .fd = -1,
        .started_ns = clock_monotonic_ns(),
    };
    if (pass->next)
        pass->next->prev = pass;
    server->passes = pass;
    buf_add(&pass->head, head);
    peer_is_busy(peer);
    if (begin_lookup(pass))
        loop_timer_arm(server->loop, &pass->timer, PASS_CONNECT_MS * (uint64_t)NS_PER_MS, on_late);
    else
        loop_timer_arm(server->loop, &pass->timer, 0, on_no_way);
}
