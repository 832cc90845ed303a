/*
 * drill/internal.h - reading a report, writing markup; for drill/ only
 */
#pragma once

#include "drill/report.h"

/* Members of a report; absent is 0, "" or no list. */
double report_number(const cJSON *object, const char *name);
struct str report_text(const cJSON *object, const char *name);
const cJSON *report_list(const cJSON *object, const char *name); /* NULL = none */
bool report_is(const cJSON *object, const char *name, const char *text);
/** The end of a workload's output, at most DRILL_OUTPUT_BYTES_MAX, begun at a character. */
struct str report_output(const cJSON *workload);
/** All that was judged, in its order: how the run ended, what was required (@rule: of one), what
 * was asserted. */
typedef void report_judged_fn(void *arg, struct str name, struct str rule, const cJSON *judged);
void report_each_judged(const cJSON *report, report_judged_fn *each, void *arg);
/** "1.25 s", "340 ms" */
void report_add_time(double ms, struct buf *out);

/** Text for XML 1.0 and HTML alike: marks are escaped; what no XML may hold and broken UTF-8 become
 * U+FFFD. */
void markup_add(struct buf *out, struct str text);

void report_print_text(const cJSON *report, bool colour, struct buf *out);
void report_print_junit(const cJSON *report, struct buf *out);
void report_print_markdown(const cJSON *report, struct buf *out);
void report_print_html(const cJSON *report, struct buf *out);
void report_print_charts(const cJSON *report, struct buf *out); /* the figures of the HTML form */
