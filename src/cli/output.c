/* Files that a verb writes: looked at before it works for them, written whole. */
#include "cli/output.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static int cannot(const struct cli_args *args, const char *option, const char *path)
{
    return cli_usage(args, "--%s %s: %s", option, path, strerror(errno));
}

/* Opened as it will be, and gone again if only that made it. A pipe is left for its writer. */
static bool can_write(const char *path)
{
    struct stat at;
    bool is_there = stat(path, &at) == 0;
    int fd;

    if (is_there && !S_ISREG(at.st_mode) && !S_ISDIR(at.st_mode))
        return true;
    fd = open(path, O_WRONLY | O_CLOEXEC | (is_there ? 0 : O_CREAT | O_EXCL), 0666);
    if (fd < 0)
        return false;
    close(fd);
    if (!is_there)
        unlink(path);
    return true;
}

int output_look(const struct cli_args *args, const char *option)
{
    size_t at = 0;
    const char *path;

    while ((path = cli_next_value(args, option, &at)))
        if (!can_write(path))
            return cannot(args, option, path);
    return 0;
}

int output_write(const struct cli_args *args, const char *option, const char *path, struct str text)
{
    FILE *out = fopen(path, "we");
    bool whole;

    if (!out)
        return cannot(args, option, path);
    whole = fwrite(text.ptr, 1, text.len, out) == text.len;
    if (fclose(out) != 0 || !whole)
        return cannot(args, option, path);
    return 0;
}
