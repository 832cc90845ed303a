/*
 * How a member of a recorded decision is written as JSON and read back, a kind at a time. Bytes
 * that are not UTF-8, or hold a NUL, are written as {"base64": …}.
 */
#include "tape/kinds.h"

#include <inttypes.h>

#include "crypto/encode.h"
#include "tape/internal.h"

/* ---- numbers ---- */

static bool u64_is_default(const void *at)
{
    return *(const uint64_t *)at == 0;
}

/* Digits in a string, because a JSON number loses what is beyond 2^53. */
static void u64_print(const struct fault_member *m, const void *at, struct buf *out)
{
    (void)m;
    buf_add_char(out, '"');
    buf_add_uint(out, *(const uint64_t *)at);
    buf_add_char(out, '"');
}

static bool u64_parse(const struct fault_member *m, const cJSON *json, struct arena *arena,
                      void *at)
{
    (void)m;
    (void)arena;
    return cJSON_IsString(json) &&
           str_to_uint(str_of(json->valuestring), UINT64_MAX, at) == NUMBER_OK;
}

static void drawn_print(const struct fault_member *m, const void *at, struct buf *out)
{
    (void)m;
    (void)at;
    buf_add_char(out, '"');
    buf_add_char(out, TAPE_HOLE_UINT);
    buf_add_char(out, '"');
}

static bool i64_is_default(const void *at)
{
    return *(const int64_t *)at == 0;
}

static void i64_print(const struct fault_member *m, const void *at, struct buf *out)
{
    (void)m;
    buf_printf(out, "\"%" PRId64 "\"", *(const int64_t *)at);
}

static bool i64_parse(const struct fault_member *m, const cJSON *json, struct arena *arena,
                      void *at)
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

static void u32_print(const struct fault_member *m, const void *at, struct buf *out)
{
    (void)m;
    buf_add_uint(out, *(const uint32_t *)at);
}

static bool u32_parse(const struct fault_member *m, const cJSON *json, struct arena *arena,
                      void *at)
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

static void bool_print(const struct fault_member *m, const void *at, struct buf *out)
{
    (void)m;
    buf_puts(out, *(const bool *)at ? "true" : "false");
}

static bool bool_parse(const struct fault_member *m, const cJSON *json, struct arena *arena,
                       void *at)
{
    (void)m;
    (void)arena;
    *(bool *)at = cJSON_IsTrue(json);
    return cJSON_IsBool(json);
}

/* ---- names: enumerations ---- */

static void name_print(const struct fault_member *m, const void *at, struct buf *out)
{
    unsigned value = *(const unsigned *)at;

    buf_json_string(out, str_of(value < m->name_count ? m->names[value] : ""));
}

static bool name_parse(const struct fault_member *m, const cJSON *json, struct arena *arena,
                       void *at)
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

static void text_print(const struct fault_member *m, const void *at, struct buf *out)
{
    struct str text = *(const struct str *)at;

    (void)m;
    if (str_is_utf8(text) && !(text.len && memchr(text.ptr, '\0', text.len))) {
        buf_json_string(out, text);
        return;
    }
    buf_puts(out, "{\"base64\":\"");
    buf_reserve(out, base64_encoded_size(text.len) + 1);
    base64_encode(text, out->ptr + out->len);
    out->len += base64_encoded_size(text.len);
    buf_puts(out, "\"}");
}

static bool text_parse(const struct fault_member *m, const cJSON *json, struct arena *arena,
                       void *at)
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

static void amount_print(const struct fault_member *m, const void *at, struct buf *out)
{
    const struct fault_amount *amount = at;

    (void)m;
    if (amount->is_ratio)
        buf_printf(out, "{\"ratio\":%.17g}", amount->ratio);
    else
        buf_printf(out, "{\"bytes\":\"%" PRIu64 "\"}", amount->bytes);
}

static bool amount_parse(const struct fault_member *m, const cJSON *json, struct arena *arena,
                         void *at)
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

static void error_print(const struct fault_member *m, const void *at, struct buf *out)
{
    (void)m;
    buf_json_string(out, str_of((*(const struct fc_error *const *)at)->code));
}

static bool error_parse(const struct fault_member *m, const cJSON *json, struct arena *arena,
                        void *at)
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

static void texts_print(const struct fault_member *m, const void *at, struct buf *out)
{
    const struct texts *texts = at;

    for (size_t i = 0; i < texts->count; i++) {
        buf_add_char(out, i ? ',' : '[');
        text_print(m, &texts->items[i], out);
    }
    buf_add_char(out, ']');
}

static bool texts_parse(const struct fault_member *m, const cJSON *json, struct arena *arena,
                        void *at)
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

static void edits_print(const struct fault_member *m, const void *at, struct buf *out)
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

static bool edit_parse(const struct fault_member *m, const cJSON *json, struct arena *arena,
                       struct fault_header_edit *out)
{
    const struct fault_member kinds = {.names = edit_names, .name_count = N_ELEMENTS(edit_names)};
    const cJSON *value = cJSON_GetArrayItem(json, 2);
    unsigned kind;

    if (!cJSON_IsArray(json) || !name_parse(&kinds, cJSON_GetArrayItem(json, 0), arena, &kind))
        return false;
    out->kind = kind;
    return text_parse(m, cJSON_GetArrayItem(json, 1), arena, &out->name) &&
           (!value || text_parse(m, value, arena, &out->value));
}

static bool edits_parse(const struct fault_member *m, const cJSON *json, struct arena *arena,
                        void *at)
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

static const struct tape_kind kinds[] = {
    [MEMBER_BOOL] = {bool_is_default,   bool_print,   bool_parse  },
    [MEMBER_U32] = {u32_is_default,    u32_print,    u32_parse   },
    [MEMBER_U64] = {u64_is_default,    u64_print,    u64_parse   },
    [MEMBER_I64] = {i64_is_default,    i64_print,    i64_parse   },
    [MEMBER_DRAWN] = {u64_is_default,    drawn_print,  u64_parse   },
    [MEMBER_NAME] = {u32_is_default,    name_print,   name_parse  },
    [MEMBER_TEXT] = {text_is_default,   text_print,   text_parse  },
    [MEMBER_AMOUNT] = {amount_is_default, amount_print, amount_parse},
    [MEMBER_ERROR] = {error_is_default,  error_print,  error_parse },
    [MEMBER_TEXTS] = {texts_is_default,  texts_print,  texts_parse },
    [MEMBER_EDITS] = {edits_is_default,  edits_print,  edits_parse },
};

const struct tape_kind *tape_kind(enum fault_member_kind kind)
{
    return &kinds[kind];
}
