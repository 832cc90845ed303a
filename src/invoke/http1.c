/*
 * Answers of HTTP servers: head, then a body by length, by chunks, or until the connection ends.
 */
#include "invoke/http1.h"

#include <string.h>

enum {
    STATUS_MIN = 100,
    STATUS_MAX = 599,
    STATUS_DIGITS = 3,
    LINE_MAX_BYTES = 8 * 1024,
    NO_CONTENT = 204,
    NOT_MODIFIED = 304,
    FINAL_MIN = 200,
    SWITCHING = 101,
    HEX_BITS = 4,
    HEX_DIGITS_MAX = 15,
};

void http1_done(struct http1 *answer)
{
    bool head_only = answer->head_only;

    arena_free(answer->arena);
    buf_done(&answer->line);
    buf_done(&answer->body);
    *answer = (struct http1){.head_only = head_only};
}

struct str http1_body(const struct http1 *answer)
{
    return answer->body.len ? buf_str(&answer->body) : STR("");
}

bool http1_end(const struct http1 *answer)
{
    return answer->started && answer->state == HTTP1_UNTIL_CLOSE;
}

/* ---- the head ---- */

static struct str next_line(struct str *rest)
{
    struct str line;

    str_cut(*rest, '\n', &line, rest);
    return str_ends(line, STR("\r")) ? str_slice(line, 0, line.len - 1) : line;
}

static bool take_status(struct http1 *answer, struct str line)
{
    struct str version;
    struct str rest;
    int64_t status;

    if (!str_cut(line, ' ', &version, &rest) || !str_starts(version, STR("HTTP/1.")))
        return false;
    if (str_to_int(str_slice(rest, 0, STATUS_DIGITS), STATUS_MIN, STATUS_MAX, &status) != NUMBER_OK)
        return false;
    answer->status = (int)status;
    answer->keep_alive = str_eq(version, STR("HTTP/1.1"));
    return true;
}

static bool has_word(struct str list, struct str word)
{
    struct str part;

    while (str_is_set(list)) {
        str_cut(list, ',', &part, &list);
        if (str_eq_nocase(str_trim(part), word))
            return true;
    }
    return false;
}

/* Two lengths that differ: whichever is taken, someone on the way takes the other. */
static bool says_one_length(const struct http_headers *headers)
{
    struct str first = http_headers_get(headers, STR("Content-Length"));

    for (size_t i = 0; i < headers->count; i++) {
        if (str_eq_nocase(headers->items[i].name, STR("Content-Length")) &&
            !str_eq(headers->items[i].value, first))
            return false;
    }
    return true;
}

static bool choose_form(struct http1 *answer)
{
    struct str connection = http_headers_get(&answer->headers, STR("Connection"));
    struct str coding = http_headers_get(&answer->headers, STR("Transfer-Encoding"));
    struct str length = http_headers_get(&answer->headers, STR("Content-Length"));

    if (has_word(connection, STR("close")))
        answer->keep_alive = false;
    else if (has_word(connection, STR("keep-alive")))
        answer->keep_alive = true;
    answer->left = 0;
    answer->state = HTTP1_LENGTH;
    if (answer->head_only || answer->status == NO_CONTENT || answer->status == NOT_MODIFIED)
        return true;
    if (has_word(coding, STR("chunked"))) {
        answer->state = HTTP1_CHUNK_SIZE;
        return true;
    }
    if (!says_one_length(&answer->headers))
        return false;
    if (str_is_set(length))
        return str_to_uint(str_trim(length), HTTP1_BODY_MAX_BYTES, &answer->left) == NUMBER_OK;
    answer->state = HTTP1_UNTIL_CLOSE;
    answer->keep_alive = false;
    return true;
}

static bool take_head(struct http1 *answer)
{
    struct str rest = buf_str(&answer->line);
    struct str line = next_line(&rest);

    if (!take_status(answer, line))
        return false;
    if (!answer->arena)
        answer->arena = arena_new();
    answer->headers = (struct http_headers){0};
    while (str_is_set(rest)) {
        struct str name;
        struct str value;

        line = next_line(&rest);
        if (line.len == 0)
            break;
        if (!str_cut(line, ':', &name, &value) || name.len == 0 || memchr(line.ptr, 0, line.len))
            return false;
        http_headers_add(&answer->headers, answer->arena, arena_str(answer->arena, name),
                         arena_str(answer->arena, str_trim(value)));
    }
    buf_clear(&answer->line);
    if (answer->status < FINAL_MIN && answer->status != SWITCHING)
        return true; /* the real one follows */
    return choose_form(answer);
}

/* Bytes up to the end of the head go into `line`; @bytes keeps the rest. */
static enum http1_progress gather_head(struct http1 *answer, struct str *bytes)
{
    while (bytes->len) {
        buf_add_char(&answer->line, bytes->ptr[0]);
        *bytes = str_slice(*bytes, 1, bytes->len);
        if (str_ends(buf_str(&answer->line), STR("\n\r\n")) ||
            str_ends(buf_str(&answer->line), STR("\n\n")))
            return take_head(answer) ? HTTP1_MORE : HTTP1_BAD;
        if (answer->line.len > HTTP1_HEAD_MAX_BYTES)
            return HTTP1_BAD;
    }
    return HTTP1_MORE;
}

/* ---- the body ---- */

static bool keep(struct http1 *answer, struct str bytes)
{
    if (answer->body.len + bytes.len > HTTP1_BODY_MAX_BYTES)
        return false;
    buf_add(&answer->body, bytes);
    return true;
}

/* False when there is no whole line yet. */
static bool gather_line(struct http1 *answer, struct str *bytes)
{
    while (bytes->len) {
        char c = bytes->ptr[0];

        *bytes = str_slice(*bytes, 1, bytes->len);
        if (c == '\n')
            return true;
        if (c != '\r')
            buf_add_char(&answer->line, c);
        if (answer->line.len > LINE_MAX_BYTES)
            return true; /* no number has so many digits */
    }
    return false;
}

static bool take_size(struct http1 *answer)
{
    struct str text;
    struct str extension;

    str_cut(buf_str(&answer->line), ';', &text, &extension);
    text = str_trim(text);
    answer->left = 0;
    if (text.len == 0 || text.len > HEX_DIGITS_MAX)
        return false;
    for (size_t i = 0; i < text.len; i++) {
        int digit = hex_digit_value(text.ptr[i]);

        if (digit < 0)
            return false;
        answer->left = answer->left << HEX_BITS | (unsigned)digit;
    }
    answer->state = answer->left ? HTTP1_CHUNK : HTTP1_TRAILER;
    return true;
}

/* What `left` promises of the bytes that are there. */
static bool take_counted(struct http1 *answer, struct str *bytes)
{
    size_t now = bytes->len < answer->left ? bytes->len : (size_t)answer->left;

    if (!keep(answer, str_slice(*bytes, 0, now)))
        return false;
    *bytes = str_slice(*bytes, now, bytes->len);
    answer->left -= now;
    return true;
}

static enum http1_progress take_line_of_chunks(struct http1 *answer, struct str *bytes)
{
    bool blank;
    bool ok = true;

    if (!gather_line(answer, bytes))
        return HTTP1_MORE;
    blank = answer->line.len == 0;
    if (answer->state == HTTP1_CHUNK_SIZE)
        ok = take_size(answer);
    else if (answer->state == HTTP1_CHUNK_END)
        ok = blank;
    if (answer->state == HTTP1_CHUNK_END)
        answer->state = HTTP1_CHUNK_SIZE;
    else if (answer->state == HTTP1_TRAILER && blank)
        return HTTP1_WHOLE;
    buf_clear(&answer->line);
    return ok ? HTTP1_MORE : HTTP1_BAD;
}

static enum http1_progress step(struct http1 *answer, struct str *bytes)
{
    switch (answer->state) {
    case HTTP1_HEAD:
        return gather_head(answer, bytes);
    case HTTP1_LENGTH:
        return take_counted(answer, bytes) ? HTTP1_MORE : HTTP1_BAD;
    case HTTP1_CHUNK:
        if (!take_counted(answer, bytes))
            return HTTP1_BAD;
        if (answer->left == 0)
            answer->state = HTTP1_CHUNK_END;
        return HTTP1_MORE;
    case HTTP1_UNTIL_CLOSE: {
        struct str all = *bytes;

        *bytes = str_slice(*bytes, bytes->len, bytes->len);
        return keep(answer, all) ? HTTP1_MORE : HTTP1_BAD;
    }
    case HTTP1_CHUNK_SIZE:
    case HTTP1_CHUNK_END:
    case HTTP1_TRAILER:
        break;
    }
    return take_line_of_chunks(answer, bytes);
}

enum http1_progress http1_take(struct http1 *answer, struct str bytes)
{
    enum http1_progress progress = HTTP1_MORE;

    answer->started = answer->started || bytes.len > 0;
    while (bytes.len && progress == HTTP1_MORE) {
        progress = step(answer, &bytes);
        if (progress == HTTP1_MORE && answer->state == HTTP1_LENGTH && answer->left == 0)
            progress = HTTP1_WHOLE;
    }
    /* More than was promised: not to be used again. */
    if (progress == HTTP1_WHOLE && bytes.len)
        answer->keep_alive = false;
    return progress;
}
