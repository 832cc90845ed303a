/*
 * crypto/ca.h - the local certificate authority and the certificates it mints by name
 *
 * The authority is an ECDSA P-256 key and certificate in a folder, made at first use and loaded
 * ever after, so that a user trusts it once. Leaves share one key, are minted during the handshake
 * that asks for them (0.15 ms) and kept in a table of CA_LEAVES_MAX names, least recently used out
 * first. A leaf that falls out stays valid for CA_GRACE_S, longer than any handshake lasts, and is
 * then freed; a flood of names inside that time gets the localhost leaf instead of memory.
 *
 * Threads: any.
 */
#pragma once

#include "base/buf.h"
#include "base/error.h"
#include "base/str.h"

struct ca;
struct gnutls_pcert_st;
struct gnutls_privkey_st;

enum {
    CA_LEAVES_MAX = 4096,
    CA_RETIRED_MAX = 65536,
    CA_GRACE_S = 120,
    CA_FINGERPRINT_BYTES = 96, /* "AB:CD:…", 32 pairs, and a terminator */
};

/* What may be wrong with a leaf on purpose; flags, combined freely. */
enum ca_flaw {
    CA_FLAWLESS = 0,
    CA_EXPIRED = 1 << 0,       /* ended yesterday */
    CA_NOT_YET_VALID = 1 << 1, /* begins tomorrow */
    CA_WRONG_HOST = 1 << 2,    /* names only wrong-host.localhost */
    CA_UNKNOWN_ISSUER =
        1 << 3,              /* signed by an authority that nobody can trust: it is never stored */
    CA_SELF_SIGNED = 1 << 4, /* signed by its own key */
};

/** $XDG_DATA_HOME/fcemu, else $HOME/.local/share/fcemu, else /var/lib/fcemu. Heap text. */
char *ca_default_folder(void);

/* Names and addresses that an authority may sign for: "aliyuncs.com" with all below it,
 * "127.0.0.0/8", "::1". Lower case. */
struct ca_scope {
    const char *const *names;
    size_t count;
};

/**
 * Load the authority in @folder, or make one there: ca.pem (0644) and ca-key.pem (0600), each
 * written whole. Daemons that start at once agree on one. Fails with ERROR_IO or ERROR_SYNTAX when
 * the folder cannot be written or holds something else; the text says what to do.
 *
 * Its certificate carries critical name constraints to @scope. One of ours without them, or that
 * lacks a name of @scope, is certified anew for the same key and keeps the names it has:
 * ca_renewed(). An authority that somebody else made is taken as it is.
 */
int ca_open(const char *folder, const struct ca_scope *scope, struct ca **out, struct error *err);
void ca_free(struct ca *ca);
DEFINE_OWN(ca_free, struct ca *);

bool ca_renewed(const struct ca *ca);            /* ca.pem is another one than before */
const char *ca_path(const struct ca *ca);        /* of ca.pem, absolute when the folder was */
struct str ca_pem(const struct ca *ca);          /* the certificate, never the key */
const char *ca_fingerprint(const struct ca *ca); /* SHA-256, as openssl prints it */

/** Where this distribution keeps the authorities it trusts, a constant path; NULL: nowhere known.
 */
const char *ca_system_bundle(void);
/**
 * Write <folder>/ca-bundle.pem, the system's authorities and ours, for clients that replace their
 * trust store instead of adding to it (REQUESTS_CA_BUNDLE, SSL_CERT_FILE). @out_path is heap text.
 */
int ca_bundle(const struct ca *ca, char **out_path, struct error *err);
/** The same as <folder>/ca-bundle.jks, which Java reads; its password is "changeit". */
int ca_keystore(const struct ca *ca, char **out_path, struct error *err);
/** Write @text as <folder>/<name>, for clients to find beside the authority. */
int ca_file(const struct ca *ca, const char *name, struct str text, char **out_path,
            struct error *err);
/** Copy the certificate file @from to @to (0644), which is written whole. */
int ca_copy(const char *from, const char *to, struct error *err);
/**
 * What the authority may sign for, appended to @out: "aliyuncs.com, 127.0.0.0/8, …". False when
 * nothing bounds it: without critical name constraints, or with such that leave all names or all
 * addresses free.
 */
bool ca_scope_text(const struct ca *ca, struct buf *out);

struct ca_leaf {
    const struct gnutls_pcert_st *chain; /* the leaf alone: clients hold the authority */
    unsigned chain_len;
    struct gnutls_privkey_st *key;
};

/**
 * The certificate for @name, a host name or an address in any case, with @flaws (enum ca_flaw).
 * Absent or impossible names get a leaf for localhost, 127.0.0.1, ::1 and fcemu. The result is
 * valid for CA_GRACE_S at least.
 */
int ca_leaf(struct ca *ca, struct str name, unsigned flaws, struct ca_leaf *out, struct error *err);

/** ca_leaf() without flaws in the shape of http_settings.certificate; @owner is the struct ca.
 * Returns 0 or -1. */
int ca_certificate(void *owner, struct str name, const struct gnutls_pcert_st **out_chain,
                   unsigned *out_len, struct gnutls_privkey_st **out_key);
