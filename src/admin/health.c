/* Is it there, may it be used, and what is wrong with it. */

#include <inttypes.h>

#include "admin/steps.h"
#include "tape/tape.h"

static bool is_ready(const struct admin *admin)
{
    return !admin->context.ready || admin->context.ready(admin->context.owner);
}

static void add_time(cJSON *json, const char *name, uint64_t wall_ms)
{
    char time[CLOCK_ISO_BYTES];

    clock_format_iso(wall_ms, time);
    cJSON_AddStringToObject(json, name, time);
}

/* A refused reload stays visible until the files are mended. */
static void add_faults(const struct admin *admin, cJSON *health)
{
    const struct fault_ruleset *set = fault_engine_ruleset(admin->context.engine);
    cJSON *faults = cJSON_AddObjectToObject(health, "faults");

    json_add_uint(faults, "rules", set ? set->rule_count : 0);
    json_add_uint(faults, "active", fault_engine_active(admin->context.engine));
    cJSON_AddBoolToObject(faults, "stopped", fault_engine_stopped(admin->context.engine));
    cJSON_AddBoolToObject(faults, "playing", tape_is_playing(admin->context.tape));
    json_add_uint(faults, "stopped_rules", fault_engine_taken(admin->context.engine));
    cJSON_AddBoolToObject(faults, "reload_ok", admin->reload.accepted);
    if (admin->reload.accepted)
        return;
    add_time(faults, "refused_at", admin->reload.wall_ms);
    cJSON_AddItemToObject(faults, "errors",
                          cJSON_CreateRaw(admin->reload.errors ? admin->reload.errors : "[]"));
    json_add_str(faults, "text", str_of(admin->reload.text));
}

static void add_journal(const struct admin *admin, cJSON *health)
{
    struct journal_stats stats = journal_stats(admin->context.journal);
    cJSON *journal = cJSON_AddObjectToObject(health, "journal");

    json_add_uint(journal, "entries", stats.kept);
    json_add_uint(journal, "lost", stats.lost);
    json_add_uint(journal, "bytes", stats.bytes);
    json_add_uint(journal, "bytes_max", stats.bytes_max);
}

void step_health(struct admin_call *call)
{
    const struct admin *admin = call->admin;
    bool ready = is_ready(admin);
    cJSON *health = cJSON_CreateObject();

    cJSON_AddStringToObject(health, "status",
                            !ready                    ? "unavailable"
                            : !admin->reload.accepted ? "degraded"
                                                      : "ok");
    cJSON_AddStringToObject(health, "version", admin->context.version);
    add_time(health, "started_at", admin->started_wall_ms);
    add_time(health, "now", clock_now_wall_ms(admin->context.clock));
    cJSON_AddBoolToObject(health, "clock_is_real", clock_is_real(admin->context.clock));
    json_add_uint(health, "seed", fault_engine_seed(admin->context.engine));
    add_faults(admin, health);
    add_journal(admin, health);
    if (admin->context.health)
        admin->context.health(admin->context.owner, health);
    admin_tree(call, ready ? 200 : 503, health);
}

static void answer_word(struct admin_call *call, int status, const char *word)
{
    struct buf body = {0};

    buf_printf(&body, "%s\n", word);
    admin_answer(call, status, "text/plain; charset=utf-8", &body);
}

void step_livez(struct admin_call *call)
{
    answer_word(call, 200, "ok");
}

void step_readyz(struct admin_call *call)
{
    bool ready = is_ready(call->admin);

    answer_word(call, ready ? 200 : 503, ready ? "ok" : "not ready");
}

void step_authority(struct admin_call *call)
{
    const struct admin_context *context = &call->admin->context;
    struct buf pem = {0};

    if (!context->authority) {
        admin_problem(call, 501, "there is no authority here");
        return;
    }
    buf_add(&pem, context->authority(context->owner));
    admin_answer(call, 200, "application/x-pem-file", &pem);
}
