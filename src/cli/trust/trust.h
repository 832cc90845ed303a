/*
 * cli/trust/trust.h - stores of trusted certificates: which there are, and our entries in them
 *
 * An entry of ours is called fcemu-FOLDER-CERTIFICATE, eight hexadecimal digits each: so that the
 * authorities of two folders stand beside each other, one made anew is told from the one before,
 * and what is taken back is what was put there, whoever did it and however the certificate looks
 * by now. Nothing else is ever touched.
 *
 * Threads: one.
 */
#pragma once

#include "base/arena.h"
#include "base/buf.h"
#include "base/error.h"

enum { TRUST_ENTRIES_MAX = 64 };

struct trust_store;
struct trust_stores;

/* Our entries in a store, from the same folder. */
struct trust_entries {
    struct {
        struct str name;
        bool unread; /* it lies there, but what programs read does not have it */
    } items[TRUST_ENTRIES_MAX];
    size_t count;
};

/* How one kind of store is handled. Each fails with the words of its tool. */
struct trust_kind {
    const char *name;                                            /* as --store takes it */
    const char *lacking;                                         /* why there may be none here */
    void (*find)(struct arena *arena, struct trust_stores *out); /* appends those of this machine */
    /** Append the one at @path; fails when it is none. NULL: no path can be named. */
    int (*find_at)(const char *path, struct arena *arena, struct trust_stores *out,
                   struct error *err);
    /** Those whose names begin with @prefix. */
    int (*list)(const struct trust_store *store, struct str prefix, struct trust_entries *out,
                struct error *err);
    int (*put)(const struct trust_store *store, struct str name, const char *certificate,
               struct error *err);
    int (*drop)(const struct trust_store *store, struct str name, struct error *err);
};

struct trust_store {
    const struct trust_kind *kind;
    const char *path; /* a folder, a database, a file */
    const char *tool; /* what changes it */
    const void *more; /* of its kind */
    struct arena *arena;
};

extern const struct trust_kind trust_system; /* system.c */
extern const struct trust_kind trust_nss;    /* nss.c */
extern const struct trust_kind trust_java;   /* java.c */

enum { TRUST_STORES_MAX = 32 };

struct trust_stores {
    struct trust_store items[TRUST_STORES_MAX];
    size_t count;
};

/** Every kind, in the order in which stores are looked at; ends with NULL. */
extern const struct trust_kind *const trust_kinds[];

/** "fcemu-FOLDER-" for the authority in @folder. */
struct str trust_prefix(const char *folder, struct arena *arena);
/** With the certificate whose fingerprint begins "AB:CD:EF:01:" behind it. */
struct str trust_name(struct str prefix, const char *fingerprint, struct arena *arena);

/** May this user change it? */
bool trust_is_writable(const struct trust_store *store);
