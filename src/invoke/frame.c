/*
 * Frames: whole ones out of whatever arrives, and what is sent into whatever the socket takes.
 */
#include "invoke/frame.h"

#include <errno.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

#include "base/mem.h"
#include "loop/loop.h"

enum {
    READ_BYTES = 256 * 1024,
    PARTS_MAX = 4,
    KIND_AT = 4,
    CALL_AT = 8,
};

struct channel {
    struct loop *loop;
    int fd;
    struct loop_watch *watch;
    const struct channel_events *events;
    void *arg;
    struct buf in;  /* a frame that is not whole yet */
    struct buf out; /* not taken by the socket yet */
    size_t out_sent;
    struct str lent; /* behind it; somebody else's */
    uint32_t lent_call;
    bool busy, closed;
};

/* What one turn reads; nothing in it outlives that. */
static char *scratch(void)
{
    static char *bytes;

    if (!bytes)
        bytes = mem_alloc(READ_BYTES);
    return bytes;
}

static uint32_t number_at(const char *at)
{
    uint32_t number;

    memcpy(&number, at, sizeof(number));
    return number;
}

static void free_channel(struct channel *c)
{
    buf_done(&c->in);
    buf_done(&c->out);
    mem_free(c);
}

/* ---- in ---- */

/* Frames in @bytes. Returns how many bytes were whole frames; -1 for what is none. */
static ssize_t take_frames(struct channel *c, struct str bytes)
{
    size_t at = 0;

    while (!c->closed && bytes.len - at >= FRAME_HEAD_BYTES) {
        const char *head = bytes.ptr + at;
        uint32_t len = number_at(head);
        struct frame frame = {
            .kind = head[KIND_AT],
            .call = number_at(head + CALL_AT),
            .payload = {head + FRAME_HEAD_BYTES, len}
        };

        if (len > FRAME_PAYLOAD_MAX)
            return -1;
        if (bytes.len - at - FRAME_HEAD_BYTES < len)
            break;
        at += FRAME_HEAD_BYTES + len;
        c->events->frame(c->arg, &frame);
    }
    return (ssize_t)at;
}

/* A frame is gathered in `in` until it is whole; others are taken from where they were read. */
static bool take_bytes(struct channel *c, struct str bytes)
{
    struct str all = bytes;
    ssize_t taken;

    if (c->in.len) {
        buf_add(&c->in, bytes);
        all = buf_str(&c->in);
    }
    taken = take_frames(c, all);
    if (taken < 0)
        return false;
    if (c->closed || taken == (ssize_t)all.len) {
        buf_done(&c->in);
        return true;
    }
    if (!c->in.len) {
        buf_add(&c->in, str_slice(all, (size_t)taken, all.len));
    } else if (taken) {
        memmove(c->in.ptr, c->in.ptr + taken, all.len - (size_t)taken);
        c->in.len = all.len - (size_t)taken;
    }
    if (c->in.len >= FRAME_HEAD_BYTES && number_at(c->in.ptr) <= FRAME_PAYLOAD_MAX)
        buf_reserve(&c->in, FRAME_HEAD_BYTES + number_at(c->in.ptr));
    return true;
}

static void read_all(struct channel *c)
{
    while (!c->closed) {
        ssize_t got = read(c->fd, scratch(), READ_BYTES);

        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0 && errno == EAGAIN)
            return;
        if (got <= 0 || !take_bytes(c, (struct str){scratch(), (size_t)got})) {
            c->events->ended(c->arg);
            return;
        }
        if (got < READ_BYTES)
            return;
    }
}

/* ---- out ---- */

static void watch_for(struct channel *c, unsigned events)
{
    struct error err;

    loop_watch_change(c->watch, events, &err);
}

/* What the socket takes of it goes; false when it takes no more now. */
static bool send_some(struct channel *c, struct str *rest)
{
    while (rest->len) {
        ssize_t sent = send(c->fd, rest->ptr, rest->len, MSG_NOSIGNAL);

        if (sent < 0 && errno == EINTR)
            continue;
        if (sent < 0)
            return false; /* full, or gone: reading finds that out */
        *rest = str_slice(*rest, (size_t)sent, rest->len);
    }
    return true;
}

static void write_rest(struct channel *c)
{
    struct str rest = str_slice(buf_str(&c->out), c->out_sent, c->out.len);
    bool all = send_some(c, &rest);

    c->out_sent = c->out.len - rest.len;
    if (!all || !send_some(c, &c->lent))
        return;
    buf_done(&c->out);
    c->out_sent = 0;
    watch_for(c, LOOP_READABLE);
}

static bool has_rest(const struct channel *c)
{
    return c->out.len || c->lent.len;
}

/* Returns how much of the frame the socket took. */
static size_t send_frame(const struct channel *c, struct iovec *parts, size_t count)
{
    struct msghdr message = {.msg_iov = parts, .msg_iovlen = count};
    ssize_t sent;

    do
        sent = sendmsg(c->fd, &message, MSG_NOSIGNAL);
    while (sent < 0 && errno == EINTR);
    return sent < 0 ? 0 : (size_t)sent;
}

static void keep_rest(struct channel *c, const struct iovec *parts, size_t count, size_t skip)
{
    for (size_t i = 0; i < count; i++) {
        struct str part = {parts[i].iov_base, parts[i].iov_len};
        size_t cut = skip < part.len ? skip : part.len;

        skip -= cut;
        buf_add(&c->out, str_slice(part, cut, part.len));
    }
}

void channel_lend(struct channel *c, char kind, uint32_t call, const struct str *parts,
                  size_t count, struct str last)
{
    char head[FRAME_HEAD_BYTES] = {0};
    struct iovec all[PARTS_MAX + 2] = {
        {head, FRAME_HEAD_BYTES}
    };
    uint32_t len = (uint32_t)last.len;
    size_t before = FRAME_HEAD_BYTES;
    size_t sent;

    for (size_t i = 0; i < count; i++) {
        len += (uint32_t)parts[i].len;
        before += parts[i].len;
        all[i + 1] = (struct iovec){(void *)(uintptr_t)parts[i].ptr, parts[i].len};
    }
    all[count + 1] = (struct iovec){(void *)(uintptr_t)last.ptr, last.len};
    memcpy(head, &len, sizeof(len));
    head[KIND_AT] = kind;
    memcpy(head + CALL_AT, &call, sizeof(call));
    channel_own(c, c->lent_call);
    sent = has_rest(c) ? 0 : send_frame(c, all, count + 2);
    if (sent == before + last.len)
        return;
    if (!has_rest(c))
        watch_for(c, LOOP_READABLE | LOOP_WRITABLE);
    keep_rest(c, all, count + 1, sent);
    c->lent = str_slice(last, sent > before ? sent - before : 0, last.len);
    c->lent_call = call;
}

void channel_own(struct channel *c, uint32_t call)
{
    if (!c->lent.len || c->lent_call != call)
        return;
    buf_add(&c->out, c->lent);
    c->lent.len = 0;
}

void channel_send(struct channel *c, char kind, uint32_t call, const struct str *parts,
                  size_t count)
{
    channel_lend(c, kind, call, parts, count, STR(""));
}

/* ---- open and close ---- */

static void on_events(void *arg, unsigned events)
{
    struct channel *c = arg;

    c->busy = true;
    if (events & LOOP_WRITABLE)
        write_rest(c);
    if (events & (LOOP_READABLE | LOOP_HANGUP))
        read_all(c);
    c->busy = false;
    if (c->closed)
        free_channel(c);
}

struct channel *channel_open(struct loop *loop, int fd, const struct channel_events *events,
                             void *arg, struct error *err)
{
    struct channel *c = mem_alloc(sizeof(*c));

    *c = (struct channel){.loop = loop, .fd = fd, .events = events, .arg = arg};
    c->watch = loop_watch_start(loop, fd, LOOP_READABLE, on_events, c, err);
    if (!c->watch) {
        close(fd);
        mem_free(c);
        return NULL;
    }
    return c;
}

void channel_close(struct channel *c)
{
    if (!c)
        return;
    loop_watch_stop(c->watch);
    close(c->fd);
    c->closed = true;
    if (!c->busy)
        free_channel(c);
}

void channel_adopt(struct channel *c, const struct channel_events *events, void *arg)
{
    c->events = events;
    c->arg = arg;
}
