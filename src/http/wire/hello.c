/* The server name in a TLS ClientHello, before anything is consumed. */
#include "http/wire/hello.h"

#include <stdint.h>

enum {
    RECORD_HANDSHAKE = 22,
    RECORD_HEAD_BYTES = 5,
    RECORD_BYTES_MAX = 16384,
    MESSAGE_CLIENT_HELLO = 1,
    MESSAGE_HEAD_BYTES = 4,
    HELLO_BYTES_MAX = 16384,
    VERSION_AND_RANDOM_BYTES = 34,
    EXTENSION_SERVER_NAME = 0,
    EXTENSION_SIGNATURES = 13,
    ECDSA_P256_SHA256 = 0x0403, /* TLS 1.3 wants exactly this for our key, */
    SIGNATURE_ECDSA = 3,        /* older ones any hash with it */
    NAME_TYPE_HOST = 0,
};

/* Reading off the end sets `short_of`, and yields nothing from then on. */
struct cursor {
    const unsigned char *at;
    size_t left;
    bool short_of;
};

static struct cursor take(struct cursor *c, size_t n)
{
    struct cursor part = {c->at, n, false};

    if (c->short_of || c->left < n) {
        c->short_of = true;
        return (struct cursor){.short_of = true};
    }
    c->at += n;
    c->left -= n;
    return part;
}

static size_t number(struct cursor *c, size_t bytes)
{
    struct cursor part = take(c, bytes);
    size_t value = 0;

    for (size_t i = 0; i < part.left; i++)
        value = value << 8 | part.at[i];
    return value;
}

/* A vector whose length stands in front of it. */
static struct cursor vector(struct cursor *c, size_t length_bytes)
{
    size_t n = number(c, length_bytes);

    return take(c, n);
}

/* The handshake message may be spread over several records. */
static enum hello_result gather(struct str bytes, unsigned char *out, size_t *out_len)
{
    struct cursor c = {(const unsigned char *)bytes.ptr, bytes.len, false};
    size_t len = 0;
    size_t want = MESSAGE_HEAD_BYTES;

    while (len < want) {
        if (c.left > 0 && c.at[0] != RECORD_HANDSHAKE)
            return HELLO_BAD;
        if (c.left < RECORD_HEAD_BYTES)
            return HELLO_MORE;
        if (c.at[1] != 3)
            return HELLO_BAD;
        take(&c, RECORD_HEAD_BYTES - 2);
        size_t record = number(&c, 2);

        if (record == 0 || record > RECORD_BYTES_MAX || len + record > HELLO_BYTES_MAX)
            return HELLO_BAD;
        bool cut = record > c.left;
        struct cursor part = take(&c, cut ? c.left : record);

        memcpy(out + len, part.at, part.left);
        len += part.left;
        if (len >= 1 && out[0] != MESSAGE_CLIENT_HELLO)
            return HELLO_BAD;
        if (len >= MESSAGE_HEAD_BYTES)
            want = MESSAGE_HEAD_BYTES + ((size_t)out[1] << 16 | (size_t)out[2] << 8 | out[3]);
        if (want > HELLO_BYTES_MAX)
            return HELLO_BAD;
        if (cut && len < want)
            return HELLO_MORE;
    }
    *out_len = want;
    return HELLO_OK;
}

/* What GnuTLS takes: it would close without a word. */
static bool is_of_name(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '.' || c == '-';
}

static bool write_name(struct cursor name, char *out)
{
    if (name.left == 0 || name.left >= HELLO_NAME_BYTES)
        return false;
    for (size_t i = 0; i < name.left; i++) {
        char c = (char)name.at[i];

        out[i] = c >= 'A' && c <= 'Z' ? (char)(c + ('a' - 'A')) : c;
        if (!is_of_name(out[i]))
            return false;
    }
    out[name.left] = '\0';
    return true;
}

static enum hello_result name_in_extension(struct cursor data, char *out)
{
    struct cursor list = vector(&data, 2);

    while (list.left > 0 && !list.short_of) {
        size_t type = number(&list, 1);
        struct cursor name = vector(&list, 2);

        if (type == NAME_TYPE_HOST && !list.short_of) {
            if (write_name(name, out))
                return HELLO_OK;
            out[0] = '\0';
            return HELLO_ODD_NAME;
        }
    }
    return data.short_of || list.short_of ? HELLO_BAD : HELLO_OK;
}

/* Those of TLS 1.3, which leave the certificate open, and ECDHE_ECDSA of older versions.
 * Source: IANA, "TLS Cipher Suites". */
static bool suits_ecdsa(struct cursor suites)
{
    static const struct {
        uint16_t first, last;
    } ranges[] = {
        {0x1301, 0x1305},
        {0xc006, 0xc00a},
        {0xc023, 0xc024},
        {0xc02b, 0xc02c},
        {0xc048, 0xc049},
        {0xc05c, 0xc05d},
        {0xc072, 0xc073},
        {0xc086, 0xc087},
        {0xc0ac, 0xc0af},
        {0xcca9, 0xcca9}
    };

    while (suites.left > 0 && !suites.short_of) {
        size_t suite = number(&suites, 2);

        for (size_t i = 0; i < sizeof(ranges) / sizeof(ranges[0]); i++)
            if (suite >= ranges[i].first && suite <= ranges[i].last)
                return true;
    }
    return false;
}

static bool signs_ecdsa(struct cursor data)
{
    struct cursor list = vector(&data, 2);

    while (list.left > 0 && !list.short_of) {
        size_t scheme = number(&list, 2);

        if (scheme == ECDSA_P256_SHA256 || (scheme & 0xff) == SIGNATURE_ECDSA)
            return true;
    }
    return false;
}

static enum hello_result read_extensions(struct cursor extensions, char *out)
{
    enum hello_result r = HELLO_OK;
    bool ecdsa = true; /* unless told otherwise */

    while (extensions.left > 0 && !extensions.short_of) {
        size_t type = number(&extensions, 2);
        struct cursor data = vector(&extensions, 2);

        if (extensions.short_of)
            break;
        if (type == EXTENSION_SERVER_NAME && r == HELLO_OK && !out[0])
            r = name_in_extension(data, out);
        else if (type == EXTENSION_SIGNATURES)
            ecdsa = signs_ecdsa(data);
    }
    if (r != HELLO_OK)
        return r;
    if (extensions.short_of)
        return HELLO_BAD;
    return ecdsa ? HELLO_OK : HELLO_NO_ECDSA;
}

enum hello_result hello_name(struct str bytes, char out[HELLO_NAME_BYTES])
{
    unsigned char message[HELLO_BYTES_MAX];
    size_t len = 0;
    enum hello_result r = gather(bytes, message, &len);

    out[0] = '\0';
    if (r != HELLO_OK)
        return r;
    struct cursor c = {message, len, false};

    take(&c, MESSAGE_HEAD_BYTES + VERSION_AND_RANDOM_BYTES);
    vector(&c, 1); /* session */
    struct cursor suites = vector(&c, 2);

    vector(&c, 1); /* compression */
    if (c.short_of)
        return HELLO_BAD;
    if (c.left > 0) {
        struct cursor extensions = vector(&c, 2);

        r = c.short_of ? HELLO_BAD : read_extensions(extensions, out);
    }
    return r == HELLO_OK && !suits_ecdsa(suites) ? HELLO_NO_ECDSA : r;
}
