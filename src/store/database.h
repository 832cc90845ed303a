/*
 * store/database.h - the SQLite file: schema, migrations, prepared statements
 *
 * Inside store/ only, and the only user of sqlite3.h.
 *
 * Threads: a connection belongs to one thread at a time: to the loop until the store thread is
 * started and after it has ended, to the store thread in between.
 */
#pragma once

#include "store/mirror.h"

struct sqlite3;
struct sqlite3_stmt;

enum statement {
    STATEMENT_BEGIN,
    STATEMENT_COMMIT,
    STATEMENT_ROLLBACK,
    STATEMENT_PUT_RESOURCE,
    STATEMENT_PUT_TASK,
    STATEMENT_REMOVE_RESOURCE,
    STATEMENT_REMOVE_TASK,
    STATEMENT_REMOVE_RESOURCES,
    STATEMENT_REMOVE_TASKS,
    STATEMENT_PUT_BLOB,
    STATEMENT_GET_BLOB,
    STATEMENT_REMOVE_BLOB,
    STATEMENT_ALL_RESOURCES,
    STATEMENT_ALL_TASKS,
    STATEMENT_ALL_BLOBS,
    STATEMENT_CLEAR_RESOURCES,
    STATEMENT_CLEAR_TASKS,
    STATEMENT_CLEAR_BLOBS,
    STATEMENT_COUNT,
};

struct database {
    struct sqlite3 *handle;
    struct sqlite3_stmt *statements[STATEMENT_COUNT];
};

/** @durable: sync every commit. The file is created or migrated. Pages are hardly cached, as for
 * reading everything once; see database_loaded(). */
int database_open(const char *path, bool durable, struct database *out, struct error *err);
void database_close(struct database *db);
/** Closing leaves the files as they are: what is in the log is not moved. */
void database_leave(struct database *db);

int database_begin(struct database *db, struct error *err);
int database_commit(struct database *db, struct error *err);
void database_rollback(struct database *db);

int database_put(struct database *db, const struct store_row *row, struct error *err);
int database_remove(struct database *db, const struct store_key *key, struct error *err);
/** All of @key's account, region, kind, parent and version. */
int database_remove_collection(struct database *db, const struct store_key *key, struct error *err);
int database_put_blob(struct database *db, struct str id, const char *bytes, size_t len,
                      struct error *err);
int database_remove_blob(struct database *db, struct str id, struct error *err);
int database_clear(struct database *db, struct error *err);
/** NULL, without an error, when there is none. */
struct store_blob *database_get_blob(struct database *db, struct str id);

/** Every row, into @mirror; the newest revision in *out_revision. */
int database_load(struct database *db, struct mirror *mirror, uint64_t *out_revision,
                  struct error *err);
/** All was read that is read at the start: give back what that took, and cache as writes need it.
 */
int database_loaded(struct database *db, struct error *err);
/** fn(arg, id) for each blob. */
int database_each_blob(struct database *db, void (*fn)(void *arg, struct str id), void *arg,
                       struct error *err);
