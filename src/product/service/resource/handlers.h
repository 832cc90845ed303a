/*
 * product/service/resource/handlers.h - what does the operations, for the table of them
 */
#pragma once

#include "product/service/frame/work.h"

/* account.c */
service_handler account_settings, account_configs, account_regions, account_bucket_token,
    account_code_bucket_token;
/* service_resource.c */
service_handler service_create, service_list, service_get, service_update, service_delete;
/* vpc_binding.c */
service_handler vpc_binding_create, vpc_binding_delete, vpc_binding_list;
/* function.c */
service_handler function_create, function_list, function_get, function_update, function_delete,
    function_code, function_invoke, function_disable, function_enable, function_change_group;
service_handler http_trigger_call;
/* trigger.c */
service_handler trigger_create, trigger_list, trigger_get, trigger_update, trigger_delete;
/* version.c */
service_handler version_publish, version_list, version_delete;
/* alias.c */
service_handler alias_create, alias_list, alias_get, alias_update, alias_delete;
/* domain.c */
service_handler domain_create, domain_list, domain_get, domain_update, domain_delete;
/* tag.c */
service_handler tag_add, tag_get, tag_remove, tag_list, tag_add_2023, tag_remove_2023,
    tag_list_2023;
/* provision.c */
service_handler provision_put, provision_get, provision_list, provision_delete;
/* on_demand.c */
service_handler on_demand_put, on_demand_get, on_demand_delete, on_demand_list, concurrency_put,
    concurrency_get, concurrency_delete, concurrency_list;
/* scaling.c */
service_handler scaling_put, scaling_get, scaling_delete, scaling_list;
/* async_config.c */
service_handler async_config_put, async_config_get, async_config_delete, async_config_list;
/* async_task.c */
service_handler async_task_get, async_task_list, async_task_stop, async_task_functions;
/* layer.c */
service_handler layer_publish, layer_publish_public, layer_list, layer_versions, layer_get,
    layer_get_by_arn, layer_delete, layer_acl;
/* instance.c */
service_handler instance_list, instance_exec, reserved_capacity_list, gpu_claim, gpu_release;
/* event_source.c */
service_handler event_source_register, event_source_remove, event_source_list;
/* session.c */
service_handler session_create, session_get, session_list, session_update, session_delete,
    session_pause, session_resume;
