#include "http/wire/hello.h"

enum {
    RECORD_HANDSHAKE = 22,
    RECORD_HEAD_BYTES = 5,
    RECORD_BYTES_MAX = 16384,
    MESSAGE_CLIENT_HELLO = 1,
    MESSAGE_HEAD_BYTES = 4,
    HELLO_BYTES_MAX = 16384,
    VERSION_AND_RANDOM_BYTES = 34,
    EXTENSION_SERVER_NAME = 0,
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

static bool write_name(struct cursor name, char *out)
{
    if (name.left == 0 || name.left >= HELLO_NAME_BYTES)
        return false;
    for (size_t i = 0; i < name.left; i++) {
        char c = (char)name.at[i];

        if (c <= ' ' || c > '~')
            return false;
        out[i] = c >= 'A' && c <= 'Z' ? (char)(c + ('a' - 'A')) : c;
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

        if (type == NAME_TYPE_HOST && !list.short_of)
            return write_name(name, out) ? HELLO_OK : HELLO_BAD;
    }
    return data.short_of || list.short_of ? HELLO_BAD : HELLO_OK;
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
    vector(&c, 2); /* cipher suites */
    vector(&c, 1); /* compression */
    if (c.short_of)
        return HELLO_BAD;
    if (c.left == 0)
        return HELLO_OK;
    struct cursor extensions = vector(&c, 2);

    while (extensions.left > 0 && !extensions.short_of) {
        size_t type = number(&extensions, 2);
        struct cursor data = vector(&extensions, 2);

        if (type == EXTENSION_SERVER_NAME && !extensions.short_of)
            return name_in_extension(data, out);
    }
    return c.short_of || extensions.short_of ? HELLO_BAD : HELLO_OK;
}
