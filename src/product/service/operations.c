/* Which handler does which operation, and how much of it. */
#include "product/service/operations.h"

#include "product/service/code/code.h"
#include "product/service/resource/handlers.h"

#define OP(operation, versions, handler, ...)                                                      \
    {                                                                                              \
        .name = operation, .apis = versions, .run = handler, ##__VA_ARGS__                         \
    }

/* clang-format off */
static const struct operation_handler handlers[] = {
    OP("GetAccountSettings", IN_CLASSIC, account_settings),
    OP("GetAccountConfigs", IN_2016, account_configs),
    OP("GetTempBucketToken", IN_2016, account_bucket_token, .partial = "the bucket is the emulator's own"),
    OP("GetTempCodeBucketToken", IN_2016, account_code_bucket_token, .partial = "the bucket is the emulator's own"),
    OP("DescribeRegions", IN_2023, account_regions),

    OP("CreateService", IN_CLASSIC, resource_put, .resource = &service_resource),
    OP("ListServices", IN_CLASSIC, resource_list, .resource = &service_resource),
    OP("GetService", IN_CLASSIC, service_get),
    OP("UpdateService", IN_CLASSIC, resource_update, .resource = &service_resource),
    OP("DeleteService", IN_CLASSIC, resource_delete, .resource = &service_resource),

    OP("CreateVpcBinding", IN_ALL, vpc_binding_create),
    OP("DeleteVpcBinding", IN_ALL, vpc_binding_delete),
    OP("ListVpcBindings", IN_ALL, vpc_binding_list),

    OP("CreateFunction", IN_ALL, resource_put, .resource = &function_resource, .look = package_look),
    OP("ListFunctions", IN_ALL, function_list),
    OP("GetFunction", IN_ALL, function_get),
    OP("UpdateFunction", IN_ALL, resource_update, .resource = &function_resource, .look = package_look),
    OP("DeleteFunction", IN_ALL, resource_delete, .resource = &function_resource),
    OP("GetFunctionCode", IN_ALL, function_code),
    OP("InvokeFunction", IN_ALL, function_invoke, .flags = HANDLER_RAW, .partial = "runs Python, Node.js and custom runtimes; fixtures answer for the others"),
    OP("InvokeHTTPTrigger", IN_TRIGGER, http_trigger_call, .flags = HANDLER_RAW, .partial = "runs Python, Node.js and custom runtimes; fixtures answer for the others"),
    OP("DisableFunctionInvocation", IN_2023, function_disable),
    OP("EnableFunctionInvocation", IN_2023, function_enable),
    OP("ChangeResourceGroup", IN_2023, function_change_group),

    OP("CreateTrigger", IN_ALL, resource_put, .resource = &trigger_resource),
    OP("ListTriggers", IN_ALL, resource_list, .resource = &trigger_resource),
    OP("GetTrigger", IN_ALL, resource_get, .resource = &trigger_resource),
    OP("UpdateTrigger", IN_ALL, resource_update, .resource = &trigger_resource),
    OP("DeleteTrigger", IN_ALL, resource_delete, .resource = &trigger_resource),

    OP("PublishVersion", IN_2016, version_publish),
    OP("PublishServiceVersion", IN_2021, version_publish),
    OP("PublishFunctionVersion", IN_2023, version_publish),
    OP("ListVersions", IN_2016, version_list),
    OP("ListServiceVersions", IN_2021, version_list),
    OP("ListFunctionVersions", IN_2023, version_list),
    OP("DeleteVersion", IN_2016, resource_delete, .resource = &version_resource),
    OP("DeleteServiceVersion", IN_2021, resource_delete, .resource = &version_resource),
    OP("DeleteFunctionVersion", IN_2023, resource_delete, .resource = &version_resource),

    OP("CreateAlias", IN_ALL, resource_put, .resource = &alias_resource),
    OP("ListAliases", IN_ALL, resource_list, .resource = &alias_resource),
    OP("GetAlias", IN_ALL, resource_get, .resource = &alias_resource),
    OP("UpdateAlias", IN_ALL, resource_update, .resource = &alias_resource),
    OP("DeleteAlias", IN_ALL, resource_delete, .resource = &alias_resource),

    OP("CreateCustomDomain", IN_ALL, resource_put, .resource = &domain_resource, .partial = "names are not resolved"),
    OP("ListCustomDomains", IN_ALL, resource_list, .resource = &domain_resource),
    OP("GetCustomDomain", IN_ALL, resource_get, .resource = &domain_resource),
    OP("UpdateCustomDomain", IN_ALL, resource_update, .resource = &domain_resource, .partial = "names are not resolved"),
    OP("DeleteCustomDomain", IN_ALL, resource_delete, .resource = &domain_resource),

    OP("TagResource", IN_ALL, tag_add),
    OP("GetResourceTags", IN_ALL, tag_get),
    OP("UntagResource", IN_ALL, tag_remove),
    OP("ListTaggedResources", IN_2021 | IN_2023, tag_list),
    OP("TagResources", IN_2023, tag_add_2023),
    OP("UntagResources", IN_2023, tag_remove_2023),
    OP("ListTagResources", IN_2023, tag_list_2023),

    OP("ListReservedCapacities", IN_CLASSIC, reserved_capacity_list, .partial = "always empty: none can be bought here"),

    OP("PutProvisionConfig", IN_ALL, resource_put, .resource = &provision_resource),
    OP("GetProvisionConfig", IN_ALL, resource_get, .resource = &provision_resource),
    OP("ListProvisionConfigs", IN_ALL, provision_list, .resource = &provision_resource),
    OP("DeleteProvisionConfig", IN_2023, resource_delete, .resource = &provision_resource),

    OP("PutOnDemandConfig", IN_2016, resource_put, .resource = &on_demand_resource),
    OP("GetOnDemandConfig", IN_2016, resource_get, .resource = &on_demand_resource),
    OP("DeleteOnDemandConfig", IN_2016, resource_delete, .resource = &on_demand_resource),
    OP("PutFunctionOnDemandConfig", IN_2021, resource_put, .resource = &on_demand_resource),
    OP("GetFunctionOnDemandConfig", IN_2021, resource_get, .resource = &on_demand_resource),
    OP("DeleteFunctionOnDemandConfig", IN_2021, resource_delete, .resource = &on_demand_resource),
    OP("ListOnDemandConfigs", IN_CLASSIC, on_demand_list, .resource = &on_demand_resource),
    OP("PutConcurrencyConfig", IN_2023, resource_put, .resource = &concurrency_resource),
    OP("GetConcurrencyConfig", IN_2023, resource_get, .resource = &concurrency_resource),
    OP("DeleteConcurrencyConfig", IN_2023, resource_delete, .resource = &concurrency_resource),
    OP("ListConcurrencyConfigs", IN_2023, resource_list, .resource = &concurrency_resource),

    OP("PutScalingConfig", IN_2023, resource_put, .resource = &scaling_resource),
    OP("GetScalingConfig", IN_2023, resource_get, .resource = &scaling_resource),
    OP("DeleteScalingConfig", IN_2023, resource_delete, .resource = &scaling_resource),
    OP("ListScalingConfigs", IN_2023, resource_list, .resource = &scaling_resource),

    OP("PutFunctionAsyncInvokeConfig", IN_CLASSIC, resource_put, .resource = &async_config_resource),
    OP("GetFunctionAsyncInvokeConfig", IN_CLASSIC, resource_get, .resource = &async_config_resource),
    OP("DeleteFunctionAsyncInvokeConfig", IN_CLASSIC, resource_delete, .resource = &async_config_resource),
    OP("ListFunctionAsyncInvokeConfigs", IN_CLASSIC, async_config_list, .resource = &async_config_resource),
    OP("PutAsyncInvokeConfig", IN_2023, resource_put, .resource = &async_config_resource),
    OP("GetAsyncInvokeConfig", IN_2023, resource_get, .resource = &async_config_resource),
    OP("DeleteAsyncInvokeConfig", IN_2023, resource_delete, .resource = &async_config_resource),
    OP("ListAsyncInvokeConfigs", IN_2023, async_config_list, .resource = &async_config_resource),

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
    OP("GetLayerVersion", IN_ALL, resource_get, .resource = &layer_version_resource),
    OP("GetLayerVersionByArn", IN_2016 | IN_2023, layer_get_by_arn, .partial = "layers of this account only"),
    OP("DeleteLayerVersion", IN_ALL, resource_delete, .resource = &layer_version_resource),
    OP("PermanentDeleteLayerVersion", IN_2016, resource_delete, .resource = &layer_version_resource, .partial = "as DeleteLayerVersion"),
    OP("PutLayerACL", IN_ALL, layer_acl),

    OP("ListInstances", IN_ALL, instance_list, .partial = "empty while nothing runs"),
    OP("InstanceExec", IN_2016 | IN_2023, instance_exec, .flags = HANDLER_ABSENT, .partial = "no shell into an instance"),
    OP("ClaimGPUInstance", IN_2021, gpu_claim, .flags = HANDLER_ABSENT, .partial = "there is no GPU to lease"),
    OP("ReleaseGPUInstance", IN_2021, gpu_release, .flags = HANDLER_ABSENT, .partial = "there is no GPU to lease"),

    OP("RegisterEventSource", IN_2021, resource_put, .resource = &event_source_resource),
    OP("DeregisterEventSource", IN_2021, resource_delete, .resource = &event_source_resource),
    OP("ListEventSources", IN_2021, resource_list, .resource = &event_source_resource),

    OP("CreateSession", IN_2023, resource_put, .resource = &session_resource, .partial = "no instance is bound to it"),
    OP("GetSession", IN_2023, resource_get, .resource = &session_resource),
    OP("ListSessions", IN_2023, resource_list, .resource = &session_resource),
    OP("UpdateSession", IN_2023, resource_update, .resource = &session_resource),
    OP("DeleteSession", IN_2023, resource_delete, .resource = &session_resource),
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
