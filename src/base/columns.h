/*
 * base/columns.h - how much room a text takes on a terminal
 *
 * Two columns for the wide characters of East Asia, one for others. Source: Unicode 15, East Asian
 * Width, the blocks that are wide as a whole.
 *
 * Threads: any; pure functions.
 */
#pragma once

#include "base/str.h"

/** The character that begins at @at, and its bytes; half a character is as long as what is there.
 */
uint32_t columns_character(struct str text, size_t at, size_t *out_len);
unsigned columns_of_character(uint32_t character);
size_t columns_of(struct str text);
/** As many whole characters of @text as fit into @columns. */
struct str columns_cut(struct str text, size_t columns);
