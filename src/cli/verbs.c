/* The table of verbs. A verb is a file, where its row stands, and a line of verbs.inc. */
#include "cli/verbs.h"

static const struct cli_verb *const rows[] = {
#define VERB(file, verb) &verb_##verb,
#include "cli/verbs.inc"
};

const struct cli_table cli_verbs = {rows, N_ELEMENTS(rows)};
