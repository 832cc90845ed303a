/*
 * grammar/assert.c - the assertions of a drill
 */
#include "base/distance.h"
#include "base/glob.h"
#include "conf/document.h"
#include "grammar/internal.h"
#include "journal/coverage.h"
#include "journal/profile.h"
#include "journal/query.h"
#include "journal/verify.h"

/* ---- values ---- */

/* Values of a drill are checked here and read where drills run. */
#define COMPARE_CHECK(what, field_type, shown)                                                     \
    static bool check_##what(struct conf_decoder *d, const struct conf_node *node, void *out)      \
    {                                                                                              \
        static const struct grammar_comparison form = {                                            \
            .type = (field_type), .or_value = true, .example = (shown)};                           \
        struct fault_compare ignored = {0};                                                        \
                                                                                                   \
        (void)out;                                                                                 \
        return grammar_compare(d, &form, node, &ignored);                                          \
    }
COMPARE_CHECK(count, FIELD_UINT, "{lte: 5}")
COMPARE_CHECK(span, FIELD_DURATION, "{lte: 5s}")
COMPARE_CHECK(factor, FIELD_NUMBER, "{gte: 1.5}")
COMPARE_CHECK(share, FIELD_RATIO, "{gte: 99%}")
#undef COMPARE_CHECK

static bool check_text(struct conf_decoder *d, const struct conf_node *node, void *out)
{
    (void)out;
    return conf_want_text(d, node);
}

static bool check_bool(struct conf_decoder *d, const struct conf_node *node, void *out)
{
    static const struct conf_field truth = {.type = FIELD_BOOL};
    bool ignored = false;

    (void)out;
    return conf_decode_field(d, &truth, node, &ignored);
}

static bool check_duration(struct conf_decoder *d, const struct conf_node *node, void *out)
{
    uint64_t ignored = 0;

    (void)out;
    return grammar_ns(d, node, 0, &ignored);
}

/* Every gap is longer than none. */
static bool check_pause(struct conf_decoder *d, const struct conf_node *node, void *out)
{
    uint64_t ignored = 0;

    (void)out;
    return grammar_ns(d, node, 1, &ignored);
}

static bool check_ratio(struct conf_decoder *d, const struct conf_node *node, void *out)
{
    static const struct conf_field ratio = {.type = FIELD_RATIO};
    double ignored = 0;

    (void)out;
    return conf_decode_field(d, &ratio, node, &ignored);
}

static bool check_number(struct conf_decoder *d, const struct conf_node *node, void *out)
{
    static const struct conf_field number = {.type = FIELD_NUMBER};
    double ignored = 0;

    (void)out;
    return conf_decode_field(d, &number, node, &ignored);
}

/* Names that rules know, too, are held to their vocabulary; a leading '!' turns one round. */
static bool check_named(struct conf_decoder *d, const struct conf_node *node)
{
    static const struct str known[] = {STR_INIT("operation"), STR_INIT("region")};
    struct fault_match ignored = {0};

    for (size_t i = 0; i < N_ELEMENTS(known); i++)
        if (str_eq(node->key, known[i]) &&
            !(node->kind == CONF_SCALAR && str_starts(node->text, STR("!"))))
            return conf_decode_field(d, conf_table_find(&fault_match_table, known[i]), node,
                                     &ignored);
    return true;
}

static bool is_filter(struct str name)
{
    const char *known;

    for (size_t i = 0; (known = journal_query_name(i)); i++)
        if (str_eq(name, str_of(known)))
            return true;
    return false;
}

static bool check_rule(struct conf_decoder *d, const struct conf_node *node, void *out)
{
    (void)out;
    return conf_want_text(d, node) && grammar_rule_index(d, node) >= 0;
}

/* A code can be of a function's own making: only said when it looks like one that is documented. */
static void warn_misspelt(struct conf_decoder *d, const struct conf_node *node,
                          const struct journal_query *query)
{
    struct error err = {0};

    if (journal_query_check_spelling(query, NULL, d->arena, &err) < 0)
        conf_warn(d->report, conf_at(node), "W416", "%s", err.text);
}

static void warn_misspelt_code(struct conf_decoder *d, const struct conf_node *node)
{
    struct error err = {0};

    if (journal_word_check_spelling("code", node->text, NULL, d->arena, &err) < 0)
        conf_warn(d->report, conf_at(node), "W416", "%s", err.text);
}

/* As a code: a rule can come while the drill runs. */
static void warn_misspelt_rule(struct conf_decoder *d, const struct conf_node *node)
{
    const struct grammar *g = grammar_of(d);
    size_t count;
    const struct conf_node *item = conf_items(node, &count);

    for (size_t i = 0; i < count; i++, item = item->next) {
        size_t sign = str_starts(item->text, STR("!"));
        struct nearest nearest = {.wanted = str_slice(item->text, sign, item->text.len)};
        bool known = false;
        struct error err = {0};

        for (size_t k = 0; k < g->rule_count && !known; k++) {
            known = glob_match(nearest.wanted, g->rules[k].rule.id);
            nearest_offer(&nearest, g->rules[k].rule.id);
        }
        if (!known && nearest.best.ptr && nearest_refuse(&nearest, "rule", &err) < 0)
            conf_warn(d->report, conf_at(item), "W416", "%s", err.text);
    }
}

/* The calls of an assertion are chosen as the journal chooses them. */
static bool check_filter(struct conf_decoder *d, const struct conf_node *node)
{
    OWN(json_free) cJSON *object = json_made(cJSON_CreateObject());
    struct journal_query query;
    struct error err = {0};

    journal_query_init(&query);
    cJSON_AddItemToObject(object, arena_dup(d->arena, node->key), document_from_node(node));
    if (journal_query_add_json(&query, object, 0, d->arena, &err) == 0) {
        if (!check_named(d, node))
            return false;
        warn_misspelt(d, node, &query);
        if (str_eq(node->key, STR("rule")))
            warn_misspelt_rule(d, node);
        return true;
    }
    conf_error(d->report, is_filter(node->key) ? conf_at(node) : conf_at_key(node),
               is_filter(node->key) ? "F202" : "F102", "%s", err.text);
    return false;
}

static bool check_match(struct conf_decoder *d, const struct conf_node *node, void *out)
{
    bool ok = true;

    (void)out;
    if (!conf_want(d, node, CONF_MAP))
        return false;
    CONF_EACH (child, node)
        ok = check_filter(d, child) && ok;
    return ok;
}

static bool check_matches(struct conf_decoder *d, const struct conf_node *node, void *out)
{
    enum { LEAST = 2 };
    size_t count;
    const struct conf_node *item = conf_items(node, &count);
    bool ok = conf_want(d, node, CONF_LIST);

    if (ok && count < LEAST) {
        conf_error(d->report, conf_at(node), "F202", "expected a list of two matches or more");
        return false;
    }
    for (size_t i = 0; ok && i < count; i++, item = item->next)
        ok = check_match(d, item, out);
    return ok;
}

static bool check_code(struct conf_decoder *d, const struct conf_node *node, void *out)
{
    (void)out;
    if (!conf_want_text(d, node))
        return false;
    warn_misspelt_code(d, node);
    return true;
}

/* A status is a number, a code a word. */
static bool check_never_again(struct conf_decoder *d, const struct conf_node *node, void *out)
{
    size_t count;
    const struct conf_node *item = conf_items(node, &count);
    bool ok = conf_want(d, node, CONF_LIST);

    (void)out;
    for (size_t i = 0; ok && i < count; i++, item = item->next) {
        OWN(json_free) cJSON *value = document_from_node(item);

        if (cJSON_IsNumber(value))
            continue;
        ok = cJSON_IsString(value) && !str_all_digits(item->text);
        if (ok)
            warn_misspelt_code(d, item);
        else
            conf_error(d->report, conf_at(item), "F202",
                       "expected a status such as 429 or a code such as ResourceExhausted");
    }
    return ok;
}

/* An operation or a region of an assertion, with the vocabulary of `match`. */
static bool check_match_key(struct conf_decoder *d, const struct conf_field *field,
                            const struct conf_node *node, void *out)
{
    struct fault_match ignored = {0};
    const struct conf_field *key = conf_table_find(&fault_match_table, str_of(field->arg));

    (void)out;
    return conf_decode_field(d, key, node, &ignored);
}

static bool is_outcome(struct str name)
{
    for (int i = OUTCOME_ERROR; i < OUTCOME_COUNT; i++)
        if (str_eq(name, fault_outcome_name((enum fault_outcome)i)))
            return true;
    return false;
}

static bool check_codes(struct conf_decoder *d, const struct conf_node *node, void *out)
{
    size_t count;
    const struct conf_node *item = conf_items(node, &count);
    bool ok = true;

    (void)out;
    for (size_t i = 0; i < count; i++, item = item->next) {
        struct nearest nearest = {.wanted = item->text};
        size_t rows;
        const struct fc_error *table = fc_error_table(&rows);

        if (!conf_want_text(d, item) || fc_error_find(item->text) || is_outcome(item->text))
            continue;
        for (size_t j = 0; j < rows; j++)
            nearest_offer(&nearest, str_of(table[j].code));
        conf_error(d->report, conf_at(item), "F305", "unknown FC code '%s'%s", conf_value(d, item),
                   conf_did_you_mean(d, nearest.best));
        ok = false;
    }
    return ok;
}

static bool check_profile(struct conf_decoder *d, const struct conf_node *node, void *out)
{
    struct nearest nearest = {.wanted = node->text};
    size_t count;
    const struct backoff_profile *profiles = backoff_profile_table(&count);

    (void)out;
    if (!conf_want_text(d, node))
        return false;
    if (backoff_profile_find(node->text))
        return true;
    for (size_t i = 0; i < count; i++)
        nearest_offer(&nearest, str_of(profiles[i].name));
    conf_error(d->report, conf_at(node), "F302", "no profile '%s'; known: %s, %s, …%s",
               conf_value(d, node), profiles[0].name, profiles[1].name,
               conf_did_you_mean(d, nearest.best));
    return false;
}

/* ---- assertions ---- */

/* Bounds as those who judge them see them. */
static void check_bounds(struct conf_decoder *d, const struct conf_node *node, void *out)
{
    OWN(json_free) cJSON *args = document_from_node(node);
    const char *kind = arena_dup(d->arena, node->key);
    const char *key = NULL;
    struct error err = {0};

    (void)out;
    if (verify_check_bounds(kind, args, &key, &err) == 0)
        return;
    node = key ? conf_get(node, key) : node;
    conf_error(d->report, conf_at(node), "F311", "%s", err.text);
}

static const struct conf_shape any_value =
    SHAPE_OF_TYPES("number", "string", "boolean", "object", "array");
static const struct conf_shape filters = {.kind = SHAPE_LIST, .of = &shape_map};
static const struct conf_shape done = {.kind = SHAPE_CONST, .value = "\"done\""};
static const struct conf_word state_list[] = {
    {"injected", COVERAGE_INJECTED},
    {"reached",  COVERAGE_REACHED },
    {"reacted",  COVERAGE_REACTED },
};
static const struct conf_words states = {CONF_WORDS_OF(state_list)};

#define CHECK(key, how, looks, text)                                                               \
    {                                                                                              \
        .name = key, .type = FIELD_CUSTOM, .take = check_##how, .help = text, .shape = &(looks)    \
    }
/* The same with the vocabulary of a key of `match`. */
#define CHECK_KEY(key, of_match, looks, text)                                                      \
    {                                                                                              \
        .name = key, .type = FIELD_CUSTOM, .decode = check_match_key, .arg = (of_match),           \
        .help = text, .shape = &(looks)                                                            \
    }
#define MATCH                                                                                      \
    {.name = "match",                                                                              \
     .type = FIELD_CUSTOM,                                                                         \
     .take = check_match,                                                                          \
     .help = "the calls it is about, by the filters of the journal",                               \
     .shape = &shape_map},                                                                         \
        CHECK("allow_none", bool, shape_bool, "pass when nothing was met")
#define COMPARISONS(how)                                                                           \
    CHECK("eq", how, any_value, "equal"), CHECK("gt", how, any_value, "greater"),                  \
        CHECK("gte", how, any_value, "at least"), CHECK("lt", how, any_value, "less"),             \
        CHECK("lte", how, any_value, "at most")
#define WITHIN CHECK("within", duration, any_value, "no later than this")

/* The keys are those of journal/verify.c, which judges them; a test holds the two together. */
/* clang-format off */
static const struct conf_field counted_fields[] = {COMPARISONS(number), MATCH};
static const struct conf_field backoff_fields[] = {
    MATCH,
    CHECK("profile", profile, shape_text, "a schedule that is known by name"),
    CHECK("attempts", count, any_value, "attempts of one call"),
    CHECK("first_gap", span, any_value, "pause before the first retry"),
    CHECK("factor", factor, any_value, "growth from one gap to the next"),
    CHECK("gap", span, any_value, "each gap"),
    CHECK("jitter", bool, shape_bool, "gaps differ by chance"),
    CHECK("obey_retry_after", bool, shape_bool, "no retry before Retry-After"),
    CHECK("fresh_signature", bool, shape_bool, "each attempt is signed anew"),
    CHECK("no_retry_on", never_again, shape_list, "statuses or codes after which no retry may come"),
};
static const struct conf_field recovery_fields[] = {
    WITHIN,
    CHECK("success", share, any_value, "share of calls that succeed afterwards"),
    MATCH,
};
static const struct conf_field duplicates_fields[] = {
    CHECK("effect", text, done, "whose work was done"),
    COMPARISONS(number), MATCH,
};
static const struct conf_field errors_fields[] = {
    CHECK("over", duration, any_value, "the worst stretch of this length; default: all calls together"),
    COMPARISONS(ratio), MATCH,
};
static const struct conf_field fires_fields[] = {
    {.name = "rule",
     .type = FIELD_CUSTOM,
     .flags = FIELD_REQUIRED,
     .take = check_rule,
     .help = "id of the rule",
     .shape = &shape_text},
    COMPARISONS(number), MATCH,
};
static const struct conf_field latency_fields[] = {
    CHECK("p50", span, any_value, "what half of the calls do not exceed"),
    CHECK("p90", span, any_value, "what nine of ten do not exceed"),
    CHECK("p95", span, any_value, "what 95 of 100 do not exceed"),
    CHECK("p99", span, any_value, "what 99 of 100 do not exceed"),
    CHECK("max", span, any_value, "the longest of all"),
    MATCH,
};
static const struct conf_field order_fields[] = {
    CHECK("of", matches, filters, "filters of the journal, each for a call behind the one above"),
    MATCH,
};
static const struct conf_field failover_fields[] = {
    CHECK_KEY("from", "region", shape_text, "region that fails"),
    CHECK_KEY("to", "region", shape_text, "region that is called instead"),
    CHECK("back", bool, shape_bool, "and the first region is called again"),
    WITHIN, MATCH,
};
static const struct conf_field herd_fields[] = {
    CHECK("bucket", duration, any_value, "arrivals are counted in steps of this; default 100ms"),
    CHECK("over", duration, any_value, "so long behind the last fault"),
    COMPARISONS(number), MATCH,
};
static const struct conf_field breaker_fields[] = {
    CHECK("opens", bool, shape_bool, "the client stops calling; default true"),
    CHECK("pause", pause, any_value, "a gap of at least this counts as stopping"),
    CHECK("probes", count, any_value, "single calls between pauses"),
    MATCH,
};
static const struct conf_field seen_fields[] = {
    CHECK("outcome", text, shape_text, "what the client reports"),
    CHECK("exception", text, shape_text, "exception that the client reports"),
    CHECK("code", code, shape_text, "FC code that the client reports"),
    CHECK("lost", bool, shape_bool, "the code that was sent is not what it reports"),
    COMPARISONS(number), MATCH,
};
static const struct conf_field coverage_fields[] = {
    CHECK("errors", codes, shape_text_or_list, "codes, and other ways a call ends"),
    CHECK_KEY("operations", "operation", shape_text_or_list, "operations"),
    {.name = "state",
     .type = FIELD_CUSTOM,
     .take = check_text,
     .words = &states,
     .help = "how far; default reached"},
    COMPARISONS(ratio), MATCH,
};
/* clang-format on */

#define TABLE(name_)                                                                               \
    static const struct conf_table name_##_table = {                                               \
        .name = #name_, .check = check_bounds, CONF_TABLE_OF(name_##_fields)}
TABLE(counted);
TABLE(backoff);
TABLE(recovery);
TABLE(duplicates);
TABLE(errors);
TABLE(failover);
TABLE(fires);
TABLE(herd);
TABLE(latency);
TABLE(order);
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
    ASSERTION("errors", errors, "share of calls that fail, over the worst stretch"),
    ASSERTION("fires", fires, "how often a rule fired"),
    ASSERTION("latency", latency, "time of a call as the client saw it"),
    ASSERTION("order", order, "calls that come one after the other"),
    ASSERTION("failover", failover, "from one region to another"),
    ASSERTION("herd", herd, "retries that come all at once"),
    ASSERTION("breaker", breaker, "a client that stops and probes"),
    ASSERTION("seen", seen, "what the client saw"),
    ASSERTION("coverage", coverage, "errors that were tried"),
};
/* clang-format on */
const struct conf_table fault_assertion_table = {
    .name = "assertion",
    .noun = "assertion",
    .help = "One assertion.",
    CONF_TABLE_OF(assertion_fields),
};
