/*
 * product/service/resource/function_fields.h - the members of a function, in both generations
 *
 * Included by function_model.c only. A function is kept in the shape of 2023-03-30; members that
 * the older generations place elsewhere are moved on the way in and out (function_model.c).
 *
 * Source: spec pages api-2016-08-15 §6.3, api-2021-04-06 §6.2, api-2023-03-30 §5.6 and §6.1.
 */
#pragma once

#include "product/service/resource/shared_fields.h"

/* clang-format off */
#define TEXT(field_name, shown) {.name = field_name, .type = BODY_STRING, .flags = IN_ALL, .classic = shown, .current = shown}

FIELD_TABLE(dns_option_fields,
    {.name = "name", .type = BODY_STRING, .flags = IN_ALL, .max = LIMIT(DNS_OPTION_MAX)},
    {.name = "value", .type = BODY_STRING, .flags = IN_ALL, .max = LIMIT(DNS_OPTION_MAX)},
);

FIELD_TABLE(custom_dns_fields,
    {.name = "nameServers", .type = BODY_STRINGS, .flags = IN_ALL},
    {.name = "searches", .type = BODY_STRINGS, .flags = IN_ALL},
    {.name = "dnsOptions", .type = BODY_OBJECTS, .flags = IN_ALL, .fields = &dns_option_fields},
);

FIELD_TABLE(health_check_fields,
    {.name = "httpGetUrl", .type = BODY_STRING, .flags = IN_ALL, .max = LIMIT(HEALTH_URL_MAX)},
    {.name = "initialDelaySeconds", .type = BODY_INT, .flags = IN_ALL, .current = "0", .max = LIMIT(HEALTH_DELAY_MAX)},
    {.name = "periodSeconds", .type = BODY_INT, .flags = IN_ALL | BODY_POSITIVE, .current = "3", .max = LIMIT(HEALTH_PERIOD_MAX)},
    {.name = "timeoutSeconds", .type = BODY_INT, .flags = IN_ALL | BODY_POSITIVE, .current = "1", .max = LIMIT(HEALTH_TIMEOUT_MAX)},
    {.name = "failureThreshold", .type = BODY_INT, .flags = IN_ALL | BODY_POSITIVE, .current = "3", .max = LIMIT(HEALTH_FAILURES_MAX)},
    {.name = "successThreshold", .type = BODY_INT, .flags = IN_ALL | BODY_POSITIVE, .current = "1", .max = LIMIT(HEALTH_SUCCESSES_MAX)},
);

FIELD_TABLE(registry_auth_fields,
    {.name = "userName", .type = BODY_STRING, .flags = IN_2023},
    {.name = "password", .type = BODY_STRING, .flags = IN_2023 | BODY_SECRET},
);
FIELD_TABLE(registry_cert_fields,
    {.name = "insecure", .type = BODY_BOOL, .flags = IN_2023},
    {.name = "rootCaCertBase64", .type = BODY_STRING, .flags = IN_2023},
);
FIELD_TABLE(registry_network_fields,
    {.name = "vpcId", .type = BODY_STRING, .flags = IN_2023},
    {.name = "vSwitchId", .type = BODY_STRING, .flags = IN_2023},
    {.name = "securityGroupId", .type = BODY_STRING, .flags = IN_2023},
);
FIELD_TABLE(registry_fields,
    {.name = "authConfig", .type = BODY_OBJECT, .flags = IN_2023, .fields = &registry_auth_fields},
    {.name = "certConfig", .type = BODY_OBJECT, .flags = IN_2023, .fields = &registry_cert_fields},
    {.name = "networkConfig", .type = BODY_OBJECT, .flags = IN_2023, .fields = &registry_network_fields},
);

FIELD_TABLE(acceleration_fields,
    {.name = "status", .type = BODY_STRING, .flags = IN_ALL | BODY_READ_ONLY},
);

/* `command` and `args` hold JSON as text in the older generations; 2023 has lists. */
FIELD_TABLE(container_classic_fields,
    {.name = "image", .type = BODY_STRING, .flags = IN_CLASSIC},
    {.name = "command", .type = BODY_TEXT, .flags = IN_CLASSIC},
    {.name = "args", .type = BODY_TEXT, .flags = IN_CLASSIC},
    {.name = "accelerationType", .type = BODY_STRING, .flags = IN_CLASSIC | BODY_MAY_BE_EMPTY, .choices = "Default | None"},
    {.name = "instanceID", .type = BODY_STRING, .flags = IN_CLASSIC},
    {.name = "webServerMode", .type = BODY_BOOL, .flags = IN_CLASSIC},
    {.name = "accelerationInfo", .type = BODY_OBJECT, .flags = IN_CLASSIC | BODY_READ_ONLY, .fields = &acceleration_fields},
);
FIELD_TABLE(container_current_fields,
    {.name = "image", .type = BODY_STRING, .flags = IN_2023},
    {.name = "command", .type = BODY_STRINGS, .flags = IN_2023},
    {.name = "entrypoint", .type = BODY_STRINGS, .flags = IN_2023},
    {.name = "port", .type = BODY_INT, .flags = IN_2023 | BODY_OPTIONAL_ZERO, .current = "9000", .min = LIMIT(PORT_MIN), .max = LIMIT(PORT_MAX)},
    {.name = "accelerationType", .type = BODY_STRING, .flags = IN_2023},
    {.name = "acrInstanceId", .type = BODY_STRING, .flags = IN_2023},
    {.name = "healthCheckConfig", .type = BODY_OBJECT, .flags = IN_2023, .fields = &health_check_fields},
    {.name = "registryConfig", .type = BODY_OBJECT, .flags = IN_2023, .fields = &registry_fields},
    {.name = "accelerationInfo", .type = BODY_OBJECT, .flags = IN_2023 | BODY_READ_ONLY, .fields = &acceleration_fields},
);

FIELD_TABLE(runtime_config_fields,
    {.name = "command", .type = BODY_STRINGS, .flags = IN_ALL},
    {.name = "args", .type = BODY_STRINGS, .flags = IN_ALL},
    {.name = "port", .type = BODY_INT, .flags = IN_2023 | BODY_OPTIONAL_ZERO, .current = "9000", .min = LIMIT(PORT_MIN), .max = LIMIT(PORT_MAX)},
    {.name = "healthCheckConfig", .type = BODY_OBJECT, .flags = IN_2023, .fields = &health_check_fields},
);

FIELD_TABLE(initializer_hook_fields,
    {.name = "handler", .type = BODY_STRING, .flags = IN_ALL},
    {.name = "timeout", .type = BODY_INT, .flags = IN_ALL, .min = LIMIT(INITIALIZER_MIN), .max = LIMIT(INITIALIZER_MAX), .title = "InitializationTimeout"},
    {.name = "command", .type = BODY_STRINGS, .flags = IN_ALL},
);
FIELD_TABLE(hook_fields,
    {.name = "handler", .type = BODY_STRING, .flags = IN_ALL},
    {.name = "timeout", .type = BODY_INT, .flags = IN_ALL | BODY_OPTIONAL_ZERO, .min = LIMIT(HOOK_MIN), .max = LIMIT(HOOK_MAX), .title = "PreStopTimeout"},
    {.name = "command", .type = BODY_STRINGS, .flags = IN_2023},
);
FIELD_TABLE(lifecycle_fields,
    {.name = "initializer", .type = BODY_OBJECT, .flags = IN_2023, .fields = &initializer_hook_fields},
    {.name = "preFreeze", .type = BODY_OBJECT, .flags = IN_CLASSIC, .fields = &hook_fields},
    {.name = "preStop", .type = BODY_OBJECT, .flags = IN_ALL, .fields = &hook_fields},
);

FIELD_TABLE(gpu_fields,
    {.name = "gpuMemorySize", .type = BODY_INT, .flags = IN_2023 | BODY_OPTIONAL_ZERO, .min = LIMIT(GPU_MEMORY_MIN), .step = LIMIT(GPU_MEMORY_STEP)},
    {.name = "gpuType", .type = BODY_STRING, .flags = IN_2023},
);

FIELD_TABLE(file_mount_fields,
    {.name = "instanceId", .type = BODY_STRING, .flags = IN_2023},
    {.name = "volumeName", .type = BODY_STRING, .flags = IN_2023},
    {.name = "mountDir", .type = BODY_STRING, .flags = IN_2023},
    {.name = "remoteDir", .type = BODY_STRING, .flags = IN_2023},
    {.name = "readOnly", .type = BODY_BOOL, .flags = IN_2023},
    {.name = "token", .type = BODY_STRING, .flags = IN_2023},
    {.name = "args", .type = BODY_STRINGS, .flags = IN_2023},
);
FIELD_TABLE(file_system_fields,
    {.name = "userId", .type = BODY_INT, .flags = IN_2023},
    {.name = "groupId", .type = BODY_INT, .flags = IN_2023},
    {.name = "envs", .type = BODY_MAP, .flags = IN_2023},
    {.name = "mountPoints", .type = BODY_OBJECTS, .flags = IN_2023, .fields = &file_mount_fields},
);

FIELD_TABLE(restriction_fields,
    {.name = "disable", .type = BODY_BOOL, .flags = IN_2023 | BODY_READ_ONLY},
    {.name = "reason", .type = BODY_STRING, .flags = IN_2023 | BODY_READ_ONLY},
    {.name = "lastModifiedTime", .type = BODY_STRING, .flags = IN_2023 | BODY_READ_ONLY},
);

#define DECIDED_MEMORY .flags = IN_ALL | BODY_DECIDED, .min = LIMIT(MEMORY_MIN), .max = LIMIT(MEMORY_MAX), .step = LIMIT(MEMORY_STEP)

FIELD_TABLE(function_fields,
    {.name = "functionId", .type = BODY_STRING, .flags = IN_ALL | BODY_READ_ONLY},
    {.name = "functionName", .type = BODY_STRING, .flags = IN_ALL | BODY_REQUIRED | BODY_CONSTANT, .max = LIMIT(NAME_MAX), .pattern = PATTERN_NAME},
    {.name = "description", .type = BODY_STRING, .flags = IN_ALL, .classic = "\"\"", .current = "\"\"", .max = LIMIT(DESCRIPTION_MAX)},
    {.name = "runtime", .type = BODY_STRING, .flags = IN_ALL | BODY_REQUIRED | BODY_EMPTY_IS_ABSENT},
    {.name = "handler", .type = BODY_STRING, .flags = IN_ALL | BODY_EMPTY_IS_ABSENT, .classic = "\"\"", .current = "\"\"", .min = LIMIT(HANDLER_MIN), .max = LIMIT(HANDLER_MAX)},
    {.name = "initializer", .type = BODY_STRING, .flags = IN_CLASSIC, .classic = "null"},
    {.name = "timeout", .type = BODY_INT, .flags = IN_ALL | BODY_DECIDED, .classic = "60", .in_2021 = "3", .current = "3", .min = LIMIT(TIMEOUT_MIN), .max = LIMIT(TIMEOUT_MAX), .preset = LIMIT(TIMEOUT_DEFAULT), .preset_2016 = LIMIT(TIMEOUT_DEFAULT_2016)},
    {.name = "initializationTimeout", .type = BODY_INT, .flags = IN_CLASSIC, .classic = "3", .min = LIMIT(INITIALIZER_MIN), .max = LIMIT(INITIALIZER_MAX)},
    {.name = "memorySize", .type = BODY_INT, DECIDED_MEMORY, .preset = LIMIT(MEMORY_DEFAULT), .preset_2016 = LIMIT(MEMORY_DEFAULT_2016), .preset_2023 = LIMIT(MEMORY_DEFAULT_2023), .classic = "256", .in_2021 = "128", .current = "512", .title = "MemorySize"},
    {.name = "instanceConcurrency", .type = BODY_INT, .flags = IN_ALL | BODY_ZERO_IS_DEFAULT, .classic = "1", .current = "1", .min = LIMIT(CONCURRENCY_MIN), .max = LIMIT(CONCURRENCY_MAX)},
    {.name = "instanceSoftConcurrency", .type = BODY_INT, .flags = IN_CLASSIC | BODY_OPTIONAL_ZERO, .min = LIMIT(CONCURRENCY_MIN), .max = LIMIT(CONCURRENCY_MAX)},
    {.name = "instanceType", .type = BODY_STRING, .flags = IN_CLASSIC | BODY_EMPTY_IS_ABSENT, .classic = "\"e1\"", .choices = "e1 | c1 | g1 | fc.gpu.tesla.1 | fc.gpu.ampere.1 | fc.gpu.ada.1"},
    {.name = "codeSize", .type = BODY_INT, .flags = IN_ALL | BODY_READ_ONLY, .classic = "0", .current = "0"},
    {.name = "codeChecksum", .type = BODY_STRING, .flags = IN_ALL | BODY_READ_ONLY, .classic = "\"0\"", .current = "\"\""},
    {.name = "environmentVariables", .type = BODY_MAP, .flags = IN_ALL, .classic = "{}", .current = "{}", .max = LIMIT(ENVIRONMENT_BYTES), .pattern = PATTERN_PRINT, .title = "Environment variable value", .key_pattern = PATTERN_VARIABLE, .key_title = "Environment variable name"},
    {.name = "customContainerConfig", .type = BODY_OBJECT, .flags = IN_CLASSIC, .classic = "null", .fields = &container_classic_fields},
    {.name = "customContainerConfig", .type = BODY_OBJECT, .flags = IN_2023, .fields = &container_current_fields},
    {.name = "caPort", .type = BODY_INT, .flags = IN_CLASSIC | BODY_OPTIONAL_ZERO, .classic = "null", .min = LIMIT(PORT_MIN), .max = LIMIT(PORT_MAX), .title = "CAPort"},
    {.name = "layers", .type = BODY_STRINGS, .flags = IN_ALL, .classic = "null", .current = "[]", .max = LIMIT(FUNCTION_LAYERS)},
    {.name = "layersArnV2", .type = BODY_STRINGS, .flags = IN_CLASSIC | BODY_READ_ONLY, .classic = "null"},
    {.name = "instanceLifecycleConfig", .type = BODY_OBJECT, .flags = IN_ALL, .classic = "null", .fields = &lifecycle_fields},
    {.name = "customDNS", .type = BODY_OBJECT, .flags = IN_ALL, .classic = "null", .fields = &custom_dns_fields},
    {.name = "customRuntimeConfig", .type = BODY_OBJECT, .flags = IN_ALL, .classic = "null", .fields = &runtime_config_fields},
    {.name = "customHealthCheckConfig", .type = BODY_OBJECT, .flags = IN_CLASSIC, .classic = "null", .fields = &health_check_fields},
    {.name = "gpuMemorySize", .type = BODY_INT, .flags = IN_CLASSIC | BODY_OPTIONAL_ZERO, .classic = "null", .min = LIMIT(GPU_MEMORY_MIN), .step = LIMIT(GPU_MEMORY_STEP)},
    {.name = "diskSize", .type = BODY_INT, .flags = IN_ALL | BODY_ZERO_IS_DEFAULT, .preset = LIMIT(DISK_SMALL), .classic = "null", .current = "512", .min = LIMIT(DISK_SMALL), .max = LIMIT(DISK_GPU_MAX)},
    {.name = "cpu", .type = BODY_NUMBER, .flags = IN_ALL | BODY_OPTIONAL_ZERO, .classic = "null", .min = LIMIT(CPU_MIN), .max = LIMIT(CPU_MAX), .step = LIMIT(CPU_STEP), .title = "CPU"},
    {.name = "role", .type = BODY_STRING, .flags = IN_2023 | BODY_MAY_BE_EMPTY, .current = "\"\"", .max = LIMIT(ROLE_MAX), .pattern = PATTERN_ROLE},
    {.name = "internetAccess", .type = BODY_BOOL, .flags = IN_2023, .current = "true"},
    {.name = "logConfig", .type = BODY_OBJECT, .flags = IN_2023, .fields = &log_config_fields},
    {.name = "vpcConfig", .type = BODY_OBJECT, .flags = IN_2023, .fields = &vpc_config_fields},
    {.name = "nasConfig", .type = BODY_OBJECT, .flags = IN_2023, .fields = &nas_config_fields},
    {.name = "ossMountConfig", .type = BODY_OBJECT, .flags = IN_2023, .fields = &oss_mount_config_fields},
    {.name = "polarFsConfig", .type = BODY_OBJECT, .flags = IN_2023, .fields = &file_system_fields},
    {.name = "juiceFsConfig", .type = BODY_OBJECT, .flags = IN_2023, .fields = &file_system_fields},
    {.name = "tracingConfig", .type = BODY_OBJECT, .flags = IN_2023, .fields = &tracing_config_fields},
    {.name = "gpuConfig", .type = BODY_OBJECT, .flags = IN_2023, .fields = &gpu_fields},
    {.name = "instanceIsolationMode", .type = BODY_STRING, .flags = IN_2023, .current = "\"SHARE\""},
    {.name = "sessionAffinity", .type = BODY_STRING, .flags = IN_2023, .current = "\"NONE\""},
    {.name = "sessionAffinityConfig", .type = BODY_TEXT, .flags = IN_2023},
    {.name = "disableInjectCredentials", .type = BODY_STRING, .flags = IN_2023},
    {.name = "disableOndemand", .type = BODY_BOOL, .flags = IN_2023, .current = "false"},
    {.name = "enableLongLiving", .type = BODY_BOOL, .flags = IN_2023},
    {.name = "idleTimeout", .type = BODY_INT, .flags = IN_2023 | BODY_NATURAL},
    {.name = "resourceGroupId", .type = BODY_STRING, .flags = IN_2023 | BODY_CONSTANT, .current = "\"rg-default\""},
    {.name = "invocationRestriction", .type = BODY_OBJECT, .flags = IN_2023 | BODY_READ_ONLY, .fields = &restriction_fields},
);
/* clang-format on */
