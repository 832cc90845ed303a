/*
 * conf/text.c - the text of a file before it is read as YAML: its size, its bytes, and what JSON
 * writes in another way
 */
#include <stdio.h>

#include "conf/internal.h"
#include "conf/report.h"

void conf_text_place(struct str text, size_t offset, uint32_t *line, uint32_t *column)
{
    *line = 1;
    *column = 1;
    for (size_t i = 0; i < offset && i < text.len; i++) {
        if (text.ptr[i] == '\n') {
            ++*line;
            *column = 1;
        } else if (((unsigned char)text.ptr[i] & 0xC0) != 0x80) {
            ++*column;
        }
    }
}

/* Offset of the first byte that is not UTF-8. */
static size_t utf8_end(struct str text)
{
    size_t good = 0;

    for (size_t step = 4096; step > 0; step /= 16)
        while (good + step <= text.len) {
            size_t end = good + step;

            while (end < text.len && ((unsigned char)text.ptr[end] & 0xC0) == 0x80)
                end++;
            if (!str_is_utf8(str_slice(text, good, end)))
                break;
            good = end;
        }
    return good;
}

bool conf_text_check(const struct conf_source *source, struct conf_report *report)
{
    struct str text = source->text;
    uint32_t line;
    uint32_t column;

    if (text.len > CONF_FILE_BYTES_MAX) {
        conf_error_place(report, source->name, text, 0, 0, "F106", "file is larger than 1 MiB");
        return false;
    }
    if (str_is_utf8(text))
        return true;
    conf_text_place(text, utf8_end(text), &line, &column);
    conf_error_place(report, source->name, text, line, column, "F100",
                     "not UTF-8 from here on; save the file as UTF-8");
    return false;
}

/* The UTF-16 half behind "\\u", or 0. */
static uint32_t half_at(struct str text, size_t at, uint32_t first)
{
    uint32_t value = 0;

    if (at + 6 > text.len || text.ptr[at] != '\\' || text.ptr[at + 1] != 'u')
        return 0;
    for (size_t i = at + 2; i < at + 6; i++) {
        int digit = hex_digit_value(text.ptr[i]);

        if (digit < 0)
            return 0;
        value = value << 4 | (uint32_t)digit;
    }
    return value >= first && value < first + 0x400 ? value - first + 0x10000 : 0;
}

/*
 * JSON writes characters beyond U+FFFF as two escapes, which YAML does not know; libyaml wants
 * them as the one escape that YAML has. Both are twelve bytes at most, so nothing grows.
 */
static void join_surrogates(char *ptr, size_t *len)
{
    struct str text = {ptr, *len};
    size_t n = 0;

    for (size_t i = 0; i < text.len;) {
        uint32_t high = half_at(text, i, 0xD800);
        uint32_t low = high ? half_at(text, i + 6, 0xDC00) : 0;

        if (low) {
            char escape[16];
            uint32_t point = 0x10000 + ((high - 0x10000) << 10) + (low - 0x10000);

            n += (size_t)snprintf(escape, sizeof(escape), "\\U%08x", point);
            memcpy(ptr + n - 10, escape, 10);
            i += 12;
        } else if (ptr[i] == '\\' && i + 1 < text.len) {
            ptr[n++] = ptr[i++];
            ptr[n++] = ptr[i++];
        } else {
            ptr[n++] = ptr[i++];
        }
    }
    ptr[n] = '\0';
    *len = n;
}

static bool looks_like_json(struct str text)
{
    size_t i = 0;

    while (i < text.len && strchr(" \t\r\n", text.ptr[i]) && text.ptr[i])
        i++;
    return i < text.len && (text.ptr[i] == '{' || text.ptr[i] == '[');
}

void conf_text_from_json(char *ptr, size_t *len)
{
    if (looks_like_json((struct str){ptr, *len}))
        join_surrogates(ptr, len);
}
