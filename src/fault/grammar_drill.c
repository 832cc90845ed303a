/*
 * fault/grammar_drill.c - drills: timelines with assertions, checked in full
 */
#include "base/distance.h"
#include "conf/scalar.h"
#include "fault/grammar_parts.h"

static const char *const profiles[] = {
    "exponential-full-jitter", "fc-python-2016", "fc-java-2016", "fc-node-2", "funcraft-3",
    "terraform-alicloud",
};

/* ---- values ---- */

/* Values of a drill are checked here and read where drills run. */
static bool check_compare(struct conf_decoder *d, const struct conf_field *field,
                          const struct conf_node *node, void *out)
{
    struct grammar_comparison form = {
        .type = (enum field_type)field->min, .or_value = true, .example = "{lte: 5}"};
    struct fault_compare ignored = {0};

    (void)out;
    return grammar_compare(d, &form, node, &ignored);
}

static bool check_text(struct conf_decoder *d, const struct conf_field *field,
                       const struct conf_node *node, void *out)
{
    (void)field;
    (void)out;
    return conf_want_text(d, node);
}

static bool check_bool(struct conf_decoder *d, const struct conf_field *field,
                       const struct conf_node *node, void *out)
{
    struct conf_field truth = {.name = field->name, .type = FIELD_BOOL};
    bool ignored = false;

    (void)out;
    return conf_decode_field(d, &truth, node, &ignored);
}

static bool check_duration(struct conf_decoder *d, const struct conf_field *field,
                           const struct conf_node *node, void *out)
{
    uint64_t ignored = 0;

    (void)field;
    (void)out;
    return grammar_ns(d, node, 0, &ignored);
}

static bool check_ratio(struct conf_decoder *d, const struct conf_field *field,
                        const struct conf_node *node, void *out)
{
    struct conf_field ratio = {.name = field->name, .type = FIELD_RATIO};
    double ignored = 0;

    (void)out;
    return conf_decode_field(d, &ratio, node, &ignored);
}

static bool check_number(struct conf_decoder *d, const struct conf_field *field,
                         const struct conf_node *node, void *out)
{
    struct conf_field number = {.name = field->name, .type = FIELD_NUMBER};
    double ignored = 0;

    (void)out;
    return conf_decode_field(d, &number, node, &ignored);
}

static bool check_match(struct conf_decoder *d, const struct conf_field *field,
                        const struct conf_node *node, void *out)
{
    struct fault_match ignored = {0};

    (void)field;
    (void)out;
    return grammar_match(d, node, &ignored);
}

/* An operation or a region of an assertion, with the vocabulary of `match`. */
static bool check_match_key(struct conf_decoder *d, const struct conf_field *field,
                            const struct conf_node *node, void *out)
{
    struct fault_match ignored = {0};
    bool is_operations = strcmp(field->name, "operations") == 0;
    const struct conf_field *key =
        conf_table_find(&fault_match_table, is_operations ? STR("operation") : STR("region"));

    (void)out;
    return conf_decode_field(d, key, node, &ignored);
}

static bool check_codes(struct conf_decoder *d, const struct conf_field *field,
                        const struct conf_node *node, void *out)
{
    size_t count;
    const struct conf_node *item = conf_items(node, &count);
    bool ok = true;

    (void)field;
    (void)out;
    for (size_t i = 0; i < count; i++, item = item->next) {
        struct nearest nearest = {.wanted = item->text};
        size_t rows;
        const struct fc_error *table = fc_error_table(&rows);

        if (!conf_want_text(d, item) || fc_error_find(item->text))
            continue;
        for (size_t j = 0; j < rows; j++)
            nearest_offer(&nearest, str_of(table[j].code));
        conf_error(d->report, conf_at(item), "F305", "unknown FC code '%s'%s", conf_value(d, item),
                   conf_did_you_mean(d, nearest.best));
        ok = false;
    }
    return ok;
}

static bool check_profile(struct conf_decoder *d, const struct conf_field *field,
                          const struct conf_node *node, void *out)
{
    struct nearest nearest = {.wanted = node->text};

    (void)field;
    (void)out;
    if (!conf_want_text(d, node))
        return false;
    for (size_t i = 0; i < N_ELEMENTS(profiles); i++) {
        if (str_eq(node->text, str_of(profiles[i])))
            return true;
        nearest_offer(&nearest, str_of(profiles[i]));
    }
    conf_error(d->report, conf_at(node), "F302", "no profile '%s'; known: %s, %s, …%s",
               conf_value(d, node), profiles[0], profiles[1], conf_did_you_mean(d, nearest.best));
    return false;
}

/* ---- assertions ---- */

#define CHECK(key, how, json, text)                                                                \
    {                                                                                              \
        .name = key, .type = FIELD_CUSTOM, .decode = check_##how, .help = text, .schema = json     \
    }
#define ANY_VALUE "\"type\":[\"number\",\"string\",\"boolean\",\"object\",\"array\"]"
#define COMPARE(key, kind, text)                                                                   \
    {                                                                                              \
        .name = key, .type = FIELD_CUSTOM, .decode = check_compare, .min = (kind), .help = text,   \
        .schema = ANY_VALUE                                                                        \
    }
#define MATCH                                                                                      \
    {                                                                                              \
        .name = "match", .type = FIELD_CUSTOM, .decode = check_match, .table = &fault_match_table, \
        .help = "the calls it is about"                                                            \
    }
#define COMPARISONS(how)                                                                           \
    CHECK("eq", how, ANY_VALUE, "equal"), CHECK("gt", how, ANY_VALUE, "greater"),                  \
        CHECK("gte", how, ANY_VALUE, "at least"), CHECK("lt", how, ANY_VALUE, "less"),             \
        CHECK("lte", how, ANY_VALUE, "at most")
#define WITHIN CHECK("within", duration, ANY_VALUE, "no later than this")

static const struct conf_field counted_fields[] = {COMPARISONS(number), WITHIN, MATCH};
/* clang-format off */
static const struct conf_field backoff_fields[] = {
    MATCH,
    CHECK("profile", profile, "\"type\":\"string\"", "a schedule that is known by name"),
    COMPARE("attempts", FIELD_UINT, "attempts of one call"),
    COMPARE("first_gap", FIELD_DURATION, "pause before the first retry"),
    COMPARE("growth", FIELD_NUMBER, "factor from one gap to the next"),
    COMPARE("cap", FIELD_DURATION, "longest gap"),
    COMPARE("budget", FIELD_DURATION, "time from the first to the last attempt"),
    CHECK("jitter", bool, "\"type\":\"boolean\"", "gaps differ by chance"),
    CHECK("obey_retry_after", bool, "\"type\":\"boolean\"", "no retry before Retry-After"),
    CHECK("fresh_signature", bool, "\"type\":\"boolean\"", "each attempt is signed anew"),
};
/* clang-format on */
/* clang-format off */
static const struct conf_field recovery_fields[] = {
    WITHIN,
    COMPARE("success", FIELD_RATIO, "share of calls that succeed afterwards"),
    MATCH,
};
/* clang-format on */
/* clang-format off */
static const struct conf_field duplicates_fields[] = {
    CHECK("effect", text, "\"enum\":[\"none\",\"done\",\"late\"]", "whose work was done"),
    COMPARISONS(number), MATCH,
};
/* clang-format on */
/* clang-format off */
static const struct conf_field failover_fields[] = {
    CHECK("from", match_key, "\"type\":\"string\"", "region that fails"),
    CHECK("to", match_key, "\"type\":\"string\"", "region that is called instead"),
    WITHIN, MATCH,
};
/* clang-format on */
/* clang-format off */
static const struct conf_field herd_fields[] = {
    COMPARE("peak_to_mean", FIELD_NUMBER, "largest tenth of a second against the mean"),
    COMPARISONS(number), WITHIN, MATCH,
};
/* clang-format on */
/* clang-format off */
static const struct conf_field breaker_fields[] = {
    CHECK("opens_within", duration, ANY_VALUE, "the client stops calling no later than this"),
    CHECK("probes", bool, "\"type\":\"boolean\"", "the client tries again by itself"),
    CHECK("closes_within", duration, ANY_VALUE, "the client calls as before no later than this"),
    WITHIN, MATCH,
};
/* clang-format on */
/* clang-format off */
static const struct conf_field seen_fields[] = {
    CHECK("outcome", text, "\"type\":\"string\"", "what the client reports"),
    CHECK("exception", text, "\"type\":\"string\"", "exception that the client reports"),
    CHECK("code", text, "\"type\":\"string\"", "FC code that the client reports"),
    COMPARISONS(number), MATCH,
};
/* clang-format on */
/* clang-format off */
static const struct conf_field coverage_fields[] = {
    CHECK("errors", codes, "\"type\":[\"string\",\"array\"]", "codes"),
    CHECK("operations", match_key, "\"type\":[\"string\",\"array\"]", "operations"),
    COMPARISONS(ratio), MATCH,
};
/* clang-format on */

#define TABLE(name_)                                                                               \
    static const struct conf_table name_##_table = {.name = #name_, CONF_TABLE_OF(name_##_fields)}
TABLE(counted);
TABLE(backoff);
TABLE(recovery);
TABLE(duplicates);
TABLE(failover);
TABLE(herd);
TABLE(breaker);
TABLE(seen);
TABLE(coverage);

#define ASSERTION(key, rows, text)                                                                 \
    {                                                                                              \
        .name = key, .type = FIELD_MAP, .table = &rows##_table, .help = text                       \
    }

/* clang-format off */
static const struct conf_field assertion_fields[] = {
    {.name = "retries",
     .type = FIELD_MAP,
     .table = &counted_table,
     .aka = "retry attempts",
     .help = "retries of a call"},
    ASSERTION("backoff", backoff, "schedule of the retries"),
    ASSERTION("recovery", recovery, "back to normal after the last fault"),
    ASSERTION("calls", counted, "calls that came"),
    ASSERTION("amplification", counted, "attempts for each call"),
    ASSERTION("duplicates", duplicates, "calls whose work was done twice"),
    ASSERTION("failover", failover, "from one region to another"),
    ASSERTION("herd", herd, "retries that come all at once"),
    ASSERTION("breaker", breaker, "a client that stops and probes"),
    ASSERTION("seen", seen, "what the client saw"),
    ASSERTION("coverage", coverage, "errors that were tried"),
};
/* clang-format on */
static const struct conf_table assertion_table = {
    .name = "assertion",
    .noun = "assertion",
    .help = "One assertion.",
    CONF_TABLE_OF(assertion_fields),
};

static bool take_assertions(struct conf_decoder *d, const struct conf_field *field,
                            const struct conf_node *node, void *out)
{
    char nothing[8] = {0};

    (void)out;
    if (!conf_want(d, node, CONF_LIST))
        return false;
    CONF_EACH(child, node)
    {
        if (child->kind == CONF_MAP && child->count != 1)
            conf_error(d->report, conf_at(child), "F103", "expected one assertion, found %zu",
                       child->count);
        else
            conf_decode(d, field->table, child, nothing);
    }
    return true;
}

/* ---- steps ---- */

static bool knows_rule(struct grammar *g, struct str name)
{
    struct str group;

    if (str_starts(name, STR("group:"))) {
        group = str_slice(name, 6, name.len);
        struct grammar_name *found = grammar_name_find(&g->groups, group);

        if (found)
            found->used = true;
        return found != NULL;
    }
    for (size_t i = 0; i < g->rule_count; i++)
        if (str_eq(g->rules[i].rule.id, name))
            return true;
    return false;
}

static bool take_names(struct conf_decoder *d, const struct conf_field *field,
                       const struct conf_node *node, void *out)
{
    size_t count;
    const struct conf_node *item = conf_items(node, &count);
    bool ok = true;

    (void)field;
    (void)out;
    for (size_t i = 0; i < count; i++, item = item->next) {
        if (!conf_want_text(d, item) || knows_rule(grammar_of(d), item->text))
            continue;
        if (str_starts(item->text, STR("group:")))
            conf_error(d->report, conf_at(item), "F302", "no group '%s'",
                       conf_shown(d->report, str_slice(item->text, 6, item->text.len)));
        else
            conf_error(d->report, conf_at(item), "F302", "no rule '%s' and no 'group:%s'",
                       conf_value(d, item), conf_value(d, item));
        ok = false;
    }
    return ok;
}

static bool take_set(struct conf_decoder *d, const struct conf_field *field,
                     const struct conf_node *node, void *out)
{
    struct fault_action ignored = {0};

    (void)out;
    return grammar_take_set_state(d, field, node, &ignored);
}

static bool take_until(struct conf_decoder *d, const struct conf_field *field,
                       const struct conf_node *node, void *out)
{
    struct fault_condition *condition = ARENA_NEW(d->arena, struct fault_condition);

    (void)field;
    (void)out;
    return grammar_condition(d, node, condition);
}

/* clang-format off */
static const struct conf_field clock_fields[] = {
    CHECK("advance", duration, ANY_VALUE, "move the clock on"),
    CHECK("freeze", text, ANY_VALUE, "stop the clock, at an RFC 3339 time or now"),
    CHECK("real", bool, "\"type\":\"boolean\"", "real time again"),
};
/* clang-format on */
TABLE(clock);

/* clang-format off */
static const struct conf_field step_fields[] = {
    CHECK("at", duration, ANY_VALUE, "so long after the start"),
    CHECK("wait", duration, ANY_VALUE, "so long after the step above"),
    {.name = "until",
     .type = FIELD_CUSTOM,
     .decode = take_until,
     .table = &fault_condition_table,
     .help = "as soon as a condition holds"},
    CHECK("max", duration, ANY_VALUE, "longest wait for until"),
    {.name = "enable",
     .type = FIELD_CUSTOM,
     .decode = take_names,
     .help = "ids of rules, or group:name",
     .schema = "\"type\":[\"string\",\"array\"]"},
    {.name = "disable",
     .type = FIELD_CUSTOM,
     .decode = take_names,
     .help = "ids of rules, or group:name",
     .schema = "\"type\":[\"string\",\"array\"]"},
    {.name = "set",
     .type = FIELD_CUSTOM,
     .decode = take_set,
     .table = &fault_set_state_table,
     .help = "move a scenario on"},
    {.name = "clock",
     .type = FIELD_MAP,
     .table = &clock_table,
     .help = "move, stop or release the clock of rules"},
    CHECK("note", text, "\"type\":\"string\"", "shown in the report"),
};
/* clang-format on */

static void check_step(struct conf_decoder *d, const struct conf_node *node, void *out)
{
    (void)out;
    if (!conf_exclusive(d, node, (const char *const[]){"at", "wait", "until", NULL}))
        return;
    if (conf_get(node, "until") && !conf_get(node, "max"))
        conf_error(d->report, conf_at(node), "F104",
                   "'until' needs 'max', or the drill could wait for ever");
    else if (!conf_get(node, "until") && conf_get(node, "max"))
        conf_error(d->report, conf_at_key(conf_get(node, "max")), "F310", "only with 'until'");
    else if (!conf_get(node, "at") && !conf_get(node, "wait") && !conf_get(node, "until"))
        conf_error(d->report, conf_at(node), "F104", "a step starts with 'at', 'wait' or 'until'");
}

static const struct conf_table step_table = {
    .name = "drill_step",
    .help = "One step of a drill.",
    CONF_TABLE_OF(step_fields),
    .check = check_step,
};

/* F311 when a step is to begin before the one above it. */
static void check_order(struct conf_decoder *d, const struct conf_node *steps)
{
    OWN(buf_done) struct buf text = {0};
    uint64_t now = 0;

    CONF_EACH(step, steps)
    {
        const struct conf_node *at = conf_get(step, "at");
        const struct conf_node *wait = conf_get(step, "wait");
        uint64_t ns = 0;

        if (wait && scalar_duration(wait->text, &ns) == SCALAR_OK)
            now += ns;
        if (!at || scalar_duration(at->text, &ns) != SCALAR_OK)
            continue;
        if (ns < now) {
            buf_clear(&text);
            scalar_format_duration(now, &text);
            conf_error(d->report, conf_at(at), "F311", "%s is before the step above (%s)",
                       conf_value(d, at), buf_text(&text));
        }
        now = ns > now ? ns : now;
    }
}

static bool take_steps(struct conf_decoder *d, const struct conf_field *field,
                       const struct conf_node *node, void *out)
{
    char nothing[8] = {0};

    (void)out;
    if (!conf_want(d, node, CONF_LIST))
        return false;
    if (node->count == 0)
        conf_error(d->report, conf_at(node), "F309", "at least one step");
    CONF_EACH(child, node)
    conf_decode(d, field->table, child, nothing);
    check_order(d, node);
    return true;
}

static bool take_conditions(struct conf_decoder *d, const struct conf_field *field,
                            const struct conf_node *node, void *out)
{
    bool ok = true;

    if (!conf_want(d, node, CONF_LIST))
        return false;
    CONF_EACH(child, node)
    ok = take_until(d, field, child, out) && ok;
    return ok;
}

/* ---- the drill ---- */

struct drill {
    struct str id, description;
    bool seed_random;
    uint64_t seed, timeout_ns;
    uint64_t calls, fires, capped, lost;
    int expect_exit;
};

#define AT(member) offsetof(struct drill, member)

/* clang-format off */
static const struct conf_field require_fields[] = {
    {.name = "calls",
     .type = FIELD_UINT,
     .offset = AT(calls),
     .min = 1,
     .max = UINT32_MAX,
     .wrong = "{} would allow an empty drill; use 1 or more",
     .help = "fewer calls make the drill vacuous; default: 1"},
    {.name = "fires_per_rule",
     .type = FIELD_UINT,
     .offset = AT(fires),
     .max = UINT32_MAX,
     .help = "fewer fires of a rule make it vacuous; default: 1"},
    {.name = "capped",
     .type = FIELD_UINT,
     .offset = AT(capped),
     .max = UINT32_MAX,
     .help = "more capped fires make it vacuous; default: 0"},
    {.name = "journal_lost",
     .type = FIELD_UINT,
     .offset = AT(lost),
     .max = UINT32_MAX,
     .help = "more lost records make it inconclusive; default: 0"},
};
/* clang-format on */
TABLE(require);

static bool take_drill_id(struct conf_decoder *d, const struct conf_field *field,
                          const struct conf_node *node, void *out)
{
    struct grammar *g = grammar_of(d);

    (void)field;
    if (!grammar_id(d, node, out))
        return false;
    grammar_name_add(d, &g->drills, "drill", node, node->text);
    return true;
}

static bool take_seed(struct conf_decoder *d, const struct conf_field *field,
                      const struct conf_node *node, void *out)
{
    struct conf_field number = {
        .name = field->name,
        .type = FIELD_UINT,
        .max = UINT64_MAX,
        .wrong = "{} is not between 0 and 18446744073709551615, nor 'random'",
    };

    return (node->kind == CONF_SCALAR && str_eq(node->text, STR("random"))) ||
           conf_decode_field(d, &number, node, out);
}

/* clang-format off */
static const struct conf_field drill_fields[] = {
    {.name = "id",
     .type = FIELD_CUSTOM,
     .flags = FIELD_REQUIRED,
     .offset = AT(id),
     .decode = take_drill_id,
     .help = "name of the drill",
     .schema = "\"type\":\"string\",\"pattern\":\"^[a-z0-9][a-z0-9-]{0,62}$\""},
    {.name = "description",
     .type = FIELD_TEXT,
     .offset = AT(description),
     .help = "shown in lists and reports"},
    {.name = "seed",
     .type = FIELD_CUSTOM,
     .offset = AT(seed),
     .decode = take_seed,
     .help = "what chance depends on while it runs",
     .schema = "\"anyOf\":[{\"const\":\"random\"},{\"type\":\"integer\",\"minimum\":0}]"},
    {.name = "timeout",
     .type = FIELD_DURATION,
     .flags = FIELD_ABOVE_ZERO,
     .offset = AT(timeout_ns),
     .help = "stops everything"},
    {.name = "require",
     .type = FIELD_MAP,
     .table = &require_table,
     .help = "below it the drill is vacuous"},
    {.name = "expect_exit",
     .type = FIELD_INT,
     .offset = AT(expect_exit),
     .max = 255,
     .help = "exit code of the command that counts as success; default: 0"},
    {.name = "steps",
     .type = FIELD_CUSTOM,
     .decode = take_steps,
     .table = &step_table,
     .help = "the timeline",
     .schema = "\"type\":\"array\",\"items\":{\"$ref\":\"#/$defs/drill_step\"}"},
    {.name = "stop_when",
     .type = FIELD_CUSTOM,
     .decode = take_conditions,
     .table = &fault_condition_table,
     .help = "list of conditions; when one holds, the drill stops",
     .schema = "\"type\":\"array\",\"items\":{\"$ref\":\"#/$defs/condition\"}"},
    {.name = "assert",
     .type = FIELD_CUSTOM,
     .decode = take_assertions,
     .table = &assertion_table,
     .aka = "asserts assertions expect",
     .help = "what must hold in the end",
     .schema = "\"type\":\"array\",\"items\":{\"$ref\":\"#/$defs/assertion\"}"},
};
/* clang-format on */

const struct conf_table fault_drill_table = {
    .name = "drill",
    .help = "A timeline with assertions.",
    CONF_TABLE_OF(drill_fields),
};

void grammar_drills(struct grammar *g)
{
    for (const struct grammar_file *f = g->files; f; f = f->next) {
        const struct conf_node *list = conf_get(f->top, "drills");

        if (!list || !conf_want(&g->decoder, list, CONF_LIST))
            continue;
        CONF_EACH(child, list)
        {
            struct drill ignored = {0};

            conf_decode(&g->decoder, &fault_drill_table, child, &ignored);
        }
    }
}
