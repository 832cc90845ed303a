/*
 * A trust store as Java reads it: the plain format of its early days ("JKS"), because Java's other
 * one holds authorities only with attributes that no library writes.
 *
 * Big-endian: magic, version, count; for each certificate a tag, an alias, a time, a type and the
 * DER; behind it all a SHA-1 over the password in UTF-16, a fixed text, and what came before. A
 * reader without a password skips the digest.
 */
#include <stdio.h>

#include "base/buf.h"
#include "crypto/digest.h"
#include "crypto/internal.h"

enum {
    MAGIC = 0xFEEDFEED,
    VERSION = 2,
    TAG_TRUSTED = 2,
    ALIAS_BYTES = 16,
};

/* "changeit", the password of Java's own store, as UTF-16. */
static const char PASSWORD[] = "\0c\0h\0a\0n\0g\0e\0i\0t";

static void add_number(struct buf *out, uint64_t value, unsigned bytes)
{
    while (bytes-- > 0)
        buf_add_char(out, (char)(value >> (8 * bytes)));
}

static void add_text(struct buf *out, const char *text)
{
    add_number(out, strlen(text), 2);
    buf_puts(out, text);
}

static void add_certificate(struct buf *out, unsigned index, gnutls_x509_crt_t crt)
{
    gnutls_datum_t der = {0};
    char alias[ALIAS_BYTES];

    gnutls_x509_crt_export2(crt, GNUTLS_X509_FMT_DER, &der);
    snprintf(alias, sizeof(alias), "ca-%u", index);
    add_number(out, TAG_TRUSTED, 4);
    add_text(out, alias);
    add_number(out, 0, 8);
    add_text(out, "X.509");
    add_number(out, der.size, 4);
    buf_add(out, (struct str){(const char *)der.data, der.size});
    gnutls_free(der.data);
}

static void add_digest(struct buf *out)
{
    OWN(digest_free) struct digest *digest = digest_new(DIGEST_SHA1);
    uint8_t sum[DIGEST_SHA1_BYTES];

    digest_add(digest, (struct str){PASSWORD, sizeof(PASSWORD) - 1});
    digest_add(digest, STR("Mighty Aphrodite"));
    digest_add(digest, buf_str(out));
    digest_end(digest, sum);
    buf_add(out, (struct str){(const char *)sum, sizeof(sum)});
}

int keystore_format(struct str pem, struct buf *out, struct error *err)
{
    gnutls_datum_t text = {(unsigned char *)pem.ptr, (unsigned)pem.len};
    gnutls_x509_crt_t *list = NULL;
    unsigned count = 0;
    int r = gnutls_x509_crt_list_import2(&list, &count, &text, GNUTLS_X509_FMT_PEM, 0);

    if (r < 0)
        return error_gnutls(err, r, "read the authorities");
    add_number(out, MAGIC, 4);
    add_number(out, VERSION, 4);
    add_number(out, count, 4);
    for (unsigned i = 0; i < count; i++) {
        add_certificate(out, i, list[i]);
        gnutls_x509_crt_deinit(list[i]);
    }
    gnutls_free(list);
    add_digest(out);
    return 0;
}
