/*
 * base/folder.h - making folders, and flat ones removed
 *
 * Threads: any.
 */
#pragma once

#include <stdbool.h>

/**
 * Make @path and what is missing above it, all with @mode. 0 also when it was there, whatever it
 * is. -1 with errno set otherwise.
 */
int folder_make(const char *path, unsigned mode);
/** Remove @path and the files in it; folders in it stay, and it with them. What is not there is
 * fine. */
void folder_remove_flat(const char *path);
/** True when nothing is at @path, or a folder with nothing in it. */
bool folder_is_free(const char *path);

/** Remove it with all that is in it, also what may not be written; links are not followed. */
void folder_remove(const char *path);
