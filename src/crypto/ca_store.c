/*
 * The authority on disk. The key is written before the certificate and both by rename, so whoever
 * sees ca.pem may read ca-key.pem; makers take turns by a lock file.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/folder.h"
#include "base/mem.h"
#include "crypto/internal.h"

enum {
    FILE_BYTES_MAX = 1024 * 1024, /* nothing read here is larger */
    FOLDER_MODE = 0755,           /* others need ca.pem */
    CRT_MODE = 0644,
    KEY_MODE = 0600,
    OTHERS_MODE = 0077,
};

static const char AUTHORITY_NAME[] = "fcemu local authority";

static void fd_close(int fd)
{
    if (fd >= 0)
        close(fd);
}
DEFINE_OWN(fd_close, int);

static int write_all(int fd, struct str text)
{
    while (text.len > 0) {
        ssize_t n = write(fd, text.ptr, text.len);

        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return -1;
        text = str_slice(text, (size_t)n, text.len);
    }
    return 0;
}

int file_write_whole(const char *path, unsigned mode, struct str text, struct error *err)
{
    OWN(mem_free) char *temporary = mem_printf("%s.XXXXXX", path);
    OWN(fd_close) int fd = mkostemp(temporary, O_CLOEXEC);

    if (fd < 0)
        return error_errno(err, "write '%s' as uid %u", path, (unsigned)geteuid());
    if (fchmod(fd, (mode_t)mode) < 0 || write_all(fd, text) < 0 || fsync(fd) < 0 ||
        rename(temporary, path) < 0) {
        error_errno(err, "write '%s'", path);
        unlink(temporary);
        return -1;
    }
    return 0;
}

int file_read_whole(const char *path, char **out, struct error *err)
{
    OWN(fd_close) int fd = open(path, O_RDONLY | O_CLOEXEC);
    struct stat st;

    if (fd < 0 && errno == ENOENT) {
        *out = NULL;
        return 0;
    }
    if (fd < 0 || fstat(fd, &st) < 0)
        return error_errno(err, "read '%s' as uid %u", path, (unsigned)geteuid());
    if (!S_ISREG(st.st_mode) || st.st_size > FILE_BYTES_MAX)
        return error_set(err, ERROR_LIMIT, "read '%s': not a file of at most %d bytes", path,
                         FILE_BYTES_MAX);
    OWN(mem_free) char *text = mem_alloc((size_t)st.st_size + 1);
    ssize_t n = read(fd, text, (size_t)st.st_size);

    if (n < 0)
        return error_errno(err, "read '%s'", path);
    text[n] = '\0';
    *out = GIVE(text);
    return 0;
}

static gnutls_datum_t datum_of(char *text)
{
    return (gnutls_datum_t){(unsigned char *)text, (unsigned)strlen(text)};
}

static int parse_key(const char *path, gnutls_x509_privkey_t *out, struct error *err)
{
    OWN(mem_free) char *text = NULL;
    gnutls_x509_privkey_t key = NULL;

    if (file_read_whole(path, &text, err) < 0)
        return -1;
    if (!text)
        return error_set(err, ERROR_IO,
                         "'%s' is missing: restore it, or delete ca.pem beside it so that a new "
                         "authority is made",
                         path);
    gnutls_datum_t pem = datum_of(text);
    int r = gnutls_x509_privkey_init(&key);

    if (r >= 0)
        r = gnutls_x509_privkey_import(key, &pem, GNUTLS_X509_FMT_PEM);
    gnutls_memset(text, 0, pem.size);
    if (r < 0) {
        gnutls_x509_privkey_deinit(key);
        return error_set(err, ERROR_SYNTAX, "'%s' holds no private key: %s", path,
                         gnutls_strerror(r));
    }
    *out = key;
    return 0;
}

static int parse_crt(const char *path, char *text, gnutls_x509_crt_t *out, struct error *err)
{
    gnutls_datum_t pem = datum_of(text);
    gnutls_x509_crt_t crt = NULL;
    int r = gnutls_x509_crt_init(&crt);

    if (r < 0)
        return error_gnutls(err, r, "read a certificate");
    r = gnutls_x509_crt_import(crt, &pem, GNUTLS_X509_FMT_PEM);
    if (r < 0) {
        gnutls_x509_crt_deinit(crt);
        return error_set(err, ERROR_SYNTAX, "'%s' holds no certificate: %s", path,
                         gnutls_strerror(r));
    }
    *out = crt;
    return 0;
}

static bool belong_together(const struct authority *authority)
{
    uint8_t of_crt[64];
    uint8_t of_key[64];
    size_t crt_len = sizeof(of_crt);
    size_t key_len = sizeof(of_key);

    return gnutls_x509_crt_get_key_id(authority->crt, GNUTLS_KEYID_USE_SHA256, of_crt, &crt_len) >=
               0 &&
           gnutls_x509_privkey_get_key_id(authority->key, GNUTLS_KEYID_USE_SHA256, of_key,
                                          &key_len) >= 0 &&
           crt_len == key_len && memcmp(of_crt, of_key, crt_len) == 0;
}

static bool is_ours(gnutls_x509_crt_t crt)
{
    char name[sizeof(AUTHORITY_NAME) + 1];
    size_t len = sizeof(name);

    return gnutls_x509_crt_get_dn_by_oid(crt, GNUTLS_OID_X520_COMMON_NAME, 0, 0, name, &len) >= 0 &&
           strcmp(name, AUTHORITY_NAME) == 0;
}

/* Somebody's copy or restore may have opened it; where nothing can be written it is theirs to keep.
 */
static int close_key(const char *path, struct error *err)
{
    struct stat st;

    if (stat(path, &st) < 0 || !(st.st_mode & OTHERS_MODE) || chmod(path, KEY_MODE) == 0 ||
        errno == EROFS)
        return 0;
    return error_errno(err, "keep '%s' from other users", path);
}

static int check(const struct authority *authority, const char *crt_path, struct error *err)
{
    static const char remedy[] = "delete it and ca-key.pem beside it to get a new authority";

    if (!belong_together(authority))
        return error_set(err, ERROR_SYNTAX, "'%s' and its key do not belong together: %s", crt_path,
                         remedy);
    if (gnutls_x509_crt_get_ca_status(authority->crt, NULL) <= 0)
        return error_set(err, ERROR_SYNTAX, "'%s' is no authority: %s", crt_path, remedy);
    if (gnutls_x509_crt_get_expiration_time(authority->crt) <= (time_t)(clock_wall_ms() / 1000))
        return error_set(err, ERROR_SYNTAX, "'%s' has expired: %s", crt_path, remedy);
    return 0;
}

/* out->crt stays NULL when there is no authority yet. */
static int load(const char *crt_path, const char *key_path, struct authority *out,
                struct error *err)
{
    OWN(mem_free) char *text = NULL;
    OWN(authority_done) struct authority found = {0};

    if (file_read_whole(crt_path, &text, err) < 0)
        return -1;
    if (!text)
        return 0;
    if (parse_crt(crt_path, text, &found.crt, err) < 0 ||
        parse_key(key_path, &found.key, err) < 0 || close_key(key_path, err) < 0 ||
        check(&found, crt_path, err) < 0)
        return -1;
    *out = found;
    found = (struct authority){0};
    return 0;
}

static int write_datum(const char *path, unsigned mode, int r, gnutls_datum_t *pem,
                       struct error *err)
{
    if (r < 0)
        return error_gnutls(err, r, path);
    r = file_write_whole(path, mode, (struct str){(const char *)pem->data, pem->size}, err);
    gnutls_memset(pem->data, 0, pem->size);
    gnutls_free(pem->data);
    return r;
}

static int certify(const char *crt_path, const struct ca_scope *scope, struct authority *authority,
                   struct error *err)
{
    gnutls_datum_t pem = {0};

    if (authority_certify(authority, AUTHORITY_NAME, scope, err) < 0)
        return -1;
    int r = gnutls_x509_crt_export2(authority->crt, GNUTLS_X509_FMT_PEM, &pem);

    return write_datum(crt_path, CRT_MODE, r, &pem, err);
}

/* A key without a certificate is what a maker left that died in between: it is used. */
static int make(const char *crt_path, const char *key_path, const struct ca_scope *scope,
                struct authority *out, struct error *err)
{
    OWN(authority_done) struct authority made = {0};
    gnutls_datum_t pem = {0};
    int r;

    if (access(key_path, F_OK) == 0) {
        if (parse_key(key_path, &made.key, err) < 0)
            return -1;
    } else {
        if (key_make(&made.key, err) < 0)
            return -1;
        r = gnutls_x509_privkey_export2(made.key, GNUTLS_X509_FMT_PEM, &pem);
        if (write_datum(key_path, KEY_MODE, r, &pem, err) < 0)
            return -1;
    }
    if (certify(crt_path, scope, &made, err) < 0)
        return -1;
    *out = made;
    made = (struct authority){0};
    return 0;
}

static bool is_final(const struct authority *authority, const struct ca_scope *scope)
{
    return authority->crt && (!is_ours(authority->crt) || scope_covered(authority->crt, scope));
}

/* One of ours that may sign for too little, or for everything, gets a new certificate for its key:
 * what it signed stays valid, also for who trusts the old one. */
static int make_in_turn(const char *folder, const char *crt_path, const char *key_path,
                        const struct ca_scope *scope, struct authority *out, bool *out_renewed,
                        struct error *err)
{
    OWN(mem_free) char *lock_path = mem_printf("%s/.ca-lock", folder);

    if (folder_make(folder, FOLDER_MODE) < 0)
        return error_errno(err, "make folder '%s' as uid %u", folder, (unsigned)geteuid());
    OWN(fd_close) int lock = open(lock_path, O_RDWR | O_CREAT | O_CLOEXEC, KEY_MODE);

    if (lock < 0 || flock(lock, LOCK_EX) < 0)
        return error_errno(err, "lock '%s' as uid %u", lock_path, (unsigned)geteuid());
    authority_done(out);
    if (load(crt_path, key_path, out, err) < 0)
        return -1;
    if (is_final(out, scope))
        return 0;
    *out_renewed = out->crt != NULL;
    return out->crt ? certify(crt_path, scope, out, err)
                    : make(crt_path, key_path, scope, out, err);
}

int authority_open(const char *folder, const struct ca_scope *scope, struct authority *out,
                   bool *out_renewed, struct error *err)
{
    OWN(mem_free) char *crt_path = mem_printf("%s/ca.pem", folder);
    OWN(mem_free) char *key_path = mem_printf("%s/ca-key.pem", folder);
    OWN(authority_done) struct authority found = {0};

    *out_renewed = false;
    if (load(crt_path, key_path, &found, err) < 0 ||
        (!is_final(&found, scope) &&
         make_in_turn(folder, crt_path, key_path, scope, &found, out_renewed, err) < 0))
        return err->sys_errno == 0
                   ? -1
                   : error_remedy(err, "choose a folder that this user owns with --ca-dir");
    *out = found;
    found = (struct authority){0};
    return 0;
}
