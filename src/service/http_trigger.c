/*
 * Traffic for HTTP triggers: which trigger it is for, and the refusals before code would run.
 *
 * Source: spec pages invocation §4.7, api-2016-08-15 §6.18.1.
 */
#include "base/mem.h"
#include "service/model.h"
#include "service/operations.h"

/* The HTTP trigger of the function at @path ("demo/hello") for @qualifier, or NULL. */
static const struct store_row *find_trigger(struct store *store, struct store_key key,
                                            struct str path)
{
    key.parent = path;
    struct store_list rows = store_list(store, &key);

    for (size_t i = 0; i < rows.count; i++) {
        OWN(json_free) cJSON *document = row_document(rows.rows[i]);

        if (str_eq(json_get_str(document, "triggerType"), STR("http")))
            return rows.rows[i];
    }
    return NULL;
}

void http_trigger_call(struct work *work)
{
    struct address at;

    if (!str_is_set(work->call.target->function)) {
        answer_invalid(work,
                       "HTTP triggers are not emulated for host '" STR_FMT
                       "': no fixture or rule answers it",
                       STR_ARG(work->call.request->host));
        return;
    }
    if (!address_find(work, ADDRESS_SERVICE | ADDRESS_FUNCTION | ADDRESS_QUALIFIED, &at))
        return;
    if (!find_trigger(work->store, work_key(work, "trigger", at.path, STR(""), STR("")), at.path))
        answer_refuse_text(work, "TriggerNotFound",
                           "function '" STR_FMT "' does not have an HTTP trigger",
                           STR_ARG(at.function));
    else if (restriction_allows(work, &at))
        answer_invalid(work,
                       "running code is not emulated for function '" STR_FMT
                       "': no fixture or rule answers its HTTP trigger",
                       STR_ARG(at.function));
}

bool service_trigger_is_anonymous(struct service *service, struct str account, struct str region,
                                  const struct target *target)
{
    struct store_key key = {.account = account,
                            .region = region,
                            .kind = STR("trigger"),
                            .parent = STR(""),
                            .version = STR(""),
                            .name = STR("")};
    OWN(mem_free) char *path = NULL;
    const struct store_row *row;

    if (!str_is_set(target->function))
        return false;
    path = mem_printf(STR_FMT "/" STR_FMT,
                      STR_ARG(str_is_set(target->service) ? target->service : STR(SERVICE_OF_2023)),
                      STR_ARG(target->function));
    row = find_trigger(service_store(service), key, str_of(path));
    OWN(json_free) cJSON *document = row ? row_document(row) : NULL;
    const cJSON *config =
        document ? cJSON_GetObjectItemCaseSensitive(document, "triggerConfig") : NULL;
    struct str type = cJSON_IsObject(config) ? json_get_str(config, "authType") : STR_NONE;

    return str_eq(type, STR("anonymous"));
}
