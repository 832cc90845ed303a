/* Why a call met the fate it did: gate by gate, recomputed from what was recorded. */

#include <inttypes.h>

#include "admin/recall.h"
#include "admin/steps.h"
#include "fault/explain.h"
#include "route/place.h"
#include "route/target.h"

static void add_recorded(const struct fault_evidence *evidence, uint64_t seed, struct buf *out)
{
    double again = fault_recompute(evidence, seed);

    buf_puts(out, ",\"key\":");
    buf_json_string(out, evidence->key.ptr ? evidence->key : STR(""));
    buf_printf(out, ",\"n\":%" PRIu64 ",\"shadow\":%s", evidence->n,
               evidence->shadow ? "true" : "false");
    if (evidence->choice >= 0)
        buf_printf(out, ",\"choice\":%d", evidence->choice);
    if (evidence->draw >= 0)
        buf_printf(out, ",\"draw\":%.17g,\"threshold\":%.17g,\"recomputed\":%.17g,\"agrees\":%s",
                   evidence->draw, evidence->threshold, again,
                   again == evidence->draw ? "true" : "false");
}

static void add_explanation(const struct fault_explanation *explanation, uint64_t seed,
                            struct buf *out)
{
    OWN(buf_done) struct buf text = {0};

    fault_explanation_print(explanation, &text);
    buf_puts(out, "{\"rule\":");
    buf_json_string(out, explanation->rule->id);
    buf_printf(out, ",\"gate\":\"%s\"", fault_gate_name(explanation->gate));
    if (explanation->key) {
        buf_puts(out, ",\"key_of_match\":");
        buf_json_string(out, str_of(explanation->key));
        buf_puts(out, ",\"had\":");
        buf_json_string(out, explanation->had);
    }
    if (explanation->evidence)
        add_recorded(explanation->evidence, seed, out);
    buf_puts(out, ",\"text\":");
    buf_json_string(out, buf_str(&text));
    buf_add_char(out, '}');
}

static void add_rules(struct admin_call *call, const struct fault_call *told,
                      const struct fault_evidence *evidence, size_t evidence_count, bool delay_cut,
                      uint64_t seed, struct buf *out)
{
    struct fault_engine *engine = call->admin->context.engine;
    const struct fault_ruleset *set = fault_engine_ruleset(engine);
    size_t count = set ? set->rule_count : 0;
    struct fault_explanation *explanations =
        ARENA_ARRAY(call->arena, count, struct fault_explanation);

    if (set)
        fault_explain(engine, told, evidence, evidence_count, delay_cut, explanations);
    buf_puts(out, "\"rules\":[");
    for (size_t i = 0; i < count; i++) {
        if (i)
            buf_add_char(out, ',');
        add_explanation(&explanations[i], seed, out);
    }
    buf_add_char(out, ']');
}

/* ---- a call of the journal ---- */

static void explain_entry(struct admin_call *call, struct str request_id)
{
    OWN(journal_snapshot_free)
    struct journal_snapshot *snapshot = journal_snapshot_take(call->admin->context.journal);
    const struct journal_entry *entry = journal_snapshot_find(snapshot, request_id);
    struct fault_call told;
    struct fault_evidence *evidence;
    struct buf body = {0};

    if (!entry) {
        admin_problem(call, 404, "no request '" STR_FMT "' in the journal", STR_ARG(request_id));
        return;
    }
    size_t count = recall_evidence(entry, fault_engine_ruleset(call->admin->context.engine),
                                   call->arena, &evidence);

    recall_call(entry, call->arena, &told);

    buf_puts(&body, "{\"request_id\":");
    buf_json_string(&body, entry->request_id);
    buf_puts(&body, ",\"outcome\":{\"rule\":");
    buf_json_string(&body, entry->rule.len ? entry->rule : STR_NONE);
    buf_puts(&body, ",\"kind\":");
    buf_json_string(&body, entry->outcome_kind.len ? entry->outcome_kind : STR_NONE);
    buf_puts(&body, ",\"code\":");
    buf_json_string(&body, entry->code.len ? entry->code : STR_NONE);
    buf_printf(&body, ",\"status\":%d,\"delay_capped\":%s},\"seed\":%" PRIu64 ",", entry->status,
               entry->delay_capped ? "true" : "false", entry->seed);
    add_rules(call, &told, evidence, count, entry->delay_capped, entry->seed, &body);
    buf_add_char(&body, '}');
    admin_json(call, 200, &body);
}

/* ---- a call that might come ---- */

static void read_headers(const cJSON *document, struct arena *arena, struct http_headers *out)
{
    const cJSON *headers = cJSON_GetObjectItemCaseSensitive(document, "headers");

    for (const cJSON *item = headers ? headers->child : NULL; item; item = item->next) {
        if (cJSON_IsString(item))
            http_headers_add(out, arena, str_of(item->string), str_of(item->valuestring));
    }
}

static void imagine(struct admin_call *call, struct fault_call *out)
{
    const cJSON *document = call->document;
    struct http_headers *headers = ARENA_NEW(call->arena, struct http_headers);
    struct str method = json_get_str(document, "method");
    struct str body = json_get_str(document, "body");
    struct str path, query;
    struct place place;
    struct target target;
    static const struct place_defaults nowhere = {.account = STR_INIT(""), .region = STR_INIT("")};

    read_headers(document, call->arena, headers);
    str_cut(json_get_str(document, "path"), '?', &path, &query);
    place_find(place_host_name(json_get_str(document, "host"), call->arena),
               http_headers_get(headers, STR("X-Fc-Account-Id")), &nowhere, call->arena, &place);
    method = method.ptr ? method : STR("GET");
    target_find(method, path, STR_NONE, call->arena, &target);
    *out = (struct fault_call){
        .product = product_of_place(&place),
        .account = place.account,
        .region = place.region,
        .host = json_get_str(document, "host"),
        .method = method,
        .path = path,
        .query = query,
        .api = target.api,
        .op = target.op,
        .service = target.service,
        .function = target.function,
        .qualifier = target.qualifier,
        .trigger = target.trigger,
        .layer = target.layer,
        .domain = target.domain,
        .client = call->request.client,
        .sdk = fault_sdk_of(http_headers_get(headers, STR("User-Agent"))),
        .headers = headers,
        .label = http_headers_get(headers, STR("X-Fcemu-Label")),
        .attempt = 1,
        .connection_call = 1,
        .body_known = true,
        .body = body,
        .body_size = body.len,
    };
}

static void explain_imagined(struct admin_call *call)
{
    struct fault_call imagined;
    struct buf body = {0};

    imagine(call, &imagined);
    buf_puts(&body, "{\"imagined\":true,\"operation\":");
    buf_json_string(&body, str_of(imagined.op ? imagined.op->name : NULL));
    buf_add_char(&body, ',');
    add_rules(call, &imagined, NULL, 0, false, fault_engine_seed(call->admin->context.engine),
              &body);
    buf_add_char(&body, '}');
    admin_json(call, 200, &body);
}

void step_explain_begin(struct admin_call *call)
{
    struct str request_id = json_get_str(call->document, "request_id");

    if (request_id.ptr)
        explain_entry(call, request_id);
    else if (json_get_str(call->document, "path").ptr)
        explain_imagined(call);
    else
        admin_problem(call, 422,
                      "send {\"request_id\": …}, or a request: {\"method\": …, "
                      "\"host\": …, \"path\": …, \"headers\": {…}, \"body\": …}");
}
