/* Stop all, held calls, seed, scenarios, reset. */

#include <inttypes.h>

#include "admin/compile.h"
#include "admin/drills.h"
#include "admin/steps.h"
#include "base/draw.h"

/* ---- stop all ---- */

static size_t stop_all(struct admin *admin)
{
    OWN(buf_done) struct buf json = {0};
    size_t released;

    fault_engine_stop(admin->context.engine);
    drill_runs_halted(admin->drills, "stop all was pressed");
    released = admin->context.held_release_all(admin->context.owner);
    admin_touch(admin);
    buf_printf(&json, "{\"released\":%zu}", released);
    admin_publish(admin, "stopped", buf_str(&json));
    return released;
}

void admin_stop_faults(struct admin *admin)
{
    stop_all(admin);
}

void step_stop(struct admin_call *call)
{
    struct buf body = {0};

    buf_printf(&body, "{\"stopped\":true,\"released\":%zu}", stop_all(call->admin));
    admin_json(call, 200, &body);
}

/* ---- held calls ---- */

static void add_text(struct buf *out, const char *name, struct str value)
{
    buf_printf(out, ",\"%s\":", name);
    buf_json_string(out, value.len ? value : STR_NONE);
}

static void add_held(void *arg, const struct admin_held *held)
{
    struct buf *out = arg;
    char time[CLOCK_ISO_BYTES];
    uint64_t now_ms = clock_wall_ms();

    clock_format_iso(held->since_wall_ms, time);
    if (out->ptr[out->len - 1] == '}')
        buf_add_char(out, ',');
    buf_printf(out, "{\"number\":%" PRIu64, held->number);
    add_text(out, "request_id", held->request_id);
    add_text(out, "rule", held->rule);
    add_text(out, "kind", held->kind);
    add_text(out, "method", held->method);
    add_text(out, "path", held->path);
    add_text(out, "account", held->account);
    add_text(out, "region", held->region);
    buf_printf(out, ",\"since\":\"%s\",\"age_ms\":%" PRIu64 ",\"left_ms\":", time,
               now_ms > held->since_wall_ms ? now_ms - held->since_wall_ms : 0);
    if (held->left_ms)
        buf_printf(out, "%" PRIu64 "}", held->left_ms);
    else
        buf_puts(out, "null}");
}

void step_active_get(struct admin_call *call)
{
    struct buf body = {0};

    buf_puts(&body, "{\"active\":[");
    call->admin->context.held_each(call->admin->context.owner, add_held, &body);
    buf_puts(&body, "]}");
    admin_json(call, 200, &body);
}

void step_active_delete(struct admin_call *call)
{
    uint64_t number;
    struct buf body = {0};

    if (str_to_uint(call->params[0], UINT64_MAX, &number) != NUMBER_OK ||
        !call->admin->context.held_release(call->admin->context.owner, number)) {
        admin_problem(call, 404, "no held call '" STR_FMT "'", STR_ARG(call->params[0]));
        return;
    }
    buf_puts(&body, "{\"released\":1}");
    admin_json(call, 200, &body);
}

/* ---- seed ---- */

void step_seed_get(struct admin_call *call)
{
    struct buf body = {0};

    buf_printf(&body, "{\"seed\":%" PRIu64 "}", fault_engine_seed(call->admin->context.engine));
    admin_json(call, 200, &body);
    admin_etag(call);
}

bool admin_read_seed(const cJSON *item, uint64_t *out)
{
    struct str text =
        cJSON_IsString(item) || cJSON_IsRaw(item) ? str_of(item->valuestring) : STR_NONE;

    if (cJSON_IsNumber(item) && item->valuedouble >= 0 && item->valuedouble < 9007199254740992.0) {
        *out = (uint64_t)item->valuedouble;
        return (double)*out == item->valuedouble;
    }
    if (str_eq(text, STR("random"))) {
        *out = draw_random_seed();
        return true;
    }
    return str_to_uint(text, UINT64_MAX, out) == NUMBER_OK;
}

void step_seed_put(struct admin_call *call)
{
    uint64_t seed;

    if (!admin_if_match(call))
        return;
    if (!admin_read_seed(cJSON_GetObjectItemCaseSensitive(call->document, "seed"), &seed)) {
        admin_problem(call, 422,
                      "send {\"seed\": N} with 0 to 18446744073709551615, or \"random\"");
        return;
    }
    fault_engine_reseed(call->admin->context.engine, seed);
    admin_touch(call->admin);
    step_seed_get(call);
}

/* ---- scenarios ---- */

void step_scenario_get(struct admin_call *call)
{
    struct str value;
    struct buf body = {0};

    if (fault_engine_scenario(call->admin->context.engine, call->params[0], &value) != 0) {
        admin_problem(call, 404, "no rule speaks of scenario '" STR_FMT "'",
                      STR_ARG(call->params[0]));
        return;
    }
    buf_puts(&body, "{\"state\":");
    buf_json_string(&body, value.len ? value : STR_NONE);
    buf_add_char(&body, '}');
    admin_json(call, 200, &body);
    admin_etag(call);
}

void step_scenario_put(struct admin_call *call)
{
    struct str state = json_get_str(call->document, "state");

    if (!admin_if_match(call))
        return;
    if (!state.ptr && !cJSON_IsNull(cJSON_GetObjectItemCaseSensitive(call->document, "state"))) {
        admin_problem(call, 422, "send {\"state\": \"…\"}, or null for not set yet");
        return;
    }
    int r = fault_engine_set_scenario(call->admin->context.engine, call->params[0],
                                      state.ptr ? state : STR(""));

    if (r == FAULT_UNKNOWN_VALUE) {
        admin_problem(call, 422, "no rule speaks of state '" STR_FMT "' of scenario '" STR_FMT "'",
                      STR_ARG(state), STR_ARG(call->params[0]));
        return;
    }
    if (r == 0)
        admin_touch(call->admin);
    step_scenario_get(call);
}

/* ---- reset ---- */

static void reset_counters(struct admin *admin)
{
    fault_engine_reset(admin->context.engine, STR_NONE);
}

static void reset_scenarios(struct admin *admin)
{
    fault_engine_reset_scenarios(admin->context.engine);
}

static void reset_journal(struct admin *admin)
{
    journal_clear(admin->context.journal);
    observations_clear(admin->observations);
    if (admin->context.chains)
        chain_tracker_clear(admin->context.chains);
}

static void reset_coverage(struct admin *admin)
{
    coverage_clear(admin->coverage);
}

static void reset_clock(struct admin *admin)
{
    clock_real(admin->context.clock);
    admin_clock_moved(admin);
}

static void reset_api_layer(struct admin *admin)
{
    if (layer_is_empty(admin->layer))
        return;
    layer_drop(admin->layer);
    admin_touch(admin);
    admin_reload_faults(admin);
}

static const struct {
    const char *name;
    void (*reset)(struct admin *admin);
} resets[] = {
    {"counters",  reset_counters },
    {"bursts",    reset_counters }, /* they count, too: the engine knows
  one reset */
    {"scenarios", reset_scenarios},
    {"journal",   reset_journal  },
    {"coverage",  reset_coverage },
    {"api_layer", reset_api_layer},
    {"clock",     reset_clock    },
};

static bool wants(const cJSON *what, const char *name)
{
    for (const cJSON *item = what->child; item; item = item->next) {
        if (cJSON_IsString(item) && strcmp(item->valuestring, name) == 0)
            return true;
    }
    return false;
}

static const cJSON *unknown_item(const cJSON *what)
{
    for (const cJSON *item = what->child; item; item = item->next) {
        bool known = false;

        for (size_t i = 0; i < N_ELEMENTS(resets); i++)
            known =
                known || (cJSON_IsString(item) && strcmp(item->valuestring, resets[i].name) == 0);
        if (!known)
            return item;
    }
    return NULL;
}

void step_reset(struct admin_call *call)
{
    const cJSON *what = cJSON_GetObjectItemCaseSensitive(call->document, "what");
    const cJSON *unknown = cJSON_IsArray(what) ? unknown_item(what) : NULL;
    struct buf body = {0};
    const char *comma = "";

    if ((what && !cJSON_IsArray(what)) || unknown) {
        admin_problem(call, 422,
                      "what: expected a list of counters, bursts, scenarios, journal, "
                      "coverage, api_layer, clock");
        return;
    }
    buf_puts(&body, "{\"reset\":[");
    for (size_t i = 0; i < N_ELEMENTS(resets); i++) {
        if (what && !wants(what, resets[i].name))
            continue;
        resets[i].reset(call->admin);
        buf_printf(&body, "%s\"%s\"", comma, resets[i].name);
        comma = ",";
    }
    buf_puts(&body, "]}");
    admin_touch(call->admin);
    admin_json(call, 200, &body);
}
