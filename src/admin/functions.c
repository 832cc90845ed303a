/* Which functions there are, whosever they are, and their instances. */
#include "admin/function_key.h"
#include "admin/steps.h"
#include "base/clock.h"
#include "product/service/service.h"

bool admin_needs_service(struct admin_call *call)
{
    if (call->admin->context.service)
        return true;
    admin_problem(call, 501, "there are no functions here");
    return false;
}

static bool is_wanted(struct str wanted, struct str have)
{
    return wanted.len == 0 || str_eq(wanted, have);
}

struct str function_shown(struct str service, struct str name, struct arena *arena)
{
    return service.len ? ARENA_CONCAT(arena, service, STR("/"), name) : name;
}

bool function_wanted(const struct admin_call *call, const struct function_key *key)
{
    struct str function = admin_query(call, "function");

    return is_wanted(admin_query(call, "account"), key->account) &&
           is_wanted(admin_query(call, "region"), key->region) &&
           (is_wanted(function, key->name) ||
            str_eq(function, function_shown(key->service, key->name, call->arena)));
}

void function_describe(const struct function_key *key, struct arena *arena, cJSON *out)
{
    json_add_str(out, "account", key->account);
    json_add_str(out, "region", key->region);
    json_add_str(out, "function", function_shown(key->service, key->name, arena));
}

void step_functions_get(struct admin_call *call)
{
    struct service_function *found;
    size_t count;

    if (!admin_needs_service(call))
        return;
    count = service_functions(call->admin->context.service, call->arena, &found);
    cJSON *answer = cJSON_CreateObject();
    cJSON *list = cJSON_AddArrayToObject(answer, "functions");

    for (size_t i = 0; i < count; i++) {
        const struct function_key key = {found[i].account, found[i].region, found[i].service,
                                         found[i].name};

        if (!function_wanted(call, &key))
            continue;
        cJSON *item = cJSON_CreateObject();

        function_describe(&key, call->arena, item);
        json_add_str(item, "runtime", found[i].runtime);
        json_add_str(item, "handler", found[i].handler);
        cJSON_AddBoolToObject(item, "has_code", found[i].has_code);
        cJSON_AddItemToArray(list, item);
    }
    admin_tree_of(call, answer, list);
}

void step_instances_get(struct admin_call *call)
{
    struct service_instance *found;
    size_t count;
    char time[CLOCK_ISO_BYTES];

    if (!admin_needs_service(call))
        return;
    count = service_instances(call->admin->context.service, call->arena, &found);
    cJSON *answer = cJSON_CreateObject();
    cJSON *list = cJSON_AddArrayToObject(answer, "instances");

    for (size_t i = 0; i < count; i++) {
        const struct function_key key = {found[i].account, found[i].region, found[i].service,
                                         found[i].function};

        if (!function_wanted(call, &key))
            continue;
        cJSON *item = cJSON_CreateObject();

        json_add_str(item, "id", found[i].id);
        function_describe(&key, call->arena, item);
        json_add_str(item, "qualifier", found[i].qualifier);
        cJSON_AddStringToObject(item, "state", found[i].state);
        cJSON_AddBoolToObject(item, "provisioned", found[i].provisioned);
        json_add_uint(item, "calls", found[i].calls);
        json_add_uint(item, "served", found[i].served);
        json_add_str(item, "ran", found[i].ran);
        clock_format_iso(found[i].created_wall_ms, time);
        cJSON_AddStringToObject(item, "created", time);
        cJSON_AddItemToArray(list, item);
    }
    admin_tree_of(call, answer, list);
}
