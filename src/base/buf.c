/* A text that grows while it is built. */
#include "base/buf.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/mem.h"

enum {
    CAP_FIRST = 64,
    PRINTF_GUESS_BYTES = 32, /* most of what is printed fits at the first try */
    UINT64_DIGITS = 20,
};

void buf_done(struct buf *b)
{
    mem_free(b->ptr);
    *b = (struct buf){0};
}

void buf_grow(struct buf *b, size_t more)
{
    size_t need;

    if (__builtin_add_overflow(b->len, more, &need) || __builtin_add_overflow(need, 1, &need))
        abort();
    size_t cap = b->cap ? b->cap : CAP_FIRST;

    while (cap < need)
        cap = cap > SIZE_MAX / 2 ? need : cap * 2;
    b->ptr = mem_grow(b->ptr, cap, 1);
    b->cap = cap;
}

void buf_add_uint(struct buf *b, uint64_t value)
{
    char digits[UINT64_DIGITS];
    size_t at = sizeof(digits);

    do {
        digits[--at] = (char)('0' + value % 10);
        value /= 10;
    } while (value > 0);
    buf_add(b, (struct str){digits + at, sizeof(digits) - at});
}

void buf_vprintf(struct buf *b, const char *fmt, va_list args)
{
    va_list again;
    int n;

    buf_reserve(b, PRINTF_GUESS_BYTES);
    va_copy(again, args);
    n = vsnprintf(b->ptr + b->len, b->cap - b->len, fmt, again);
    va_end(again);
    if (n < 0)
        abort();
    if ((size_t)n >= b->cap - b->len) {
        buf_reserve(b, (size_t)n);
        vsnprintf(b->ptr + b->len, (size_t)n + 1, fmt, args);
    }
    b->len += (size_t)n;
}

void buf_printf(struct buf *b, const char *fmt, ...)
{
    va_list args;

    va_start(args, fmt);
    buf_vprintf(b, fmt, args);
    va_end(args);
}

void buf_clear(struct buf *b)
{
    b->len = 0;
    if (b->ptr)
        b->ptr[0] = '\0';
}

static bool needs_escape(unsigned char c)
{
    return c < 0x20 || c == '"' || c == '\\';
}

static void add_escaped(struct buf *b, unsigned char c)
{
    static const char short_form[] = "\"\"\\\\\bb\ff\nn\rr\tt";

    for (size_t i = 0; i + 1 < sizeof(short_form); i += 2) {
        if ((unsigned char)short_form[i] == c) {
            buf_add_char(b, '\\');
            buf_add_char(b, short_form[i + 1]);
            return;
        }
    }
    buf_printf(b, "\\u%04x", c);
}

/* Of most strings nothing needs a second look: printable ASCII without quote and backslash. Bytes
 * are not told apart one by one, so that the compiler can look at many at once. */
static bool is_plain(struct str s)
{
    unsigned char odd = 0;

    for (size_t i = 0; i < s.len; i++) {
        unsigned char c = (unsigned char)s.ptr[i];
        unsigned char special = c == '"' || c == '\\';
        unsigned char outside = c < 0x20 || c > 0x7f;

        odd |= special | outside;
    }
    return !odd;
}

static void add_checked(struct buf *b, struct str s)
{
    bool clean = str_is_utf8(s);
    size_t start = 0;

    for (size_t i = 0; i < s.len; i++) {
        unsigned char c = (unsigned char)s.ptr[i];

        if (clean ? !needs_escape(c) : c >= 0x20 && c < 0x80 && !needs_escape(c))
            continue;
        buf_add(b, str_slice(s, start, i));
        start = i + 1;
        if (c >= 0x80)
            buf_puts(b, "\xEF\xBF\xBD");
        else
            add_escaped(b, c);
    }
    buf_add(b, str_slice(s, start, s.len));
}

void buf_json_string(struct buf *b, struct str s)
{
    if (!s.ptr) {
        buf_puts(b, "null");
        return;
    }
    buf_reserve(b, s.len + 2);
    buf_add_char(b, '"');
    if (is_plain(s))
        buf_add(b, s);
    else
        add_checked(b, s);
    buf_add_char(b, '"');
}

struct str buf_str(const struct buf *b)
{
    return (struct str){b->ptr ? b->ptr : "", b->len};
}

const char *buf_text(const struct buf *b)
{
    return b->ptr ? b->ptr : "";
}

char *buf_take(struct buf *b)
{
    char *text = b->ptr ? b->ptr : mem_dup("");

    *b = (struct buf){0};
    return text;
}
