/*
 * cli/verbs.h - one function a verb; the table is in verbs.c
 */
#pragma once

#include "cli/cli.h"

struct ca;

/* verb_serve.c */
int verb_serve(const struct cli_args *args);
int verb_check(const struct cli_args *args);
/* verb_catalog.c */
int verb_errors(const struct cli_args *args);
int verb_limits(const struct cli_args *args);
int verb_regions(const struct cli_args *args);
int verb_operations(const struct cli_args *args);
/* verb_setup.c */
int verb_ca(const struct cli_args *args);
int verb_version(const struct cli_args *args);
int verb_help(const struct cli_args *args);
int verb_completion(const struct cli_args *args);
int verb_schema(const struct cli_args *args);
int verb_config(const struct cli_args *args);
int verb_manual(const struct cli_args *args);
/** The authority of --ca-dir, or a usage error's exit code. */
int cli_open_ca(const struct cli_args *args, struct ca **out);
/* verb_env.c */
int verb_env(const struct cli_args *args);
/* verb_daemon.c */
int verb_health(const struct cli_args *args);
int verb_reset(const struct cli_args *args);
int verb_clock(const struct cli_args *args);
/* verb_state.c */
int verb_snapshot_save(const struct cli_args *args);
int verb_snapshot_load(const struct cli_args *args);
int verb_snapshot_diff(const struct cli_args *args);
/* verb_requests.c */
int verb_requests(const struct cli_args *args);
int verb_requests_show(const struct cli_args *args);
int verb_tail(const struct cli_args *args);
int verb_verify(const struct cli_args *args);
int verb_retries(const struct cli_args *args);
int verb_coverage(const struct cli_args *args);
/* verb_fault.c */
int verb_fault_list(const struct cli_args *args);
int verb_fault_show(const struct cli_args *args);
int verb_fault_stats(const struct cli_args *args);
int verb_fault_add(const struct cli_args *args);
int verb_fault_set(const struct cli_args *args);
int verb_fault_rm(const struct cli_args *args);
int verb_fault_on(const struct cli_args *args);
int verb_fault_off(const struct cli_args *args);
int verb_fault_stop(const struct cli_args *args);
int verb_fault_explain(const struct cli_args *args);
int verb_fault_dry_run(const struct cli_args *args);
int verb_fault_tape_save(const struct cli_args *args);
int verb_fault_tape_stop(const struct cli_args *args);
int verb_fault_tape_play(const struct cli_args *args);
/* verb_rules.c: rule files without a daemon */
int verb_fault_check(const struct cli_args *args);
int verb_fault_new(const struct cli_args *args);
int verb_fault_sample(const struct cli_args *args);
int verb_fault_catalog(const struct cli_args *args);
int verb_fault_schema(const struct cli_args *args);
/* verb_exec.c */
int verb_exec(const struct cli_args *args);
/* verb_drill.c */
int verb_drill_list(const struct cli_args *args);
int verb_drill_run(const struct cli_args *args);
int verb_drill_stop(const struct cli_args *args);
int verb_drill_report(const struct cli_args *args);
int verb_drill_diff(const struct cli_args *args);
int verb_drill_schema(const struct cli_args *args);
/* verb_react.c, verb_sweep.c, verb_shrink.c */
int verb_react(const struct cli_args *args);
int verb_react_diff(const struct cli_args *args);
int verb_sweep(const struct cli_args *args);
int verb_shrink(const struct cli_args *args);
