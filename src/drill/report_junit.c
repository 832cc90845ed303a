/*
 * JUnit XML, in the order of elements that Jenkins reads: properties, cases, output. A verdict that
 * says nothing about the client (vacuous, inconclusive) is an error, never a skipped test that
 * looks like a pass.
 */
#include "drill/internal.h"

struct suite {
    struct buf cases;
    size_t tests, failures, errors;
};

static bool passed(const cJSON *object)
{
    return report_is(object, "verdict", "pass");
}

static void add_case(struct suite *suite, struct str drill, struct str name, const cJSON *judged)
{
    struct str text = report_text(judged, "text");

    suite->tests++;
    buf_puts(&suite->cases, "    <testcase classname=\"");
    markup_add(&suite->cases, drill);
    buf_puts(&suite->cases, "\" name=\"");
    markup_add(&suite->cases, name);
    buf_puts(&suite->cases, "\" time=\"0\"");
    if (passed(judged)) {
        buf_puts(&suite->cases, "/>\n");
        return;
    }
    bool failure = report_is(judged, "verdict", "fail");

    suite->failures += failure;
    suite->errors += !failure;
    buf_printf(&suite->cases, ">\n      <%s type=\"", failure ? "failure" : "error");
    markup_add(&suite->cases, report_text(judged, "verdict"));
    buf_puts(&suite->cases, "\" message=\"");
    markup_add(&suite->cases, text);
    buf_puts(&suite->cases, "\">");
    markup_add(&suite->cases, str_slice(text, 0, DRILL_OUTPUT_BYTES_MAX));
    buf_printf(&suite->cases, "</%s>\n    </testcase>\n", failure ? "failure" : "error");
}

static void add_requirements(struct suite *suite, struct str drill, const cJSON *report)
{
    const cJSON *item;
    OWN(buf_done) struct buf name = {0};

    cJSON_ArrayForEach (item, report_list(report, "require")) {
        buf_clear(&name);
        buf_puts(&name, "require ");
        buf_add(&name, report_text(item, "name"));
        if (report_text(item, "rule").len) {
            buf_puts(&name, " of ");
            buf_add(&name, report_text(item, "rule"));
        }
        add_case(suite, drill, buf_str(&name), item);
    }
}

static void add_assertions(struct suite *suite, struct str drill, const cJSON *report)
{
    const cJSON *item;
    size_t number = 0;
    OWN(buf_done) struct buf name = {0};

    cJSON_ArrayForEach (item, report_list(report, "assertions")) {
        buf_clear(&name);
        buf_printf(&name, "assert[%zu] ", number++);
        buf_add(&name, report_text(item, "assertion"));
        add_case(suite, drill, buf_str(&name), item);
    }
}

static void print_suite(const struct suite *suite, const cJSON *report, struct buf *out)
{
    double seconds = report_number(report, "duration_ms") / 1000;

    buf_puts(out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
    buf_printf(out,
               "<testsuites name=\"fcemu drills\" tests=\"%zu\" failures=\"%zu\" errors=\"%zu\" "
               "time=\"%.3f\">\n",
               suite->tests, suite->failures, suite->errors, seconds);
    buf_puts(out, "  <testsuite name=\"");
    markup_add(out, report_text(report, "drill"));
    buf_printf(
        out,
        "\" tests=\"%zu\" failures=\"%zu\" errors=\"%zu\" skipped=\"0\" time=\"%.3f\" timestamp=\"",
        suite->tests, suite->failures, suite->errors, seconds);
    /* Without the zone and fraction: xs:dateTime as JUnit's schema has it. */
    markup_add(out,
               str_slice(report_text(report, "started"), 0, sizeof("2026-11-24T03:00:00") - 1));
    buf_puts(out, "\">\n    <properties>\n      <property name=\"verdict\" value=\"");
    markup_add(out, report_text(report, "verdict"));
    buf_puts(out, "\"/>\n      <property name=\"seed\" value=\"");
    markup_add(out, report_text(report, "seed"));
    buf_puts(out, "\"/>\n    </properties>\n");
    buf_add(out, buf_str(&suite->cases));
}

static void add_output(const cJSON *report, struct buf *out)
{
    const cJSON *workload = cJSON_GetObjectItemCaseSensitive(report, "workload");

    buf_puts(out, "    <system-out>");
    markup_add(out, report_output(workload));
    buf_puts(out, "</system-out>\n");
}

void report_print_junit(const cJSON *report, struct buf *out)
{
    struct suite suite = {0};
    struct str drill = report_text(report, "drill");

    add_case(&suite, drill, STR("run"), cJSON_GetObjectItemCaseSensitive(report, "ending"));
    add_requirements(&suite, drill, report);
    add_assertions(&suite, drill, report);
    print_suite(&suite, report, out);
    add_output(report, out);
    buf_puts(out, "  </testsuite>\n</testsuites>\n");
    buf_done(&suite.cases);
}

void drill_report_stub(struct str drill, struct buf *out)
{
    OWN(json_free) cJSON *report = cJSON_CreateObject();
    cJSON *ending = cJSON_AddObjectToObject(report, "ending");

    json_add_str(report, "drill", drill);
    json_add_str(report, "verdict", STR("interrupted"));
    json_add_str(ending, "verdict", STR("interrupted"));
    json_add_str(ending, "text", STR("the drill did not finish"));
    report_print_junit(report, out);
}
