/* Which documented failures were tried on which operation. */
#include "journal/coverage_table.h"

#include "base/hash.h"
#include "base/mem.h"
#include "catalog/fc_error.h"
#include "fault/outcome.h"

/* Of a shaper alone, which is no outcome: an answer cut short, corrupted or mis-declared. */
#define DAMAGED "damaged"

/* The last column: what strikes before anything is asked for. */
static const struct operation connecting = {.name = "connection"};

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

void coverage_raise(struct coverage *coverage, size_t cell, enum coverage_state state)
{
    if (coverage->cells[cell] < state)
        coverage->cells[cell] = state;
}

static uint64_t request_key(struct str request_id)
{
    return hash_bytes(0, request_id.ptr ? request_id.ptr : "", request_id.len);
}

static void remember(struct coverage_recent *table, uint64_t key, size_t cell)
{
    table[key % COVERAGE_RECENT] = (struct coverage_recent){key, (uint32_t)cell + 1};
}

static void react(struct coverage *coverage, const struct coverage_recent *table, uint64_t key)
{
    const struct coverage_recent *recent = &table[key % COVERAGE_RECENT];

    if (recent->cell && recent->key == key)
        coverage_raise(coverage, recent->cell - 1, COVERAGE_REACTED);
}

/* What is struck before anybody has asked for anything. */
static void note_connection(struct coverage *coverage, const struct journal_entry *entry)
{
    size_t column = coverage->columns - 1;
    size_t row;

    if (entry->method.len || !entry->rule.len || !row_of(coverage, entry, &row))
        return;
    coverage->called[column] = true;
    coverage_raise(coverage, row * coverage->columns + column, COVERAGE_REACHED);
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

    coverage_raise(coverage, cell,
                   entry->outcome == HTTP_CLIENT_GONE ? COVERAGE_INJECTED : COVERAGE_REACHED);
    if (entry->link.chain)
        remember(coverage->by_chain, entry->link.chain, cell);
    remember(coverage->by_request, request_key(entry->request_id), cell);
}

void coverage_observed(struct coverage *coverage, struct str request_id)
{
    react(coverage, coverage->by_request, request_key(request_id));
}
