/*
 * The comparisons of `match`: numbers, text against patterns, JSON values by pointer, query values.
 */
#include "base/glob.h"
#include "base/json.h"
#include "base/query.h"
#include "fault/internal.h"

/* ---- numbers ---- */

bool compare_holds(const struct fault_compare *compare, double value)
{
    return (!compare->has_eq || value == compare->eq) &&
           (!compare->has_gt || value > compare->gt) &&
           (!compare->has_gte || value >= compare->gte) &&
           (!compare->has_lt || value < compare->lt) &&
           (!compare->has_lte || value <= compare->lte);
}

/* ---- patterns ---- */

bool fault_pattern_holds(const struct fault_pattern *p, struct str text,
                         struct regex_scratch *scratch)
{
    switch (p->kind) {
    case PATTERN_EXACT:
        return str_eq(text, p->text);
    case PATTERN_PREFIX:
        return str_starts(text, p->text);
    case PATTERN_SUFFIX:
        return str_ends(text, p->text);
    case PATTERN_GLOB:
        return glob_match(p->text, text);
    case PATTERN_REGEX:
        return regex_holds(p->regex, text, scratch);
    }
    return false;
}

/* A call that has no such thing fits no pattern, not even a negated one: "another function than
 * this" still asks for a function. */
bool pattern_any_holds(const struct fault_patterns *patterns, struct str text,
                       struct regex_scratch *scratch)
{
    if (!str_is_set(text))
        return false;
    for (size_t i = 0; i < patterns->count; i++)
        if (fault_pattern_holds(&patterns->items[i], text, scratch) != patterns->items[i].negate)
            return true;
    return false;
}

/* ---- JSON ---- */

enum { POINTER_TOKEN_BYTES = 256 };

/* "~1" is '/', "~0" is '~'. False when it does not fit. */
static bool unescape_token(struct str token, char out[POINTER_TOKEN_BYTES])
{
    size_t n = 0;

    if (token.len >= POINTER_TOKEN_BYTES)
        return false;
    for (size_t i = 0; i < token.len; i++) {
        char c = token.ptr[i];

        if (c == '~' && i + 1 < token.len)
            c = token.ptr[++i] == '1' ? '/' : '~';
        out[n++] = c;
    }
    out[n] = '\0';
    return true;
}

static const cJSON *json_step(const cJSON *at, struct str token)
{
    char name[POINTER_TOKEN_BYTES];
    int64_t index;

    if (cJSON_IsArray(at))
        return str_to_int(token, 0, INT32_MAX, &index) == NUMBER_OK
                   ? cJSON_GetArrayItem(at, (int)index)
                   : NULL;
    if (!cJSON_IsObject(at) || !unescape_token(token, name))
        return NULL;
    return cJSON_GetObjectItemCaseSensitive(at, name);
}

const cJSON *json_at(const cJSON *root, struct str pointer)
{
    const cJSON *at = root;
    struct str rest = pointer;

    while (at && rest.len && rest.ptr[0] == '/') {
        struct str token;

        str_cut(str_slice(rest, 1, rest.len), '/', &token, &rest);
        if (str_is_set(rest)) /* str_cut() took the slash that leads the next token */
            rest = (struct str){rest.ptr - 1, rest.len + 1};
        at = json_step(at, token);
    }
    return at;
}

/* Numbers are compared as numbers, so that 3 and 3.0 are one; everything else as it is printed. */
static bool json_equals(const cJSON *node, struct str scalar)
{
    OWN(buf_done) struct buf text = {0};
    double number;

    if (cJSON_IsNumber(node))
        return str_to_double(scalar, &number) == NUMBER_OK && node->valuedouble == number;
    json_print(node, false, &text);
    return str_eq(buf_str(&text), scalar);
}

static bool json_text_holds(const struct fault_patterns *patterns, const cJSON *node,
                            struct regex_scratch *scratch)
{
    OWN(buf_done) struct buf text = {0};

    if (cJSON_IsString(node))
        return pattern_any_holds(patterns, str_of(node->valuestring), scratch);
    json_print(node, false, &text);
    return pattern_any_holds(patterns, buf_str(&text), scratch);
}

bool json_named_holds(const struct fault_named *named, const cJSON *root,
                      struct regex_scratch *scratch)
{
    const cJSON *node = root ? json_at(root, named->name) : NULL;

    if (named->has_presence && named->present != (node != NULL))
        return false;
    if (!node)
        return named->has_presence;
    if (named->compare.given &&
        !(cJSON_IsNumber(node) && compare_holds(&named->compare, node->valuedouble)))
        return false;
    if (str_is_set(named->json) && !json_equals(node, named->json))
        return false;
    return named->value.count == 0 || json_text_holds(&named->value, node, scratch);
}

/* ---- names and values of the request ---- */

struct str header_value(const struct fault_call *call, struct str name)
{
    return call->headers ? http_headers_get(call->headers, name) : STR_NONE;
}

struct str query_value(struct str raw, struct str name, struct arena *arena)
{
    struct query query;

    if (!str_is_set(raw))
        return STR_NONE;
    query_parse(raw, arena, &query);
    return query_get(&query, name);
}
