/*
 * grammar/assert.c - the assertions of a drill
 */
#include "base/distance.h"
#include "grammar/internal.h"

static const char *const profiles[] = {
    "exponential-full-jitter", "fc-python-2016", "fc-java-2016", "fc-node-2", "funcraft-3",
    "terraform-alicloud",
};

/* ---- values ---- */

/* Values of a drill are checked here and read where drills run. */
#define COMPARE_CHECK(what, field_type, shown)                                                     \
    static bool check_##what(struct conf_decoder *d, const struct conf_field *field,               \
                             const struct conf_node *node, void *out)                              \
    {                                                                                              \
        static const struct grammar_comparison form = {                                            \
            .type = (field_type), .or_value = true, .example = (shown)};                           \
        struct fault_compare ignored = {0};                                                        \
                                                                                                   \
        (void)field;                                                                               \
        (void)out;                                                                                 \
        return grammar_compare(d, &form, node, &ignored);                                          \
    }
COMPARE_CHECK(count, FIELD_UINT, "{lte: 5}")
COMPARE_CHECK(span, FIELD_DURATION, "{lte: 5s}")
COMPARE_CHECK(factor, FIELD_NUMBER, "{gte: 1.5}")
COMPARE_CHECK(share, FIELD_RATIO, "{gte: 99%}")
#undef COMPARE_CHECK

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
    CHECK("attempts", count, ANY_VALUE, "attempts of one call"),
    CHECK("first_gap", span, ANY_VALUE, "pause before the first retry"),
    CHECK("growth", factor, ANY_VALUE, "factor from one gap to the next"),
    CHECK("cap", span, ANY_VALUE, "longest gap"),
    CHECK("budget", span, ANY_VALUE, "time from the first to the last attempt"),
    CHECK("jitter", bool, "\"type\":\"boolean\"", "gaps differ by chance"),
    CHECK("obey_retry_after", bool, "\"type\":\"boolean\"", "no retry before Retry-After"),
    CHECK("fresh_signature", bool, "\"type\":\"boolean\"", "each attempt is signed anew"),
};
/* clang-format on */
/* clang-format off */
static const struct conf_field recovery_fields[] = {
    WITHIN,
    CHECK("success", share, ANY_VALUE, "share of calls that succeed afterwards"),
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
    CHECK("peak_to_mean", factor, ANY_VALUE, "largest tenth of a second against the mean"),
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
const struct conf_table fault_assertion_table = {
    .name = "assertion",
    .noun = "assertion",
    .help = "One assertion.",
    CONF_TABLE_OF(assertion_fields),
};
