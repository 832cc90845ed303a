/*
 * cli/complete.h - what could stand next on the command line
 *
 * The scripts of the shells (completion.c) ask this for each key; all that is known of verbs,
 * options and values is known here.
 *
 * Threads: any; pure but for the tables.
 */
#pragma once

#include "cli/cli.h"

/* Lines that stand for what only the shell, or a running daemon, knows. */
#define COMPLETE_FILES ":files"
#define COMPLETE_FOLDERS ":folders"
#define COMPLETE_FUNCTIONS ":functions"
#define COMPLETE_RULES ":rules"

/**
 * Append what may become of the last of @words, which stand behind the program's name; it may be
 * "". A line each: the word, and behind a tab what it means; or one of COMPLETE_….
 */
void cli_complete(const struct cli_table *table, const char *const *words, size_t count,
                  struct buf *out);

/** One such line, when @word begins with @begun. @prefix is put in front of it. */
void cli_candidate(struct buf *out, struct str begun, struct str prefix, struct str word,
                   const char *meaning);
