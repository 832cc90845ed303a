/* Certificates found in stores: as lines of PEM or as the bytes themselves. */
#include "cli/trust/held.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"
#include "crypto/encode.h"

enum { READ_BYTES = 65536, STORE_BYTES_MAX = 16 << 20 };

/* Without blanks and the ends of lines, which differ between writers. */
static bool read_store(const char *path, struct buf *raw, struct buf *joined)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    struct stat info;
    ssize_t got = -1;

    if (fd < 0)
        return false;
    if (fstat(fd, &info) == 0 && S_ISREG(info.st_mode))
        do {
            buf_reserve(raw, READ_BYTES);
            got = read(fd, raw->ptr + raw->len, READ_BYTES);
            raw->len += got > 0 ? (size_t)got : 0;
        } while (got > 0 && raw->len < STORE_BYTES_MAX);
    close(fd);
    for (size_t i = 0; i < raw->len; i++)
        if (raw->ptr[i] == '\0' || !strchr(" \t\r\n", raw->ptr[i]))
            buf_add_char(joined, raw->ptr[i]);
    return got == 0;
}

enum holding held_by(const char *path, const struct held_text *certificate)
{
    OWN(buf_done) struct buf raw = {0};
    OWN(buf_done) struct buf joined = {0};
    size_t at;

    if (!read_store(path, &raw, &joined))
        return HELD_UNREADABLE;
    return str_find(buf_str(&joined), certificate->base64, &at) ||
                   str_find(buf_str(&raw), certificate->der, &at)
               ? HELD
               : HELD_NOT;
}

bool held_read(const char *path, struct arena *arena, struct held_text *out)
{
    static const char begin[] = "-----BEGINCERTIFICATE-----";
    OWN(buf_done) struct buf raw = {0};
    OWN(buf_done) struct buf joined = {0};
    struct str text;
    size_t at;
    size_t end;
    size_t der_len;

    if (!read_store(path, &raw, &joined))
        return false;
    text = buf_str(&joined);
    if (!str_find(text, str_of(begin), &at))
        return false;
    text = str_slice(text, at + strlen(begin), text.len);
    if (!str_find(text, STR("-----END"), &end) || end == 0)
        return false;
    out->base64 = arena_str(arena, str_slice(text, 0, end));
    uint8_t *der = arena_alloc(arena, base64_decoded_max(end));

    if (!base64_decode(out->base64, der, &der_len))
        return false;
    out->der = (struct str){(const char *)der, der_len};
    return true;
}
