/*
 * Functions of which invocation is disabled.
 *
 * Source: spec page api-2023-03-30 §7.2.
 */
#include "base/mem.h"
#include "invoke/invoke.h"
#include "product/service/resource/handlers.h"
#include "product/service/resource/model.h"

#define RESTRICTION "invocationRestriction"

/* clang-format off */
FIELD_TABLE(disable_fields,
    {.name = "reason", .type = BODY_STRING, .flags = IN_2023},
    {.name = "abortOngoingRequest", .type = BODY_BOOL, .flags = IN_2023},
);
/* clang-format on */

/* It is no change of the function: its time of modification stays. */
static void put(struct work *work, const struct address *at, const cJSON *model)
{
    struct store_key key = work_key(work, "function", at->service, STR(""), at->function);
    struct buf text = {0};

    json_print(model, false, &text);
    struct store_value value = {
        .document = buf_str(&text),
        .blob = arena_str(work->arena, at->function_row->blob),
        .created_ms = at->function_row->created_ms,
        .modified_ms = at->function_row->modified_ms,
    };

    store_put(work_batch(work), &key, &value);
    buf_done(&text);
}

static void set(struct work *work, const struct address *at, cJSON *model, bool disable,
                struct str reason)
{
    cJSON *restriction = cJSON_CreateObject();

    cJSON_AddBoolToObject(restriction, "disable", disable);
    json_add_str(restriction, "reason", reason.ptr ? reason : STR(""));
    json_add_time(restriction, "lastModifiedTime", work_now_ms(work));
    json_set(model, RESTRICTION, restriction);
    put(work, at, model);
}

static void abort_running(struct work *work, const struct address *at, struct str reason)
{
    bool of_2023 = str_eq(at->service, STR(SERVICE_OF_2023));
    const struct invoke_function function = {
        .account = work->account,
        .region = work->region,
        .service = of_2023 ? STR("") : at->service,
        .name = at->function,
    };

    if (work->service->invoke)
        invoke_abort(work->service->invoke, &function, "AccessDenied",
                     arena_strf(work->arena,
                                "invocation of function '" STR_FMT
                                "' is disabled, reason: '" STR_FMT "'",
                                STR_ARG(at->function), STR_ARG(reason)));
}

void function_disable(struct work *work)
{
    OWN(json_free) cJSON *given = work_read(work, &disable_fields, true);
    struct address at;

    if (!given || !address_find(work, ADDRESS_SERVICE | ADDRESS_FUNCTION, &at) ||
        !work_may_change(work, at.function_row))
        return;
    OWN(json_free) cJSON *model = row_document(at.function_row);

    set(work, &at, model, true, json_get_str(given, "reason"));
    if (cJSON_IsTrue(json_get(given, "abortOngoingRequest")))
        abort_running(work, &at, json_get_str(given, "reason"));
    answer_text(work, STR("{\"success\":true}"));
}

/* A function that was never disabled has no restriction to show: Terraform would see a change. */
void function_enable(struct work *work)
{
    struct address at;

    if (!address_find(work, ADDRESS_SERVICE | ADDRESS_FUNCTION, &at) ||
        !work_may_change(work, at.function_row))
        return;
    OWN(json_free) cJSON *model = row_document(at.function_row);

    if (json_has(model, RESTRICTION))
        set(work, &at, model, false, STR(""));
    answer_text(work, STR("{\"success\":true}"));
}

/* Of all versions: the working copy tells. */
static cJSON *restriction_of(struct work *work, struct str service, struct str function)
{
    const struct store_row *row = work_find(work, "function", service, function);

    return row ? row_member(row, RESTRICTION) : NULL;
}

bool restriction_holds(struct work *work, struct str service, struct str function)
{
    OWN(json_free) cJSON *restriction = restriction_of(work, service, function);

    return cJSON_IsTrue(json_get(restriction, "disable"));
}

bool restriction_allows(struct work *work, const struct address *at)
{
    OWN(json_free) cJSON *restriction = restriction_of(work, at->service, at->function);

    if (!cJSON_IsTrue(json_get(restriction, "disable")))
        return true;
    return answer_refuse_text(work, "AccessDenied",
                              "invocation of function '" STR_FMT "' is disabled, reason: '" STR_FMT
                              "'",
                              STR_ARG(at->function), STR_ARG(json_get_str(restriction, "reason")));
}
