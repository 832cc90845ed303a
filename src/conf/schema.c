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

static void add_integer(const struct conf_field *field, struct buf *out)
{
    buf_printf(out, "\"type\":\"integer\",\"minimum\":%" PRId64 ",\"maximum\":%" PRIu64, field->min,
               field->max);
}

#define TEXT_TYPE "\"type\":[\"string\",\"number\",\"boolean\"]"
#define ONE_OR_LIST(one) "\"anyOf\":[{" one "},{\"type\":\"array\",\"items\":{" one "}}]"
#define UNIT_TYPE(pattern) "\"type\":\"string\",\"pattern\":\"^[0-9]+(\\\\.[0-9]+)?" pattern "$\""

/* Of the types that are the same wherever they stand. */
static const char *const plain_types[] = {
    [FIELD_BOOL] = "\"type\":\"boolean\"",
    [FIELD_DURATION] = UNIT_TYPE("(ms|s|m|h)"),
    [FIELD_SIZE] = UNIT_TYPE("([KMGT]i)?B"),
    [FIELD_RATE] = UNIT_TYPE("([KMGT]i)?B/s"),
    [FIELD_RATIO] =
        "\"anyOf\":[{\"type\":\"number\",\"minimum\":0,\"maximum\":1},{" UNIT_TYPE("%") "}]",
    [FIELD_NUMBER] = "\"type\":\"number\"",
    [FIELD_TEXT] = TEXT_TYPE,
    [FIELD_PATH] = TEXT_TYPE,
    [FIELD_TEXTS] = ONE_OR_LIST(TEXT_TYPE),
    [FIELD_PATHS] = ONE_OR_LIST(TEXT_TYPE),
};

static void add_reference(const struct conf_table *table, bool may_be_empty, struct buf *out)
{
    if (may_be_empty)
        buf_printf(out, "\"anyOf\":[{\"$ref\":\"#/$defs/%s\"},{\"type\":\"null\"}]", table->name);
    else
        buf_printf(out, "\"$ref\":\"#/$defs/%s\"", table->name);
}

static void add_choices(const struct conf_words *words, struct buf *out)
{
    OWN(buf_done) struct buf one = {0};

    add_words(words, &one);
    buf_printf(out, "\"anyOf\":[{%s},{\"type\":\"array\",\"items\":{%s}}]", buf_text(&one),
               buf_text(&one));
}

static void add_type(const struct conf_field *field, struct tables *met, struct buf *out)
{
    const char *plain =
        (size_t)field->type < N_ELEMENTS(plain_types) ? plain_types[field->type] : NULL;

    if (field->table)
        meet(met, field->table);
    if (field->names)
        meet_names(met, field->names);
    if (field->schema)
        buf_puts(out, field->schema);
    else if (plain && (field->flags & FIELD_FOREVER))
        buf_printf(out, "\"anyOf\":[{\"const\":\"forever\"},{%s}]", plain);
    else if (plain)
        buf_puts(out, plain);
    else if (field->table)
        add_reference(field->table, field->flags & FIELD_MAY_BE_EMPTY, out);
    else if (field->type == FIELD_CHOICE)
        add_words(field->words, out);
    else if (field->type == FIELD_CHOICES)
        add_choices(field->words, out);
    else if (field->type != FIELD_CUSTOM)
        add_integer(field, out);
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

    buf_printf(out, ",\"%s\":{\"enum\":[", names->name);
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
    for (size_t i = 0; i < met.name_count; i++)
        add_names(met.names[i], out);
    buf_puts(out, "}}");
}
