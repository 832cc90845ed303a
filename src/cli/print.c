/* What a table, a line and a list of fields look like. */
#include "cli/print.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/columns.h"
#include "cli/cli.h"

enum { COLUMNS_MAX = 32, COLUMN_GAP = 2 };

static void value_text(const cJSON *value, struct buf *out)
{
    if (!value || cJSON_IsNull(value))
        return;
    if (cJSON_IsString(value))
        buf_puts(out, value->valuestring);
    else
        json_print(value, false, out);
}

static void member_text(const cJSON *row, const char *key, struct buf *out)
{
    value_text(cJSON_GetObjectItemCaseSensitive(row, key), out);
}

/* ---- tables ---- */

/* Columns that the longest value of a key takes; 0 when there is none. */
static size_t longest(const char *key, const cJSON *rows)
{
    const cJSON *row;
    size_t most = 0;

    cJSON_ArrayForEach (row, rows) {
        OWN(buf_done) struct buf text = {0};

        member_text(row, key, &text);
        size_t columns = columns_of(buf_str(&text));

        most = columns > most ? columns : most;
    }
    return most;
}

/* @text and blanks up to @width, and two more. */
static void add_cell(struct buf *line, struct str text, size_t width)
{
    buf_add(line, text);
    for (size_t columns = columns_of(text); columns < width + COLUMN_GAP; columns++)
        buf_add_char(line, ' ');
}

/* Without the blanks that pad the last column. */
static void print_trimmed(const struct buf *line)
{
    struct str text = {line->ptr, line->len};

    while (text.len && text.ptr[text.len - 1] == ' ')
        text.len--;
    printf(STR_FMT "\n", STR_ARG(text));
}

static void print_row(const struct cli_column *columns, const size_t *widths, const cJSON *row)
{
    OWN(buf_done) struct buf line = {0};

    for (size_t i = 0; columns[i].key && i < COLUMNS_MAX; i++) {
        OWN(buf_done) struct buf text = {0};

        if (!widths[i])
            continue;
        member_text(row, columns[i].key, &text);
        add_cell(&line, text.len ? buf_str(&text) : STR("-"), widths[i]);
    }
    print_trimmed(&line);
}

void cli_print_table(const struct cli_column *columns, const cJSON *rows)
{
    OWN(buf_done) struct buf head = {0};
    size_t widths[COLUMNS_MAX] = {0};
    bool empty = !rows || !rows->child;
    const cJSON *row;

    for (size_t i = 0; columns[i].key && i < COLUMNS_MAX; i++) {
        size_t title = columns_of(str_of(columns[i].title));

        widths[i] = longest(columns[i].key, rows);
        if (empty || widths[i]) {
            widths[i] = widths[i] < title ? title : widths[i];
            add_cell(&head, str_of(columns[i].title), widths[i]);
        }
    }
    print_trimmed(&head);
    cJSON_ArrayForEach (row, rows)
        print_row(columns, widths, row);
}

void cli_print_line(const struct cli_column *columns, const cJSON *row)
{
    OWN(buf_done) struct buf line = {0};

    for (size_t i = 0; columns[i].key; i++) {
        OWN(buf_done) struct buf text = {0};
        size_t width = (size_t)columns[i].width;

        member_text(row, columns[i].key, &text);
        if (!text.len)
            buf_add_char(&text, '-');
        if (columns_of(buf_str(&text)) <= width) {
            add_cell(&line, buf_str(&text), width);
            continue;
        }
        OWN(buf_done) struct buf cut = {0};

        buf_add(&cut, columns_cut(buf_str(&text), width - 1));
        buf_puts(&cut, "…");
        add_cell(&line, buf_str(&cut), width);
    }
    print_trimmed(&line);
}

/* ---- fields ---- */

static bool is_column(const struct cli_column *columns, const char *key)
{
    for (size_t i = 0; columns[i].key; i++)
        if (strcmp(columns[i].key, key) == 0)
            return true;
    return false;
}

/* The keys of all rows, in the order in which they come. */
static void print_rows(const cJSON *rows)
{
    struct cli_column columns[COLUMNS_MAX + 1] = {0};
    size_t count = 0;
    const cJSON *row;
    const cJSON *member;

    cJSON_ArrayForEach (row, rows)
        cJSON_ArrayForEach (member, row)
            if (count < COLUMNS_MAX && !is_column(columns, member->string))
                columns[count++] =
                    (struct cli_column){.title = member->string, .key = member->string};
    cli_print_table(columns, rows);
}

static void print_items(const char *name, const cJSON *list)
{
    OWN(buf_done) struct buf line = {0};
    const cJSON *item;

    cJSON_ArrayForEach (item, list) {
        buf_puts(&line, line.len ? ", " : "");
        value_text(item, &line);
    }
    printf("%s: %s\n", name, line.len ? buf_text(&line) : "none");
}

static void print_text(const char *name, const cJSON *value)
{
    OWN(buf_done) struct buf text = {0};
    struct str rest;

    value_text(value, &text);
    if (!text.len || !strchr(buf_text(&text), '\n')) {
        printf("%s: %s\n", name, buf_text(&text));
        return;
    }
    printf("%s:\n", name);
    for (rest = buf_str(&text); str_is_set(rest);) {
        struct str line;

        str_cut(rest, '\n', &line, &rest);
        if (line.len || str_is_set(rest))
            printf("  " STR_FMT "\n", STR_ARG(line));
    }
}

static bool is_table(const cJSON *value)
{
    return cJSON_IsArray(value) && cJSON_IsObject(value->child);
}

static void print_members(const char *prefix, const cJSON *object, bool tables);

static void print_member(const char *name, const cJSON *value, bool tables)
{
    if (cJSON_IsObject(value)) {
        print_members(name, value, tables);
    } else if (is_table(value)) {
        if (tables) {
            printf("\n%s:\n", name);
            print_rows(value);
        }
    } else if (!tables && cJSON_IsArray(value)) {
        print_items(name, value);
    } else if (!tables && !cJSON_IsNull(value)) {
        print_text(name, value);
    }
}

/* First what takes a line, then what takes a table. */
static void print_members(const char *prefix, const cJSON *object, bool tables)
{
    const cJSON *member;

    cJSON_ArrayForEach (member, object) {
        OWN(buf_done) struct buf name = {0};

        buf_printf(&name, "%s%s%s", prefix, *prefix ? "." : "", member->string);
        print_member(buf_text(&name), member, tables);
    }
}

void cli_print_fields(const cJSON *object)
{
    if (cJSON_IsArray(object)) {
        print_rows(object);
        return;
    }
    print_members("", object, false);
    print_members("", object, true);
}

bool cli_has_colour(int fd)
{
    const char *no = getenv("NO_COLOR");

    return isatty(fd) && !(no && *no);
}

int cli_show(const struct cli_args *args, cJSON *answer)
{
    if (!answer)
        return EXIT_CODE_PASS;
    if (cli_has(args, "json")) {
        cli_print_json(answer);
        return EXIT_CODE_PASS;
    }
    cli_print_fields(answer);
    json_free(answer);
    return EXIT_CODE_PASS;
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
