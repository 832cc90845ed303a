/*
 * cli/verbs.h - the table of verbs, and each of its rows
 */
#pragma once

#include "cli/cli.h"

struct ca;

#define VERB(file, verb) extern const struct cli_verb verb_##verb;
#include "cli/verbs.inc"

extern const struct cli_table cli_verbs;

/** The authority of --ca-dir, or a usage error's exit code. */
int cli_open_ca(const struct cli_args *args, struct ca **out);
