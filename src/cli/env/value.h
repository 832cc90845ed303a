/*
 * cli/env/value.h - what a variable becomes when it had a value already
 *
 * A person's own value is added to or folded in, and once however often that is done.
 *
 * Threads: any; pure functions.
 */
#pragma once

#include "base/arena.h"
#include "base/buf.h"

enum env_kind {
    ENV_SET,              /* ours instead of theirs */
    ENV_WORDS,            /* options of a program: theirs, then ours */
    ENV_FOLDERS,          /* of Python: ours, then theirs */
    ENV_SCAN_FOLDERS,     /* of PHP: theirs, or its own when there are none, then ours */
    ENV_NO_PROXY,         /* ours, then theirs, without those that a served name would match */
    ENV_AUTHORITIES,      /* a file of certificates that holds theirs, too */
    ENV_MORE_AUTHORITIES, /* the same for a file that is read beside the system's */
};

/* Domains whose names are led here; ended by an absent one. */
extern const struct str env_zones[];

/** Would some served name go past a proxy by this entry of NO_PROXY? */
bool env_hides_served_names(struct str entry);

/** What @name becomes of @ours and of what a person @had (absent: nothing). For the kinds that are
 * files, @ours is the whole of it. */
struct str env_combine(enum env_kind kind, struct str ours, struct str had, struct arena *arena);

/** @now without @ours, where env_combine() would add it: what a person has. Absent: nothing. */
struct str env_without(enum env_kind kind, struct str ours, struct str now, struct arena *arena);
