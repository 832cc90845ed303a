#include "service/fields.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>

#include "base/mem.h"

/* ---- small JSON helpers ---- */

cJSON *json_constant(const char *text)
{
    cJSON *json = cJSON_Parse(text);

    if (!json)
        abort(); /* a table is wrong; tests walk every row */
    return json;
}

bool json_has(const cJSON *object, const char *key)
{
    return cJSON_GetObjectItemCaseSensitive(object, key) != NULL;
}

void json_set(cJSON *object, const char *key, cJSON *value)
{
    if (value && json_has(object, key)) {
        cJSON_ReplaceItemInObjectCaseSensitive(object, key, value);
        return;
    }
    cJSON_DeleteItemFromObjectCaseSensitive(object, key);
    if (value)
        cJSON_AddItemToObject(object, key, value);
}

bool json_is_blank(const cJSON *json)
{
    if (!json || cJSON_IsNull(json))
        return true;
    return (cJSON_IsObject(json) || cJSON_IsArray(json)) && !json->child;
}

static const cJSON *member_nocase(const cJSON *object, const char *name)
{
    const cJSON *exact = cJSON_GetObjectItemCaseSensitive(object, name);

    if (exact && !cJSON_IsNull(exact))
        return exact;
    return json_get_nocase(object, name);
}

/* ---- patterns ---- */

static bool is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool is_alnum(char c)
{
    return is_letter(c) || (c >= '0' && c <= '9');
}

static bool match_name(struct str text)
{
    if (text.len == 0 || !(is_letter(text.ptr[0]) || text.ptr[0] == '_'))
        return false;
    for (size_t i = 1; i < text.len; i++) {
        if (!is_alnum(text.ptr[i]) && text.ptr[i] != '_' && text.ptr[i] != '-')
            return false;
    }
    return true;
}

enum { DOMAIN_LABEL_MAX = 63 };

static bool match_label(struct str label)
{
    if (label.len == 0 || label.len > DOMAIN_LABEL_MAX || !is_alnum(label.ptr[0]))
        return false;
    for (size_t i = 1; i < label.len; i++) {
        if (!is_alnum(label.ptr[i]) && label.ptr[i] != '-')
            return false;
    }
    return true;
}

static bool match_domain(struct str text)
{
    struct str rest;
    struct str top;
    struct str label;

    if (!str_cut_last(text, '.', &rest, &top) || top.len < 2)
        return false;
    for (size_t i = 0; i < top.len; i++) {
        if (!is_letter(top.ptr[i]))
            return false;
    }
    while (str_is_set(rest)) {
        str_cut(rest, '.', &label, &rest);
        if (!match_label(label))
            return false;
    }
    return true;
}

static bool match_print(struct str text)
{
    for (size_t i = 0; i < text.len; i++) {
        unsigned char c = (unsigned char)text.ptr[i];

        if (c < 0x20 || c > 0x7e)
            return false;
    }
    return text.len > 0;
}

static const struct {
    const char *text;
    bool (*match)(struct str text);
} patterns[] = {
    [PATTERN_NAME] = {"^[_a-zA-Z][-_a-zA-Z0-9]*$",                           match_name  },
    [PATTERN_DOMAIN] = {"'^([a-z0-9A-Z][-a-z0-9A-Z]{0,62}\\.)+[a-zA-Z]{2,}$'", match_domain},
    [PATTERN_PRINT] = {"^[[:print:]]+$",                                      match_print },
};

const char *field_pattern_text(enum field_pattern pattern)
{
    return patterns[pattern].text;
}

bool field_pattern_match(enum field_pattern pattern, struct str text)
{
    return patterns[pattern].match(text);
}

/* ---- refusals, in the grammar of the service ---- */

static void add_title(const struct field *field, struct buf *out)
{
    if (field->title) {
        buf_puts(out, field->title);
        return;
    }
    char first = field->name[0];

    buf_add_char(out, first >= 'a' && first <= 'z' ? (char)(first - 'a' + 'A') : first);
    buf_puts(out, field->name + 1);
}

static bool refuse(const struct field_reading *reading, const struct field *field, const char *fmt,
                   ...) PRINTF_LIKE(3, 4);

/* Only the first refusal counts; always false, so that a failing line is one line. */
static bool refuse(const struct field_reading *reading, const struct field *field, const char *fmt,
                   ...)
{
    struct buf *out = &reading->refusal->text;
    va_list args;

    if (out->len > 0)
        return false;
    add_title(field, out);
    buf_add_char(out, ' ');
    va_start(args, fmt);
    buf_vprintf(out, fmt, args);
    va_end(args);
    return false;
}

static bool refuse_type(const struct field_reading *reading, const struct field *field,
                        const char *want, const cJSON *value)
{
    struct buf actual = {0};

    if (cJSON_IsString(value))
        buf_puts(&actual, value->valuestring);
    else
        json_print(value, false, &actual);
    refuse(reading, field, "is set to an invalid value (allowed: %s, actual: '%.200s')", want,
           buf_text(&actual));
    buf_done(&actual);
    return false;
}

static bool limit_of(const struct field_reading *reading, int which, int64_t *out)
{
    if (which == 0)
        return false;
    *out = reading->limits->values[which - 1];
    return *out != LIMIT_NONE;
}

/* ---- texts ---- */

static bool is_choice(const char *choices, struct str text)
{
    struct str rest = str_of(choices);
    struct str choice;

    while (str_is_set(rest)) {
        str_cut(rest, '|', &choice, &rest);
        if (str_eq(str_trim(choice), text))
            return true;
    }
    return false;
}

bool field_check_text(const struct field *field, struct str text,
                      const struct field_reading *reading)
{
    int64_t least = 0;
    int64_t most = 0;

    if ((field->flags & FIELD_REQUIRED) && text.len == 0)
        return refuse(reading, field, "is required but not provided");
    if (limit_of(reading, field->max, &most) && (int64_t)text.len > most)
        return refuse(reading, field,
                      "exceeds the maximum allowed length (max: %" PRId64 ", actual: '" STR_FMT
                      "')",
                      most, STR_ARG(str_slice(text, 0, 1024)));
    if (limit_of(reading, field->min, &least) && (int64_t)text.len < least && text.len > 0)
        return refuse(reading, field,
                      "is below the minimum allowed length (min: %" PRId64 ", actual: '" STR_FMT
                      "')",
                      least, STR_ARG(text));
    if (field->pattern && !field_pattern_match(field->pattern, text))
        return refuse(reading, field,
                      "doesn't match expected format (allowed: %s, actual: '" STR_FMT "')",
                      field_pattern_text(field->pattern), STR_ARG(str_slice(text, 0, 256)));
    if (field->choices && !is_choice(field->choices, text))
        return refuse(reading, field,
                      "is set to an invalid value (allowed: %s, actual: '" STR_FMT "')",
                      field->choices, STR_ARG(str_slice(text, 0, 256)));
    return true;
}

static cJSON *text_of(const cJSON *value)
{
    struct buf text = {0};
    cJSON *made = NULL;

    if (cJSON_IsString(value))
        return cJSON_CreateString(value->valuestring);
    json_print(value, false, &text);
    made = cJSON_CreateString(buf_text(&text));
    buf_done(&text);
    return made;
}

static cJSON *read_string(const struct field *field, const cJSON *value,
                          const struct field_reading *reading)
{
    if (!cJSON_IsString(value) && !cJSON_IsNumber(value) && !cJSON_IsBool(value)) {
        refuse_type(reading, field, "string", value);
        return NULL;
    }
    cJSON *text = text_of(value);

    if (!field_check_text(field, str_of(text->valuestring), reading)) {
        cJSON_Delete(text);
        return NULL;
    }
    return text;
}

static cJSON *read_text(const struct field *field, const cJSON *value,
                        const struct field_reading *reading)
{
    (void)field;
    (void)reading;
    return text_of(value);
}

/* ---- numbers ---- */

static bool number_of(const cJSON *value, double *out)
{
    if (cJSON_IsNumber(value)) {
        *out = value->valuedouble;
        return isfinite(*out);
    }
    return cJSON_IsString(value) && str_to_double(str_of(value->valuestring), out) == NUMBER_OK;
}

static bool check_number(const struct field *field, double number, double scale,
                         const struct field_reading *reading)
{
    int64_t least = INT64_MIN;
    int64_t most = INT64_MAX;
    int64_t step = 0;
    bool bounded = limit_of(reading, field->min, &least);

    bounded = limit_of(reading, field->max, &most) || bounded;
    if ((field->flags & FIELD_OPTIONAL_ZERO) && number == 0)
        return true;
    if (bounded && least == INT64_MIN)
        least = 0;
    if (bounded && (number * scale < (double)least || number * scale > (double)most))
        return refuse(reading, field,
                      "is set to an invalid value (allowed: %g-%g, actual: '%.17g')",
                      (double)least / scale, (double)most / scale, number);
    if (limit_of(reading, field->step, &step) &&
        fabs(remainder(number * scale, (double)step)) > 1e-6)
        return refuse(reading, field,
                      "is set to an invalid value. The value must be a multiple of %g%s. (actual: "
                      "'%.15g')",
                      (double)step / scale, scale == 1 ? " MB" : "", number);
    return true;
}

static cJSON *read_int(const struct field *field, const cJSON *value,
                       const struct field_reading *reading)
{
    double number;

    if (!number_of(value, &number) || number != trunc(number) || fabs(number) > 9e15) {
        refuse_type(reading, field, "integer", value);
        return NULL;
    }
    return check_number(field, number, 1, reading) ? cJSON_CreateNumber(number) : NULL;
}

enum { MILLI = 1000 }; /* limits of fractions are kept in thousandths */

static cJSON *read_number(const struct field *field, const cJSON *value,
                          const struct field_reading *reading)
{
    double number;

    if (!number_of(value, &number)) {
        refuse_type(reading, field, "number", value);
        return NULL;
    }
    return check_number(field, number, MILLI, reading) ? cJSON_CreateNumber(number) : NULL;
}

static cJSON *read_bool(const struct field *field, const cJSON *value,
                        const struct field_reading *reading)
{
    if (cJSON_IsBool(value))
        return cJSON_CreateBool(cJSON_IsTrue(value));
    if (cJSON_IsString(value) && str_eq_nocase(str_of(value->valuestring), STR("true")))
        return cJSON_CreateTrue();
    if (cJSON_IsString(value) && str_eq_nocase(str_of(value->valuestring), STR("false")))
        return cJSON_CreateFalse();
    refuse_type(reading, field, "true | false", value);
    return NULL;
}

/* ---- lists, maps, objects ---- */

static bool check_count(const struct field *field, int count, const struct field_reading *reading)
{
    int64_t most;

    if (!limit_of(reading, field->max, &most) || count <= most)
        return true;
    return refuse(reading, field, "contains too many values (max: %" PRId64 ", actual: %d)", most,
                  count);
}

static cJSON *read_strings(const struct field *field, const cJSON *value,
                           const struct field_reading *reading)
{
    const cJSON *item;
    cJSON *made;

    if (!cJSON_IsArray(value)) {
        refuse_type(reading, field, "list of strings", value);
        return NULL;
    }
    made = cJSON_CreateArray();
    cJSON_ArrayForEach (item, value) {
        if (cJSON_IsArray(item) || cJSON_IsObject(item)) {
            refuse_type(reading, field, "list of strings", value);
            cJSON_Delete(made);
            return NULL;
        }
        if (!cJSON_IsNull(item))
            cJSON_AddItemToArray(made, text_of(item));
    }
    if (!check_count(field, cJSON_GetArraySize(made), reading)) {
        cJSON_Delete(made);
        return NULL;
    }
    return made;
}

static bool is_map(const cJSON *value)
{
    return cJSON_IsObject(value) || (cJSON_IsArray(value) && !value->child);
}

static bool read_map_item(const struct field *field, const cJSON *item, cJSON *out,
                          const struct field_reading *reading)
{
    if (cJSON_IsNull(item))
        return true;
    if (cJSON_IsArray(item) || cJSON_IsObject(item))
        return refuse_type(reading, field, "map of strings", item);
    cJSON *text = text_of(item);

    if (field->pattern && !field_pattern_match(field->pattern, str_of(text->valuestring))) {
        refuse(reading, field, "doesn't match expected format (allowed: %s, actual: '%.256s')",
               field_pattern_text(field->pattern), text->valuestring);
        cJSON_Delete(text);
        return false;
    }
    cJSON_AddItemToObject(out, item->string, text);
    return true;
}

static bool check_map_size(const struct field *field, const cJSON *map,
                           const struct field_reading *reading)
{
    const cJSON *item;
    size_t bytes = 0;
    int64_t most;

    cJSON_ArrayForEach (item, map)
        bytes += strlen(item->string) + strlen(item->valuestring);
    if (!limit_of(reading, field->max, &most) || (int64_t)bytes <= most)
        return true;
    return refuse(reading, field,
                  "exceeds the maximum allowed length (max: %" PRId64 ", actual: '%zu')", most,
                  bytes);
}

static cJSON *read_map(const struct field *field, const cJSON *value,
                       const struct field_reading *reading)
{
    const cJSON *item;
    cJSON *made;

    if (!is_map(value)) {
        refuse_type(reading, field, "map of strings", value);
        return NULL;
    }
    made = cJSON_CreateObject();
    cJSON_ArrayForEach (item, value) {
        if (!read_map_item(field, item, made, reading)) {
            cJSON_Delete(made);
            return NULL;
        }
    }
    if (!check_map_size(field, made, reading)) {
        cJSON_Delete(made);
        return NULL;
    }
    return made;
}

static cJSON *read_numbers(const struct field *field, const cJSON *value,
                           const struct field_reading *reading)
{
    const cJSON *item;
    double number;
    cJSON *made = is_map(value) ? cJSON_CreateObject() : NULL;
    const cJSON *source = made ? value : NULL;

    cJSON_ArrayForEach (item, source) {
        if (cJSON_IsNull(item))
            continue;
        if (!number_of(item, &number)) {
            cJSON_Delete(made);
            made = NULL;
            break;
        }
        cJSON_AddItemToObject(made, item->string, cJSON_CreateNumber(number));
    }
    if (!made)
        refuse_type(reading, field, "map of numbers", value);
    return made;
}

static cJSON *read_object(const struct field *field, const cJSON *value,
                          const struct field_reading *reading)
{
    if (!is_map(value)) {
        refuse_type(reading, field, "object", value);
        return NULL;
    }
    return fields_read(field->fields, value, reading);
}

static cJSON *read_objects(const struct field *field, const cJSON *value,
                           const struct field_reading *reading)
{
    const cJSON *item;
    cJSON *made;

    if (!cJSON_IsArray(value)) {
        refuse_type(reading, field, "list of objects", value);
        return NULL;
    }
    if (!check_count(field, cJSON_GetArraySize(value), reading))
        return NULL;
    made = cJSON_CreateArray();
    cJSON_ArrayForEach (item, value) {
        cJSON *one = read_object(field, item, reading);

        if (!one) {
            cJSON_Delete(made);
            return NULL;
        }
        cJSON_AddItemToArray(made, one);
    }
    return made;
}

static cJSON *read_any(const struct field *field, const cJSON *value,
                       const struct field_reading *reading)
{
    (void)field;
    (void)reading;
    return cJSON_Duplicate(value, true);
}

static cJSON *(*const readers[])(const struct field *field, const cJSON *value,
                                 const struct field_reading *reading) = {
    [FIELD_STRING] = read_string,   [FIELD_INT] = read_int,         [FIELD_NUMBER] = read_number,
    [FIELD_BOOL] = read_bool,       [FIELD_STRINGS] = read_strings, [FIELD_MAP] = read_map,
    [FIELD_NUMBERS] = read_numbers, [FIELD_OBJECT] = read_object,   [FIELD_OBJECTS] = read_objects,
    [FIELD_ANY] = read_any,         [FIELD_TEXT] = read_text,
};

/* ---- tables ---- */

unsigned field_api(enum api_version api)
{
    static const unsigned bits[API_VERSION_COUNT] = {[API_2016] = IN_2016,
                                                     [API_2021] = IN_2021,
                                                     [API_2023] = IN_2023,
                                                     [API_TRIGGER] = IN_TRIGGER};

    return bits[api];
}

const char *field_default(const struct field *field, enum api_version api)
{
    if (api == API_2023)
        return field->current;
    return api == API_2021 && field->in_2021 ? field->in_2021 : field->classic;
}

static bool is_writable(const struct field *field, const struct field_reading *reading)
{
    if (field->flags & FIELD_READ_ONLY)
        return false;
    return reading->create || !(field->flags & FIELD_CONSTANT);
}

static bool says_nothing(const struct field *field, const cJSON *value,
                         const struct field_reading *reading)
{
    return !value || (!reading->create && (field->flags & FIELD_EMPTY_IS_ABSENT) &&
                      cJSON_IsString(value) && !*value->valuestring);
}

static bool read_field(const struct field *field, const cJSON *input, cJSON *out,
                       const struct field_reading *reading)
{
    const cJSON *value = member_nocase(input, field->name);

    if (!is_writable(field, reading))
        return true;
    if (!says_nothing(field, value, reading)) {
        cJSON *read = readers[field->type](field, value, reading);

        if (read)
            cJSON_AddItemToObject(out, field->name, read);
        return read != NULL;
    }
    if (reading->create && (field->flags & FIELD_REQUIRED))
        return refuse(reading, field, "is required but not provided");
    const char *preset = field_default(field, reading->api);

    if (reading->create && (field->flags & FIELD_DECIDED) && preset)
        cJSON_AddItemToObject(out, field->name, json_constant(preset));
    return true;
}

cJSON *fields_read(const struct field_table *table, const cJSON *input,
                   const struct field_reading *reading)
{
    cJSON *out = cJSON_CreateObject();
    unsigned api = field_api(reading->api);

    for (size_t i = 0; i < table->count; i++) {
        const struct field *field = &table->rows[i];

        if ((field->flags & api) && !read_field(field, input, out, reading)) {
            cJSON_Delete(out);
            return NULL;
        }
    }
    return out;
}

static void merge_members(cJSON *into, cJSON *from)
{
    while (from->child) {
        cJSON *member = cJSON_DetachItemViaPointer(from, from->child);
        OWN(mem_free) char *name = mem_dup(member->string);

        json_set(into, name, member);
    }
}

void fields_merge(const struct field_table *table, cJSON *document, cJSON *read)
{
    for (size_t i = 0; i < table->count; i++) {
        const struct field *field = &table->rows[i];
        cJSON *given = cJSON_DetachItemFromObjectCaseSensitive(read, field->name);
        cJSON *old = cJSON_GetObjectItemCaseSensitive(document, field->name);

        if (!given)
            continue;
        if ((field->flags & FIELD_MERGED) && cJSON_IsObject(old)) {
            merge_members(old, given);
            cJSON_Delete(given);
        } else {
            json_set(document, field->name, given);
        }
    }
}

static cJSON *show_value(const struct field *field, const cJSON *value, enum api_version api);

static cJSON *show_objects(const struct field *field, const cJSON *value, enum api_version api)
{
    const cJSON *item;
    cJSON *shown = cJSON_CreateArray();

    cJSON_ArrayForEach (item, value)
        cJSON_AddItemToArray(shown, fields_show(field->fields, item, api));
    return shown;
}

static cJSON *show_value(const struct field *field, const cJSON *value, enum api_version api)
{
    if (field->type == FIELD_OBJECT && cJSON_IsObject(value))
        return fields_show(field->fields, value, api);
    if (field->type == FIELD_OBJECTS && cJSON_IsArray(value))
        return show_objects(field, value, api);
    return cJSON_Duplicate(value, true);
}

cJSON *fields_show(const struct field_table *table, const cJSON *document, enum api_version api)
{
    cJSON *shown = cJSON_CreateObject();
    unsigned bit = field_api(api);

    for (size_t i = 0; i < table->count; i++) {
        const struct field *field = &table->rows[i];
        const cJSON *value = cJSON_GetObjectItemCaseSensitive(document, field->name);
        const char *preset = field_default(field, api);

        if (!(field->flags & bit))
            continue;
        if (value && !(field->flags & FIELD_SECRET))
            cJSON_AddItemToObject(shown, field->name, show_value(field, value, api));
        else if (preset)
            cJSON_AddItemToObject(shown, field->name, json_constant(preset));
    }
    return shown;
}
