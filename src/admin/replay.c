/*
 * One request of the journal again, through the front door: a connection to a listener of ours, so
 * that the replayed call passes every station and gets an entry of its own. What was not kept
 * cannot be sent: signatures and tokens are left out, and a body that was cut is refused.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <inttypes.h>
#include <sys/socket.h>
#include <unistd.h>

#include "admin/steps.h"
#include "base/mem.h"

enum { ANSWER_BYTES_MAX = 8 << 20, PIECE_BYTES = 16 << 10, STATUS_AT = 9 };
#define WAIT_NS 1500000000ull /* every control answer is there within 2 s */

struct replay {
    struct admin_call *call;
    struct loop_watch *watch;
    struct loop_timer timer;
    int fd;
    struct buf out; /* the request */
    size_t sent;
    struct buf in; /* the answer */
};

/* ---- the request ---- */

static bool is_hidden(struct str value)
{
    return str_ends(value, STR("***"));
}

static void add_query(struct str query, struct buf *out)
{
    struct str pair, tail, rest = query;
    char sign = '?';

    while (rest.len) {
        if (!str_cut(rest, '&', &pair, &tail))
            tail = STR_NONE;
        if (!is_hidden(pair)) {
            buf_add_char(out, sign);
            buf_add(out, pair);
            sign = '&';
        }
        rest = tail;
    }
}

static bool is_ours_to_set(struct str name)
{
    static const struct str names[] = {
        STR_INIT("host"),           STR_INIT("connection"),
        STR_INIT("content-length"), STR_INIT("transfer-encoding"),
        STR_INIT("expect"),
    };

    for (size_t i = 0; i < N_ELEMENTS(names); i++) {
        if (str_eq_nocase(name, names[i]))
            return true;
    }
    return false;
}

static void add_headers(struct str lines, struct buf *out)
{
    struct str line, name, value, tail, rest = lines;

    while (rest.len) {
        if (!str_cut(rest, '\n', &line, &tail))
            tail = STR_NONE;
        if (str_cut(line, ':', &name, &value) && !is_ours_to_set(name) && !is_hidden(value)) {
            buf_add(out, line);
            buf_puts(out, "\r\n");
        }
        rest = tail;
    }
}

static void write_request(const struct journal_entry *entry, struct buf *out)
{
    buf_add(out, entry->method);
    buf_add_char(out, ' ');
    buf_add(out, entry->path);
    add_query(entry->query, out);
    buf_printf(out, " HTTP/1.1\r\nHost: " STR_FMT "\r\nConnection: close\r\n",
               STR_ARG(entry->host));
    add_headers(entry->request_headers, out);
    buf_printf(out, "X-Fcemu-Replay-Of: " STR_FMT "\r\nContent-Length: %zu\r\n\r\n",
               STR_ARG(entry->request_id), entry->request_body.len);
    buf_add(out, entry->request_body);
}

/* ---- the answer ---- */

static struct str without_return(struct str value)
{
    return str_slice(value, 0, value.len - (str_ends(value, STR("\r")) ? 1 : 0));
}

static struct str header_in(struct str head, struct str wanted)
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
    struct replay *replay = call->state;

    loop_timer_cancel(call->admin->context.loop, &replay->timer);
    loop_watch_stop(replay->watch);
    close(replay->fd);
    buf_done(&replay->out);
    buf_done(&replay->in);
}

static void replay_end(struct replay *replay)
{
    hang_up(replay->call);
    admin_call_resume(replay->call); /* the replay lived in its arena */
}

/* An answer that broke off is an answer, too: 0 is the status of none. */
static void answer(struct replay *replay)
{
    struct str text = buf_str(&replay->in);
    struct str head = text, content = STR("");
    uint64_t status = 0;
    size_t at;
    struct buf body = {0};

    if (str_find(text, STR("\r\n\r\n"), &at)) {
        head = str_slice(text, 0, at);
        content = str_slice(text, at + 4, text.len);
    }
    str_to_uint(str_slice(head, STATUS_AT, STATUS_AT + 3), UINT16_MAX, &status);
    buf_printf(&body, "{\"status\":%" PRIu64 ",\"request_id\":", status);
    buf_json_string(&body, header_in(head, STR("X-Fc-Request-Id")));
    buf_puts(&body, ",\"fault\":");
    buf_json_string(&body, header_in(head, STR("X-Fcemu-Fault")));
    buf_puts(&body, ",\"body\":");
    buf_json_string(&body, content);
    buf_add_char(&body, '}');
    admin_json(replay->call, 200, &body);
    replay_end(replay);
}

static void no_answer(struct replay *replay, const char *why)
{
    admin_problem(replay->call, 422, "the request was sent again, but %s", why);
    replay_end(replay);
}

/* ---- the connection ---- */

static bool send_more(struct replay *replay)
{
    while (replay->sent < replay->out.len) {
        ssize_t n = send(replay->fd, replay->out.ptr + replay->sent, replay->out.len - replay->sent,
                         MSG_NOSIGNAL);

        if (n < 0)
            return errno == EAGAIN || errno == EINTR || errno == ENOTCONN;
        replay->sent += (size_t)n;
    }
    return true;
}

/* False at the end of the stream, whichever way it came. */
static bool read_more(struct replay *replay)
{
    char piece[PIECE_BYTES];

    for (;;) {
        ssize_t n = recv(replay->fd, piece, sizeof(piece), 0);

        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return n < 0 && (errno == EAGAIN || errno == ENOTCONN);
        buf_add(&replay->in, (struct str){piece, (size_t)n});
        if (replay->in.len > ANSWER_BYTES_MAX)
            return false;
    }
}

static void on_event(void *arg, unsigned events)
{
    struct replay *replay = arg;
    struct error err;

    (void)events;
    if (!send_more(replay) || !read_more(replay)) {
        answer(replay);
        return;
    }
    if (replay->sent == replay->out.len)
        loop_watch_change(replay->watch, LOOP_READABLE, &err);
}

static void on_timeout(struct loop_timer *timer)
{
    no_answer(CONTAINER_OF(timer, struct replay, timer),
              "no answer came within 1.5 s; look for it in the journal");
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

static void start(struct admin_call *call, const struct journal_entry *entry, uint16_t port)
{
    struct replay *replay = ARENA_NEW(call->arena, struct replay);
    struct loop *loop = call->admin->context.loop;
    struct error err;

    replay->call = call;
    replay->fd = connect_to_ourselves(port);
    if (replay->fd < 0) {
        admin_problem(call, 422, "127.0.0.1:%u does not answer", port);
        return;
    }
    replay->watch =
        loop_watch_start(loop, replay->fd, LOOP_READABLE | LOOP_WRITABLE, on_event, replay, &err);
    if (!replay->watch) {
        close(replay->fd);
        admin_problem(call, 500, "%s", err.text);
        return;
    }
    write_request(entry, &replay->out);
    loop_timer_arm(loop, &replay->timer, WAIT_NS, on_timeout);
    call->state = replay;
    admin_call_park(call, hang_up);
}

void step_replay_begin(struct admin_call *call)
{
    const struct admin_context *context = &call->admin->context;
    uint16_t port = context->loopback_port ? context->loopback_port(context->owner) : 0;
    OWN(journal_snapshot_free)
    struct journal_snapshot *snapshot = journal_snapshot_take(context->journal);
    const struct journal_entry *entry = journal_snapshot_find(snapshot, call->params[0]);

    if (!entry)
        admin_problem(call, 404, "no request '" STR_FMT "' in the journal",
                      STR_ARG(call->params[0]));
    else if (!port)
        admin_problem(call, 501, "no listener of ours can be reached at 127.0.0.1");
    else if (!journal_body_is_whole(entry))
        admin_problem(call, 422,
                      "the body of this request was not kept whole; raise "
                      "journal.bodies above %" PRIu64 " bytes",
                      entry->request_bytes);
    else
        start(call, entry, port);
}
