/*
 * store/store.h - what the emulator keeps: resources as JSON documents, code packages as blobs
 *
 * SQLite in WAL mode is the truth; the loop thread decides on a mirror of it in memory, so that
 * reads cost no system call. A change shows in the mirror at once, its caller hears of it when it
 * is on disk: the store thread commits whatever has gathered in one transaction. A resource whose
 * last change is still under way says so (store_row_pending()), and a second writer can be told to
 * wait. When a commit fails, everything decided on top of it fails too, and the mirror is read
 * anew.
 *
 * With each commit the files are looked at by name: what is written into one that was removed or
 * replaced is not kept, and so the write fails.
 *
 * Threads: the loop thread only.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/error.h"

/* The one kind that has a table of its own: records of asynchronous calls come and go in numbers.
 */
#define STORE_KIND_TASK "task"

struct loop;
struct store;
struct store_batch;

enum {
    STORE_SCHEMA = 1,         /* format of the database file */
    STORE_ETAG_BYTES = 33,    /* 32 hex digits and a terminator */
    STORE_BLOB_ID_BYTES = 65, /* SHA-256 as hex and a terminator */
};

struct store_settings {
    /* Kept for good, one daemon at a time, every commit synced. NULL: a private folder below
       $TMPDIR that goes with the store. */
    const char *data_dir;
};

/**
 * Open or create. Refused with one clear line: a folder that cannot be written (who, which, what to
 * do), a store in use by another daemon, a store written by a newer fcemu. Older ones are migrated.
 */
int store_open(struct loop *loop, const struct store_settings *settings, struct store **out,
               struct error *err);
/** Commit what is due, run the callbacks still owed, close; a temporary folder is removed. */
void store_close(struct store *store);
/** Folders of stores without a data folder whose program was killed. Any thread. */
void store_remove_left_behind(void);
DEFINE_OWN(store_close, struct store *);

/** Negative: the files of the database are not those that were opened (removed, replaced, cut
 * short), so that nothing more is kept; @err says what to do. Looks at them. */
int store_check(struct store *store, struct error *err);

/* One account and region, a kind ("function"), its parent ("demo"), the version it belongs to (""
   for the working copy), its name. An empty text is a value like any other. */
struct store_key {
    struct str account;
    struct str region;
    struct str kind;
    struct str parent;
    struct str version;
    struct str name;
};

/* What a reader of rows made of one and keeps with it, as the first member of its own struct. It
 * goes with the row, on whatever thread that is. */
struct store_cache {
    void (*free)(struct store_cache *cache);
};

/* A resource as it was last decided. Views into the mirror: valid until this row changes, never
   beyond the current turn of the loop. */
struct store_row {
    struct store_key key;
    struct str document; /* compact JSON, terminated */
    char etag[STORE_ETAG_BYTES];
    uint64_t revision; /* of the last change; grows with every change of the store */
    uint64_t created_ms;
    uint64_t modified_ms;
    struct str blob;           /* id of its code; absent: none */
    struct store_cache *cache; /* NULL until store_row_keep(); gone after a change */
};

const struct store_row *store_find(struct store *store, const struct store_key *key);
/** The last change of this row is not on disk yet. */
bool store_row_pending(const struct store *store, const struct store_row *row);
/** Keep @cache, which is taken, with the row in place of what was kept. */
void store_row_keep(struct store *store, const struct store_row *row, struct store_cache *cache);
/** Drop it: something it was made of besides the row has changed. A missing row is fine. */
void store_row_forget(struct store *store, const struct store_key *key);

/* The resources of one account, region, kind, parent and version. Names of digits only come first,
   as numbers; then all others, bytewise. */
struct store_list {
    const struct store_row *const *rows;
    size_t count;
};

/** @key without its name. */
struct store_list store_list(struct store *store, const struct store_key *key);
/** Index of the first row whose name is not before @name; list.count when there is none. */
size_t store_list_seek(struct store_list list, struct str name);
/** Of every account and region: fn(arg, row) for each row of @kind. The callback changes nothing.
 */
void store_each(struct store *store, struct str kind,
                void (*fn)(void *arg, const struct store_row *row), void *arg);

/* Changes that reach the disk together or not at all. Each shows in the mirror at once; a batch
   that was begun is always committed. */
struct store_batch *store_begin(struct store *store);

struct store_value {
    struct str document;
    struct str blob; /* absent: none */
    uint64_t created_ms;
    uint64_t modified_ms;
    bool keep_etag; /* a change that clients do not see as one */
};

/** Create or replace. */
const struct store_row *store_put(struct store_batch *batch, const struct store_key *key,
                                  const struct store_value *value);
/** False when there is no such row. */
bool store_remove(struct store_batch *batch, const struct store_key *key);
/** Everything below: all rows of account and region whose parent is @parent or begins with
 * "@parent/", in every version. */
void store_remove_below(struct store_batch *batch, const struct store_key *key, struct str parent);
/** All rows of an account, in every region. */
void store_remove_account(struct store_batch *batch, struct str account);
/** Keep @bytes (from malloc(), taken) under @id unless it is there. A blob lives as long as a row
 * that names it. */
void store_put_blob(struct store_batch *batch, struct str id, char *bytes, size_t len);

/** Send the batch on its way; it is gone afterwards. done(arg, NULL) when it is on disk, done(arg,
 * err) when it is not and never will be. @done may be NULL. */
void store_commit(struct store_batch *batch, void (*done)(void *arg, const struct error *err),
                  void *arg);

/*
 * Many changes as one step.
 *
 * Between store_gather() and store_gathered() what is committed shows, and its `done` is told so on
 * the next turn of the loop; but it goes to disk at the end, all in one transaction. Should the
 * store be closed before, nothing of it is kept. No row counts as pending meanwhile.
 */
void store_gather(struct store *store);
/** done(arg, err) as of store_commit(). */
void store_gathered(struct store *store, void (*done)(void *arg, const struct error *err),
                    void *arg);

/**
 * An empty state beside that of @store, which gathers: changes are made in it and read from it like
 * in any, and nobody else sees them. One thread at a time may use it. It ends with
 * store_install(), store_install_account(), or, forgotten, with store_close(). Blobs are read from
 * @store, which must outlive it.
 */
struct store *store_stage(struct store *store);
/** Put it in the place of everything: at once for who reads, in one transaction on disk. It takes a
 * moment however much there is; what was there is freed on the store thread. */
void store_install(struct store *stage, void (*done)(void *arg, const struct error *err),
                   void *arg);
/** The same in the place of all rows of @account; those of other accounts in it are left out. */
void store_install_account(struct store *stage, struct str account,
                           void (*done)(void *arg, const struct error *err), void *arg);

/* Bytes read back. Counted, so that a response can outlive a deletion. */
struct store_blob {
    char *bytes;
    size_t len;
};

/** Read a blob without holding the loop; done(arg, NULL) when it does not exist or cannot be read.
 * @done takes the blob and frees it with store_blob_free(). */
void store_read_blob(struct store *store, struct str id,
                     void (*done)(void *arg, struct store_blob *blob), void *arg);
void store_blob_free(struct store_blob *blob);

struct store_stats {
    size_t rows;
    size_t blobs;
    uint64_t revision; /* of the newest change */
    uint64_t durable;  /* of the newest change that is on disk */
    uint64_t commits;  /* transactions since start */
};
struct store_stats store_stats(const struct store *store);
