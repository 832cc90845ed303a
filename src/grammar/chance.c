/*
 * grammar/chance.c - probability, ramp and burst of `when`
 */
#include "grammar/internal.h"

#define AT(member) offsetof(struct fault_when, member)

bool grammar_take_probability(struct conf_decoder *d, const struct conf_field *field,
                              const struct conf_node *node, void *out)
{
    struct fault_when *when = out;
    struct conf_field ratio = {.name = field->name,
                               .type = FIELD_RATIO,
                               .flags = FIELD_ABOVE_ZERO,
                               .offset = AT(probability),
                               .wrong = "{} would never fire; use 'enabled: false'"};

    when->chance = CHANCE_PROBABILITY;
    if (!conf_decode_field(d, &ratio, node, out))
        return false;
    if (when->probability == 1) {
        conf_warn(d->report, conf_at(node), "W402", "probability 1 is the default");
        when->chance = CHANCE_ALWAYS;
    }
    return true;
}

static const struct conf_word curve_list[] = {
    {"linear",      RAMP_LINEAR     },
    {"exponential", RAMP_EXPONENTIAL},
    {"steps",       RAMP_STEPS      },
};
static const struct conf_words curves = {CONF_WORDS_OF(curve_list)};

/* clang-format off */
static const struct conf_field ramp_fields[] = {
    {.name = "from",
     .type = FIELD_RATIO,
     .offset = AT(ramp_from),
     .fallback = "0",
     .help = "probability at arming"},
    {.name = "to",
     .type = FIELD_RATIO,
     .flags = FIELD_REQUIRED,
     .offset = AT(ramp_to),
     .help = "probability at the end"},
    {.name = "over",
     .type = FIELD_DURATION,
     .flags = FIELD_REQUIRED | FIELD_ABOVE_ZERO,
     .offset = AT(ramp_over_ns),
     .help = "how long it takes to get there"},
    {.name = "hold",
     .type = FIELD_DURATION,
     .offset = AT(ramp_hold_ns),
     .help = "how long it stays there, then it is over; default: for good"},
    {.name = "curve",
     .type = FIELD_CHOICE,
     .offset = AT(ramp_curve),
     .words = &curves,
     .help = "how it grows",
     .assumed = "linear"},
    {.name = "steps",
     .type = FIELD_UINT,
     .offset = AT(ramp_steps),
     .min = 1,
     .max = 10000,
     .help = "number of steps of the curve 'steps'"},
};
/* clang-format on */

static void check_ramp(struct conf_decoder *d, const struct conf_node *node, void *out)
{
    struct fault_when *when = out;
    const struct conf_node *steps = conf_get(node, "steps");

    if (steps && when->ramp_curve != RAMP_STEPS)
        conf_error(d->report, conf_at_key(steps), "F310", "only with 'curve: steps'");
    if (!steps && when->ramp_curve == RAMP_STEPS)
        conf_error(d->report, conf_at(node), "F104", "'steps' is missing; say how many");
    if (when->ramp_from == 0 && when->ramp_to == 0)
        conf_error(d->report, conf_at(node), "F312", "from 0 to 0 would never fire");
}

const struct conf_table fault_ramp_table = {
    .name = "ramp", CONF_TABLE_OF(ramp_fields), .check = check_ramp};

bool grammar_take_ramp(struct conf_decoder *d, const struct conf_field *field,
                       const struct conf_node *node, void *out)
{
    ((struct fault_when *)out)->chance = CHANCE_RAMP;
    conf_decode(d, field->table, node, out);
    return true;
}

static bool take_leave(struct conf_decoder *d, const struct conf_field *field,
                       const struct conf_node *node, void *out)
{
    struct conf_field ratio = {.name = field->name, .type = FIELD_RATIO};
    double value = 0;

    if (!conf_decode_field(d, &ratio, node, &value))
        return false;
    if (value == 0) {
        conf_error(d->report, conf_at(node), "F312",
                   "%s would never leave the bad state; use 'window'", conf_value(d, node));
        return false;
    }
    *(double *)out = value;
    return true;
}

static bool take_step(struct conf_decoder *d, const struct conf_field *field,
                      const struct conf_node *node, void *out)
{
    struct conf_field duration = {.name = field->name,
                                  .type = FIELD_DURATION,
                                  .flags = FIELD_ABOVE_ZERO,
                                  .no_unit = "write {}s, {}ms or call"};

    if (node->kind == CONF_SCALAR && str_eq(node->text, STR("call"))) {
        *(uint64_t *)out = 0;
        return true;
    }
    return conf_decode_field(d, &duration, node, out);
}

static const struct conf_shape number_or_text = SHAPE_OF_TYPES("number", "string");

/* clang-format off */
static const struct conf_field burst_fields[] = {
    {.name = "enter",
     .type = FIELD_RATIO,
     .flags = FIELD_REQUIRED | FIELD_ABOVE_ZERO,
     .offset = AT(burst_enter),
     .wrong = "{} would never enter the bad state; use 'enabled: false'",
     .help = "probability of each step to enter the bad state"},
    {.name = "leave",
     .type = FIELD_CUSTOM,
     .flags = FIELD_REQUIRED,
     .offset = AT(burst_leave),
     .decode = take_leave,
     .help = "probability of each step to leave it; a burst is 1/leave steps long",
     .shape = &number_or_text},
    {.name = "inside",
     .type = FIELD_RATIO,
     .offset = AT(burst_inside),
     .fallback = "1",
     .help = "probability of a fault in the bad state"},
    {.name = "outside",
     .type = FIELD_RATIO,
     .offset = AT(burst_outside),
     .fallback = "0",
     .help = "probability of a fault in the good state"},
    {.name = "step",
     .type = FIELD_CUSTOM,
     .offset = AT(burst_step_ns),
     .decode = take_step,
     .fallback = "call",
     .help = "what a step is: each call, or a duration",
     .shape = &shape_text},
};
/* clang-format on */
const struct conf_table fault_burst_table = {.name = "burst", CONF_TABLE_OF(burst_fields)};

bool grammar_take_burst(struct conf_decoder *d, const struct conf_field *field,
                        const struct conf_node *node, void *out)
{
    ((struct fault_when *)out)->chance = CHANCE_BURST;
    conf_defaults(d, field->table, out);
    conf_decode(d, field->table, node, out);
    return true;
}
