/*
 * cli/print.h - JSON answers as tables and lines for people
 */
#pragma once

#include "base/json.h"

struct cli_args;

struct cli_column {
    const char *title;
    const char *key; /* of each object */
    int width;       /* of cli_print_line(); a table is as wide as what stands in it */
};

/** Rows of objects; columns end with a zeroed one. A column that is empty in every row is left out;
 * without rows the titles stand alone. */
void cli_print_table(const struct cli_column *columns, const cJSON *rows);
/** One row of a table that has no end yet: what is longer than its column is cut with '…'. */
void cli_print_line(const struct cli_column *columns, const cJSON *row);
/** `key: value` lines, `outer.inner: value` for what lies in an object, and a table for a list of
 * objects. Texts of several lines are indented. */
void cli_print_fields(const cJSON *object);
/** Append what a program said; what JSON cannot hold is shown as U+FFFD. */
void cli_add_text(struct buf *out, struct str text);

/** Whether what goes to @fd may be in colour: a terminal, and NO_COLOR is not set. */
bool cli_has_colour(int fd);

/** What the daemon answered: JSON under --json, else for people. Takes it; NULL prints nothing.
 * Returns EXIT_CODE_PASS. */
int cli_show(const struct cli_args *args, cJSON *answer);
