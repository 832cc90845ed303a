/*
 * fault/internal.h - what the files of the engine share; nobody outside includes it
 *
 * The way of a decision: index.c names the rules that can match, match.c looks, keys.c finds the
 * counters of the call's key, gates.c asks the gates in their order, chance.c draws, combine.c
 * gathers what the rules that fired ask for.
 *
 * Threads: the loop thread.
 */
#pragma once

#include "base/hash.h"

#include <uthash.h>

#include "fault/engine.h"
#include "fault/observer.h"
#include "fault/outcome.h"
#include "fault/regex.h"
#include "fault/watch.h"

struct cJSON;
struct match_row;

/* ---- match.c: does a rule's `match` hold ---- */

/* A match with the tests that it really asks for, cheap ones first. */
struct matcher {
    const struct fault_match *match;
    const struct match_row **tests;
    size_t test_count;
    struct matcher *any;
    struct matcher *none; /* `not` */
};

/* One call while rules look at it. What is costly is worked out once, when first asked for. */
struct match_call {
    const struct fault_call *call;
    struct arena *arena; /* for decoded query values */
    struct regex_scratch *scratch;
    size_t op_index; /* SIZE_MAX = no operation */
    bool authenticated;
    bool without_body; /* what a test of a body that is not known says: no; inside of `not`, yes */
    enum { CLIENT_UNREAD, CLIENT_ADDRESS, CLIENT_OTHER } client_state;
    uint8_t client[16];
    bool json_read, sha256_read;
    struct cJSON *json; /* NULL: the body is not JSON */
    uint8_t sha256[32];
};

struct match_call match_call_start(const struct fault_call *call, struct arena *arena,
                                   struct regex_scratch *scratch);
void match_call_done(struct match_call *c);

void matcher_compile(const struct fault_match *match, struct arena *arena, struct matcher *out);
/** @out_failed, unless NULL: the first key that did not hold, untouched when all did. */
bool matcher_holds(const struct matcher *matcher, struct match_call *c, const char **out_failed);
/** What the call has under a key of `match` that compares text; absent for other keys. */
struct str match_value_of(const char *key, const struct fault_call *call);
/** Does `match` speak of authentication, so that the rule is asked behind the signature check? */
bool match_asks_authenticated(const struct fault_match *match);

/* ---- value.c: comparisons and JSON pointers ---- */

bool compare_holds(const struct fault_compare *compare, double value);
bool pattern_any_holds(const struct fault_patterns *patterns, struct str text,
                       struct regex_scratch *scratch);
const struct cJSON *json_at(const struct cJSON *root, struct str pointer); /* RFC 6901 */
bool json_named_holds(const struct fault_named *named, const struct cJSON *root,
                      struct regex_scratch *scratch);
/** The first of that name; absent when missing. */
struct str header_value(const struct fault_call *call, struct str name);
/** First value of @name in a raw query, decoded; absent when missing. */
struct str query_value(struct str raw, struct str name, struct arena *arena);

/* ---- index.c: which rules can match ---- */

enum asking_time rule_asking_time(const struct fault_rule *rule);

struct rule_index;
struct rule_index *rule_index_new(const struct fault_ruleset *set);
void rule_index_free(struct rule_index *index);
size_t rule_index_count(const struct rule_index *index, enum asking_time time);

enum {
    INDEX_FIELDS = 8,
    INDEX_HEAD_BYTES = 16, /* of a glob, before its first wildcard */
    INDEX_LISTS_MAX = 2 + INDEX_FIELDS * (1 + INDEX_HEAD_BYTES),
};

struct index_walk {
    const uint32_t *next[INDEX_LISTS_MAX];
    const uint32_t *end[INDEX_LISTS_MAX];
    size_t lists;
};
void index_walk_start(const struct rule_index *index, enum asking_time time,
                      const struct fault_call *call, size_t op_index, struct index_walk *out);
/** The next candidate in the order of asking; false at the end. */
bool index_walk_next(struct index_walk *walk, uint32_t *out_rule);

/* ---- rate.c: quota arithmetic, exact in integers ---- */

struct rate_state {
    bool started;
    uint64_t at_ns;             /* of the last refill, or the start of the present window */
    unsigned __int128 level;    /* token bucket: tokens times rate_per_ns */
    uint64_t present, previous; /* windows: calls let through */
};
/** Count a call; true when it is beyond the rate. */
bool rate_over(const struct fault_when *when, struct rate_state *state, uint64_t now_ns);

/* ---- chance.c: probability, ramp, burst ---- */

struct burst_state {
    bool known;
    bool bad;
    uint64_t step; /* the step that `bad` belongs to */
};

struct chance {
    uint64_t seed;
    struct str rule; /* id */
    struct str key;
    uint64_t n;
    uint64_t armed_for_ns;
};
/** What the draw must stay below for the rule to fire; 1 = always, 0 = never. */
double chance_threshold(const struct fault_when *when, const struct chance *chance,
                        struct burst_state *burst);
bool burst_is_bad(const struct fault_when *when, const struct chance *chance, uint64_t step,
                  struct burst_state *burst);
double ramp_at(const struct fault_when *when, uint64_t armed_for_ns);

/* ---- keys.c: counters per `per` combination ---- */

enum { KEYS_MAX = 10000 }; /* combinations a rule keeps; spec/faults.md §4.5 */

struct key_state {
    UT_hash_handle hh;
    struct key_state *prev, *next; /* by last use, oldest first */
    unsigned refs;                 /* the table's, and one for each call in flight */
    uint64_t matched, reached, fired, capped;
    uint64_t in_flight;
    struct rate_state rate;
    struct burst_state burst;
    struct str key;
    char text[];
};

struct key_table {
    struct key_state *by_key;
    struct key_state *oldest;
    size_t count;
    uint64_t dropped;
};

/** Find or add; the oldest makes room. Never NULL. */
struct key_state *key_table_get(struct key_table *table, struct str key);
void key_table_done(struct key_table *table);
/** Forget the keys of @when that were made of this account. */
void key_table_drop_account(struct key_table *table, const struct fault_when *when,
                            struct str account);
void key_state_unref(struct key_state *state);

/** The call's combination for `per`, in the arena; "" without one. */
struct str key_of_call(const struct fault_when *when, const struct fault_call *call,
                       struct arena *arena);
/** Digest of what makes two requests the same one, for `draw_by: request`; 16 hex digits. */
struct str key_of_request(const struct fault_call *call, struct arena *arena);

/* ---- state of the engine ---- */

/* Of a rule or a group: moved by hand, for good or for a time, and by a stop. */
struct live_switch {
    bool on;
    bool taken;       /* off because of a stop, whatever `on` says */
    uint64_t back_ns; /* when it goes back to the two below; 0 = it stays */
    bool back_on, back_taken;
};

struct rule_state {
    const struct fault_rule *rule;
    struct matcher matcher;
    struct live_switch turn;
    bool spent; /* its limit is used up */
    uint64_t armed_ns;
    uint64_t armed_fires, first_fire_ns; /* since arming, for the limit */
    uint64_t matched, reached, fired, capped;
    uint64_t last_fired_ns; /* when `fired` is not 0 */
    struct key_table keys;
};

/* ---- watch.c: conditions that are followed ---- */

/** Follow guard.halt of the loaded set from now on. */
void halt_start(struct fault_engine *engine);
void watches_note_call(struct fault_engine *engine, uint64_t now_ns);
void watches_check(struct fault_engine *engine, uint64_t now_ns);

struct asking;

/* ---- control.c: rules that a call brings along ---- */

struct control;
struct control *control_new(fault_read_header_fn *read);
void control_free(struct control *control);
void control_reset(struct control *control);
/** Ask the rule of the call's X-Fcemu-Fault header, if it has one. */
void control_ask(struct asking *asking);

/* ---- the engine ---- */

struct fault_engine {
    struct clock *clock;
    struct fault_ruleset *set; /* NULL before the first load */
    uint64_t loads;            /* so far; the last one brought the set */
    uint64_t lent;             /* decisions that hold it without counting: set_lend() */
    struct rule_index *index;
    struct arena *arena;        /* compiled matches of the set */
    struct rule_state *rules;   /* as many as set->rules */
    struct live_switch *groups; /* as many as set->groups */
    uint64_t next_back_ns;      /* of all switches; UINT64_MAX = none goes back */
    int *scenario_values;
    struct matcher only;
    bool wants_answers;   /* some rule of the set gives earlier answers */
    bool counts_attempts; /* some rule of the set asks how often a call was tried */
    struct regex_scratch *scratch;
    uint64_t seed;
    uint32_t active;    /* calls that rules changed and that are not over */
    uint64_t in_flight; /* decided and not released */
    uint64_t fired;     /* of all rules, since the engine began */
    bool stopped;
    struct control *control;     /* NULL: headers say nothing */
    struct fault_watch *watches; /* all that are followed */
    struct fault_watch *halt;    /* the guard's, one of them; NULL = none */
    bool halted;
    struct fault_condition halted_by; /* its kind and what it compares with */
    void (*on_halt)(void *arg, const struct fault_condition *condition);
    void *on_halt_arg;
    void (*on_change)(void *arg);
    void *on_change_arg;
    struct fault_observer observer;
    bool decided_elsewhere; /* by the observer; see its header */
    unsigned decided_times;
};

/** What is on, or when, was changed by hand. */
static inline void engine_changed(struct fault_engine *engine)
{
    if (engine->on_change)
        engine->on_change(engine->on_change_arg);
}
/** The set that is loaded, for as long as the decision is not released. */
void set_lend(struct fault_engine *engine, struct fault_decision *decision);
/** Turn back what was switched for a time that is over. */
void switches_settle(struct fault_engine *engine, uint64_t now_ns);
/** Look again which switch goes back next. */
void switches_changed(struct fault_engine *engine);
void rule_arm(struct rule_state *state, uint64_t now_ns);
/** NULL when there is none. */
struct rule_state *rule_state_find(struct fault_engine *engine, struct str id);
/** 0 also when the virtual clock was set back behind the arming. */
uint64_t rule_armed_for_ns(const struct rule_state *state, uint64_t now_ns);
int scenario_find(const struct fault_ruleset *set, struct str name);              /* or -1 */
int scenario_value_find(const struct fault_scenario *scenario, struct str value); /* or -1 */
bool rule_is_on(const struct fault_engine *engine, const struct rule_state *state);
bool rule_is_expired(const struct rule_state *state, uint64_t now_ns);

/* ---- gates.c and combine.c: one decision ---- */

struct ticket {
    struct ticket *next;
    struct key_state *state;
};

/* What a decision took and fault_release() gives back. */
struct tickets {
    struct ticket *first;
    bool active;
};

struct asking {
    struct fault_engine *engine;
    const struct fault_call *call;
    struct arena *arena;
    struct match_call match;
    uint64_t now_ns;
    enum asking_time time;
    bool has_brought;   /* the call brought a rule along, which lives no longer than the call */
    bool ended;         /* no further rule is asked */
    bool outcome_taken; /* no further rule with an outcome is asked */
    size_t evidence_cap;
    struct fault_decision *out;
};

/** Its match held: on to the gates, counted under @key. */
void strike_rule(struct asking *asking, struct rule_state *rule, struct str key);

/* One rule in one asking. */
struct strike {
    struct rule_state *rule;
    struct key_state *key;
    struct fault_evidence *evidence;
    uint64_t count; /* n for `calls` */
};

/** The first gate that is shut, or GATE_FIRED. Counts as it goes. */
enum fault_gate gates_ask(struct asking *asking, struct strike *strike);
/** Could the rule fire now, whoever comes? Nothing is counted. */
bool gates_stand_open(struct asking *asking, struct rule_state *rule);
/** The call counts as active until fault_release(). */
void take_active(struct asking *asking);
bool sequence_is_over(const struct fault_action *action, uint64_t fires);
/** The rule fires: gather its shapers and its outcome into the decision. */
void combine_fire(struct asking *asking, struct strike *strike);
/** Once, when all rules were asked: limits over the sum. */
void combine_finish(struct asking *asking);
/** Does the action change what the client gets, or is it an exemption only? */
bool action_changes(const struct fault_action *action);
