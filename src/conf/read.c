/*
 * conf/read.c - a file to a tree
 */
#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "base/buf.h"
#include "conf/node.h"
#include "conf/report.h"

/* Up to one byte more than is allowed, so that the limit is seen. 0 or an errno. */
static int slurp(const char *path, struct buf *out)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    ssize_t n = 1;
    int saved;

    if (fd < 0)
        return errno;
    buf_reserve(out, 65536);
    while (n > 0 && out->len <= CONF_FILE_BYTES_MAX) {
        buf_reserve(out, 65536);
        do
            n = read(fd, out->ptr + out->len, 65536);
        while (n < 0 && errno == EINTR);
        if (n > 0)
            out->len += (size_t)n;
    }
    saved = n < 0 ? errno : 0;
    close(fd);
    return saved;
}

struct conf_node *conf_read(struct arena *arena, const char *path, struct conf_report *report)
{
    OWN(buf_done) struct buf text = {0};
    int failed = slurp(path, &text);

    if (failed) {
        conf_error_place(report, path, STR_NONE, 0, 0, "F107", "cannot read '%s': %s", path,
                         strerror(failed));
        return NULL;
    }
    return conf_parse(arena, buf_str(&text), path, report);
}
