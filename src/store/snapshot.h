/*
 * store/snapshot.h - the whole state as files that people read and compare
 *
 * A snapshot is a folder: `resources.json`, one resource a line in a fixed order, and `code/`, a
 * file a package named by its SHA-256.
 *
 * Threads: the loop thread; writing and reading of files happens on the store thread.
 */
#pragma once

#include "store/store.h"

/** Write @folder (created; refused when it holds anything). done(arg, NULL) when it is complete. */
void store_snapshot_save(struct store *store, const char *folder,
                         void (*done)(void *arg, const struct error *err), void *arg);

/** Replace everything by the content of @folder. Nothing changes when it cannot be read whole. */
void store_snapshot_load(struct store *store, const char *folder,
                         void (*done)(void *arg, const struct error *err), void *arg);

/** Append to @out what store_snapshot_diff() says that leads from @folder to what there is now;
 * @out lives until done(). */
void store_snapshot_compare(struct store *store, const char *folder, struct buf *out,
                            void (*done)(void *arg, const struct error *err), void *arg);

/** Lines "+ key", "- key", "~ key: member, member" that lead from @from to @to. Positive: they
 * differ; 0: equal. Plain files, no store; any thread. */
int store_snapshot_diff(const char *from, const char *to, struct buf *out, struct error *err);
