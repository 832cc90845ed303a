/*
 * journal/coverage.h - which documented failures were tried on which operation
 *
 * A matrix of error codes and network faults by operations. It outlives the ring: what was once
 * tried stays tried until coverage_clear(). Cells that the documentation rules out do not count.
 *
 * Threads: a struct coverage belongs to one thread; copy it to hand it on.
 */
#pragma once

#include "base/json.h"
#include "journal/journal.h"

struct coverage;

enum coverage_state {
    COVERAGE_NEVER = 0,
    COVERAGE_INJECTED = 1, /* a rule struck with it */
    COVERAGE_REACHED = 2,  /* and the client got it */
    COVERAGE_REACTED = 3,  /* and the client tried again, or reported what it saw */
};
const char *coverage_state_name(enum coverage_state state);

struct coverage *coverage_new(void);
struct coverage *coverage_copy(const struct coverage *coverage);
void coverage_free(struct coverage *coverage);
DEFINE_OWN(coverage_free, struct coverage *);
void coverage_clear(struct coverage *coverage);

/** A call has ended. */
void coverage_note(struct coverage *coverage, const struct journal_entry *entry);
/** The client has reported what it saw of a call (POST /_fcemu/observations). */
void coverage_observed(struct coverage *coverage, struct str request_id);

struct coverage_sum {
    size_t applicable, injected, reached, reacted;
};

/** Rows and columns to look at: globs or, for operations, classes such as @invoke; no items = all
 * rows, and of the columns those that clients have called: what a client never calls it cannot
 * handle badly.
 */
struct coverage_filter {
    const struct str *errors;
    size_t error_count;
    const struct str *operations;
    size_t operation_count;
};
/** A row or a column that is not there: -1, with the nearest. */
int coverage_filter_check(const struct coverage *coverage, const struct coverage_filter *filter,
                          struct error *err);
void coverage_count(const struct coverage *coverage, const struct coverage_filter *filter,
                    struct coverage_sum *out);

enum { COVERAGE_MISSING_MAX = 50 };

/**
 * {"applicable":…, "injected":…, "share":…, "called":[…], "cells":[…], "missing":[…]}: all cells
 * that were tried, and the missing ones of operations that clients have called first, for they are
 * the cheapest.
 */
void coverage_json(const struct coverage *coverage, const struct coverage_filter *filter,
                   struct buf *out);
/** Add what another one has told, by coverage_json(); what is not known here is passed over.
 * Negative when @told is nothing of the kind. */
int coverage_merge(struct coverage *coverage, const cJSON *told, struct error *err);
/** The first missing cell as "ConcurrentUpdateError on UpdateFunction"; false when none is. */
bool coverage_first_missing(const struct coverage *coverage, const struct coverage_filter *filter,
                            struct buf *out);
