/* The virtual clock of rules, TTLs, windows and asynchronous retries. */

#include "admin/drills.h"
#include "admin/steps.h"
#include "conf/scalar.h"

void step_clock_get(struct admin_call *call)
{
    const struct clock *clock = call->admin->context.clock;
    char now[CLOCK_ISO_BYTES], real[CLOCK_ISO_BYTES];
    struct buf body = {0};

    clock_format_iso(clock_now_wall_ms(clock), now);
    clock_format_iso(clock_wall_ms(), real);
    buf_printf(&body, "{\"now\":\"%s\",\"real\":\"%s\",\"frozen\":%s,\"is_real\":%s}", now, real,
               clock->frozen ? "true" : "false", clock_is_real(clock) ? "true" : "false");
    admin_json(call, 200, &body);
}

static void moved(struct admin_call *call)
{
    admin_clock_moved(call->admin);
    admin_touch(call->admin);
    step_clock_get(call);
}

static bool advance(struct admin_call *call, struct str text)
{
    uint64_t ns;

    if (scalar_duration(text, &ns) != SCALAR_OK) {
        admin_problem(call, 422, "advance: '" STR_FMT "' is not a duration such as 5h",
                      STR_ARG(text));
        return false;
    }
    clock_advance(call->admin->context.clock, ns);
    return true;
}

/* From where it stands, which may be behind real time: then it is moved by less than nothing. */
static void run_on(struct clock *clock)
{
    uint64_t standing_ns = clock_now_ns(clock);

    clock_real(clock);
    clock_advance(clock, standing_ns - clock_now_ns(clock));
}

static bool freeze(struct admin_call *call, const cJSON *freeze)
{
    struct str text = cJSON_IsString(freeze) ? str_of(freeze->valuestring) : STR_NONE;
    uint64_t wall_ms;

    if (cJSON_IsTrue(freeze)) {
        clock_freeze(call->admin->context.clock);
        return true;
    }
    if (cJSON_IsFalse(freeze)) {
        run_on(call->admin->context.clock);
        return true;
    }
    if (!clock_parse_iso(text.ptr ? text.ptr : "", text.len, &wall_ms)) {
        admin_problem(call, 422,
                      "freeze: expected true, false or a time such as 2026-11-24T03:00:00Z");
        return false;
    }
    clock_freeze_at(call->admin->context.clock, wall_ms);
    return true;
}

void step_clock_put(struct admin_call *call)
{
    struct str by = json_get_str(call->document, "advance");
    const cJSON *at = cJSON_GetObjectItemCaseSensitive(call->document, "freeze");

    if (!by.ptr == !at) {
        admin_problem(call, 422, "send either {\"advance\": \"5h\"} or {\"freeze\": true}");
        return;
    }
    if (by.ptr ? advance(call, by) : freeze(call, at))
        moved(call);
}

void step_clock_delete(struct admin_call *call)
{
    clock_real(call->admin->context.clock);
    moved(call);
}
