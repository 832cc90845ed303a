/*
 * journal/assertion.h - what the kinds of assertions share; for journal/ only
 *
 * Threads: one at a time.
 */
#pragma once

#include "journal/retries.h"
#include "journal/verify.h"

/* One assertion while it is judged. */
struct assertion {
    const struct verify_input *input;
    const cJSON *args;
    struct arena *arena;
    struct journal_query query;     /* `match`, and since */
    struct fault_compare compare;   /* eq, gt, gte, lt, lte */
    struct journal_selection calls; /* what the query selects, oldest first */
    bool allow_none;                /* that nothing was met is fine */
    enum verdict verdict;
    struct buf text;
};

typedef int (*assertion_judge)(struct assertion *assertion, struct error *err);

/** Set the verdict from the comparisons; without any, pass. */
void assertion_compare(struct assertion *assertion, double value);
/** Nothing happened that could be judged. Returns 0. */
int assertion_vacuous(struct assertion *assertion, const char *why);
bool assertion_holds(const struct fault_compare *compare, double value);

/** A duration member in ms; @missing when it is not there. */
int assertion_duration(const struct assertion *assertion, const char *name, double missing,
                       double *out_ms, struct error *err);
/** Comparisons in a member of its own; given is false when it is not there. */
int assertion_member_compare(const cJSON *args, const char *name, struct fault_compare *out,
                             struct error *err);
/** Read eq, gt, gte, lt, lte out of @object. */
int assertion_read_compare(const cJSON *object, struct fault_compare *out, struct error *err);
/** The first of them that it has, or NULL. */
const char *assertion_first_comparison(const cJSON *object);
/** "at most 3" and the like, for texts. */
void assertion_bounds_text(const struct fault_compare *compare, struct buf *out);

bool journal_entry_failed(const struct journal_entry *entry);
/** A rule struck, and the client took it for a failure. */
bool journal_entry_hurt(const struct journal_entry *entry);

int judge_amplification(struct assertion *assertion, struct error *err);
int judge_backoff(struct assertion *assertion, struct error *err);
int judge_breaker(struct assertion *assertion, struct error *err);
int judge_calls(struct assertion *assertion, struct error *err);
int judge_coverage(struct assertion *assertion, struct error *err);
int judge_duplicates(struct assertion *assertion, struct error *err);
int judge_errors(struct assertion *assertion, struct error *err);
int judge_failover(struct assertion *assertion, struct error *err);
int judge_fires(struct assertion *assertion, struct error *err);
int judge_herd(struct assertion *assertion, struct error *err);
int judge_latency(struct assertion *assertion, struct error *err);
int judge_order(struct assertion *assertion, struct error *err);
int judge_recovery(struct assertion *assertion, struct error *err);
int judge_retries(struct assertion *assertion, struct error *err);
int judge_seen(struct assertion *assertion, struct error *err);
