/* Which triggers hear of what happened: their source, their events, their filter. */
#include "base/glob.h"
#include "product/service/event/internal.h"

static struct str without_product(struct str event)
{
    return str_starts(event, STR("oss:")) ? str_slice(event, strlen("oss:"), event.len) : event;
}

/* "oss:ObjectCreated:*" takes every way in which an object comes. */
static bool wants_event(const cJSON *config, struct str event)
{
    const cJSON *wanted = json_get(config, "events");
    const cJSON *one;
    struct str name = json_get_str(config, "eventName");

    if (!str_is_set(event))
        return true;
    if (!cJSON_IsArray(wanted))
        return name.len == 0 || str_eq(name, event);
    cJSON_ArrayForEach (one, wanted) {
        if (cJSON_IsString(one) &&
            glob_match(without_product(str_of(one->valuestring)), without_product(event)))
            return true;
    }
    return false;
}

static bool lets_through(const cJSON *config, struct str key)
{
    const cJSON *filter = json_get(json_get(config, "filter"), "key");
    struct str prefix = json_get_str(filter, "prefix");
    struct str suffix = json_get_str(filter, "suffix");

    if (!str_is_set(key))
        return true;
    return (prefix.len == 0 || str_starts(key, prefix)) &&
           (suffix.len == 0 || str_ends(key, suffix));
}

static bool is_from(struct str wanted, const struct event_trigger *trigger)
{
    return !str_is_set(wanted) || str_eq(wanted, trigger->source) ||
           str_eq(wanted, event_source_name(trigger->source));
}

bool event_hears(const struct event_trigger *trigger, const struct event_occasion *occasion)
{
    return trigger->enabled && str_eq(trigger->type, occasion->type) &&
           is_from(occasion->source, trigger) && wants_event(trigger->config, occasion->event) &&
           lets_through(trigger->config, occasion->key);
}
