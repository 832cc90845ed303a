/* Bodies and header lines that need no second scan. */
#include "journal/redact_clean.h"

/* A secret of this very call could stand in a text that is clean else. */
static bool may_be_known(struct str text, size_t most, const struct redact_secrets *secrets)
{
    return text.len > 0 && text.len <= REDACT_CLEAN_BYTES && text.len <= most &&
           !(secrets && secrets->count);
}

void redact_body(struct redact_clean *clean, struct str text, size_t most,
                 const struct redact_secrets *secrets, struct buf *out)
{
    bool may = may_be_known(text, most, secrets);
    size_t slot = text.len % REDACT_CLEAN_SLOTS;
    size_t start = out->len;

    if (may && str_eq((struct str){clean->slots[slot].bytes, clean->slots[slot].len}, text)) {
        buf_add(out, text);
        return;
    }
    redact_text(text, most, secrets, out);
    if (may && str_eq(str_slice(buf_str(out), start, out->len), text)) {
        memcpy(clean->slots[slot].bytes, text.ptr, text.len);
        clean->slots[slot].len = text.len;
    }
}

/* ---- header lines ---- */

static size_t line_slot(struct http_header header)
{
    size_t mix = header.name.len * 8 + header.value.len;

    if (header.name.len)
        mix += (unsigned char)header.name.ptr[header.name.len - 1];
    return mix % REDACT_LINE_SLOTS;
}

static bool is_line(const struct redact_line *line, struct http_header header)
{
    size_t value_at = header.name.len + 2;

    return line->name_len == header.name.len && line->len == value_at + header.value.len + 1 &&
           memcmp(line->bytes, header.name.ptr, header.name.len) == 0 &&
           (!header.value.len ||
            memcmp(line->bytes + value_at, header.value.ptr, header.value.len) == 0);
}

static const struct redact_line *find_line(const struct redact_clean *clean,
                                           struct http_header header)
{
    const struct redact_line *line = &clean->lines[line_slot(header)];

    return line->name_len && is_line(line, header) ? line : NULL;
}

/* Nothing was hidden in what was written of it. */
static bool is_as_sent(struct http_header header, struct str written)
{
    size_t value_at = header.name.len + 2;

    return written.len == value_at + header.value.len + 1 &&
           str_eq(str_slice(written, value_at, written.len - 1), header.value);
}

static void keep_line(struct redact_clean *clean, struct http_header header, struct str written)
{
    struct redact_line *line = &clean->lines[line_slot(header)];

    if (!header.name.len || !written.ptr || written.len > sizeof(line->bytes) ||
        !is_as_sent(header, written))
        return;
    memcpy(line->bytes, written.ptr, written.len);
    line->len = written.len;
    line->name_len = header.name.len;
}

void redact_known_headers(struct redact_clean *clean, const struct http_headers *headers,
                          const struct redact_secrets *secrets, struct buf *out)
{
    for (size_t i = 0; i < headers->count; i++) {
        struct http_header header = headers->items[i];
        const struct redact_line *line =
            secrets && secrets->count ? NULL : find_line(clean, header);
        size_t start = out->len;

        if (line) {
            buf_add(out, (struct str){line->bytes, line->len});
            continue;
        }
        redact_header(header, secrets, out);
        keep_line(clean, header, str_slice(buf_str(out), start, out->len));
    }
}

/* The name of a line that nothing was hidden in is none of a secret. */
void redact_known_learn(const struct redact_clean *clean, const struct http_request *request,
                        struct arena *arena, struct redact_secrets *out)
{
    *out = (struct redact_secrets){0};
    for (size_t i = 0; i < request->headers.count; i++)
        if (!find_line(clean, request->headers.items[i]))
            redact_learn_header(request->headers.items[i], arena, out);
    redact_learn_query(request->query, arena, out);
}
