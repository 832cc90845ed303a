/*
 * journal/verify.h - assertions about what happened
 *
 * The list of a drill's `assert` and of POST /_fcemu/requests/verify: objects with one member each,
 *
 *   [{"calls": {"match": {"operation": "InvokeFunction"}, "gte": 5}}, {"amplification": {"lte":
 * 3}}]
 *
 * Known: the rows of verify.c. Each takes `match` (filters of journal/query.h) and comparisons eq,
 * gt, gte, lt, lte; shares are 0.99 or "99%", durations "5s".
 *
 * A pass is never claimed of a journal that lost entries of the time in question (inconclusive),
 * nor where nothing happened that could be judged (vacuous).
 *
 * Threads: any; works on a snapshot.
 */
#pragma once

#include "journal/coverage.h"
#include "journal/observation.h"
#include "journal/query.h"

/* What comes later outweighs what comes before. */
enum verdict {
    VERDICT_PASS,
    VERDICT_FAIL,
    VERDICT_VACUOUS,      /* nothing happened that could be judged */
    VERDICT_INCONCLUSIVE, /* the journal lost entries of the time in question */
};
const char *verdict_name(enum verdict verdict); /* "pass", … */

struct verify_input {
    const struct journal_snapshot *snapshot;
    const struct coverage *coverage;   /* NULL: `coverage` is refused */
    struct observations *observations; /* NULL: `seen` is refused */
    const struct str *rules;           /* ids of those that there are; NULL: not known */
    size_t rule_count;
    uint64_t since_ms;  /* only calls from then on; 0 = all */
    uint64_t after;     /* only entries with a larger number */
    struct str account; /* only its calls; absent = of all */
    uint64_t wall_ms;   /* now; ages in `match` are before it */
};

enum { VERIFY_CALLS_SHOWN = 5 };

struct verify_result {
    const char *assertion; /* "backoff" */
    enum verdict verdict;
    struct str text; /* "gaps 2.04, 4.00, 8.00, 16.00 fit 2^n within 2 %: no jitter" */
    struct str calls[VERIFY_CALLS_SHOWN]; /* request ids that a failure is about */
    size_t call_count;
};

struct verify_report {
    enum verdict verdict; /* the weightiest */
    struct verify_result *results;
    size_t count;
};

/** Judge. Everything in @out is the arena's. Negative when the list itself is wrong. */
int verify_run(const cJSON *assertions, const struct verify_input *input, struct arena *arena,
               struct verify_report *out, struct error *err);

void verify_report_json(const struct verify_report *report, struct buf *out);

const char *verify_assertion_name(size_t index); /* NULL behind the last */
/** Its keys beyond match and comparisons, blank separated. */
const char *verify_assertion_keys(size_t index);

/**
 * Refuse bounds of one assertion that say nothing: that no value can meet, that every one meets, or
 * that nothing is compared with. @out_key: the member to blame, NULL for the assertion itself.
 */
int verify_check_bounds(const char *kind, const cJSON *args, const char **out_key,
                        struct error *err);
