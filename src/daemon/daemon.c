/* The wiring: who knows whom, start, reload, stop. */
#include "daemon/daemon.h"

#include <signal.h>
#include <stdio.h>
#include <unistd.h>

#include "base/draw.h"
#include "base/mem.h"
#include "base/units.h"
#include "conf/settings.h"
#include "daemon/authority.h"
#include "daemon/internal.h"
#include "dns/server.h"
#include "grammar/header.h"
#include "http/wire/descriptors.h"
#include "invoke/invoke.h"
#include "logs/logs.h"
#include "loop/worker.h"
#include "product/service/seed/seed.h"
#include "product/service/seed/seed_read.h"
#include "tape/tape.h"

enum {
    STOP_GRACE_MS = 200, /* for answers that are on their way when the daemon ends */
};

/* ---- start, from the bottom up ---- */

static uint64_t drawn_seed(void *owner)
{
    return fault_engine_seed(((struct daemon *)owner)->faults);
}

static int start_state(struct daemon *d, struct error *err)
{
    static const enum service_lack lacks[] = {
        [LACK_BY_API] = SERVICE_LACK_BY_API,
        [LACK_WAIT] = SERVICE_LACK_WAITS,
        [LACK_FAIL] = SERVICE_LACK_FAILS,
    };
    const struct settings *s = d->settings;
    struct service_settings service = {
        .data_dir = str_is_set(s->data) ? s->data.ptr : NULL,
        .clock = &d->clock,
        .limits = &s->limits,
        .default_region = s->region,
        .default_account = s->account,
        .zones = s->zones.items,
        .zone_count = s->zones.count,
        .own_names = &d->own_names,
        .lack = lacks[s->invoke.lack],
        .seed = drawn_seed,
        .seed_owner = d,
    };
    struct neighbours_settings neighbours = {
        .clock = &d->clock,
        .enabled = {[NEIGHBOUR_OSS] = s->neighbours.oss,
                    [NEIGHBOUR_STS] = s->neighbours.sts,
                    [NEIGHBOUR_LOG] = s->neighbours.log,
                    [NEIGHBOUR_RAM] = s->neighbours.ram},
    };

    d->journal = journal_new(s->journal.enabled ? s->journal.bytes : 0);
    d->chains = chain_tracker_new();
    if (fault_engine_new(&d->clock, &d->faults, err) < 0 ||
        fault_engine_new(&d->clock, &d->fixtures, err) < 0)
        return -1;
    d->tape = tape_new(d->faults);
    if (service_new(d->loop, &service, &d->service, err) < 0)
        return -1;
    d->logs = logs_new(LOGS_FUNCTION_BYTES, LOGS_ALL_BYTES);
    if (functions_start(d, err) < 0)
        return -1;
    neighbours.store = service_store(d->service);
    neighbours.logs = d->logs;
    neighbours.happened = functions_hear;
    neighbours.owner = d;
    return neighbours_new(d->loop, &neighbours, &d->neighbours, err);
}

static uint64_t seed_of(const struct settings *s)
{
    return s->seed_random ? draw_random_seed() : s->seed;
}

/* guard.halt: the engine has stopped itself, what it holds goes, too. */
static void on_halt(void *arg, const struct fault_condition *condition)
{
    struct daemon *d = arg;

    OWN(mem_free)
    char *why = mem_printf("guard.halt: %s held", fault_condition_name(condition->kind));

    log_warn("faults halted", "condition=%s", fault_condition_name(condition->kind));
    admin_faults_halted(d->admin, why);
    held_release_all(d);
}

static struct fault_ruleset *load_canned(struct daemon *d, struct conf_report *report)
{
    struct fault_grammar_options options = d->grammar;

    options.canned = true;
    return files_load(&d->fixture_files, &options, report);
}

/* Rules and canned answers are read before anything listens: a mistake in them ends the start. */
static int load_rules(struct daemon *d, struct conf_report *report)
{
    OWN(fault_ruleset_unref)
    struct fault_ruleset *faults = files_load(&d->fault_files, &d->grammar, report);
    OWN(fault_ruleset_unref)
    struct fault_ruleset *fixtures = load_canned(d, report);
    uint64_t seed = seed_of(d->settings);

    if (!faults || !fixtures)
        return DAEMON_CONFIG;
    fault_engine_heed_headers(d->faults, d->settings->header_control ? fault_header_read : NULL);
    fault_engine_on_halt(d->faults, on_halt, d);
    fault_engine_load(d->faults, faults, seed);
    fault_engine_load(d->fixtures, fixtures, seed);
    log_info("rules loaded", "rules=%zu canned=%zu seed=%llu", faults->rule_count,
             fixtures->rule_count, (unsigned long long)fault_engine_seed(d->faults));
    return 0;
}

static void start_gateway(struct daemon *d)
{
    static const enum fault_keys keys[] = {[ERROR_KEYS_BOTH] = KEYS_BOTH,
                                           [ERROR_KEYS_DOCUMENTED] = KEYS_DOCUMENTED,
                                           [ERROR_KEYS_SDK] = KEYS_SDK};
    const struct settings *s = d->settings;
    struct gateway_parts parts = {
        .loop = d->loop,
        .clock = &d->clock,
        .faults = d->faults,
        .fixtures = d->fixtures,
        .journal = d->journal,
        .chains = d->chains,
        .service = d->service,
        .neighbours = d->neighbours,
        .caller = functions_caller,
        .caller_owner = d,
        .auth = &d->auth,
        .visitors = &d->visitors,
        .control = control_side(),
        .control_owner = d,
        .set_door = s->per_region.on ? regions_set_door : NULL,
    };
    struct gateway_settings settings = {
        .defaults = {.account = s->account, .region = s->region, .own = &d->own_names},
        .error_keys = keys[s->error_keys],
        .body_max = s->body_max,
        .event_sync_max = (uint64_t)s->limits.values[LIMIT_SYNC_REQUEST_BYTES],
        .event_async_max = (uint64_t)s->limits.values[LIMIT_ASYNC_REQUEST_BYTES],
        .trigger_body_max = (uint64_t)s->limits.values[LIMIT_SYNC_REQUEST_BYTES],
        .trigger_headers_max = (uint64_t)s->limits.values[LIMIT_TRIGGER_HEADER_BYTES],
        .trigger_url_max = (uint64_t)s->limits.values[LIMIT_TRIGGER_URL_BYTES],
        .header_control = s->header_control,
        .pass = s->proxy.pass.items,
        .pass_count = s->proxy.pass.count,
        .own_domains = s->ca_domains.items,
        .own_domain_count = s->ca_domains.count,
        .capture_bytes = s->journal.bodies,
    };

    d->gateway = gateway_new(&parts, &settings);
}

static int start_ca(struct daemon *d, struct error *err)
{
    OWN(mem_free)
    char *folder =
        str_is_set(d->settings->ca_dir) ? mem_dup(d->settings->ca_dir.ptr) : ca_default_folder();

    if (authority_open_for(d->settings, folder, &d->ca, err) < 0)
        return -1;
    if (ca_renewed(d->ca))
        log_warn("authority renewed",
                 "path=%s: it may sign for other names than before; trust it "
                 "again where it was copied to",
                 ca_path(d->ca));
    return 0;
}

static int certificate(void *owner, struct str name, unsigned flaws,
                       const struct gnutls_pcert_st **out_chain, unsigned *out_len,
                       struct gnutls_privkey_st **out_key)
{
    return certificates_choose(gateway_control_owner(owner), name, flaws, out_chain, out_len,
                               out_key);
}

static int start_server(struct daemon *d, struct error *err)
{
    const struct settings *s = d->settings;
    struct http_settings http = {
        .body_limit_bytes = s->body_max,
        .spool_above_bytes = s->body_spool_above,
        .head_timeout_s = (uint32_t)(s->head_timeout_ns / NS_PER_MS / MS_PER_S),
        .idle_timeout_s = (uint32_t)(s->idle_timeout_ns / NS_PER_MS / MS_PER_S),
        .connections_max = s->connections_max,
        .certificate = certificate,
    };

    return http_server_new(d->loop, &http, gateway_handler(), d->gateway, &d->server, err);
}

typedef int listen_fn(struct http_server *server, struct str address, uint16_t *out_port,
                      struct error *err);

static int listen_on(struct daemon *d, const struct conf_texts *addresses, listen_fn *listen,
                     struct error *err)
{
    for (size_t i = 0; i < addresses->count; i++) {
        struct ready_listener listener = {.address = ready_address(addresses->items[i])};

        if (listen(d->server, addresses->items[i], &listener.port, err) < 0)
            return -1;
        d->listeners[d->listener_count++] = listener;
        log_info("listening", "address=" STR_FMT " port=%u", STR_ARG(listener.address),
                 listener.port);
    }
    return 0;
}

static int start_listeners(struct daemon *d, struct error *err)
{
    const struct settings *s = d->settings;

    d->listeners = mem_alloc_array(s->listen.count + s->admin_listen.count, sizeof(*d->listeners));
    if (listen_on(d, &s->listen, http_server_listen, err) < 0 ||
        listen_on(d, &s->admin_listen, http_server_listen_reserved, err) < 0)
        return -1;
    return 0;
}

/* ---- running ---- */

static void on_stopped(void *owner)
{
    struct daemon *d = gateway_control_owner(owner);

    d->stopped = true;
    if (d->changing == 0)
        loop_stop(d->loop);
}

static void stop_server(void *arg)
{
    struct daemon *d = arg;
    size_t dropped;

    if (d->server_stopping)
        return;
    d->server_stopping = true;
    http_server_stop(d->server, STOP_GRACE_MS, on_stopped);
    admin_close(d->admin);
    dropped = gateway_end(d->gateway);
    if (dropped)
        log_info("late work dropped", "calls=%zu", dropped);
}

/* Functions may still call us in their last hooks. Who asks twice does not want to wait. */
static void stop(struct daemon *d)
{
    bool again = d->stopping;

    d->stopping = true;
    if (again || !functions_wind_down(d, stop_server))
        stop_server(d);
}

static void on_signal(void *arg, int signum)
{
    struct daemon *d = arg;

    log_info("signal", "name=%s", strsignal(signum));
    switch (signum) {
    case SIGHUP:
        daemon_reload(d);
        break;
    case SIGUSR1:
        admin_stop_faults(d->admin);
        break;
    default:
        stop(d);
        break;
    }
}

static const int signals[DAEMON_SIGNALS] = {SIGTERM, SIGINT, SIGHUP, SIGUSR1};

/* Half a daemon can neither reload nor clean up: what comes during the start waits for its end, and
 * what comes while all is taken down is too late. */
static void hold_signals(bool hold)
{
    sigset_t all;

    sigemptyset(&all);
    for (size_t i = 0; i < DAEMON_SIGNALS; i++)
        sigaddset(&all, signals[i]);
    pthread_sigmask(hold ? SIG_BLOCK : SIG_UNBLOCK, &all, NULL);
}

/* Called by the loop, once it has slept: a thread sanitizer loses what comes amid a first sleep. */
static void release_signals(void *arg)
{
    (void)arg;
    hold_signals(false);
}

static int start_signals(struct daemon *d, struct error *err)
{
    for (size_t i = 0; i < DAEMON_SIGNALS; i++) {
        d->signals[i] = loop_signal_start(d->loop, signals[i], on_signal, d, err);
        if (!d->signals[i])
            return -1;
    }
    return 0;
}

/* Once code runs here, whoever may call may run programs. */
static void warn_of_others(const struct daemon *d)
{
    static const char *const names[] = {[AUTH_MODE_OFF] = "off", [AUTH_MODE_LENIENT] = "lenient"};
    const struct settings *s = d->settings;
    const struct ready_listener *shown = ready_shown(d->listeners, d->listener_count);
    struct str address = settings_wide_address(s);
    unsigned port = shown ? shown->port : 0;

    if (!str_is_set(address))
        return;
    if (s->auth.mode == AUTH_MODE_STRICT && s->auth.mode_is_auto)
        fprintf(stderr,
                "Other machines can reach " STR_FMT ", so calls must be signed with a key of the "
                "setting auth.keys (%zu there).\n"
                "auth.mode: lenient would let everybody there deploy and run code.\n\n",
                STR_ARG(address), s->auth.key_count);
    else if (s->auth.mode != AUTH_MODE_STRICT)
        fprintf(
            stderr,
            "WARNING: other machines can reach " STR_FMT " and auth.mode is %s: everybody "
            "there may deploy and run code.\n"
            "In a container they are who reaches a published port: -p 127.0.0.1:%u:%u leaves it to "
            "your machine, -p %u:%u opens it to every other.\n"
            "auth.mode: strict would ask for calls signed with a key of the setting "
            "auth.keys.\n\n",
            STR_ARG(address), names[s->auth.mode], port, port, port, port);
}

static int announce(struct daemon *d, struct error *err)
{
    const struct settings *s = d->settings;

    ready_banner(&(struct ready_offer){
        .listeners = d->listeners,
        .count = d->listener_count,
        .ca_path = ca_path(d->ca),
        .account = s->account,
        .region = s->region,
        .drawn_token = str_of(d->drawn_token),
        .token_needed = control_asks_for_token(s),
    });
    warn_of_others(d);
    log_info("ready", "pid=%ld", (long)getpid());
    if (!str_is_set(s->ready_file))
        return 0;
    return ready_file_write(s->ready_file.ptr, d->listeners, d->listener_count, err);
}

/* Everything that can be refused comes before the first listener. */
static int start(struct daemon *d, struct conf_report *report, struct error *err)
{
    int r;

    descriptors_prepare();
    files_init(&d->fault_files, &d->settings->faults);
    files_init(&d->fixture_files, &d->settings->fixtures);
    d->grammar.allow_unknown_region = d->settings->allow_unknown_region;
    d->grammar.doors = doors_of(d->settings);
    d->own_names =
        (struct place_names){d->settings->control_hosts.items, d->settings->control_hosts.count};
    if (loop_new(&d->loop, err) < 0 || start_ca(d, err) < 0 || start_state(d, err) < 0)
        return -1;
    r = load_rules(d, report);
    if (r != 0)
        return r;
    r = daemon_seed(d, report, err);
    if (r != 0)
        return r;
    keys_init(d);
    start_gateway(d);
    if (start_server(d, err) < 0 || control_start(d, err) < 0 || start_signals(d, err) < 0)
        return -1;
    if (start_listeners(d, err) < 0 || regions_start(d, err) < 0 || names_start(d, err) < 0 ||
        daemon_watch(d, err) < 0)
        return -1;
    code_watch(d);
    d->ready = true;
    daemon_settle();
    if (daemon_watch_memory(d, err) < 0)
        return -1;
    daemon_remove_left_behind(d);
    return announce(d, err);
}

/* In the reverse order of start; everything accepts being absent. */
static void end(struct daemon *d)
{
    daemon_unwatch(d);
    code_unwatch(d);
    for (size_t i = 0; i < DAEMON_SIGNALS; i++)
        loop_signal_stop(d->signals[i]);
    admin_free(d->admin);
    worker_free(d->errands);
    code_forget(d);
    loop_timer_cancel(d->loop, &d->memory_timer);
    http_server_free(d->server);
    dns_server_free(d->names);
    gateway_free(d->gateway);
    neighbours_free(d->neighbours);
    functions_stop(d);
    service_free(d->service);
    logs_free(d->logs);
    tape_free(d->tape);
    fault_engine_free(d->faults);
    fault_engine_free(d->fixtures);
    chain_tracker_free(d->chains);
    journal_free(d->journal);
    certificates_free(d);
    ca_free(d->ca);
    loop_free(d->loop);
    files_done(&d->fault_files);
    files_done(&d->fixture_files);
    mem_free(d->auth.accounts);
    mem_free(d->listeners);
}

/* At the end; and at the start, as one that was killed leaves its own behind. */
static void remove_ready_file(const struct settings *settings)
{
    if (str_is_set(settings->ready_file))
        ready_file_remove(settings->ready_file.ptr);
}

int daemon_run(const struct settings *settings, struct conf_report *report, struct error *err)
{
    struct daemon d = {.settings = settings};
    int r;

    daemon_memory_prepare();
    hold_signals(true);
    remove_ready_file(settings);
    r = start(&d, report, err);
    if (r == 0) {
        loop_post(d.loop, release_signals, &d);
        loop_run(d.loop);
        hold_signals(true);
        remove_ready_file(settings);
    }
    end(&d);
    if (r == 0)
        log_info("stopped", NULL);
    return r;
}

int daemon_check(const struct settings *settings, struct conf_report *report)
{
    struct daemon d = {.settings = settings,
                       .grammar.allow_unknown_region = settings->allow_unknown_region,
                       .grammar.doors = doors_of(settings)};

    files_init(&d.fault_files, &settings->faults);
    files_init(&d.fixture_files, &settings->fixtures);
    fault_ruleset_unref(files_load(&d.fault_files, &d.grammar, report));
    fault_ruleset_unref(load_canned(&d, report));
    const struct seed_place place = {settings->account, settings->region};

    seeds_free(seeds_load(settings->seeds.items, settings->seeds.count, &place, report));
    files_done(&d.fault_files);
    files_done(&d.fixture_files);
    return report->errors ? DAEMON_CONFIG : 0;
}
