/* One entry as one run of bytes, and what follows from its members. */
#include "journal/entry.h"

#include <stdatomic.h>

static const size_t text_fields[] = {
#define TEXT(field) offsetof(struct journal_entry, field)
    TEXT(request_id),
    TEXT(query),
    TEXT(date),
    TEXT(authorization_digest),
    TEXT(body_sha256),
    TEXT(code),
    TEXT(operation_code),
    TEXT(operation_body),
    TEXT(outcome_kind),
    TEXT(rule),
    TEXT(fault),
    TEXT(defaulted),
    TEXT(near_miss),
    TEXT(auth_note),
    TEXT(signed_what),
    TEXT(signed_expected),
    TEXT(signed_seen),
    TEXT(signed_hint),
    TEXT(ran),
    TEXT(instance),
    TEXT(request_headers),
    TEXT(request_body),
    TEXT(response_headers),
    TEXT(response_body),
#define TEXT_ROW(name) TEXT(name),
#define FACT(...) FACT_IF_TEXT(TEXT_ROW, __VA_ARGS__)
    CALL_FACTS(FACT)
#undef FACT
#undef TEXT_ROW
#undef TEXT
};

static struct str *text_field(const struct journal_entry *entry, size_t index)
{
    return (struct str *)(void *)((char *)(uintptr_t)entry + text_fields[index]);
}

size_t journal_entry_bytes(const struct journal_entry *entry)
{
    size_t bytes = sizeof(*entry) + entry->strike_count * sizeof(*entry->strikes);

    bytes += entry->late ? sizeof(*entry->late) : 0;
    for (size_t i = 0; i < N_ELEMENTS(text_fields); i++)
        bytes += text_field(entry, i)->len;
    for (size_t i = 0; i < entry->strike_count; i++)
        bytes += entry->strikes[i].rule.len + entry->strikes[i].key.len;
    return (bytes + JOURNAL_ENTRY_ALIGN - 1) / JOURNAL_ENTRY_ALIGN * JOURNAL_ENTRY_ALIGN;
}

/* Move the text behind what is packed already. */
static char *pack_text(struct str *text, char *at)
{
    if (!text->ptr)
        return at;
    if (text->len)
        memcpy(at, text->ptr, text->len);
    text->ptr = text->len ? at : "";
    return at + text->len;
}

struct journal_entry *journal_entry_pack(const struct journal_entry *entry, uint64_t number,
                                         char *at)
{
    struct journal_entry *copy = (struct journal_entry *)(void *)at;

    *copy = *entry;
    copy->number = number;
    at += sizeof(*copy);
    copy->strikes = NULL;
    if (entry->late) {
        copy->late = (struct journal_late *)(void *)at;
        *copy->late = *entry->late;
        at += sizeof(*copy->late);
    }
    if (entry->strike_count) {
        copy->strikes = (struct journal_strike *)(void *)at;
        memcpy(at, entry->strikes, entry->strike_count * sizeof(*entry->strikes));
        at += entry->strike_count * sizeof(*entry->strikes);
    }
    for (size_t i = 0; i < N_ELEMENTS(text_fields); i++)
        at = pack_text(text_field(copy, i), at);
    for (size_t i = 0; i < copy->strike_count; i++) {
        at = pack_text(&copy->strikes[i].rule, at);
        at = pack_text(&copy->strikes[i].key, at);
    }
    return copy;
}

bool journal_entry_performed(const struct journal_entry *entry)
{
    return entry->performed || (entry->late && atomic_load(&entry->late->state) == LATE_DONE);
}

bool journal_body_is_whole(const struct journal_entry *entry)
{
    return !entry->body_sha256.len && entry->request_body.len == entry->request_bytes;
}

struct str journal_body_sha256(const struct journal_entry *entry, char room[DIGEST_HEX_BYTES])
{
    if (!entry->request_bytes || !journal_body_is_whole(entry))
        return entry->body_sha256;
    digest_hex(DIGEST_SHA256, entry->request_body, room);
    return str_of(room);
}
