/*
 * conf/settings_print.c - the commented configuration file, from the table
 */
#include "conf/settings.h"

enum { COMMENT_COLUMNS = 100 };

/* What the file of the repository sets, because it stands beside these folders. */
static const struct {
    const char *key;
    const char *value;
} active[] = {
    {"faults",   "[faults.d/*.yaml]"         },
    {"fixtures", "[../fixtures/answers.yaml]"},
};

static const char *active_value(const char *key)
{
    for (size_t i = 0; i < N_ELEMENTS(active); i++)
        if (strcmp(key, active[i].key) == 0)
            return active[i].value;
    return NULL;
}

/* "# …" in lines of at most COMMENT_COLUMNS */
static void print_comment(const char *text, const char *indent, struct buf *out)
{
    struct str rest = str_of(text);
    struct str word;
    size_t column = COMMENT_COLUMNS;

    while (str_is_set(rest)) {
        str_cut(rest, ' ', &word, &rest);
        if (column + 1 + word.len > COMMENT_COLUMNS) {
            buf_printf(out, "%s%s#", out->len && out->ptr[out->len - 1] != '\n' ? "\n" : "",
                       indent);
            column = strlen(indent) + 1;
        }
        buf_printf(out, " " STR_FMT, STR_ARG(word));
        column += 1 + word.len;
    }
    buf_add_char(out, '\n');
}

static void print_list(const char *list, struct buf *out)
{
    struct str rest = str_of(list);

    for (const char *before = "["; str_is_set(rest); before = ", ") {
        struct str item;

        str_cut(rest, ',', &item, &rest);
        buf_printf(out, "%s\"" STR_FMT "\"", before, STR_ARG(str_trim(item)));
    }
    buf_add_char(out, ']');
}

static void print_value(const struct conf_field *field, struct buf *out)
{
    bool is_list =
        field->type == FIELD_PATHS || field->type == FIELD_TEXTS || field->flags & FIELD_LIST;

    if (field->shown)
        buf_puts(out, field->shown);
    else if (!field->fallback)
        buf_puts(out, is_list ? "[]" : "");
    else if (field->flags & FIELD_LIST)
        print_list(field->fallback, out);
    else
        buf_puts(out, field->fallback);
}

static void print_fields(const struct conf_table *table, const char *indent, struct buf *out)
{
    for (size_t i = 0; i < table->count; i++) {
        const struct conf_field *field = &table->fields[i];
        const char *set = active_value(field->name);

        print_comment(field->help, indent, out);
        if (field->type == FIELD_MAP) {
            buf_printf(out, "%s%s:\n", indent, field->name);
            print_fields(field->table, "  ", out);
        } else if (set && !*indent) {
            buf_printf(out, "%s: %s\n", field->name, set);
        } else {
            buf_printf(out, "%s# %s: ", indent, field->name);
            print_value(field, out);
            while (out->ptr[out->len - 1] == ' ')
                out->ptr[--out->len] = '\0';
            buf_add_char(out, '\n');
        }
        if (!*indent)
            buf_add_char(out, '\n');
    }
}

void settings_print(struct buf *out)
{
    buf_puts(out,
             "# yaml-language-server: $schema=fcemu.schema.json\n"
             "# Configuration of fcemu: every key, with its default behind a '#'. An empty file\n"
             "# means all defaults. A key a.b_c can also be set by the flag --a-b-c and by the\n"
             "# variable FCEMU_A_B_C: flags win over variables, variables over this file. Paths\n"
             "# are relative to this file. Durations and sizes carry units: 250ms, 2m, 64KiB.\n\n");
    print_fields(&settings_table, "", out);
    while (out->len > 1 && out->ptr[out->len - 2] == '\n')
        out->ptr[--out->len] = '\0';
}

void settings_schema(struct buf *out)
{
    conf_schema(&settings_table, "https://fcemu.invalid/schema/fcemu.json", out);
}
