/* Bodies that need no second scan. */
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
