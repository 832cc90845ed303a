/*
 * journal/entry.h - an entry and all its texts as one run of bytes
 *
 * Inside journal/ only. Threads: any, each on an entry of its own.
 */
#pragma once

#include "journal/journal.h"

enum { JOURNAL_ENTRY_ALIGN = 16 };

/** What journal_entry_pack() writes, a multiple of JOURNAL_ENTRY_ALIGN. */
size_t journal_entry_bytes(const struct journal_entry *entry);
/** A copy with this number at @at, which is aligned and has room for it; its texts lie behind it.
 */
struct journal_entry *journal_entry_pack(const struct journal_entry *entry, uint64_t number,
                                         char *at);
