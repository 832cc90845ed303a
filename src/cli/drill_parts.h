/*
 * cli/drill_parts.h - what running a drill and reading its report share; for verbs only
 *
 * Threads: one.
 */
#pragma once

#include "cli/cli.h"
#include "drill/report.h"

/** Is it the name of a file, not the id of a drill or the number of a run? */
bool drill_is_file(const char *name);
/** --format, else --json, else text; false behind a message. */
bool drill_read_format(const struct cli_args *args, enum drill_format *out);
/** To standard output, in colour on a terminal. */
void drill_print_report(const cJSON *report, enum drill_format format);

/** Do the files of --report end as a form does, and can they be written? 0, or an exit code behind
 * a message. */
int drill_reports_look(const struct cli_args *args);
/** Before anything runs: a JUnit file that says so, should we not come to the end. As above. */
int drill_reports_begin(const struct cli_args *args, const char *drill);
/** Each in its form; the others are written, should one fail. As above. */
int drill_reports_write(const struct cli_args *args, const cJSON *report);
