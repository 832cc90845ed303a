/*
 * product/service/resource/rewrite.h - the rewrite rules of a custom domain's route
 *
 * Exact rules first, then wildcards, then regular expressions; the first that fits gives the whole
 * path. A wildcard rule fits anywhere in the path unless it begins with '^'; each '*' is a group.
 * "$1" in the replacement stands for the first group. A query in the replacement comes before the
 * one that was sent.
 *
 * Source: spec page invocation §0 and §4.3; page "Configure a rewrite policy", read 2026-11-29.
 *
 * Inside product/service/ only. Threads: any.
 */
#pragma once

#include "base/arena.h"
#include "base/json.h"

struct rewritten {
    struct str path;
    struct str query; /* absent: none */
};

/** False when no rule fits; then *out is untouched. Views live in @arena or are those given. */
bool rewrite_apply(const cJSON *config, struct str path, struct str query, struct arena *arena,
                   struct rewritten *out);
/** NULL, or what is wrong with a rule's `match`, in @arena. */
const char *rewrite_problem(const cJSON *config, struct arena *arena);
