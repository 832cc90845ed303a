/*
 * tests/fuzz/fuzz_template.c - a template or seed file makes calls of the API with JSON bodies, or
 * says what is wrong with it, and where
 */
#include <stdlib.h>

#include "base/json.h"
#include "conf/node.h"
#include "conf/report.h"
#include "product/service/seed/seed_read.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_step(const struct seed_step *step)
{
    struct error err;
    cJSON *body = json_parse_within(step->body, SIZE_MAX, &err);

    if (!cJSON_IsObject(body) && !cJSON_IsArray(body) && !cJSON_IsNull(body))
        abort();
    if (step->path[0] != '/' || (step->probe && step->probe[0] != '/') || step->line == 0)
        abort();
    json_free(body);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    OWN(arena_free) struct arena *arena = arena_new();
    OWN(conf_report_free) struct conf_report *report = conf_report_new();
    OWN(buf_done) struct buf issues = {0};
    const struct seed_place place = {STR("123456789012"), STR("cn-hangzhou")};
    struct seed_steps steps = {0};
    struct str text = {(const char *)data, size};
    const struct conf_node *root = conf_parse(arena, text, "fuzz.yaml", report);

    steps.end = &steps.first;
    if (root)
        seed_read_tree(arena, root, NULL, &place, &steps, report);
    conf_report_print(report, CONF_FORMAT_TEXT, &issues);
    if ((report->errors || report->warnings) != (issues.len > 0))
        abort();
    for (const struct seed_step *step = steps.first; step && !report->errors; step = step->next)
        check_step(step);
    return 0;
}
