/*
 * admin/compile.h - rule files and the API layer to one rule set
 *
 * The layer is handed to the grammar as two texts, one in front of the rule files and one behind,
 * so that ids, groups and references are checked over all of them at once.
 *
 * Threads: compile_run() any, on a job of its own; the rest the loop thread.
 */
#pragma once

#include "admin/internal.h"
#include "admin/layer.h"
#include "conf/report.h"

struct compile {
    /* in: copies, so that the worker needs nobody else */
    const char **files;
    size_t file_count;
    const char **canned_files; /* only after compile_reads_canned() */
    size_t canned_file_count;
    bool reads_canned;
    struct fault_grammar_options options;
    struct layer *layer;      /* owned */
    struct str whole;         /* instead of what is behind in the layer: a text as it was sent */
    struct str own, own_text; /* one rule of the layer as it was sent */
    const char *left_out;     /* of what came with the rule: JSON array, or NULL; see unwrap.h */
    /* out */
    struct fault_ruleset *set;    /* owned; NULL when it was refused */
    struct fault_ruleset *canned; /* owned; NULL when it was refused, or not read */
    char *errors;                 /* owned: JSON array */
    char *warnings;               /* owned: JSON array */
    char *text;                   /* owned: both as compilers print them */
};

/** Fill in files and options; everything else is zero. Lives in @arena. */
struct compile *compile_new(struct admin *admin, struct arena *arena);
/** Read the canned answers, too: both are good, or both are refused. */
void compile_reads_canned(struct compile *compile, const struct admin *admin, struct arena *arena);
void compile_run(struct compile *compile);
/** Load the set into the engine and keep the layer. Only when there is a set. */
void compile_take(struct admin *admin, struct compile *compile);
void compile_done(struct compile *compile); /* what was not taken */

/** Append the issues of one severity as a JSON array. */
void compile_issues_json(const struct conf_report *report, enum conf_severity severity,
                         struct buf *out);
