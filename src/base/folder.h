/*
 * base/folder.h - making folders
 *
 * Threads: any.
 */
#pragma once

/**
 * Make @path and what is missing above it, all with @mode. 0 also when it was there, whatever it
 * is. -1 with errno set otherwise.
 */
int folder_make(const char *path, unsigned mode);
