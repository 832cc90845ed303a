/*
 * tests/unit/scratch_of_program.h - a temporary folder of the test program's own: $TMPDIR for what
 * it runs
 *
 * What a test leaves in it fails that test; what is left when all is over fails the program. Each
 * program has one of its own, so that those beside it, or one that was killed, raise no alarm.
 */
#pragma once

#include <check.h>
#include <dirent.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static struct {
    char path[192];
    pid_t runner;
    unsigned at_fork; /* of a forked test: what was there when it began */
} scratch_of_program;

/* How much is in it; @out: where each of it is told, or NULL. */
static inline unsigned scratch_count(FILE *out)
{
    DIR *folder = opendir(scratch_of_program.path);
    const struct dirent *entry;
    unsigned count = 0;

    while (folder && (entry = readdir(folder))) {
        if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0)
            continue;
        count++;
        if (out)
            fprintf(out, "left in the temporary folder: %s\n", entry->d_name);
    }
    if (folder)
        closedir(folder);
    return count;
}

static inline void scratch_forked(void)
{
    if (getppid() == scratch_of_program.runner)
        scratch_of_program.at_fork = scratch_count(NULL);
}

/* Check tells of a test that ends with a status of its own by its name. */
static inline void scratch_at_exit(int status, void *unused)
{
    (void)unused;
    if (status != 0 || getppid() != scratch_of_program.runner ||
        scratch_count(NULL) <= scratch_of_program.at_fork)
        return;
    scratch_count(stderr);
    _exit(EXIT_FAILURE);
}

static inline void scratch_begin(void)
{
    const char *tmp = getenv("TMPDIR");
    int len = snprintf(scratch_of_program.path, sizeof(scratch_of_program.path),
                       "%s/fcemu-unit-XXXXXX", tmp && *tmp ? tmp : "/tmp");

    if (len >= (int)sizeof(scratch_of_program.path) || !mkdtemp(scratch_of_program.path)) {
        perror(scratch_of_program.path);
        exit(EXIT_FAILURE);
    }
    chmod(scratch_of_program.path, 0711); /* instances of root's daemon are other users */
    setenv("TMPDIR", scratch_of_program.path, 1);
    scratch_of_program.runner = getpid();
    pthread_atfork(NULL, NULL, scratch_forked);
    on_exit(scratch_at_exit, NULL);
}

/* True when it was empty. */
static inline bool scratch_end(void)
{
    bool empty = scratch_count(stderr) == 0;
    char command[sizeof(scratch_of_program.path) + 16];

    snprintf(command, sizeof(command), "rm -rf '%s'", scratch_of_program.path);
    if (system(command) != 0)
        empty = false;
    return empty;
}

/** A new folder in it, whose path goes to the array @out; the test removes it. */
#define scratch_folder(out, name) scratch_make((out), sizeof(out), (name))
static inline void scratch_make(char *out, size_t size, const char *name)
{
    ck_assert_int_lt(snprintf(out, size, "%s/%s-XXXXXX", scratch_of_program.path, name), (int)size);
    ck_assert_ptr_nonnull(mkdtemp(out));
}

/** The path of @name in it, to the array @out. */
#define scratch_path(out, name)                                                                    \
    ck_assert_int_lt(snprintf((out), sizeof(out), "%s/%s", scratch_of_program.path, (name)),       \
                     (int)sizeof(out))
