/*
 * journal/coverage_table.h - rows, columns and cells of the coverage
 *
 * Inside journal/ only. Threads: as those of coverage.h.
 */
#pragma once

#include "fault/outcome.h"
#include "journal/coverage.h"

enum { COVERAGE_RECENT = 4096 }; /* calls whose reaction may still come */

struct coverage_recent {
    uint64_t key;
    uint32_t cell; /* + 1; 0 = none */
};

struct coverage {
    size_t rows, columns; /* columns are operation names: the API versions share them */
    size_t error_count;
    struct str network[OUTCOME_COUNT + 1]; /* rows below the error codes; the last is "damaged" */
    bool inside[OUTCOME_COUNT + 1];        /* of these: strikes functions that run */
    bool wants_body[OUTCOME_COUNT + 1];    /* strikes requests that have one */
    bool at_door[OUTCOME_COUNT + 1];       /* strikes where there is no call yet */
    size_t network_count;
    size_t *column_of;           /* by operation_index() */
    const struct operation **op; /* by column; the last stands for what strikes before a call */
    bool *called;                /* by column */
    uint8_t *cells;              /* enum coverage_state */
    struct coverage_recent by_chain[COVERAGE_RECENT], by_request[COVERAGE_RECENT];
};

/** A cell knows the most that has come of it. */
void coverage_raise(struct coverage *coverage, size_t cell, enum coverage_state state);
