/*
 * fault/rule.h - a rule set, as it is in memory: what the file said, resolved and checked
 *
 * Written once by grammar/ from YAML (or JSON) and never changed; counted, shared between
 * threads. Everything lives in the set's arena. Grammar, meaning and messages: spec/faults.md §4.
 */
#pragma once

#include "base/arena.h"
#include "catalog/fc_error.h"
#include "fault/call.h"

/* ---- values ---- */

enum { FAULT_FOREVER = 0 }; /* for durations where the grammar allows `forever` */

struct regex;

struct fault_pattern {
    enum {
        PATTERN_EXACT,
        PATTERN_PREFIX,
        PATTERN_SUFFIX,
        PATTERN_GLOB,
        PATTERN_REGEX
    } kind; /* "abc*" is PREFIX, "*abc" SUFFIX */
    bool negate;
    struct str text;     /* without the '*' for PREFIX and SUFFIX */
    struct regex *regex; /* freed with the set */
};

struct regex_scratch;
/** Is it so, whatever `negate` says? @scratch may be NULL where it is no regular expression. */
bool fault_pattern_holds(const struct fault_pattern *pattern, struct str text,
                         struct regex_scratch *scratch);

/* "any of"; count 0 = the key was not given */
struct fault_patterns {
    struct fault_pattern *items;
    size_t count;
};

struct fault_compare {
    bool given;
    bool has_eq, has_gt, has_gte, has_lt, has_lte;
    double eq, gt, gte, lt, lte;
};

struct fault_truth {
    bool given, wanted;
};

/* Present or absent, and what it must be when present. */
struct fault_named {
    struct str name; /* header (lower case) or query name, or a JSON pointer */
    bool has_presence;
    bool present;
    struct fault_patterns value;  /* text comparison */
    struct fault_compare compare; /* numeric comparison (JSON pointers) */
    struct str json; /* exact JSON scalar for a pointer: `true`, `null`, `"x"`, `3`; else absent */
};

struct fault_cidr {
    uint8_t address[16]; /* IPv4 mapped */
    uint8_t prefix;      /* 0-128 */
};

/* A size that is bytes, or a share of the body. */
struct fault_amount {
    bool given;
    bool is_ratio;
    uint64_t bytes;
    double ratio;
};

/* ---- match ---- */

typedef struct fault_patterns fault_match_TEXT;
typedef struct fault_truth fault_match_FLAG;
typedef struct fault_compare fault_match_U32;

struct fault_match {
#define KEY(name, TYPE, how, place, help) fault_match_##TYPE name;
#define FACT(name, TYPE, SHOWN, ...) FACT_KEY(KEY, name, TYPE, __VA_ARGS__)
    CALL_FACTS(FACT)
#undef FACT
#undef KEY
    bool empty;        /* holds for every call */
    unsigned products; /* bit per cloud_product; 0 = any. A rule that names none has FC alone */
    unsigned apis;     /* bit per api_version; 0 = any */
    uint64_t
        *operations; /* bit per operation_index(); NULL = any, also calls without an operation */
    unsigned invocations; /* bit per fault_invocation; 0 = any */
    struct fault_cidr *clients;
    size_t client_count;
    unsigned sdks; /* bit per fault_sdk; 0 = any */
    struct fault_named *headers;
    size_t header_count;
    struct fault_named *queries;
    size_t query_count;
    struct fault_compare body_size;
    struct str body_contains; /* absent = not asked */
    struct fault_named *body_json;
    size_t body_json_count;
    bool has_sha256;
    uint8_t sha256[32];
    struct fault_compare attempt;
    struct fault_truth authenticated;
    struct fault_match *any; /* at least one must hold; count 0 = not given */
    size_t any_count;
    struct fault_match * not ; /* must not hold; NULL = not given */
};

/* ---- when ---- */

enum fault_per {
    PER_CLIENT,
    PER_CONNECTION,
    PER_ACCOUNT,
    PER_REGION,
    PER_ACCESS_KEY,
    PER_SERVICE,
    PER_FUNCTION,
    PER_OPERATION,
    PER_HOST,
    PER_HEADER,
    PER_LABEL,
};
struct fault_per_key {
    enum fault_per what;
    struct str header; /* for PER_HEADER, lower case */
};

struct fault_when {
    struct fault_per_key *per;
    size_t per_count;

    bool has_window;                                          /* durations from arming … */
    uint64_t window_after_ns, window_for_ns, window_every_ns; /* for = 0: no end; every = 0: once */
    bool window_is_absolute; /* … or wall times; 0 = open on that side */
    uint64_t window_from_ms, window_until_ms;

    int state_scenario; /* index of the scenario, -1 = not given */
    int *state_is;      /* value numbers of that scenario */
    size_t state_count;

    enum { CALLS_ALL, CALLS_FIRST, CALLS_NTH, CALLS_EVERY, CALLS_RANGE } calls;
    uint64_t calls_n, calls_start; /* first n; every n from start (default: n) */
    uint64_t calls_from, calls_to; /* inclusive; to = UINT64_MAX when open */
    uint64_t *calls_nth;           /* sorted */
    size_t calls_nth_count;

    enum { RATE_NONE, RATE_TOKEN_BUCKET, RATE_FIXED_WINDOW, RATE_SLIDING_WINDOW } rate;
    uint64_t rate_limit, rate_per_ns, rate_burst;
    uint64_t concurrency_limit; /* 0 = not given */

    enum { CHANCE_ALWAYS, CHANCE_PROBABILITY, CHANCE_RAMP, CHANCE_BURST } chance;
    double probability;
    double ramp_from, ramp_to;
    uint64_t ramp_over_ns, ramp_hold_ns;
    enum { RAMP_LINEAR, RAMP_EXPONENTIAL, RAMP_STEPS } ramp_curve;
    uint64_t ramp_steps;
    double burst_enter, burst_leave, burst_inside, burst_outside;
    uint64_t burst_step_ns; /* 0 = a step per call */

    bool draw_by_request;
    bool count_seen;   /* count_on: seen */
    uint64_t attempts; /* of an asynchronous call that are struck: bit n, from 1; 0 = all */
};

/* ---- do ---- */

struct fault_latency {
    enum {
        LATENCY_FIXED,
        LATENCY_UNIFORM,
        LATENCY_NORMAL,
        LATENCY_LOGNORMAL,
        LATENCY_EXPONENTIAL,
        LATENCY_PARETO,
        LATENCY_WAVE,
        LATENCY_SAMPLES,
    } kind;
    double a_ns,
        b_ns; /* fixed: a; uniform: min, max; normal: mean, stddev; lognormal: median, p99;
                 exponential: mean; pareto: min (alpha in `alpha`); wave: base, amplitude */
    double alpha;
    enum { WAVE_SINE, WAVE_SAW, WAVE_SQUARE, WAVE_TRIANGLE } wave;
    uint64_t period_ns;
    uint64_t *samples_ns;
    size_t sample_count;
    uint64_t max_ns; /* 0 = no cap of its own */
};

enum fault_phase { PHASE_ACCEPT, PHASE_REQUEST, PHASE_EFFECT, PHASE_HEADERS, PHASE_BODY };
enum fault_then { THEN_CLOSE, THEN_RESET, THEN_CONTINUE, THEN_STALL, THEN_ANSWER };
enum fault_keys { KEYS_DEFAULT, KEYS_BOTH, KEYS_DOCUMENTED, KEYS_SDK };
enum fault_effect { EFFECT_DEFAULT, EFFECT_NONE, EFFECT_DONE, EFFECT_LATE };

struct fault_header_edit {
    enum { EDIT_SET, EDIT_ADD, EDIT_REMOVE } kind;
    struct str name;
    struct str value; /* template */
};

enum fault_outcome {
    OUTCOME_NONE, /* shapers only */
#define OUTCOME(enumerator, name, file, keys, help) OUTCOME_##enumerator,
#include "fault/outcomes.inc"
    OUTCOME_COUNT,
};
struct str fault_outcome_name(enum fault_outcome outcome); /* "error", "one_of", … */

struct fault_action; /* the whole of one `do` */

struct fault_choice {
    uint64_t weight; /* one_of */
    uint64_t times;  /* sequence */
    struct fault_action *action;
};

struct fault_action {
    enum fault_outcome outcome;

    /* error */
    const struct fc_error *error; /* NULL: of another product alone */
    struct str code;              /* of whatever product the call is for */
    int status;                   /* error: 0 = the catalogue's; respond: the status */
    struct str *args;             /* templates */
    size_t arg_count;
    struct str message;    /* replaces the catalogue's; template; absent = no */
    struct str request_id; /* template; absent = the call's own */
    enum fault_keys keys;
    bool retry_after_date; /* send it as an HTTP date */
    bool has_retry_after;
    uint64_t retry_after_ns;
    struct fault_header_edit *answer_headers; /* of error and respond: EDIT_SET, EDIT_ADD */
    size_t answer_header_count;

    /* respond */
    struct str body; /* template when body_is_template */
    bool body_is_template;

    /* stale */
    bool stale_of_operation;
    uint64_t stale_age;

    /* reset, close, hang, upload */
    enum fault_phase at;
    struct fault_amount after;
    uint64_t hang_ns; /* FAULT_FOREVER */
    enum fault_then then;

    /* raw */
    struct str raw;

    /* what an outcome has for itself alone; its file knows what */
    void *own;

    /* one_of, sequence */
    struct fault_choice *choices;
    size_t choice_count;
    enum { SEQUENCE_PASS, SEQUENCE_HOLD, SEQUENCE_REPEAT } sequence_then;

    /* shapers */
    const struct fault_latency *delay; /* NULL = none */
    enum fault_phase delay_at;         /* REQUEST, EFFECT or HEADERS */
    uint64_t delay_max_ns;             /* 0 = only the guard's */
    struct fault_header_edit *headers;
    size_t header_count;
    enum {
        CORRUPT_NONE,
        CORRUPT_CUT_JSON,
        CORRUPT_BAD_JSON,
        CORRUPT_WRONG_TYPE,
        CORRUPT_EMPTY,
        CORRUPT_FLIP_BYTES,
        CORRUPT_BAD_UTF8,
        CORRUPT_BAD_GZIP
    } corrupt;
    uint64_t corrupt_amount; /* 0 = default of the kind */
    bool has_length;
    bool length_is_relative;
    int64_t length_declare;
    enum fault_then length_then; /* STALL or CLOSE */
    struct fault_amount truncate;
    enum fault_then truncate_then; /* CLOSE or RESET */
    struct fault_amount stall_after;
    uint64_t stall_ns; /* FAULT_FOREVER */
    enum fault_then stall_then;
    uint32_t drip_bytes, drip_every_ms; /* 0 = none */
    enum fault_effect effect;
    int set_scenario; /* -1 = none */
    int set_value;
};

/* ---- rules ---- */

struct fault_position {
    const char *file;      /* as named by the user */
    uint32_t line, column; /* from 1 */
};

struct fault_rule {
    struct str id, description;
    struct str *tags;
    size_t tag_count;
    int group; /* index, -1 = none */
    bool enabled;
    bool shadow;
    bool instead; /* of a canned answer: in place of code, too */
    int priority;
    struct fault_match match;
    struct fault_when when;
    struct fault_action *action;
    uint64_t limit_fires;  /* 0 = none */
    uint64_t limit_for_ns; /* 0 = none */
    bool limit_then_pass;  /* false: switched off */
    uint64_t ttl_ns;       /* resolved: the rule's, else the guard's */
    bool stop;             /* resolved default */
    bool inside;           /* an outcome of it strikes where a function's code runs */
    bool mark;             /* X-Fcemu-Fault header on changed answers */
    struct fault_position at;
    struct str source; /* the rule as loadable YAML, for printing */
    uint64_t digest;   /* of everything above but `enabled`: a reload keeps the counters of a rule
                          whose digest is unchanged */
};

struct fault_group {
    struct str name, description;
    bool enabled;
};

struct fault_scenario {
    struct str name;
    struct str *values; /* value 0 is "" = not set yet */
    size_t value_count;
};

enum fault_condition_kind {
    CONDITION_FIRED,
    CONDITION_IN_FLIGHT,
    CONDITION_UNEXPECTED_5XX,
    CONDITION_CALL_RATE,
    CONDITION_SUCCESS
};
struct fault_condition {
    enum fault_condition_kind kind;
    int rule;           /* for FIRED: index in the set that it stands in, -1 = any */
    struct str rule_id; /* the same by name, for those who outlive the set; absent = any */
    struct fault_compare compare;
    uint64_t over_ns; /* for CALL_RATE and SUCCESS: the window; 0 = 10 s */
};

struct fault_guard {
    uint32_t max_active;
    bool overflow_reject;
    uint64_t max_delay_ns;
    uint64_t default_ttl_ns;
    bool has_only;
    struct fault_match only;
    struct fault_condition *halt;
    size_t halt_count;
};

struct drill_plan;

struct fault_ruleset {
    struct arena *arena;
    bool seed_random;     /* `seed: random` or none given */
    uint64_t seed;        /* valid unless seed_random */
    enum fault_keys keys; /* defaults.error_keys */
    struct fault_guard guard;
    struct fault_group *groups;
    size_t group_count;
    struct fault_scenario *scenarios;
    size_t scenario_count;
    struct fault_rule *rules; /* in the order they are asked: priority, then file order */
    size_t rule_count;
    const struct drill_plan *drills; /* grammar/drill.h; nothing to the engine */
    size_t drill_count;
    struct str preamble; /* loadable YAML: all that stands before the rules, up to "rules:" */
    struct fault_position *files; /* every file read, for watching; line and column 0 */
    size_t file_count;
};

/** Empty, with an arena and one reference; to be filled before anybody else sees it. */
struct fault_ruleset *fault_ruleset_new(void);
/** Returns @set, for whoever got it to look at and wants to keep it. */
struct fault_ruleset *fault_ruleset_ref(const struct fault_ruleset *set);
void fault_ruleset_unref(struct fault_ruleset *set);
DEFINE_OWN(fault_ruleset_unref, struct fault_ruleset *);
/** Index of the rule, or -1. */
int fault_ruleset_find(const struct fault_ruleset *set, struct str id);
