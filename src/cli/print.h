/*
 * cli/print.h - JSON answers as tables and lines for people
 */
#pragma once

#include "base/json.h"

struct cli_column {
    const char *title;
    const char *key; /* of each object */
    int width;       /* at least; a longer value pushes on */
};

/** Rows of objects; columns end with a zeroed one. A column that is empty in every row is left out;
 * without rows the titles stand alone. */
void cli_print_table(const struct cli_column *columns, const cJSON *rows);
void cli_print_line(const struct cli_column *columns, const cJSON *row);
/** `key: value` lines; texts of several lines and nested values are indented. */
void cli_print_fields(const cJSON *object);
/** Append what a program said; what JSON cannot hold is shown as U+FFFD. */
void cli_add_text(struct buf *out, struct str text);
