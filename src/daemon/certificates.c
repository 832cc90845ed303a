/*
 * Certificates of handshakes: a custom domain's own where it has one that can be used, else one of
 * the local authority.
 */
#include "base/mem.h"
#include "crypto/ca.h"
#include "crypto/chain.h"
#include "daemon/internal.h"

/* Kept until the end: a handshake may still hold one that was replaced. */
struct certificate {
    struct certificate *next;
    char *domain;
    uint64_t revision;   /* of its row */
    struct chain *chain; /* NULL: it cannot be used */
};

static struct certificate *find(struct daemon *d, const struct service_certificate *given)
{
    struct certificate *c = d->certificates;

    while (c && (c->revision != given->revision || !str_eq(str_of(c->domain), given->domain)))
        c = c->next;
    return c;
}

static struct certificate *add(struct daemon *d, const struct service_certificate *given)
{
    struct certificate *c = mem_alloc(sizeof(*c));
    struct error err;

    c->domain = mem_dup_len(given->domain.ptr, given->domain.len);
    c->revision = given->revision;
    c->next = d->certificates;
    d->certificates = c;
    if (chain_new(given->certificate, given->key, &c->chain, &err) < 0)
        log_warn("certificate not used", "domain=%s why=%s: the local authority's is shown",
                 c->domain, err.text);
    return c;
}

/* What a rule finds wrong with it is made by the local authority, whosesoever the name is. */
static int choose_flawed(struct daemon *d, struct str name, unsigned flaws,
                         const struct gnutls_pcert_st **out_chain, unsigned *out_len,
                         struct gnutls_privkey_st **out_key)
{
    struct ca_leaf leaf;
    struct error err;

    if (ca_leaf(d->ca, name, flaws, &leaf, &err) < 0)
        return -1;
    *out_chain = leaf.chain;
    *out_len = leaf.chain_len;
    *out_key = leaf.key;
    return 0;
}

int certificates_choose(struct daemon *d, struct str name, unsigned flaws,
                        const struct gnutls_pcert_st **out_chain, unsigned *out_len,
                        struct gnutls_privkey_st **out_key)
{
    if (flaws)
        return choose_flawed(d, name, flaws, out_chain, out_len, out_key);
    OWN(arena_free) struct arena *arena = arena_new();
    struct service_certificate given;
    struct certificate *c = NULL;

    if (str_is_set(name) && service_certificate_find(d->service, name, arena, &given)) {
        c = find(d, &given);
        c = c ? c : add(d, &given);
    }
    if (!c || !c->chain)
        return ca_certificate(d->ca, name, out_chain, out_len, out_key);
    *out_chain = chain_certificates(c->chain, out_len);
    *out_key = chain_key(c->chain);
    return 0;
}

void certificates_free(struct daemon *d)
{
    while (d->certificates) {
        struct certificate *c = d->certificates;

        d->certificates = c->next;
        chain_free(c->chain);
        mem_free(c->domain);
        mem_free(c);
    }
}
