/*
 * cli/failure.h - how a function failed, for people
 */
#pragma once

#include "base/buf.h"

#define CLI_DIM "\033[2m"
#define CLI_RED "\033[31m"
#define CLI_BOLD_RED "\033[1;31m"
#define CLI_PLAIN "\033[0m"

/** Append @text, whose first line says what is wrong and the others where. */
void failure_lines(struct str text, bool colour, struct buf *out);

/** Append the error body of a function ({"errorMessage", "errorType", "stackTrace"}) as such lines;
 * what is none as it is. With a line end. */
void failure_text(struct str body, bool colour, struct buf *out);
