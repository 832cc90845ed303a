/*
 * invoke/unpack.h - a code package as a folder that nobody changes
 *
 * Entries stay below the folder whatever they are called and however they link. What was writable
 * is so no more: an instance that writes into its code meets EACCES, and the next one finds what
 * was uploaded.
 *
 * Threads: any.
 */
#pragma once

#include "base/error.h"
#include "base/str.h"

/** Unpack @zip into @folder, which exists. Bytes that are no archive give an empty folder: the
 * service keeps such packages, too. Existing files are replaced. */
int unpack_zip(struct str zip, const char *folder, struct error *err);
/** Behind the last package: folders can be entered and nothing can be written. */
void unpack_seal(const char *folder);
