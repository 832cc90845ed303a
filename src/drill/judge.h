/*
 * drill/judge.h - from a run that has ended to its report; for drill/ only
 *
 * Threads: judge_run() any, over what is copied and counted.
 */
#pragma once

#include "drill/run.h"

enum step_state { STEP_NOT_REACHED, STEP_DONE, STEP_TIMED_OUT };

/* How far a step came. */
struct step_record {
    enum step_state state;
    uint64_t at_ms; /* real time since the start */
};

/* A rule's counters before and after. */
struct rule_record {
    struct str id;
    bool named; /* the drill enables, sets or names it */
    uint64_t matched, reached, fired, capped;
};

struct judgement {
    struct arena *arena;
    struct fault_ruleset *set; /* holds @plan, and the rules that were named; counted */
    const struct drill_plan *plan;
    uint64_t number, seed;
    struct step_record *steps; /* as many as the plan has */
    struct rule_record *rules;
    size_t rule_count;
    uint64_t started_wall_ms, ended_wall_ms;
    uint64_t started_ns, ended_ns;
    uint64_t after; /* number of the last journal entry before the start */
    uint64_t lost;  /* entries that fell out of the journal meanwhile */
    enum drill_verdict ending;
    const char *why;
    bool has_workload, workload_ended;
    struct str command;
    struct drill_workload workload;
    struct journal *journal;
    struct coverage *coverage;
    struct observations *observations;
    const char *version;

    enum drill_verdict verdict; /* out */
    struct buf report;          /* out: JSON */
};

void judge_run(struct judgement *judgement);

/** The rules that a plan enables, sets or names, marked. */
void judge_mark_named(const struct drill_plan *plan, const struct fault_ruleset *set,
                      struct rule_record *rules, size_t count);

/** Does one of its steps switch the group? */
bool judge_names_group(const struct drill_plan *plan, struct str group);

/** Why a rule fired so seldom: the gate that stopped it, or the nearest call. @calls are of the
 * run. */
void starved_explain(const struct fault_ruleset *set, const struct rule_record *record,
                     const struct journal_selection *calls, struct buf *out);
