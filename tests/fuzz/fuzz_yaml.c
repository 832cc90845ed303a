/*
 * tests/fuzz/fuzz_yaml.c - what is read prints as YAML that reads back to the same text
 */
#include <stdlib.h>

#include "conf/node.h"
#include "conf/report.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    OWN(arena_free) struct arena *arena = arena_new();
    OWN(conf_report_free) struct conf_report *report = conf_report_new();
    OWN(buf_done) struct buf once = {0};
    OWN(buf_done) struct buf twice = {0};
    OWN(buf_done) struct buf issues = {0};
    struct str text = {(const char *)data, size};
    const struct conf_node *top = conf_parse(arena, text, "fuzz.yaml", report);

    conf_report_print(report, CONF_FORMAT_TEXT, &issues);
    if (!top && report->errors == 0)
        abort();
    if (!top || report->errors)
        return 0;
    conf_print(top, 0, NULL, &once);
    if (once.len > CONF_FILE_BYTES_MAX)
        return 0;
    top = conf_parse(arena, buf_str(&once), "again.yaml", report);
    if (!top || report->errors)
        abort();
    conf_print(top, 0, NULL, &twice);
    if (!str_eq(buf_str(&once), buf_str(&twice)))
        abort();
    return 0;
}
