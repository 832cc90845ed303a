/* What a resource consists of, as tables. */
#include "product/service/frame/fields.h"

#include "base/mem.h"
#include "product/service/frame/field_value.h"

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

static const cJSON *member_nocase(const cJSON *object, const char *name)
{
    const cJSON *exact = json_get(object, name);

    if (exact && !cJSON_IsNull(exact))
        return exact;
    return json_get_nocase(object, name);
}

static bool is_writable(const struct field *field, const struct field_reading *reading)
{
    if (field->flags & BODY_READ_ONLY)
        return false;
    return reading->create || !(field->flags & BODY_CONSTANT);
}

static bool says_nothing(const struct field *field, const cJSON *value,
                         const struct field_reading *reading)
{
    return !value || (!reading->create && (field->flags & BODY_EMPTY_IS_ABSENT) &&
                      cJSON_IsString(value) && !*value->valuestring);
}

static bool is_structure(const struct field *field)
{
    static const bool structures[] = {
        [BODY_STRINGS] = true, [BODY_MAP] = true,     [BODY_NUMBERS] = true, [BODY_LISTS] = true,
        [BODY_OBJECT] = true,  [BODY_OBJECTS] = true, [BODY_ANY] = false,    [BODY_TEXT] = false,
    };

    return structures[field->type];
}

/* Null empties what has members; anywhere else it says nothing. */
static bool says_none(const struct field *field, const cJSON *input,
                      const struct field_reading *reading)
{
    return reading->api == API_2023 && !reading->create && !reading->inner && is_structure(field) &&
           cJSON_IsNull(cJSON_GetObjectItem(input, field->name));
}

static cJSON *decided_default(const struct field *field, const struct field_reading *reading)
{
    int which = field->preset;
    const char *constant = field_default(field, reading->api);

    if (reading->api == API_2016 && field->preset_2016)
        which = field->preset_2016;
    else if (reading->api == API_2023 && field->preset_2023)
        which = field->preset_2023;
    if (which)
        return cJSON_CreateNumber((double)reading->limits->values[which - 1]);
    return constant ? json_constant(constant) : NULL;
}

static bool read_field(const struct field *field, const cJSON *input, cJSON *out,
                       const struct field_reading *reading)
{
    const cJSON *value = member_nocase(input, field->name);

    if (!is_writable(field, reading))
        return true;
    if (!value && says_none(field, input, reading))
        cJSON_AddNullToObject(out, field->name);
    if (!says_nothing(field, value, reading)) {
        cJSON *read = field_read_value(field, value, reading);

        if (read)
            cJSON_AddItemToObject(out, field->name, read);
        return read != NULL;
    }
    if (reading->create && (field->flags & BODY_REQUIRED))
        return field_refuse(reading, field, "is required but not provided");
    if (reading->create && (field->flags & BODY_DECIDED))
        cJSON_AddItemToObject(out, field->name, decided_default(field, reading));
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

void fields_merge(const struct field_table *table, enum api_version api, cJSON *document,
                  cJSON *read)
{
    for (size_t i = 0; i < table->count; i++) {
        const struct field *field = &table->rows[i];
        cJSON *given = cJSON_DetachItemFromObjectCaseSensitive(read, field->name);
        cJSON *old = json_get(document, field->name);
        bool merged = (field->flags & BODY_MERGED) && api == API_2016;

        if (!given)
            continue;
        if (!cJSON_IsNull(given) && !(merged && cJSON_IsObject(old))) {
            json_set(document, field->name, given);
            continue;
        }
        if (cJSON_IsNull(given))
            json_set(document, field->name, NULL);
        else
            merge_members(old, given);
        cJSON_Delete(given);
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
    if (field->type == BODY_OBJECT && cJSON_IsObject(value))
        return fields_show(field->fields, value, api);
    if (field->type == BODY_OBJECTS && cJSON_IsArray(value))
        return show_objects(field, value, api);
    return cJSON_Duplicate(value, true);
}

cJSON *fields_show(const struct field_table *table, const cJSON *document, enum api_version api)
{
    cJSON *shown = cJSON_CreateObject();
    unsigned bit = field_api(api);

    for (size_t i = 0; i < table->count; i++) {
        const struct field *field = &table->rows[i];
        const cJSON *value = json_get(document, field->name);
        const char *preset = field_default(field, api);

        if (!(field->flags & bit))
            continue;
        if (value && !(field->flags & BODY_SECRET))
            cJSON_AddItemToObject(shown, field->name, show_value(field, value, api));
        else if (preset)
            cJSON_AddItemToObject(shown, field->name, json_constant(preset));
    }
    return shown;
}
