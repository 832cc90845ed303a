/*
 * Bytes to text, as they come.
 */
#include "invoke/exec_text.h"

#include <string.h>

enum {
    FIRST_2 = 0xc2,
    FIRST_3 = 0xe0,
    FIRST_4 = 0xf0,
    LAST_4 = 0xf4,
    MORE = 0x80,
    MORE_MASK = 0xc0
};

#define REPLACEMENT "\xef\xbf\xbd"

static size_t wanted(unsigned char first)
{
    if (first < MORE)
        return 1;
    if (first < FIRST_2 || first > LAST_4)
        return 0;
    return first < FIRST_3 ? 2 : first < FIRST_4 ? 3 : 4;
}

/* Bytes of the character that begins there; 0: more have to come; -1: it is none. */
static int measure(struct str rest)
{
    size_t want = wanted((unsigned char)rest.ptr[0]);
    size_t there = rest.len < want ? rest.len : want;

    if (want == 0)
        return -1;
    for (size_t i = 1; i < there; i++) {
        if (((unsigned char)rest.ptr[i] & MORE_MASK) != MORE)
            return -1;
    }
    if (there < want)
        return 0;
    return str_is_utf8((struct str){rest.ptr, want}) ? (int)want : -1;
}

void exec_text_add(struct buf *out, struct buf *tail, struct str bytes)
{
    OWN(buf_done) struct buf all = {0};
    struct str rest;

    buf_add(&all, buf_str(tail));
    buf_add(&all, bytes);
    buf_clear(tail);
    rest = buf_str(&all);
    while (rest.len) {
        int len = measure(rest);

        if (len == 0) {
            buf_add(tail, rest);
            return;
        }
        if (len > 0)
            buf_add(out, (struct str){rest.ptr, (size_t)len});
        else
            buf_puts(out, REPLACEMENT);
        rest = str_slice(rest, len > 0 ? (size_t)len : 1, rest.len);
    }
}
