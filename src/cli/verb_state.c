/*
 * The emulated resources as a whole: snapshots, and reset --seed.
 */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/mem.h"
#include "cli/client.h"
#include "cli/verbs.h"
#include "store/snapshot.h"

/* The daemon may stand in another folder than its user. Heap text. */
static char *absolute(const char *path)
{
    OWN(mem_free) char *here = NULL;

    if (path[0] == '/')
        return mem_dup(path);
    here = getcwd(NULL, 0);
    return mem_printf("%s/%s", here ? here : ".", path);
}

static int snapshot(const struct cli_args *args, const char *path)
{
    OWN(mem_free) char *folder = absolute(args->positional[0]);
    OWN(buf_done) struct buf body = {0};
    cJSON *answer = NULL;
    int r;

    buf_puts(&body, "{\"folder\":");
    buf_json_string(&body, str_of(folder));
    buf_add_char(&body, '}');
    r = client_ask_json(args, "POST", path, buf_str(&body), &answer);
    json_free(answer);
    return r;
}

static int run_snapshot_save(const struct cli_args *args)
{
    return snapshot(args, "/_fcemu/snapshots/save");
}

static int run_snapshot_load(const struct cli_args *args)
{
    return snapshot(args, "/_fcemu/snapshots/load");
}

/* From a folder on this machine to what the daemon has now. */
static int diff_with_now(const struct cli_args *args)
{
    OWN(mem_free) char *folder = absolute(args->positional[0]);
    OWN(buf_done) struct buf body = {0};
    OWN(json_free) cJSON *answer = NULL;
    const cJSON *line;
    int r;

    buf_puts(&body, "{\"folder\":");
    buf_json_string(&body, str_of(folder));
    buf_add_char(&body, '}');
    r = client_ask_json(args, "POST", "/_fcemu/snapshots/diff", buf_str(&body), &answer);
    if (r != 0)
        return r;
    cJSON_ArrayForEach (line, json_get(answer, "differences"))
        puts(line->valuestring);
    return cJSON_GetArraySize(json_get(answer, "differences")) ? EXIT_CODE_ASSERTION
                                                               : EXIT_CODE_PASS;
}

/* Exit 1 when they differ, as diff does. */
static int run_snapshot_diff(const struct cli_args *args)
{
    if (args->count == 1)
        return diff_with_now(args);
    OWN(buf_done) struct buf lines = {0};
    struct error err = {0};
    int r = store_snapshot_diff(args->positional[0], args->positional[1], &lines, &err);

    if (r < 0)
        return cli_usage(args, "%s", err.text);
    fputs(buf_text(&lines), stdout);
    return r > 0 ? EXIT_CODE_ASSERTION : EXIT_CODE_PASS;
}

const struct cli_verb verb_snapshot_save = {
    .name = "snapshot save",
    .arguments = "FOLDER",
    .at_least = 1,
    .at_most = 1,
    .summary = "write the emulated resources to a new folder",
    .summary_zh = "把模拟的资源写入新文件夹",
    .flags = CLI_DAEMON,
    .run = run_snapshot_save,
};

const struct cli_verb verb_snapshot_load = {
    .name = "snapshot load",
    .arguments = "FOLDER",
    .at_least = 1,
    .at_most = 1,
    .summary = "replace the emulated resources by a snapshot",
    .summary_zh = "用快照替换模拟的资源",
    .flags = CLI_DAEMON,
    .run = run_snapshot_load,
};

const struct cli_verb verb_snapshot_diff = {
    .name = "snapshot diff",
    .arguments = "FROM [TO]",
    .at_least = 1,
    .at_most = 2,
    .summary = "what differs between two snapshots, or one and now; exit 1 when they do",
    .summary_zh = "两个快照的差别，或快照与现状的差别；不同时以 1 退出",
    .flags = CLI_DAEMON,
    .run = run_snapshot_diff,
};
