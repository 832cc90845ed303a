/*
 * base/scratch.h - folders in the temporary one, held as long as somebody needs them
 *
 * What is killed leaves its folder there. It is held by a lock that goes with its owners, so that
 * whoever comes later can tell it from one that is in use, and remove it.
 *
 * Threads: any.
 */
#pragma once

#define SCRATCH_MARKER "owner"

/** $TMPDIR, or /tmp. */
const char *scratch_base(void);
/** A folder "@prefix" and six characters in it, held by *out_fd; NULL with errno set. */
char *scratch_new(const char *prefix, int *out_fd);
/** Hold a folder, too, that somebody else made; -1 when that cannot be. */
int scratch_hold(const char *path);
/**
 * Remove those of this user that nobody holds.
 *
 * @marker  a file that is in each of them once it is held; whoever holds only that is heeded, too
 * @unless  those with a file of this name stay, as somebody else sees to them; NULL: none
 */
void scratch_sweep(const char *prefix, const char *marker, const char *unless);
