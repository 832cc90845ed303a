/*
 * admin/steps.h - the handlers behind the route table; for admin/ only
 *
 * A name ends with the step it is: begin and finish run on the loop thread, work on the worker.
 * Those without a suffix are `begin` alone.
 */
#pragma once

#include "admin/internal.h"

/* health.c */
void step_health(struct admin_call *call);
void step_livez(struct admin_call *call);
void step_readyz(struct admin_call *call);

/* faults.c: the whole set */
void step_faults_get(struct admin_call *call);
void step_faults_put_begin(struct admin_call *call);
void step_faults_delete_begin(struct admin_call *call);
void step_faults_change_work(struct admin_call *call);
void step_faults_change_finish(struct admin_call *call);
void step_faults_check_begin(struct admin_call *call);
void step_faults_check_work(struct admin_call *call);

/* triggers.c */
void step_triggers_get(struct admin_call *call);
void step_samples_get(struct admin_call *call);
void step_sample_get(struct admin_call *call);
void step_trigger_fire(struct admin_call *call);
void step_trigger_emit(struct admin_call *call);

/* deliveries.c */
void step_deliveries_get(struct admin_call *call);
void step_deliveries_delete(struct admin_call *call);

/* rules.c: one rule */
void step_reload(struct admin_call *call);
void step_rule_get(struct admin_call *call);
void step_rule_add_begin(struct admin_call *call);
void step_rule_put_begin(struct admin_call *call);
void step_rule_patch_begin(struct admin_call *call);
void step_rule_delete_begin(struct admin_call *call);
/** The rule as it is now; 404 for FAULT_NOT_FOUND. */
void admin_answer_rule(struct admin_call *call, int result);
void step_rule_enable(struct admin_call *call);
void step_rule_disable(struct admin_call *call);
void step_rule_arm(struct admin_call *call);
void step_rule_reset(struct admin_call *call);

/* health.c */
void step_authority(struct admin_call *call);

/* mcp.c */
void step_mcp(struct admin_call *call);

/* page.c */
void step_page(struct admin_call *call);
void step_page_file(struct admin_call *call);
void step_page_moved(struct admin_call *call);

/* resources.c */
void step_resources(struct admin_call *call);

/* switch.c: what is on (step_rule_enable and step_rule_disable, too) */
void step_group_get(struct admin_call *call);
void step_group_put(struct admin_call *call);
void step_faults_enable(struct admin_call *call);

/* control.c: stop all, and what is set */
void step_stop(struct admin_call *call);
void step_active_get(struct admin_call *call);
void step_active_delete(struct admin_call *call);
void step_seed_get(struct admin_call *call);
void step_seed_put(struct admin_call *call);
void step_scenario_get(struct admin_call *call);
void step_scenario_put(struct admin_call *call);
void step_reset(struct admin_call *call);

/* state.c */
void step_state_reset_begin(struct admin_call *call);
void step_state_reset_work(struct admin_call *call);
void step_state_reset_finish(struct admin_call *call);
void step_snapshot_save(struct admin_call *call);
void step_snapshot_load(struct admin_call *call);
void step_snapshot_diff(struct admin_call *call);

/* settings.c */
void step_settings_get(struct admin_call *call);

/* clock.c */
void step_clock_get(struct admin_call *call);
void step_clock_put(struct admin_call *call);
void step_clock_delete(struct admin_call *call);

/* explain.c, dry_run.c, tape.c */
void step_explain_begin(struct admin_call *call);
void step_dry_run_begin(struct admin_call *call);
void step_dry_run_work(struct admin_call *call);
void step_tape_get(struct admin_call *call);
void step_tape_put(struct admin_call *call);
void step_tape_delete(struct admin_call *call);

/* catalog.c */
void step_catalog(struct admin_call *call);
void step_schema(struct admin_call *call);

/* requests.c */
void step_requests_begin(struct admin_call *call);
void step_requests_work(struct admin_call *call);
void step_request_work(struct admin_call *call);

/* functions.c */
void step_functions_get(struct admin_call *call);
void step_instances_get(struct admin_call *call);

/* debug.c */
void step_debug_start(struct admin_call *call);
void step_debug_stop(struct admin_call *call);

/* async.c */
void step_async_get(struct admin_call *call);
void step_async_show(struct admin_call *call);
void step_async_drain(struct admin_call *call);
void step_async_stop(struct admin_call *call);
void step_async_again(struct admin_call *call);

/* keys.c */
void step_key_make(struct admin_call *call);
void step_sign(struct admin_call *call);

/* logs.c */
void step_logs(struct admin_call *call);
/** What may be asked of /logs; NULL behind the last. */
const char *logs_query_name(size_t i);
/** End every stream. */
void log_streams_close(struct admin *admin);

/* replay.c */
void step_replay_begin(struct admin_call *call);

/* analysis.c */
void step_verify_begin(struct admin_call *call);
void step_verify_work(struct admin_call *call);
void step_verify_finish(struct admin_call *call);
void step_retries_work(struct admin_call *call);
void step_retry_work(struct admin_call *call);
void step_clients_work(struct admin_call *call);
void step_coverage_begin(struct admin_call *call);
void step_observation_add(struct admin_call *call);
void step_observations_work(struct admin_call *call);

/* drills.c */
void step_drills_get(struct admin_call *call);
void step_drill_get(struct admin_call *call);
void step_drill_run(struct admin_call *call);
void step_runs_get(struct admin_call *call);
void step_run_get(struct admin_call *call);
void step_run_delete(struct admin_call *call);
void step_run_report(struct admin_call *call);
void step_run_diff(struct admin_call *call);
void step_run_workload(struct admin_call *call);
void step_report_schema(struct admin_call *call);

/* openapi.c */
void step_openapi(struct admin_call *call);
void step_index(struct admin_call *call);
void openapi_text(const char *version, struct buf *out);

struct journal_query;
/** The filters of the query string; false, and answered, when one is wrong. requests.c */
bool admin_read_query(struct admin_call *call, struct journal_query *out);
/** False, and answered, when it asks for a code or a region that is nowhere. */
bool admin_check_query(struct admin_call *call, const struct journal_query *query,
                       const struct journal_snapshot *snapshot);
/** False, and answered, when @region, of which nothing was found, looks like another misspelt. */
bool admin_check_region(struct admin_call *call, struct str region);
/** The same; the filters also go into @match, an object as verify takes it, unless that is NULL. */
bool admin_read_query_into(struct admin_call *call, struct journal_query *out, cJSON *match);
