/*
 * grammar/internal.h - what the files of the grammar share; nobody outside includes it
 *
 * A rule set is made in four rounds, because a file may speak of what stands further down or in
 * another file: all files are read; then version, seed, defaults, guard, latencies and groups are
 * decoded; then rules; at last names of scenarios and rules are resolved, drills checked, and the
 * whole is looked at for rules that cannot do what they say.
 */
#pragma once

#include "conf/field.h"
#include "fault/outcome.h"
#include "fault/take.h"
#include "grammar/grammar.h"

enum {
    FAULT_RULES_MAX = 1000,
    FAULT_INCLUDE_DEPTH_MAX = 8,
    FAULT_MATCH_DEPTH_MAX = 4, /* of any and not */
    FAULT_REGEX_BYTES_MAX = 512,
    FAULT_BODY_FILE_BYTES_MAX = 6 << 20,
};

/* A group, a latency or a scenario, while the set is made. */
struct grammar_name {
    struct grammar_name *next;
    struct str name;
    const struct conf_node *node; /* where it is defined */
    const struct fault_latency *latency;
    struct str text;          /* of a latency, as it is written */
    struct conf_texts values; /* of a scenario; room for as many as were ever added */
    size_t index;
    bool used;
};

struct grammar_names {
    struct grammar_name *first, **tail;
    size_t count;
};

/* A `state` that waits until all `set_state` are known, or a condition that waits for its rule. */
struct grammar_pending {
    struct grammar_pending *next;
    const struct conf_node *node;
    size_t order; /* of the rule that a state belongs to: rules move when they are sorted */
    int *rule;    /* of a condition */
};

struct grammar_file {
    struct grammar_file *next;
    const char *name; /* as the user named it, or found by include */
    const struct conf_node *top;
    uint64_t device, inode;
    bool open;                  /* its includes are being read */
    struct grammar_file *outer; /* the file that includes it, while open */
};

/* A rule and the node it was made from. */
struct grammar_rule {
    struct fault_rule rule;
    const struct conf_node *node;
    size_t order;
    bool valid; /* nothing in it was wrong, so that it may be compared with others */
};

struct grammar_defaults {
    int mark; /* bool: header or none */
    int keys;
    int count_seen;
    int draw_by_request;
    int retry_after;
};

struct grammar_body {
    struct grammar_body *next;
    const char *path;
};

struct grammar {
    struct conf_decoder decoder; /* its `user` is the grammar */
    const struct fault_grammar_options *options;
    struct fault_ruleset *set;
    struct arena *trees;                      /* what was read; goes when the set is made */
    struct grammar_file *files, **files_tail; /* in the order of their rules */
    struct grammar_file *reading;             /* innermost file that is open */
    struct grammar_body *bodies;              /* files that answers were taken from */
    size_t body_count;
    struct grammar_names groups, latencies, scenarios, drills;
    struct grammar_defaults defaults;
    const struct conf_node *seed_node, *defaults_node, *guard_node; /* where they were given */
    struct grammar_pending *states, *conditions;
    struct grammar_rule *rules;
    size_t rule_count;
    unsigned products; /* of the rule that is being decoded */
};

static inline struct grammar *grammar_of(struct conf_decoder *d)
{
    return d->user;
}

struct grammar_name *grammar_name_find(const struct grammar_names *names, struct str name);
/** F301 when the name is there already. */
struct grammar_name *grammar_name_add(struct conf_decoder *d, struct grammar_names *names,
                                      const char *noun, const struct conf_node *node,
                                      struct str name);
/** The same where nothing can be twice. */
struct grammar_name *grammar_name_append(struct grammar *g, struct grammar_names *names,
                                         const struct conf_node *node, struct str name);
/** F302: "no latency 'x'; did you mean 'y'?", or the names that are known. */
void grammar_name_missing(struct conf_decoder *d, const struct grammar_names *names,
                          const char *noun, const struct conf_node *node);
/** The numbers of a scenario and of one of its values, which are made at need. */
void grammar_scenario_value(struct grammar *g, struct str scenario, struct str value,
                            int *out_scenario, int *out_value);
/** The rule that the node names, once all rules are known; -1 with F302: there is none. */
int grammar_rule_index(struct conf_decoder *d, const struct conf_node *node);
/** Scenarios and conditions, once all rules and drills are known. */
void grammar_resolve(struct grammar *g);
/** "base.yaml:3:9" */
const char *grammar_place(struct conf_decoder *d, const struct conf_node *node, bool of_key);

/* files.c */
/** True when the node stands in a file, so that it may name others. */
bool grammar_in_file(const struct grammar *g, const struct conf_node *node);
/* Of what has an id: a rule, a drill (rule.c). */
extern const struct conf_shape grammar_id_shape;

/** Read a file and what it includes, in front of it. */
void grammar_read(struct grammar *g, const char *path);
/** Read a text that is no file. */
void grammar_take_text(struct grammar *g, struct str text, const char *name);

/* canned.c */
void grammar_canned_defaults(struct fault_guard *guard);
/** F315 for what only a canned answer can be. */
void grammar_fault_check(struct grammar *g);
/** F315 for what a canned answer cannot be. */
void grammar_canned_check(struct grammar *g);

/* values.c */
struct grammar_comparison {
    enum field_type type; /* UINT, SIZE, RATIO, DURATION or NUMBER */
    bool or_value;        /* a bare value means eq */
    const char *code;     /* when it is no comparison */
    const char *example;  /* "{gt: 128KiB}" */
    int64_t min;
    const char *wrong;
};
bool grammar_compare(struct conf_decoder *d, const struct grammar_comparison *form,
                     const struct conf_node *node, struct fault_compare *out);
/** The one of its keys that is a comparison: eq, gt, gte, lt, lte. */
bool grammar_is_comparison_key(struct str key);
/* Words that stand both in `defaults` and at a rule. */
extern const struct conf_words grammar_error_keys, grammar_marks, grammar_draw_by, grammar_count_on;
bool grammar_ns(struct conf_decoder *d, const struct conf_node *node, uint64_t min,
                uint64_t *out_ns);
/** F320 when a call would be held longer than guard.max_delay; @node may be NULL. */
bool grammar_within_guard(struct conf_decoder *d, const struct conf_node *node, uint64_t ns);
/** Header edits of one kind from a mapping name → value or list of values, or a list of names to
 * remove. Names are in canonical case: X-Fc-Log-Result. */
bool grammar_headers(struct conf_decoder *d, const struct conf_node *node, int kind,
                     struct fault_header_edit *out, size_t *count);
/** Room that these take, at most. */
size_t grammar_headers_room(const struct conf_node *node);
/** Lower-case header name in the arena; F212 when it is none. */
bool grammar_header_name(struct conf_decoder *d, struct conf_spot spot, struct str name,
                         struct str *out);
/** F208 for a {{name}} that no template knows. */
bool grammar_template(struct conf_decoder *d, const struct conf_node *node, struct str *out);
/** W417 for one in a body that looks misspelt: a body keeps what no template knows. */
void grammar_template_check(struct conf_decoder *d, const struct conf_node *node, struct str text);

/* vocabulary.c: for the schema */
extern const struct conf_names grammar_codes, grammar_regions, grammar_operations;
extern const char *const grammar_operation_classes[]; /* "@invoke", …; ends with NULL */

/* pattern.c */
/** Checks a text or glob that a pattern is made of; false when it was wrong. */
typedef bool pattern_check_fn(struct conf_decoder *d, const struct conf_node *node);
bool grammar_patterns(struct conf_decoder *d, const struct conf_node *node, pattern_check_fn *check,
                      struct fault_patterns *out);

/* match.c, when.c, delay.c, do.c, guard.c */
extern const struct conf_table fault_match_table;
extern const struct conf_table fault_when_table;
extern const struct conf_table fault_latency_table;
extern const struct conf_table fault_delay_table;
extern const struct conf_table fault_action_table;
extern const struct conf_table fault_guard_table;
extern const struct conf_table fault_condition_table;
extern const struct conf_table fault_drill_table, fault_drill_step_table;
extern const struct conf_table fault_assertion_table;
extern const struct conf_table fault_rule_table;

conf_decode_fn grammar_take_probability, grammar_take_ramp, grammar_take_burst; /* fault_when */
extern const struct conf_table fault_ramp_table, fault_burst_table;
conf_take_fn grammar_take_match, grammar_take_header, grammar_take_query; /* struct fault_match */
conf_take_fn grammar_take_operations, grammar_take_clients;               /* its members */
conf_decode_fn grammar_take_body;                                         /* the same */
extern const struct conf_table fault_body_table;
/** Bits of `product` of a match; 0 when it names none. */
unsigned grammar_products(const struct conf_node *match);
bool grammar_match(struct conf_decoder *d, const struct conf_node *node, struct fault_match *out);
bool grammar_latency(struct conf_decoder *d, const struct conf_node *node,
                     struct fault_latency *out);
conf_decode_fn grammar_take_delay; /* struct fault_action */
conf_take_fn grammar_take_action;  /* struct fault_action * */
/** A condition of guard.halt, stop_when or until. */
bool grammar_condition(struct conf_decoder *d, const struct conf_node *node,
                       struct fault_condition *out);

/* outcome/: values that need what stands here; @out is a struct fault_action whose outcome is set.
 */
conf_decode_fn grammar_take_error, grammar_take_respond, grammar_take_sequence;
conf_take_fn grammar_take_one_of;
/* The shapers, in the same way. */
conf_decode_fn grammar_take_headers, grammar_take_length, grammar_take_stall, grammar_take_drip,
    grammar_take_set_state;
extern const struct conf_table fault_error_table, fault_respond_table, fault_choice_table,
    fault_sequence_table, fault_header_edits_table, fault_corrupt_table, fault_length_table,
    fault_truncate_table, fault_stall_table, fault_drip_table, fault_set_state_table;

/* top.c: groups, which are decoded when all files have named theirs */
void grammar_finish_groups(struct grammar *g);
/* rule.c */
/** [a-z0-9][a-z0-9-]{0,62}, or F208. */
bool grammar_id(struct conf_decoder *d, const struct conf_node *node, struct str *out);
/* rule_address.c */
/** F314 and F315, of a rule that closes an address. */
void grammar_check_address(struct conf_decoder *d, const struct conf_node *node,
                           struct fault_rule *rule);
/* rule_check.c */
/** F310 and F314; picks the attempts of faults in running code. */
void grammar_check_rule(struct conf_decoder *d, const struct conf_node *node,
                        struct fault_rule *rule);
/* rules.c */
void grammar_rules(struct grammar *g);
/* lint.c: W401 to W411, over rules in the order they are asked */
void grammar_lint(struct grammar *g);
/* drill.c */
void grammar_drills(struct grammar *g);
/* drill_guard.c */
struct drill_plan;
/** F317 for what a drill of one account cannot do without others noticing. */
void grammar_check_drill_guard(struct conf_decoder *d, const struct conf_node *drill,
                               const struct drill_plan *plan);
/* drill_step.c */
conf_decode_fn grammar_take_steps; /* struct drill_plan */
/** F311 for a step that the timeout would cut off before it begins. @steps may be NULL. */
void grammar_steps_check_timeout(struct conf_decoder *d, const struct conf_node *steps,
                                 uint64_t timeout_ns);
