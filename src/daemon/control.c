/*
 * What the control side needs of the rest of the program, and how its calls reach it.
 */
#include "base/json.h"
#include "daemon/internal.h"
#include "invoke/invoke.h"
#include "store/store.h"

static void on_head(void *owner, struct http_call *call)
{
    admin_head(((struct daemon *)owner)->admin, call);
}

static void on_request(void *owner, struct http_call *call)
{
    admin_request(((struct daemon *)owner)->admin, call);
}

static void on_too_large(void *owner, struct http_call *call, uint64_t limit)
{
    admin_too_large(((struct daemon *)owner)->admin, call, limit);
}

static void on_gone(void *owner, struct http_call *call)
{
    admin_gone(((struct daemon *)owner)->admin, call);
}

static void on_finished(void *owner, struct http_call *call)
{
    admin_finished(((struct daemon *)owner)->admin, call);
}

static bool on_wants(void *owner, const struct http_request *request)
{
    return admin_wants(&((struct daemon *)owner)->own_names, request);
}

const struct gateway_control *control_side(void)
{
    static const struct gateway_control side = {
        .wants = on_wants,
        .head = on_head,
        .request = on_request,
        .too_large = on_too_large,
        .gone = on_gone,
        .finished = on_finished,
    };

    return &side;
}

static const char *const *fault_files(void *owner, size_t *out_count)
{
    struct daemon *d = owner;

    *out_count = d->fault_files.count;
    return (const char *const *)d->fault_files.paths;
}

static const char *const *canned_files(void *owner, size_t *out_count)
{
    struct daemon *d = owner;

    *out_count = d->fixture_files.count;
    return (const char *const *)d->fixture_files.paths;
}

/* Who loads rules and sees none strike is told why. */
static const char *stop_in_force(const struct daemon *d)
{
    if (fault_engine_stopped(d->faults))
        return " stopped=all, until 'fcemu fault on' (--all, an id or a group) ends the stop";
    if (fault_engine_taken(d->faults))
        return " stopped=some, until 'fcemu fault on --all' brings them back, too";
    return "";
}

/* What a refused reload says goes into the log, a line a line: it is enough to mend the files. */
static void reloaded(void *owner, bool accepted, const char *report)
{
    struct daemon *d = owner;
    struct str rest = str_of(report);

    if (accepted)
        log_info("rules loaded", "rules=%zu canned=%zu%s",
                 fault_engine_ruleset(d->faults)->rule_count,
                 fault_engine_ruleset(d->fixtures)->rule_count, stop_in_force(d));
    else
        log_error("reload refused", "the rules before it stay in force");
    while (rest.len) {
        struct str line;

        str_cut(rest, '\n', &line, &rest);
        if (line.len)
            log_event(accepted ? LOG_WARN : LOG_ERROR, STR_NONE,
                      accepted ? "rules" : "reload refused", STR_FMT, STR_ARG(line));
    }
}

static void health(void *owner, void *health)
{
    struct daemon *d = owner;
    cJSON *list = cJSON_AddArrayToObject(health, "listeners");
    struct error err;

    for (size_t i = 0; i < d->listener_count; i++) {
        cJSON *item = cJSON_CreateObject();

        json_add_str(item, "address", d->listeners[i].address);
        json_add_uint(item, "port", d->listeners[i].port);
        cJSON_AddItemToArray(list, item);
    }
    json_add_uint(health, "inFlight", gateway_in_flight(d->gateway));
    functions_health(d, health);
    if (store_check(service_store(d->service), &err) < 0)
        json_add_str(health, "store", str_of(err.text));
}

static bool ready(void *owner)
{
    const struct daemon *d = owner;
    struct error err;

    return d->ready && !d->stopping && store_check(service_store(d->service), &err) == 0;
}

struct held_adapter {
    void (*each)(void *arg, const struct admin_held *held);
    void *arg;
};

static void each_held(void *arg, const struct gateway_held *held)
{
    const struct held_adapter *to = arg;
    struct admin_held out = {
        .number = held->number,
        .request_id = held->request_id,
        .rule = held->rule,
        .kind = held->kind,
        .method = held->method,
        .path = held->path,
        .account = held->account,
        .region = held->region,
        .since_wall_ms = held->since_wall_ms,
        .left_ms = held->left_ms,
    };

    to->each(to->arg, &out);
}

static void held_each(void *owner, void (*each)(void *arg, const struct admin_held *held),
                      void *arg)
{
    struct held_adapter to = {each, arg};

    gateway_held_each(((struct daemon *)owner)->gateway, each_held, &to);
}

static bool held_release(void *owner, uint64_t number)
{
    return gateway_release(((struct daemon *)owner)->gateway, number);
}

size_t held_release_all(struct daemon *d)
{
    return gateway_release_all(d->gateway) + http_server_release(d->server);
}

static size_t on_release_all(void *owner)
{
    return held_release_all(owner);
}

bool control_asks_for_token(const struct settings *s)
{
    for (size_t i = 0; i < s->listen.count; i++)
        if (settings_address_is_wide(s->listen.items[i]))
            return true;
    for (size_t i = 0; i < s->admin_listen.count; i++)
        if (settings_address_is_wide(s->admin_listen.items[i]))
            return true;
    return false;
}

static bool is_loopback_v4(struct str address)
{
    return str_eq(address, STR("127.0.0.1")) || str_eq(address, STR("0.0.0.0")) ||
           str_eq(address, STR("localhost"));
}

static bool of_function(void *owner, struct http_call *call)
{
    const struct daemon *d = owner;

    return d->invoke && invoke_holds_socket(d->invoke, http_call_socket(call));
}

uint16_t control_port(void *owner)
{
    const struct daemon *d = owner;

    for (size_t i = 0; i < d->listener_count; i++)
        if (d->listeners[i].port && is_loopback_v4(d->listeners[i].address))
            return d->listeners[i].port;
    return 0;
}

static void clock_moved(void *owner)
{
    service_clock_moved(((struct daemon *)owner)->service);
}

static struct str authority(void *owner)
{
    return ca_pem(((struct daemon *)owner)->ca);
}

static void resources_each(void *owner, struct str kind,
                           void (*each)(void *arg, const struct store_row *row), void *arg)
{
    store_each(service_store(((struct daemon *)owner)->service), kind, each, arg);
}

static void reload(void *owner)
{
    daemon_reload(owner);
}

int control_start(struct daemon *d, struct error *err)
{
    struct admin_context context = {
        .loop = d->loop,
        .clock = &d->clock,
        .journal = d->journal,
        .chains = d->chains,
        .logs = d->logs,
        .engine = d->faults,
        .tape = d->tape,
        .server = d->server,
        .service = d->service,
        .own = &d->own_names,
        .version = FCEMU_VERSION,
        .settings = d->settings,
        .visitors = &d->visitors,
        .wider_than_loopback = control_asks_for_token(d->settings),
        .grammar = d->grammar,
        .owner = d,
        .fault_files = fault_files,
        .canned_files = canned_files,
        .canned = d->fixtures,
        .reloaded = reloaded,
        .reload = reload,
        .health = health,
        .ready = ready,
        .held_each = held_each,
        .held_release = held_release,
        .held_release_all = on_release_all,
        .state = daemon_change_state,
        .clock_moved = clock_moved,
        .resources_each = resources_each,
        .authority = authority,
        .of_function = of_function,
        .loopback_port = control_port,
        .caller = keys_caller,
        .debug = functions_debug,
    };

    return admin_new(&context, &d->admin, err);
}
