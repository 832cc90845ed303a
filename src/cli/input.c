/* Files and standard input, read whole. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "cli/cli.h"

enum { INPUT_MAX_BYTES = 16 * 1024 * 1024 };

int cli_read(const struct cli_args *args, const char *path, struct buf *out)
{
    FILE *in = strcmp(path, "-") == 0 ? stdin : fopen(path, "re");
    size_t n;

    if (!in)
        return cli_usage(args, "cannot read '%s': %s", path, strerror(errno));
    do {
        buf_reserve(out, BUFSIZ);
        n = fread(out->ptr + out->len, 1, BUFSIZ, in);
        out->len += n;
    } while (n > 0 && out->len <= INPUT_MAX_BYTES);
    int failed = ferror(in) ? errno : 0;

    if (in != stdin)
        fclose(in);
    if (out->ptr)
        out->ptr[out->len] = '\0';
    if (failed)
        return cli_usage(args, "cannot read '%s': %s", path, strerror(failed));
    return out->len > INPUT_MAX_BYTES ? cli_usage(args, "'%s' is larger than 16 MiB", path) : 0;
}
