/* Scheduled actions of provision and scaling configs. */
#include "product/service/resource/schedule.h"

#include <stdio.h>

#include "base/mem.h"
#include "base/units.h"
#include "base/zone.h"
#include "product/service/resource/cron.h"

/* clang-format off */
static const struct field action_rows[] = {
    {.name = "name", .type = BODY_STRING, .flags = IN_ALL},
    {.name = "startTime", .type = BODY_STRING, .flags = IN_ALL},
    {.name = "endTime", .type = BODY_STRING, .flags = IN_ALL},
    {.name = "target", .type = BODY_INT, .flags = IN_ALL, .max = LIMIT(PROVISION_MAX)},
    {.name = "scheduleExpression", .type = BODY_STRING, .flags = IN_ALL},
    {.name = "timeZone", .type = BODY_STRING, .flags = IN_2023},
};
static const struct field policy_rows[] = {
    {.name = "name", .type = BODY_STRING, .flags = IN_ALL},
    {.name = "startTime", .type = BODY_STRING, .flags = IN_ALL},
    {.name = "endTime", .type = BODY_STRING, .flags = IN_ALL},
    {.name = "metricType", .type = BODY_STRING, .flags = IN_ALL},
    {.name = "metricTarget", .type = BODY_NUMBER, .flags = IN_ALL},
    {.name = "minCapacity", .type = BODY_INT, .flags = IN_ALL, .max = LIMIT(PROVISION_MAX)},
    {.name = "maxCapacity", .type = BODY_INT, .flags = IN_ALL, .max = LIMIT(PROVISION_MAX)},
    {.name = "minInstances", .type = BODY_INT, .flags = IN_2023},
    {.name = "maxInstances", .type = BODY_INT, .flags = IN_2023},
    {.name = "timeZone", .type = BODY_STRING, .flags = IN_2023},
};
/* clang-format on */

const struct field_table schedule_action_fields = {action_rows, N_ELEMENTS(action_rows)};
const struct field_table schedule_policy_fields = {policy_rows, N_ELEMENTS(policy_rows)};

/* A moment; without "Z" or an offset it is local to @zone, and none without a zone. */
static bool parse_time(struct str text, const struct zone *zone, uint64_t *out_ms)
{
    char local[CLOCK_ISO_BYTES + 1];
    uint64_t ms;

    if (clock_parse_iso(text.ptr, text.len, out_ms))
        return true;
    if (!zone || text.len > CLOCK_ISO_BYTES - 1)
        return false;
    snprintf(local, sizeof(local), STR_FMT "Z", STR_ARG(text));
    if (!clock_parse_iso(local, strlen(local), &ms))
        return false;
    int64_t at_s = zone_from_local_s(zone, (int64_t)(ms / MS_PER_S));

    *out_ms = at_s < 0 ? 0 : (uint64_t)at_s * MS_PER_S + ms % MS_PER_S;
    return true;
}

/* NULL when none is named, or an unknown one. */
static struct zone *zone_of(const cJSON *action)
{
    struct str name = json_get_str(action, "timeZone");

    return name.len ? zone_load(name) : NULL;
}

static bool check_zone(struct work *work, const cJSON *action, const struct zone *zone)
{
    struct str name = json_get_str(action, "timeZone");

    if (zone || name.len == 0)
        return true;
    return answer_wrong(work, "TimeZone", "a name of the IANA time zone database", name);
}

/* "at(2020-10-10T10:10:10Z)" → what stands between the brackets. */
static bool inside(struct str text, struct str word, struct str *out)
{
    if (!str_starts(text, word) || !str_ends(text, STR(")")))
        return false;
    *out = str_slice(text, word.len, text.len - 1);
    return true;
}

static bool is_expression(struct str text, const struct zone *zone)
{
    struct str inner;
    struct cron cron;
    uint64_t at;

    if (inside(text, STR("at("), &inner))
        return parse_time(inner, zone, &at);
    return inside(text, STR("cron("), &inner) && cron_parse(inner, &cron);
}

static bool check_time(struct work *work, const cJSON *action, const struct zone *zone,
                       const char *name, const char *title)
{
    struct str text = json_get_str(action, name);
    uint64_t at;

    if (text.len == 0 || (parse_time(text, zone, &at) && (zone || str_ends(text, STR("Z")))))
        return true;
    return answer_invalid(
        work,
        "The %s is not in UTC time format (example: '2020-10-10T10:10:10Z', actual: '" STR_FMT "')",
        title, STR_ARG(str_slice(text, 0, 128)));
}

static bool check_expression(struct work *work, const cJSON *action, const struct zone *zone)
{
    const cJSON *member = json_get(action, "scheduleExpression");

    if (!cJSON_IsString(member) || is_expression(str_of(member->valuestring), zone))
        return true;
    return answer_invalid(work,
                          "The ScheduleExpression should be atTime or cron expression (example: "
                          "['at(2020-10-10T10:10:10Z)', 'cron(0 */30 * * * *)'], actual: '%.256s')",
                          member->valuestring);
}

/* Of a tracking policy: a share. */
static bool check_metric(struct work *work, const cJSON *policy)
{
    const cJSON *target = json_get(policy, "metricTarget");

    if (!target || (target->valuedouble >= 0 && target->valuedouble <= 1))
        return true;
    return answer_invalid(work,
                          "MetricTarget is set to an invalid value (allowed: 0-1, actual: '%.15g')",
                          target->valuedouble);
}

static bool check_unique(struct work *work, const cJSON *actions, const cJSON *action)
{
    struct str name = json_get_str(action, "name");
    const cJSON *other;

    cJSON_ArrayForEach (other, actions) {
        if (other == action)
            return true;
        if (name.len && str_eq(json_get_str(other, "name"), name))
            return answer_invalid(
                work, "Duplicate action name '" STR_FMT "' in ScheduledActions is not allowed",
                STR_ARG(name));
    }
    return true;
}

/* One that is over before it begins would never do anything. */
static bool check_order(struct work *work, const cJSON *action, const struct zone *zone)
{
    struct str start = json_get_str(action, "startTime");
    struct str end = json_get_str(action, "endTime");
    uint64_t start_ms, end_ms;

    if (!parse_time(start, zone, &start_ms) || !parse_time(end, zone, &end_ms) ||
        start_ms <= end_ms)
        return true;
    return answer_wrong(
        work, "EndTime",
        arena_strf(work->arena, "a time not before StartTime '" STR_FMT "'", STR_ARG(start)).ptr,
        end);
}

static bool check_window(struct work *work, const cJSON *action, const struct zone *zone)
{
    return check_zone(work, action, zone) &&
           check_time(work, action, zone, "startTime", "StartTime") &&
           check_time(work, action, zone, "endTime", "EndTime") && check_order(work, action, zone);
}

/* Of a tracking policy: between these the number of instances moves. */
static bool check_bounds(struct work *work, const cJSON *policy, const char *least_name,
                         const char *most_name, const char *title)
{
    const cJSON *least = json_get(policy, least_name);
    const cJSON *most = json_get(policy, most_name);

    if (!cJSON_IsNumber(least) || !cJSON_IsNumber(most) || least->valuedouble <= most->valuedouble)
        return true;
    return answer_invalid(
        work, "%s is set to an invalid value (allowed: at least %.15g, actual: '%.15g')", title,
        least->valuedouble, most->valuedouble);
}

static bool check_room(struct work *work, const cJSON *policy)
{
    return check_bounds(work, policy, "minCapacity", "maxCapacity", "MaxCapacity") &&
           check_bounds(work, policy, "minInstances", "maxInstances", "MaxInstances");
}

bool schedule_check_windows(struct work *work, const cJSON *policies)
{
    const cJSON *policy;

    cJSON_ArrayForEach (policy, policies) {
        OWN(zone_free) struct zone *zone = zone_of(policy);

        if (!check_window(work, policy, zone) || !check_room(work, policy))
            return false;
    }
    return true;
}

bool schedule_check(struct work *work, const cJSON *actions)
{
    const cJSON *action;

    cJSON_ArrayForEach (action, actions) {
        OWN(zone_free) struct zone *zone = zone_of(action);

        if (!check_unique(work, actions, action) || !check_window(work, action, zone) ||
            !check_expression(work, action, zone) || !check_metric(work, action) ||
            !check_room(work, action))
            return false;
    }
    return true;
}

/* Figures of an instance; the others are counted without looking into one. */
static bool is_instance_metric(struct str type)
{
    static const struct str heads[] = {STR_INIT("CPU"), STR_INIT("GPU"), STR_INIT("Mem")};

    for (size_t i = 0; i < N_ELEMENTS(heads); i++) {
        if (str_starts_nocase(type, heads[i]))
            return true;
    }
    return false;
}

static bool has_instance_metrics(const cJSON *document)
{
    return cJSON_IsTrue(json_get(json_get(document, "logConfig"), "enableInstanceMetrics"));
}

bool schedule_check_metrics(struct work *work, const struct address *at, const cJSON *policies)
{
    OWN(json_free) cJSON *function = row_document(at->function_row);
    OWN(json_free) cJSON *service = row_document(at->service_row);
    const cJSON *policy;

    /* A function of 2023-03-30 says it itself, the others' service says it for them. */
    if (work->api == API_2016 || has_instance_metrics(function) || has_instance_metrics(service))
        return true;
    cJSON_ArrayForEach (policy, policies) {
        if (is_instance_metric(json_get_str(policy, "metricType")))
            return answer_refuse(work, "InstanceMetricsRequired");
    }
    return true;
}

static uint64_t time_or(const cJSON *action, const char *name, const struct zone *zone,
                        uint64_t preset)
{
    uint64_t at;

    return parse_time(json_get_str(action, name), zone, &at) ? at : preset;
}

static uint64_t local_ms(const struct zone *zone, uint64_t utc_ms)
{
    int64_t seconds = (int64_t)(utc_ms / MS_PER_S);

    if (zone && seconds + zone_offset_s(zone, seconds) < 0)
        return 0;
    return zone ? (uint64_t)(seconds + zone_offset_s(zone, seconds)) * MS_PER_S : utc_ms;
}

/* The schedule is one of local times. */
static bool last_of_cron(const struct cron *cron, const struct zone *zone, uint64_t from_ms,
                         uint64_t to_ms, uint64_t *out_ms)
{
    uint64_t local;

    if (!cron_last(cron, local_ms(zone, from_ms), local_ms(zone, to_ms), &local))
        return false;
    *out_ms =
        zone ? (uint64_t)zone_from_local_s(zone, (int64_t)(local / MS_PER_S)) * MS_PER_S : local;
    return true;
}

/* When the action last fired inside its window, up to now. */
static bool last_fired(const cJSON *action, uint64_t now_ms, uint64_t *out_ms)
{
    OWN(zone_free) struct zone *zone = zone_of(action);
    struct str text = json_get_str(action, "scheduleExpression");
    uint64_t start = time_or(action, "startTime", zone, 0);
    uint64_t end = time_or(action, "endTime", zone, UINT64_MAX);
    struct cron cron;
    struct str inner;

    if (now_ms < start || now_ms > end)
        return false;
    if (inside(text, STR("at("), &inner))
        return parse_time(inner, zone, out_ms) && *out_ms <= now_ms && *out_ms >= start;
    return inside(text, STR("cron("), &inner) && cron_parse(inner, &cron) &&
           last_of_cron(&cron, zone, start, now_ms, out_ms);
}

double schedule_target(const cJSON *actions, uint64_t now_ms, double preset)
{
    const cJSON *action;
    uint64_t newest = 0;

    cJSON_ArrayForEach (action, actions) {
        const cJSON *target = json_get(action, "target");
        uint64_t fired;

        if (target && last_fired(action, now_ms, &fired) && fired >= newest) {
            newest = fired;
            preset = target->valuedouble;
        }
    }
    return preset;
}
