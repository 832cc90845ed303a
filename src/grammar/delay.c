/*
 * grammar/delay.c - `delay` and `latencies`: how long
 */
#include "conf/scalar.h"
#include "fault/engine.h"
#include "grammar/internal.h"

enum { LONGEST_CLIENT_TIMEOUT_S = 60 }; /* of the classic SDKs */

/* What the kinds take, before it goes into struct fault_latency. */
struct args {
    uint64_t min, max, mean, stddev, median, p99, base, amplitude, period;
    double alpha;
    int shape;
};

#define DURATION(key, least)                                                                       \
    {                                                                                              \
        .name = #key, .type = FIELD_DURATION, .flags = FIELD_REQUIRED,                             \
        .offset = offsetof(struct args, key), .min = (least)                                       \
    }

static const struct conf_field uniform_fields[] = {DURATION(min, 0), DURATION(max, 1)};
static const struct conf_field normal_fields[] = {DURATION(mean, 1), DURATION(stddev, 0)};
static const struct conf_field lognormal_fields[] = {DURATION(median, 1), DURATION(p99, 1)};
static const struct conf_field exponential_fields[] = {DURATION(mean, 1)};

/* clang-format off */
static const struct conf_field pareto_fields[] = {
    DURATION(min, 1),
    {.name = "alpha",
     .type = FIELD_NUMBER,
     .flags = FIELD_REQUIRED | FIELD_ABOVE_ZERO,
     .offset = offsetof(struct args, alpha),
     .help = "the smaller, the longer the tail; the mean is finite above 1"},
};
/* clang-format on */

static const struct conf_word wave_list[] = {
    {"sine",     WAVE_SINE    },
    {"saw",      WAVE_SAW     },
    {"square",   WAVE_SQUARE  },
    {"triangle", WAVE_TRIANGLE},
};
static const struct conf_words waves = {CONF_WORDS_OF(wave_list)};

/* clang-format off */
static const struct conf_field wave_fields[] = {
    {.name = "shape",
     .type = FIELD_CHOICE,
     .offset = offsetof(struct args, shape),
     .words = &waves,
     .help = "shape of the wave",
     .assumed = "sine"},
    DURATION(base, 0),
    DURATION(amplitude, 0),
    DURATION(period, 1),
};
/* clang-format on */

static void check_uniform(struct conf_decoder *d, const struct conf_node *node, void *out)
{
    const struct args *args = out;

    if (args->min > args->max)
        conf_error(d->report, conf_at(node), "F311", "min %s is above max %s",
                   conf_value(d, conf_get(node, "min")), conf_value(d, conf_get(node, "max")));
}

static void check_lognormal(struct conf_decoder *d, const struct conf_node *node, void *out)
{
    const struct args *args = out;

    if (args->p99 <= args->median)
        conf_error(d->report, conf_at(node), "F312", "p99 %s must be above median %s",
                   conf_value(d, conf_get(node, "p99")), conf_value(d, conf_get(node, "median")));
}

static void check_wave(struct conf_decoder *d, const struct conf_node *node, void *out)
{
    const struct args *args = out;

    if (args->amplitude > args->base)
        conf_error(
            d->report, conf_at(node), "F312", "amplitude %s above base %s gives negative delays",
            conf_value(d, conf_get(node, "amplitude")), conf_value(d, conf_get(node, "base")));
}

static const struct conf_table uniform_table = {
    .name = "uniform", CONF_TABLE_OF(uniform_fields), .check = check_uniform};
static const struct conf_table normal_table = {.name = "normal", CONF_TABLE_OF(normal_fields)};
static const struct conf_table lognormal_table = {
    .name = "lognormal", CONF_TABLE_OF(lognormal_fields), .check = check_lognormal};
static const struct conf_table exponential_table = {.name = "exponential",
                                                    CONF_TABLE_OF(exponential_fields)};
static const struct conf_table pareto_table = {.name = "pareto", CONF_TABLE_OF(pareto_fields)};
static const struct conf_table wave_table = {
    .name = "wave", CONF_TABLE_OF(wave_fields), .check = check_wave};

/* Which two of the arguments become a and b. */
static const struct kind {
    const char *name;
    int kind;
    size_t a, b;
} kinds[] = {
#define ARG(key) offsetof(struct args, key)
    {"uniform",     LATENCY_UNIFORM,     ARG(min),    ARG(max)      },
    {"normal",      LATENCY_NORMAL,      ARG(mean),   ARG(stddev)   },
    {"lognormal",   LATENCY_LOGNORMAL,   ARG(median), ARG(p99)      },
    {"exponential", LATENCY_EXPONENTIAL, ARG(mean),   ARG(mean)     },
    {"pareto",      LATENCY_PARETO,      ARG(min),    ARG(min)      },
    {"wave",        LATENCY_WAVE,        ARG(base),   ARG(amplitude)},
#undef ARG
};

static bool take_kind(struct conf_decoder *d, const struct conf_field *field,
                      const struct conf_node *node, void *out)
{
    struct fault_latency *latency = out;
    struct args args = {0};
    const struct kind *kind = kinds;

    while (strcmp(kind->name, field->name) != 0)
        kind++;
    conf_decode(d, field->table, node, &args);
    latency->kind = (__typeof__(latency->kind))kind->kind;
    latency->a_ns = (double)*(uint64_t *)(void *)((char *)&args + kind->a);
    latency->b_ns = (double)*(uint64_t *)(void *)((char *)&args + kind->b);
    latency->alpha = args.alpha;
    latency->wave = (__typeof__(latency->wave))args.shape;
    latency->period_ns = args.period;
    return true;
}

static bool take_fixed(struct conf_decoder *d, const struct conf_field *field,
                       const struct conf_node *node, void *out)
{
    struct conf_field duration = {
        .name = field->name, .type = FIELD_DURATION, .no_unit = "write {}ms or {}s"};
    struct fault_latency *latency = out;
    uint64_t ns = 0;

    if (!conf_decode_field(d, &duration, node, &ns))
        return false;
    latency->kind = LATENCY_FIXED;
    latency->a_ns = (double)ns;
    return true;
}

static bool take_samples(struct conf_decoder *d, const struct conf_node *node, void *out)
{
    struct fault_latency *latency = out;
    bool ok = true;

    if (!conf_want(d, node, CONF_LIST))
        return false;
    if (node->count == 0) {
        conf_error(d->report, conf_at(node), "F309", "at least one duration");
        return false;
    }
    latency->kind = LATENCY_SAMPLES;
    latency->samples_ns = ARENA_ARRAY(d->arena, node->count, uint64_t);
    latency->sample_count = node->count;
    CONF_EACH (child, node)
        ok = grammar_ns(d, child, 0, &latency->samples_ns[child->index]) && ok;
    return ok;
}

#define KIND(key, text)                                                                            \
    {                                                                                              \
        .name = #key, .type = FIELD_CUSTOM, .decode = take_kind, .table = &key##_table,            \
        .help = text                                                                               \
    }

#define LATENCY_FIELDS                                                                             \
    {.name = "fixed",                                                                              \
     .type = FIELD_CUSTOM,                                                                         \
     .decode = take_fixed,                                                                         \
     .help = "always the same",                                                                    \
     .shape = &shape_text},                                                                        \
        KIND(uniform, "any duration from min to max"), KIND(normal, "bell curve, cut off at 0"),   \
        KIND(lognormal, "as production latencies are: median and 99th percentile"),                \
        KIND(exponential, "many short, few long ones"),                                            \
        KIND(pareto, "at least min, with a long tail"),                                            \
        KIND(wave, "grows and falls over time, from arming"),                                      \
        {.name = "samples",                                                                        \
         .type = FIELD_CUSTOM,                                                                     \
         .take = take_samples,                                                                     \
         .help = "one of these durations",                                                         \
         .shape = &shape_text_list},                                                               \
    {                                                                                              \
        .name = "max", .type = FIELD_DURATION, .flags = FIELD_ABOVE_ZERO,                          \
        .offset = offsetof(struct fault_latency, max_ns), .help = "longer ones are cut to this"    \
    }

/* clang-format off */
static const struct conf_field latency_fields[] = {
    LATENCY_FIELDS,
};
/* clang-format on */

#define KIND_NAMES                                                                                 \
    "fixed", "uniform", "normal", "lognormal", "exponential", "pareto", "wave", "samples"

static const char *const delay_kinds[] = {KIND_NAMES, "ref", NULL};

static void check_one_kind(struct conf_decoder *d, const struct conf_node *node, void *out)
{
    const char *const *name = delay_kinds;

    (void)out;
    if (!conf_exclusive(d, node, delay_kinds))
        return;
    while (*name && !conf_get(node, *name))
        name++;
    if (!*name)
        conf_error(d->report, conf_at(node), "F309",
                   "no duration; write a kind such as 'fixed', 'uniform' or 'lognormal'");
}

const struct conf_table fault_latency_table = {
    .name = "latency",
    .help = "A distribution of delays.",
    CONF_TABLE_OF(latency_fields),
    .one_of = delay_kinds,
    .check = check_one_kind,
};

/* ---- delay: a latency, a place, or the name of a latency ---- */

struct delay {
    struct fault_latency latency; /* first: the fields of the kinds count from it */
    const struct grammar_name *ref;
    int at;
};

static bool take_ref(struct conf_decoder *d, const struct conf_node *node, void *out)
{
    struct grammar_names *latencies = &grammar_of(d)->latencies;
    struct grammar_name *found;

    if (!conf_want_text(d, node))
        return false;
    found = grammar_name_find(latencies, node->text);
    if (!found) {
        grammar_name_missing(d, latencies, "latency", node);
        return false;
    }
    found->used = true;
    *(const struct grammar_name **)out = found;
    return true;
}

static const struct conf_word at_list[] = {
    {"request", PHASE_REQUEST},
    {"effect",  PHASE_EFFECT },
    {"headers", PHASE_HEADERS},
};
static const struct conf_words at_words = {CONF_WORDS_OF(at_list)};

/* clang-format off */
static const struct conf_field delay_fields[] = {
    {.name = "at",
     .type = FIELD_CHOICE,
     .offset = offsetof(struct delay, at),
     .words = &at_words,
     .help = "before anything, before the work is done, or before the answer",
     .assumed = "request"},
    LATENCY_FIELDS,
    {.name = "ref",
     .type = FIELD_CUSTOM,
     .offset = offsetof(struct delay, ref),
     .take = take_ref,
     .help = "a name from 'latencies'",
     .shape = &shape_text},
};
/* clang-format on */

const struct conf_table fault_delay_table = {
    .name = "delay",
    .help = "A duration with its place.",
    CONF_TABLE_OF(delay_fields),
    .one_of = delay_kinds,
    .check = check_one_kind,
};

static uint64_t shortest_sample(const struct fault_latency *l)
{
    uint64_t shortest = UINT64_MAX;

    for (size_t i = 0; i < l->sample_count; i++)
        shortest = l->samples_ns[i] < shortest ? l->samples_ns[i] : shortest;
    return shortest;
}

/* W411: even the shortest, or the middle where there is none, outlasts every client. */
static void warn_if_too_long(struct conf_decoder *d, const struct conf_node *node,
                             const struct fault_latency *l, uint64_t max_ns)
{
    double usual = l->kind == LATENCY_SAMPLES ? (double)shortest_sample(l) : l->a_ns;

    if (max_ns && usual > (double)max_ns)
        usual = (double)max_ns;
    if (usual > (double)LONGEST_CLIENT_TIMEOUT_S * (double)DURATION_S)
        conf_warn(d->report, conf_at(node), "W411",
                  "delay is longer than every known client timeout (60 s in the classic SDKs)");
}

/* The longest there is, or what one draw in a hundred exceeds. */
static uint64_t longest_usual(const struct fault_latency *l)
{
    enum { DRAWS = 100 };
    uint64_t drawn[DRAWS];

    if (l->kind == LATENCY_UNIFORM)
        return (uint64_t)l->b_ns;
    if (l->kind == LATENCY_WAVE)
        return (uint64_t)(l->a_ns + l->b_ns);
    fault_latency_sample(l, 0, DRAWS, drawn);
    return drawn[DRAWS - 1 - (l->kind != LATENCY_SAMPLES && l->kind != LATENCY_FIXED)];
}

/* W412: the guard cuts it, so that calls are not held as long as the rule says. */
static void warn_if_cut(struct conf_decoder *d, const struct conf_node *node,
                        const struct fault_latency *l, uint64_t max_ns)
{
    uint64_t guard_ns = grammar_of(d)->set->guard.max_delay_ns;
    uint64_t ns = longest_usual(l);
    OWN(buf_done) struct buf said = {0};
    OWN(buf_done) struct buf cut = {0};

    if (max_ns && ns > max_ns)
        ns = max_ns;
    if (!guard_ns || ns <= guard_ns)
        return;
    scalar_format_duration(ns / DURATION_MS * DURATION_MS, &said);
    scalar_format_duration(guard_ns, &cut);
    conf_warn(d->report, conf_at(node), "W412", "delays of up to %s are cut to guard.max_delay %s",
              buf_text(&said), buf_text(&cut));
}

bool grammar_take_delay(struct conf_decoder *d, const struct conf_field *field,
                        const struct conf_node *node, void *out)
{
    struct fault_action *action = out;
    struct delay *delay = ARENA_NEW(d->arena, struct delay);
    size_t before = d->report->errors;

    delay->at = PHASE_REQUEST;
    if (node->kind == CONF_SCALAR)
        take_fixed(d, field, node, &delay->latency);
    else
        conf_decode(d, &fault_delay_table, node, delay);
    if (d->report->errors != before)
        return false;
    action->delay = delay->ref ? delay->ref->latency : &delay->latency;
    action->delay_at = (enum fault_phase)delay->at;
    action->delay_max_ns = delay->latency.max_ns;
    uint64_t max_ns = action->delay_max_ns ? action->delay_max_ns : action->delay->max_ns;

    warn_if_too_long(d, node, action->delay, max_ns);
    warn_if_cut(d, node, action->delay, max_ns);
    return true;
}

bool grammar_latency(struct conf_decoder *d, const struct conf_node *node,
                     struct fault_latency *out)
{
    size_t before = d->report->errors;

    if (node->kind == CONF_SCALAR && !conf_is_null(node))
        return take_fixed(d, &latency_fields[0], node, out);
    conf_decode(d, &fault_latency_table, node, out);
    return d->report->errors == before;
}
