/* One value by its row: read as clients write it, checked, refused in the grammar of the service.
 */
#include "product/service/frame/field_value.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>

#include "base/mem.h"

#define TOO_LONG "exceeds the maximum allowed length (max: %" PRId64 ", actual: '%" PRId64 "')"

/* ---- refusals, in the grammar of the service ---- */

void field_title(const struct field *field, struct buf *out)
{
    char first = field->name[0];

    if (field->title) {
        buf_puts(out, field->title);
        return;
    }
    buf_add_char(out, first >= 'a' && first <= 'z' ? (char)(first - 'a' + 'A') : first);
    buf_puts(out, field->name + 1);
}

/* Only the first refusal counts; always false, so that a failing line is one line. */
bool field_refuse(const struct field_reading *reading, const struct field *field, const char *fmt,
                  ...)
{
    struct buf *out = &reading->refusal->text;
    va_list args;

    if (out->len > 0)
        return false;
    field_title(field, out);
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
    field_refuse(reading, field, "is set to an invalid value (allowed: %s, actual: '%.200s')", want,
                 buf_text(&actual));
    buf_done(&actual);
    return false;
}

static cJSON *wrong_type(const struct field_reading *reading, const struct field *field,
                         const char *want, const cJSON *value)
{
    refuse_type(reading, field, want, value);
    return NULL;
}

static bool limit_of(const struct field_reading *reading, int which, int64_t *out)
{
    if (which == 0 || reading->limits->values[which - 1] == LIMIT_NONE)
        return false;
    *out = reading->limits->values[which - 1];
    return true;
}

/* ---- texts ---- */

bool field_is_choice(const char *choices, struct str text)
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

/* The head of a text, cut between two characters. */
static struct str head_of(struct str text, size_t most)
{
    size_t end = text.len < most ? text.len : most;

    while (end > 0 && end < text.len && ((unsigned char)text.ptr[end] & 0xC0) == 0x80)
        end--;
    return str_slice(text, 0, end);
}

bool field_check_text(const struct field *field, struct str text,
                      const struct field_reading *reading)
{
    int64_t chars = (int64_t)str_chars(text);
    int64_t least = 0;
    int64_t most = 0;

    if ((field->flags & BODY_REQUIRED) && text.len == 0)
        return field_refuse(reading, field, "is required but not provided");
    if (limit_of(reading, field->max, &most) && chars > most)
        return field_refuse(reading, field, TOO_LONG, most, chars);
    if (limit_of(reading, field->min, &least) && chars < least && chars > 0)
        return field_refuse(reading, field,
                            "is below the minimum allowed length (min: %" PRId64
                            ", actual: '%" PRId64 "')",
                            least, chars);
    if (text.len == 0 && (field->flags & BODY_MAY_BE_EMPTY))
        return true;
    if (field->pattern && !field_pattern_match(field->pattern, text))
        return field_refuse(reading, field,
                            "doesn't match expected format (allowed: %s, actual: '" STR_FMT "')",
                            field_pattern_text(field->pattern),
                            STR_ARG(field->flags & BODY_SECRET ? STR("***") : head_of(text, 256)));
    if (field->choices && !field_is_choice(field->choices, text))
        return field_refuse(reading, field,
                            "is set to an invalid value (allowed: %s, actual: '" STR_FMT "')",
                            field->choices, STR_ARG(head_of(text, 256)));
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

/* Clients send numbers where a text is meant. */
static bool is_textual(const cJSON *value)
{
    return cJSON_IsString(value) || (cJSON_IsNumber(value) && isfinite(value->valuedouble));
}

static cJSON *read_string(const struct field *field, const cJSON *value,
                          const struct field_reading *reading)
{
    if (!is_textual(value))
        return wrong_type(reading, field, "string", value);
    OWN(json_free) cJSON *text = text_of(value);

    return field_check_text(field, str_of(text->valuestring), reading) ? GIVE(text) : NULL;
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

static bool check_range(const struct field *field, double number, double scale,
                        const struct field_reading *reading)
{
    int64_t least = field->flags & BODY_POSITIVE ? 1 : 0;
    int64_t most = INT64_MAX;
    bool bounded =
        limit_of(reading, field->min, &least) || (field->flags & (BODY_POSITIVE | BODY_NATURAL));
    bool capped = limit_of(reading, field->max, &most);

    if (capped && (number * scale < (double)least || number * scale > (double)most))
        return field_refuse(reading, field,
                            "is set to an invalid value (allowed: %.15g-%.15g, actual: '%.15g')",
                            (double)least / scale, (double)most / scale, number);
    if (bounded && number * scale < (double)least)
        return field_refuse(reading, field,
                            "is set to an invalid value (allowed: %.15g or more, actual: '%.15g')",
                            (double)least / scale, number);
    return true;
}

static bool check_number(const struct field *field, double number, double scale,
                         const struct field_reading *reading)
{
    int64_t step = 0;

    if (((field->flags & BODY_OPTIONAL_ZERO) && number == 0) ||
        ((field->flags & BODY_MINUS_ONE) && number == -1))
        return true;
    if (!check_range(field, number, scale, reading))
        return false;
    if (limit_of(reading, field->step, &step) &&
        fabs(remainder(number * scale, (double)step)) > 1e-6)
        return field_refuse(
            reading, field,
            "is set to an invalid value. The value must be a multiple of %g%s. (actual: "
            "'%.15g')",
            (double)step / scale, scale == 1 ? " MB" : "", number);
    return true;
}

static cJSON *read_int(const struct field *field, const cJSON *value,
                       const struct field_reading *reading)
{
    double number;
    int64_t preset;

    if (!number_of(value, &number) || number != trunc(number) || fabs(number) > 9e15)
        return wrong_type(reading, field, "integer", value);
    if ((field->flags & BODY_ZERO_IS_DEFAULT) && number == 0 &&
        limit_of(reading, field->preset, &preset))
        return cJSON_CreateNumber((double)preset);
    if ((field->flags & BODY_ZERO_IS_DEFAULT) && number == 0)
        return json_constant(field_default(field, reading->api));
    return check_number(field, number, 1, reading) ? cJSON_CreateNumber(number) : NULL;
}

enum { MILLI = 1000 }; /* limits of fractions are kept in thousandths */

static cJSON *read_number(const struct field *field, const cJSON *value,
                          const struct field_reading *reading)
{
    double number;

    if (!number_of(value, &number))
        return wrong_type(reading, field, "number", value);
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
    return wrong_type(reading, field, "true | false", value);
}

/* ---- lists, maps, objects ---- */

static bool check_count(const struct field *field, int count, const struct field_reading *reading)
{
    int64_t most;

    if (!limit_of(reading, field->max, &most) || count <= most)
        return true;
    return field_refuse(reading, field, "contains too many values (max: %" PRId64 ", actual: %d)",
                        most, count);
}

static bool read_string_item(const struct field *field, const cJSON *item, cJSON *out,
                             const struct field_reading *reading)
{
    if (cJSON_IsNull(item))
        return true;
    if (!is_textual(item))
        return refuse_type(reading, field, "list of strings", item);
    cJSON *text = text_of(item);

    cJSON_AddItemToArray(out, text);
    return !field->choices || field_is_choice(field->choices, str_of(text->valuestring)) ||
           refuse_type(reading, field, field->choices, text);
}

static cJSON *read_strings(const struct field *field, const cJSON *value,
                           const struct field_reading *reading)
{
    const cJSON *item;
    OWN(json_free) cJSON *made = cJSON_CreateArray();

    if (!cJSON_IsArray(value))
        return wrong_type(reading, field, "list of strings", value);
    cJSON_ArrayForEach (item, value) {
        if (!read_string_item(field, item, made, reading))
            return NULL;
    }
    return check_count(field, cJSON_GetArraySize(made), reading) ? GIVE(made) : NULL;
}

static bool is_map(const cJSON *value)
{
    return cJSON_IsObject(value) || (cJSON_IsArray(value) && !value->child);
}

static bool check_key(const struct field *field, struct str key,
                      const struct field_reading *reading)
{
    struct field named = *field;

    if (!field->key_pattern || field_pattern_match(field->key_pattern, key))
        return true;
    named.title = field->key_title;
    return field_refuse(reading, &named,
                        "doesn't match expected format (allowed: %s, actual: '" STR_FMT "')",
                        field_pattern_text(field->key_pattern), STR_ARG(head_of(key, 256)));
}

static bool read_map_item(const struct field *field, const cJSON *item, cJSON *out,
                          const struct field_reading *reading)
{
    if (cJSON_IsNull(item))
        return true;
    /* A deployment file says `DEBUG: true` as it says `LEVEL: 3`. */
    if (!is_textual(item) && !cJSON_IsBool(item))
        return refuse_type(reading, field, "map of strings", item);
    if (!check_key(field, str_of(item->string), reading))
        return false;
    cJSON *text = text_of(item);

    cJSON_AddItemToObject(out, item->string, text);
    return !field->pattern || field_pattern_match(field->pattern, str_of(text->valuestring)) ||
           field_refuse(reading, field,
                        "doesn't match expected format (allowed: %s, actual: '%.256s')",
                        field_pattern_text(field->pattern), text->valuestring);
}

static bool check_map_size(const struct field *field, const cJSON *map,
                           const struct field_reading *reading)
{
    const cJSON *item;
    int64_t bytes = 0;
    int64_t most;

    cJSON_ArrayForEach (item, map)
        bytes += (int64_t)(strlen(item->string) + strlen(item->valuestring));
    if (!limit_of(reading, field->max, &most) || bytes <= most)
        return true;
    return field_refuse(reading, field, TOO_LONG, most, bytes);
}

static cJSON *read_map(const struct field *field, const cJSON *value,
                       const struct field_reading *reading)
{
    const cJSON *item;
    OWN(json_free) cJSON *made = cJSON_CreateObject();

    if (!is_map(value))
        return wrong_type(reading, field, "map of strings", value);
    cJSON_ArrayForEach (item, value) {
        if (!read_map_item(field, item, made, reading))
            return NULL;
    }
    return check_map_size(field, made, reading) ? GIVE(made) : NULL;
}

static cJSON *read_numbers(const struct field *field, const cJSON *value,
                           const struct field_reading *reading)
{
    const cJSON *item;
    double number;
    bool good = is_map(value);
    const cJSON *source = good ? value : NULL;
    OWN(json_free) cJSON *made = cJSON_CreateObject();

    cJSON_ArrayForEach (item, source) {
        if (cJSON_IsNull(item))
            continue;
        good = good && number_of(item, &number);
        if (good)
            cJSON_AddItemToObject(made, item->string, cJSON_CreateNumber(number));
    }
    return good || refuse_type(reading, field, "map of numbers", value) ? GIVE(made) : NULL;
}

static cJSON *read_lists(const struct field *field, const cJSON *value,
                         const struct field_reading *reading)
{
    const cJSON *item;
    OWN(json_free) cJSON *made = cJSON_CreateObject();

    if (!is_map(value))
        return wrong_type(reading, field, "map of lists", value);
    cJSON_ArrayForEach (item, value) {
        cJSON *list = cJSON_IsNull(item) ? cJSON_CreateNull() : read_strings(field, item, reading);

        if (!list)
            return NULL;
        cJSON_AddItemToObject(made, item->string, list);
    }
    return GIVE(made);
}

static cJSON *read_object(const struct field *field, const cJSON *value,
                          const struct field_reading *reading)
{
    struct field_reading inner = *reading;

    if (!is_map(value))
        return wrong_type(reading, field, "object", value);
    inner.inner = true;
    return fields_read(field->fields, value, &inner);
}

static cJSON *read_objects(const struct field *field, const cJSON *value,
                           const struct field_reading *reading)
{
    const cJSON *item;
    OWN(json_free) cJSON *made = cJSON_CreateArray();

    if (!cJSON_IsArray(value))
        return wrong_type(reading, field, "list of objects", value);
    if (!check_count(field, cJSON_GetArraySize(value), reading))
        return NULL;
    cJSON_ArrayForEach (item, value) {
        cJSON *one = read_object(field, item, reading);

        if (!one)
            return NULL;
        cJSON_AddItemToArray(made, one);
    }
    return GIVE(made);
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
    [BODY_STRING] = read_string,   [BODY_INT] = read_int,         [BODY_NUMBER] = read_number,
    [BODY_BOOL] = read_bool,       [BODY_STRINGS] = read_strings, [BODY_MAP] = read_map,
    [BODY_NUMBERS] = read_numbers, [BODY_LISTS] = read_lists,     [BODY_OBJECT] = read_object,
    [BODY_OBJECTS] = read_objects, [BODY_ANY] = read_any,         [BODY_TEXT] = read_text,
};

cJSON *field_read_value(const struct field *field, const cJSON *value,
                        const struct field_reading *reading)
{
    return readers[field->type](field, value, reading);
}
