/*
 * A connection to the runtime API: requests out of bytes, answers into it.
 */
#include "invoke/runtime_line.h"

#include <errno.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/mem.h"
#include "http/wire/head.h"

enum { READ_BYTES = 64 * 1024, BODY_BYTES_MAX = 160 << 20 };

void line_close(struct line *line)
{
    line->ended(line);
    loop_watch_stop(line->watch);
    close(line->fd);
    buf_done(&line->in);
    buf_done(&line->out);
    mem_free(line);
}

/* ---- out ---- */

/* False when the line is gone. */
bool line_flush(struct line *line)
{
    struct error err;

    while (line->sent < line->out.len) {
        ssize_t put = send(line->fd, line->out.ptr + line->sent, line->out.len - line->sent,
                           MSG_DONTWAIT | MSG_NOSIGNAL);

        if (put < 0 && errno == EINTR)
            continue;
        if (put < 0 && errno == EAGAIN) {
            line->writes = true;
            return loop_watch_change(line->watch, LOOP_READABLE | LOOP_WRITABLE, &err) == 0;
        }
        if (put < 0) {
            line_close(line);
            return false;
        }
        line->sent += (size_t)put;
    }
    line->sent = 0;
    buf_clear(&line->out);
    if (line->last) {
        line_close(line);
        return false;
    }
    if (line->writes)
        loop_watch_change(line->watch, LOOP_READABLE, &err);
    line->writes = false;
    return true;
}

static const char *reason_of(int status)
{
    static const struct {
        int status;
        const char *reason;
    } reasons[] = {
        {LINE_OK,        "OK"             },
        {LINE_BAD,       "Bad Request"    },
        {LINE_NOT_FOUND, "Not Found"      },
        {LINE_NO_LENGTH, "Length Required"},
        {LINE_TOO_LARGE, "Too Large"      },
    };

    for (size_t i = 0; i < N_ELEMENTS(reasons); i++) {
        if (reasons[i].status == status)
            return reasons[i].reason;
    }
    return "";
}

bool line_answer(struct line *line, int status, const char *problem)
{
    OWN(buf_done) struct buf body = {0};

    if (problem) {
        buf_puts(&body, "{\"errorMessage\":");
        buf_json_string(&body, str_of(problem));
        buf_add_char(&body, '}');
    }
    line->last = line->last || status != LINE_OK;
    buf_printf(&line->out,
               "HTTP/1.1 %d %s\r\nContent-Type: application/json\r\nContent-Length: %zu\r\n%s\r\n",
               status, reason_of(status), body.len, line->last ? "Connection: close\r\n" : "");
    buf_add(&line->out, buf_str(&body));
    return line_flush(line);
}

/* ---- requests ---- */

static struct str header_of(struct str head, struct str wanted)
{
    struct str line;
    struct str name;
    struct str value;

    while (head_line(&head, &line)) {
        if (head_field(line, &name, &value) && str_eq_nocase(name, wanted))
            return value;
    }
    return STR_NONE;
}

/* How long the body is; false when it is refused. */
static bool judge_length(struct line *line, struct str head, uint64_t *out)
{
    struct str length = header_of(head, STR("Content-Length"));

    *out = 0;
    if (str_is_set(header_of(head, STR("Transfer-Encoding")))) {
        line_answer(line, LINE_NO_LENGTH, "the runtime API takes bodies with a Content-Length");
        return false;
    }
    if (str_is_set(length) && str_to_uint(length, BODY_BYTES_MAX, out) != NUMBER_OK) {
        line_answer(line, LINE_TOO_LARGE, "the body is too large");
        return false;
    }
    return true;
}

/* What is asked may end the instance, and the line with it: nothing of them is touched behind
 * the callback. */
static void take_whole(struct line *line, size_t head_len, size_t body_len)
{
    OWN(buf_done) struct buf taken = line->in;
    struct str all = buf_str(&taken);
    struct str rest = str_slice(all, 0, head_len);
    struct str first = STR_NONE;
    struct str version;
    struct line_request request = {.params = header_of(rest, STR("x-fc-http-params")),
                                   .body = str_slice(all, head_len, head_len + body_len)};

    line->in = (struct buf){0};
    buf_add(&line->in, str_slice(all, head_len + body_len, all.len));
    while (first.len == 0 && head_line(&rest, &first))
        ;
    head_request_line(first, &request.method, &request.target, &version);
    line->request(line, &request);
}

/* One request: the next one comes when this one has its answer. */
static void take_request(struct line *line)
{
    struct str all = buf_str(&line->in);
    struct head head;
    uint64_t length;

    switch (head_judge(all, BODY_BYTES_MAX, &head)) {
    case HEAD_MORE:
        return;
    case HEAD_WRONG:
        line_answer(line, LINE_BAD, "that is no HTTP");
        return;
    case HEAD_WHOLE:
        break;
    }
    if (!judge_length(line, str_slice(all, 0, head.len), &length))
        return;
    if (all.len - head.len < length)
        buf_reserve(&line->in, head.len + (size_t)length - all.len);
    else
        take_whole(line, head.len, (size_t)length);
}

static void on_line(void *arg, unsigned events)
{
    struct line *line = arg;
    char *bytes;
    ssize_t got;

    if ((events & LOOP_WRITABLE) && !line_flush(line))
        return;
    if (!(events & (LOOP_READABLE | LOOP_HANGUP)))
        return;
    bytes = mem_alloc(READ_BYTES);
    got = recv(line->fd, bytes, READ_BYTES, MSG_DONTWAIT);
    if (got > 0)
        buf_add(&line->in, (struct str){bytes, (size_t)got});
    mem_free(bytes);
    if (got > 0 && !line->asks)
        take_request(line);
    else if (got < 0 && (errno == EAGAIN || errno == EINTR))
        return;
    else if (got <= 0)
        line_close(line);
}

struct line *line_open(struct loop *loop, int fd,
                       void (*request)(struct line *line, const struct line_request *request),
                       void (*ended)(struct line *line))
{
    struct line *line = mem_alloc(sizeof(*line));
    struct error err;

    line->fd = fd;
    line->request = request;
    line->ended = ended;
    line->watch = loop_watch_start(loop, fd, LOOP_READABLE, on_line, line, &err);
    if (line->watch)
        return line;
    close(fd);
    mem_free(line);
    return NULL;
}
