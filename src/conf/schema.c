/*
 * conf/schema.c - tables of fields as JSON Schema, for editors and for other tools
 *
 * Source: JSON Schema, draft 2020-12.
 */
#include <inttypes.h>

#include "base/json.h"
#include "conf/field.h"

enum { TABLES_MAX = 128, NAMES_MAX = 16 };

/* Tables in the order they were met; each becomes a definition. */
struct tables {
    const struct conf_table *list[TABLES_MAX];
    size_t count;
    const struct conf_names *names[NAMES_MAX];
    size_t name_count;
};

static void meet(struct tables *met, const struct conf_table *table)
{
    for (size_t i = 0; i < met->count; i++)
        if (met->list[i] == table)
            return;
    if (met->count < TABLES_MAX)
        met->list[met->count++] = table;
}

static void meet_names(struct tables *met, const struct conf_names *names)
{
    for (size_t i = 0; i < met->name_count; i++)
        if (met->names[i] == names)
            return;
    if (met->name_count < NAMES_MAX)
        met->names[met->name_count++] = names;
}

static void add_words(const struct conf_words *words, struct buf *out)
{
    buf_puts(out, "\"enum\":[");
    for (size_t i = 0; i < words->count; i++) {
        if (i)
            buf_add_char(out, ',');
        buf_json_string(out, str_of(words->list[i].name));
    }
    buf_puts(out, "]");
}

/* Of the types that are the same wherever they stand. */
static const struct conf_shape *const plain_types[] = {
    [FIELD_BOOL] = &shape_bool,         [FIELD_UINT] = &shape_integer,
    [FIELD_UINT32] = &shape_integer,    [FIELD_INT] = &shape_integer,
    [FIELD_DURATION] = &shape_duration, [FIELD_SIZE] = &shape_size,
    [FIELD_RATE] = &shape_rate,         [FIELD_RATIO] = &shape_ratio,
    [FIELD_NUMBER] = &shape_number,     [FIELD_TEXT] = &shape_scalar,
    [FIELD_PATH] = &shape_scalar,       [FIELD_CHOICE] = &shape_words,
    [FIELD_EITHER] = &shape_words,      [FIELD_CHOICES] = &shape_words_or_list,
    [FIELD_TEXTS] = &shape_scalars,     [FIELD_PATHS] = &shape_scalars,
    [FIELD_MAP] = &shape_table,
};

/* NULL: nothing is known of it. */
static const struct conf_shape *shape_of(const struct conf_field *field)
{
    if (field->type != FIELD_CUSTOM)
        return plain_types[field->type];
    if (field->shape)
        return field->shape;
    if (field->table)
        return &shape_table;
    return field->words ? &shape_words : NULL;
}

static void add_shape(const struct conf_shape *shape, const struct conf_field *field,
                      struct buf *out);

static void add_inner(const char *keyword, const struct conf_shape *shape,
                      const struct conf_field *field, struct buf *out)
{
    if (!shape)
        return;
    buf_printf(out, ",\"%s\":{", keyword);
    add_shape(shape, field, out);
    buf_add_char(out, '}');
}

static void add_types(const struct conf_shape *shape, struct buf *out)
{
    bool many = shape->types[1];

    buf_puts(out, many ? "\"type\":[" : "\"type\":");
    for (size_t i = 0; i < SHAPE_TYPES_MAX && shape->types[i]; i++)
        buf_printf(out, "%s\"%s\"", i ? "," : "", shape->types[i]);
    buf_puts(out, many ? "]" : "");
}

static void add_text(const struct conf_shape *shape, struct buf *out)
{
    buf_puts(out, "\"type\":\"string\"");
    if (!shape->keyword)
        return;
    buf_printf(out, ",\"%s\":", shape->keyword);
    buf_json_string(out, str_of(shape->value));
}

static void add_list(const struct conf_shape *shape, const struct conf_field *field,
                     struct buf *out)
{
    buf_puts(out, "\"type\":\"array\"");
    if (shape->min)
        buf_printf(out, ",\"minItems\":%u", shape->min);
    add_inner("items", shape->of, field, out);
}

static void add_map(const struct conf_shape *shape, const struct conf_field *field, struct buf *out)
{
    buf_puts(out, "\"type\":\"object\"");
    if (shape->own) {
        buf_printf(out, ",\"properties\":{\"%s\":{", shape->own);
        add_shape(shape->of_own, field, out);
        buf_puts(out, "}}");
    }
    if (shape->value)
        buf_printf(out, ",\"propertyNames\":{\"pattern\":\"%s\"}", shape->value);
    add_inner("additionalProperties", shape->of, field, out);
}

static void add_any_of(const struct conf_shape *shape, const struct conf_field *field,
                       struct buf *out)
{
    buf_puts(out, "\"anyOf\":[");
    for (size_t i = 0; shape->any_of[i]; i++) {
        buf_puts(out, i ? ",{" : "{");
        add_shape(shape->any_of[i], field, out);
        buf_add_char(out, '}');
    }
    buf_add_char(out, ']');
}

static void add_bounds(const struct conf_field *field, struct buf *out)
{
    buf_printf(out, "\"type\":\"integer\",\"minimum\":%" PRId64, field->min);
    if (field->max)
        buf_printf(out, ",\"maximum\":%" PRIu64, field->max);
}

static void add_shape(const struct conf_shape *shape, const struct conf_field *field,
                      struct buf *out)
{
    switch (shape->kind) {
    case SHAPE_JSON:
        add_types(shape, out);
        break;
    case SHAPE_TEXT:
        add_text(shape, out);
        break;
    case SHAPE_CONST:
        buf_printf(out, "\"const\":%s", shape->value);
        break;
    case SHAPE_INTEGER:
        add_bounds(field, out);
        break;
    case SHAPE_RATIO:
        buf_puts(out, "\"type\":\"number\",\"minimum\":0,\"maximum\":1");
        break;
    case SHAPE_SHARE:
        buf_puts(out, "\"type\":\"number\",\"exclusiveMinimum\":0,\"maximum\":1");
        break;
    case SHAPE_LIST:
        add_list(shape, field, out);
        break;
    case SHAPE_MAP:
        add_map(shape, field, out);
        break;
    case SHAPE_ANY_OF:
        add_any_of(shape, field, out);
        break;
    case SHAPE_WORDS:
        add_words(field->words, out);
        break;
    case SHAPE_NAMES:
        buf_printf(out, "\"$ref\":\"#/$defs/%s\"", field->names->name);
        break;
    case SHAPE_TABLE:
        buf_printf(out, "\"$ref\":\"#/$defs/%s\"", field->table->name);
        break;
    }
}

static void add_type(const struct conf_field *field, struct tables *met, struct buf *out)
{
    const struct conf_shape *shape = shape_of(field);

    if (field->table)
        meet(met, field->table);
    if (field->names)
        meet_names(met, field->names);
    if (!shape)
        return;
    if (field->flags & FIELD_FOREVER)
        buf_puts(out, "\"anyOf\":[{\"const\":\"forever\"},{");
    else if (field->flags & FIELD_MAY_BE_EMPTY)
        buf_puts(out, "\"anyOf\":[{");
    add_shape(shape, field, out);
    if (field->flags & FIELD_FOREVER)
        buf_puts(out, "}]");
    else if (field->flags & FIELD_MAY_BE_EMPTY)
        buf_puts(out, "},{\"type\":\"null\"}]");
}

static bool is_json(struct str text)
{
    struct error err;
    OWN(json_free) cJSON *json = json_parse(text, &err);

    return json != NULL;
}

/* As YAML has it: a number, a boolean, a list in brackets or with commas, or a text. */
static void add_default(const struct conf_field *field, struct buf *out)
{
    struct str text = str_of(field->fallback ? field->fallback : field->assumed);
    bool is_list = field->flags & FIELD_LIST;

    buf_puts(out, is_list ? ",\"default\":[" : ",\"default\":");
    while (is_list && str_is_set(text)) {
        struct str item;

        str_cut(text, ',', &item, &text);
        buf_json_string(out, str_trim(item));
        buf_puts(out, str_is_set(text) ? "," : "");
    }
    if (is_list)
        buf_add_char(out, ']');
    else if (is_json(text))
        buf_add(out, text);
    else
        buf_json_string(out, text);
}

static void add_property(const struct conf_field *field, struct tables *met, struct buf *out)
{
    OWN(buf_done) struct buf type = {0};

    buf_json_string(out, str_of(field->name));
    buf_puts(out, ":{");
    add_type(field, met, &type);
    buf_add(out, buf_str(&type));
    if (field->help) {
        buf_puts(out, type.len ? ",\"description\":" : "\"description\":");
        buf_json_string(out, str_of(field->help));
    }
    if ((field->fallback || field->assumed) && (type.len || field->help))
        add_default(field, out);
    buf_puts(out, "}");
}

static void add_required(const struct conf_table *table, struct buf *out)
{
    bool any = false;

    for (size_t i = 0; i < table->count; i++) {
        if (!(table->fields[i].flags & FIELD_REQUIRED))
            continue;
        buf_puts(out, any ? "," : ",\"required\":[");
        buf_json_string(out, str_of(table->fields[i].name));
        any = true;
    }
    if (any)
        buf_add_char(out, ']');
}

/* One of them, or none of them. */
static void add_one_of(const char *const *keys, struct buf *out)
{
    buf_puts(out, ",\"oneOf\":[");
    for (const char *const *key = keys; *key; key++)
        buf_printf(out, "{\"required\":[\"%s\"]},", *key);
    buf_puts(out, "{\"not\":{\"anyOf\":[");
    for (const char *const *key = keys; *key; key++)
        buf_printf(out, "%s{\"required\":[\"%s\"]}", key == keys ? "" : ",", *key);
    buf_puts(out, "]}}]");
}

static void add_names(const struct conf_names *names, struct buf *out)
{
    const char *name;

    buf_printf(out, "\"%s\":{\"enum\":[", names->name);
    for (size_t i = 0; (name = names->at(i)); i++) {
        if (i)
            buf_add_char(out, ',');
        buf_json_string(out, str_of(name));
    }
    buf_puts(out, "]}");
}

/* The members of an object schema, without its braces. */
static void add_object(const struct conf_table *table, struct tables *met, struct buf *out)
{
    buf_puts(out, "\"type\":\"object\",");
    if (table->help) {
        buf_puts(out, "\"description\":");
        buf_json_string(out, str_of(table->help));
        buf_add_char(out, ',');
    }
    buf_puts(out, "\"additionalProperties\":false,\"properties\":{");
    for (size_t i = 0; i < table->count; i++) {
        if (i)
            buf_add_char(out, ',');
        add_property(&table->fields[i], met, out);
    }
    buf_add_char(out, '}');
    add_required(table, out);
    if (table->one_of)
        add_one_of(table->one_of, out);
}

void conf_schema(const struct conf_table *table, const char *id, struct buf *out)
{
    struct tables met = {0};

    buf_puts(out, "{\"$schema\":\"https://json-schema.org/draft/2020-12/schema\",\"$id\":");
    buf_json_string(out, str_of(id));
    buf_add_char(out, ',');
    add_object(table, &met, out);
    buf_puts(out, ",\"$defs\":{");
    for (size_t i = 0; i < met.count; i++) { /* grows while it is walked */
        buf_printf(out, "%s\"%s\":{", i ? "," : "", met.list[i]->name);
        add_object(met.list[i], &met, out);
        buf_add_char(out, '}');
    }
    for (size_t i = 0; i < met.name_count; i++) {
        buf_puts(out, i || met.count ? "," : "");
        add_names(met.names[i], out);
    }
    buf_puts(out, "}}");
}
