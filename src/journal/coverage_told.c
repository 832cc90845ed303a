/* What the coverage says: of which rows and columns, counted, and as JSON. */
#include "journal/coverage_table.h"

#include <limits.h>

#include "base/distance.h"
#include "base/glob.h"
#include "catalog/fc_error.h"

static struct str row_name(const struct coverage *coverage, size_t row)
{
    size_t count;

    return row < coverage->error_count ? str_of(fc_error_table(&count)[row].code)
                                       : coverage->network[row - coverage->error_count];
}

static bool row_wanted(const struct coverage *coverage, const struct coverage_filter *filter,
                       size_t row)
{
    for (size_t i = 0; i < filter->error_count; i++) {
        if (glob_match(filter->errors[i], row_name(coverage, row)))
            return true;
    }
    return filter->error_count == 0;
}

/* Of a class only what clients have called counts, as long as they have called any of it. */
static bool class_called(const struct coverage *coverage, unsigned classes)
{
    for (size_t i = 0; i < coverage->columns; i++) {
        if (coverage->called[i] && coverage->op[i]->classes & classes)
            return true;
    }
    return false;
}

static bool column_wanted(const struct coverage *coverage, const struct coverage_filter *filter,
                          size_t column)
{
    const struct operation *op = coverage->op[column];

    for (size_t i = 0; i < filter->operation_count; i++) {
        unsigned classes = operation_class_find(filter->operations[i]);

        if (classes ? op->classes & classes &&
                          (coverage->called[column] || !class_called(coverage, classes))
                    : glob_match(filter->operations[i], str_of(op->name)))
            return true;
    }
    return filter->operation_count == 0 &&
           (coverage->called[column] ||
            (column + 1 < coverage->columns && !class_called(coverage, UINT_MAX)));
}

static struct str column_name(const struct coverage *coverage, size_t column)
{
    return str_of(coverage->op[column]->name);
}

static int check_name(const struct coverage *coverage, const char *what, struct str wanted,
                      struct str (*name)(const struct coverage *coverage, size_t index),
                      size_t count, struct error *err)
{
    struct nearest nearest = {.wanted = wanted};

    for (size_t i = 0; i < count; i++) {
        if (glob_match(wanted, name(coverage, i)))
            return 0;
        nearest_offer(&nearest, name(coverage, i));
    }
    return nearest_refuse(&nearest, what, err);
}

int coverage_filter_check(const struct coverage *coverage, const struct coverage_filter *filter,
                          struct error *err)
{
    for (size_t i = 0; i < filter->error_count; i++) {
        if (check_name(coverage, "errors", filter->errors[i], row_name, coverage->rows, err) < 0)
            return -1;
    }
    for (size_t i = 0; i < filter->operation_count; i++) {
        if (!operation_class_find(filter->operations[i]) &&
            check_name(coverage, "operations", filter->operations[i], column_name,
                       coverage->columns, err) < 0)
            return -1;
    }
    return 0;
}

static bool has_body(const struct operation *op)
{
    return strcmp(op->method, "POST") == 0 || strcmp(op->method, "PUT") == 0;
}

static bool row_applies(const struct coverage *coverage, size_t row, size_t column)
{
    const struct operation *op = coverage->op[column];
    size_t network = row - coverage->error_count;
    size_t count;

    if (column + 1 == coverage->columns) /* others strike there only when a rule says so */
        return (row >= coverage->error_count && coverage->at_door[network]) ||
               coverage->cells[row * coverage->columns + column] != COVERAGE_NEVER;
    if (row < coverage->error_count)
        return fc_error_applies(&fc_error_table(&count)[row], op);
    return !coverage->at_door[network] && (!coverage->wants_body[network] || has_body(op)) &&
           (!coverage->inside[network] || op->classes & OP_INVOKE);
}

/* Walk the cells that count. @called: only columns that were called, or only the others. */
struct walk {
    const struct coverage *coverage;
    const struct coverage_filter *filter;
    size_t row, column;
};

static bool walk_next(struct walk *walk)
{
    const struct coverage *coverage = walk->coverage;

    for (;;) {
        if (++walk->row >= coverage->rows) {
            walk->row = 0;
            if (++walk->column >= coverage->columns)
                return false;
        }
        if (!row_applies(coverage, walk->row, walk->column))
            continue;
        if (column_wanted(coverage, walk->filter, walk->column) &&
            row_wanted(coverage, walk->filter, walk->row))
            return true;
    }
}

static struct walk walk_start(const struct coverage *coverage, const struct coverage_filter *filter)
{
    return (struct walk){coverage, filter, SIZE_MAX, 0};
}

static enum coverage_state walk_state(const struct walk *walk)
{
    return walk->coverage->cells[walk->row * walk->coverage->columns + walk->column];
}

void coverage_count(const struct coverage *coverage, const struct coverage_filter *filter,
                    struct coverage_sum *out)
{
    struct walk walk = walk_start(coverage, filter);

    *out = (struct coverage_sum){0};
    while (walk_next(&walk)) {
        enum coverage_state state = walk_state(&walk);

        out->applicable++;
        out->injected += state >= COVERAGE_INJECTED;
        out->reached += state >= COVERAGE_REACHED;
        out->reacted += state >= COVERAGE_REACTED;
    }
}

static void add_cell(const struct walk *walk, const char *comma, struct buf *out)
{
    buf_printf(out, "%s{\"error\":\"" STR_FMT "\",\"operation\":\"%s\",\"state\":\"%s\"}", comma,
               STR_ARG(row_name(walk->coverage, walk->row)), walk->coverage->op[walk->column]->name,
               coverage_state_name(walk_state(walk)));
}

static void add_tried(const struct coverage *coverage, const struct coverage_filter *filter,
                      struct buf *out)
{
    struct walk walk = walk_start(coverage, filter);
    const char *comma = "";

    while (walk_next(&walk)) {
        if (walk_state(&walk) == COVERAGE_NEVER)
            continue;
        add_cell(&walk, comma, out);
        comma = ",";
    }
}

static bool is_missing(const struct walk *walk, bool called)
{
    return walk_state(walk) == COVERAGE_NEVER && walk->coverage->called[walk->column] == called;
}

static void add_missing(const struct coverage *coverage, const struct coverage_filter *filter,
                        struct buf *out)
{
    const char *comma = "";
    size_t left = COVERAGE_MISSING_MAX;

    for (int pass = 0; pass < 2; pass++) {
        struct walk walk = walk_start(coverage, filter);

        while (left && walk_next(&walk)) {
            if (!is_missing(&walk, pass == 0))
                continue;
            add_cell(&walk, comma, out);
            comma = ",";
            left--;
        }
    }
}

bool coverage_first_missing(const struct coverage *coverage, const struct coverage_filter *filter,
                            struct buf *out)
{
    for (int pass = 0; pass < 2; pass++) {
        struct walk walk = walk_start(coverage, filter);

        while (walk_next(&walk)) {
            if (!is_missing(&walk, pass == 0))
                continue;
            buf_printf(out, STR_FMT " on %s", STR_ARG(row_name(coverage, walk.row)),
                       coverage->op[walk.column]->name);
            return true;
        }
    }
    return false;
}

static void add_called(const struct coverage *coverage, struct buf *out)
{
    const char *comma = "";

    for (size_t i = 0; i < coverage->columns; i++) {
        if (!coverage->called[i])
            continue;
        buf_printf(out, "%s\"%s\"", comma, coverage->op[i]->name);
        comma = ",";
    }
}

void coverage_json(const struct coverage *coverage, const struct coverage_filter *filter,
                   struct buf *out)
{
    struct coverage_sum sum;

    coverage_count(coverage, filter, &sum);
    buf_printf(out, "{\"applicable\":%zu,\"injected\":%zu,\"reached\":%zu,\"reacted\":%zu",
               sum.applicable, sum.injected, sum.reached, sum.reacted);
    buf_printf(out, ",\"share\":%.6f,\"called\":[",
               sum.applicable ? (double)sum.reached / (double)sum.applicable : 0);
    add_called(coverage, out);
    buf_puts(out, "],\"cells\":[");
    add_tried(coverage, filter, out);
    buf_puts(out, "],\"missing\":[");
    add_missing(coverage, filter, out);
    buf_puts(out, "]}");
}

/* ---- what others have told ---- */

static bool find_column(const struct coverage *coverage, struct str operation, size_t *out)
{
    for (*out = 0; *out < coverage->columns; ++*out)
        if (str_eq(str_of(coverage->op[*out]->name), operation))
            return true;
    return false;
}

static bool find_row(const struct coverage *coverage, struct str error, size_t *out)
{
    for (*out = 0; *out < coverage->rows; ++*out)
        if (str_eq(row_name(coverage, *out), error))
            return true;
    return false;
}

static void merge_cell(struct coverage *coverage, const cJSON *cell)
{
    struct str state = json_get_str(cell, "state");
    size_t row, column;

    if (!find_row(coverage, json_get_str(cell, "error"), &row) ||
        !find_column(coverage, json_get_str(cell, "operation"), &column))
        return;
    for (enum coverage_state s = COVERAGE_INJECTED; s <= COVERAGE_REACTED; s++)
        if (str_eq(state, str_of(coverage_state_name(s))))
            coverage_raise(coverage, row * coverage->columns + column, s);
}

int coverage_merge(struct coverage *coverage, const cJSON *told, struct error *err)
{
    const cJSON *cells = cJSON_GetObjectItemCaseSensitive(told, "cells");
    const cJSON *called = cJSON_GetObjectItemCaseSensitive(told, "called");
    const cJSON *item;
    size_t column;

    if (!cJSON_IsArray(cells) || !cJSON_IsArray(called))
        return error_set(err, ERROR_SYNTAX, "no coverage: 'cells' or 'called' is missing");
    cJSON_ArrayForEach (item, called) {
        if (cJSON_IsString(item) && find_column(coverage, str_of(item->valuestring), &column))
            coverage->called[column] = true;
    }
    cJSON_ArrayForEach (item, cells) {
        merge_cell(coverage, item);
    }
    return 0;
}
