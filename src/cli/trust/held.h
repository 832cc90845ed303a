/*
 * cli/trust/held.h - does a file or folder of certificates hold this one?
 *
 * Threads: one.
 */
#pragma once

#include "base/arena.h"

/* A certificate as both kinds of stores hold it. */
struct held_text {
    struct str base64; /* the lines of PEM behind each other */
    struct str der;
};

enum holding { HELD, HELD_NOT, HELD_UNREADABLE };

/** The first certificate of the PEM file @path. False when there is none that can be read. */
bool held_read(const char *path, struct arena *arena, struct held_text *out);
/** Does the file @path, PEM or a Java keystore, hold it? */
enum holding held_by(const char *path, const struct held_text *certificate);
