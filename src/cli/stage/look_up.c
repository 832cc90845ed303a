/* Where a program is, as a shell looks for it; and which one may have been meant. */
#include <dirent.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/distance.h"
#include "cli/stage/internal.h"

static int executable_at(const char *path)
{
    struct stat status;

    if (stat(path, &status) < 0)
        return STAGE_NOT_FOUND;
    return S_ISREG(status.st_mode) && access(path, X_OK) == 0 ? 0 : STAGE_NOT_EXECUTABLE;
}

static struct str search_path(void)
{
    const char *list = getenv("PATH");

    return str_of(list && *list ? list : "/usr/local/bin:/usr/bin:/bin");
}

/* As a shell looks: a name with a slash is a path, others are looked for in PATH. */
int stage_find_program(struct arena *arena, const char *name, const char **out)
{
    struct str folder, rest = search_path();
    int worst = STAGE_NOT_FOUND;

    *out = name;
    if (strchr(name, '/'))
        return executable_at(name);
    while (rest.ptr) {
        if (!str_cut(rest, ':', &folder, &rest))
            rest = STR_NONE;
        *out = arena_printf(arena, STR_FMT "/%s", STR_ARG(folder.len ? folder : STR(".")), name);
        int r = executable_at(*out);

        if (r == 0)
            return 0;
        worst = r == STAGE_NOT_EXECUTABLE ? r : worst;
    }
    return worst;
}

/* Names are kept: what was offered is looked at again when all are in. */
static void offer_folder(struct nearest *nearest, const char *path, struct arena *arena)
{
    DIR *folder = opendir(path);
    const struct dirent *entry;

    while (folder && (entry = readdir(folder))) {
        struct str before = nearest->best;

        nearest_offer(nearest, str_of(entry->d_name));
        if (nearest->best.ptr != before.ptr)
            nearest->best = arena_str(arena, nearest->best);
    }
    if (folder)
        closedir(folder);
}

const char *stage_why_not_started(const struct stage_result *result, const char *name,
                                  struct arena *arena)
{
    struct nearest nearest = {.wanted = str_of(name)};
    struct str folder, rest = search_path();

    if (result->not_started != STAGE_NOT_FOUND)
        return "not a program that can be run";
    while (rest.ptr && !strchr(name, '/')) {
        if (!str_cut(rest, ':', &folder, &rest))
            rest = STR_NONE;
        offer_folder(&nearest, arena_dup(arena, folder.len ? folder : STR(".")), arena);
    }
    if (!nearest.best.ptr)
        return "no such program";
    return arena_printf(arena, "no such program; did you mean '" STR_FMT "'?",
                        STR_ARG(nearest.best));
}
