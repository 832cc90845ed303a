/*
 * conf/field.c - mappings by tables: keys known and unknown, missing and at odds
 */
#include "conf/field.h"

#include "base/distance.h"

const struct conf_field *conf_table_find(const struct conf_table *table, struct str name)
{
    for (size_t i = 0; i < table->count; i++)
        if (str_eq(name, str_of(table->fields[i].name)))
            return &table->fields[i];
    return NULL;
}

/* The field whose name, or whose name elsewhere, is nearest; absent when none is near. */
static struct str nearest_field(const struct conf_table *table, struct str wanted)
{
    struct nearest nearest = {.wanted = wanted};
    struct str best = STR_NONE;

    for (size_t i = 0; i < table->count; i++) {
        const struct conf_field *field = &table->fields[i];
        struct str rest = str_of(field->aka);
        struct str word = str_of(field->name);
        struct str before = nearest.best;

        nearest_offer(&nearest, word);
        while (str_is_set(rest)) {
            str_cut(rest, ' ', &word, &rest);
            nearest_offer(&nearest, word);
        }
        if (nearest.best.ptr != before.ptr)
            best = str_of(field->name);
    }
    return best;
}

static const char *field_list(struct conf_decoder *d, const struct conf_table *table)
{
    struct conf_word *list = ARENA_ARRAY(d->arena, table->count, struct conf_word);

    for (size_t i = 0; i < table->count; i++)
        list[i].name = table->fields[i].name;
    return conf_word_list(d, &(struct conf_words){.list = list, .count = table->count});
}

void conf_unknown_key(struct conf_decoder *d, const struct conf_table *table,
                      const struct conf_node *node)
{
    struct str best = nearest_field(table, node->key);
    const char *key = conf_shown(d->report, node->key);
    struct conf_spot spot = conf_in_parent(node);

    if (str_eq(node->key, STR("<<")))
        return; /* F105 said it */
    if (!table->noun)
        conf_error(d->report, spot, "F102", "unknown key '%s'; known keys: %s%s", key,
                   field_list(d, table), conf_did_you_mean(d, best));
    else if (str_is_set(best))
        conf_error(d->report, spot, "F102", "unknown %s '%s'%s", table->noun, key,
                   conf_did_you_mean(d, best));
    else
        conf_error(d->report, spot, "F102", "unknown %s '%s'; known: %s", table->noun, key,
                   field_list(d, table));
}

static void decode_keys(struct conf_decoder *d, const struct conf_table *table,
                        const struct conf_node *node, void *out)
{
    CONF_EACH (child, node) {
        const struct conf_field *field = conf_table_find(table, child->key);

        if (field)
            conf_decode_field(d, field, child, out);
        else
            conf_unknown_key(d, table, child);
    }
}

static void report_missing(struct conf_decoder *d, const struct conf_table *table,
                           const struct conf_node *node)
{
    for (size_t i = 0; i < table->count; i++) {
        const struct conf_field *field = &table->fields[i];

        if ((field->flags & FIELD_REQUIRED) && !conf_get(node, field->name))
            conf_error(d->report, conf_at(node), "F104", "'%s' is missing%s%s", field->name,
                       field->missing ? "; " : "", field->missing ? field->missing : "");
    }
}

static void set_default(struct conf_decoder *d, const struct conf_field *field, void *base)
{
    bool is_list =
        field->type == FIELD_TEXTS || field->type == FIELD_PATHS || (field->flags & FIELD_LIST);

    conf_decode_field(d, field,
                      is_list ? conf_split_list(d->arena, field->fallback, "default")
                              : conf_scalar(d->arena, str_of(field->fallback), "default"),
                      base);
}

void conf_defaults(struct conf_decoder *d, const struct conf_table *table, void *out)
{
    for (size_t i = 0; i < table->count; i++) {
        const struct conf_field *field = &table->fields[i];

        if (field->type == FIELD_MAP)
            conf_defaults(d, field->table, (char *)out + field->offset);
        else if (field->fallback)
            set_default(d, field, out);
    }
}

void conf_decode(struct conf_decoder *d, const struct conf_table *table,
                 const struct conf_node *node, void *out)
{
    if (!conf_want(d, node, CONF_MAP))
        return;
    size_t before = d->report->errors;

    decode_keys(d, table, node, out);
    report_missing(d, table, node);
    /* A struct with a hole is not looked at as a whole: it would say the same thing twice. */
    if (table->check && (table->checks_keys || d->report->errors == before))
        table->check(d, node, out);
}

bool conf_exclusive(struct conf_decoder *d, const struct conf_node *map, const char *const *names)
{
    const struct conf_node *first = NULL;

    CONF_EACH (child, map) {
        for (const char *const *name = names; *name; name++) {
            if (!str_eq(child->key, str_of(*name)))
                continue;
            if (first) {
                conf_error(d->report, conf_in_parent(child), "F310",
                           "'" STR_FMT "' and '" STR_FMT "' exclude one another",
                           STR_ARG(first->key), STR_ARG(child->key));
                return false;
            }
            first = child;
        }
    }
    return true;
}
