/*
 * grammar/drill.h - drills as the files say them: timelines, what they require, what must hold in
 * the end
 *
 * A plan lives in the arena of its rule set and names rules, groups and scenarios by their ids, so
 * that it may be run over whatever set is in force. Source: spec/faults.md §4.8.
 *
 * Threads: any; constant once the set is made.
 */
#pragma once

#include "fault/rule.h"

enum drill_when { DRILL_AT, DRILL_WAIT, DRILL_UNTIL };

/* What a step does to the clock of rules. */
enum drill_clock {
    DRILL_CLOCK_KEEP,
    DRILL_CLOCK_ADVANCE,
    DRILL_CLOCK_FREEZE,
    DRILL_CLOCK_FREEZE_AT,
    DRILL_CLOCK_REAL
};

struct drill_step {
    enum drill_when when;
    uint64_t ns; /* AT: since the start; WAIT: since the step above; UNTIL: the longest wait */
    struct fault_condition until; /* of UNTIL */
    struct str *enable, *disable; /* ids, or "group:name" */
    size_t enable_count, disable_count;
    struct str scenario, value; /* absent = none */
    enum drill_clock clock;
    uint64_t advance_ns, freeze_wall_ms;
    struct str note;
    struct str when_text, does_text; /* for reports: "at 5s", "enable throttle" */
};

struct drill_require {
    uint64_t calls, fires_per_rule, capped, journal_lost;
};

struct drill_plan {
    struct str id, description;
    bool has_seed, seed_random;
    uint64_t seed;
    uint64_t timeout_ns; /* 10 minutes unless given */
    struct str account;  /* of guard.only; absent = the drill is about all of them */
    struct drill_require require;
    int expect_exit;
    struct drill_step *steps;
    size_t step_count;
    struct fault_condition *stop_when;
    size_t stop_count;
    struct str assertions; /* JSON list; absent = none */
    struct str definition; /* JSON, as it was written */
    struct fault_position at;
};

/** The plans of a set, in the order of the files. */
const struct drill_plan *drill_plans(const struct fault_ruleset *set, size_t *out_count);
/** NULL when there is none of that name. */
const struct drill_plan *drill_plan_find(const struct fault_ruleset *set, struct str id);
