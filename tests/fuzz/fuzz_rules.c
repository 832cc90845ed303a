/*
 * tests/fuzz/fuzz_rules.c - an accepted rule set prints as YAML that loads to the same digests
 */
#include <stdlib.h>

#include "conf/report.h"
#include "grammar/grammar.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const struct fault_grammar_options options = {.doors = ~0U};
    OWN(conf_report_free) struct conf_report *report = conf_report_new();
    OWN(buf_done) struct buf printed = {0};
    struct str text = {(const char *)data, size};
    OWN(fault_ruleset_unref)
    struct fault_ruleset *set = fault_ruleset_parse(text, "fuzz.yaml", &options, report);

    if (!set != (report->errors > 0))
        abort();
    if (!set)
        return 0;
    fault_ruleset_print(set, &printed);
    OWN(fault_ruleset_unref)
    struct fault_ruleset *again =
        fault_ruleset_parse(buf_str(&printed), "again.yaml", &options, report);

    if (!again || again->rule_count != set->rule_count)
        abort();
    for (size_t i = 0; i < set->rule_count; i++)
        if (again->rules[i].digest != set->rules[i].digest)
            abort();
    return 0;
}
