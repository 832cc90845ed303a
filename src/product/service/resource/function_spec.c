/*
 * A function's row as what is run.
 */
#include "product/service/resource/run.h"

#include "base/mem.h"
#include "catalog/runtime.h"
#include "product/service/resource/on_demand.h"

enum { DEFAULT_PORT = 9000, DEFAULT_DISK_MB = 512, DEFAULT_LIMIT_S = 3 };

static const cJSON *member(const cJSON *of, const char *name)
{
    return cJSON_GetObjectItemCaseSensitive(of, name);
}

static uint32_t number(const cJSON *of, const char *name, uint32_t preset)
{
    const cJSON *value = member(of, name);

    return cJSON_IsNumber(value) && value->valuedouble > 0 ? (uint32_t)value->valuedouble : preset;
}

static struct str text(struct work *work, const cJSON *of, const char *name)
{
    struct str value = json_get_str(of, name);

    return value.len ? arena_str(work->arena, value) : STR("");
}

static void read_environment(struct work *work, const cJSON *model, struct invoke_function *out)
{
    const cJSON *map = member(model, "environmentVariables");
    struct invoke_pair *pairs =
        ARENA_ARRAY(work->arena, (size_t)cJSON_GetArraySize(map) + 1, struct invoke_pair);
    const cJSON *entry;

    cJSON_ArrayForEach (entry, map) {
        if (cJSON_IsString(entry))
            pairs[out->environment_count++] =
                (struct invoke_pair){arena_str(work->arena, str_of(entry->string)),
                                     arena_str(work->arena, str_of(entry->valuestring))};
    }
    out->environment = pairs;
}

static size_t add_texts(struct work *work, const cJSON *list, struct str *out)
{
    const cJSON *entry;
    size_t count = 0;

    cJSON_ArrayForEach (entry, list) {
        if (cJSON_IsString(entry))
            out[count++] = arena_str(work->arena, str_of(entry->valuestring));
    }
    return count;
}

static void read_custom(struct work *work, const cJSON *model, struct invoke_function *out)
{
    const cJSON *config = member(model, "customRuntimeConfig");
    const cJSON *command = member(config, "command");
    const cJSON *args = member(config, "args");
    struct str *texts = ARENA_ARRAY(
        work->arena, (size_t)cJSON_GetArraySize(command) + (size_t)cJSON_GetArraySize(args) + 1,
        struct str);

    out->command_count = add_texts(work, command, texts);
    if (out->command_count)
        out->command_count += add_texts(work, args, texts + out->command_count);
    out->command = texts;
    out->port = (uint16_t)number(config, "port", number(model, "caPort", DEFAULT_PORT));
    out->health_path = text(work, member(config, "healthCheckConfig"), "httpGetUrl");
    out->start_limit_s = (uint32_t)work_limit(work, LIMIT_CUSTOM_START);
}

/* A layer that is gone is none. */
static void read_layers(struct work *work, const cJSON *model, struct invoke_function *out)
{
    const cJSON *list = member(model, "layers");
    struct str *blobs = ARENA_ARRAY(work->arena, (size_t)cJSON_GetArraySize(list) + 1, struct str);
    const cJSON *entry;

    cJSON_ArrayForEach (entry, list) {
        const struct store_row *row =
            cJSON_IsString(entry) ? layer_find(work, str_of(entry->valuestring)) : NULL;

        if (row && row->blob.len)
            blobs[out->layer_count++] = arena_str(work->arena, row->blob);
    }
    out->layers = blobs;
}

static void read_initializer(struct work *work, const cJSON *model, struct invoke_function *out)
{
    const cJSON *hook = member(member(model, "instanceLifecycleConfig"), "initializer");

    out->initializer = text(work, hook, "handler");
    out->initializer_timeout_s = number(hook, "timeout", DEFAULT_LIMIT_S);
    if (out->initializer.len == 0) {
        out->initializer = text(work, model, "initializer");
        out->initializer_timeout_s = number(model, "initializationTimeout", DEFAULT_LIMIT_S);
    }
}

static struct invoke_hook read_hook(struct work *work, const cJSON *model, const char *name)
{
    const cJSON *hook = member(member(model, "instanceLifecycleConfig"), name);

    return (struct invoke_hook){text(work, hook, "handler"),
                                number(hook, "timeout", DEFAULT_LIMIT_S)};
}

static void read_log(struct work *work, const struct address *at, const cJSON *model,
                     struct invoke_function *out)
{
    OWN(json_free) cJSON *service = at->service_row ? row_document(at->service_row) : NULL;
    const cJSON *config = member(model, "logConfig");

    if (!config)
        config = member(service, "logConfig");
    out->log_project = text(work, config, "project");
    out->log_store = text(work, config, "logstore");
}

static uint32_t region_most(struct work *work, bool of_2023)
{
    enum { MOST_2023 = 100 };
    int64_t most = work_limit(work, LIMIT_INSTANCES);

    if (most == LIMIT_NONE)
        return UINT32_MAX;
    /* The older generations' default is larger; a setting holds for all. */
    return of_2023 && most == limit_table(&(size_t){0})[LIMIT_INSTANCES].current ? MOST_2023
                                                                                 : (uint32_t)most;
}

/* "acs:ram::123:role/name": a function's own, or else its service's. */
static struct str role_of(struct work *work, const struct address *at, const cJSON *model)
{
    OWN(json_free) cJSON *service = at->service_row ? row_document(at->service_row) : NULL;
    struct str role = text(work, model, "role");
    struct str head;
    struct str name;

    if (role.len == 0)
        role = text(work, service, "role");
    return str_cut_last(role, '/', &head, &name) ? name : role;
}

void function_spec(struct work *work, const struct address *at, struct invoke_function *out)
{
    OWN(json_free) cJSON *model = row_document(at->function_row);
    bool of_2023 = str_eq(at->service, STR(SERVICE_OF_2023));

    *out = (struct invoke_function){
        .account = work->account,
        .region = work->region,
        .service = of_2023 ? STR("") : at->service,
        .name = at->function,
        .version = at->version.len ? at->version : STR(QUALIFIER_LATEST),
        .qualifier = at->qualifier.len ? at->qualifier : STR(QUALIFIER_LATEST),
        .revision = at->function_row->revision,
        .runtime = text(work, model, "runtime"),
        .handler = text(work, model, "handler"),
        .memory_mb = number(model, "memorySize", 128),
        .timeout_s = number(model, "timeout", DEFAULT_LIMIT_S),
        .concurrency = number(model, "instanceConcurrency", 1),
        .disk_mb = number(model, "diskSize", DEFAULT_DISK_MB),
        .blob = arena_str(work->arena, at->function_row->blob),
        .instances_max = on_demand_most(work, at),
        .region_instances_max = region_most(work, of_2023),
    };
    read_environment(work, model, out);
    read_custom(work, model, out);
    read_layers(work, model, out);
    if (cJSON_IsTrue(member(model, "disableOndemand")))
        out->instances_max = 0;
    out->reserved = of_2023 && out->instances_max != UINT32_MAX;
    if (of_2023 && out->region_instances_max != UINT32_MAX)
        out->region_instances_max -= concurrency_reserved(work, out->region_instances_max);
    read_initializer(work, model, out);
    out->pre_freeze = read_hook(work, model, "preFreeze");
    out->pre_stop = read_hook(work, model, "preStop");
    read_log(work, at, model, out);
    out->role = role_of(work, at, model);
}
