/*
 * product/service/resource/shared_fields.h - members that services of the older generations and
 * functions of 2023-03-30 have in common
 *
 * Included by the two files that put them into a table.
 *
 * Source: spec pages api-2016-08-15 §6.2.1, api-2023-03-30 §6.1, limits §3.
 */
#pragma once

#include "product/service/frame/fields.h"

/* clang-format off */
FIELD_TABLE(log_config_fields,
    {.name = "project", .type = BODY_STRING, .flags = IN_ALL, .classic = "\"\"", .current = "\"\"", .max = LIMIT(LOG_NAME_MAX), .title = "LogProject"},
    {.name = "logstore", .type = BODY_STRING, .flags = IN_ALL, .classic = "\"\"", .current = "\"\"", .max = LIMIT(LOG_NAME_MAX), .title = "Logstore"},
    {.name = "enableRequestMetrics", .type = BODY_BOOL, .flags = IN_ALL, .classic = "false", .current = "false"},
    {.name = "enableInstanceMetrics", .type = BODY_BOOL, .flags = IN_ALL, .classic = "false", .current = "false"},
    {.name = "logBeginRule", .type = BODY_STRING, .flags = IN_ALL | BODY_MAY_BE_EMPTY, .choices = "None | DefaultRegex"},
    {.name = "enableLlmMetrics", .type = BODY_BOOL, .flags = IN_2023},
);
FIELD_TABLE(vpc_config_fields,
    {.name = "vpcId", .type = BODY_STRING, .flags = IN_ALL, .classic = "\"\"", .current = "\"\"", .max = LIMIT(VPC_ID_MAX)},
    {.name = "vSwitchIds", .type = BODY_STRINGS, .flags = IN_ALL, .classic = "[]", .current = "[]", .max = LIMIT(VSWITCHES), .title = "VSwitchIds"},
    {.name = "securityGroupId", .type = BODY_STRING, .flags = IN_ALL, .classic = "\"\"", .current = "\"\"", .max = LIMIT(VPC_ID_MAX)},
    {.name = "role", .type = BODY_STRING, .flags = IN_ALL | BODY_MAY_BE_EMPTY, .classic = "\"\"", .max = LIMIT(ROLE_MAX), .pattern = PATTERN_ROLE},
);
FIELD_TABLE(nas_mount_fields,
    {.name = "serverAddr", .type = BODY_STRING, .flags = IN_ALL, .max = LIMIT(NAS_SERVER_MAX)},
    {.name = "mountDir", .type = BODY_STRING, .flags = IN_ALL, .max = LIMIT(NAS_DIR_MAX)},
    {.name = "enableTLS", .type = BODY_BOOL, .flags = IN_ALL},
);
FIELD_TABLE(nas_config_fields,
    {.name = "userId", .type = BODY_INT, .flags = IN_ALL | BODY_MINUS_ONE, .classic = "-1", .current = "0", .max = LIMIT(NAS_ID_MAX)},
    {.name = "groupId", .type = BODY_INT, .flags = IN_ALL | BODY_MINUS_ONE, .classic = "-1", .current = "0", .max = LIMIT(NAS_ID_MAX)},
    {.name = "mountPoints", .type = BODY_OBJECTS, .flags = IN_ALL, .classic = "[]", .current = "[]", .max = LIMIT(NAS_MOUNTS), .fields = &nas_mount_fields},
);
FIELD_TABLE(oss_mount_fields,
    {.name = "bucketName", .type = BODY_STRING, .flags = IN_ALL, .min = LIMIT(OSS_BUCKET_MIN), .max = LIMIT(OSS_BUCKET_MAX)},
    {.name = "bucketPath", .type = BODY_STRING, .flags = IN_ALL, .max = LIMIT(OSS_PATH_MAX)},
    {.name = "endpoint", .type = BODY_STRING, .flags = IN_ALL, .max = LIMIT(OSS_ENDPOINT_MAX)},
    {.name = "mountDir", .type = BODY_STRING, .flags = IN_ALL, .min = LIMIT(OSS_DIR_MIN), .max = LIMIT(OSS_DIR_MAX)},
    {.name = "readOnly", .type = BODY_BOOL, .flags = IN_ALL, .classic = "false", .current = "false"},
);
FIELD_TABLE(oss_mount_config_fields,
    {.name = "mountPoints", .type = BODY_OBJECTS, .flags = IN_ALL, .classic = "[]", .current = "[]", .max = LIMIT(OSS_MOUNTS), .fields = &oss_mount_fields},
);
/* An empty tracing configuration shows both members as null: clients read them. */
FIELD_TABLE(tracing_config_fields,
    {.name = "type", .type = BODY_STRING, .flags = IN_ALL | BODY_MAY_BE_EMPTY, .classic = "null", .choices = "Jaeger", .title = "TracingType"},
    {.name = "params", .type = BODY_MAP, .flags = IN_ALL, .classic = "null"},
);
/* clang-format on */
