/* What the journal says about clients: verdicts, retry chains, reactions, coverage, observations.
 */

#include <inttypes.h>

#include "admin/steps.h"
#include "base/units.h"
#include "conf/scalar.h"
#include "journal/reaction.h"
#include "journal/retries.h"
#include "journal/verify.h"

enum { LOOK_AGAIN_MS = 100 };

/* ---- verification ---- */

struct verification {
    struct coverage *coverage; /* a copy, in the call's arena */
    struct verify_report report;
    uint64_t until_ns; /* monotonic; while before it a failure is looked at again */
    uint64_t since_ms;
    struct str *rules; /* ids of those in force */
    size_t rule_count;
    int result; /* of verify_run() */
    struct error err;
};

static void free_coverage(void *coverage)
{
    coverage_free(coverage);
}

static struct coverage *copy_coverage(struct admin_call *call)
{
    struct coverage *copy = coverage_copy(call->admin->coverage);

    arena_on_end(call->arena, free_coverage, copy);
    return copy;
}

static const cJSON *assertions_of(const struct admin_call *call)
{
    const cJSON *list = cJSON_GetObjectItemCaseSensitive(call->document, "assert");

    return list ? list : call->document;
}

static bool read_since(struct admin_call *call, uint64_t *out)
{
    struct str since = json_get_str(call->document, "since");
    struct journal_query query;
    struct error err;

    *out = 0;
    if (!since.ptr)
        return true;
    journal_query_init(&query);
    if (journal_query_add(&query, STR("since"), since, clock_wall_ms(), call->arena, &err) < 0) {
        admin_problem(call, 422, "%s", err.text);
        return false;
    }
    *out = query.since_ms;
    return true;
}

static void note_rules(struct admin_call *call, struct verification *v)
{
    const struct fault_ruleset *set = fault_engine_ruleset(call->admin->context.engine);

    v->rule_count = 0;
    v->rules = ARENA_ARRAY(call->arena, set ? set->rule_count + 1 : 1, struct str);
    for (size_t i = 0; set && i < set->rule_count; i++)
        v->rules[v->rule_count++] = arena_str(call->arena, set->rules[i].id);
}

void step_verify_begin(struct admin_call *call)
{
    struct verification *v = call->state;
    struct str within = json_get_str(call->document, "within");
    uint64_t wait_ns = 0;

    if (!v) {
        if (within.ptr && scalar_duration(within, &wait_ns) != SCALAR_OK) {
            admin_problem(call, 422, "within: '" STR_FMT "' is not a duration such as 5s",
                          STR_ARG(within));
            return;
        }
        call->state = v = ARENA_NEW(call->arena, struct verification);
        v->until_ns = clock_monotonic_ns() + wait_ns;
        if (!read_since(call, &v->since_ms))
            return;
    }
    v->coverage = copy_coverage(call);
    note_rules(call, v);
}

void step_verify_work(struct admin_call *call)
{
    struct verification *v = call->state;
    OWN(journal_snapshot_free)
    struct journal_snapshot *snapshot = journal_snapshot_take(call->admin->context.journal);
    struct verify_input input = {
        .snapshot = snapshot,
        .coverage = v->coverage,
        .observations = call->admin->observations,
        .rules = v->rules,
        .rule_count = v->rule_count,
        .since_ms = v->since_ms,
        .wall_ms = clock_wall_ms(),
    };

    v->result = verify_run(assertions_of(call), &input, call->arena, &v->report, &v->err);
}

void step_verify_finish(struct admin_call *call)
{
    static const int statuses[] = {
        [VERDICT_PASS] = 200,
        [VERDICT_FAIL] = 409,
        [VERDICT_VACUOUS] = 424,
        [VERDICT_INCONCLUSIVE] = 424,
    };
    struct verification *v = call->state;
    struct buf body = {0};

    if (v->result < 0) {
        admin_problem(call, 422, "%s", v->err.text);
        return;
    }
    if (v->report.verdict != VERDICT_PASS && clock_monotonic_ns() < v->until_ns) {
        admin_call_wait(call, LOOK_AGAIN_MS);
        return;
    }
    verify_report_json(&v->report, &body);
    admin_json(call, statuses[v->report.verdict], &body);
}

/* ---- retry chains ---- */

/* The chains as `backoff` judges them; NULL with an answer given when that cannot be. */
static const struct verify_result *judge_profile(struct admin_call *call, struct str profile,
                                                 const struct journal_snapshot *snapshot,
                                                 const cJSON *match)
{
    OWN(json_free) cJSON *list = cJSON_CreateArray();
    cJSON *assertion = cJSON_CreateObject();
    cJSON *backoff = cJSON_AddObjectToObject(assertion, "backoff");
    struct verify_input input = {.snapshot = snapshot, .wall_ms = clock_wall_ms()};
    struct verify_report *report = ARENA_NEW(call->arena, struct verify_report);
    struct error err;

    cJSON_AddItemToArray(list, assertion);
    json_add_str(backoff, "profile", profile);
    cJSON_AddItemToObject(backoff, "match", cJSON_Duplicate(match, true));
    if (verify_run(list, &input, call->arena, report, &err) == 0)
        return &report->results[0];
    admin_problem(call, 400, "%s", err.text);
    return NULL;
}

static void add_profile(struct buf *body, struct str profile, const struct verify_result *result)
{
    body->len--; /* the closing brace */
    buf_puts(body, ",\"profile\":{\"name\":");
    buf_json_string(body, profile);
    buf_printf(body, ",\"verdict\":\"%s\",\"text\":", verdict_name(result->verdict));
    buf_json_string(body, result->text);
    buf_puts(body, "}}");
}

void step_retries_work(struct admin_call *call)
{
    struct str profile = admin_query(call, "profile");
    const struct verify_result *result = NULL;
    OWN(json_free) cJSON *match = cJSON_CreateObject();
    struct journal_query query;
    struct retries retries;
    struct buf body = {0};

    if (!admin_read_query_into(call, &query, match))
        return;
    OWN(journal_snapshot_free)
    struct journal_snapshot *snapshot = journal_snapshot_take(call->admin->context.journal);

    if (!admin_check_query(call, &query, snapshot))
        return;
    if (profile.ptr && !(result = judge_profile(call, profile, snapshot, match)))
        return;
    retries_collect(&query, snapshot, call->arena, &retries);
    retries_json(&retries, &body);
    if (result)
        add_profile(&body, profile, result);
    admin_json(call, 200, &body);
}

void step_retry_work(struct admin_call *call)
{
    struct journal_query query;
    struct retries retries;
    struct error err;
    struct buf body = {0};

    journal_query_init(&query);
    if (!str_all_digits(call->params[0]) ||
        journal_query_add(&query, STR("chain"), call->params[0], 0, call->arena, &err) < 0) {
        admin_problem(call, 404, "a chain has a number, not '" STR_FMT "'",
                      STR_ARG(call->params[0]));
        return;
    }
    OWN(journal_snapshot_free)
    struct journal_snapshot *snapshot = journal_snapshot_take(call->admin->context.journal);

    retries_collect(&query, snapshot, call->arena, &retries);
    if (!retries.count) {
        admin_problem(call, 404, "no chain " STR_FMT " in the journal", STR_ARG(call->params[0]));
        return;
    }
    retry_chain_json(&retries.chains[0], true, &body);
    admin_json(call, 200, &body);
}

/* ---- the reaction matrix ---- */

void step_clients_work(struct admin_call *call)
{
    struct journal_query query;
    struct buf body = {0};

    if (!admin_read_query(call, &query))
        return;
    OWN(journal_snapshot_free)
    struct journal_snapshot *snapshot = journal_snapshot_take(call->admin->context.journal);

    if (!admin_check_query(call, &query, snapshot))
        return;
    reaction_json(&query, snapshot, call->arena, &body);
    admin_json(call, 200, &body);
}

/* ---- coverage ---- */

/* Several values of one key, or one with commas. */
static size_t read_list(const struct admin_call *call, const char *name, const struct str **out)
{
    struct str *list =
        ARENA_ARRAY(call->arena, call->query.count + call->request.query.len + 1, struct str);
    size_t count = 0;

    for (size_t i = 0; i < call->query.count; i++) {
        struct str head, tail, rest = call->query.pairs[i].value;

        if (!str_eq(call->query.pairs[i].key, str_of(name)))
            continue;
        while (rest.len) {
            if (!str_cut(rest, ',', &head, &tail))
                tail = STR_NONE;
            list[count++] = head;
            rest = tail;
        }
    }
    *out = list;
    return count;
}

void step_coverage_begin(struct admin_call *call)
{
    struct coverage_filter filter = {0};
    struct error err = {0};
    struct buf body = {0};

    filter.error_count = read_list(call, "error", &filter.errors);
    filter.operation_count = read_list(call, "operation", &filter.operations);
    if (coverage_filter_check(call->admin->coverage, &filter, &err) < 0) {
        admin_problem(call, 400, "%s", err.text);
        return;
    }
    coverage_json(call->admin->coverage, &filter, &body);
    admin_json(call, 200, &body);
}

/* ---- observations ---- */

static bool all_texts(struct admin_call *call)
{
    static const char *const names[] = {"outcome", "exception", "code", "message"};

    for (size_t i = 0; i < N_ELEMENTS(names); i++) {
        const cJSON *item = cJSON_GetObjectItemCaseSensitive(call->document, names[i]);

        if (item && !cJSON_IsString(item) && !cJSON_IsNull(item)) {
            admin_problem(call, 422, "%s: expected a text", names[i]);
            return false;
        }
    }
    return true;
}

void step_observation_add(struct admin_call *call)
{
    const cJSON *attempts = cJSON_GetObjectItemCaseSensitive(call->document, "attempts");
    struct observation seen = {
        .request_id = json_get_str(call->document, "request_id"),
        .outcome = json_get_str(call->document, "outcome"),
        .exception = json_get_str(call->document, "exception"),
        .code = json_get_str(call->document, "code"),
        .message = json_get_str(call->document, "message"),
        .wall_ms = clock_wall_ms(),
    };
    struct buf body = {0};

    if (!seen.request_id.len) {
        admin_problem(call, 422, "request_id: name the call; its answer had X-Fc-Request-Id");
        return;
    }
    if (!all_texts(call))
        return;
    if (attempts && (!cJSON_IsNumber(attempts) || attempts->valuedouble < 0 ||
                     attempts->valuedouble > UINT32_MAX)) {
        admin_problem(call, 422, "attempts: expected a count");
        return;
    }
    seen.attempts = attempts ? (uint32_t)attempts->valuedouble : 0;
    observations_add(call->admin->observations, &seen);
    coverage_observed(call->admin->coverage, seen.request_id);
    observation_json(&seen, NULL, &body);
    admin_json(call, 201, &body);
}

void step_observations_work(struct admin_call *call)
{
    OWN(journal_snapshot_free)
    struct journal_snapshot *snapshot = journal_snapshot_take(call->admin->context.journal);
    struct observation *seen;
    size_t count = observations_all(call->admin->observations, call->arena, &seen);
    struct buf body = {0};

    buf_puts(&body, "{\"observations\":[");
    for (size_t i = 0; i < count; i++) {
        if (i)
            buf_add_char(&body, ',');
        observation_json(&seen[i], journal_snapshot_find(snapshot, seen[i].request_id), &body);
    }
    buf_puts(&body, "]}");
    admin_json(call, 200, &body);
}
