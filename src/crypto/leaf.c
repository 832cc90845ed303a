/*
 * The fields of certificates: what a public authority would put in them today, because clients
 * check for exactly that (spec page performance.md §5). curl, Python and Node.js accept them.
 */
#include <arpa/inet.h>

#include "base/clock.h"
#include "crypto/id.h"
#include "crypto/internal.h"

enum {
    DAY_S = 24 * 3600,
    LEAF_DAYS = 397, /* the most that browsers accept */
    AUTHORITY_DAYS = 3650,
    SERIAL_BYTES = 16,
    KEY_ID_BYTES = 64,
    COMMON_NAME_MAX = 64, /* X.520 */
    LABEL_MAX = 63,       /* RFC 1035 */
};

static const char ORGANISATION[] = "fcemu";
static const char WRONG_HOST[] = "wrong-host.localhost"; /* which its authority may sign for */

static void crt_free(gnutls_x509_crt_t crt)
{
    if (crt)
        gnutls_x509_crt_deinit(crt);
}
DEFINE_OWN(crt_free, gnutls_x509_crt_t);

int error_gnutls(struct error *err, int r, const char *what)
{
    return error_set(err, ERROR_INTERNAL, "%s: %s", what, gnutls_strerror(r));
}

int key_make(gnutls_x509_privkey_t *out, struct error *err)
{
    gnutls_x509_privkey_t key = NULL;
    int r = gnutls_x509_privkey_init(&key);

    if (r >= 0)
        r = gnutls_x509_privkey_generate(key, GNUTLS_PK_ECDSA,
                                         GNUTLS_CURVE_TO_BITS(GNUTLS_ECC_CURVE_SECP256R1), 0);
    if (r < 0) {
        gnutls_x509_privkey_deinit(key);
        return error_gnutls(err, r, "make a P-256 key");
    }
    *out = key;
    return 0;
}

/* Bytes of the address in network order: 4, 16, or 0 when @name is a host name. */
static unsigned address_parse(const char *name, uint8_t out[16])
{
    if (inet_pton(AF_INET, name, out) == 1)
        return 4;
    return inet_pton(AF_INET6, name, out) == 1 ? 16 : 0;
}

static int set_name(gnutls_x509_crt_t crt, const char *common_name)
{
    uint8_t address[16];
    int r = gnutls_x509_crt_set_dn_by_oid(crt, GNUTLS_OID_X520_ORGANIZATION_NAME, 0, ORGANISATION,
                                          sizeof(ORGANISATION) - 1);

    /* Clients hold a common name that looks like a host against the constraints of host names. */
    if (r < 0 || strlen(common_name) > COMMON_NAME_MAX || address_parse(common_name, address) > 0)
        return r;
    return gnutls_x509_crt_set_dn_by_oid(crt, GNUTLS_OID_X520_COMMON_NAME, 0, common_name,
                                         (unsigned)strlen(common_name));
}

static int set_serial(gnutls_x509_crt_t crt)
{
    uint8_t serial[SERIAL_BYTES];

    random_bytes(serial, sizeof(serial));
    serial[0] = (serial[0] & 0x7F) | 0x40; /* positive, and never shorter */
    return gnutls_x509_crt_set_serial(crt, serial, sizeof(serial));
}

/* Clients find an issuer by its id: one that is certified anew keeps what it had @before. */
static int set_key(gnutls_x509_crt_t crt, gnutls_x509_privkey_t key, gnutls_x509_crt_t before)
{
    uint8_t id[KEY_ID_BYTES];
    size_t len = sizeof(id);
    int r = gnutls_x509_crt_set_key(crt, key);

    if (r < 0)
        return r;
    if (before && gnutls_x509_crt_get_subject_key_id(before, id, &len, NULL) >= 0)
        return gnutls_x509_crt_set_subject_key_id(crt, id, len);
    len = sizeof(id);
    r = gnutls_x509_crt_get_key_id(crt, GNUTLS_KEYID_USE_SHA1, id, &len);
    return r < 0 ? r : gnutls_x509_crt_set_subject_key_id(crt, id, len);
}

static int set_days(gnutls_x509_crt_t crt, int from, int to)
{
    time_t now = (time_t)(clock_wall_ms() / 1000);
    int r = gnutls_x509_crt_set_activation_time(crt, now + (time_t)from * DAY_S);

    return r < 0 ? r : gnutls_x509_crt_set_expiration_time(crt, now + (time_t)to * DAY_S);
}

int authority_certify(struct authority *authority, const char *common_name,
                      const struct ca_scope *scope, struct error *err)
{
    OWN(crt_free) gnutls_x509_crt_t crt = NULL;
    int r;

    if ((r = gnutls_x509_crt_init(&crt)) < 0 || (r = gnutls_x509_crt_set_version(crt, 3)) < 0 ||
        (r = set_serial(crt)) < 0 || (r = set_name(crt, common_name)) < 0 ||
        (r = set_days(crt, -1, AUTHORITY_DAYS)) < 0 ||
        (r = set_key(crt, authority->key, authority->crt)) < 0 ||
        (r = gnutls_x509_crt_set_basic_constraints(crt, 1, 0)) < 0 ||
        (r = gnutls_x509_crt_set_key_usage(crt, GNUTLS_KEY_KEY_CERT_SIGN | GNUTLS_KEY_CRL_SIGN)) <
            0 ||
        (scope && (r = scope_set(crt, scope, authority->crt)) < 0) ||
        (r = gnutls_x509_crt_sign2(crt, crt, authority->key, GNUTLS_DIG_SHA256, 0)) < 0)
        return error_gnutls(err, r, "make the certificate of an authority");
    crt_free(authority->crt);
    authority->crt = GIVE(crt);
    return 0;
}

int authority_make(struct authority *out, const char *common_name, struct error *err)
{
    OWN(authority_done) struct authority made = {0};

    if (key_make(&made.key, err) < 0 || authority_certify(&made, common_name, NULL, err) < 0)
        return -1;
    *out = made;
    made = (struct authority){0};
    return 0;
}

void authority_done(struct authority *authority)
{
    crt_free(authority->crt);
    gnutls_x509_privkey_deinit(authority->key);
    *authority = (struct authority){0};
}

static bool is_host_character(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
}

static bool is_host_name(struct str name)
{
    struct str rest = name;
    struct str label;

    do {
        str_cut(rest, '.', &label, &rest);
        if (label.len == 0 || label.len > LABEL_MAX)
            return false;
        for (size_t i = 0; i < label.len; i++)
            if (!is_host_character(label.ptr[i]))
                return false;
    } while (str_is_set(rest));
    return true;
}

bool leaf_name(struct str raw, char out[LEAF_NAME_BYTES])
{
    uint8_t address[16];

    if (raw.len > 0 && raw.ptr[raw.len - 1] == '.')
        raw.len--;
    if (raw.len == 0 || raw.len >= LEAF_NAME_BYTES)
        return false;
    for (size_t i = 0; i < raw.len; i++) {
        char c = raw.ptr[i];

        out[i] = c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
    }
    out[raw.len] = '\0';
    return is_host_name((struct str){out, raw.len}) ||
           (strlen(out) == raw.len && address_parse(out, address) > 0);
}

static int add_alternative(gnutls_x509_crt_t crt, const char *name)
{
    uint8_t address[16];
    unsigned len = address_parse(name, address);

    if (len > 0)
        return gnutls_x509_crt_set_subject_alt_name(crt, GNUTLS_SAN_IPADDRESS, address, len,
                                                    GNUTLS_FSAN_APPEND);
    return gnutls_x509_crt_set_subject_alt_name(crt, GNUTLS_SAN_DNSNAME, name,
                                                (unsigned)strlen(name), GNUTLS_FSAN_APPEND);
}

static int add_alternatives(gnutls_x509_crt_t crt, const char *name)
{
    static const char *const local[] = {"localhost", "127.0.0.1", "::1", "fcemu"};
    int r = 0;

    if (strcmp(name, "localhost") != 0)
        return add_alternative(crt, name);
    for (size_t i = 0; i < N_ELEMENTS(local) && r >= 0; i++)
        r = add_alternative(crt, local[i]);
    return r;
}

static int set_leaf_days(gnutls_x509_crt_t crt, unsigned flaws)
{
    if (flaws & CA_EXPIRED)
        return set_days(crt, -LEAF_DAYS, -1);
    return set_days(crt, flaws & CA_NOT_YET_VALID ? 1 : -1, LEAF_DAYS);
}

/* Clients find the issuer by this id, also when it has been made anew under the same name. */
static int set_issuer_id(gnutls_x509_crt_t crt, gnutls_x509_crt_t issuer)
{
    uint8_t id[KEY_ID_BYTES];
    size_t len = sizeof(id);
    int r = gnutls_x509_crt_get_subject_key_id(issuer, id, &len, NULL);

    return r < 0 ? r : gnutls_x509_crt_set_authority_key_id(crt, id, len);
}

int leaf_mint(const struct authority *issuer, gnutls_x509_privkey_t key, const char *name,
              unsigned flaws, gnutls_pcert_st *out, struct error *err)
{
    OWN(crt_free) gnutls_x509_crt_t crt = NULL;
    const char *host = flaws & CA_WRONG_HOST ? WRONG_HOST : name;
    int r = gnutls_x509_crt_init(&crt);

    if (r < 0)
        return error_gnutls(err, r, "mint a certificate");
    struct authority self = {crt, key};

    if (flaws & CA_SELF_SIGNED)
        issuer = &self;
    if ((r = gnutls_x509_crt_set_version(crt, 3)) < 0 || (r = set_serial(crt)) < 0 ||
        (r = set_name(crt, host)) < 0 || (r = set_leaf_days(crt, flaws)) < 0 ||
        (r = set_key(crt, key, NULL)) < 0 || (r = add_alternatives(crt, host)) < 0 ||
        (r = gnutls_x509_crt_set_basic_constraints(crt, 0, -1)) < 0 ||
        (r = gnutls_x509_crt_set_key_usage(crt, GNUTLS_KEY_DIGITAL_SIGNATURE)) < 0 ||
        (r = gnutls_x509_crt_set_key_purpose_oid(crt, GNUTLS_KP_TLS_WWW_SERVER, 0)) < 0 ||
        (r = set_issuer_id(crt, issuer->crt)) < 0 ||
        (r = gnutls_x509_crt_sign2(crt, issuer->crt, issuer->key, GNUTLS_DIG_SHA256, 0)) < 0 ||
        (r = gnutls_pcert_import_x509(out, crt, 0)) < 0)
        return error_gnutls(err, r, "mint a certificate");
    return 0;
}
