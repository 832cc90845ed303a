/*
 * A decision as JSON: a table of the members, in the order they are written. A member at its
 * default is left out. Bytes that are not UTF-8 are written as {"base64": …}.
 */
#include "fault/tape_codec.h"

#include <inttypes.h>

#include "crypto/encode.h"

struct member;

struct kind {
    bool (*is_default)(const void *at);
    void (*print)(const struct member *m, const void *at, struct buf *out);
    bool (*parse)(const struct member *m, const cJSON *json, struct arena *arena, void *at);
};

struct member {
    const char *name;
    const struct kind *kind;
    size_t offset; /* in struct tape_deed */
    const char *const *names;
    size_t name_count;
};

/* ---- numbers ---- */

static bool u64_is_default(const void *at)
{
    return *(const uint64_t *)at == 0;
}

/* Digits in a string, because a JSON number loses what is beyond 2^53. */
static void u64_print(const struct member *m, const void *at, struct buf *out)
{
    (void)m;
    buf_printf(out, "\"%" PRIu64 "\"", *(const uint64_t *)at);
}

static bool u64_parse(const struct member *m, const cJSON *json, struct arena *arena, void *at)
{
    (void)m;
    (void)arena;
    return cJSON_IsString(json) &&
           str_to_uint(str_of(json->valuestring), UINT64_MAX, at) == NUMBER_OK;
}

static bool i64_is_default(const void *at)
{
    return *(const int64_t *)at == 0;
}

static void i64_print(const struct member *m, const void *at, struct buf *out)
{
    (void)m;
    buf_printf(out, "\"%" PRId64 "\"", *(const int64_t *)at);
}

static bool i64_parse(const struct member *m, const cJSON *json, struct arena *arena, void *at)
{
    (void)m;
    (void)arena;
    return cJSON_IsString(json) &&
           str_to_int(str_of(json->valuestring), INT64_MIN, INT64_MAX, at) == NUMBER_OK;
}

static bool u32_is_default(const void *at)
{
    return *(const uint32_t *)at == 0;
}

static void u32_print(const struct member *m, const void *at, struct buf *out)
{
    (void)m;
    buf_printf(out, "%" PRIu32, *(const uint32_t *)at);
}

static bool u32_parse(const struct member *m, const cJSON *json, struct arena *arena, void *at)
{
    (void)m;
    (void)arena;
    if (!cJSON_IsNumber(json) || json->valuedouble < 0 || json->valuedouble > UINT32_MAX)
        return false;
    *(uint32_t *)at = (uint32_t)json->valuedouble;
    return true;
}

static bool bool_is_default(const void *at)
{
    return !*(const bool *)at;
}

static void bool_print(const struct member *m, const void *at, struct buf *out)
{
    (void)m;
    buf_puts(out, *(const bool *)at ? "true" : "false");
}

static bool bool_parse(const struct member *m, const cJSON *json, struct arena *arena, void *at)
{
    (void)m;
    (void)arena;
    *(bool *)at = cJSON_IsTrue(json);
    return cJSON_IsBool(json);
}

/* ---- names: enumerations ---- */

static void name_print(const struct member *m, const void *at, struct buf *out)
{
    unsigned value = *(const unsigned *)at;

    buf_json_string(out, str_of(value < m->name_count ? m->names[value] : ""));
}

static bool name_parse(const struct member *m, const cJSON *json, struct arena *arena, void *at)
{
    (void)arena;
    for (unsigned i = 0; cJSON_IsString(json) && i < m->name_count; i++) {
        if (strcmp(json->valuestring, m->names[i]) == 0) {
            *(unsigned *)at = i;
            return true;
        }
    }
    return false;
}

/* ---- text ---- */

static bool text_is_default(const void *at)
{
    return !str_is_set(*(const struct str *)at);
}

static void text_print(const struct member *m, const void *at, struct buf *out)
{
    struct str text = *(const struct str *)at;

    (void)m;
    if (str_is_utf8(text)) {
        buf_json_string(out, text);
        return;
    }
    buf_puts(out, "{\"base64\":\"");
    buf_reserve(out, base64_encoded_size(text.len) + 1);
    base64_encode(text, out->ptr + out->len);
    out->len += base64_encoded_size(text.len);
    buf_puts(out, "\"}");
}

static bool text_parse(const struct member *m, const cJSON *json, struct arena *arena, void *at)
{
    struct str encoded = cJSON_IsObject(json) ? json_get_str(json, "base64") : STR_NONE;
    struct str *out = at;

    (void)m;
    if (cJSON_IsString(json)) {
        *out = arena_str(arena, str_of(json->valuestring));
        return true;
    }
    if (!str_is_set(encoded))
        return false;
    uint8_t *bytes = arena_alloc(arena, base64_decoded_max(encoded.len) + 1);

    out->ptr = (const char *)bytes;
    return base64_decode(encoded, bytes, &out->len);
}

/* ---- compound values ---- */

static bool amount_is_default(const void *at)
{
    return !((const struct fault_amount *)at)->given;
}

static void amount_print(const struct member *m, const void *at, struct buf *out)
{
    const struct fault_amount *amount = at;

    (void)m;
    if (amount->is_ratio)
        buf_printf(out, "{\"ratio\":%.17g}", amount->ratio);
    else
        buf_printf(out, "{\"bytes\":\"%" PRIu64 "\"}", amount->bytes);
}

static bool amount_parse(const struct member *m, const cJSON *json, struct arena *arena, void *at)
{
    const cJSON *ratio = cJSON_GetObjectItemCaseSensitive(json, "ratio");
    struct fault_amount *amount = at;

    amount->given = true;
    amount->is_ratio = cJSON_IsNumber(ratio);
    if (amount->is_ratio)
        amount->ratio = ratio->valuedouble;
    return amount->is_ratio ||
           u64_parse(m, cJSON_GetObjectItemCaseSensitive(json, "bytes"), arena, &amount->bytes);
}

static bool error_is_default(const void *at)
{
    return !*(const struct fc_error *const *)at;
}

static void error_print(const struct member *m, const void *at, struct buf *out)
{
    (void)m;
    buf_json_string(out, str_of((*(const struct fc_error *const *)at)->code));
}

static bool error_parse(const struct member *m, const cJSON *json, struct arena *arena, void *at)
{
    const struct fc_error **error = at;

    (void)m;
    (void)arena;
    *error = cJSON_IsString(json) ? fc_error_find(str_of(json->valuestring)) : NULL;
    return *error != NULL;
}

/* An array of texts, led by its pointer and followed by its count in struct fault_action. */
struct texts {
    struct str *items;
    size_t count;
};
_Static_assert(offsetof(struct fault_action, arg_count) ==
                   offsetof(struct fault_action, args) + offsetof(struct texts, count),
               "args and arg_count lie like struct texts");

static bool texts_is_default(const void *at)
{
    return ((const struct texts *)at)->count == 0;
}

static void texts_print(const struct member *m, const void *at, struct buf *out)
{
    const struct texts *texts = at;

    for (size_t i = 0; i < texts->count; i++) {
        buf_add_char(out, i ? ',' : '[');
        text_print(m, &texts->items[i], out);
    }
    buf_add_char(out, ']');
}

static bool texts_parse(const struct member *m, const cJSON *json, struct arena *arena, void *at)
{
    struct texts *texts = at;
    const cJSON *item;

    if (!cJSON_IsArray(json))
        return false;
    texts->items = ARENA_ARRAY(arena, (size_t)cJSON_GetArraySize(json), struct str);
    cJSON_ArrayForEach (item, json)
        if (!text_parse(m, item, arena, &texts->items[texts->count++]))
            return false;
    return true;
}

/* The same for header edits: [["set","name","value"],…]. */
struct edits {
    struct fault_header_edit *items;
    size_t count;
};
_Static_assert(offsetof(struct fault_action, header_count) ==
                   offsetof(struct fault_action, headers) + offsetof(struct edits, count),
               "headers and header_count lie like struct edits");
_Static_assert(offsetof(struct fault_action, answer_header_count) ==
                   offsetof(struct fault_action, answer_headers) + offsetof(struct edits, count),
               "answer_headers and answer_header_count lie like struct edits");

static const char *const edit_names[] = {
    [EDIT_SET] = "set", [EDIT_ADD] = "add", [EDIT_REMOVE] = "remove"};

static bool edits_is_default(const void *at)
{
    return ((const struct edits *)at)->count == 0;
}

static void edits_print(const struct member *m, const void *at, struct buf *out)
{
    const struct edits *edits = at;

    for (size_t i = 0; i < edits->count; i++) {
        const struct fault_header_edit *edit = &edits->items[i];

        buf_printf(out, "%s[\"%s\",", i ? "," : "[", edit_names[edit->kind]);
        text_print(m, &edit->name, out);
        if (str_is_set(edit->value)) {
            buf_add_char(out, ',');
            text_print(m, &edit->value, out);
        }
        buf_add_char(out, ']');
    }
    buf_add_char(out, ']');
}

static bool edit_parse(const struct member *m, const cJSON *json, struct arena *arena,
                       struct fault_header_edit *out)
{
    const struct member kinds = {.names = edit_names, .name_count = N_ELEMENTS(edit_names)};
    const cJSON *value = cJSON_GetArrayItem(json, 2);
    unsigned kind;

    if (!cJSON_IsArray(json) || !name_parse(&kinds, cJSON_GetArrayItem(json, 0), arena, &kind))
        return false;
    out->kind = kind;
    return text_parse(m, cJSON_GetArrayItem(json, 1), arena, &out->name) &&
           (!value || text_parse(m, value, arena, &out->value));
}

static bool edits_parse(const struct member *m, const cJSON *json, struct arena *arena, void *at)
{
    struct edits *edits = at;
    const cJSON *item;

    if (!cJSON_IsArray(json))
        return false;
    edits->items = ARENA_ARRAY(arena, (size_t)cJSON_GetArraySize(json), struct fault_header_edit);
    cJSON_ArrayForEach (item, json)
        if (!edit_parse(m, item, arena, &edits->items[edits->count++]))
            return false;
    return true;
}

/* ---- the table ---- */

static const struct kind u64_kind = {u64_is_default, u64_print, u64_parse};
static const struct kind i64_kind = {i64_is_default, i64_print, i64_parse};
static const struct kind u32_kind = {u32_is_default, u32_print, u32_parse};
static const struct kind bool_kind = {bool_is_default, bool_print, bool_parse};
static const struct kind name_kind = {u32_is_default, name_print, name_parse};
static const struct kind text_kind = {text_is_default, text_print, text_parse};
static const struct kind amount_kind = {amount_is_default, amount_print, amount_parse};
static const struct kind error_kind = {error_is_default, error_print, error_parse};
static const struct kind texts_kind = {texts_is_default, texts_print, texts_parse};
static const struct kind edits_kind = {edits_is_default, edits_print, edits_parse};

/* In the order of their enumerations. */
static const char *const outcomes[] = {"none", "error", "respond", "stale",  "reset", "close",
                                       "hang", "raw",   "tls",     "refuse", "dns",   "pass"};
static const char *const phases[] = {"accept", "request", "effect", "headers", "body"};
static const char *const thens[] = {"close", "reset", "continue", "stall"};
static const char *const keys[] = {"default", "both", "documented", "sdk"};
static const char *const effects[] = {"default", "none", "done", "late"};
static const char *const corruptions[] = {"none",  "cut_json",   "bad_json", "wrong_type",
                                          "empty", "flip_bytes", "bad_utf8", "bad_gzip"};

#define DEED(name, kind)                                                                           \
    {                                                                                              \
#name, &kind##_kind, offsetof(struct tape_deed, name), NULL, 0                             \
    }
#define ACTION(name, kind)                                                                         \
    {                                                                                              \
#name, &kind##_kind, offsetof(struct tape_deed, action.name), NULL, 0                      \
    }
#define NAMED(name, member, list)                                                                  \
    {                                                                                              \
#name, &name_kind, offsetof(struct tape_deed, member), list, N_ELEMENTS(list)              \
    }

static const struct member members[] = {
    DEED(rule, text),
    DEED(outcome_rule, text),
    DEED(effect_rule, text),
    DEED(unmarked, bool),
    DEED(rejected, bool),
    NAMED(effect, effect, effects),
    DEED(delay_request_ns, u64),
    DEED(delay_effect_ns, u64),
    DEED(delay_headers_ns, u64),
    DEED(delay_capped, bool),
    NAMED(outcome, action.outcome, outcomes),
    ACTION(error, error),
    ACTION(status, u32),
    ACTION(args, texts),
    ACTION(message, text),
    ACTION(request_id, text),
    NAMED(keys, action.keys, keys),
    ACTION(has_retry_after, bool),
    ACTION(retry_after_date, bool),
    ACTION(retry_after_ns, u64),
    ACTION(answer_headers, edits),
    ACTION(body, text),
    ACTION(body_is_template, bool),
    ACTION(stale_of_operation, bool),
    ACTION(stale_age, u64),
    NAMED(at, action.at, phases),
    ACTION(after, amount),
    ACTION(hang_ns, u64),
    NAMED(then, action.then, thens),
    ACTION(raw, text),
    ACTION(headers, edits),
    NAMED(corrupt, action.corrupt, corruptions),
    ACTION(corrupt_amount, u64),
    DEED(corrupt_draw, u64),
    ACTION(has_length, bool),
    ACTION(length_is_relative, bool),
    ACTION(length_declare, i64),
    NAMED(length_then, action.length_then, thens),
    ACTION(truncate, amount),
    NAMED(truncate_then, action.truncate_then, thens),
    ACTION(stall_after, amount),
    ACTION(stall_ns, u64),
    NAMED(stall_then, action.stall_then, thens),
    ACTION(drip_bytes, u32),
    ACTION(drip_every_ms, u32),
};

/* ---- decision, deed, JSON ---- */

static struct str id_of(const struct fault_rule *rule)
{
    return rule ? rule->id : STR_NONE;
}

static void flatten_shapers(const struct fault_decision *d, struct fault_action *out)
{
    out->corrupt = d->corrupt ? d->corrupt->corrupt : CORRUPT_NONE;
    out->corrupt_amount = d->corrupt ? d->corrupt->corrupt_amount : 0;
    out->has_length = d->length != NULL;
    if (d->length) {
        out->length_is_relative = d->length->length_is_relative;
        out->length_declare = d->length->length_declare;
        out->length_then = d->length->length_then;
    }
    out->truncate = d->truncate ? d->truncate->truncate : (struct fault_amount){0};
    out->truncate_then = d->truncate ? d->truncate->truncate_then : THEN_CLOSE;
    out->stall_after = d->stall ? d->stall->stall_after : (struct fault_amount){0};
    out->stall_ns = d->stall ? d->stall->stall_ns : 0;
    out->stall_then = d->stall ? d->stall->stall_then : THEN_CLOSE;
    out->drip_bytes = d->drip ? d->drip->drip_bytes : 0;
    out->drip_every_ms = d->drip ? d->drip->drip_every_ms : 0;
}

static void flatten_headers(const struct fault_edits *edits, struct arena *arena,
                            struct fault_action *out)
{
    out->header_count = edits->count;
    out->headers = edits->count ? ARENA_ARRAY(arena, edits->count, struct fault_header_edit) : NULL;
    for (size_t i = 0; i < edits->count; i++)
        out->headers[i] = *edits->items[i];
}

void tape_deed_of(const struct fault_decision *decision, struct arena *arena, struct tape_deed *out)
{
    *out = (struct tape_deed){
        .delay_request_ns = decision->delay_request_ns,
        .delay_effect_ns = decision->delay_effect_ns,
        .delay_headers_ns = decision->delay_headers_ns,
        .delay_capped = decision->delay_capped,
        .rejected = decision->rejected,
        .unmarked = decision->first_rule && !decision->first_rule->mark,
        .corrupt_draw = decision->corrupt_draw,
        .effect = decision->effect,
        .rule = id_of(decision->first_rule),
        .outcome_rule = id_of(decision->outcome_rule),
        .effect_rule = id_of(decision->effect_rule),
    };
    if (decision->outcome)
        out->action = *decision->outcome;
    flatten_shapers(decision, &out->action);
    flatten_headers(&decision->header_edits, arena, &out->action);
}

void tape_deed_print(const struct tape_deed *deed, struct buf *out)
{
    char separator = '{';

    for (size_t i = 0; i < N_ELEMENTS(members); i++) {
        const void *at = (const char *)deed + members[i].offset;

        if (members[i].kind->is_default(at))
            continue;
        buf_printf(out, "%c\"%s\":", separator, members[i].name);
        members[i].kind->print(&members[i], at, out);
        separator = ',';
    }
    buf_puts(out, separator == '{' ? "{}" : "}");
}

int tape_deed_parse(const cJSON *json, struct arena *arena, struct tape_deed *out,
                    struct error *err)
{
    *out = (struct tape_deed){.action.set_scenario = -1};
    if (!cJSON_IsObject(json))
        return error_set(err, ERROR_SYNTAX, "'do' is not an object");
    for (size_t i = 0; i < N_ELEMENTS(members); i++) {
        const cJSON *value = cJSON_GetObjectItemCaseSensitive(json, members[i].name);

        if (value &&
            !members[i].kind->parse(&members[i], value, arena, (char *)out + members[i].offset))
            return error_set(err, ERROR_SYNTAX, "'do.%s' is not what a tape holds",
                             members[i].name);
    }
    if (out->action.outcome == OUTCOME_ERROR && !out->action.error)
        return error_set(err, ERROR_SYNTAX, "'do.error' is missing");
    return 0;
}
