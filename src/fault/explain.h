/*
 * fault/explain.h - why a rule struck a call or did not, and what a rule set would have done
 *
 * Threads: the loop thread for the first part; fault_dry_run() any, on a set of its own.
 */
#pragma once

#include "base/buf.h"
#include "fault/engine.h"
#include "fault/outcome.h"

struct fault_explanation {
    const struct fault_rule *rule;
    enum fault_gate gate;
    const char *key;                       /* for GATE_MATCH: the key that does not hold */
    struct str had;                        /* what the call has there; absent = not a text */
    const struct fault_evidence *evidence; /* recorded; NULL when its match did not hold then */
    bool rejects;   /* of GATE_MAX_ACTIVE: the call is answered 503 instead of passing */
    bool delay_cut; /* it fired, and guard.max_delay cut the sum of delays */
};

/**
 * One explanation for each rule of the loaded set, in their order; @out has room for rule_count.
 * What was recorded of the call (@evidence) is taken as it is; rules without a record are looked at
 * as they are now. A rule of the record that is no longer loaded is left out. @delay_cut: as it was
 * recorded of the call.
 */
void fault_explain(struct fault_engine *engine, const struct fault_call *call,
                   const struct fault_evidence *evidence, size_t evidence_count, bool delay_cut,
                   struct fault_explanation *out);

/** One line: "passed by: draw 0.4127 >= 0.3 at call 4 of 'pay'". Appended. */
void fault_explanation_print(const struct fault_explanation *explanation, struct buf *out);

/** The draw of the chance gate again, from what was recorded; -1 when nothing was drawn. */
double fault_recompute(const struct fault_evidence *evidence, uint64_t seed);

/* ---- what if ---- */

struct fault_dry_call {
    const struct fault_call *call;
    uint64_t at_ns;   /* on one monotonic scale, not falling */
    uint64_t took_ns; /* how long it was in flight */
};

struct fault_dry_result {
    struct fault_decision doors[2]; /* of its connection, when it was the first call on that */
    struct fault_decision upload;   /* of its body, while that came in */
    struct fault_decision early;    /* before the signature check */
    struct fault_decision late; /* behind it; empty when nothing asked or the call was answered */
};

/**
 * What @set would have done to calls that happened: an engine of its own, armed at the first call,
 * on the clock of the calls. The results live in @arena and in @set, and need no release. A "call"
 * without a method is a connection that never came to one.
 */
void fault_dry_run(struct fault_ruleset *set, uint64_t seed, const struct fault_dry_call *calls,
                   size_t count, struct arena *arena, struct fault_dry_result *out);
/** Is what it strikes among the calls of a journal? */
bool fault_dry_run_asks(const struct fault_rule *rule);
