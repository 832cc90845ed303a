/*
 * A function and its instances: which one takes a call, when there is a new one, and the caps.
 *
 * Source: spec pages invocation §10, limits §4.
 */
#include <stdlib.h>

#include "base/mem.h"
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

void invoke_function_copy(const struct invoke_function *from, struct arena *arena,
                          struct invoke_function *out)
{
    struct str *const texts[] = {
        &out->account,     &out->region,      &out->service,   &out->name,        &out->version,
        &out->qualifier,   &out->runtime,     &out->handler,   &out->initializer, &out->blob,
        &out->health_path, &out->log_project, &out->log_store,
    };

    *out = *from;
    for (size_t i = 0; i < N_ELEMENTS(texts); i++)
        *texts[i] = arena_str(arena, str_is_set(*texts[i]) ? *texts[i] : STR(""));
    out->layers = copy_texts(from->layers, from->layer_count, arena);
    out->command = copy_texts(from->command, from->command_count, arena);
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
    function->language = name ? name->language : LANGUAGE_CUSTOM;
    function->generation = name ? (int)strtol(name->version, NULL, 10) : 0;
}

static char *key_of(const struct invoke_function *spec)
{
    return mem_printf(STR_FMT "/" STR_FMT "/" STR_FMT "/" STR_FMT "/" STR_FMT,
                      STR_ARG(spec->account), STR_ARG(spec->region), STR_ARG(spec->service),
                      STR_ARG(spec->name), STR_ARG(spec->version));
}

/* Counted while they are drained, as the last one would take the function with it. */
static void drain_all(struct function *function)
{
    struct instance *instance;
    struct instance *next;

    function->instance_count++;
    DL_FOREACH_SAFE(function->instances, instance, next)
    {
        instance_drain(instance);
    }
    function->instance_count--;
}

struct function *function_take(struct invoke *invoke, const struct invoke_function *spec)
{
    OWN(mem_free) char *key = key_of(spec);
    struct function *function;

    HASH_FIND(hh, invoke->functions, key, strlen(key), function);
    if (!function) {
        function = mem_alloc(sizeof(*function));
        function->invoke = invoke;
        function->key = GIVE(key);
        HASH_ADD_KEYPTR(hh, invoke->functions, function->key, strlen(function->key), function);
        take_spec(function, spec);
    } else if (function->spec.revision != spec->revision) {
        drain_all(function);
        take_spec(function, spec);
    } else {
        function->spec.instances_max = spec->instances_max;
        function->spec.region_instances_max = spec->region_instances_max;
    }
    return function;
}

void function_let_go(struct function *function)
{
    if (function->instance_count)
        return;
    HASH_DEL(function->invoke->functions, function);
    arena_free(function->arena);
    mem_free(function->key);
    mem_free(function);
}

/* ---- room ---- */

/* Warm before cold; among warm ones the one that was used last, so that others can go. */
static struct instance *find_room(struct function *function)
{
    struct instance *best = NULL;
    struct instance *instance;

    DL_FOREACH(function->instances, instance)
    {
        if (!instance_has_room(instance))
            continue;
        if (!best || instance->state == INSTANCE_SERVING)
            best = instance;
    }
    return best;
}

static bool is_idle(const struct instance *instance)
{
    return instance->state == INSTANCE_SERVING && instance->call_count == 0;
}

/* The idle one that has waited longest, of everybody or of one account and region. */
static struct instance *find_idle(struct invoke *invoke, const struct invoke_function *of)
{
    struct instance *best = NULL;
    struct function *function;
    struct function *next;

    HASH_ITER(hh, invoke->functions, function, next)
    {
        struct instance *instance;

        if (of && (!str_eq(function->spec.account, of->account) ||
                   !str_eq(function->spec.region, of->region)))
            continue;
        DL_FOREACH(function->instances, instance)
        {
            if (is_idle(instance) &&
                (!best || instance->timer.deadline_ns < best->timer.deadline_ns))
                best = instance;
        }
    }
    return best;
}

static size_t count_in_region(struct invoke *invoke, const struct invoke_function *of)
{
    struct function *function;
    struct function *next;
    size_t count = 0;

    HASH_ITER(hh, invoke->functions, function, next)
    {
        if (str_eq(function->spec.account, of->account) &&
            str_eq(function->spec.region, of->region))
            count += function->instance_count;
    }
    return count;
}

static size_t count_current(const struct function *function)
{
    const struct instance *instance;
    size_t count = 0;

    DL_FOREACH(function->instances, instance)
    {
        count += !instance->draining;
    }
    return count;
}

static bool refuse(const char **code, char **message, const char *why, char *text)
{
    *code = why;
    *message = text;
    return false;
}

static bool may_grow(struct function *function, const char **code, char **message)
{
    struct invoke *invoke = function->invoke;
    const struct invoke_function *spec = &function->spec;
    uint64_t more = (uint64_t)spec->memory_mb << 20;
    struct instance *idle;

    if (function->hard_wired && !invoke->namespaces && count_current(function) > 0)
        return refuse(code, message, "ResourceExhausted",
                      mem_printf("function '" STR_FMT
                                 "' does not listen at FC_SERVER_PORT: without "
                                 "namespaces there can be one instance of it",
                                 STR_ARG(spec->name)));
    if (count_current(function) >= spec->instances_max)
        return refuse(code, message, "ResourceExhausted",
                      mem_printf("Resource 'the number of on-demand instances of function '" STR_FMT
                                 "'' is exhausted (limit: %u)",
                                 STR_ARG(spec->name), spec->instances_max));
    while (count_in_region(invoke, spec) >= spec->region_instances_max) {
        idle = find_idle(invoke, spec);
        if (!idle)
            return refuse(code, message, "ResourceExhausted",
                          mem_printf("Resource 'the number of on-demand instances' is exhausted "
                                     "(limit: %u)",
                                     spec->region_instances_max));
        instance_free(idle);
    }
    while (invoke->memory_used + more > invoke->settings.memory_bytes ||
           invoke->instance_count >= SUPERVISE_PROGRAMS_MAX) {
        idle = find_idle(invoke, NULL);
        if (!idle)
            return refuse(code, message, "ResourceThrottled",
                          mem_printf("no room for an instance of %u MB beside what runs: "
                                     "invoke.memory is %llu MB",
                                     spec->memory_mb,
                                     (unsigned long long)(invoke->settings.memory_bytes >> 20)));
        instance_free(idle);
    }
    return true;
}

struct instance *function_find_room(struct function *function, const char **code, char **message)
{
    struct instance *instance = find_room(function);
    bool may;

    if (instance)
        return instance;
    function->instance_count++; /* idle ones may go meanwhile, and the function with the last */
    may = may_grow(function, code, message);
    function->instance_count--;
    return may ? instance_new(function) : NULL;
}
