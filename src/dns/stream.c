/*
 * Questions by TCP, each behind two bytes with its length. Few connections, none for long.
 */
#include <errno.h>
#include <unistd.h>

#include "base/mem.h"
#include "dns/internal.h"

enum { LENGTH_BYTES = 2, BITS_A_BYTE = 8, IDLE_NS_PER_S = 1000000000, IDLE_S = 10 };

struct dns_connection {
    struct dns_server *server;
    struct dns_connection *next;
    int fd;
    struct loop_watch *watch;
    struct loop_timer idle;
    struct dns_address here;
    char asker[DNS_ASKER_BYTES];
    struct buf in;
};

static void close_connection(struct dns_connection *c)
{
    struct dns_connection **link = &c->server->connections;

    while (*link != c)
        link = &(*link)->next;
    *link = c->next;
    c->server->connection_count--;
    loop_timer_cancel(c->server->loop, &c->idle);
    loop_watch_stop(c->watch);
    close(c->fd);
    buf_done(&c->in);
    mem_free(c);
}

static void on_idle(struct loop_timer *timer)
{
    close_connection(CONTAINER_OF(timer, struct dns_connection, idle));
}

static void await(struct dns_connection *c)
{
    loop_timer_arm(c->server->loop, &c->idle, (uint64_t)IDLE_S * IDLE_NS_PER_S, on_idle);
}

static size_t frame_bytes(const struct buf *in)
{
    if (in->len < LENGTH_BYTES)
        return 0;
    return LENGTH_BYTES +
           ((size_t)(uint8_t)in->ptr[0] << BITS_A_BYTE | (size_t)(uint8_t)in->ptr[1]);
}

/* Who does not even read a hundred bytes is left. */
static bool answer(struct dns_connection *c, struct str query)
{
    OWN(buf_done) struct buf out = {0};

    buf_add(&out, (struct str){"\0\0", LENGTH_BYTES});
    if (!dns_answer(&c->server->zone, &c->here, str_of(c->asker), query, &out))
        return false;
    size_t len = out.len - LENGTH_BYTES;

    if (len == 0)
        return true;

    out.ptr[0] = (char)(len >> BITS_A_BYTE);
    out.ptr[1] = (char)len;
    return send(c->fd, out.ptr, out.len, MSG_NOSIGNAL | MSG_DONTWAIT) == (ssize_t)out.len;
}

static bool answer_all(struct dns_connection *c)
{
    for (size_t bytes; (bytes = frame_bytes(&c->in)) && bytes <= c->in.len;) {
        struct str query = {c->in.ptr + LENGTH_BYTES, bytes - LENGTH_BYTES};

        if (!answer(c, query))
            return false;
        memmove(c->in.ptr, c->in.ptr + bytes, c->in.len - bytes);
        c->in.len -= bytes;
    }
    return true;
}

static void on_readable(void *arg, unsigned events)
{
    struct dns_connection *c = arg;

    (void)events;
    buf_reserve(&c->in, DNS_MESSAGE_MAX + LENGTH_BYTES - c->in.len);
    ssize_t n = recv(c->fd, c->in.ptr + c->in.len, DNS_MESSAGE_MAX + LENGTH_BYTES - c->in.len, 0);

    if (n < 0 && (errno == EAGAIN || errno == EINTR))
        return;
    if (n > 0)
        c->in.len += (size_t)n;
    if (n <= 0 || !answer_all(c))
        close_connection(c);
    else
        await(c);
}

static bool begin(struct dns_server *server, int fd, const struct sockaddr_storage *asker)
{
    struct sockaddr_storage local = {0};
    socklen_t len = sizeof(local);
    struct error err;

    if (server->connection_count == DNS_TCP_MAX ||
        getsockname(fd, (struct sockaddr *)&local, &len) < 0)
        return false;
    struct dns_connection *c = mem_alloc(sizeof(*c));

    *c = (struct dns_connection){
        .server = server, .next = server->connections, .fd = fd, .here = dns_address_of(&local)};
    dns_asker_of(asker, c->asker);
    c->watch = loop_watch_start(server->loop, fd, LOOP_READABLE, on_readable, c, &err);
    if (!c->watch) {
        mem_free(c);
        return false;
    }
    server->connections = c;
    server->connection_count++;
    await(c);
    return true;
}

void dns_on_connection(void *arg, unsigned events)
{
    const struct dns_listener *listener = arg;
    struct sockaddr_storage asker = {0};
    socklen_t len = sizeof(asker);
    int fd = accept4(listener->tcp, (struct sockaddr *)&asker, &len, SOCK_NONBLOCK | SOCK_CLOEXEC);

    (void)events;
    if (fd >= 0 && !begin(listener->server, fd, &asker))
        close(fd);
}

void dns_connections_close(struct dns_server *server)
{
    while (server->connections)
        close_connection(server->connections);
}
