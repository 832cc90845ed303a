/*
 * A function's row as what is run.
 */
#include "product/service/resource/run.h"

#include <uthash.h>

#include "base/mem.h"
#include "catalog/runtime.h"
#include "product/service/resource/on_demand.h"

enum {
    DEFAULT_PORT = 9000,
    DEFAULT_DISK_MB = 512,
    DEFAULT_LIMIT_S = 3,
    KEPT_MAX = 1024, /* functions between calls */
};

static const cJSON *member(const cJSON *of, const char *name)
{
    return cJSON_GetObjectItemCaseSensitive(of, name);
}

static uint32_t number(const cJSON *of, const char *name, uint32_t preset)
{
    uint64_t value = json_get_uint(of, name, UINT32_MAX, 0);

    return value ? (uint32_t)value : preset;
}

static struct str text(struct arena *arena, const cJSON *of, const char *name)
{
    struct str value = json_get_str(of, name);

    return value.len ? arena_str(arena, value) : STR("");
}

static void read_environment(struct arena *arena, const cJSON *model, struct invoke_function *out)
{
    const cJSON *map = member(model, "environmentVariables");
    struct invoke_pair *pairs =
        ARENA_ARRAY(arena, (size_t)cJSON_GetArraySize(map) + 1, struct invoke_pair);
    const cJSON *entry;

    cJSON_ArrayForEach (entry, map) {
        if (cJSON_IsString(entry))
            pairs[out->environment_count++] =
                (struct invoke_pair){arena_str(arena, str_of(entry->string)),
                                     arena_str(arena, str_of(entry->valuestring))};
    }
    out->environment = pairs;
}

static size_t add_texts(struct arena *arena, const cJSON *list, struct str *out)
{
    const cJSON *entry;
    size_t count = 0;

    cJSON_ArrayForEach (entry, list) {
        if (cJSON_IsString(entry))
            out[count++] = arena_str(arena, str_of(entry->valuestring));
    }
    return count;
}

/* A whole URL stands for its path: it is our own port that is asked. */
static struct str path_of(struct str url)
{
    size_t at;

    if (!str_find(url, STR("://"), &at))
        return url;
    url = str_slice(url, at + strlen("://"), url.len);
    return str_find(url, STR("/"), &at) ? str_slice(url, at, url.len) : STR("/");
}

static struct invoke_health read_health(struct arena *arena, const cJSON *config)
{
    return (struct invoke_health){
        .path = path_of(text(arena, config, "httpGetUrl")),
        .delay_s = number(config, "initialDelaySeconds", 0),
        .period_s = number(config, "periodSeconds", 3),
        .timeout_s = number(config, "timeoutSeconds", 1),
        .failures = number(config, "failureThreshold", 3),
        .successes = number(config, "successThreshold", 1),
    };
}

static void read_custom(struct work *work, struct arena *arena, const cJSON *model,
                        struct invoke_function *out)
{
    const cJSON *config = member(model, "customRuntimeConfig");
    const cJSON *command = member(config, "command");
    const cJSON *args = member(config, "args");
    struct str *texts = ARENA_ARRAY(
        arena, (size_t)cJSON_GetArraySize(command) + (size_t)cJSON_GetArraySize(args) + 1,
        struct str);

    out->command_count = add_texts(arena, command, texts);
    if (out->command_count)
        out->command_count += add_texts(arena, args, texts + out->command_count);
    out->command = texts;
    out->port = (uint16_t)number(config, "port", number(model, "caPort", DEFAULT_PORT));
    out->health = read_health(arena, member(config, "healthCheckConfig"));
    out->start_limit_s = (uint32_t)work_limit(work, LIMIT_CUSTOM_START);
}

/* Lists in 2023-03-30, texts that hold lists in the older generations. */
static size_t add_list(struct arena *arena, const cJSON *of, const char *list, const char *text,
                       struct str *out)
{
    const cJSON *value = member(of, list);
    OWN(json_free) cJSON *parsed = NULL;
    struct error err;

    if (!value && json_get_str(of, text).len)
        parsed = json_parse(json_get_str(of, text), &err);
    if (parsed)
        value = parsed;
    if (out)
        return add_texts(arena, value, out);
    return cJSON_IsArray(value) ? (size_t)cJSON_GetArraySize(value) : 0;
}

static uint32_t processor(const cJSON *model)
{
    enum { MILLI = 1000, CORES_MAX = 1000000 };
    double cpu = json_get_double(model, "cpu", 0);

    return cpu > 0 && cpu <= CORES_MAX ? (uint32_t)(cpu * MILLI + 0.5) : 0;
}

static void read_container(struct arena *arena, const cJSON *model, struct invoke_function *out)
{
    const cJSON *config = member(model, "customContainerConfig");
    const cJSON *keys = member(member(config, "registryConfig"), "authConfig");
    struct str *texts;

    out->image = text(arena, config, "image");
    if (out->image.len == 0)
        return;
    out->registry_user = text(arena, keys, "userName");
    out->registry_password = text(arena, keys, "password");
    texts = ARENA_ARRAY(arena,
                        add_list(arena, config, "entrypoint", "commandText", NULL) +
                            add_list(arena, config, "command", "argsText", NULL) + 1,
                        struct str);
    out->entrypoint_count = add_list(arena, config, "entrypoint", "commandText", texts);
    out->command_count = out->entrypoint_count + add_list(arena, config, "command", "argsText",
                                                          texts + out->entrypoint_count);
    out->command = texts;
    out->port = (uint16_t)number(config, "port", number(model, "caPort", DEFAULT_PORT));
    out->health = read_health(arena, member(config, "healthCheckConfig"));
    out->cpu_milli = processor(model);
    out->runs_to_end = cJSON_IsFalse(member(config, "webServerMode"));
}

/* A layer that is gone is none. */
static void read_layers(struct work *work, struct arena *arena, const cJSON *model,
                        struct invoke_function *out)
{
    const cJSON *list = member(model, "layers");
    struct str *blobs = ARENA_ARRAY(arena, (size_t)cJSON_GetArraySize(list) + 1, struct str);
    const cJSON *entry;

    cJSON_ArrayForEach (entry, list) {
        const struct store_row *row =
            cJSON_IsString(entry) ? layer_find(work, str_of(entry->valuestring)) : NULL;

        if (row && row->blob.len)
            blobs[out->layer_count++] = arena_str(arena, row->blob);
    }
    out->layers = blobs;
}

static void read_initializer(struct arena *arena, const cJSON *model, struct invoke_function *out)
{
    const cJSON *hook = member(member(model, "instanceLifecycleConfig"), "initializer");

    out->initializer = text(arena, hook, "handler");
    out->initializer_timeout_s = number(hook, "timeout", DEFAULT_LIMIT_S);
    if (out->initializer.len == 0) {
        out->initializer = text(arena, model, "initializer");
        out->initializer_timeout_s = number(model, "initializationTimeout", DEFAULT_LIMIT_S);
    }
}

static struct invoke_hook read_hook(struct arena *arena, const cJSON *model, const char *name)
{
    const cJSON *hook = member(member(model, "instanceLifecycleConfig"), name);

    return (struct invoke_hook){text(arena, hook, "handler"),
                                number(hook, "timeout", DEFAULT_LIMIT_S)};
}

static void read_log(struct arena *arena, const struct address *at, const cJSON *model,
                     struct invoke_function *out)
{
    OWN(json_free) cJSON *service = at->service_row ? row_document(at->service_row) : NULL;
    const cJSON *config = member(model, "logConfig");

    if (!config)
        config = member(service, "logConfig");
    out->log_project = text(arena, config, "project");
    out->log_store = text(arena, config, "logstore");
}

static void read_mounts(struct arena *arena, const struct address *at, const cJSON *model,
                        struct invoke_function *out)
{
    OWN(json_free) cJSON *service = at->service_row ? row_document(at->service_row) : NULL;

    mounts_read(arena, model, service, out);
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
static struct str role_of(struct arena *arena, const struct address *at, const cJSON *model)
{
    OWN(json_free) cJSON *service = at->service_row ? row_document(at->service_row) : NULL;
    struct str role = text(arena, model, "role");
    struct str head;
    struct str name;

    if (role.len == 0)
        role = text(arena, service, "role");
    return str_cut_last(role, '/', &head, &name) ? name : role;
}

static void read_spec(struct work *work, struct arena *arena, const struct address *at,
                      const cJSON *model, struct invoke_function *out)
{
    bool of_2023 = str_eq(at->service, STR(SERVICE_OF_2023));

    *out = (struct invoke_function){
        .account = arena_str(arena, work->account),
        .region = arena_str(arena, work->region),
        .service = of_2023 ? STR("") : arena_str(arena, at->service),
        .name = arena_str(arena, at->function),
        .version = at->version.len ? arena_str(arena, at->version) : STR(QUALIFIER_LATEST),
        .qualifier = at->qualifier.len ? arena_str(arena, at->qualifier) : STR(QUALIFIER_LATEST),
        .revision = at->function_row->revision,
        .runtime = text(arena, model, "runtime"),
        .handler = text(arena, model, "handler"),
        .memory_mb = number(model, "memorySize", 128),
        .timeout_s = number(model, "timeout", DEFAULT_LIMIT_S),
        .concurrency = number(model, "instanceConcurrency", 1),
        .disk_mb = number(model, "diskSize", DEFAULT_DISK_MB),
        .blob = arena_str(arena, at->function_row->blob),
        .instances_max = on_demand_most(work, at),
        .region_instances_max = region_most(work, of_2023),
    };
    read_environment(arena, model, out);
    read_custom(work, arena, model, out);
    read_container(arena, model, out);
    read_layers(work, arena, model, out);
    if (cJSON_IsTrue(member(model, "disableOndemand")))
        out->instances_max = 0;
    out->reserved = of_2023 && out->instances_max != UINT32_MAX;
    if (of_2023 && out->region_instances_max != UINT32_MAX)
        out->region_instances_max -= concurrency_reserved(work, out->region_instances_max);
    read_initializer(arena, model, out);
    out->pre_freeze = read_hook(arena, model, "preFreeze");
    out->pre_stop = read_hook(arena, model, "preStop");
    if (out->runs_to_end) /* they are asked over HTTP */
        out->initializer = out->pre_freeze.handler = out->pre_stop.handler = STR("");
    read_log(arena, at, model, out);
    read_mounts(arena, at, model, out);
    out->role = role_of(arena, at, model);
}

/* ---- kept from call to call ---- */

/* Whole as long as nothing in the store has changed: layers, configurations and the service count.
 */
struct kept_function {
    UT_hash_handle hh;
    struct arena *arena;
    char *key; /* in the arena */
    uint64_t store_revision, row_revision;
    unsigned users; /* the table, and calls */
    struct function_facts facts;
};

static void let_go(void *arg)
{
    struct kept_function *kept = arg;

    if (--kept->users == 0)
        arena_free(kept->arena);
}

static void drop(struct function_keep *keep, struct kept_function *kept)
{
    HASH_DEL(keep->all, kept);
    let_go(kept);
}

void function_keep_done(struct function_keep *keep)
{
    struct kept_function *kept;
    struct kept_function *next;

    HASH_ITER(hh, keep->all, kept, next)
    {
        drop(keep, kept);
    }
}

static struct kept_function *keep(struct work *work, const struct address *at, struct str key,
                                  uint64_t store_revision)
{
    struct function_keep *all = &work->service->functions;
    OWN(json_free) cJSON *model = row_document(at->function_row);
    struct arena *arena = arena_new();
    struct kept_function *kept = ARENA_NEW(arena, struct kept_function);

    *kept = (struct kept_function){.arena = arena,
                                   .key = arena_dup(arena, key),
                                   .store_revision = store_revision,
                                   .row_revision = at->function_row->revision,
                                   .users = 1};
    read_spec(work, arena, at, model, &kept->facts.spec);
    kept->facts.checksum = text(arena, model, "codeChecksum");
    kept->facts.affinity = text(arena, model, "sessionAffinity");
    kept->facts.affinity_config = text(arena, model, "sessionAffinityConfig");
    kept->facts.exclusive =
        str_eq(text(arena, model, "instanceIsolationMode"), STR("SESSION_EXCLUSIVE"));
    if (HASH_COUNT(all->all) >= KEPT_MAX)
        function_keep_done(all);
    HASH_ADD_KEYPTR(hh, all->all, kept->key, key.len, kept);
    return kept;
}

const struct function_facts *function_facts(struct work *work, const struct address *at)
{
    struct function_keep *all = &work->service->functions;
    uint64_t revision = store_stats(work->service->store).revision;
    struct str blank = STR(" ");
    struct str key =
        ARENA_CONCAT(work->arena, work->account, blank, work->region, blank, at->service, blank,
                     at->function, blank, at->version, blank, at->qualifier);
    struct kept_function *kept;

    HASH_FIND(hh, all->all, key.ptr, key.len, kept);
    if (kept &&
        (kept->store_revision != revision || kept->row_revision != at->function_row->revision)) {
        drop(all, kept);
        kept = NULL;
    }
    if (!kept)
        kept = keep(work, at, key, revision);
    kept->users++;
    arena_on_end(work->arena, let_go, kept);
    return &kept->facts;
}

void function_spec(struct work *work, const struct address *at, struct invoke_function *out)
{
    *out = function_facts(work, at)->spec;
}
