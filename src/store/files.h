/*
 * store/files.h - are the files of the database still the ones that were opened
 *
 * Inside store/ only. SQLite writes on into a file that was removed, replaced or cut short, and
 * says that all is well: what it was given is gone with the last descriptor.
 *
 * Threads: one at a time.
 */
#pragma once

#include <stdbool.h>
#include <sys/types.h>

#include "base/error.h"

enum { STORE_FILES = 3 };

struct store_file {
    char *path;
    dev_t device;
    ino_t inode;
    off_t size; /* the least it has: none of them ever shrinks */
};

struct store_files {
    struct store_file files[STORE_FILES];
};

/** Remember what the database at @path lies in now. It is open. */
void store_files_note(struct store_files *files, const char *path);
/** They have grown by what was just written. */
void store_files_grown(struct store_files *files);
/** Negative: one of them is not what it was; @err says which, how, and what to do. */
int store_files_look(const struct store_files *files, struct error *err);
/** False when one was cut short: SQLite has part of it mapped, and whoever reads there is killed.
 */
bool store_files_readable(const struct store_files *files);
/** Give the index, which is mapped, the length that it had: what is left may be closed then. */
void store_files_mend_index(const struct store_files *files);
void store_files_done(struct store_files *files);
