/*
 * product/service/resource/trigger_fields.h - what each type of trigger is configured with
 *
 * Included by trigger_config.c only. Members that no row names are kept as they came.
 *
 * Source: spec pages api-2016-08-15 §6.6.3 and §6.6.4, api-2021-04-06 §6, api-2023-03-30 §6.
 */
#pragma once

#include "product/service/frame/fields.h"

/* clang-format off */
#define ANY_API .flags = IN_ALL

/* The user's own members. */
static const struct field_table any_fields = {NULL, 0};

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
    {.name = "methods", .type = FIELD_STRINGS, ANY_API, .choices = "GET | POST | PUT | DELETE | HEAD | PATCH | OPTIONS"},
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
    {.name = "functionParameter", .type = FIELD_OBJECT, ANY_API, .fields = &any_fields},
    {.name = "logConfig", .type = FIELD_OBJECT, ANY_API, .fields = &log_target_fields},
    {.name = "enable", .type = FIELD_BOOL, ANY_API},
    {.name = "targetConfig", .type = FIELD_OBJECT, ANY_API, .fields = &any_fields},
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
    {.name = "filter", .type = FIELD_LISTS, ANY_API},
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
/* The members of each source are spelled as the event bus spells them. */
FIELD_TABLE(mns_source_fields,
    {.name = "RegionId", .type = FIELD_STRING, ANY_API},
    {.name = "QueueName", .type = FIELD_STRING, ANY_API},
    {.name = "IsBase64Decode", .type = FIELD_BOOL, ANY_API},
);
FIELD_TABLE(rocketmq_source_fields,
    {.name = "RegionId", .type = FIELD_STRING, ANY_API},
    {.name = "InstanceId", .type = FIELD_STRING, ANY_API},
    {.name = "Topic", .type = FIELD_STRING, ANY_API},
    {.name = "Tag", .type = FIELD_STRING, ANY_API},
    {.name = "Offset", .type = FIELD_STRING, ANY_API},
    {.name = "GroupID", .type = FIELD_STRING, ANY_API},
    {.name = "Timestamp", .type = FIELD_INT, ANY_API},
    {.name = "FilterType", .type = FIELD_STRING, ANY_API},
    {.name = "FilterSql", .type = FIELD_STRING, ANY_API},
    {.name = "AuthType", .type = FIELD_STRING, ANY_API},
    {.name = "InstanceEndpoint", .type = FIELD_STRING, ANY_API},
    {.name = "InstanceNetwork", .type = FIELD_STRING, ANY_API},
    {.name = "InstancePassword", .type = FIELD_STRING, ANY_API},
    {.name = "InstanceSecurityGroupId", .type = FIELD_STRING, ANY_API},
    {.name = "InstanceType", .type = FIELD_STRING, ANY_API},
    {.name = "InstanceUsername", .type = FIELD_STRING, ANY_API},
    {.name = "InstanceVSwitchIds", .type = FIELD_STRING, ANY_API},
    {.name = "InstanceVpcId", .type = FIELD_STRING, ANY_API},
);
FIELD_TABLE(rabbitmq_source_fields,
    {.name = "RegionId", .type = FIELD_STRING, ANY_API},
    {.name = "InstanceId", .type = FIELD_STRING, ANY_API},
    {.name = "VirtualHostName", .type = FIELD_STRING, ANY_API},
    {.name = "QueueName", .type = FIELD_STRING, ANY_API},
);
FIELD_TABLE(kafka_source_fields,
    {.name = "RegionId", .type = FIELD_STRING, ANY_API},
    {.name = "InstanceId", .type = FIELD_STRING, ANY_API},
    {.name = "Topic", .type = FIELD_STRING, ANY_API},
    {.name = "ConsumerGroup", .type = FIELD_STRING, ANY_API},
    {.name = "OffsetReset", .type = FIELD_STRING, ANY_API},
    {.name = "Network", .type = FIELD_STRING, ANY_API},
    {.name = "VpcId", .type = FIELD_STRING, ANY_API},
    {.name = "VSwitchIds", .type = FIELD_STRING, ANY_API},
    {.name = "SecurityGroupId", .type = FIELD_STRING, ANY_API},
);
FIELD_TABLE(mqtt_source_fields,
    {.name = "RegionId", .type = FIELD_STRING, ANY_API},
    {.name = "InstanceId", .type = FIELD_STRING, ANY_API},
    {.name = "Topic", .type = FIELD_STRING, ANY_API},
);
FIELD_TABLE(dts_source_fields,
    {.name = "RegionId", .type = FIELD_STRING, ANY_API},
    {.name = "TaskId", .type = FIELD_STRING, ANY_API},
    {.name = "Topic", .type = FIELD_STRING, ANY_API},
    {.name = "Sid", .type = FIELD_STRING, ANY_API},
    {.name = "BrokerUrl", .type = FIELD_STRING, ANY_API},
    {.name = "Username", .type = FIELD_STRING, ANY_API},
    {.name = "Password", .type = FIELD_STRING, ANY_API},
    {.name = "InitCheckPoint", .type = FIELD_INT, ANY_API},
);
FIELD_TABLE(event_parameters_fields,
    {.name = "sourceMNSParameters", .type = FIELD_OBJECT, ANY_API, .fields = &mns_source_fields},
    {.name = "sourceRocketMQParameters", .type = FIELD_OBJECT, ANY_API, .fields = &rocketmq_source_fields},
    {.name = "sourceRabbitMQParameters", .type = FIELD_OBJECT, ANY_API, .fields = &rabbitmq_source_fields},
    {.name = "sourceKafkaParameters", .type = FIELD_OBJECT, ANY_API, .fields = &kafka_source_fields},
    {.name = "sourceMQTTParameters", .type = FIELD_OBJECT, ANY_API, .fields = &mqtt_source_fields},
    {.name = "sourceDTSParameters", .type = FIELD_OBJECT, ANY_API, .fields = &dts_source_fields},
);
FIELD_TABLE(event_source_fields,
    {.name = "eventSourceType", .type = FIELD_STRING, ANY_API, .choices = "Default | MNS | RocketMQ | RabbitMQ | Kafka | MQTT | DTS"},
    {.name = "eventSourceParameters", .type = FIELD_OBJECT, ANY_API, .fields = &event_parameters_fields},
);
FIELD_TABLE(event_retry_fields,
    {.name = "PushRetryStrategy", .type = FIELD_STRING, ANY_API, .choices = "BACKOFF_RETRY | EXPONENTIAL_DECAY_RETRY"},
    {.name = "MaximumEventAgeInSeconds", .type = FIELD_INT, ANY_API},
    {.name = "MaximumRetryAttempts", .type = FIELD_INT, ANY_API},
);
FIELD_TABLE(dead_letter_fields,
    {.name = "Arn", .type = FIELD_STRING, ANY_API},
);
FIELD_TABLE(batch_window_fields,
    {.name = "CountBasedWindow", .type = FIELD_INT, ANY_API},
    {.name = "TimeBasedWindow", .type = FIELD_INT, ANY_API},
);
FIELD_TABLE(event_run_fields,
    {.name = "mode", .type = FIELD_STRING, ANY_API, .choices = "event-driven | event-streaming"},
    {.name = "errorsTolerance", .type = FIELD_STRING, ANY_API, .choices = "NONE | ALL"},
    {.name = "maximumTasks", .type = FIELD_INT, ANY_API},
    {.name = "retryStrategy", .type = FIELD_OBJECT, ANY_API, .fields = &event_retry_fields},
    {.name = "deadLetterQueue", .type = FIELD_OBJECT, ANY_API, .fields = &dead_letter_fields},
    {.name = "batchWindow", .type = FIELD_OBJECT, ANY_API, .fields = &batch_window_fields},
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
