/* Assertions about what happened. */
#include "journal/verify.h"

#include "base/distance.h"
#include "journal/assertion.h"
#include "journal/closest.h"

static const struct {
    const char *name;
    assertion_judge judge;
    const char *keys; /* beyond match and comparisons, blank separated */
} kinds[] = {
    {"amplification", judge_amplification, ""                                                   },
    {"backoff",       judge_backoff,
     "profile attempts first_gap factor gap jitter fresh_signature obey_retry_after no_retry_on"},
    {"breaker",       judge_breaker,       "opens pause probes"                                 },
    {"calls",         judge_calls,         ""                                                   },
    {"coverage",      judge_coverage,      "errors operations state"                            },
    {"duplicates",    judge_duplicates,    "effect"                                             },
    {"errors",        judge_errors,        "over"                                               },
    {"failover",      judge_failover,      "from to within back"                                },
    {"fires",         judge_fires,         "rule"                                               },
    {"herd",          judge_herd,          "bucket over"                                        },
    {"latency",       judge_latency,       "p50 p90 p95 p99 max"                                },
    {"order",         judge_order,         "of"                                                 },
    {"recovery",      judge_recovery,      "within success"                                     },
    {"retries",       judge_retries,       ""                                                   },
    {"seen",          judge_seen,          "outcome exception code lost"                        },
};

static const char *const common_keys = "match allow_none eq gt gte lt lte";

const char *verdict_name(enum verdict verdict)
{
    static const char *const names[] = {
        [VERDICT_PASS] = "pass",
        [VERDICT_FAIL] = "fail",
        [VERDICT_VACUOUS] = "vacuous",
        [VERDICT_INCONCLUSIVE] = "inconclusive",
    };

    return names[verdict];
}

const char *verify_assertion_name(size_t index)
{
    return index < N_ELEMENTS(kinds) ? kinds[index].name : NULL;
}

const char *verify_assertion_keys(size_t index)
{
    return index < N_ELEMENTS(kinds) ? kinds[index].keys : NULL;
}

/* ---- reading ---- */

static bool word_in(struct str word, const char *list, struct nearest *nearest)
{
    struct str head, tail, rest = str_of(list);

    while (rest.len) {
        if (!str_cut(rest, ' ', &head, &tail))
            tail = STR_NONE;
        if (str_eq(head, word))
            return true;
        nearest_offer(nearest, head);
        rest = tail;
    }
    return false;
}

static int refuse_word(const char *what, const struct nearest *nearest, struct error *err)
{
    if (nearest->best.ptr)
        return error_set(err, ERROR_SYNTAX, "%s '" STR_FMT "'; did you mean '" STR_FMT "'?", what,
                         STR_ARG(nearest->wanted), STR_ARG(nearest->best));
    return error_set(err, ERROR_SYNTAX, "%s '" STR_FMT "'", what, STR_ARG(nearest->wanted));
}

/* "retry" is too far from "retries" for a slip of the keys, but begins like it. */
static bool begins_alike(struct str a, struct str b)
{
    enum { ALIKE = 4 };

    return a.len >= ALIKE && str_starts(b, str_slice(a, 0, ALIKE));
}

static int find_kind(const char *name, size_t *out, struct error *err)
{
    struct nearest nearest = {.wanted = str_of(name)};
    const char *known;

    for (size_t i = 0; (known = verify_assertion_name(i)); i++) {
        if (strcmp(known, name) == 0) {
            *out = i;
            return 0;
        }
        nearest_offer(&nearest, str_of(known));
    }
    for (size_t i = 0; (known = verify_assertion_name(i)) && !nearest.best.ptr; i++) {
        if (begins_alike(nearest.wanted, str_of(known)))
            nearest.best = str_of(known);
    }
    return refuse_word("unknown assertion", &nearest, err);
}

static int check_keys(size_t kind, const cJSON *args, struct error *err)
{
    if (!cJSON_IsObject(args))
        return error_set(err, ERROR_SYNTAX, "expected an object");
    for (const cJSON *member = args->child; member; member = member->next) {
        struct nearest nearest = {.wanted = str_of(member->string)};

        if (!word_in(nearest.wanted, common_keys, &nearest) &&
            !word_in(nearest.wanted, verify_assertion_keys(kind), &nearest))
            return refuse_word("unknown key", &nearest, err);
    }
    return 0;
}

static int check_bounds(size_t kind, const cJSON *args, struct error *err)
{
    const char *key;

    if (verify_check_bounds(kinds[kind].name, args, &key, err) == 0)
        return 0;
    return key ? error_wrap(err, "%s", key) : -1;
}

static int read_allow_none(struct assertion *assertion, struct error *err)
{
    const cJSON *allow = cJSON_GetObjectItemCaseSensitive(assertion->args, "allow_none");

    if (allow && !cJSON_IsBool(allow))
        return error_set(err, ERROR_SYNTAX, "allow_none: expected true or false");
    assertion->allow_none = cJSON_IsTrue(allow);
    return 0;
}

static int read_common(struct assertion *assertion, struct error *err)
{
    const cJSON *match = cJSON_GetObjectItemCaseSensitive(assertion->args, "match");

    journal_query_init(&assertion->query);
    assertion->query.limit = JOURNAL_QUERY_LIMIT_MAX;
    assertion->query.account = assertion->input->account;
    if (match && (journal_query_add_json(&assertion->query, match, assertion->input->wall_ms,
                                         assertion->arena, err) < 0 ||
                  journal_query_check_spelling(&assertion->query, assertion->input->snapshot,
                                               assertion->arena, err) < 0))
        return error_wrap(err, "match");
    if (read_allow_none(assertion, err) < 0)
        return -1;
    if (!assertion->query.since_ms)
        assertion->query.since_ms = assertion->input->since_ms;
    if (!assertion->query.after)
        assertion->query.after = assertion->input->after;
    return assertion_read_compare(assertion->args, &assertion->compare, err);
}

/* ---- judging ---- */

static bool entries_are_missing(const struct assertion *assertion)
{
    const struct journal_snapshot *snapshot = assertion->input->snapshot;

    if (!journal_snapshot_lost(snapshot))
        return false;
    if (assertion->query.after)
        return !journal_snapshot_count(snapshot) ||
               journal_snapshot_at(snapshot, 0)->number > assertion->query.after + 1;
    return !journal_snapshot_count(snapshot) ||
           journal_snapshot_at(snapshot, 0)->wall_ms >= assertion->query.since_ms;
}

/* The calls that a failure is about, those that failed before the others. */
static void show_calls(const struct assertion *assertion, struct verify_result *out)
{
    const struct journal_selection *calls = &assertion->calls;

    for (int failed = 1; failed >= 0; failed--)
        for (size_t i = 0; i < calls->count && out->call_count < VERIFY_CALLS_SHOWN; i++)
            if (journal_entry_failed(calls->entries[i]) == failed)
                out->calls[out->call_count++] =
                    arena_str(assertion->arena, calls->entries[i]->request_id);
}

static int judge_one(size_t kind, struct assertion *assertion, struct verify_result *out,
                     struct error *err)
{
    int r = read_common(assertion, err);

    if (r == 0) {
        journal_select(&assertion->query, assertion->input->snapshot, assertion->arena,
                       &assertion->calls);
        r = kinds[kind].judge(assertion, err);
    }
    if (r == 0 && assertion->verdict == VERDICT_VACUOUS && !assertion->calls.count) {
        buf_puts(&assertion->text, ": ");
        journal_closest(&assertion->query, assertion->input->snapshot, assertion->arena,
                        &assertion->text);
    }
    if (r == 0 && assertion->verdict == VERDICT_VACUOUS && assertion->allow_none)
        assertion->verdict = VERDICT_PASS;
    if (r == 0 && entries_are_missing(assertion) && assertion->verdict != VERDICT_INCONCLUSIVE) {
        assertion->verdict = VERDICT_INCONCLUSIVE;
        buf_printf(&assertion->text, "; but the journal lost %llu entries",
                   (unsigned long long)journal_snapshot_lost(assertion->input->snapshot));
    }
    *out = (struct verify_result){
        .assertion = kinds[kind].name,
        .verdict = assertion->verdict,
        .text = arena_str(assertion->arena, buf_str(&assertion->text)),
    };
    if (out->verdict == VERDICT_FAIL)
        show_calls(assertion, out);
    buf_done(&assertion->text);
    return r;
}

int verify_run(const cJSON *assertions, const struct verify_input *input, struct arena *arena,
               struct verify_report *out, struct error *err)
{
    struct verify_report report = {0};

    if (!cJSON_IsArray(assertions) || !assertions->child)
        return error_set(err, ERROR_SYNTAX, "assert: expected a list of assertions");
    report.results =
        ARENA_ARRAY(arena, (size_t)cJSON_GetArraySize(assertions), struct verify_result);
    for (const cJSON *item = assertions->child; item; item = item->next) {
        const cJSON *args = cJSON_IsObject(item) ? item->child : NULL;
        size_t kind = 0;

        if (!args || args->next)
            return error_set(err, ERROR_SYNTAX, "assert[%zu]: expected an object with one member",
                             report.count);
        struct assertion assertion = {.input = input, .args = args, .arena = arena};

        if (find_kind(args->string, &kind, err) < 0)
            return error_wrap(err, "assert[%zu]", report.count);
        if (check_keys(kind, args, err) < 0 ||
            judge_one(kind, &assertion, &report.results[report.count], err) < 0 ||
            check_bounds(kind, args, err) < 0)
            return error_wrap(err, "assert[%zu].%s", report.count, args->string);
        if (report.results[report.count].verdict > report.verdict)
            report.verdict = report.results[report.count].verdict;
        report.count++;
    }
    *out = report;
    return 0;
}

void verify_report_json(const struct verify_report *report, struct buf *out)
{
    buf_printf(out, "{\"verdict\":\"%s\",\"results\":[", verdict_name(report->verdict));
    for (size_t i = 0; i < report->count; i++) {
        const struct verify_result *result = &report->results[i];

        buf_printf(out, "%s{\"assertion\":\"%s\",\"verdict\":\"%s\",\"text\":", i ? "," : "",
                   result->assertion, verdict_name(result->verdict));
        buf_json_string(out, result->text);
        if (result->call_count)
            buf_puts(out, ",\"calls\":[");
        for (size_t k = 0; k < result->call_count; k++) {
            buf_puts(out, k ? "," : "");
            buf_json_string(out, result->calls[k]);
        }
        buf_puts(out, result->call_count ? "]}" : "}");
    }
    buf_puts(out, "]}");
}
