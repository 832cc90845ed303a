#include "base/folder.h"

#include <errno.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/own.h"

/* Some systems name another reason than EEXIST for a folder that is there. */
static int make_one(const char *path, unsigned mode)
{
    int saved;

    if (mkdir(path, mode) == 0)
        return 0;
    saved = errno;
    if (access(path, F_OK) == 0)
        return 0;
    errno = saved;
    return -1;
}

int folder_make(const char *path, unsigned mode)
{
    OWN(mem_free) char *part = mem_dup(path);

    for (char *p = part + 1; *part && *p; p++) {
        if (*p != '/')
            continue;
        *p = '\0';
        if (make_one(part, mode) < 0)
            return -1;
        *p = '/';
    }
    return make_one(part, mode);
}
