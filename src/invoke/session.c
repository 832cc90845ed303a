/*
 * Sessions of callers, each bound to an instance as long as both live.
 *
 * Source: spec page api-2023-03-30 §6.2, §7.12.
 */
#include "base/mem.h"
#include "invoke/internal.h"

struct bound_session {
    UT_hash_handle hh;
    struct bound_session *next, *prev; /* of its instance */
    char *key;
    struct instance *instance;
};

static char *key_of(const struct function *function, struct str id)
{
    return mem_printf("%s " STR_FMT, function->key, STR_ARG(id));
}

static struct bound_session *find(const struct function *function, struct str id)
{
    OWN(mem_free) char *key = key_of(function, id);
    struct bound_session *bound;

    HASH_FIND(hh, function->invoke->sessions, key, strlen(key), bound);
    return bound;
}

static void unbind(struct bound_session *bound)
{
    struct instance *instance = bound->instance;

    HASH_DEL(instance->invoke->sessions, bound);
    DL_DELETE(instance->sessions, bound);
    instance->session_count--;
    mem_free(bound->key);
    mem_free(bound);
}

static void bind(struct instance *instance, const struct invoke_session *session)
{
    struct bound_session *bound = mem_alloc(sizeof(*bound));

    bound->key = key_of(instance->function, session->id);
    bound->instance = instance;
    HASH_ADD_KEYPTR(hh, instance->invoke->sessions, bound->key, strlen(bound->key), bound);
    DL_APPEND(instance->sessions, bound);
    instance->session_count++;
    if (instance->session_idle_ms < session->idle_ms)
        instance->session_idle_ms = session->idle_ms;
}

void sessions_forget(struct instance *instance)
{
    while (instance->sessions)
        unbind(instance->sessions);
}

static struct instance *refuse_busy(const struct invoke_session *session, const char **code,
                                    char **message)
{
    *code = "ResourceExhausted";
    *message = mem_printf("Resource 'the instance of session '" STR_FMT "'' is exhausted",
                          STR_ARG(session->id));
    return NULL;
}

struct instance *session_find_room(struct function *function, const struct invoke_session *session,
                                   const char **code, char **message)
{
    struct bound_session *bound = find(function, session->id);
    struct instance *instance = bound ? bound->instance : NULL;

    if (instance && instance_has_room(instance))
        return instance;
    if (instance && !instance->draining && instance->state < INSTANCE_ENDING)
        return refuse_busy(session, code, message);
    if (bound)
        unbind(bound);
    instance = function_find_session_room(function, session->per_instance, code, message);
    if (instance)
        bind(instance, session);
    return instance;
}

/* ---- from outside ---- */

const char *invoke_session_open(struct invoke *invoke, const struct invoke_function *spec,
                                const struct invoke_session *session, const char **code,
                                char **message)
{
    struct function *function = function_take(invoke, spec);
    struct instance *instance = session_find_room(function, session, code, message);

    if (!instance) {
        function_let_go(function);
        return NULL;
    }
    if (instance->state == INSTANCE_PREPARING && !instance->calls)
        own_warm(instance);
    invoke_prepare_on(invoke);
    return instance->id;
}

void invoke_session_close(struct invoke *invoke, const struct invoke_function *spec, struct str id)
{
    const struct function *function = function_find(invoke, spec);
    struct bound_session *bound = function ? find(function, id) : NULL;
    struct instance *instance = bound ? bound->instance : NULL;

    if (!bound)
        return;
    unbind(bound);
    if (instance->session_count == 0)
        instance->session_idle_ms = 0;
    instance_rest(instance);
}

bool invoke_session_is_bound(struct invoke *invoke, const struct invoke_function *spec,
                             struct str id)
{
    const struct function *function = function_find(invoke, spec);

    return function && find(function, id);
}

void invoke_session_bind(struct invoke *invoke, const struct invoke_function *spec,
                         const struct invoke_session *session, struct str instance_id)
{
    const struct function *function = function_find(invoke, spec);
    struct instance *instance;

    if (!function || find(function, session->id))
        return;
    DL_FOREACH(function->instances, instance)
    {
        if (str_eq(str_of(instance->id), instance_id)) {
            bind(instance, session);
            return;
        }
    }
}
