/*
 * invoke/archive_lib.h - libarchive, loaded when the first package is looked at
 *
 * It brings eleven shared libraries more (compressors, XML, Unicode), and most runs of the program
 * never see a package: verbs of the command line, daemons that only fail on purpose.
 *
 * Threads: any.
 */
#pragma once

#include <archive.h>
#include <archive_entry.h>
#include <locale.h>

#include "base/str.h"

#define ARCHIVE_FUNCTIONS(X)                                                                       \
    X(entry_filetype)                                                                              \
    X(entry_free)                                                                                  \
    X(entry_hardlink)                                                                              \
    X(entry_new)                                                                                   \
    X(entry_pathname)                                                                              \
    X(entry_perm)                                                                                  \
    X(entry_set_filetype)                                                                          \
    X(entry_set_mtime)                                                                             \
    X(entry_set_pathname)                                                                          \
    X(entry_set_perm)                                                                              \
    X(entry_set_size)                                                                              \
    X(entry_symlink)                                                                               \
    X(error_string)                                                                                \
    X(read_data)                                                                                   \
    X(read_free)                                                                                   \
    X(read_new)                                                                                    \
    X(read_next_header)                                                                            \
    X(read_open_memory)                                                                            \
    X(read_support_format_zip)                                                                     \
    X(set_error)                                                                                   \
    X(write_close)                                                                                 \
    X(write_data)                                                                                  \
    X(write_free)                                                                                  \
    X(write_header)                                                                                \
    X(write_new)                                                                                   \
    X(write_open)                                                                                  \
    X(write_set_bytes_in_last_block)                                                               \
    X(write_set_format_zip)

/* The functions of archive.h without their prefix. */
struct archive_lib {
#define ARCHIVE_MEMBER(name) __typeof__(archive_##name) *name;
    ARCHIVE_FUNCTIONS(ARCHIVE_MEMBER)
#undef ARCHIVE_MEMBER
};

/** It begins as such archives do, those without an entry among them. */
bool archive_is_zip(struct str bytes);
/** NULL when it cannot be loaded. Never unloaded. */
const struct archive_lib *archive_lib(void);
/** Between these two, on this thread, names of entries are UTF-8 whatever they were stored as;
 * without them a name beyond ASCII cannot be read. */
locale_t archive_names_begin(void);
void archive_names_end(locale_t before);
/** What to say then. */
#define ARCHIVE_LIB_MISSING "packages cannot be unpacked here: install libarchive13"
