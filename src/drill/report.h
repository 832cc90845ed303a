/*
 * drill/report.h - what a drill came to, in the forms that people and machines read
 *
 * A report is one JSON object; drill_report_schema() describes it. The other forms are made from it
 * alone, so that the command line can make them from a kept file.
 *
 * Threads: any.
 */
#pragma once

#include "base/json.h"
#include "drill/verdict.h"

enum {
    DRILL_OUTPUT_BYTES_MAX = 64 << 10,    /* of a workload's output, its end, in JUnit and HTML */
    DRILL_MARKDOWN_BYTES_MAX = 256 << 10, /* a summary page of CI takes no more */
};

enum drill_format {
    DRILL_FORMAT_TEXT,
    DRILL_FORMAT_JSON,
    DRILL_FORMAT_JUNIT,
    DRILL_FORMAT_MARKDOWN,
    DRILL_FORMAT_HTML,
};

/** False when @name names none. */
bool drill_format_find(struct str name, enum drill_format *out);
const char *drill_format_content_type(enum drill_format format);

/** @colour: escape sequences of a terminal, in the text form only. */
void drill_report_print(const cJSON *report, enum drill_format format, bool colour,
                        struct buf *out);

/** A JUnit file for a drill that has not ended: an error that says so, to be overwritten. */
void drill_report_stub(struct str drill, struct buf *out);

/** The JSON Schema of a report. */
void drill_report_schema(struct buf *out);

/**
 * What differs between two reports, a line each: verdict, requirements, assertions, calls, rules.
 * Times are no difference. Returns how many lines.
 */
size_t drill_report_diff(const cJSON *before, const cJSON *after, struct buf *out);
