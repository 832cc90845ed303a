/*
 * crypto/internal.h - the parts of the certificate authority
 *
 * ca_store.c keeps the authority on disk, leaf.c mints certificates, leaf_table.c remembers them,
 * keystore.c writes authorities as Java
 * reads them, ca.c ties all together and holds the lock.
 */
#pragma once

#include <gnutls/abstract.h>
#include <gnutls/gnutls.h>
#include <gnutls/x509.h>
#include <uthash.h>

#include "base/buf.h"
#include "crypto/ca.h"

enum {
    LEAF_NAME_BYTES = 254, /* RFC 1035: 253 characters, and a terminator */
    LEAF_KEY_BYTES = LEAF_NAME_BYTES + 4,
};

/* A certificate that signs, and its key. */
struct authority {
    gnutls_x509_crt_t crt;
    gnutls_x509_privkey_t key;
};

/** Fill *err from a GnuTLS result; returns -1. */
int error_gnutls(struct error *err, int r, const char *what);

/** A new P-256 key. */
int key_make(gnutls_x509_privkey_t *out, struct error *err);
/** A CA certificate for authority->key, which stays the caller's also on failure; constrained to
 * @scope, and to what authority->crt, which is replaced, was constrained to. @scope NULL: to
 * nothing. */
int authority_certify(struct authority *authority, const char *common_name,
                      const struct ca_scope *scope, struct error *err);
/** Key and certificate, in memory only. */
int authority_make(struct authority *out, const char *common_name, struct error *err);
void authority_done(struct authority *authority);
static inline void authority_done_at_exit(struct authority *authority)
{
    authority_done(authority);
}

/** Load from @folder or make there; see ca_open(). @out_renewed: one of ours was certified anew. */
int authority_open(const char *folder, const struct ca_scope *scope, struct authority *out,
                   bool *out_renewed, struct error *err);

/* scope.c; GnuTLS results */
/** Constrain @crt to @scope and to what @before (or NULL) is constrained to. */
int scope_set(gnutls_x509_crt_t crt, const struct ca_scope *scope, gnutls_x509_crt_t before);
/** Is @crt constrained, and may it sign for all of @scope? */
bool scope_covered(gnutls_x509_crt_t crt, const struct ca_scope *scope);
/** ca_scope_text() */
bool scope_text(gnutls_x509_crt_t crt, struct buf *out);

/** Write @text to @path whole: a temporary file beside it, then a rename. */
int file_write_whole(const char *path, unsigned mode, struct str text, struct error *err);
/** The whole of a small file as heap text; *out is NULL when there is no such file. */
int file_read_whole(const char *path, char **out, struct error *err);

/** Every certificate of @pem as a trust store of Java's, appended to @out. */
int keystore_format(struct str pem, struct buf *out, struct error *err);

/** @raw in lower case without a final dot; false when no certificate can be made for it. */
bool leaf_name(struct str raw, char out[LEAF_NAME_BYTES]);

/** Mint for @name, from leaf_name(); @issuer is not used for CA_SELF_SIGNED. */
int leaf_mint(const struct authority *issuer, gnutls_x509_privkey_t key, const char *name,
              unsigned flaws, gnutls_pcert_st *out, struct error *err);

struct leaf {
    char key[LEAF_KEY_BYTES]; /* name, '/', flaws */
    gnutls_pcert_st pcert;
    uint64_t retired_ns;
    struct leaf *prev, *next;
    UT_hash_handle hh;
};

/* At most `max` leaves, least recently used first in `order`; those that fell out wait in
   `retired`, oldest first, until nobody can be reading them. Zeroed but for the limits. */
struct leaf_table {
    size_t max;
    size_t retired_max;
    uint64_t grace_ns;
    struct leaf *by_key;
    struct leaf *order;
    struct leaf *retired;
    size_t retired_count;
};

struct leaf *leaf_table_find(struct leaf_table *table, const char *key); /* now the latest */
/** False while so many are retired that another one would be too much. */
bool leaf_table_has_room(struct leaf_table *table, uint64_t now_ns);
void leaf_table_add(struct leaf_table *table, struct leaf *leaf, uint64_t now_ns); /* taken */
void leaf_table_done(struct leaf_table *table);
