/* What runs the code of functions, as the settings want it. */
#include <unistd.h>

#include "base/units.h"
#include "daemon/internal.h"
#include "invoke/debug.h"
#include "invoke/invoke.h"
#include "product/neighbours/state.h"
#include "product/service/event/event.h"
#include "store/store.h"

/* As the service gives them out. */
#define KEY_MS (UINT64_C(36) * 3600 * 1000)

static uint64_t half_of_memory(void)
{
    return (uint64_t)sysconf(_SC_PHYS_PAGES) * (uint64_t)sysconf(_SC_PAGESIZE) / 2;
}

/* As long as the settings. */
static struct invoke_runtime *runtimes_of(const struct settings *s)
{
    struct invoke_runtime *all = ARENA_ARRAY(s->arena, s->runtimes.count, struct invoke_runtime);

    for (size_t i = 0; i < s->runtimes.count; i++)
        all[i] = (struct invoke_runtime){s->runtimes.items[i].name, s->runtimes.items[i].path};
    return all;
}

/* A key that STS might have given out for the function's role. */
static struct invoke_folder *folders_of(const struct settings *s)
{
    struct invoke_folder *all = ARENA_ARRAY(s->arena, s->mounts.count + 1, struct invoke_folder);

    for (size_t i = 0; i < s->mounts.count; i++)
        all[i] = (struct invoke_folder){s->mounts.items[i].name, s->mounts.items[i].path};
    return all;
}

/* Without a data folder they go with us. */
static const char *own_mounts(const struct settings *s)
{
    return str_is_set(s->data) ? arena_printf(s->arena, "%s/mounts", s->data.ptr) : NULL;
}

static void mint(void *owner, const struct invoke_function *function, struct str instance,
                 struct arena *arena, struct invoke_key *out)
{
    struct daemon *d = owner;
    struct store *store = service_store(d->service);
    struct store_batch *batch = store_begin(store);
    uint64_t now = clock_now_wall_ms(&d->clock);
    const struct neighbours_key_request request = {.account = function->account,
                                                   .role = function->role,
                                                   .session = instance,
                                                   .now_ms = now,
                                                   .expires_ms = now + KEY_MS};
    struct neighbours_key key;

    neighbours_issue_key(store, batch, &request, arena, &key);
    store_commit(batch, NULL, NULL);
    *out = (struct invoke_key){arena_str(arena, key.id), arena_str(arena, key.secret), key.token,
                               key.expires_ms};
}

/* Through us they reach everything, and not only what is emulated: a proxy is asked for all names.
 * Functions of root are other users, who may not. */
static bool is_proxy_for_all(const struct settings *s)
{
    if (geteuid() == 0 && !s->allow_users.any)
        return false;
    for (size_t i = 0; i < s->proxy.pass.count; i++) {
        if (str_eq(s->proxy.pass.items[i], STR("*")))
            return true;
    }
    return false;
}

static struct str address(void *owner, struct arena *arena)
{
    uint16_t port = control_port(owner);

    return port ? arena_strf(arena, "127.0.0.1:%u", port) : STR_NONE;
}

int functions_start(struct daemon *d, struct error *err)
{
    static const enum supervise_isolation isolations[] = {
        [ISOLATION_AUTO] = SUPERVISE_AUTO,
        [ISOLATION_NAMESPACE] = SUPERVISE_NAMESPACE,
        [ISOLATION_PROCESS] = SUPERVISE_PROCESS,
    };
    const struct settings *s = d->settings;
    struct invoke_runtime *runtimes = runtimes_of(s);
    const struct invoke_settings settings = {
        .store = service_store(d->service),
        .program = "/proc/self/exe",
        .isolation = isolations[s->invoke.isolation],
        .memory_bytes = s->invoke.memory ? s->invoke.memory : half_of_memory(),
        .machines = s->invoke.machines,
        .idle_ms = s->invoke.idle_ns / NS_PER_MS,
        .logs = d->logs,
        .reserve = s->invoke.reserve,
        .runtimes = runtimes,
        .runtime_count = s->runtimes.count,
        .folders = folders_of(s),
        .folder_count = s->mounts.count,
        .mounts = own_mounts(s),
        .no_network = s->invoke.network == NETWORK_NONE,
        .proxies = is_proxy_for_all(s),
        .mint = mint,
        .address = address,
        .owner = d,
        .clock = &d->clock,
        .authority = ca_pem(d->ca),
    };

    if (!s->invoke.enabled)
        return 0;
    if (invoke_new(d->loop, &settings, &d->invoke, err) < 0)
        return -1;
    service_run_code(d->service, d->invoke);
    return 0;
}

bool functions_wind_down(struct daemon *d, void (*done)(void *arg))
{
    return d->invoke && invoke_wind_down(d->invoke, d->settings->invoke.stop_grace_ns, done, d);
}

void functions_stop(struct daemon *d)
{
    if (d->service)
        service_run_code(d->service, NULL);
    invoke_free(d->invoke);
}

bool functions_caller(void *owner, struct str access_key, struct str *out_instance,
                      struct str *out_request)
{
    const struct daemon *d = owner;

    return d->invoke && invoke_caller(d->invoke, access_key, out_instance, out_request);
}

void functions_hear(void *owner, const struct neighbours_event *event)
{
    struct daemon *d = owner;
    const struct event_occasion occasion = {
        .type = STR("oss"), .source = event->bucket, .event = event->event, .key = event->key};

    if (d->invoke)
        event_happened(d->service, &occasion, event->facts);
}

void functions_health(const struct daemon *d, cJSON *health)
{
    cJSON *functions = cJSON_AddObjectToObject(health, "functions");

    cJSON_AddBoolToObject(functions, "enabled", d->invoke != NULL);
    if (d->invoke)
        cJSON_AddStringToObject(functions, "isolation", invoke_isolation(d->invoke));
    if (d->invoke)
        cJSON_AddNumberToObject(functions, "reserve", (double)invoke_reserve(d->invoke));
}

int functions_debug(void *owner, const struct admin_debug *debug, struct arena *arena,
                    struct admin_debugged *out, struct error *err)
{
    struct daemon *d = owner;
    const struct invoke_debug request = {.account = debug->account,
                                         .region = debug->region,
                                         .service = debug->service,
                                         .name = debug->name,
                                         .runtime = debug->runtime,
                                         .port = debug->port,
                                         .wait = debug->wait};
    struct invoke_debugged debugged = {0};

    if (!d->invoke)
        return error_set(err, ERROR_USAGE, "functions are not run: invoke.enabled is false");
    if (!debug->on)
        return invoke_debug_stop(d->invoke, &request) ? 0 : 1;
    if (invoke_debug_start(d->invoke, &request, arena, &debugged, err) < 0)
        return -1;
    *out = (struct admin_debugged){debugged.debugger, debugged.attach, debugged.port};
    return 0;
}
