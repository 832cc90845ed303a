/*
 * grammar/match_body.c - what a match asks of headers, query and body
 */
#include "base/glob.h"
#include "crypto/encode.h"
#include "grammar/internal.h"

#define AT(member) offsetof(struct fault_match, member)

/* ---- headers, query, JSON pointers ---- */

/* {present: bool}, alone. False when @node is something else. */
static bool is_presence(const struct conf_node *node)
{
    return node->kind == CONF_MAP && conf_get(node, "present");
}

static bool take_presence(struct conf_decoder *d, const struct conf_node *node,
                          struct fault_named *out)
{
    static const struct conf_field field = {
        .name = "present", .type = FIELD_BOOL, .offset = offsetof(struct fault_named, present)};
    static const struct conf_table table = {.name = "presence", .fields = &field, .count = 1};

    out->has_presence = true;
    conf_decode(d, &table, node, out);
    return true;
}

static bool take_named(struct conf_decoder *d, const struct conf_node *node, bool is_header,
                       struct fault_match *match)
{
    struct fault_named *list;
    bool ok = true;

    if (!conf_want(d, node, CONF_MAP))
        return false;
    list = ARENA_ARRAY(d->arena, node->count, struct fault_named);
    *(is_header ? &match->headers : &match->queries) = list;
    *(is_header ? &match->header_count : &match->query_count) = node->count;
    CONF_EACH (child, node) {
        struct fault_named *named = &list[child->index];

        named->name = arena_str(d->arena, child->key);
        if (is_header && !grammar_header_name(d, conf_in_parent(child), child->key, &named->name))
            ok = false;
        ok = (is_presence(child) ? take_presence(d, child, named)
                                 : grammar_patterns(d, child, NULL, &named->value)) &&
             ok;
    }
    return ok;
}

bool grammar_take_header(struct conf_decoder *d, const struct conf_node *node, void *out)
{
    return take_named(d, node, true, out);
}

bool grammar_take_query(struct conf_decoder *d, const struct conf_node *node, void *out)
{
    return take_named(d, node, false, out);
}

/* A scalar of JSON as JSON writes it: numbers, booleans and null plain, texts in quotes. */
static struct str json_scalar(struct conf_decoder *d, const struct conf_node *node)
{
    OWN(buf_done) struct buf text = {0};
    double number;
    bool truth;

    if (conf_is_null(node))
        return STR("null");
    if (conf_is_bool(node, &truth) || conf_is_number(node, &number))
        return arena_str(d->arena, node->text);
    buf_json_string(&text, node->text);
    return arena_str(d->arena, buf_str(&text));
}

static bool take_json_value(struct conf_decoder *d, const struct conf_node *node,
                            struct fault_named *out)
{
    static const struct grammar_comparison form = {
        .type = FIELD_NUMBER, .example = "{gt: 3072}", .min = INT64_MIN};
    if (is_presence(node))
        return take_presence(d, node, out);
    if (node->kind == CONF_MAP && node->first && grammar_is_comparison_key(node->first->key))
        return grammar_compare(d, &form, node, &out->compare);
    if (node->kind != CONF_SCALAR || (!conf_is_null(node) && glob_is_pattern(node->text)))
        return grammar_patterns(d, node, NULL, &out->value);
    out->json = json_scalar(d, node);
    return true;
}

static bool take_json(struct conf_decoder *d, const struct conf_node *node, void *out)
{
    struct fault_match *match = out;
    bool ok = true;

    if (!conf_want(d, node, CONF_MAP))
        return false;
    match->body_json = ARENA_ARRAY(d->arena, node->count, struct fault_named);
    match->body_json_count = node->count;
    CONF_EACH (child, node) {
        const char *key = conf_shown(d->report, child->key);

        if (!str_starts(child->key, STR("/"))) {
            conf_error(d->report, conf_in_parent(child), "F214",
                       "'%s' is not a JSON pointer; write '/%s'", key, key);
            ok = false;
        }
        match->body_json[child->index].name = arena_str(d->arena, child->key);
        ok = take_json_value(d, child, &match->body_json[child->index]) && ok;
    }
    return ok;
}

/* ---- body ---- */

static bool take_body_size(struct conf_decoder *d, const struct conf_node *node, void *out)
{
    static const struct grammar_comparison form = {
        .type = FIELD_SIZE, .code = "F202", .example = "{gt: 128KiB}"};

    return grammar_compare(d, &form, node, out);
}

static bool take_sha256(struct conf_decoder *d, const struct conf_node *node, void *out)
{
    struct fault_match *match = out;
    size_t digits = 0;

    if (!conf_want_text(d, node))
        return false;
    while (digits < node->text.len && hex_digit_value(node->text.ptr[digits]) >= 0)
        digits++;
    if (digits != 64 || digits != node->text.len) {
        conf_error(d->report, conf_at(node), "F208", "expected 64 hex digits, found %zu", digits);
        return false;
    }
    match->has_sha256 = hex_decode(node->text, match->sha256);
    return match->has_sha256;
}

static const struct conf_shape pointers = {.kind = SHAPE_MAP, .value = "^/"};
static const struct conf_shape hex_of_sha256 = {
    .kind = SHAPE_TEXT, .keyword = "pattern", .value = "^[0-9a-fA-F]{64}$"};

/* clang-format off */
static const struct conf_field body_fields[] = {
    {.name = "size",
     .type = FIELD_CUSTOM,
     .offset = AT(body_size),
     .take = take_body_size,
     .help = "{gt, gte, lt, lte}: size of the body",
     .shape = &shape_map},
    {.name = "contains",
     .type = FIELD_TEXT,
     .offset = AT(body_contains),
     .help = "text that stands anywhere in the body"},
    {.name = "json",
     .type = FIELD_CUSTOM,
     .take = take_json,
     .help = "JSON pointer: value, pattern, comparison or {present: bool}",
     .shape = &pointers},
    {.name = "sha256",
     .type = FIELD_CUSTOM,
     .take = take_sha256,
     .help = "digest of the body, 64 hex digits",
     .shape = &hex_of_sha256},
};
/* clang-format on */
const struct conf_table fault_body_table = {.name = "body", CONF_TABLE_OF(body_fields)};

bool grammar_take_body(struct conf_decoder *d, const struct conf_field *field,
                       const struct conf_node *node, void *out)
{
    conf_decode(d, field->table, node, out);
    return true;
}
