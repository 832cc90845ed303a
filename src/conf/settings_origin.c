/*
 * conf/settings_origin.c - which value each setting has, as it was written, and who said so
 */
#include "base/mem.h"
#include "conf/document.h"
#include "conf/settings.h"
#include "conf/settings_parts.h"

enum { SOURCES_MAX = 160 };
static const char hidden[] = "***";

const char *settings_origin_name(enum settings_origin origin)
{
    static const char *const names[] = {
        [ORIGIN_DEFAULT] = "default",
        [ORIGIN_FILE] = "file",
        [ORIGIN_VARIABLE] = "environment",
        [ORIGIN_FLAG] = "flag",
    };

    return names[origin];
}

static const struct settings_option *option_of(const struct settings_origins *known,
                                               const char *key)
{
    for (size_t i = 0; i < known->option_count; i++)
        if (strcmp(known->options[i].key, key) == 0)
            return &known->options[i];
    return NULL;
}

static const struct conf_node *fallback_of(struct arena *arena, const struct conf_field *field)
{
    bool is_list = field->type == FIELD_PATHS || field->type == FIELD_TEXTS ||
                   field->type == FIELD_CHOICES || field->flags & FIELD_LIST;

    if (!field->fallback)
        return NULL;
    return is_list ? conf_split_list(arena, field->fallback, "default")
                   : conf_scalar(arena, str_of(field->fallback), "default");
}

/* By "--no-watch" rather than "--watch". */
static bool is_switched_off(const struct settings_option *option,
                            const struct settings_given *given)
{
    return option->off_flag && given->value && given->origin == ORIGIN_FLAG &&
           str_eq(given->value->text, STR("false"));
}

/* The last word: a flag or a variable, then the file, then the table. */
static void add_source(const struct settings_origins *known, const struct conf_field *field,
                       const char *key, const struct conf_node *in_file,
                       struct settings_source *out)
{
    const struct settings_option *option = option_of(known, key);
    const struct settings_given *given = option ? &known->given[option - known->options] : NULL;

    *out = (struct settings_source){.key = key, .field = field};
    if (option) {
        out->flag = is_switched_off(option, given) ? option->off_flag : option->flag;
        out->env = option->env;
    }
    if (given && given->value) {
        out->origin = given->origin;
        out->value = given->value;
    } else if (in_file) {
        out->origin = ORIGIN_FILE;
        out->value = in_file;
        out->line = in_file->key_line;
        out->column = in_file->key_column;
    } else {
        out->value = fallback_of(known->arena, field);
    }
}

static void add_sources(const struct settings_origins *known, const struct conf_table *table,
                        const char *prefix, const struct conf_node *map, struct settings *settings)
{
    for (size_t i = 0; i < table->count && settings->source_count < SOURCES_MAX; i++) {
        const struct conf_field *field = &table->fields[i];
        const char *key = arena_printf(known->arena, "%s%s", prefix, field->name);
        const struct conf_node *node = map ? conf_get(map, field->name) : NULL;

        if (field->type == FIELD_MAP)
            add_sources(known, field->table, arena_printf(known->arena, "%s.", key), node,
                        settings);
        else
            add_source(known, field, key, node, &settings->sources[settings->source_count++]);
    }
}

void settings_note_origins(const struct settings_origins *known, struct settings *settings)
{
    settings->sources = ARENA_ARRAY(known->arena, SOURCES_MAX, struct settings_source);
    add_sources(known, &settings_table, "", known->top, settings);
}

static void hide(cJSON *object, const char *name)
{
    if (cJSON_HasObjectItem(object, name))
        cJSON_ReplaceItemInObjectCaseSensitive(object, name, cJSON_CreateString(hidden));
}

/* What the rows of its items call secret. */
static void hide_secrets(const struct conf_table *table, cJSON *value)
{
    cJSON *item;

    if (!table || !cJSON_IsArray(value))
        return;
    cJSON_ArrayForEach (item, value) {
        for (size_t i = 0; i < table->count; i++)
            if (table->fields[i].flags & FIELD_SECRET)
                hide(item, table->fields[i].name);
    }
}

cJSON *settings_source_value(const struct settings_source *source)
{
    cJSON *value;

    if (!source->value)
        return cJSON_CreateNull();
    if (source->field->flags & FIELD_SECRET)
        return cJSON_CreateString(hidden);
    value = document_from_node(source->value);
    hide_secrets(source->field->table, value);
    return value;
}
