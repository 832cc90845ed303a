/*
 * A function as it is configured, and what becomes of its instances when that changes.
 */
#include <stdlib.h>

#include "base/mem.h"
#include "invoke/exec.h"
#include "invoke/internal.h"

/* ---- a function as it is configured ---- */

static struct str *copy_texts(const struct str *from, size_t count, struct arena *arena)
{
    struct str *texts = ARENA_ARRAY(arena, count + 1, struct str);

    for (size_t i = 0; i < count; i++)
        texts[i] = arena_str(arena, from[i]);
    return texts;
}

static struct invoke_pair *copy_pairs(const struct invoke_pair *from, size_t count,
                                      struct arena *arena)
{
    struct invoke_pair *pairs = ARENA_ARRAY(arena, count + 1, struct invoke_pair);

    for (size_t i = 0; i < count; i++)
        pairs[i] =
            (struct invoke_pair){arena_str(arena, from[i].name), arena_str(arena, from[i].value)};
    return pairs;
}

static struct invoke_mount *copy_mounts(const struct invoke_mount *from, size_t count,
                                        struct arena *arena)
{
    struct invoke_mount *copies = ARENA_ARRAY(arena, count + 1, struct invoke_mount);

    for (size_t i = 0; i < count; i++)
        copies[i] = (struct invoke_mount){arena_str(arena, from[i].source),
                                          arena_str(arena, from[i].to), from[i].read_only};
    return copies;
}

void invoke_function_copy(const struct invoke_function *from, struct arena *arena,
                          struct invoke_function *out)
{
    struct str *const texts[] = {
        &out->account,
        &out->region,
        &out->service,
        &out->name,
        &out->version,
        &out->qualifier,
        &out->runtime,
        &out->handler,
        &out->initializer,
        &out->blob,
        &out->health.path,
        &out->log_project,
        &out->log_store,
        &out->pre_freeze.handler,
        &out->pre_stop.handler,
        &out->role,
        &out->image,
        &out->registry_user,
        &out->registry_password,
    };

    *out = *from;
    for (size_t i = 0; i < N_ELEMENTS(texts); i++)
        *texts[i] = arena_str(arena, str_is_set(*texts[i]) ? *texts[i] : STR(""));
    out->layers = copy_texts(from->layers, from->layer_count, arena);
    out->command = copy_texts(from->command, from->command_count, arena);
    out->mounts = copy_mounts(from->mounts, from->mount_count, arena);
    out->environment = copy_pairs(from->environment, from->environment_count, arena);
}

static void take_spec(struct function *function, const struct invoke_function *spec)
{
    const struct runtime_name *name = runtime_name_find(spec->runtime);
    struct arena *arena = arena_new();

    arena_free(function->arena);
    function->arena = arena;
    invoke_function_copy(spec, arena, &function->spec);
    if (!function->spec.concurrency)
        function->spec.concurrency = 1;
    function->hard_wired = false;
    function->failed_ns = 0;
    function->language = name ? name->language : LANGUAGE_CUSTOM;
    if (spec->image.len && !spec->blob.len)
        function->language = LANGUAGE_CONTAINER;
    function->generation = name ? (int)strtol(name->version, NULL, 10) : 0;
}

static void add_key(const struct invoke_function *spec, struct buf *key)
{
    const struct str parts[] = {spec->account, spec->region, spec->service, spec->name,
                                spec->version};

    for (size_t i = 0; i < N_ELEMENTS(parts); i++) {
        if (i)
            buf_add_char(key, '/');
        buf_add(key, parts[i]);
    }
}

static struct function *find(struct invoke *invoke, const struct buf *key)
{
    struct function *function;

    HASH_FIND(hh, invoke->functions, key->ptr, key->len, function);
    return function;
}

/* Counted while they are drained, as the last one would take the function with it. */
void function_drain(struct function *function)
{
    struct instance *instance;
    struct instance *next;

    function->held++;
    DL_FOREACH_SAFE(function->instances, instance, next)
    {
        instance_drain(instance);
    }
    function->held--;
}

struct function *function_find(struct invoke *invoke, const struct invoke_function *spec)
{
    OWN(buf_done) struct buf key = {0};

    add_key(spec, &key);
    return find(invoke, &key);
}

struct function *function_take(struct invoke *invoke, const struct invoke_function *spec)
{
    OWN(buf_done) struct buf key = {0};
    struct function *function;

    add_key(spec, &key);
    function = find(invoke, &key);
    if (!function) {
        function = mem_alloc(sizeof(*function));
        function->invoke = invoke;
        function->key = buf_take(&key);
        HASH_ADD_KEYPTR(hh, invoke->functions, function->key, strlen(function->key), function);
        take_spec(function, spec);
    } else if (function->spec.revision != spec->revision) {
        function_drain(function);
        take_spec(function, spec);
    } else {
        function->spec.instances_max = spec->instances_max;
        function->spec.region_instances_max = spec->region_instances_max;
        function->spec.reserved = spec->reserved;
    }
    return function;
}

void function_let_go(struct function *function)
{
    if (function->instance_count || function->held || function->target)
        return;
    HASH_DEL(function->invoke->functions, function);
    arena_free(function->arena);
    mem_free(function->problem);
    mem_free(function->key);
    mem_free(function);
}

struct instance *instance_find_for(const struct invoke *invoke,
                                   const struct invoke_exec_request *request)
{
    struct function *function;
    struct function *next;
    struct instance *instance;

    HASH_ITER(hh, invoke->functions, function, next)
    {
        DL_FOREACH(function->instances, instance)
        {
            const struct invoke_function *spec = &instance->spec;

            if (str_eq(str_of(instance->id), request->instance) && instance->program &&
                instance->state >= INSTANCE_INITIALIZING && instance->state < INSTANCE_STOPPING &&
                str_eq(spec->account, request->account) && str_eq(spec->region, request->region) &&
                str_eq(spec->service, request->service) && str_eq(spec->name, request->function))
                return instance;
        }
    }
    return NULL;
}
