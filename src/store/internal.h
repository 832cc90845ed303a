/*
 * store/internal.h - what the files of store/ share
 */
#pragma once

#include <pthread.h>

#include "base/arena.h"
#include "store/database.h"
#include "store/files.h"

struct worker;

/* A folder in use: its locks are held as long as the descriptors are open. */
struct directory {
    char *path;
    int fd, lock_fd; /* the folder itself, and a file in it */
    bool temporary;  /* removed when it is closed */
};

int directory_open(const char *data_dir, struct directory *out, struct error *err);
void directory_close(struct directory *directory);

/* How many rows name a blob. Rows of the mirror only; the table of blobs follows. */
struct blob_use {
    char *id;
    size_t rows;
    UT_hash_handle hh;
};

struct batch_queue {
    struct store_batch *first;
    struct store_batch *last;
};

struct store {
    struct loop *loop;
    struct worker *worker; /* NULL: a stage */
    struct store *base;    /* of a stage */
    struct directory directory;
    char *path; /* of the database */
    bool durable;
    struct mirror mirror;
    struct blob_use *blobs;
    uint64_t revision;
    uint64_t durable_revision;
    uint64_t commits;
    uint64_t installed; /* revision at which the whole mirror came; all of it is as young */
    bool damaged;       /* the files are not what they were; it was said */
    uint64_t epoch;     /* of the mirror: one more after each failed commit */
    bool gathering;     /* batches go into `kept` until store_gathered() */
    struct batch_queue kept;
    struct database db; /* the store thread's while it runs */

    pthread_mutex_t lock; /* guards what is below */
    struct batch_queue waiting;
    bool draining; /* a drain is queued that will see `waiting` */
    struct store_files files;
    uint64_t least_epoch; /* batches of older mirrors are refused */
};

enum change_kind {
    CHANGE_PUT,
    CHANGE_REMOVE,
    CHANGE_REMOVE_COLLECTION,
    CHANGE_PUT_BLOB,
    CHANGE_REMOVE_BLOB,
    CHANGE_CLEAR,
};

struct change {
    enum change_kind kind;
    struct change *next;
    struct store_row row; /* PUT: whole; REMOVE: the key; blobs: `blob`; texts in the arena */
    char *bytes;          /* PUT_BLOB; from malloc() */
    size_t len;
};

/* What a batch took out of the mirror as a whole: freeing it takes time. */
struct retired {
    struct mirror mirror;
    struct blob_use *blobs;
};

struct store_batch {
    struct store *store;
    struct arena *arena;
    struct change *changes;
    struct change **end;
    uint64_t revision; /* of its last change */
    uint64_t epoch;
    void (*done)(void *arg, const struct error *err);
    void *arg;
    struct retired retired;
    bool failed;
    struct error error;
    struct store_batch *next;
};

/** Take a mirror that was read from disk for the one that is. */
void store_take(struct store *store, struct mirror *fresh, uint64_t newest);
/** The database may be touched; see store/files.h. Store thread. */
int store_check_readable(struct store *store, struct error *err);
void store_count_blob(struct store *store, struct str id);
/** True when no row names it any more. */
bool store_uncount_blob(struct store *store, struct str id);
bool store_knows_blob(struct store *store, struct str id);

void blob_uses_free(struct blob_use **uses);

/** What @batch noted and retired; the batch itself stays, to be told of. Any thread, and off the
 * loop when it is much. */
void batch_drop_content(struct store_batch *batch);
void batch_free(struct store_batch *batch);
/** For the database only: the mirror is the caller's. */
void batch_note_clear(struct store_batch *batch);
void batch_queue_add(struct batch_queue *queue, struct store_batch *batch);
/** Put all of @from behind all of @to. */
void batch_queue_move(struct batch_queue *from, struct batch_queue *to);
/** Hand it to the store thread, or keep it while the store gathers. */
void writer_submit(struct store_batch *batch);
/** Hand all that @from keeps to the store thread of @to, in one piece. */
void writer_submit_kept(struct store *from, struct store *to);
