#include "cli/print.h"

#include <stdio.h>

enum { COLUMNS_MAX = 32 };

static void value_text(const cJSON *value, struct buf *out)
{
    if (!value || cJSON_IsNull(value))
        return;
    if (cJSON_IsString(value))
        buf_puts(out, value->valuestring);
    else
        json_print(value, false, out);
}

static bool any_value(const char *key, const cJSON *rows)
{
    const cJSON *row;

    cJSON_ArrayForEach (row, rows) {
        OWN(buf_done) struct buf text = {0};

        value_text(cJSON_GetObjectItemCaseSensitive(row, key), &text);
        if (text.len)
            return true;
    }
    return false;
}

/* Without the blanks that pad the last column. */
static void print_trimmed(const struct buf *line)
{
    struct str text = {line->ptr, line->len};

    while (text.len && text.ptr[text.len - 1] == ' ')
        text.len--;
    printf(STR_FMT "\n", STR_ARG(text));
}

static void print_row(const struct cli_column *columns, const bool *shown, const cJSON *row)
{
    OWN(buf_done) struct buf line = {0};

    for (size_t i = 0; columns[i].key; i++) {
        OWN(buf_done) struct buf text = {0};

        if (shown && !shown[i])
            continue;
        value_text(cJSON_GetObjectItemCaseSensitive(row, columns[i].key), &text);
        buf_printf(&line, "%-*s ", columns[i].width, text.len ? buf_text(&text) : "-");
    }
    print_trimmed(&line);
}

void cli_print_line(const struct cli_column *columns, const cJSON *row)
{
    print_row(columns, NULL, row);
}

void cli_print_table(const struct cli_column *columns, const cJSON *rows)
{
    OWN(buf_done) struct buf head = {0};
    bool shown[COLUMNS_MAX] = {false};
    bool empty = !rows || !rows->child;
    const cJSON *row;

    for (size_t i = 0; columns[i].key && i < COLUMNS_MAX; i++) {
        shown[i] = empty || any_value(columns[i].key, rows);
        if (shown[i])
            buf_printf(&head, "%-*s ", columns[i].width, columns[i].title);
    }
    print_trimmed(&head);
    cJSON_ArrayForEach (row, rows)
        print_row(columns, shown, row);
}

static void print_indented(const char *text, size_t depth)
{
    struct str rest = str_of(text);

    while (str_is_set(rest)) {
        struct str line;

        str_cut(rest, '\n', &line, &rest);
        printf("%*s" STR_FMT "\n", (int)depth, "", STR_ARG(line));
    }
}

void cli_print_fields(const cJSON *object)
{
    const cJSON *member;

    cJSON_ArrayForEach (member, object) {
        OWN(buf_done) struct buf text = {0};

        if (cJSON_IsNull(member))
            continue;
        if (cJSON_IsObject(member) || cJSON_IsArray(member))
            json_print(member, true, &text);
        else
            value_text(member, &text);
        if (strchr(buf_text(&text), '\n')) {
            printf("%s:\n", member->string ? member->string : "-");
            print_indented(buf_text(&text), 2);
        } else {
            printf("%s: %s\n", member->string ? member->string : "-", buf_text(&text));
        }
    }
}

void cli_add_text(struct buf *out, struct str text)
{
    while (text.len) {
        size_t len = 1;

        while (len < 4 && len < text.len && ((unsigned char)text.ptr[len] & 0xc0) == 0x80)
            len++;
        struct str character = str_slice(text, 0, len);

        buf_add(out, text.ptr[0] && str_is_utf8(character) ? character : STR("\xef\xbf\xbd"));
        text = str_slice(text, len, text.len);
    }
}
