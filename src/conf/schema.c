/*
 * conf/schema.c - tables of fields as JSON Schema, for editors and for other tools
 *
 * Source: JSON Schema, draft 2020-12.
 */
#include <inttypes.h>

#include "conf/field.h"

enum { TABLES_MAX = 128 };

/* Tables in the order they were met; each becomes a definition. */
struct tables {
    const struct conf_table *list[TABLES_MAX];
    size_t count;
};

static void meet(struct tables *met, const struct conf_table *table)
{
    for (size_t i = 0; i < met->count; i++)
        if (met->list[i] == table)
            return;
    if (met->count < TABLES_MAX)
        met->list[met->count++] = table;
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

static const char *pattern_of(enum field_type type)
{
    if (type == FIELD_DURATION)
        return "^[0-9]+(\\\\.[0-9]+)?(ms|s|m|h)$";
    if (type == FIELD_SIZE)
        return "^[0-9]+(\\\\.[0-9]+)?([KMGT]i)?B$";
    return "^[0-9]+(\\\\.[0-9]+)?([KMGT]i)?B/s$";
}

static void add_one_or_list(const char *one, struct buf *out)
{
    buf_printf(out, "\"anyOf\":[{%s},{\"type\":\"array\",\"items\":{%s}}]", one, one);
}

static void add_type(const struct conf_field *field, struct tables *met, struct buf *out)
{
    OWN(buf_done) struct buf one = {0};

    if (field->table)
        meet(met, field->table);
    switch (field->type) {
    case FIELD_BOOL:
        buf_puts(out, "\"type\":\"boolean\"");
        return;
    case FIELD_UINT:
    case FIELD_UINT32:
    case FIELD_INT:
        add_integer(field, out);
        return;
    case FIELD_DURATION:
        if (field->flags & FIELD_FOREVER)
            buf_printf(
                out, "\"anyOf\":[{\"const\":\"forever\"},{\"type\":\"string\",\"pattern\":\"%s\"}]",
                pattern_of(field->type));
        else
            buf_printf(out, "\"type\":\"string\",\"pattern\":\"%s\"", pattern_of(field->type));
        return;
    case FIELD_SIZE:
    case FIELD_RATE:
        buf_printf(out, "\"type\":\"string\",\"pattern\":\"%s\"", pattern_of(field->type));
        return;
    case FIELD_RATIO:
        buf_puts(out, "\"anyOf\":[{\"type\":\"number\",\"minimum\":0,\"maximum\":1},"
                      "{\"type\":\"string\",\"pattern\":\"^[0-9]+(\\\\.[0-9]+)?%$\"}]");
        return;
    case FIELD_NUMBER:
        buf_puts(out, "\"type\":\"number\"");
        return;
    case FIELD_TEXT:
    case FIELD_PATH:
        buf_puts(out, "\"type\":[\"string\",\"number\",\"boolean\"]");
        return;
    case FIELD_CHOICE:
        add_words(field->words, out);
        return;
    case FIELD_CHOICES:
        add_words(field->words, &one);
        add_one_or_list(buf_text(&one), out);
        return;
    case FIELD_TEXTS:
    case FIELD_PATHS:
        add_one_or_list("\"type\":[\"string\",\"number\",\"boolean\"]", out);
        return;
    case FIELD_MAP:
        if (field->flags & FIELD_MAY_BE_EMPTY)
            buf_printf(out, "\"anyOf\":[{\"$ref\":\"#/$defs/%s\"},{\"type\":\"null\"}]",
                       field->table->name);
        else
            buf_printf(out, "\"$ref\":\"#/$defs/%s\"", field->table->name);
        return;
    case FIELD_CUSTOM:
        if (field->schema)
            buf_puts(out, field->schema);
        else if (field->table)
            buf_printf(out, "\"$ref\":\"#/$defs/%s\"", field->table->name);
        return;
    }
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
    buf_puts(out, "}}");
}
