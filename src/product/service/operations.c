#include "product/service/operations.h"

/* clang-format off */
static const struct operation_handler handlers[] = {
    {"GetAccountSettings",                   IN_CLASSIC, account_settings,          0, NULL},
    {"GetAccountConfigs",                    IN_2016,    account_configs,           0, NULL},
    {"GetTempBucketToken",                   IN_2016,    account_bucket_token,      0, "the bucket is the emulator's own"},
    {"GetTempCodeBucketToken",               IN_2016,    account_code_bucket_token, 0, "the bucket is the emulator's own"},
    {"DescribeRegions",                      IN_2023,    account_regions,           0, NULL},

    {"CreateService",                        IN_CLASSIC, service_create,            0, NULL},
    {"ListServices",                         IN_CLASSIC, service_list,              0, NULL},
    {"GetService",                           IN_CLASSIC, service_get,               0, NULL},
    {"UpdateService",                        IN_CLASSIC, service_update,            0, NULL},
    {"DeleteService",                        IN_CLASSIC, service_delete,            0, NULL},

    {"CreateVpcBinding",                     IN_ALL,     vpc_binding_create,        0, NULL},
    {"DeleteVpcBinding",                     IN_ALL,     vpc_binding_delete,        0, NULL},
    {"ListVpcBindings",                      IN_ALL,     vpc_binding_list,          0, NULL},

    {"CreateFunction",                       IN_ALL,     function_create,           HANDLER_CODE, NULL},
    {"ListFunctions",                        IN_ALL,     function_list,             0, NULL},
    {"GetFunction",                          IN_ALL,     function_get,              0, NULL},
    {"UpdateFunction",                       IN_ALL,     function_update,           HANDLER_CODE, NULL},
    {"DeleteFunction",                       IN_ALL,     function_delete,           0, NULL},
    {"GetFunctionCode",                      IN_ALL,     function_code,             0, NULL},
    {"InvokeFunction",                       IN_ALL,     function_invoke,           HANDLER_RAW, "checks the call; fixtures and rules answer it"},
    {"InvokeHTTPTrigger",                    IN_TRIGGER, http_trigger_call,         HANDLER_RAW, "checks the call; fixtures and rules answer it"},
    {"DisableFunctionInvocation",            IN_2023,    function_disable,          0, NULL},
    {"EnableFunctionInvocation",             IN_2023,    function_enable,           0, NULL},
    {"ChangeResourceGroup",                  IN_2023,    function_change_group,     0, NULL},

    {"CreateTrigger",                        IN_ALL,     trigger_create,            0, NULL},
    {"ListTriggers",                         IN_ALL,     trigger_list,              0, NULL},
    {"GetTrigger",                           IN_ALL,     trigger_get,               0, NULL},
    {"UpdateTrigger",                        IN_ALL,     trigger_update,            0, NULL},
    {"DeleteTrigger",                        IN_ALL,     trigger_delete,            0, NULL},

    {"PublishVersion",                       IN_2016,    version_publish,           0, NULL},
    {"PublishServiceVersion",                IN_2021,    version_publish,           0, NULL},
    {"PublishFunctionVersion",               IN_2023,    version_publish,           0, NULL},
    {"ListVersions",                         IN_2016,    version_list,              0, NULL},
    {"ListServiceVersions",                  IN_2021,    version_list,              0, NULL},
    {"ListFunctionVersions",                 IN_2023,    version_list,              0, NULL},
    {"DeleteVersion",                        IN_2016,    version_delete,            0, NULL},
    {"DeleteServiceVersion",                 IN_2021,    version_delete,            0, NULL},
    {"DeleteFunctionVersion",                IN_2023,    version_delete,            0, NULL},

    {"CreateAlias",                          IN_ALL,     alias_create,              0, NULL},
    {"ListAliases",                          IN_ALL,     alias_list,                0, NULL},
    {"GetAlias",                             IN_ALL,     alias_get,                 0, NULL},
    {"UpdateAlias",                          IN_ALL,     alias_update,              0, NULL},
    {"DeleteAlias",                          IN_ALL,     alias_delete,              0, NULL},

    {"CreateCustomDomain",                   IN_ALL,     domain_create,             0, "names are not resolved"},
    {"ListCustomDomains",                    IN_ALL,     domain_list,               0, NULL},
    {"GetCustomDomain",                      IN_ALL,     domain_get,                0, NULL},
    {"UpdateCustomDomain",                   IN_ALL,     domain_update,             0, "names are not resolved"},
    {"DeleteCustomDomain",                   IN_ALL,     domain_delete,             0, NULL},

    {"TagResource",                          IN_ALL,     tag_add,                   0, NULL},
    {"GetResourceTags",                      IN_ALL,     tag_get,                   0, NULL},
    {"UntagResource",                        IN_ALL,     tag_remove,                0, NULL},
    {"ListTaggedResources",                  IN_2021 | IN_2023, tag_list,                  0, NULL},
    {"TagResources",                         IN_2023,    tag_add_2023,              0, NULL},
    {"UntagResources",                       IN_2023,    tag_remove_2023,           0, NULL},
    {"ListTagResources",                     IN_2023,    tag_list_2023,             0, NULL},

    {"ListReservedCapacities",               IN_CLASSIC, reserved_capacity_list,    0, "always empty: none can be bought here"},

    {"PutProvisionConfig",                   IN_ALL,     provision_put,             0, NULL},
    {"GetProvisionConfig",                   IN_ALL,     provision_get,             0, NULL},
    {"ListProvisionConfigs",                 IN_ALL,     provision_list,            0, NULL},
    {"DeleteProvisionConfig",                IN_2023,    provision_delete,          0, NULL},

    {"PutOnDemandConfig",                    IN_2016,    on_demand_put,             0, NULL},
    {"GetOnDemandConfig",                    IN_2016,    on_demand_get,             0, NULL},
    {"DeleteOnDemandConfig",                 IN_2016,    on_demand_delete,          0, NULL},
    {"PutFunctionOnDemandConfig",            IN_2021,    on_demand_put,             0, NULL},
    {"GetFunctionOnDemandConfig",            IN_2021,    on_demand_get,             0, NULL},
    {"DeleteFunctionOnDemandConfig",         IN_2021,    on_demand_delete,          0, NULL},
    {"ListOnDemandConfigs",                  IN_CLASSIC, on_demand_list,            0, NULL},
    {"PutConcurrencyConfig",                 IN_2023,    concurrency_put,           0, NULL},
    {"GetConcurrencyConfig",                 IN_2023,    concurrency_get,           0, NULL},
    {"DeleteConcurrencyConfig",              IN_2023,    concurrency_delete,        0, NULL},
    {"ListConcurrencyConfigs",               IN_2023,    concurrency_list,          0, NULL},

    {"PutScalingConfig",                     IN_2023,    scaling_put,               0, NULL},
    {"GetScalingConfig",                     IN_2023,    scaling_get,               0, NULL},
    {"DeleteScalingConfig",                  IN_2023,    scaling_delete,            0, NULL},
    {"ListScalingConfigs",                   IN_2023,    scaling_list,              0, NULL},

    {"PutFunctionAsyncInvokeConfig",         IN_CLASSIC, async_config_put,          0, NULL},
    {"GetFunctionAsyncInvokeConfig",         IN_CLASSIC, async_config_get,          0, NULL},
    {"DeleteFunctionAsyncInvokeConfig",      IN_CLASSIC, async_config_delete,       0, NULL},
    {"ListFunctionAsyncInvokeConfigs",       IN_CLASSIC, async_config_list,         0, NULL},
    {"PutAsyncInvokeConfig",                 IN_2023,    async_config_put,          0, NULL},
    {"GetAsyncInvokeConfig",                 IN_2023,    async_config_get,          0, NULL},
    {"DeleteAsyncInvokeConfig",              IN_2023,    async_config_delete,       0, NULL},
    {"ListAsyncInvokeConfigs",               IN_2023,    async_config_list,         0, NULL},

    {"GetStatefulAsyncInvocation",           IN_CLASSIC, async_task_get,            0, "no call is recorded while nothing runs"},
    {"ListStatefulAsyncInvocations",         IN_CLASSIC, async_task_list,           0, "no call is recorded while nothing runs"},
    {"StopStatefulAsyncInvocation",          IN_CLASSIC, async_task_stop,           0, "no call is recorded while nothing runs"},
    {"ListStatefulAsyncInvocationFunctions", IN_CLASSIC, async_task_functions,      0, NULL},
    {"GetAsyncTask",                         IN_2023,    async_task_get,            0, "no call is recorded while nothing runs"},
    {"ListAsyncTasks",                       IN_2023,    async_task_list,           0, "no call is recorded while nothing runs"},
    {"StopAsyncTask",                        IN_2023,    async_task_stop,           0, "no call is recorded while nothing runs"},

    {"PublishLayerVersion",                  IN_2016,    layer_publish,             HANDLER_CODE, NULL},
    {"CreateLayerVersion",                   IN_2021 | IN_2023, layer_publish,      HANDLER_CODE, NULL},
    {"PublishPublicLayerVersion",            IN_2016,    layer_publish_public,      0, NULL},
    {"ListLayers",                           IN_ALL,     layer_list,                0, "there are no official layers"},
    {"ListLayerVersions",                    IN_ALL,     layer_versions,            0, NULL},
    {"GetLayerVersion",                      IN_ALL,     layer_get,                 0, NULL},
    {"GetLayerVersionByArn",                 IN_2016 | IN_2023, layer_get_by_arn,   0, "layers of this account only"},
    {"DeleteLayerVersion",                   IN_ALL,     layer_delete,              0, NULL},
    {"PermanentDeleteLayerVersion",          IN_2016,    layer_delete,              0, "as DeleteLayerVersion"},
    {"PutLayerACL",                          IN_ALL,     layer_acl,                 0, NULL},

    {"ListInstances",                        IN_ALL,     instance_list,             0, "empty while nothing runs"},
    {"InstanceExec",                         IN_2016 | IN_2023, instance_exec,      HANDLER_ABSENT, "no shell into an instance"},
    {"ClaimGPUInstance",                     IN_2021,    gpu_claim,                 HANDLER_ABSENT, "there is no GPU to lease"},
    {"ReleaseGPUInstance",                   IN_2021,    gpu_release,               HANDLER_ABSENT, "there is no GPU to lease"},

    {"RegisterEventSource",                  IN_2021,    event_source_register,     0, NULL},
    {"DeregisterEventSource",                IN_2021,    event_source_remove,       0, NULL},
    {"ListEventSources",                     IN_2021,    event_source_list,         0, NULL},

    {"CreateSession",                        IN_2023,    session_create,            0, "no instance is bound to it"},
    {"GetSession",                           IN_2023,    session_get,               0, NULL},
    {"ListSessions",                         IN_2023,    session_list,              0, NULL},
    {"UpdateSession",                        IN_2023,    session_update,            0, NULL},
    {"DeleteSession",                        IN_2023,    session_delete,            0, NULL},
    {"PauseSession",                         IN_2023,    session_pause,             0, "the record only"},
    {"ResumeSession",                        IN_2023,    session_resume,            0, "the record only"},
};
/* clang-format on */

const struct operation_handler *operation_handlers(size_t *out_count)
{
    *out_count = N_ELEMENTS(handlers);
    return handlers;
}

const struct operation_handler *operation_handler_find(const struct operation *op)
{
    for (size_t i = 0; i < N_ELEMENTS(handlers); i++) {
        if ((handlers[i].apis & field_api(op->api)) && strcmp(handlers[i].name, op->name) == 0)
            return &handlers[i];
    }
    return NULL;
}
