/*
 * cli/error_list.h - the errors that a verb is to try, by --errors, and each as a rule has it
 *
 * Threads: any.
 */
#pragma once

#include "base/arena.h"
#include "catalog/fc_error.h"
#include "cli/cli.h"

struct error_list {
    const struct fc_error **items;
    size_t count;
    bool named; /* by the user, who wants them whatever the documentation says of an operation */
};

/** `documented`, as without the option: the 13 of the reference; `all`; or codes with commas
 * between them. In @arena. False behind a message that names the nearest right word. */
bool cli_error_list(const struct cli_args *args, struct arena *arena, struct error_list *out);

/** "error: {code: …, args: […]MORE}", a member of `do`; in @arena. */
const char *cli_error_action(const struct fc_error *error, const char *more, struct arena *arena);
