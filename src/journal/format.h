/*
 * journal/format.h - entries as JSON, NDJSON and HAR
 *
 * One form for HTTP, CLI and exports: an object with snake_case members. The members that scripts
 * rely on are always there, null when the call had none; the others only when they say something.
 *
 * Threads: any.
 */
#pragma once

#include "base/buf.h"
#include "journal/query.h"

enum journal_detail {
    JOURNAL_SHORT, /* a line of a list */
    JOURNAL_FULL,  /* with every rule that was asked, and captured headers and bodies */
};

/** Append one JSON object without a line break. */
void journal_entry_json(const struct journal_entry *entry, enum journal_detail detail,
                        struct buf *out);

/** Append one object a line. */
void journal_ndjson(const struct journal_selection *selection, struct buf *out);

/** Append a HAR 1.2 log. Bodies that are not UTF-8 are written in base64. */
void journal_har(const struct journal_selection *selection, const char *version, struct buf *out);
