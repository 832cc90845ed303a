/*
 * product/service/resource/trigger_rows.h - the types of triggers, a row each, and what each is
 * configured with
 *
 * Included by trigger_type.c only. Members that no row names are kept as they came.
 *
 * Source: spec pages api-2016-08-15 §6.6.3 and §6.6.4, api-2021-04-06 §6, api-2023-03-30 §6.
 */
#pragma once

#include "product/service/resource/trigger_type.h"

static bool check_timer(struct work *work, const cJSON *config);
static bool check_oss(struct work *work, const cJSON *config);
static bool check_event_bridge(struct work *work, const cJSON *config);

#define MEMBER(member, kind, need, ...)                                                            \
    {                                                                                              \
        .name = member, .type = kind, .flags = IN_ALL | (need), ##__VA_ARGS__                      \
    }
#define TEXT(member, ...) MEMBER(member, BODY_STRING, 0, ##__VA_ARGS__)
#define NEEDED(member, ...) MEMBER(member, BODY_STRING, BODY_REQUIRED, ##__VA_ARGS__)
#define FLAG(member) MEMBER(member, BODY_BOOL, 0)
#define NUMBER(member, ...) MEMBER(member, BODY_INT, 0, ##__VA_ARGS__)
#define LIST(member, need, ...) MEMBER(member, BODY_STRINGS, need, ##__VA_ARGS__)
#define ANY_TEXT(member) MEMBER(member, BODY_TEXT, 0)
#define PART(member, of) MEMBER(member, BODY_OBJECT, 0, .fields = &of)
#define NEEDED_PART(member, of) MEMBER(member, BODY_OBJECT, BODY_REQUIRED, .fields = &of)

/* clang-format off */
/* The user's own members. */
static const struct field_table any_fields = {NULL, 0};

FIELD_TABLE(cors_fields,
    FLAG("allowCredentials"), LIST("allowHeaders", 0), LIST("allowMethods", 0), LIST("allowOrigins", 0), LIST("exposeHeaders", 0), NUMBER("maxAge"));
FIELD_TABLE(http_fields,
    TEXT("authType", .choices = "anonymous | function | jwt | basic | bearer"),
    LIST("methods", 0, .choices = "GET | POST | PUT | DELETE | HEAD | PATCH | OPTIONS"),
    ANY_TEXT("authConfig"), FLAG("disableURLInternet"), PART("corsConfig", cors_fields));

FIELD_TABLE(timer_fields,
    ANY_TEXT("payload"), NEEDED("cronExpression"), FLAG("enable"));

FIELD_TABLE(oss_key_fields, TEXT("prefix"), TEXT("suffix"));
FIELD_TABLE(oss_filter_fields, PART("key", oss_key_fields));
FIELD_TABLE(oss_fields,
    LIST("events", BODY_REQUIRED), PART("filter", oss_filter_fields));

FIELD_TABLE(log_source_fields, NEEDED("logstore"), NUMBER("startTime"));
FIELD_TABLE(log_job_fields,
    NUMBER("maxRetryTime", .max = LIMIT(LOG_RETRY_MAX)), NUMBER("triggerInterval", .min = LIMIT(LOG_INTERVAL_MIN), .max = LIMIT(LOG_INTERVAL_MAX)));
FIELD_TABLE(log_target_fields, TEXT("project"), TEXT("logstore"));
FIELD_TABLE(log_fields,
    NEEDED_PART("sourceConfig", log_source_fields), PART("jobConfig", log_job_fields), PART("functionParameter", any_fields),
    PART("logConfig", log_target_fields), FLAG("enable"), PART("targetConfig", any_fields));

FIELD_TABLE(mns_fields,
    TEXT("filterTag", .max = LIMIT(MNS_TAG_MAX)), TEXT("notifyContentFormat", .choices = "STREAM | JSON"),
    TEXT("notifyStrategy", .choices = "BACKOFF_RETRY | EXPONENTIAL_DECAY_RETRY"));

FIELD_TABLE(cdn_fields,
    NEEDED("eventName"), NEEDED("eventVersion"), TEXT("notes"), MEMBER("filter", BODY_LISTS, 0));

FIELD_TABLE(rds_fields,
    LIST("subscriptionObjects", BODY_REQUIRED), NUMBER("retry"), NUMBER("concurrency"), TEXT("eventFormat", .choices = "json | protobuf"));

FIELD_TABLE(delivery_fields,
    TEXT("mode", .choices = "event-driven | event-streaming"), TEXT("eventSchema", .choices = "CloudEvents | RawData"), NUMBER("concurrency"));
FIELD_TABLE(event_sink_fields, PART("deliveryOption", delivery_fields));
/* The members of each source are spelled as the event bus spells them. */
FIELD_TABLE(mns_source_fields, TEXT("RegionId"), TEXT("QueueName"), FLAG("IsBase64Decode"));
FIELD_TABLE(rocketmq_source_fields,
    TEXT("RegionId"), TEXT("InstanceId"), TEXT("Topic"), TEXT("Tag"), TEXT("Offset"), TEXT("GroupID"), NUMBER("Timestamp"), TEXT("FilterType"),
    TEXT("FilterSql"), TEXT("AuthType"), TEXT("InstanceEndpoint"), TEXT("InstanceNetwork"), TEXT("InstancePassword"), TEXT("InstanceSecurityGroupId"),
    TEXT("InstanceType"), TEXT("InstanceUsername"), TEXT("InstanceVSwitchIds"), TEXT("InstanceVpcId"));
FIELD_TABLE(rabbitmq_source_fields,
    TEXT("RegionId"), TEXT("InstanceId"), TEXT("VirtualHostName"), TEXT("QueueName"));
FIELD_TABLE(kafka_source_fields,
    TEXT("RegionId"), TEXT("InstanceId"), TEXT("Topic"), TEXT("ConsumerGroup"), TEXT("OffsetReset"), TEXT("Network"), TEXT("VpcId"), TEXT("VSwitchIds"),
    TEXT("SecurityGroupId"));
FIELD_TABLE(mqtt_source_fields, TEXT("RegionId"), TEXT("InstanceId"), TEXT("Topic"));
FIELD_TABLE(dts_source_fields,
    TEXT("RegionId"), TEXT("TaskId"), TEXT("Topic"), TEXT("Sid"), TEXT("BrokerUrl"), TEXT("Username"), TEXT("Password"), NUMBER("InitCheckPoint"));
FIELD_TABLE(event_parameters_fields,
    PART("sourceMNSParameters", mns_source_fields), PART("sourceRocketMQParameters", rocketmq_source_fields),
    PART("sourceRabbitMQParameters", rabbitmq_source_fields), PART("sourceKafkaParameters", kafka_source_fields),
    PART("sourceMQTTParameters", mqtt_source_fields), PART("sourceDTSParameters", dts_source_fields));
FIELD_TABLE(event_source_config_fields,
    TEXT("eventSourceType", .choices = "Default | MNS | RocketMQ | RabbitMQ | Kafka | MQTT | DTS"), PART("eventSourceParameters", event_parameters_fields));
FIELD_TABLE(event_retry_fields,
    TEXT("PushRetryStrategy", .choices = "BACKOFF_RETRY | EXPONENTIAL_DECAY_RETRY"), NUMBER("MaximumEventAgeInSeconds"), NUMBER("MaximumRetryAttempts"));
FIELD_TABLE(dead_letter_fields, TEXT("Arn"));
FIELD_TABLE(batch_window_fields, NUMBER("CountBasedWindow"), NUMBER("TimeBasedWindow"));
FIELD_TABLE(event_run_fields,
    TEXT("mode", .choices = "event-driven | event-streaming"), TEXT("errorsTolerance", .choices = "NONE | ALL"), NUMBER("maximumTasks"),
    PART("retryStrategy", event_retry_fields), PART("deadLetterQueue", dead_letter_fields), PART("batchWindow", batch_window_fields));
FIELD_TABLE(event_bridge_fields,
    FLAG("triggerEnable"), FLAG("asyncInvocationType"), ANY_TEXT("eventRuleFilterPattern"), PART("eventSourceConfig", event_source_config_fields),
    PART("eventSinkConfig", event_sink_fields), PART("runOptions", event_run_fields));

FIELD_TABLE(free_fields, FLAG("enable"));

static const struct trigger_type trigger_types[] = {
    {.name = "http", .apis = IN_ALL, .fields = &http_fields},
    {.name = "oss", .apis = IN_ALL, .fields = &oss_fields, .source = "acs:oss:<region>:<account>:<bucket>", .check = check_oss,
     .malformed = "invalid OSS trigger config."},
    {.name = "log", .apis = IN_ALL, .fields = &log_fields, .source = "acs:log:<region>:<account>:project/<project>"},
    {.name = "timer", .apis = IN_ALL, .fields = &timer_fields, .check = check_timer},
    {.name = "mns_topic", .apis = IN_ALL, .fields = &mns_fields, .source = "acs:mns:<region>:<account>:/topics/<topic>"},
    {.name = "cdn_events", .apis = IN_ALL, .fields = &cdn_fields, .source = "acs:cdn:*:<account>"},
    {.name = "tablestore", .apis = IN_ALL, .fields = &free_fields, .bare = true, .source = "acs:ots:<region>:<account>:instance/<instance>/table/<table>"},
    {.name = "rds", .apis = IN_CLASSIC, .fields = &rds_fields, .source = "acs:rds:<region>:<account>:dbinstance/<instance>"},
    {.name = "eventbridge", .apis = IN_ALL, .fields = &event_bridge_fields, .source_made = true, .check = check_event_bridge},
    {.name = "alb", .apis = IN_2023, .fields = &any_fields},
};
/* clang-format on */

#undef MEMBER
#undef TEXT
#undef NEEDED
#undef FLAG
#undef NUMBER
#undef LIST
#undef ANY_TEXT
#undef PART
#undef NEEDED_PART
