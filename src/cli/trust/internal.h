/*
 * cli/trust/internal.h - what the kinds of stores share
 */
#pragma once

#include "cli/trust/tool.h"
#include "cli/trust/trust.h"

enum { TRUST_TOOL_MS = 300000 }; /* one that takes longer waits for something */

void trust_add(struct trust_stores *stores, struct trust_store store);

/** Run the tool of @store with the words behind it; @out, when not NULL, gets what it says. Fails
 * with the last line of that. */
int trust_tool(const struct trust_store *store, const char *const *words, struct buf *out,
               struct error *err);

/** The same for a tool that names an entry at the start of each line: those that begin with
 * @prefix. */
int trust_list(const struct trust_store *store, const char *const *words, struct str prefix,
               struct trust_entries *out, struct error *err);

void trust_entry_add(struct trust_entries *entries, struct str name, bool unread,
                     struct arena *arena);
/** In every Java keystore of the system: forget the entry that Debian's own hook has made of
 * @file. */
int java_forget_hooked(const char *file, struct arena *arena, struct error *err);
