/*
 * fault/outcome.h - what is to be known of an outcome, whoever asks
 *
 * An outcome is a row of fault/outcomes.inc and a file in fault/outcome/ that nobody else knows:
 * its keys, when it strikes, what it sends, what stays of it on a tape, and how it is tried.
 *
 * Threads: any; constant data.
 */
#pragma once

#include "fault/rule.h"

struct conf_table;

/* ---- what it sends ---- */

enum fault_sends {
    SENDS_OPERATION, /* the operation's own answer, which may still end inside its body */
    SENDS_ERROR,     /* of the catalogue, or of another product: the members of `error` */
    SENDS_ANSWER,    /* the rule's own: the members of `respond` */
    SENDS_EARLIER,   /* one that was sent before: the members of `stale` */
    SENDS_BYTES,     /* `bytes` in place of HTTP */
    SENDS_NOTHING,
};

struct fault_sending {
    enum fault_sends what;
    enum fault_then end; /* of the connection, where the outcome ends it */
    struct str bytes;
};

/* ---- what stays of it on a tape ---- */

enum fault_member_kind {
    MEMBER_BOOL,
    MEMBER_U32,
    MEMBER_U64,
    MEMBER_I64,
    MEMBER_DRAWN,  /* uint64_t of one call alone */
    MEMBER_NAME,   /* an enumeration by `names` */
    MEMBER_TEXT,   /* struct str */
    MEMBER_AMOUNT, /* struct fault_amount */
    MEMBER_ERROR,  /* const struct fc_error *, by its code */
    MEMBER_TEXTS,  /* struct str *, then size_t */
    MEMBER_EDITS,  /* struct fault_header_edit *, then size_t */
};

struct fault_member {
    const char *name;
    enum fault_member_kind kind;
    size_t offset;            /* in struct fault_action, or in what the outcome has of its own */
    const char *const *names; /* in the order of the enumeration */
    size_t name_count;
};

#define FAULT_MEMBER(name, kind, type, member)                                                     \
    {                                                                                              \
        name, MEMBER_##kind, offsetof(type, member), NULL, 0                                       \
    }
#define FAULT_NAMED(name, type, member, list)                                                      \
    {                                                                                              \
        name, MEMBER_NAME, offsetof(type, member), list, N_ELEMENTS(list)                          \
    }

/* ---- when it strikes ---- */

/* When a rule is asked: its own moment, known from what it matches and does. Some are at the door:
 * there is no request yet. */
enum asking_time {
    ASKED_ON_REQUEST,
    ASKED_AUTHENTICATED, /* behind the signature check */
    ASKED_ON_HEAD,       /* the head is in, the body is not */
    ASKED_ON_ACCEPT,     /* a connection has come, and its first bytes */
    ASKED_ON_HELLO,      /* the same, of TLS */
    ASKED_BY_NAME,       /* a name is asked for, by DNS */
    ASKED_AT_ADDRESS,    /* before anybody comes: is the address of a region closed? */
    ASKING_TIMES
};

/** Before there is a request, so that only client, host, region and account are known. */
static inline bool asking_is_early(enum asking_time time)
{
    return time >= ASKED_ON_ACCEPT && time <= ASKED_AT_ADDRESS;
}

/* ---- how it is tried ---- */

/* One way in which it ends calls, as `react` and `sweep` try it. */
struct fault_trial {
    const char *name, *what; /* what: members of `do`, as YAML */
    bool reused;             /* strikes a connection that has served a call already */
};

/* ---- the row ---- */

/* What must listen, so that it can strike: bits of fault_grammar_options.doors. */
enum fault_door { DOOR_ANY, DOOR_DNS, DOOR_OF_REGION };

struct fault_outcome_row {
    bool exempts;       /* the call goes its way, and no further rule is asked */
    bool chooses;       /* of the action's choices; never an outcome by itself */
    bool is_network;    /* coverage counts it by its name, as it has no code of its own */
    bool at_door;       /* strikes where there is no call yet, always */
    bool is_inside;     /* strikes where a function's code runs: calls of functions alone */
    bool has_phase;     /* `at` says when it strikes */
    bool wants_body;    /* strikes requests that have one */
    bool is_answer;     /* may stand beside one that … */
    bool takes_answer;  /* … sends it, or something else */
    bool wants_answers; /* earlier answers must be kept */
    /* What its keys hold of its own: `own` of the action, instead of members of the action. */
    size_t own_bytes;
    /* What must listen for it, and what F316 says where nothing does. */
    enum fault_door door;
    const char *no_door;
    /* When it strikes. NULL: on the request. */
    enum asking_time (*asked)(const struct fault_action *action);
    /* Which of several faults it is, for the journal. NULL: it is but one. */
    struct str (*word)(const struct fault_action *action);
    /* NULL: the operation's own answer. */
    struct fault_sending (*sends)(const struct fault_action *action);
    /* Does it hold the call, and for how long, by its key `for`; FAULT_FOREVER. NULL: not at all.
     */
    bool (*holds_ns)(const struct fault_action *action, uint64_t *out_ns);
    /* What becomes of the work unless the rule says it. NULL: it is done. */
    enum fault_effect (*effect)(const struct fault_action *action);
    /* Of what was read from a tape: is all there that it cannot do without? NULL: yes. */
    bool (*is_whole)(const struct fault_action *action);
    const struct fault_member *members;
    size_t member_count;
    const struct fault_trial *trials;
    size_t trial_count;
    enum asking_time tried_at; /* when those strike */
};

#define FAULT_MEMBERS_OF(list) .members = (list), .member_count = N_ELEMENTS(list)
#define FAULT_TRIALS_OF(list) .trials = (list), .trial_count = N_ELEMENTS(list)

/** The row of an outcome that is not OUTCOME_NONE. */
const struct fault_outcome_row *fault_outcome_row(enum fault_outcome outcome);

/* The same asked of an action, which may be NULL or have no outcome. Choices are not looked into.
 */
/** ASKED_AUTHENTICATED is never among them: that depends on what the rule matches. */
enum asking_time fault_action_asked(const struct fault_action *action);
bool fault_action_strikes_early(const struct fault_action *action);
/** "expired", "nxdomain"; "" where the outcome's name says it all. */
struct str fault_action_word(const struct fault_action *action);
struct fault_sending fault_action_sends(const struct fault_action *action);
/** Is it all that the client gets, so that nothing but it is delivered? */
bool fault_action_ends_call(const struct fault_action *action);
/** Is an HTTP answer sent that shapers can change? */
bool fault_action_leaves_answer(const struct fault_action *action);
/** Does it hold the call, from `at` on? @out_ns may be FAULT_FOREVER. */
bool fault_action_holds(const struct fault_action *action, uint64_t *out_ns);
enum fault_effect fault_action_effect(const struct fault_action *action);

#define OUTCOME(enumerator, name, file, keys, help)                                                \
    extern const struct fault_outcome_row outcome_##name;
#include "fault/outcomes.inc"
/* Keys of the outcomes, each table once; of OUTCOME_OF_GRAMMAR there are none here. */
#define OUTCOME(enumerator, name, file, keys, help)                                                \
    extern const struct conf_table outcome_##keys##_keys;
#define OUTCOME_OF_GRAMMAR(enumerator, name, file, keys, help)
#include "fault/outcomes.inc"
