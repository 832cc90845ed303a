/* The folder of a stage. */
#include <errno.h>
#include <string.h>
#include <sys/stat.h>

#include "base/mem.h"
#include "base/scratch.h"
#include "cli/stage/internal.h"

#define PREFIX "fcemu-stage-"

int stage_folder_new(struct stage *stage, struct error *err)
{
    scratch_sweep(PREFIX, SCRATCH_MARKER, NULL);
    OWN(mem_free) char *path = scratch_new(PREFIX, &stage->folder_fd);

    if (!path)
        return error_set(err, ERROR_IO, "make a folder in %s: %s", scratch_base(), strerror(errno));
    stage->folder = arena_dup(stage->arena, str_of(path));
    if (mkdir(arena_printf(stage->arena, "%s/room", stage->folder), 0700) < 0)
        return error_set(err, ERROR_IO, "make %s/room: %s", stage->folder, strerror(errno));
    return 0;
}
