/*
 * product/service/resource/handlers.h - what does the operations, for the table of them: rows that
 * the frame works on, and handlers of what is special
 */
#pragma once

#include "product/service/frame/resource.h"

extern const struct resource alias_resource, async_config_resource, concurrency_resource,
    domain_resource, event_source_resource, function_resource, layer_version_resource,
    on_demand_resource, provision_resource, scaling_resource, service_resource, session_resource,
    trigger_resource, version_resource;

/* account.c */
service_handler account_settings, account_configs, account_regions, account_bucket_token,
    account_code_bucket_token;
/* async_config.c, async_task.c */
service_handler async_config_list, async_task_get, async_task_list, async_task_stop,
    async_task_functions;
/* function.c, function_list.c, resource_group.c, restriction.c, http_trigger.c */
service_handler function_list, function_get, function_code, function_invoke, function_disable,
    function_enable, function_change_group, http_trigger_call;
/* instance.c */
service_handler instance_list, instance_exec, reserved_capacity_list, gpu_claim, gpu_release;
/* layer.c */
service_handler layer_publish, layer_publish_public, layer_list, layer_versions, layer_get_by_arn,
    layer_acl;
/* on_demand.c, provision.c, service_resource.c, session.c */
service_handler on_demand_list, provision_list, service_get, session_pause, session_resume;
/* tag.c, tag_2023.c */
service_handler tag_add, tag_get, tag_remove, tag_list, tag_add_2023, tag_remove_2023,
    tag_list_2023;
/* version.c, vpc_binding.c */
service_handler version_publish, version_list, vpc_binding_create, vpc_binding_delete,
    vpc_binding_list;
