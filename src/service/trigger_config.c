#include "service/trigger_config.h"

#include "base/mem.h"
#include "service/cron.h"

/* clang-format off */
#define ANY_API .flags = IN_ALL

FIELD_TABLE(cors_fields,
    {.name = "allowCredentials", .type = FIELD_BOOL, ANY_API},
    {.name = "allowHeaders", .type = FIELD_STRINGS, ANY_API},
    {.name = "allowMethods", .type = FIELD_STRINGS, ANY_API},
    {.name = "allowOrigins", .type = FIELD_STRINGS, ANY_API},
    {.name = "exposeHeaders", .type = FIELD_STRINGS, ANY_API},
    {.name = "maxAge", .type = FIELD_INT, ANY_API},
);
FIELD_TABLE(http_fields,
    {.name = "authType", .type = FIELD_STRING, ANY_API, .choices = "anonymous | function | jwt | basic | bearer"},
    {.name = "methods", .type = FIELD_STRINGS, ANY_API},
    {.name = "authConfig", .type = FIELD_TEXT, ANY_API},
    {.name = "disableURLInternet", .type = FIELD_BOOL, ANY_API},
    {.name = "corsConfig", .type = FIELD_OBJECT, ANY_API, .fields = &cors_fields},
);
FIELD_TABLE(timer_fields,
    {.name = "payload", .type = FIELD_TEXT, ANY_API},
    {.name = "cronExpression", .type = FIELD_STRING, ANY_API},
    {.name = "enable", .type = FIELD_BOOL, ANY_API},
);
FIELD_TABLE(oss_key_fields,
    {.name = "prefix", .type = FIELD_STRING, ANY_API},
    {.name = "suffix", .type = FIELD_STRING, ANY_API},
);
FIELD_TABLE(oss_filter_fields,
    {.name = "key", .type = FIELD_OBJECT, ANY_API, .fields = &oss_key_fields},
);
FIELD_TABLE(oss_fields,
    {.name = "events", .type = FIELD_STRINGS, ANY_API},
    {.name = "filter", .type = FIELD_OBJECT, ANY_API, .fields = &oss_filter_fields},
);
FIELD_TABLE(log_source_fields,
    {.name = "logstore", .type = FIELD_STRING, ANY_API},
    {.name = "startTime", .type = FIELD_INT, ANY_API},
);
FIELD_TABLE(log_job_fields,
    {.name = "maxRetryTime", .type = FIELD_INT, ANY_API, .max = LIMIT(LOG_RETRY_MAX)},
    {.name = "triggerInterval", .type = FIELD_INT, ANY_API, .min = LIMIT(LOG_INTERVAL_MIN), .max = LIMIT(LOG_INTERVAL_MAX)},
);
FIELD_TABLE(log_target_fields,
    {.name = "project", .type = FIELD_STRING, ANY_API},
    {.name = "logstore", .type = FIELD_STRING, ANY_API},
);
FIELD_TABLE(log_fields,
    {.name = "sourceConfig", .type = FIELD_OBJECT, ANY_API, .fields = &log_source_fields},
    {.name = "jobConfig", .type = FIELD_OBJECT, ANY_API, .fields = &log_job_fields},
    {.name = "functionParameter", .type = FIELD_ANY, ANY_API},
    {.name = "logConfig", .type = FIELD_OBJECT, ANY_API, .fields = &log_target_fields},
    {.name = "enable", .type = FIELD_BOOL, ANY_API},
    {.name = "targetConfig", .type = FIELD_ANY, ANY_API},
);
FIELD_TABLE(mns_fields,
    {.name = "filterTag", .type = FIELD_STRING, ANY_API, .max = LIMIT(MNS_TAG_MAX)},
    {.name = "notifyContentFormat", .type = FIELD_STRING, ANY_API, .choices = "STREAM | JSON"},
    {.name = "notifyStrategy", .type = FIELD_STRING, ANY_API, .choices = "BACKOFF_RETRY | EXPONENTIAL_DECAY_RETRY"},
);
FIELD_TABLE(cdn_fields,
    {.name = "eventName", .type = FIELD_STRING, ANY_API},
    {.name = "eventVersion", .type = FIELD_STRING, ANY_API},
    {.name = "notes", .type = FIELD_STRING, ANY_API},
    {.name = "filter", .type = FIELD_ANY, ANY_API},
);
FIELD_TABLE(rds_fields,
    {.name = "subscriptionObjects", .type = FIELD_STRINGS, ANY_API},
    {.name = "retry", .type = FIELD_INT, ANY_API},
    {.name = "concurrency", .type = FIELD_INT, ANY_API},
    {.name = "eventFormat", .type = FIELD_STRING, ANY_API, .choices = "json | protobuf"},
);
FIELD_TABLE(delivery_fields,
    {.name = "mode", .type = FIELD_STRING, ANY_API, .choices = "event-driven | event-streaming"},
    {.name = "eventSchema", .type = FIELD_STRING, ANY_API, .choices = "CloudEvents | RawData"},
    {.name = "concurrency", .type = FIELD_INT, ANY_API},
);
FIELD_TABLE(event_sink_fields,
    {.name = "deliveryOption", .type = FIELD_OBJECT, ANY_API, .fields = &delivery_fields},
);
FIELD_TABLE(event_source_fields,
    {.name = "eventSourceType", .type = FIELD_STRING, ANY_API, .choices = "Default | MNS | RocketMQ | RabbitMQ | Kafka | MQTT | DTS"},
    {.name = "eventSourceParameters", .type = FIELD_ANY, ANY_API},
);
FIELD_TABLE(event_retry_fields,
    {.name = "PushRetryStrategy", .type = FIELD_STRING, ANY_API, .choices = "BACKOFF_RETRY | EXPONENTIAL_DECAY_RETRY"},
    {.name = "MaximumEventAgeInSeconds", .type = FIELD_INT, ANY_API},
    {.name = "MaximumRetryAttempts", .type = FIELD_INT, ANY_API},
);
FIELD_TABLE(event_run_fields,
    {.name = "mode", .type = FIELD_STRING, ANY_API, .choices = "event-driven | event-streaming"},
    {.name = "errorsTolerance", .type = FIELD_STRING, ANY_API, .choices = "NONE | ALL"},
    {.name = "maximumTasks", .type = FIELD_INT, ANY_API},
    {.name = "retryStrategy", .type = FIELD_OBJECT, ANY_API, .fields = &event_retry_fields},
    {.name = "deadLetterQueue", .type = FIELD_ANY, ANY_API},
    {.name = "batchWindow", .type = FIELD_ANY, ANY_API},
);
FIELD_TABLE(event_bridge_fields,
    {.name = "triggerEnable", .type = FIELD_BOOL, ANY_API},
    {.name = "asyncInvocationType", .type = FIELD_BOOL, ANY_API},
    {.name = "eventRuleFilterPattern", .type = FIELD_TEXT, ANY_API},
    {.name = "eventSourceConfig", .type = FIELD_OBJECT, ANY_API, .fields = &event_source_fields},
    {.name = "eventSinkConfig", .type = FIELD_OBJECT, ANY_API, .fields = &event_sink_fields},
    {.name = "runOptions", .type = FIELD_OBJECT, ANY_API, .fields = &event_run_fields},
);
FIELD_TABLE(free_fields,
    {.name = "enable", .type = FIELD_BOOL, ANY_API},
);
/* clang-format on */

static bool check_http(struct work *work, cJSON *config);
static bool check_timer(struct work *work, cJSON *config);

static const struct trigger_type {
    const char *name;
    const struct field_table *fields;
    bool (*check)(struct work *work, cJSON *config);
} trigger_types[] = {
    {"http",        &http_fields,         check_http },
    {"oss",         &oss_fields,          NULL       },
    {"log",         &log_fields,          NULL       },
    {"timer",       &timer_fields,        check_timer},
    {"mns_topic",   &mns_fields,          NULL       },
    {"cdn_events",  &cdn_fields,          NULL       },
    {"tablestore",  &free_fields,         NULL       },
    {"rds",         &rds_fields,          NULL       },
    {"eventbridge", &event_bridge_fields, NULL       },
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

static bool is_method(const char *name)
{
    static const char *const methods[] = {"GET",  "POST",  "PUT",    "DELETE",
                                          "HEAD", "PATCH", "OPTIONS"};

    for (size_t i = 0; i < N_ELEMENTS(methods); i++) {
        if (strcmp(name, methods[i]) == 0)
            return true;
    }
    return false;
}

static bool check_http(struct work *work, cJSON *config)
{
    const cJSON *methods = cJSON_GetObjectItemCaseSensitive(config, "methods");
    const cJSON *method;

    cJSON_ArrayForEach (method, methods) {
        if (cJSON_IsString(method) && is_method(method->valuestring))
            continue;
        answer_invalid(work,
                       "Methods is set to an invalid value (allowed: GET | POST | PUT | DELETE | "
                       "HEAD | PATCH | OPTIONS, actual: '%.64s')",
                       cJSON_IsString(method) ? method->valuestring : "");
        return false;
    }
    return true;
}

static bool is_schedule(struct str text)
{
    struct cron cron;
    struct str zone;
    uint64_t span;

    text = str_trim(text);
    if (str_starts(text, STR("@every ")))
        return cron_parse_span(str_slice(text, 7, text.len), &span);
    if (str_starts(text, STR("CRON_TZ=")) && !str_cut(text, ' ', &zone, &text))
        return false;
    return cron_parse(text, &cron);
}

static bool check_timer(struct work *work, cJSON *config)
{
    struct str text = json_get_str(config, "cronExpression");

    if (!str_is_set(text)) {
        answer_invalid(work, "CronExpression is required but not provided");
        return false;
    }
    if (is_schedule(text))
        return true;
    answer_invalid(work,
                   "CronExpression is set to an invalid value (allowed: '@every <duration>' or six "
                   "cron fields, actual: '" STR_FMT "')",
                   STR_ARG(str_slice(text, 0, 256)));
    return false;
}

bool trigger_config_check(struct work *work, struct str type, cJSON *config)
{
    const struct trigger_type *known = find_type(type);
    struct field_reading reading = work_reading(work, false);

    if (!known)
        return true;
    if (known->fields == &http_fields)
        lower_auth_type(config);
    if (!check_members(known->fields, config, &reading)) {
        answer_refusal(work);
        return false;
    }
    return !known->check || known->check(work, config);
}

void trigger_config_merge(cJSON *config, const cJSON *sent)
{
    const cJSON *member;

    cJSON_ArrayForEach (member, sent) {
        const cJSON *old = cJSON_GetObjectItemCaseSensitive(config, member->string);

        if (!cJSON_IsNull(member) || !old)
            json_set(config, member->string, cJSON_Duplicate(member, true));
    }
}
