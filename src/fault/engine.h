/*
 * fault/engine.h - which rules strike a call, and what follows
 *
 * The engine holds a rule set and what the rules have counted. fault_decide() walks only the rules
 * that can match the call's operation; without a matching rule it allocates nothing. Every decision
 * is a pure function of seed, rule, key and count (spec/faults.md §4.7) and can be explained
 * afterwards from what it recorded.
 *
 * Threads: the loop thread. The counters shown by fault_engine_stats() are read there too.
 */
#pragma once

#include "base/clock.h"
#include "base/error.h"
#include "fault/rule.h"

struct fault_engine;
struct tickets; /* private to the engine */

/* The gate that let a rule through or stopped it, in the order they are asked (§4.5). */
enum fault_gate {
    GATE_ENABLED,
    GATE_GUARD_ONLY,
    GATE_MATCH,
    GATE_ATTEMPTS,
    GATE_TTL,
    GATE_LIMIT,
    GATE_WINDOW,
    GATE_STATE,
    GATE_CALLS,
    GATE_RATE,
    GATE_CONCURRENCY,
    GATE_CHANCE,
    GATE_MAX_ACTIVE,
    GATE_FIRED,
    GATE_NOT_ASKED,
};
const char *fault_gate_name(enum fault_gate gate);

/* What happened at one rule whose match held. */
struct fault_evidence {
    const struct fault_rule *rule;
    enum fault_gate gate; /* where it stopped, or GATE_FIRED */
    struct str key;       /* the `per` combination, "" for none */
    uint64_t n;           /* count for that key; by request: digest and attempt instead */
    double draw;          /* in [0, 1); -1 when nothing was drawn */
    double threshold;     /* what the draw was compared with */
    bool shadow;
    int choice; /* branch of one_of or step of sequence, -1 = none */
};

struct fault_edits {
    const struct fault_header_edit **items;
    size_t count;
};

/* All that the rules that fired ask for, combined (§4.6 Combination). Lives in the arena given. */
struct fault_decision {
    const struct fault_action *outcome; /* NULL = none: the call goes its way */
    const struct fault_rule *outcome_rule;
    const struct fault_rule
        *first_rule; /* first rule that fired and enforces; its id marks the answer */
    uint64_t delay_request_ns, delay_effect_ns, delay_headers_ns;
    bool delay_capped; /* guard.max_delay cut the sum */
    struct fault_edits header_edits;
    const struct fault_action *corrupt, *length, *truncate, *stall,
        *drip;                            /* the action whose shaper counts; NULL = none */
    uint64_t corrupt_draw;                /* bits for flip_bytes */
    enum fault_effect effect;             /* resolved: NONE, DONE or LATE */
    const struct fault_rule *effect_rule; /* who asked for it explicitly, NULL = default */
    const char
        *control_error; /* why the X-Fcemu-Fault header could not be read; NULL = no mistake */
    bool rejected; /* guard.overflow: reject struck: answer 503 ResourceThrottled of the emulator's
                      own */
    struct fault_evidence *evidence; /* every rule whose match held, in order */
    size_t evidence_count;
    bool holds;     /* counts as active: fault_release() is due */
    bool in_flight; /* counted as such; private to the engine, like the rest */
    struct tickets *tickets;
    struct fault_ruleset *set; /* what the pointers above live in, kept until fault_release() */
    uint64_t lent; /* which load of the engine lent it; 0 = it is counted for this decision */
};

/** The first rule that would have changed the call, had not as many been active as the guard
 * allows; NULL = none. */
const struct fault_rule *fault_capped_rule(const struct fault_decision *decision);

int fault_engine_new(struct clock *clock, struct fault_engine **out, struct error *err);
void fault_engine_free(struct fault_engine *engine);

/**
 * Take a new rule set (counted by the engine). Counters, bursts, TTLs and windows of rules whose
 * digest is unchanged go on; new and changed rules are armed now. @seed is used unless the set
 * names one.
 */
void fault_engine_load(struct fault_engine *engine, struct fault_ruleset *set, uint64_t seed);
/** Makes a rule set of one rule from a header's text; else NULL and the mistake, allocated. */
typedef struct fault_ruleset *fault_read_header_fn(struct str header, char **out_mistake);
/**
 * Heed the request header `X-Fcemu-Fault: error=ResourceThrottled; delay=300ms; probability=50%`:
 * what stands there is a rule of its own, made by @read (grammar/header.h has it), asked before all
 * others and inside of guard.only. NULL, as at first: headers say nothing. A rule set must be
 * loaded, be it an empty one.
 */
void fault_engine_heed_headers(struct fault_engine *engine, fault_read_header_fn *read);
bool fault_engine_heeds_headers(const struct fault_engine *engine);
const struct fault_ruleset *fault_engine_ruleset(const struct fault_engine *engine);
uint64_t fault_engine_seed(const struct fault_engine *engine);

/** False when asking leads to nothing: no rules, or all are stopped. */
bool fault_has_work(const struct fault_engine *engine);
/** True when any rule may give an earlier answer again, so that answers must be kept. */
bool fault_wants_answers(const struct fault_engine *engine);
/** True when any rule asks for the attempt of a call, so that retry chains must be followed. */
bool fault_counts_attempts(const struct fault_engine *engine);
/** True when any rule is asked at @time (enum asking_time), so that it is worth deciding then. */
bool fault_asks(const struct fault_engine *engine, unsigned time);

void fault_decide(struct fault_engine *engine, const struct fault_call *call, struct arena *arena,
                  struct fault_decision *out);
/** The call is over: in-flight counters fall, active faults end. Once per decision, before the
 * arena that it was made in ends. */
void fault_release(struct fault_engine *engine, struct fault_decision *decision);

/** At another time than the request and what follows it; at the door, only client, host, region
 * and account are known. */
void fault_decide_at(struct fault_engine *engine, unsigned time, const struct fault_call *call,
                     struct arena *arena, struct fault_decision *out);

/**
 * The rule that closes @address at this moment, or NULL; nothing is counted, and nothing is closed
 * while an observer decides. What is known of an address is its region and its host: the name of
 * the region without an account. To strike, decide at ASKED_AT_ADDRESS.
 */
const struct fault_rule *fault_closes(struct fault_engine *engine,
                                      const struct fault_call *address);
/** @fn runs behind each change by hand of what is on, so that such rules need not wait to be looked
 * at. It may decide and release. */
void fault_engine_on_change(struct fault_engine *engine, void (*fn)(void *arg), void *arg);

/** Expand {{path}} {{method}} {{function}} {{service}} {{operation}} {{account}} {{region}}
 * {{request_id}} {{now}} {{now+20m}} {{body}} {{body/json/pointer}}. */
struct str fault_expand(struct str text, const struct fault_call *call, uint64_t wall_ms,
                        struct arena *arena);

/** The same, appended. False, and nothing appended, when there is nothing to expand. */
bool fault_expand_into(struct str text, const struct fault_call *call, uint64_t wall_ms,
                       struct buf *out);

/** The value of one draw of a distribution, for `delay` and `fcemu fault sample`. @u in [0,1), @u2
 * for the normal kinds. */
uint64_t fault_latency_draw(const struct fault_latency *latency, double u, double u2,
                            uint64_t since_armed_ns);

/** @count values as a rule would draw them at this seed, a wave over one period; in ascending
 * order, so that percentiles can be read off. */
void fault_latency_sample(const struct fault_latency *latency, uint64_t seed, size_t count,
                          uint64_t *out_ns);

struct fault_rule_stats {
    const struct fault_rule *rule;
    uint64_t matched, reached, fired, capped, dropped_keys;
    bool enabled, expired, spent; /* spent: its limit is used up */
    bool taken;                   /* off because of a stop */
    uint64_t goes_back_in_ms;     /* until it is switched back by itself; 0 = it is not */
    uint64_t expires_in_ms;       /* 0 when expired, UINT64_MAX when it never does */
    uint64_t last_fired_wall_ms;  /* 0 = never */
};
/** @out has room for ruleset->rule_count. */
void fault_engine_stats(struct fault_engine *engine, struct fault_rule_stats *out);
uint32_t fault_engine_active(const struct fault_engine *engine);
/** Calls that were decided and are not over. */
uint64_t fault_engine_in_flight(const struct fault_engine *engine);

/* Live control. Positive results: FAULT_NOT_FOUND. Enabling arms anew, and ends a stop for what is
 * enabled; everything else stays off then. @for_ns: everything is as before so long afterwards, on
 * the clock of the rules; 0 = it stays. */
enum { FAULT_NOT_FOUND = 1, FAULT_UNKNOWN_VALUE = 2 };
int fault_engine_enable_rule(struct fault_engine *engine, struct str id, bool on, uint64_t for_ns);
int fault_engine_enable_group(struct fault_engine *engine, struct str name, bool on,
                              uint64_t for_ns);
/** End a stop for all, and switch on whatever its file has on. What the file has off stays as it
 * is. */
void fault_engine_enable_all(struct fault_engine *engine, uint64_t for_ns);
bool fault_engine_group_enabled(struct fault_engine *engine, size_t group);
/** Restart window, ramp, TTL and limit; counters go on. */
int fault_engine_arm(struct fault_engine *engine, struct str id);
/** Counters, rates, bursts and limit start again; absent id = all rules. */
int fault_engine_reset(struct fault_engine *engine, struct str id);
/** True when the rule can strike calls of this one account only, by its `match.account`. */
bool fault_rule_is_of_account(const struct fault_rule *rule, struct str account);
/** What rules counted for one account starts again: all of the rules that are of it, and in others
 * that count `per: account` its share. */
void fault_engine_reset_account(struct fault_engine *engine, struct str account);
void fault_engine_stop(
    struct fault_engine *engine); /* until something is enabled, whatever is loaded */
bool fault_engine_stopped(const struct fault_engine *engine);
/** Rules that are off because of a stop: all of them, or what was left when some were enabled. */
size_t fault_engine_taken(const struct fault_engine *engine);
/** All rules start again from nothing, so that a seed gives the same fates each time it is set. */
void fault_engine_reseed(struct fault_engine *engine, uint64_t seed);
int fault_engine_scenario(const struct fault_engine *engine, struct str name,
                          struct str *out_value);
/** FAULT_UNKNOWN_VALUE when no rule of the set speaks of the value. */
int fault_engine_set_scenario(struct fault_engine *engine, struct str name, struct str value);
void fault_engine_reset_scenarios(struct fault_engine *engine);

/**
 * What is on, by name: rules, groups, scenarios, the seed, the stop. For a drill, which puts it
 * back whatever set is loaded by then; a stop that came meanwhile stays. Counters go on.
 */
struct fault_switches;
struct fault_switches *fault_engine_switches_save(const struct fault_engine *engine);
void fault_engine_switches_restore(struct fault_engine *engine,
                                   const struct fault_switches *switches);
void fault_switches_free(struct fault_switches *switches); /* NULL is fine */
/** Remember only rules (and, with "group:" in front, groups) that @keeps; scenarios and the seed
 * are left to others then. */
void fault_switches_narrow(struct fault_switches *switches,
                           bool (*keeps)(void *arg, bool group, struct str name), void *arg);
/** The seed of what is drawn from now on; counters go on. */
void fault_engine_keep_seed(struct fault_engine *engine, uint64_t seed);
/** What @account's rules have counted starts again, as by fault_engine_reseed() at the seed that
 * holds. */
void fault_engine_restart_account(struct fault_engine *engine, struct str account);

/* guard.halt. The engine sees calls begin and rules fire; how calls ended it must be told. */
/** A call ended with @status (0 = nothing was sent); @by_rule: a rule made it so. */
void fault_engine_observe(struct fault_engine *engine, int status, bool by_rule);
/** The condition that stopped the engine, or NULL; until something is enabled. */
const struct fault_condition *fault_engine_halted(const struct fault_engine *engine);
/** @fn runs when a condition strikes, after the stop, so that held calls can be let go. */
void fault_engine_on_halt(struct fault_engine *engine,
                          void (*fn)(void *arg, const struct fault_condition *condition),
                          void *arg);
const char *fault_condition_name(enum fault_condition_kind kind); /* "unexpected_5xx" */
