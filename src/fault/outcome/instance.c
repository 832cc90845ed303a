/*
 * instance: a fault where the function's code runs. Which attempts of an asynchronous call it
 * strikes is picked by `when`.
 */
#include "fault/instance.h"

#include "fault/outcome/rows.h"

#define AT(member) offsetof(struct fault_instance, member)

static const struct conf_word fault_list[] = {
    {"slow_start", INSIDE_SLOW_START},
    {"slow_init",  INSIDE_SLOW_INIT },
    {"crash",      INSIDE_CRASH     },
    {"oom",        INSIDE_OOM       },
    {"timeout",    INSIDE_TIMEOUT   },
    {"kill",       INSIDE_KILL      },
    {"lose_log",   INSIDE_LOSE_LOG  },
};
static const struct conf_words faults = {CONF_WORDS_OF(fault_list)};

static const struct conf_word at_list[] = {
    {"before", false},
    {"after",  true },
};
static const struct conf_words places = {CONF_WORDS_OF(at_list)};

/* clang-format off */
static const struct conf_field instance_fields[] = {
    {.name = "fault",
     .type = FIELD_CHOICE,
     .flags = FIELD_REQUIRED,
     .offset = AT(fault),
     .words = &faults,
     .help = "what happens to the instance"},
    {.name = "at",
     .type = FIELD_EITHER,
     .offset = AT(after),
     .words = &places,
     .help = "before: the handler does not come to its work, or not to its end; after: it has done it, "
             "and its answer is lost",
     .fallback = "before"},
    {.name = "by",
     .type = FIELD_DURATION,
     .flags = FIELD_ABOVE_ZERO,
     .offset = AT(by_ns),
     .help = "slow_start, slow_init: by how much; crash, oom, kill: so long after the handler began; "
             "timeout: how long the caller waits, in place of the function's limit"},
};
/* clang-format on */

static bool is_slow(const struct fault_instance *instance)
{
    return instance->fault == INSIDE_SLOW_START || instance->fault == INSIDE_SLOW_INIT;
}

static void check_instance(struct conf_decoder *d, const struct conf_node *node, void *out)
{
    const struct fault_instance *instance = out;
    const struct conf_node *at = conf_get(node, "at");
    const struct conf_node *by = conf_get(node, "by");
    bool plain = is_slow(instance) || instance->fault == INSIDE_LOSE_LOG;

    if (is_slow(instance) && !by)
        conf_error(d->report, conf_at(node), "F104", "'by' is missing; say by how much");
    if (plain && at)
        conf_error(d->report, conf_at_key(at), "F310",
                   "only with crash, oom, timeout and kill, which strike a handler");
    if (instance->fault == INSIDE_LOSE_LOG && by)
        conf_error(d->report, conf_at_key(by), "F310", "a log is lost as a whole");
    else if (by && instance->after && instance->fault != INSIDE_TIMEOUT)
        conf_error(d->report, conf_at_key(by), "F310",
                   "'at: after' strikes when the handler has done its work");
}

const struct conf_table outcome_instance_keys = {
    .name = "instance",
    .help = "A fault within the instance that runs a function.",
    CONF_TABLE_OF(instance_fields),
    .check = check_instance,
};

static bool is_whole(const struct fault_action *action)
{
    const struct fault_instance *instance = action->own;

    return instance->fault != INSIDE_NONE;
}

static const char *const fault_names[] = {
    "none", "slow_start", "slow_init", "crash", "oom", "timeout", "kill", "lose_log",
};

static const struct fault_member members[] = {
    FAULT_NAMED("fault", struct fault_instance, fault, fault_names),
    FAULT_MEMBER("after", BOOL, struct fault_instance, after),
    FAULT_MEMBER("by_ns", U64, struct fault_instance, by_ns),
    FAULT_MEMBER("attempts", U64, struct fault_instance, attempts),
};

static const struct fault_trial trials[] = {
    {"slow start",      "instance: {fault: slow_start, by: 3s}", false},
    {"process crashed", "instance: {fault: crash}",              false},
    {"out of memory",   "instance: {fault: oom, at: after}",     false},
    {"out of time",     "instance: {fault: timeout, by: 1s}",    false},
};

const struct fault_outcome_row outcome_instance = {
    .own_bytes = sizeof(struct fault_instance),
    .is_network = true,
    .is_inside = true,
    .is_whole = is_whole,
    FAULT_MEMBERS_OF(members),
    FAULT_TRIALS_OF(trials),
};

/* ---- for those who run code ---- */

const struct fault_instance *fault_action_instance(const struct fault_action *action)
{
    return action && action->outcome == OUTCOME_INSTANCE ? action->own : NULL;
}

bool fault_action_pick_attempts(struct fault_action *action, uint64_t attempts)
{
    bool any = action->outcome == OUTCOME_INSTANCE;

    if (any)
        ((struct fault_instance *)action->own)->attempts = attempts;
    for (size_t i = 0; i < action->choice_count; i++)
        if (action->choices[i].action &&
            fault_action_pick_attempts(action->choices[i].action, attempts))
            any = true;
    return any;
}

bool fault_instance_strikes(const struct fault_instance *instance, uint64_t attempt)
{
    enum { BITS = 64 };

    return instance->attempts == 0 || (attempt < BITS && instance->attempts >> attempt & 1);
}
