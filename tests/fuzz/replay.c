/*
 * tests/fuzz/replay.c - run a fuzz target over its corpus, as an ordinary test
 *
 * Linked with one fuzz_*.c instead of libFuzzer: what was found once stays found, on every compiler
 * and under every sanitizer.
 */
#include <dirent.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/own.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void file_close(FILE *file)
{
    if (file)
        fclose(file);
}
DEFINE_OWN(file_close, FILE *);

static void bytes_free(uint8_t *bytes)
{
    free(bytes);
}
DEFINE_OWN(bytes_free, uint8_t *);

/* A buffer of exactly the input's size, so that the address sanitizer sees a read past its end. */
static int replay_file(const char *path)
{
    OWN(file_close) FILE *file = fopen(path, "rb");
    long size;

    if (!file || fseek(file, 0, SEEK_END) < 0 || (size = ftell(file)) < 0) {
        perror(path);
        return -1;
    }
    rewind(file);
    OWN(bytes_free) uint8_t *data = malloc(size > 0 ? (size_t)size : 1);

    if (!data || fread(data, 1, (size_t)size, file) != (size_t)size) {
        fprintf(stderr, "%s: short read\n", path);
        return -1;
    }
    LLVMFuzzerTestOneInput(data, (size_t)size);
    return 0;
}

static int is_visible(const struct dirent *entry)
{
    return entry->d_name[0] != '.';
}

int main(int argc, char **argv)
{
    struct dirent **entries;
    int count = argc == 2 ? scandir(argv[1], &entries, is_visible, alphasort) : -1;
    int failed = 0;

    if (count <= 0) {
        fprintf(stderr, "usage: replay CORPUS_DIRECTORY (with at least one file)\n");
        return EXIT_FAILURE;
    }
    for (int i = 0; i < count; i++) {
        char path[4096];
        snprintf(path, sizeof path, "%s/%s", argv[1], entries[i]->d_name);
        failed |= replay_file(path);
        free(entries[i]);
    }
    free(entries);
    LLVMFuzzerTestOneInput((const uint8_t *)"", 0);
    printf("%d inputs\n", count);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
