/*
 * Triggers fired by hand: which there are, the payloads of their types, one trigger now, or
 * everything that hears of an event.
 */
#include "admin/merge.h"
#include "admin/steps.h"
#include "base/distance.h"
#include "product/service/event/event.h"
#include "product/service/service.h"

static bool has_service(struct admin_call *call)
{
    if (call->admin->context.service)
        return true;
    admin_problem(call, 501, "there are no functions here");
    return false;
}

/* As text, or as the number that YAML makes of it. */
static struct str member(const struct admin_call *call, const char *name)
{
    const cJSON *value = json_get(call->document, name);

    if (cJSON_IsNumber(value))
        return arena_strf(call->arena, "%.0f", value->valuedouble);
    struct str text = json_get_str(call->document, name);

    return text.len ? text : STR_NONE;
}

static struct str asked(const struct admin_call *call, const char *name)
{
    struct str text = admin_query(call, name);

    return text.len ? text : STR_NONE;
}

/* ---- which there are ---- */

/* When it fires next, on the virtual clock. */
static void add_next(struct admin_call *call, const struct event_trigger *trigger, cJSON *out)
{
    uint64_t next = service_timer_next(call->admin->context.service, trigger);
    char text[CLOCK_ISO_BYTES];

    clock_format_iso(next, text);
    json_add_str(out, "next", next ? str_of(text) : STR_NONE);
}

static cJSON *describe(struct admin_call *call, const struct event_trigger *trigger)
{
    cJSON *out = cJSON_CreateObject();

    json_add_str(out, "account", trigger->account);
    json_add_str(out, "region", trigger->region);
    json_add_str(out, "function", event_function_name(trigger, call->arena));
    json_add_str(out, "trigger", trigger->name);
    json_add_str(out, "type", trigger->type);
    json_add_str(out, "qualifier", trigger->qualifier.len ? trigger->qualifier : STR("LATEST"));
    json_add_str(out, "source", trigger->source.len ? trigger->source : STR_NONE);
    cJSON_AddBoolToObject(out, "enabled", trigger->enabled);
    if (str_eq(trigger->type, STR("timer")))
        add_next(call, trigger, out);
    return out;
}

void step_triggers_get(struct admin_call *call)
{
    const struct event_search search = {
        .account = asked(call, "account"),
        .region = asked(call, "region"),
        .function = asked(call, "function"),
        .name = asked(call, "trigger"),
        .type = asked(call, "type"),
    };
    struct event_trigger *found;

    if (!has_service(call))
        return;
    size_t count = event_find(call->admin->context.service, &search, call->arena, &found);
    cJSON *answer = cJSON_CreateObject();
    cJSON *list = cJSON_AddArrayToObject(answer, "triggers");

    for (size_t i = 0; i < count; i++)
        cJSON_AddItemToArray(list, describe(call, &found[i]));
    admin_tree_of(call, answer, list);
}

/* ---- payloads ---- */

void step_samples_get(struct admin_call *call)
{
    cJSON *answer = cJSON_CreateObject();
    cJSON *list = cJSON_AddArrayToObject(answer, "events");

    for (size_t i = 0; i < event_sample_count; i++)
        cJSON_AddItemToArray(list, json_string(event_sample_name(&event_samples[i])));
    admin_tree(call, 200, answer);
}

static void refuse_type(struct admin_call *call, int status, struct str type)
{
    struct nearest nearest = {.wanted = type};
    OWN(buf_done) struct buf known = {0};

    for (size_t i = 0; i < event_sample_count; i++) {
        struct str name = event_sample_name(&event_samples[i]);

        nearest_offer(&nearest, name);
        buf_printf(&known, "%s" STR_FMT, i ? ", " : "", STR_ARG(name));
    }
    if (str_is_set(nearest.best))
        admin_problem(call, status,
                      "no payload of type '" STR_FMT "' is known; did you mean '" STR_FMT "'?",
                      STR_ARG(type), STR_ARG(nearest.best));
    else
        admin_problem(call, status, "no payload of type '" STR_FMT "' is known; there is %s",
                      STR_ARG(type), buf_text(&known));
}

void step_sample_get(struct admin_call *call)
{
    const struct event_sample *sample = event_sample_find(call->params[0]);
    struct buf body = {0};

    if (!sample) {
        refuse_type(call, 404, call->params[0]);
        return;
    }
    buf_add(&body, str_slice(sample->text, 0, sample->text.len - 1)); /* its last line end */
    admin_json(call, 200, &body);
}

/* ---- one trigger ---- */

/* `event` is all of it, `merge` changes the documented one; NULL, and answered, when there is
 * none. */
static cJSON *payload_of(struct admin_call *call, const struct event_trigger *trigger,
                         const cJSON *facts)
{
    const cJSON *given = json_get(call->document, "event");
    const cJSON *merge = json_get(call->document, "merge");

    if (!facts && given)
        return cJSON_Duplicate(given, true);
    OWN(json_free) cJSON *payload = event_payload(call->admin->context.service, trigger, facts);

    if (payload)
        return merge ? merge_patch(payload, merge) : GIVE(payload);
    admin_problem(call, 422, "no payload of type '" STR_FMT "' is documented: send one as `event`",
                  STR_ARG(trigger->type));
    return NULL;
}

static cJSON *fire(struct admin_call *call, const struct event_trigger *trigger, const cJSON *facts)
{
    OWN(json_free) cJSON *payload = payload_of(call, trigger, facts);
    struct str id;
    const char *problem;
    cJSON *out;

    if (!payload)
        return NULL;
    problem = event_fire(call->admin->context.service, trigger,
                         event_bytes(trigger, payload, call->arena), call->arena, &id);
    if (problem) {
        admin_problem(call, 422, "%s", problem);
        return NULL;
    }
    out = describe(call, trigger);
    json_add_str(out, "request_id", id);
    cJSON_AddItemToObject(out, "event", GIVE(payload));
    return out;
}

static bool is_http(const struct event_trigger *trigger)
{
    return str_eq(trigger->type, STR("http"));
}

/* Of many, the one that is no HTTP trigger will do where none is named. */
static const struct event_trigger *choose(const struct event_trigger *found, size_t count,
                                          size_t *out_fitting)
{
    const struct event_trigger *chosen = NULL;

    *out_fitting = 0;
    for (size_t i = 0; i < count; i++) {
        if (is_http(&found[i]))
            continue;
        chosen = &found[i];
        ++*out_fitting;
    }
    return chosen;
}

/* None is of that name: what there is instead. */
static void refuse_name(struct admin_call *call, const struct event_search *search)
{
    struct event_search any = *search;
    struct nearest nearest = {.wanted = search->name};
    OWN(buf_done) struct buf names = {0};
    struct event_trigger *found;
    size_t count;

    any.name = STR_NONE;
    count = event_find(call->admin->context.service, &any, call->arena, &found);
    for (size_t i = 0; i < count; i++) {
        nearest_offer(&nearest, found[i].name);
        buf_printf(&names, "%s'" STR_FMT "'", i ? ", " : "", STR_ARG(found[i].name));
    }
    if (count == 0)
        admin_problem(call, 404,
                      "no such trigger of function '" STR_FMT
                      "', which has none there, or is none; see /_fcemu/triggers",
                      STR_ARG(search->function));
    else if (str_is_set(nearest.best))
        admin_problem(call, 404,
                      "no such trigger of function '" STR_FMT "'; did you mean '" STR_FMT "'?",
                      STR_ARG(search->function), STR_ARG(nearest.best));
    else
        admin_problem(call, 404, "no such trigger of function '" STR_FMT "'; there is %s",
                      STR_ARG(search->function), buf_text(&names));
}

static void refuse_choice(struct admin_call *call, const struct event_trigger *found, size_t count,
                          const struct event_search *search)
{
    OWN(buf_done) struct buf names = {0};

    for (size_t i = 0; i < count; i++)
        buf_printf(&names, "%s'" STR_FMT "' of '" STR_FMT "' (" STR_FMT ", " STR_FMT ")",
                   i ? ", " : "", STR_ARG(found[i].name),
                   STR_ARG(event_function_name(&found[i], call->arena)), STR_ARG(found[i].account),
                   STR_ARG(found[i].region));
    if (count == 0)
        refuse_name(call, search);
    else if (count == 1)
        admin_problem(call, 422, "an HTTP trigger is fired by a request to its URL");
    else
        admin_problem(call, 422, "name one by `trigger`, `account` and `region`: there is %s",
                      buf_text(&names));
}

void step_trigger_fire(struct admin_call *call)
{
    const struct event_search search = {
        .account = member(call, "account"),
        .region = member(call, "region"),
        .function = member(call, "function"),
        .name = member(call, "trigger"),
    };
    struct event_trigger *found;
    size_t fitting;

    if (!has_service(call))
        return;
    if (!str_is_set(search.function)) {
        admin_problem(call, 422,
                      "function: say whose trigger, \"SERVICE/FUNCTION\" or \"FUNCTION\"");
        return;
    }
    size_t count = event_find(call->admin->context.service, &search, call->arena, &found);
    const struct event_trigger *chosen = choose(found, count, &fitting);

    if (fitting != 1) {
        refuse_choice(call, found, count, &search);
        return;
    }
    cJSON *fired = fire(call, chosen, NULL);

    if (fired)
        admin_tree(call, 202, fired);
}

/* ---- all that hear ---- */

static const cJSON *facts_of(struct admin_call *call, const struct event_occasion *occasion)
{
    cJSON *facts = cJSON_CreateObject();

    call->state = facts;
    if (str_is_set(occasion->event))
        json_add_str(facts, "event",
                     str_starts(occasion->event, STR("oss:"))
                         ? str_slice(occasion->event, strlen("oss:"), occasion->event.len)
                         : occasion->event);
    if (str_is_set(occasion->key))
        json_add_str(facts, "key", occasion->key);
    return facts;
}

static void fire_all(struct admin_call *call, const struct event_occasion *occasion,
                     const struct event_trigger *found, size_t count)
{
    OWN(json_free) cJSON *answer = cJSON_CreateObject();
    cJSON *list = cJSON_AddArrayToObject(answer, "fired");
    const cJSON *facts = facts_of(call, occasion);

    for (size_t i = 0; i < count && !call->response.status; i++) {
        if (!event_hears(&found[i], occasion))
            continue;
        cJSON *fired = fire(call, &found[i], facts);

        if (fired)
            cJSON_AddItemToArray(list, fired);
    }
    json_free(call->state);
    if (!call->response.status)
        admin_tree(call, 202, GIVE(answer));
}

void step_trigger_emit(struct admin_call *call)
{
    const struct event_occasion occasion = {
        .type = member(call, "type"),
        .account = member(call, "account"),
        .region = member(call, "region"),
        .source = member(call, "source"),
        .event = member(call, "event"),
        .key = member(call, "key"),
    };
    const struct event_search search = {
        .account = occasion.account, .region = occasion.region, .type = occasion.type};
    struct event_trigger *found;

    if (!has_service(call))
        return;
    if (!str_is_set(occasion.type) || str_eq(occasion.type, STR("http")) ||
        !event_sample_find(occasion.type)) {
        refuse_type(call, 422, str_is_set(occasion.type) ? occasion.type : STR(""));
        return;
    }
    size_t count = event_find(call->admin->context.service, &search, call->arena, &found);

    fire_all(call, &occasion, found, count);
}
