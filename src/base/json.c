/* The one door to cJSON. */
#include "base/json.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/mem.h"
#include "base/number.h"

cJSON *json_made(cJSON *json)
{
    if (!json)
        abort();
    return json;
}

static int refuse_depth(struct error *err)
{
    return error_set(err, ERROR_LIMIT, "JSON nested deeper than %d", JSON_DEPTH_MAX);
}

/* What cJSON would not refuse, looked for before it allocates: its own limit of depth (1000) is
 * fixed when it is compiled, and an escaped NUL would end a C string early. */
static int check_shape(struct str text, struct error *err)
{
    size_t depth = 0;
    bool quoted = false;

    for (size_t i = 0; i < text.len; i++) {
        char c = text.ptr[i];

        if (quoted) {
            if (c == '\\' && str_starts(str_slice(text, i, text.len), STR("\\u0000")))
                return error_set(err, ERROR_SYNTAX, "bad JSON at byte %zu: a NUL character", i);
            if (c == '\\')
                i++;
            else if (c == '"')
                quoted = false;
        } else if (c == '"') {
            quoted = true;
        } else if (c == '{' || c == '[') {
            if (++depth > JSON_DEPTH_MAX)
                return refuse_depth(err);
        } else if ((c == '}' || c == ']') && depth > 0) {
            depth--;
        }
    }
    return 0;
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

/* Something stands between the bracket at @at and the one that closes it. */
static bool holds_something(struct str text, size_t at)
{
    size_t next = at + 1;

    while (next < text.len && is_blank(text.ptr[next]))
        next++;
    return next < text.len && text.ptr[next] != ']' && text.ptr[next] != '}';
}

/* Behind the quoted text that begins at @at. */
static size_t behind_quoted(struct str text, size_t at)
{
    for (at++; at < text.len && text.ptr[at] != '"'; at++)
        at += text.ptr[at] == '\\';
    return at;
}

/* The first value of a list or an object comes with its bracket, each other with its comma. */
size_t json_count(struct str text, size_t most)
{
    size_t count = 1;

    for (size_t i = 0; i < text.len && count <= most; i++) {
        char c = text.ptr[i];

        if (c == '"')
            i = behind_quoted(text, i);
        else if (c == ',')
            count++;
        else if (c == '[' || c == '{')
            count += holds_something(text, i);
    }
    return count;
}

/* ---- a name given more than once ---- */

struct numbered {
    cJSON *member;
    size_t at;
};

static int compare_numbered(const void *a, const void *b)
{
    const struct numbered *x = (const struct numbered *)a;
    const struct numbered *y = (const struct numbered *)b;
    int order = strcmp(x->member->string, y->member->string);

    if (order != 0)
        return order;
    return x->at < y->at ? -1 : 1;
}

static void drop_repeated_members(cJSON *object)
{
    size_t count = (size_t)cJSON_GetArraySize(object);
    struct numbered *all = (struct numbered *)mem_alloc_array(count, sizeof(*all));
    size_t at = 0;
    cJSON *member;

    cJSON_ArrayForEach (member, object) {
        all[at] = (struct numbered){member, at};
        at++;
    }
    qsort(all, count, sizeof(*all), compare_numbered);
    for (size_t i = 0; i + 1 < count; i++) {
        if (strcmp(all[i].member->string, all[i + 1].member->string) == 0)
            cJSON_Delete(cJSON_DetachItemViaPointer(object, all[i].member));
    }
    mem_free(all);
}

/* The last one counts, as for the service itself, and at its own place. */
static void drop_repeated(cJSON *json)
{
    cJSON *child;

    if (cJSON_IsObject(json) && json->child && json->child->next)
        drop_repeated_members(json);
    cJSON_ArrayForEach (child, json)
        drop_repeated(child);
}

cJSON *json_parse(struct str text, struct error *err)
{
    return json_parse_within(text, JSON_VALUES_MAX, err);
}

cJSON *json_parse_within(struct str text, size_t values_max, struct error *err)
{
    const char *end = NULL;

    if (text.len == 0) {
        error_set(err, ERROR_SYNTAX, "no JSON: the text is empty");
        return NULL;
    }
    if (memchr(text.ptr, '\0', text.len) || !str_is_utf8(text)) {
        error_set(err, ERROR_SYNTAX, "JSON must be UTF-8 without NUL bytes");
        return NULL;
    }
    if (check_shape(text, err) < 0)
        return NULL;
    if (values_max != SIZE_MAX && json_count(text, values_max) > values_max) {
        error_set(err, ERROR_LIMIT, "JSON of more than %zu values", values_max);
        return NULL;
    }
    cJSON *json = cJSON_ParseWithLengthOpts(text.ptr, text.len, &end, 0);

    if (!json) {
        error_set(err, ERROR_SYNTAX, "bad JSON at byte %zu",
                  end ? (size_t)(end - text.ptr) : (size_t)0);
        return NULL;
    }
    for (const char *p = end; p < text.ptr + text.len; p++) {
        if (!is_blank(*p)) {
            error_set(err, ERROR_SYNTAX, "bad JSON at byte %zu: text behind the value",
                      (size_t)(p - text.ptr));
            cJSON_Delete(json);
            return NULL;
        }
    }
    drop_repeated(json);
    return json;
}

static void print_indent(struct buf *out, size_t depth)
{
    buf_add_char(out, '\n');
    for (size_t i = 0; i < depth; i++)
        buf_puts(out, "  ");
}

/* The shortest text that reads back as the same number: 0.35 stays 0.35. */
static void print_fraction(double d, struct buf *out)
{
    char text[32];

    for (int digits = 15; digits <= 17; digits++) {
        snprintf(text, sizeof(text), "%.*g", digits, d);
        if (strtod(text, NULL) == d)
            break;
    }
    buf_puts(out, text);
}

static void print_number(const cJSON *json, struct buf *out)
{
    double d = json->valuedouble;

    if (!isfinite(d)) /* 1e999 parses; JSON has no word for infinity */
        buf_puts(out, "null");
    else if (fabs(d) < 9007199254740992.0 && d == trunc(d))
        buf_printf(out, "%" PRId64, (int64_t)d);
    else
        print_fraction(d, out);
}

static void print_value(const cJSON *json, bool pretty, size_t depth, struct buf *out);

static void print_members(const cJSON *json, bool pretty, size_t depth, struct buf *out)
{
    bool object = cJSON_IsObject(json);

    buf_add_char(out, object ? '{' : '[');
    for (const cJSON *member = json->child; member; member = member->next) {
        if (pretty)
            print_indent(out, depth + 1);
        if (object) {
            buf_json_string(out, str_of(member->string));
            buf_puts(out, pretty ? ": " : ":");
        }
        print_value(member, pretty, depth + 1, out);
        if (member->next)
            buf_add_char(out, ',');
    }
    if (pretty && json->child)
        print_indent(out, depth);
    buf_add_char(out, object ? '}' : ']');
}

static void print_value(const cJSON *json, bool pretty, size_t depth, struct buf *out)
{
    if (cJSON_IsObject(json) || cJSON_IsArray(json))
        print_members(json, pretty, depth, out);
    else if (cJSON_IsString(json))
        buf_json_string(out, str_of(json->valuestring));
    else if (cJSON_IsNumber(json))
        print_number(json, out);
    else if (cJSON_IsRaw(json))
        buf_puts(out, json->valuestring);
    else if (cJSON_IsBool(json))
        buf_puts(out, cJSON_IsTrue(json) ? "true" : "false");
    else
        buf_puts(out, "null");
}

void json_print(const cJSON *json, bool pretty, struct buf *out)
{
    print_value(json, pretty, 0, out);
}

cJSON *json_string(struct str s)
{
    if (!s.ptr)
        return cJSON_CreateNull();
    char *copy = strndup(s.ptr, s.len);
    cJSON *json = copy ? cJSON_CreateString(copy) : NULL;

    free(copy);
    if (!json)
        abort();
    return json;
}

void json_add_str(cJSON *object, const char *key, struct str value)
{
    cJSON_AddItemToObject(object, key, json_string(value));
}

void json_add_uint(cJSON *object, const char *key, uint64_t value)
{
    char digits[24];

    snprintf(digits, sizeof(digits), "%" PRIu64, value);
    cJSON_AddItemToObject(object, key,
                          value < (1ull << 53) ? cJSON_CreateNumber((double)value)
                                               : cJSON_CreateRaw(digits));
}

cJSON *json_get_nocase(const cJSON *object, const char *key)
{
    cJSON *member = cJSON_GetObjectItem(object, key);

    return member && !cJSON_IsNull(member) ? member : NULL;
}

uint64_t json_get_uint(const cJSON *object, const char *key, uint64_t max, uint64_t other)
{
    const cJSON *member = cJSON_GetObjectItemCaseSensitive(object, key);
    uint64_t value;

    if (!cJSON_IsNumber(member) || !number_to_uint(member->valuedouble, max, &value))
        return other;
    return value;
}

double json_get_double(const cJSON *object, const char *key, double other)
{
    const cJSON *value = cJSON_GetObjectItemCaseSensitive(object, key);

    return cJSON_IsNumber(value) ? value->valuedouble : other;
}

struct str json_get_str(const cJSON *object, const char *key)
{
    const cJSON *member = cJSON_GetObjectItemCaseSensitive(object, key);

    return cJSON_IsString(member) ? str_of(member->valuestring) : STR_NONE;
}
