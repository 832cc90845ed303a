/* A call of the journal as the rule engine sees calls. */
#include "admin/recall.h"

#include "route/place.h"

/* Captured headers are "Name: value" lines. */
static struct http_headers *recall_headers(struct str lines, struct arena *arena)
{
    struct http_headers *headers = ARENA_NEW(arena, struct http_headers);
    struct str line, name, value, tail, rest = lines;

    while (rest.len) {
        if (!str_cut(rest, '\n', &line, &tail))
            tail = STR_NONE;
        if (str_cut(line, ':', &name, &value))
            http_headers_add(headers, arena, name, str_trim(value));
        rest = tail;
    }
    return headers;
}

/* What a bare address was claimed for is not recorded. */
static enum cloud_product product_of_host(struct str host, struct arena *arena)
{
    static const struct place_defaults nowhere = {.account = STR_INIT(""), .region = STR_INIT("")};
    struct place place;

    place_find(place_host_name(host, arena), STR_NONE, &nowhere, arena, &place);
    return product_of_place(&place);
}

void recall_call(const struct journal_entry *entry, struct arena *arena, struct fault_call *out)
{
    struct fault_call *to = out;
    const struct journal_entry *from = entry;

    *out = (struct fault_call){
        .request_id = entry->request_id,
        .product = product_of_host(entry->host, arena),
        .query = entry->query,
        .api = entry->api,
        .op = entry->op,
        .invocation = entry->invocation,
        .sdk = entry->sdk,
        .headers = recall_headers(entry->request_headers, arena),
        .attempt = entry->link.attempt ? entry->link.attempt : 1,
        .body_known = true,
        .body = entry->request_body,
        .body_size = entry->request_bytes,
    };
    CALL_FACTS(FACT_TAKE)
}

size_t recall_evidence(const struct journal_entry *entry, const struct fault_ruleset *set,
                       struct arena *arena, struct fault_evidence **out)
{
    struct fault_evidence *evidence =
        ARENA_ARRAY(arena, entry->strike_count, struct fault_evidence);
    size_t count = 0;

    for (size_t i = 0; i < entry->strike_count; i++) {
        const struct journal_strike *strike = &entry->strikes[i];
        int index = set ? fault_ruleset_find(set, strike->rule) : -1;

        if (index < 0)
            continue;
        evidence[count++] = (struct fault_evidence){
            .rule = &set->rules[index],
            .gate = strike->gate,
            .key = strike->key,
            .n = strike->n,
            .draw = strike->draw,
            .threshold = strike->threshold,
            .shadow = strike->shadow,
            .choice = strike->choice,
        };
    }
    *out = evidence;
    return count;
}
