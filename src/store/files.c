/* The files of the database, looked at by name. */
#include "store/files.h"

#include <errno.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/mem.h"

#define REMEDY                                                                                     \
    "nothing more is kept: save what is known (fcemu snapshot save FOLDER), stop the daemon, "     \
    "mend "                                                                                        \
    "the data folder, start it again and load the snapshot"

void store_files_note(struct store_files *files, const char *path)
{
    static const char *const endings[STORE_FILES] = {"", "-wal", "-shm"};

    for (size_t i = 0; i < STORE_FILES; i++) {
        struct store_file *file = &files->files[i];
        struct stat st = {0};

        mem_free(file->path);
        file->path = mem_printf("%s%s", path, endings[i]);
        if (stat(file->path, &st) == 0) {
            file->device = st.st_dev;
            file->inode = st.st_ino;
            file->size = st.st_size;
        }
    }
}

void store_files_grown(struct store_files *files)
{
    for (size_t i = 0; i < STORE_FILES; i++) {
        struct stat st;

        if (stat(files->files[i].path, &st) == 0 && st.st_ino == files->files[i].inode)
            files->files[i].size = st.st_size;
    }
}

static int look(const struct store_file *file, struct error *err)
{
    struct stat st;

    if (stat(file->path, &st) < 0 && errno == ENOENT)
        return error_set(err, ERROR_IO, "'%s' was removed: " REMEDY, file->path);
    if (stat(file->path, &st) < 0)
        return error_errno(err, "look at '%s'", file->path);
    if (st.st_ino != file->inode || st.st_dev != file->device)
        return error_set(err, ERROR_IO, "'%s' was replaced by another file: " REMEDY, file->path);
    if (st.st_size < file->size)
        return error_set(err, ERROR_IO, "'%s' was cut short: " REMEDY, file->path);
    return 0;
}

int store_files_look(const struct store_files *files, struct error *err)
{
    for (size_t i = 0; i < STORE_FILES; i++) {
        if (look(&files->files[i], err) < 0)
            return -1;
    }
    return 0;
}

bool store_files_readable(const struct store_files *files)
{
    for (size_t i = 0; i < STORE_FILES; i++) {
        struct stat st;

        if (!files->files[i].path)
            continue; /* it was never open */
        if (stat(files->files[i].path, &st) == 0 && st.st_ino == files->files[i].inode &&
            st.st_size < files->files[i].size)
            return false;
    }
    return true;
}

void store_files_mend_index(const struct store_files *files)
{
    const struct store_file *index = &files->files[STORE_FILES - 1];
    struct stat st;

    if (stat(index->path, &st) == 0 && st.st_ino == index->inode && st.st_size < index->size &&
        truncate(index->path, index->size) < 0)
        return; /* then nothing can be done */
}

void store_files_done(struct store_files *files)
{
    for (size_t i = 0; i < STORE_FILES; i++)
        mem_free(files->files[i].path);
    *files = (struct store_files){0};
}
