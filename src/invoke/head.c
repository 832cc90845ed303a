/*
 * Lines of the heads that functions' programs are sent.
 */
#include "invoke/internal.h"
#include "invoke/web.h"

void head_add(struct buf *out, const char *name, struct str value)
{
    buf_printf(out, "%s: ", name);
    buf_add(out, value);
    buf_puts(out, "\r\n");
}

void head_add_uint(struct buf *out, const char *name, uint64_t value)
{
    buf_printf(out, "%s: ", name);
    buf_add_uint(out, value);
    buf_puts(out, "\r\n");
}
