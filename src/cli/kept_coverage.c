/* Coverage in a file, over many runs with a daemon each. */
#include "cli/kept_coverage.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include "cli/client.h"
#include "cli/output.h"

static int merge_text(const struct cli_args *args, const char *path, struct str text,
                      struct coverage *coverage)
{
    struct error err = {0};
    OWN(json_free) cJSON *told = json_parse_within(text, SIZE_MAX, &err);

    if (told && coverage_merge(coverage, told, &err) == 0)
        return 0;
    return cli_usage(args, "%s: %s", path, err.text);
}

int coverage_read_file(const struct cli_args *args, const char *path, struct coverage *coverage)
{
    OWN(buf_done) struct buf text = {0};
    int r = cli_read(args, path, &text);

    return r ? r : merge_text(args, path, buf_str(&text), coverage);
}

static int cannot(const struct cli_args *args, const char *path)
{
    return cli_usage(args, "--coverage %s: %s", path, strerror(errno));
}

static int merge_kept(const struct cli_args *args, const char *path, FILE *file,
                      struct coverage *coverage)
{
    OWN(buf_done) struct buf text = {0};
    char bytes[BUFSIZ];
    size_t n;

    while ((n = fread(bytes, 1, sizeof(bytes), file)) > 0)
        buf_add(&text, (struct str){bytes, n});
    return text.len ? merge_text(args, path, buf_str(&text), coverage) : 0;
}

static int write_kept(const struct cli_args *args, const char *path, FILE *file,
                      const struct coverage *coverage)
{
    const struct coverage_filter all = {0};
    OWN(buf_done) struct buf text = {0};

    coverage_json(coverage, &all, &text);
    rewind(file);
    if (ftruncate(fileno(file), 0) < 0 || fwrite(text.ptr, 1, text.len, file) != text.len ||
        fflush(file) != 0)
        return cannot(args, path);
    return 0;
}

int coverage_look(const struct cli_args *args)
{
    const char *path = cli_value(args, "coverage");
    OWN(coverage_free) struct coverage *coverage = coverage_new();
    OWN(buf_done) struct buf text = {0};
    int r = output_look_kept(args, "coverage");

    if (r || !path || access(path, F_OK) < 0)
        return r;
    r = cli_read(args, path, &text);
    return r || !text.len ? r : merge_text(args, path, buf_str(&text), coverage);
}

int coverage_keep(const struct cli_args *args)
{
    const char *path = cli_value(args, "coverage");
    OWN(coverage_free) struct coverage *coverage = path ? coverage_new() : NULL;
    OWN(client_answer_done) struct client_answer answer = {0};
    FILE *file;
    int r;

    if (!path)
        return 0;
    r = client_ask(args, "GET", "/_fcemu/coverage", NULL, STR_NONE, &answer);
    if (r == 0)
        r = merge_text(args, "/_fcemu/coverage", buf_str(&answer.body), coverage);
    if (r)
        return r;
    file = fopen(path, "a+e");
    if (!file || flock(fileno(file), LOCK_EX) < 0)
        return cannot(args, path);
    rewind(file);
    r = merge_kept(args, path, file, coverage);
    if (r == 0)
        r = write_kept(args, path, file, coverage);
    fclose(file);
    return r;
}
