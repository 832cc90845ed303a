/*
 * grammar/when.c - `when`: which of the calls that match
 */
#include <stdlib.h>

#include "base/clock.h"
#include "base/distance.h"
#include "conf/scalar.h"
#include "grammar/internal.h"

#define AT(member) offsetof(struct fault_when, member)

/* ---- per ---- */

static const struct conf_word per_list[] = {
    {"client",        PER_CLIENT    },
    {"connection",    PER_CONNECTION},
    {"account",       PER_ACCOUNT   },
    {"region",        PER_REGION    },
    {"access_key",    PER_ACCESS_KEY},
    {"service",       PER_SERVICE   },
    {"function",      PER_FUNCTION  },
    {"operation",     PER_OPERATION },
    {"host",          PER_HOST      },
    {"header:<Name>", PER_HEADER    },
    {"label",         PER_LABEL     },
};
static const struct conf_words per_words = {CONF_WORDS_OF(per_list)};

static bool take_per_key(struct conf_decoder *d, const struct conf_node *node,
                         struct fault_per_key *out)
{
    struct nearest nearest = {.wanted = node->text};

    if (!conf_want_text(d, node))
        return false;
    if (str_starts(node->text, STR("header:"))) {
        out->what = PER_HEADER;
        return grammar_header_name(d, conf_at(node), str_slice(node->text, 7, node->text.len),
                                   &out->header);
    }
    for (size_t i = 0; i < per_words.count; i++) {
        if (str_eq(node->text, str_of(per_list[i].name)) && per_list[i].value != PER_HEADER) {
            out->what = (enum fault_per)per_list[i].value;
            return true;
        }
        nearest_offer(&nearest, str_of(per_list[i].name));
    }
    conf_error(d->report, conf_at(node), "F313", "unknown key '%s'; known: %s%s",
               conf_value(d, node), conf_word_list(d, &per_words),
               conf_did_you_mean(d, nearest.best));
    return false;
}

static bool take_per(struct conf_decoder *d, const struct conf_node *node, void *out)
{
    struct fault_when *when = CONTAINER_OF(out, struct fault_when, per);
    size_t count;
    const struct conf_node *item = conf_items(node, &count);
    bool ok = true;

    when->per = ARENA_ARRAY(d->arena, count, struct fault_per_key);
    when->per_count = count;
    for (size_t i = 0; i < count; i++, item = item->next)
        ok = take_per_key(d, item, &when->per[i]) && ok;
    return ok;
}

/* ---- window ---- */

static bool take_time(struct conf_decoder *d, const struct conf_node *node, void *out)
{
    if (!conf_want_text(d, node))
        return false;
    if (clock_parse_iso(node->text.ptr, node->text.len, out))
        return true;
    conf_error(d->report, conf_at(node), "F211",
               "not an RFC 3339 time such as 2026-11-23T09:00:00+08:00");
    return false;
}

/* clang-format off */
static const struct conf_field window_fields[] = {
    {.name = "after",
     .type = FIELD_DURATION,
     .offset = AT(window_after_ns),
     .help = "from arming, the window is shut for so long"},
    {.name = "for",
     .type = FIELD_DURATION,
     .flags = FIELD_ABOVE_ZERO,
     .offset = AT(window_for_ns),
     .help = "then it is open for so long"},
    {.name = "every",
     .type = FIELD_DURATION,
     .flags = FIELD_ABOVE_ZERO,
     .offset = AT(window_every_ns),
     .help = "and opens again at this distance"},
    {.name = "from",
     .type = FIELD_CUSTOM,
     .offset = AT(window_from_ms),
     .take = take_time,
     .help = "open from this RFC 3339 time",
     .shape = &shape_time},
    {.name = "until",
     .type = FIELD_CUSTOM,
     .offset = AT(window_until_ms),
     .take = take_time,
     .help = "open until this RFC 3339 time",
     .shape = &shape_time},
};
/* clang-format on */

static void check_window(struct conf_decoder *d, const struct conf_node *node, void *out)
{
    static const char *const kinds[][3] = {
        {"after", "from",  NULL},
        {"for",   "from",  NULL},
        {"every", "from",  NULL},
        {"after", "until", NULL},
        {"for",   "until", NULL},
        {"every", "until", NULL},
    };
    struct fault_when *when = out;

    for (size_t i = 0; i < N_ELEMENTS(kinds); i++)
        if (!conf_exclusive(d, node, kinds[i]))
            return;
    when->window_is_absolute = conf_get(node, "from") || conf_get(node, "until");
    if (when->window_is_absolute && when->window_until_ms &&
        when->window_until_ms <= when->window_from_ms)
        conf_error(d->report, conf_at(conf_get(node, "until")), "F311",
                   "'until' is not after 'from'; the window would never open");
    if (when->window_every_ns && !when->window_for_ns)
        conf_error(d->report, conf_at(node), "F104",
                   "'every' needs 'for', or the window would never close");
    else if (when->window_every_ns && when->window_for_ns > when->window_every_ns)
        conf_error(d->report, conf_at(node), "F311",
                   "'for' (%s) is longer than 'every' (%s); the window would never close",
                   conf_value(d, conf_get(node, "for")), conf_value(d, conf_get(node, "every")));
}

static const struct conf_table window_table = {
    .name = "window", CONF_TABLE_OF(window_fields), .check = check_window};

static bool take_window(struct conf_decoder *d, const struct conf_field *field,
                        const struct conf_node *node, void *out)
{
    if (node->kind == CONF_MAP && node->count == 0) {
        conf_error(d->report, conf_at(node), "F309",
                   "write 'after', 'for', 'every', or 'from' and 'until'");
        return false;
    }
    ((struct fault_when *)out)->has_window = true;
    conf_decode(d, field->table, node, out);
    return true;
}

/* ---- state ---- */

struct state_args {
    struct str scenario;
    struct conf_texts is;
};

/* clang-format off */
static const struct conf_field state_fields[] = {
    {.name = "scenario",
     .type = FIELD_TEXT,
     .flags = FIELD_REQUIRED,
     .offset = offsetof(struct state_args, scenario),
     .help = "a name that some rule sets by set_state"},
    {.name = "is",
     .type = FIELD_TEXTS,
     .flags = FIELD_REQUIRED,
     .offset = offsetof(struct state_args, is),
     .help = "values of which it must have one"},
};
/* clang-format on */
static const struct conf_table state_table = {.name = "state", CONF_TABLE_OF(state_fields)};

/* Which values exist is known when all rules are read. */
static bool take_state(struct conf_decoder *d, const struct conf_field *field,
                       const struct conf_node *node, void *out)
{
    struct grammar_pending *pending = ARENA_NEW(d->arena, struct grammar_pending);
    struct state_args args = {0};
    size_t before = d->report->errors;

    (void)out;
    conf_decode(d, field->table, node, &args);
    if (d->report->errors != before)
        return false;
    pending->node = node;
    pending->order = grammar_of(d)->rule_count - 1; /* the rule that is being read */
    pending->next = grammar_of(d)->states;
    grammar_of(d)->states = pending;
    return true;
}

/* ---- calls ---- */

static int by_number(const void *a, const void *b)
{
    const uint64_t *x = a;
    const uint64_t *y = b;

    return (*x > *y) - (*x < *y);
}

static const char calls_from_one[] = "calls count from 1";

static bool take_nth(struct conf_decoder *d, const struct conf_field *field,
                     const struct conf_node *node, void *out)
{
    const struct conf_field number = {.name = field->name,
                                      .type = FIELD_UINT,
                                      .min = field->min,
                                      .max = UINT64_MAX,
                                      .wrong = field->wrong};
    struct fault_when *when = out;
    size_t count;
    const struct conf_node *item = conf_items(node, &count);
    bool ok = true;

    if (count == 0) {
        conf_error(d->report, conf_at(node), "F309", "an empty list holds for no call");
        return false;
    }
    when->calls_nth = ARENA_ARRAY(d->arena, count, uint64_t);
    when->calls_nth_count = count;
    for (size_t i = 0; i < count; i++, item = item->next)
        ok = conf_decode_field(d, &number, item, &when->calls_nth[i]) && ok;
    qsort(when->calls_nth, count, sizeof(uint64_t), by_number);
    return ok;
}

#define CALLS_NUMBER(key, member, text)                                                            \
    {                                                                                              \
        .name = key, .type = FIELD_UINT, .offset = AT(member), .min = 1, .max = UINT64_MAX,        \
        .wrong = calls_from_one, .help = text                                                      \
    }

/* clang-format off */
static const struct conf_field calls_fields[] = {
    CALLS_NUMBER("first", calls_n, "the first n calls"),
    {.name = "nth",
     .type = FIELD_CUSTOM,
     .decode = take_nth,
     .min = 1,
     .wrong = calls_from_one,
     .help = "these calls",
     .shape = &shape_integers},
    CALLS_NUMBER("every", calls_n, "each n-th call"),
    CALLS_NUMBER("start", calls_start, "with every: the first call that counts"),
    CALLS_NUMBER("from", calls_from, "from this call on"),
    CALLS_NUMBER("to", calls_to, "up to this call"),
};
/* clang-format on */

static void check_calls(struct conf_decoder *d, const struct conf_node *node, void *out)
{
    static const char *const kinds[][3] = {
        {"first", "nth",   NULL},
        {"first", "every", NULL},
        {"first", "start", NULL},
        {"first", "from",  NULL},
        {"first", "to",    NULL},
        {"nth",   "every", NULL},
        {"nth",   "start", NULL},
        {"nth",   "from",  NULL},
        {"nth",   "to",    NULL},
        {"every", "from",  NULL},
        {"every", "to",    NULL},
        {"start", "from",  NULL},
        {"start", "to",    NULL},
    };
    struct fault_when *when = out;

    for (size_t i = 0; i < N_ELEMENTS(kinds); i++)
        if (!conf_exclusive(d, node, kinds[i]))
            return;
    if (conf_get(node, "first")) {
        when->calls = CALLS_FIRST;
    } else if (conf_get(node, "nth")) {
        when->calls = CALLS_NTH;
    } else if (conf_get(node, "every")) {
        when->calls = CALLS_EVERY;
        when->calls_start = conf_get(node, "start") ? when->calls_start : when->calls_n;
    } else if (conf_get(node, "from") || conf_get(node, "to")) {
        when->calls = CALLS_RANGE;
        when->calls_from = conf_get(node, "from") ? when->calls_from : 1;
        when->calls_to = conf_get(node, "to") ? when->calls_to : UINT64_MAX;
        if (when->calls_from > when->calls_to)
            conf_error(d->report, conf_at(node), "F311", "from %s is after to %s",
                       conf_value(d, conf_get(node, "from")), conf_value(d, conf_get(node, "to")));
    } else {
        conf_error(d->report, conf_at(node), conf_get(node, "start") ? "F104" : "F309",
                   conf_get(node, "start") ? "'start' needs 'every'"
                                           : "write 'first', 'nth', 'every' or 'from' and 'to'");
    }
}

static const struct conf_table calls_table = {
    .name = "calls", CONF_TABLE_OF(calls_fields), .check = check_calls};

/* ---- attempts ---- */

static bool take_attempts(struct conf_decoder *d, const struct conf_field *field,
                          const struct conf_node *node, void *out)
{
    const struct conf_field number = {.name = field->name,
                                      .type = FIELD_UINT,
                                      .min = field->min,
                                      .max = field->max,
                                      .wrong = field->wrong};
    uint64_t *bits = out;
    uint64_t attempt;
    size_t count;
    const struct conf_node *item = conf_items(node, &count);
    bool ok = true;

    if (count == 0) {
        conf_error(d->report, conf_at(node), "F309", "an empty list holds for no attempt");
        return false;
    }
    for (size_t i = 0; i < count; i++, item = item->next) {
        if (conf_decode_field(d, &number, item, &attempt))
            *bits |= UINT64_C(1) << attempt;
        else
            ok = false;
    }
    return ok;
}

/* ---- rates ---- */

static const struct conf_word algorithm_list[] = {
    {"token_bucket",   RATE_TOKEN_BUCKET  },
    {"fixed_window",   RATE_FIXED_WINDOW  },
    {"sliding_window", RATE_SLIDING_WINDOW},
};
static const struct conf_words algorithms = {CONF_WORDS_OF(algorithm_list)};

/* clang-format off */
static const struct conf_field rate_fields[] = {
    {.name = "limit",
     .type = FIELD_UINT,
     .flags = FIELD_REQUIRED,
     .offset = AT(rate_limit),
     .min = 1,
     .max = 1000000000,
     .wrong = "must be at least 1; to refuse all calls leave 'when' out",
     .help = "calls in each period that are let through"},
    {.name = "per",
     .type = FIELD_DURATION,
     .flags = FIELD_REQUIRED | FIELD_ABOVE_ZERO,
     .offset = AT(rate_per_ns),
     .no_unit = "write {}s",
     .help = "the period"},
    {.name = "burst",
     .type = FIELD_UINT,
     .offset = AT(rate_burst),
     .min = 1,
     .max = 1000000000,
     .help = "size of the token bucket; default: limit"},
    {.name = "algorithm",
     .type = FIELD_CHOICE,
     .offset = AT(rate),
     .words = &algorithms,
     .fallback = "token_bucket",
     .help = "how calls are counted against the limit"},
};
/* clang-format on */

static void check_rate(struct conf_decoder *d, const struct conf_node *node, void *out)
{
    struct fault_when *when = out;
    const struct conf_node *burst = conf_get(node, "burst");

    if (!burst)
        when->rate_burst = when->rate_limit;
    else if (when->rate != RATE_TOKEN_BUCKET)
        conf_error(d->report, conf_at_key(burst), "F310", "only with 'algorithm: token_bucket'");
}

static const struct conf_table rate_table = {
    .name = "over_rate", CONF_TABLE_OF(rate_fields), .check = check_rate};

static bool take_rate(struct conf_decoder *d, const struct conf_field *field,
                      const struct conf_node *node, void *out)
{
    ((struct fault_when *)out)->rate = RATE_TOKEN_BUCKET;
    conf_decode(d, field->table, node, out);
    return true;
}

/* clang-format off */
static const struct conf_field concurrency_fields[] = {
    {.name = "limit",
     .type = FIELD_UINT,
     .flags = FIELD_REQUIRED,
     .offset = AT(concurrency_limit),
     .min = 1,
     .max = 1000000,
     .wrong = "must be at least 1; to refuse all calls leave 'when' out",
     .help = "fires when so many matched calls are in flight already"},
};
/* clang-format on */
static const struct conf_table concurrency_table = {.name = "over_concurrency",
                                                    CONF_TABLE_OF(concurrency_fields)};

/* ---- the whole ---- */

/* clang-format off */
static const struct conf_field when_fields[] = {
    {.name = "per",
     .type = FIELD_CUSTOM,
     .offset = AT(per),
     .take = take_per,
     .help = "counters, draws, rates and bursts are kept per combination of these: client, "
             "connection, account, region, access_key, service, function, operation, host, "
             "header:<Name>, label",
     .shape = &shape_texts},
    {.name = "window",
     .type = FIELD_CUSTOM,
     .decode = take_window,
     .table = &window_table,
     .help = "outside it the rule does not fire"},
    {.name = "state",
     .type = FIELD_CUSTOM,
     .decode = take_state,
     .table = &state_table,
     .help = "value that a scenario must have"},
    {.name = "calls",
     .type = FIELD_MAP,
     .table = &calls_table,
     .help = "which calls, counted from 1"},
    {.name = "attempts",
     .type = FIELD_CUSTOM,
     .offset = AT(attempts),
     .decode = take_attempts,
     .min = 1,
     .max = 63,
     .wrong = "attempts count from 1, up to 63",
     .help = "with an instance fault: these attempts of an asynchronous call",
     .shape = &shape_integers},
    {.name = "over_rate",
     .type = FIELD_CUSTOM,
     .decode = take_rate,
     .table = &rate_table,
     .aka = "rate rate_limit",
     .help = "fires for calls beyond a rate"},
    {.name = "over_concurrency",
     .type = FIELD_MAP,
     .table = &concurrency_table,
     .aka = "concurrency",
     .help = "fires while too many calls are in flight"},
    {.name = "probability",
     .type = FIELD_CUSTOM,
     .decode = grammar_take_probability,
     .aka = "chance percentage percent",
     .help = "above 0 and up to 1, or a percentage",
     .shape = &shape_share},
    {.name = "ramp",
     .type = FIELD_CUSTOM,
     .decode = grammar_take_ramp,
     .table = &fault_ramp_table,
     .help = "a probability that grows from arming on"},
    {.name = "burst",
     .type = FIELD_CUSTOM,
     .decode = grammar_take_burst,
     .table = &fault_burst_table,
     .help = "faults that come in runs (Gilbert-Elliott)"},
    {.name = "draw_by",
     .type = FIELD_EITHER,
     .offset = AT(draw_by_request),
     .words = &grammar_draw_by,
     .help = "call: draws follow the order of calls; request: they hang on what the request says"},
    {.name = "count_on",
     .type = FIELD_EITHER,
     .offset = AT(count_seen),
     .words = &grammar_count_on,
     .help = "reached: count calls that no earlier outcome took; seen: count all that match"},
};
/* clang-format on */

static void check_when(struct conf_decoder *d, const struct conf_node *node, void *out)
{
    (void)out;
    conf_exclusive(d, node, (const char *const[]){"probability", "ramp", "burst", NULL});
    conf_exclusive(d, node, (const char *const[]){"over_rate", "over_concurrency", NULL});
}

const struct conf_table fault_when_table = {
    .name = "when",
    .help = "Which of the calls that match. All gates given must let the call through.",
    CONF_TABLE_OF(when_fields),
    .check = check_when,
    .checks_keys = true,
};
