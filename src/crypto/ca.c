/* The local certificate authority and the certificates it mints by name. */
#include "crypto/ca.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/mem.h"
#include "crypto/digest.h"
#include "crypto/internal.h"

enum { CRT_MODE = 0644 };

static const char LOCAL_NAME[] = "localhost";

struct ca {
    char *folder;
    char *path;
    bool renewed;
    gnutls_datum_t pem;
    char fingerprint[CA_FINGERPRINT_BYTES];
    struct authority authority;
    gnutls_x509_privkey_t leaf_key; /* one for all leaves: half the cost of minting is the key */
    gnutls_privkey_t leaf_signer;   /* the same, as TLS wants it */
    pthread_mutex_t lock;           /* guards what follows */
    struct authority stranger;      /* signs for CA_UNKNOWN_ISSUER; made when first asked for */
    struct leaf_table leaves;
};

char *ca_default_folder(void)
{
    const char *data = getenv("XDG_DATA_HOME");
    const char *home = getenv("HOME");

    if (data && data[0] == '/')
        return mem_printf("%s/fcemu", data);
    if (home && home[0] == '/')
        return mem_printf("%s/.local/share/fcemu", home);
    return mem_dup("/var/lib/fcemu");
}

static int set_fingerprint(struct ca *ca, struct error *err)
{
    uint8_t digest[DIGEST_SHA256_BYTES];
    size_t len = sizeof(digest);
    int r = gnutls_x509_crt_get_fingerprint(ca->authority.crt, GNUTLS_DIG_SHA256, digest, &len);

    if (r < 0)
        return error_gnutls(err, r, "fingerprint of the authority");
    for (size_t i = 0; i < len; i++)
        snprintf(ca->fingerprint + 3 * i, 4, i + 1 < len ? "%02X:" : "%02X", digest[i]);
    return 0;
}

static int set_leaf_key(struct ca *ca, struct error *err)
{
    int r;

    if (key_make(&ca->leaf_key, err) < 0)
        return -1;
    if ((r = gnutls_privkey_init(&ca->leaf_signer)) < 0 ||
        (r = gnutls_privkey_import_x509(ca->leaf_signer, ca->leaf_key, 0)) < 0)
        return error_gnutls(err, r, "key of the leaves");
    return 0;
}

int ca_open(const char *folder, const struct ca_scope *scope, struct ca **out, struct error *err)
{
    OWN(ca_free) struct ca *ca = mem_alloc(sizeof(*ca));
    int r;

    pthread_mutex_init(&ca->lock, NULL);
    ca->folder = mem_dup(folder);
    ca->path = mem_printf("%s/ca.pem", folder);
    ca->leaves.max = CA_LEAVES_MAX;
    ca->leaves.retired_max = CA_RETIRED_MAX;
    ca->leaves.grace_ns = UINT64_C(1000000000) * CA_GRACE_S;
    if (authority_open(folder, scope, &ca->authority, &ca->renewed, err) < 0 ||
        set_fingerprint(ca, err) < 0 || set_leaf_key(ca, err) < 0)
        return error_wrap(err, "certificate authority");
    r = gnutls_x509_crt_export2(ca->authority.crt, GNUTLS_X509_FMT_PEM, &ca->pem);
    if (r < 0)
        return error_gnutls(err, r, "certificate authority");
    *out = GIVE(ca);
    return 0;
}

void ca_free(struct ca *ca)
{
    if (!ca)
        return;
    leaf_table_done(&ca->leaves);
    authority_done(&ca->stranger);
    authority_done(&ca->authority);
    if (ca->leaf_signer)
        gnutls_privkey_deinit(ca->leaf_signer);
    gnutls_x509_privkey_deinit(ca->leaf_key);
    gnutls_free(ca->pem.data);
    pthread_mutex_destroy(&ca->lock);
    mem_free(ca->path);
    mem_free(ca->folder);
    mem_free(ca);
}

bool ca_renewed(const struct ca *ca)
{
    return ca->renewed;
}

const char *ca_path(const struct ca *ca)
{
    return ca->path;
}

struct str ca_pem(const struct ca *ca)
{
    return (struct str){(const char *)ca->pem.data, ca->pem.size};
}

const char *ca_fingerprint(const struct ca *ca)
{
    return ca->fingerprint;
}

const char *ca_system_bundle(void)
{
    static const char *const paths[] = {
        "/etc/ssl/certs/ca-certificates.crt", /* Debian, Ubuntu, Arch, Gentoo */
        "/etc/pki/tls/certs/ca-bundle.crt",   /* Fedora, RHEL */
        "/etc/ssl/ca-bundle.pem",             /* openSUSE */
        "/etc/ssl/cert.pem",                  /* Alpine */
    };

    for (size_t i = 0; i < N_ELEMENTS(paths); i++)
        if (access(paths[i], F_OK) == 0)
            return paths[i];
    return NULL;
}

static int read_system_bundle(char **out, struct error *err)
{
    const char *path = ca_system_bundle();

    *out = NULL;
    return path ? file_read_whole(path, out, err) : 0;
}

int ca_file(const struct ca *ca, const char *name, struct str text, char **out_path,
            struct error *err)
{
    OWN(mem_free) char *path = mem_printf("%s/%s", ca->folder, name);

    if (file_write_whole(path, CRT_MODE, text, err) < 0)
        return -1;
    *out_path = GIVE(path);
    return 0;
}

int ca_copy(const char *from, const char *to, struct error *err)
{
    OWN(mem_free) char *text = NULL;

    if (file_read_whole(from, &text, err) < 0)
        return -1;
    if (!text)
        return error_set(err, ERROR_IO, "'%s' is not there", from);
    return file_write_whole(to, CRT_MODE, str_of(text), err);
}

bool ca_scope_text(const struct ca *ca, struct buf *out)
{
    return scope_text(ca->authority.crt, out);
}

/* Ours and the system's, as PEM. */
static int all_authorities(const struct ca *ca, struct buf *out, struct error *err)
{
    OWN(mem_free) char *system_text = NULL;

    if (read_system_bundle(&system_text, err) < 0)
        return error_wrap(err, "bundle of authorities");
    buf_add(out, ca_pem(ca));
    if (system_text)
        buf_puts(out, system_text);
    return 0;
}

int ca_bundle(const struct ca *ca, char **out_path, struct error *err)
{
    OWN(buf_done) struct buf text = {0};

    if (all_authorities(ca, &text, err) < 0)
        return -1;
    return ca_file(ca, "ca-bundle.pem", buf_str(&text), out_path, err);
}

int ca_keystore(const struct ca *ca, char **out_path, struct error *err)
{
    OWN(buf_done) struct buf text = {0};
    OWN(buf_done) struct buf store = {0};

    if (all_authorities(ca, &text, err) < 0 || keystore_format(buf_str(&text), &store, err) < 0)
        return -1;
    return ca_file(ca, "ca-bundle.jks", buf_str(&store), out_path, err);
}

static const struct authority *issuer_for(struct ca *ca, unsigned flaws, struct error *err)
{
    if (!(flaws & CA_UNKNOWN_ISSUER))
        return &ca->authority;
    if (!ca->stranger.crt &&
        authority_make(&ca->stranger, "unknown authority made by fcemu", err) < 0)
        return NULL;
    return &ca->stranger;
}

static int mint(struct ca *ca, const char *name, const char *key, unsigned flaws, uint64_t now_ns,
                struct leaf **out, struct error *err)
{
    const struct authority *issuer = issuer_for(ca, flaws, err);
    gnutls_pcert_st pcert;

    if (!issuer || leaf_mint(issuer, ca->leaf_key, name, flaws, &pcert, err) < 0)
        return error_wrap(err, "certificate for '%s'", name);
    struct leaf *leaf = mem_alloc(sizeof(*leaf));

    snprintf(leaf->key, sizeof(leaf->key), "%s", key);
    leaf->pcert = pcert;
    leaf_table_add(&ca->leaves, leaf, now_ns);
    *out = leaf;
    return 0;
}

static int find_or_mint(struct ca *ca, const char *name, unsigned flaws, struct leaf **out,
                        struct error *err)
{
    uint64_t now_ns = clock_monotonic_ns();
    char key[LEAF_KEY_BYTES];

    snprintf(key, sizeof(key), "%s/%u", name, flaws & 0xFF);
    *out = leaf_table_find(&ca->leaves, key);
    if (*out)
        return 0;
    if (!leaf_table_has_room(&ca->leaves, now_ns) && strcmp(name, LOCAL_NAME) != 0)
        return find_or_mint(ca, LOCAL_NAME, flaws, out, err);
    return mint(ca, name, key, flaws, now_ns, out, err);
}

int ca_leaf(struct ca *ca, struct str name, unsigned flaws, struct ca_leaf *out, struct error *err)
{
    char wanted[LEAF_NAME_BYTES];
    struct leaf *leaf = NULL;
    int r;

    if (!leaf_name(name, wanted) || strcmp(wanted, "fcemu") == 0)
        memcpy(wanted, LOCAL_NAME, sizeof(LOCAL_NAME));
    pthread_mutex_lock(&ca->lock);
    r = find_or_mint(ca, wanted, flaws, &leaf, err);
    pthread_mutex_unlock(&ca->lock);
    if (r < 0)
        return r;
    *out = (struct ca_leaf){&leaf->pcert, 1, ca->leaf_signer};
    return 0;
}

int ca_certificate(void *owner, struct str name, const struct gnutls_pcert_st **out_chain,
                   unsigned *out_len, struct gnutls_privkey_st **out_key)
{
    struct ca_leaf leaf;
    struct error err;

    if (ca_leaf(owner, name, CA_FLAWLESS, &leaf, &err) != 0)
        return -1;
    *out_chain = leaf.chain;
    *out_len = leaf.chain_len;
    *out_key = leaf.key;
    return 0;
}
