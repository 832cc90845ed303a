#include "product/service/operations.h"

#include "product/service/code/code.h"
#include "product/service/resource/handlers.h"

#define OP(operation, versions, handler, ...)                                                      \
    {.name = operation, .apis = versions, .run = handler, ##__VA_ARGS__}

/* clang-format off */
static const struct operation_handler handlers[] = {
    OP("GetAccountSettings", IN_CLASSIC, account_settings),
    OP("GetAccountConfigs", IN_2016, account_configs),
    OP("GetTempBucketToken", IN_2016, account_bucket_token, .partial = "the bucket is the emulator's own"),
    OP("GetTempCodeBucketToken", IN_2016, account_code_bucket_token, .partial = "the bucket is the emulator's own"),
    OP("DescribeRegions", IN_2023, account_regions),

    OP("CreateService", IN_CLASSIC, service_create),
    OP("ListServices", IN_CLASSIC, service_list),
    OP("GetService", IN_CLASSIC, service_get),
    OP("UpdateService", IN_CLASSIC, service_update),
    OP("DeleteService", IN_CLASSIC, service_delete),

    OP("CreateVpcBinding", IN_ALL, vpc_binding_create),
    OP("DeleteVpcBinding", IN_ALL, vpc_binding_delete),
    OP("ListVpcBindings", IN_ALL, vpc_binding_list),

    OP("CreateFunction", IN_ALL, function_create, .look = package_look),
    OP("ListFunctions", IN_ALL, function_list),
    OP("GetFunction", IN_ALL, function_get),
    OP("UpdateFunction", IN_ALL, function_update, .look = package_look),
    OP("DeleteFunction", IN_ALL, function_delete),
    OP("GetFunctionCode", IN_ALL, function_code),
    OP("InvokeFunction", IN_ALL, function_invoke, .flags = HANDLER_RAW, .partial = "checks the call; fixtures and rules answer it"),
    OP("InvokeHTTPTrigger", IN_TRIGGER, http_trigger_call, .flags = HANDLER_RAW, .partial = "checks the call; fixtures and rules answer it"),
    OP("DisableFunctionInvocation", IN_2023, function_disable),
    OP("EnableFunctionInvocation", IN_2023, function_enable),
    OP("ChangeResourceGroup", IN_2023, function_change_group),

    OP("CreateTrigger", IN_ALL, trigger_create),
    OP("ListTriggers", IN_ALL, trigger_list),
    OP("GetTrigger", IN_ALL, trigger_get),
    OP("UpdateTrigger", IN_ALL, trigger_update),
    OP("DeleteTrigger", IN_ALL, trigger_delete),

    OP("PublishVersion", IN_2016, version_publish),
    OP("PublishServiceVersion", IN_2021, version_publish),
    OP("PublishFunctionVersion", IN_2023, version_publish),
    OP("ListVersions", IN_2016, version_list),
    OP("ListServiceVersions", IN_2021, version_list),
    OP("ListFunctionVersions", IN_2023, version_list),
    OP("DeleteVersion", IN_2016, version_delete),
    OP("DeleteServiceVersion", IN_2021, version_delete),
    OP("DeleteFunctionVersion", IN_2023, version_delete),

    OP("CreateAlias", IN_ALL, alias_create),
    OP("ListAliases", IN_ALL, alias_list),
    OP("GetAlias", IN_ALL, alias_get),
    OP("UpdateAlias", IN_ALL, alias_update),
    OP("DeleteAlias", IN_ALL, alias_delete),

    OP("CreateCustomDomain", IN_ALL, domain_create, .partial = "names are not resolved"),
    OP("ListCustomDomains", IN_ALL, domain_list),
    OP("GetCustomDomain", IN_ALL, domain_get),
    OP("UpdateCustomDomain", IN_ALL, domain_update, .partial = "names are not resolved"),
    OP("DeleteCustomDomain", IN_ALL, domain_delete),

    OP("TagResource", IN_ALL, tag_add),
    OP("GetResourceTags", IN_ALL, tag_get),
    OP("UntagResource", IN_ALL, tag_remove),
    OP("ListTaggedResources", IN_2021 | IN_2023, tag_list),
    OP("TagResources", IN_2023, tag_add_2023),
    OP("UntagResources", IN_2023, tag_remove_2023),
    OP("ListTagResources", IN_2023, tag_list_2023),

    OP("ListReservedCapacities", IN_CLASSIC, reserved_capacity_list, .partial = "always empty: none can be bought here"),

    OP("PutProvisionConfig", IN_ALL, provision_put),
    OP("GetProvisionConfig", IN_ALL, provision_get),
    OP("ListProvisionConfigs", IN_ALL, provision_list),
    OP("DeleteProvisionConfig", IN_2023, provision_delete),

    OP("PutOnDemandConfig", IN_2016, on_demand_put),
    OP("GetOnDemandConfig", IN_2016, on_demand_get),
    OP("DeleteOnDemandConfig", IN_2016, on_demand_delete),
    OP("PutFunctionOnDemandConfig", IN_2021, on_demand_put),
    OP("GetFunctionOnDemandConfig", IN_2021, on_demand_get),
    OP("DeleteFunctionOnDemandConfig", IN_2021, on_demand_delete),
    OP("ListOnDemandConfigs", IN_CLASSIC, on_demand_list),
    OP("PutConcurrencyConfig", IN_2023, concurrency_put),
    OP("GetConcurrencyConfig", IN_2023, concurrency_get),
    OP("DeleteConcurrencyConfig", IN_2023, concurrency_delete),
    OP("ListConcurrencyConfigs", IN_2023, concurrency_list),

    OP("PutScalingConfig", IN_2023, scaling_put),
    OP("GetScalingConfig", IN_2023, scaling_get),
    OP("DeleteScalingConfig", IN_2023, scaling_delete),
    OP("ListScalingConfigs", IN_2023, scaling_list),

    OP("PutFunctionAsyncInvokeConfig", IN_CLASSIC, async_config_put),
    OP("GetFunctionAsyncInvokeConfig", IN_CLASSIC, async_config_get),
    OP("DeleteFunctionAsyncInvokeConfig", IN_CLASSIC, async_config_delete),
    OP("ListFunctionAsyncInvokeConfigs", IN_CLASSIC, async_config_list),
    OP("PutAsyncInvokeConfig", IN_2023, async_config_put),
    OP("GetAsyncInvokeConfig", IN_2023, async_config_get),
    OP("DeleteAsyncInvokeConfig", IN_2023, async_config_delete),
    OP("ListAsyncInvokeConfigs", IN_2023, async_config_list),

    OP("GetStatefulAsyncInvocation", IN_CLASSIC, async_task_get, .partial = "no call is recorded while nothing runs"),
    OP("ListStatefulAsyncInvocations", IN_CLASSIC, async_task_list, .partial = "no call is recorded while nothing runs"),
    OP("StopStatefulAsyncInvocation", IN_CLASSIC, async_task_stop, .partial = "no call is recorded while nothing runs"),
    OP("ListStatefulAsyncInvocationFunctions", IN_CLASSIC, async_task_functions),
    OP("GetAsyncTask", IN_2023, async_task_get, .partial = "no call is recorded while nothing runs"),
    OP("ListAsyncTasks", IN_2023, async_task_list, .partial = "no call is recorded while nothing runs"),
    OP("StopAsyncTask", IN_2023, async_task_stop, .partial = "no call is recorded while nothing runs"),

    OP("PublishLayerVersion", IN_2016, layer_publish, .look = package_look),
    OP("CreateLayerVersion", IN_2021 | IN_2023, layer_publish, .look = package_look),
    OP("PublishPublicLayerVersion", IN_2016, layer_publish_public),
    OP("ListLayers", IN_ALL, layer_list, .partial = "there are no official layers"),
    OP("ListLayerVersions", IN_ALL, layer_versions),
    OP("GetLayerVersion", IN_ALL, layer_get),
    OP("GetLayerVersionByArn", IN_2016 | IN_2023, layer_get_by_arn, .partial = "layers of this account only"),
    OP("DeleteLayerVersion", IN_ALL, layer_delete),
    OP("PermanentDeleteLayerVersion", IN_2016, layer_delete, .partial = "as DeleteLayerVersion"),
    OP("PutLayerACL", IN_ALL, layer_acl),

    OP("ListInstances", IN_ALL, instance_list, .partial = "empty while nothing runs"),
    OP("InstanceExec", IN_2016 | IN_2023, instance_exec, .flags = HANDLER_ABSENT, .partial = "no shell into an instance"),
    OP("ClaimGPUInstance", IN_2021, gpu_claim, .flags = HANDLER_ABSENT, .partial = "there is no GPU to lease"),
    OP("ReleaseGPUInstance", IN_2021, gpu_release, .flags = HANDLER_ABSENT, .partial = "there is no GPU to lease"),

    OP("RegisterEventSource", IN_2021, event_source_register),
    OP("DeregisterEventSource", IN_2021, event_source_remove),
    OP("ListEventSources", IN_2021, event_source_list),

    OP("CreateSession", IN_2023, session_create, .partial = "no instance is bound to it"),
    OP("GetSession", IN_2023, session_get),
    OP("ListSessions", IN_2023, session_list),
    OP("UpdateSession", IN_2023, session_update),
    OP("DeleteSession", IN_2023, session_delete),
    OP("PauseSession", IN_2023, session_pause, .partial = "the record only"),
    OP("ResumeSession", IN_2023, session_resume, .partial = "the record only"),
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
