#include "product/service/resource/trigger_config.h"

#include "base/mem.h"
#include "base/zone.h"
#include "product/service/resource/cron.h"
#include "product/service/resource/trigger_fields.h"

static bool check_timer(struct work *work, const cJSON *config);
static bool check_event_bridge(struct work *work, const cJSON *config);

static const struct trigger_type {
    const char *name;
    const struct field_table *fields;
    bool (*check)(struct work *work, const cJSON *config);
} trigger_types[] = {
    {"http",        &http_fields,         NULL              },
    {"oss",         &oss_fields,          NULL              },
    {"log",         &log_fields,          NULL              },
    {"timer",       &timer_fields,        check_timer       },
    {"mns_topic",   &mns_fields,          NULL              },
    {"cdn_events",  &cdn_fields,          NULL              },
    {"tablestore",  &free_fields,         NULL              },
    {"rds",         &rds_fields,          NULL              },
    {"eventbridge", &event_bridge_fields, check_event_bridge},
};

static const struct trigger_type *find_type(struct str name)
{
    for (size_t i = 0; i < N_ELEMENTS(trigger_types); i++) {
        if (str_eq(name, str_of(trigger_types[i].name)))
            return &trigger_types[i];
    }
    return NULL;
}

bool trigger_type_known(struct str type)
{
    return find_type(type) != NULL;
}

const char *trigger_type_names(void)
{
    return "http | oss | log | timer | mns_topic | cdn_events | tablestore | rds | eventbridge";
}

static const struct field *find_nocase(const struct field_table *table, const char *name)
{
    for (size_t i = 0; i < table->count; i++) {
        if (str_eq_nocase(str_of(table->rows[i].name), str_of(name)))
            return &table->rows[i];
    }
    return NULL;
}

static bool check_members(const struct field_table *table, cJSON *object,
                          const struct field_reading *reading);

/* A member alone in an object, so that one table row does the checking. */
static bool check_value(const struct field *field, const cJSON *value,
                        const struct field_reading *reading)
{
    const struct field_table table = {field, 1};
    cJSON *alone = cJSON_CreateObject();

    cJSON_AddItemToObject(alone, field->name, cJSON_Duplicate(value, true));
    cJSON *read = fields_read(&table, alone, reading);

    cJSON_Delete(alone);
    cJSON_Delete(read);
    return read != NULL;
}

static bool check_member(const struct field *field, cJSON *value,
                         const struct field_reading *reading)
{
    if (cJSON_IsNull(value))
        return true;
    if (field->type == FIELD_OBJECT && cJSON_IsObject(value))
        return check_members(field->fields, value, reading);
    return check_value(field, value, reading);
}

/* Each member keeps its place; only its name may change. */
static bool check_members(const struct field_table *table, cJSON *object,
                          const struct field_reading *reading)
{
    cJSON *ordered = cJSON_CreateObject();
    bool good = true;

    while (object->child) {
        cJSON *member = cJSON_DetachItemViaPointer(object, object->child);
        const struct field *field = find_nocase(table, member->string);
        OWN(mem_free) char *name = mem_dup(field ? field->name : member->string);

        good = good && (!field || check_member(field, member, reading));
        if (field)
            json_set(ordered, name, member); /* spelled twice, the last one counts */
        else
            cJSON_AddItemToObject(ordered, name, member);
    }
    object->child = GIVE(ordered->child);
    cJSON_Delete(ordered);
    return good;
}

static void lower_auth_type(cJSON *config)
{
    const cJSON *type = json_get_nocase(config, "authType");

    for (char *c = cJSON_IsString(type) ? type->valuestring : NULL; c && *c; c++) {
        if (*c >= 'A' && *c <= 'Z')
            *c = (char)(*c - 'A' + 'a');
    }
}

static bool is_zone(struct str name)
{
    OWN(zone_free) struct zone *zone = zone_load(name);

    return zone != NULL;
}

static bool is_schedule(struct str text)
{
    struct cron cron;
    struct str zone;
    uint64_t span;

    text = str_trim(text);
    if (str_starts(text, STR("@every ")))
        return cron_parse_span(str_slice(text, 7, text.len), &span);
    if (str_starts(text, STR("CRON_TZ=")))
        return str_cut(str_slice(text, 8, text.len), ' ', &zone, &text) && is_zone(zone) &&
               cron_parse(text, &cron);
    return cron_parse(text, &cron);
}

static bool check_timer(struct work *work, const cJSON *config)
{
    struct str text = json_get_str(config, "cronExpression");

    if (!str_is_set(text))
        return answer_missing(work, "CronExpression");
    if (is_schedule(text))
        return true;
    return answer_wrong(work, "CronExpression", "'@every <duration>' or six cron fields", text);
}

static bool check_event_bridge(struct work *work, const cJSON *config)
{
    struct str pattern = json_get_str(config, "eventRuleFilterPattern");
    struct error ignored;
    OWN(json_free) cJSON *parsed = pattern.len ? json_parse(pattern, &ignored) : NULL;

    if (pattern.len == 0 || cJSON_IsObject(parsed))
        return true;
    return answer_wrong(work, "EventRuleFilterPattern", "a JSON object as text", pattern);
}

bool trigger_config_read(struct work *work, struct str type, cJSON *config)
{
    const struct trigger_type *known = find_type(type);
    struct field_reading reading = work_reading(work, false);

    if (!known)
        return true;
    if (known->fields == &http_fields)
        lower_auth_type(config);
    if (check_members(known->fields, config, &reading))
        return true;
    return answer_refusal(work);
}

bool trigger_config_check(struct work *work, struct str type, const cJSON *config)
{
    const struct trigger_type *known = find_type(type);

    return !known || !known->check || known->check(work, config);
}

void trigger_config_merge(cJSON *config, const cJSON *sent)
{
    const cJSON *member;

    cJSON_ArrayForEach (member, sent) {
        const cJSON *old = json_get(config, member->string);

        if (!cJSON_IsNull(member) || !old)
            json_set(config, member->string, cJSON_Duplicate(member, true));
    }
}
