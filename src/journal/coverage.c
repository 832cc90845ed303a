/* Which documented failures were tried on which operation. */
#include "journal/coverage.h"

#include <limits.h>

#include "base/distance.h"
#include "base/glob.h"
#include "base/hash.h"
#include "base/mem.h"
#include "catalog/fc_error.h"
#include "fault/outcome.h"

enum { RECENT = 4096 }; /* calls whose reaction may still come */

/* Of a shaper alone, which is no outcome: an answer cut short, corrupted or mis-declared. */
#define DAMAGED "damaged"

/* The last column: what strikes before anything is asked for. */
static const struct operation connecting = {.name = "connection"};

struct recent {
    uint64_t key;
    uint32_t cell; /* + 1; 0 = none */
};

struct coverage {
    size_t rows, columns; /* columns are operation names: the API versions share them */
    size_t error_count;
    struct str network[OUTCOME_COUNT + 1]; /* rows below the error codes; the last is DAMAGED */
    bool inside[OUTCOME_COUNT + 1];        /* of these: strikes functions that run */
    bool wants_body[OUTCOME_COUNT + 1];    /* strikes requests that have one */
    bool at_door[OUTCOME_COUNT + 1];       /* strikes where there is no call yet */
    size_t network_count;
    size_t *column_of;           /* by operation_index() */
    const struct operation **op; /* by column */
    bool *called;                /* by column */
    uint8_t *cells;              /* enum coverage_state */
    struct recent by_chain[RECENT], by_request[RECENT];
};

const char *coverage_state_name(enum coverage_state state)
{
    static const char *const names[] = {
        [COVERAGE_NEVER] = "never",
        [COVERAGE_INJECTED] = "injected",
        [COVERAGE_REACHED] = "reached",
        [COVERAGE_REACTED] = "reacted",
    };

    return names[state];
}

/* ---- life ---- */

static void columns_fill(struct coverage *coverage, const struct operation *ops, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        size_t column = 0;

        while (column < coverage->columns && strcmp(coverage->op[column]->name, ops[i].name) != 0)
            column++;
        if (column == coverage->columns)
            coverage->op[coverage->columns++] = &ops[i];
        coverage->column_of[i] = column;
    }
    coverage->op[coverage->columns++] = &connecting;
}

static void network_fill(struct coverage *coverage)
{
    for (enum fault_outcome o = OUTCOME_NONE + 1; o < OUTCOME_COUNT; o++)
        if (fault_outcome_row(o)->is_network) {
            coverage->inside[coverage->network_count] = fault_outcome_row(o)->is_inside;
            coverage->wants_body[coverage->network_count] = fault_outcome_row(o)->wants_body;
            coverage->at_door[coverage->network_count] = fault_outcome_row(o)->at_door;
            coverage->network[coverage->network_count++] = fault_outcome_name(o);
        }
    coverage->network[coverage->network_count++] = STR(DAMAGED);
}

struct coverage *coverage_new(void)
{
    struct coverage *coverage = mem_alloc(sizeof(*coverage));
    size_t op_count;
    const struct operation *ops = operation_table(&op_count);

    fc_error_table(&coverage->error_count);
    network_fill(coverage);
    coverage->rows = coverage->error_count + coverage->network_count;
    coverage->column_of = mem_alloc_array(op_count, sizeof(*coverage->column_of));
    coverage->op = mem_alloc_array(op_count + 1, sizeof(const struct operation *));
    columns_fill(coverage, ops, op_count);
    coverage->called = mem_alloc_array(coverage->columns, sizeof(*coverage->called));
    coverage->cells = mem_alloc_array(coverage->rows, coverage->columns);
    return coverage;
}

struct coverage *coverage_copy(const struct coverage *coverage)
{
    struct coverage *copy = coverage_new();

    memcpy(copy->called, coverage->called, coverage->columns * sizeof(*copy->called));
    memcpy(copy->cells, coverage->cells, coverage->rows * coverage->columns);
    return copy;
}

void coverage_free(struct coverage *coverage)
{
    if (!coverage)
        return;
    mem_free(coverage->column_of);
    mem_free(coverage->op);
    mem_free(coverage->called);
    mem_free(coverage->cells);
    mem_free(coverage);
}

void coverage_clear(struct coverage *coverage)
{
    memset(coverage->called, 0, coverage->columns * sizeof(*coverage->called));
    memset(coverage->cells, 0, coverage->rows * coverage->columns);
    memset(coverage->by_chain, 0, sizeof(coverage->by_chain));
    memset(coverage->by_request, 0, sizeof(coverage->by_request));
}

/* ---- noting ---- */

static bool row_of(const struct coverage *coverage, const struct journal_entry *entry, size_t *out)
{
    const struct fc_error *error = entry->code.len ? fc_error_find(entry->code) : NULL;
    size_t count;

    if (error) {
        *out = (size_t)(error - fc_error_table(&count));
        return true;
    }
    struct str kind =
        entry->damaged && !entry->outcome_kind.len ? STR(DAMAGED) : entry->outcome_kind;

    for (size_t i = 0; i < coverage->network_count; i++) {
        if (str_eq(kind, coverage->network[i])) {
            *out = coverage->error_count + i;
            return true;
        }
    }
    return false;
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

    if (op == &connecting) /* others strike there only when a rule says so */
        return (row >= coverage->error_count && coverage->at_door[network]) ||
               coverage->cells[row * coverage->columns + column] != COVERAGE_NEVER;
    if (row < coverage->error_count)
        return fc_error_applies(&fc_error_table(&count)[row], op);
    return !coverage->at_door[network] && (!coverage->wants_body[network] || has_body(op)) &&
           (!coverage->inside[network] || op->classes & OP_INVOKE);
}

static void raise_cell(struct coverage *coverage, size_t cell, enum coverage_state state)
{
    if (coverage->cells[cell] < state)
        coverage->cells[cell] = state;
}

static uint64_t request_key(struct str request_id)
{
    return hash_bytes(0, request_id.ptr ? request_id.ptr : "", request_id.len);
}

static void remember(struct recent *table, uint64_t key, size_t cell)
{
    table[key % RECENT] = (struct recent){key, (uint32_t)cell + 1};
}

static void react(struct coverage *coverage, const struct recent *table, uint64_t key)
{
    const struct recent *recent = &table[key % RECENT];

    if (recent->cell && recent->key == key)
        raise_cell(coverage, recent->cell - 1, COVERAGE_REACTED);
}

/* What is struck before anybody has asked for anything. */
static void note_connection(struct coverage *coverage, const struct journal_entry *entry)
{
    size_t column = coverage->columns - 1;
    size_t row;

    if (entry->method.len || !entry->rule.len || !row_of(coverage, entry, &row))
        return;
    coverage->called[column] = true;
    raise_cell(coverage, row * coverage->columns + column, COVERAGE_REACHED);
}

void coverage_note(struct coverage *coverage, const struct journal_entry *entry)
{
    size_t row;

    if (!entry->op) {
        note_connection(coverage, entry);
        return;
    }
    size_t column = coverage->column_of[operation_index(entry->op)];

    coverage->called[column] = true;
    if (entry->link.attempt > 1)
        react(coverage, coverage->by_chain, entry->link.chain);
    if (!entry->rule.len || !row_of(coverage, entry, &row))
        return;
    size_t cell = row * coverage->columns + column;

    raise_cell(coverage, cell,
               entry->outcome == HTTP_CLIENT_GONE ? COVERAGE_INJECTED : COVERAGE_REACHED);
    if (entry->link.chain)
        remember(coverage->by_chain, entry->link.chain, cell);
    remember(coverage->by_request, request_key(entry->request_id), cell);
}

void coverage_observed(struct coverage *coverage, struct str request_id)
{
    react(coverage, coverage->by_request, request_key(request_id));
}

/* ---- reading ---- */

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
           (coverage->called[column] || (op != &connecting && !class_called(coverage, UINT_MAX)));
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
    if (nearest.best.ptr)
        return error_set(err, ERROR_SYNTAX,
                         "%s: there is no '" STR_FMT "'; did you mean '" STR_FMT "'?", what,
                         STR_ARG(wanted), STR_ARG(nearest.best));
    return error_set(err, ERROR_SYNTAX, "%s: there is no '" STR_FMT "'", what, STR_ARG(wanted));
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
            raise_cell(coverage, row * coverage->columns + column, s);
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
