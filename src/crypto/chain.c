/* Certificate chains that users bring: PEM texts to what a handshake shows. */
#include "crypto/chain.h"

#include <gnutls/abstract.h>

#include "base/mem.h"
#include "base/own.h"

enum { CERTIFICATES_MAX = 16, ID_BYTES = 64 };

struct chain {
    gnutls_pcert_st certificates[CERTIFICATES_MAX];
    unsigned count;
    gnutls_privkey_t key;
};

static gnutls_datum_t datum(struct str text)
{
    return (gnutls_datum_t){(unsigned char *)(uintptr_t)text.ptr, (unsigned)text.len};
}

static int refuse(struct error *err, int r, const char *what)
{
    return error_set(err, ERROR_SYNTAX, "%s: %s", what, gnutls_strerror(r));
}

static int read_certificates(struct chain *chain, struct str text, struct error *err)
{
    gnutls_datum_t data = datum(text);
    unsigned count = CERTIFICATES_MAX;
    int r = gnutls_pcert_list_import_x509_raw(chain->certificates, &count, &data,
                                              GNUTLS_X509_FMT_PEM, 0);

    if (r < 0)
        return refuse(err, r, "the certificate");
    chain->count = count;
    return 0;
}

bool chain_is_certificates(struct str pem)
{
    struct chain chain = {0};
    struct error ignored;

    if (read_certificates(&chain, pem, &ignored) < 0)
        return false;
    for (unsigned i = 0; i < chain.count; i++)
        gnutls_pcert_deinit(&chain.certificates[i]);
    return chain.count > 0;
}

static int read_key(struct chain *chain, struct str text, struct error *err)
{
    gnutls_datum_t data = datum(text);
    int r = gnutls_privkey_init(&chain->key);

    if (r >= 0)
        r = gnutls_privkey_import_x509_raw(chain->key, &data, GNUTLS_X509_FMT_PEM, NULL, 0);
    return r < 0 ? refuse(err, r, "the private key") : 0;
}

static int check_pair(const struct chain *chain, struct error *err)
{
    uint8_t ids[2][ID_BYTES] = {{0}};
    size_t lens[2] = {ID_BYTES, ID_BYTES};
    gnutls_pubkey_t key = NULL;
    int r = gnutls_pubkey_init(&key);

    if (r >= 0)
        r = gnutls_pubkey_import_privkey(key, chain->key, 0, 0);
    if (r >= 0)
        r = gnutls_pubkey_get_key_id(key, 0, ids[0], &lens[0]);
    if (r >= 0)
        r = gnutls_pubkey_get_key_id(chain->certificates[0].pubkey, 0, ids[1], &lens[1]);
    gnutls_pubkey_deinit(key);
    if (r < 0)
        return refuse(err, r, "compare certificate and key");
    if (lens[0] != lens[1] || memcmp(ids[0], ids[1], lens[0]) != 0)
        return error_set(err, ERROR_SYNTAX, "the private key is not that of the certificate");
    return 0;
}

int chain_new(struct str certificates, struct str key, struct chain **out, struct error *err)
{
    OWN(chain_free) struct chain *chain = mem_alloc(sizeof(*chain));

    if (read_certificates(chain, certificates, err) < 0 || read_key(chain, key, err) < 0 ||
        check_pair(chain, err) < 0)
        return -1;
    *out = GIVE(chain);
    return 0;
}

void chain_free(struct chain *chain)
{
    if (!chain)
        return;
    for (unsigned i = 0; i < chain->count; i++)
        gnutls_pcert_deinit(&chain->certificates[i]);
    gnutls_privkey_deinit(chain->key);
    mem_free(chain);
}

const struct gnutls_pcert_st *chain_certificates(const struct chain *chain, unsigned *out_count)
{
    *out_count = chain->count;
    return chain->certificates;
}

struct gnutls_privkey_st *chain_key(const struct chain *chain)
{
    return chain->key;
}
