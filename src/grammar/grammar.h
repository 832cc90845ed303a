/*
 * grammar/grammar.h - rule files to rule sets, with every mistake positioned
 *
 * Threads: any.
 */
#pragma once

#include "base/error.h"
#include "fault/rule.h"

struct conf_table;
struct conf_report; /* conf/report.h: errors and warnings with file, line, column, path, message,
                       hint */

struct fault_grammar_options {
    bool allow_unknown_region;
    bool canned;    /* the files hold canned answers: no guard, F315 for what only rules do */
    unsigned doors; /* bit per enum fault_door that is there; F316 for outcomes of others */
};

/**
 * Read files (each may `include` others; names with '*', '?' or '[' are globs). All mistakes go to
 * @report; NULL when there was an error.
 */
struct fault_ruleset *fault_ruleset_load(const char *const *paths, size_t path_count,
                                         const struct fault_grammar_options *options,
                                         struct conf_report *report);
/** The same from a text named @name: the API layer, a test. YAML or JSON. Includes are refused. */
struct fault_ruleset *fault_ruleset_parse(struct str text, const char *name,
                                          const struct fault_grammar_options *options,
                                          struct conf_report *report);
/**
 * Both: files, then texts that stand for files of these names, as one set in which each may speak
 * of the others' groups and latencies. For the file layer with the API layer above it.
 */
struct fault_text {
    struct str text;
    const char *name;
    bool in_front; /* of the files: its rules are asked before theirs among equals */
};
struct fault_ruleset *fault_ruleset_compile(const char *const *paths, size_t path_count,
                                            const struct fault_text *texts, size_t text_count,
                                            const struct fault_grammar_options *options,
                                            struct conf_report *report);
/** Append the whole set as YAML that loads to the same rules. A `body_file` stays as it was
 * written, relative to the file it stood in. */
void fault_ruleset_print(const struct fault_ruleset *set, struct buf *out);
/** The same with @rule of the set alone. */
void fault_rule_print(const struct fault_ruleset *set, const struct fault_rule *rule,
                      struct buf *out);

/** JSON Schema of a rule file, from the same tables; appended. */
struct buf;
void fault_schema(struct buf *out);
/** The keys of a rule file, for the manual: fields, their nested tables and help texts. */
extern const struct conf_table fault_file_table;
