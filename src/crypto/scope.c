/*
 * What an authority may sign for, as critical name constraints of its certificate (RFC 5280
 * §4.2.1.10): whoever steals its key, or whoever trusts it for the tests of one project, gains
 * nothing beyond the emulated names.
 */
#include <arpa/inet.h>

#include "base/mem.h"
#include "crypto/internal.h"

enum { ADDRESS_BYTES_MAX = 16 };

/* A name in the form of the certificate; an address has its mask behind it. */
struct subtree {
    unsigned type; /* GNUTLS_SAN_DNSNAME or GNUTLS_SAN_IPADDRESS */
    gnutls_datum_t name;
};

static void constraints_free(gnutls_x509_name_constraints_t constraints)
{
    if (constraints)
        gnutls_x509_name_constraints_deinit(constraints);
}
DEFINE_OWN(constraints_free, gnutls_x509_name_constraints_t);

static bool is_address(const char *text)
{
    unsigned char bytes[ADDRESS_BYTES_MAX];

    return inet_pton(AF_INET, text, bytes) == 1 || inet_pton(AF_INET6, text, bytes) == 1;
}

/* "127.0.0.0/8", "::1", "example.com"; *out is to be freed by gnutls_free(). */
static int subtree_parse(const char *text, struct subtree *out)
{
    OWN(mem_free)
    char *range = strchr(text, '/') || !is_address(text)
                      ? mem_dup(text)
                      : mem_printf("%s/%d", text, strchr(text, ':') ? 128 : 32);

    out->type = strchr(range, '/') ? GNUTLS_SAN_IPADDRESS : GNUTLS_SAN_DNSNAME;
    if (out->type == GNUTLS_SAN_IPADDRESS)
        return gnutls_x509_cidr_to_rfc5280(range, &out->name);
    out->name.size = (unsigned)strlen(text);
    out->name.data = gnutls_malloc(out->name.size + 1);
    memcpy(out->name.data, text, out->name.size + 1);
    return 0;
}

static bool same(const struct subtree *a, unsigned type, const gnutls_datum_t *name)
{
    return a->type == type && a->name.size == name->size &&
           memcmp(a->name.data, name->data, name->size) == 0;
}

static bool permits(gnutls_x509_name_constraints_t constraints, const struct subtree *wanted)
{
    gnutls_datum_t name;
    unsigned type;

    for (unsigned i = 0;
         gnutls_x509_name_constraints_get_permitted(constraints, i, &type, &name) >= 0; i++)
        if (same(wanted, type, &name))
            return true;
    return false;
}

static int permit(gnutls_x509_name_constraints_t constraints, const char *text)
{
    struct subtree subtree = {0};
    int r = subtree_parse(text, &subtree);

    if (r >= 0 && !permits(constraints, &subtree))
        r = gnutls_x509_name_constraints_add_permitted(constraints, subtree.type, &subtree.name);
    gnutls_free(subtree.name.data);
    return r;
}

/* What @before may sign for stays: a restart without a setting does not change the authority. */
static int keep(gnutls_x509_crt_t before, gnutls_x509_name_constraints_t constraints)
{
    unsigned critical;
    int r = gnutls_x509_crt_get_name_constraints(before, constraints, 0, &critical);

    return r == GNUTLS_E_REQUESTED_DATA_NOT_AVAILABLE ? 0 : r;
}

int scope_set(gnutls_x509_crt_t crt, const struct ca_scope *scope, gnutls_x509_crt_t before)
{
    OWN(constraints_free) gnutls_x509_name_constraints_t constraints = NULL;
    int r = gnutls_x509_name_constraints_init(&constraints);

    if (r >= 0 && before)
        r = keep(before, constraints);
    for (size_t i = 0; i < scope->count && r >= 0; i++)
        r = permit(constraints, scope->names[i]);
    return r < 0 ? r : gnutls_x509_crt_set_name_constraints(crt, constraints, 1);
}

bool scope_covered(gnutls_x509_crt_t crt, const struct ca_scope *scope)
{
    OWN(constraints_free) gnutls_x509_name_constraints_t constraints = NULL;
    unsigned critical = 0;
    bool covered = gnutls_x509_name_constraints_init(&constraints) >= 0 &&
                   gnutls_x509_crt_get_name_constraints(crt, constraints, 0, &critical) >= 0 &&
                   critical;

    for (size_t i = 0; i < scope->count && covered; i++) {
        struct subtree wanted = {0};

        covered = subtree_parse(scope->names[i], &wanted) >= 0 && permits(constraints, &wanted);
        gnutls_free(wanted.name.data);
    }
    return covered;
}

/* An address and its mask behind each other; false when the mask leaves all free. */
static bool range_text(const gnutls_datum_t *name, struct buf *out)
{
    size_t len = name->size / 2;
    char text[INET6_ADDRSTRLEN];
    unsigned bits = 0;

    if (!inet_ntop(len == sizeof(struct in_addr) ? AF_INET : AF_INET6, name->data, text,
                   sizeof(text)))
        return false;
    for (size_t i = 0; i < len; i++)
        bits += (unsigned)__builtin_popcount(name->data[len + i]);
    buf_printf(out, "%s/%u", text, bits);
    return bits > 0;
}

bool scope_text(gnutls_x509_crt_t crt, struct buf *out)
{
    OWN(constraints_free) gnutls_x509_name_constraints_t constraints = NULL;
    unsigned critical = 0;
    bool names = false;
    bool addresses = false;
    gnutls_datum_t name;
    unsigned type;

    if (gnutls_x509_name_constraints_init(&constraints) < 0 ||
        gnutls_x509_crt_get_name_constraints(crt, constraints, 0, &critical) < 0 || !critical)
        return false;
    for (unsigned i = 0;
         gnutls_x509_name_constraints_get_permitted(constraints, i, &type, &name) >= 0; i++) {
        bool is_range = type == GNUTLS_SAN_IPADDRESS;

        buf_puts(out, i ? ", " : "");
        if (is_range ? !range_text(&name, out) : name.size == 0)
            return false;
        if (!is_range)
            buf_add(out, (struct str){(const char *)name.data, name.size});
        names = names || type == GNUTLS_SAN_DNSNAME;
        addresses = addresses || is_range;
    }
    return names && addresses;
}
