/*
 * Traffic for HTTP triggers: which trigger it is for, and the refusals before code would run.
 *
 * Source: spec pages invocation §4, api-2016-08-15 §6.18.1.
 */
#include "base/mem.h"
#include "product/service/resource/cors.h"
#include "product/service/resource/domain.h"
#include "product/service/resource/handlers.h"
#include "product/service/resource/model.h"
#include "product/service/resource/run.h"

static bool is_same_qualifier(struct str a, struct str b)
{
    return (is_latest(a) && is_latest(b)) || str_eq(a, b);
}

cJSON *http_trigger_find(struct store *store, struct store_key key, struct str asked)
{
    cJSON *first = NULL;

    struct store_list rows = store_list(store, &key);

    for (size_t i = 0; i < rows.count; i++) {
        OWN(json_free) cJSON *document = row_document(rows.rows[i]);
        struct str qualifier = json_get_str(document, "qualifier");

        if (!str_eq(json_get_str(document, "triggerType"), STR("http")))
            continue;
        if (is_same_qualifier(qualifier, asked)) {
            cJSON_Delete(first);
            return GIVE(document);
        }
        if (!first && asked.len == 0)
            first = GIVE(document);
    }
    return first;
}

static const cJSON *config_of(const cJSON *document)
{
    return json_get(document, "triggerConfig");
}

/* The URL that can be disabled is the function's own: a custom domain is another way in. */
static bool may_enter(struct work *work, const cJSON *config)
{
    if (work->call.internal || work->call.by_domain ||
        !cJSON_IsTrue(json_get(config, "disableURLInternet")))
        return true;
    return answer_refuse_text(work, "AccessDenied",
                              "access denied due to function internet URL is disabled");
}

static bool check_method(struct work *work, const cJSON *config)
{
    struct str method = work->call.request->method;

    if (methods_allow(config, method))
        return true;
    return answer_refuse_text(work, "AccessDenied",
                              "the http trigger does not allow method " STR_FMT,
                              STR_ARG(str_slice(method, 0, 64)));
}

/* A trigger's own qualifier counts where the call names none. */
static bool resolve(struct work *work, struct address *at, const cJSON *trigger)
{
    struct str own = json_get_str(trigger, "qualifier");

    if (at->qualifier.len > 0 || is_latest(own))
        return true;
    at->qualifier = arena_str(work->arena, own);
    if (!address_resolve(work, at, at->qualifier, &at->version))
        return false;
    struct store_key key = work_key(work, "function", at->service, at->version, at->function);

    at->function_row = store_find(work->store, &key);
    return at->function_row || answer_refuse(work, "FunctionNotFound", at->function, at->service);
}

static void free_tree(void *arg)
{
    cJSON_Delete(arg);
}

/* A domain's own comes before the trigger's. Lives as long as the call. */
static const cJSON *cors_of(struct work *work, const cJSON *config)
{
    const struct store_row *row =
        work->call.by_domain ? domain_find(work->store, work->call.request->host) : NULL;
    OWN(json_free) cJSON *domain = row ? row_document(row) : NULL;
    const cJSON *of_domain = json_get(domain, "corsConfig");
    const cJSON *own = cJSON_IsObject(of_domain) ? of_domain : json_get(config, "corsConfig");
    cJSON *kept = cJSON_IsObject(own) ? cJSON_Duplicate(own, true) : NULL;

    if (kept)
        arena_on_end(work->arena, free_tree, kept);
    return kept;
}

static void enter(struct work *work, const struct address *at, const cJSON *trigger,
                  const cJSON *config)
{
    const cJSON *cors = cors_of(work, config);

    if (cors_answers(work->call.request, cors, config))
        cors_answer_preflight(work, cors);
    else if (check_method(work, config) && restriction_allows(work, at))
        run_http(work, at, json_get_str(trigger, "triggerId"), cors);
}

void http_trigger_call(struct work *work)
{
    struct address at;

    if (!str_is_set(work->call.target->function)) {
        answer_refuse_text(work, "TriggerNotFound",
                           "no HTTP trigger is reached by host '" STR_FMT "' and path '" STR_FMT
                           "'",
                           STR_ARG(work->call.request->host),
                           STR_ARG(str_slice(work->call.request->path, 0, 256)));
        return;
    }
    if (!address_find(work, ADDRESS_SERVICE | ADDRESS_FUNCTION | ADDRESS_QUALIFIED, &at))
        return;
    OWN(json_free)
    cJSON *trigger = http_trigger_find(
        work->store, work_key(work, "trigger", at.path, STR(""), STR("")), at.qualifier);

    if (!trigger) {
        answer_refuse_text(work, "TriggerNotFound",
                           "function '" STR_FMT "' does not have an HTTP trigger%s" STR_FMT "%s",
                           STR_ARG(at.function), at.qualifier.len ? " for qualifier '" : "",
                           STR_ARG(at.qualifier), at.qualifier.len ? "'" : "");
        return;
    }
    if (resolve(work, &at, trigger) && may_enter(work, config_of(trigger)))
        enter(work, &at, trigger, config_of(trigger));
}
