/*
 * Code that a seed names as a folder: packed again when something in it changes, and given to its
 * function. Calls that run end on the code they began with.
 */
#include <stdlib.h>

#include "base/mem.h"
#include "crypto/digest.h"
#include "crypto/encode.h"
#include "daemon/internal.h"
#include "loop/worker.h"
#include "product/service/seed/seed.h"
#include "product/service/seed/seed_read.h"

struct code_folder {
    struct code_folder *next;
    struct daemon *daemon;
    struct arena *arena;
    struct seed_pack pack;
    struct str region;
    const char *name, *path; /* "CreateFunction 'hello'", "/2016-08-15/services/…" */
    struct seed_rules *rules;
    struct loop_tree_watch *watch;
    struct seed_call *call;
    bool packing, again;
    /* Of the package under way. */
    char *body;
    uint8_t digest[SEED_DIGEST_BYTES];
    struct error err;
};

/* ---- packing, on the worker ---- */

static char *body_of(const char *bytes, size_t len)
{
    static const char before[] = "{\"code\":{\"zipFile\":\"";
    static const char behind[] = "\"}}";
    char *body = malloc(sizeof(before) + base64_encoded_size(len) + sizeof(behind));

    if (!body)
        return NULL;
    memcpy(body, before, sizeof(before) - 1);
    base64_encode((struct str){bytes, len}, body + sizeof(before) - 1);
    memcpy(body + sizeof(before) - 1 + base64_encoded_size(len), behind, sizeof(behind));
    return body;
}

static void pack_work(void *arg)
{
    struct code_folder *folder = arg;
    size_t len = 0;
    char *bytes = seed_zip_folder(&folder->pack, &len, &folder->err);

    folder->body = NULL;
    if (!bytes)
        return;
    digest_of(DIGEST_SHA256, (struct str){bytes, len}, folder->digest);
    folder->body = body_of(bytes, len);
    if (!folder->body)
        error_set(&folder->err, ERROR_LIMIT, "no memory for a package of %zu bytes", len);
    free(bytes);
}

/* ---- given to the function ---- */

static void pack(struct code_folder *folder);

static void on_taken(void *arg, const char *problem)
{
    struct code_folder *folder = arg;

    folder->call = NULL;
    if (problem)
        log_warn("code not reloaded", "folder=%s problem=\"%s\"", folder->pack.folder, problem);
    else
        log_info("code reloaded", "folder=%s", folder->pack.folder);
}

static void give(struct code_folder *folder)
{
    struct daemon *d = folder->daemon;

    memcpy(folder->pack.digest, folder->digest, sizeof(folder->digest));
    seed_call_end(GIVE(folder->call)); /* newer code is on its way */
    folder->call = seed_call_begin(d->service, folder->path, STR_NONE, folder->region,
                                   str_of(folder->body), on_taken, folder);
}

static void packed(void *arg)
{
    struct code_folder *folder = arg;
    bool again = folder->again;

    folder->packing = folder->again = false;
    if (!folder->watch) /* the daemon ends */
        again = false;
    else if (!folder->body)
        log_warn("code not reloaded", "folder=%s problem=\"%s\"", folder->pack.folder,
                 folder->err.text);
    else if (!again && memcmp(folder->digest, folder->pack.digest, sizeof(folder->digest)) != 0)
        give(folder);
    free(GIVE(folder->body));
    if (again)
        pack(folder);
}

static void pack(struct code_folder *folder)
{
    folder->packing = true;
    worker_submit(folder->daemon->errands, pack_work, packed, folder);
}

/* ---- changes ---- */

static bool on_skip(void *arg, const char *inside)
{
    const struct code_folder *folder = arg;

    return seed_rules_skip(folder->rules, inside);
}

static void on_change(void *arg)
{
    struct code_folder *folder = arg;

    seed_rules_free(folder->rules);
    folder->rules = seed_rules_read(&folder->pack);
    if (folder->packing)
        folder->again = true;
    else
        pack(folder);
}

static const char *keep(struct code_folder *folder, const char *text)
{
    return text ? arena_dup(folder->arena, str_of(text)) : NULL;
}

void code_add(void *arg, const struct seed_step *step)
{
    struct daemon *d = arg;
    struct code_folder *folder = mem_alloc(sizeof(*folder));

    folder->daemon = d;
    folder->arena = arena_new();
    folder->pack = *step->pack;
    folder->pack.folder = keep(folder, step->pack->folder);
    folder->pack.rules_folder = keep(folder, step->pack->rules_folder);
    folder->pack.ignore_file = keep(folder, step->pack->ignore_file);
    folder->pack.ignored = keep(folder, step->pack->ignored);
    folder->region = arena_str(folder->arena, step->region);
    folder->name = keep(folder, step->name);
    folder->path = keep(folder, step->update);
    folder->next = d->code;
    d->code = folder;
}

/* One that cannot be watched is told of; its function serves all the same. */
void code_watch(struct daemon *d)
{
    static const struct loop_tree_events told = {.skips = on_skip, .changed = on_change};
    struct error err;

    for (struct code_folder *folder = d->settings->watch ? d->code : NULL; folder;
         folder = folder->next) {
        folder->rules = seed_rules_read(&folder->pack);
        folder->watch = loop_tree_watch_start(d->loop, folder->pack.folder, &told, folder, &err);
        if (!folder->watch)
            log_warn("code not watched", "folder=%s problem=\"%s\"", folder->pack.folder, err.text);
    }
}

void code_unwatch(struct daemon *d)
{
    for (struct code_folder *folder = d->code; folder; folder = folder->next) {
        loop_tree_watch_stop(GIVE(folder->watch));
        seed_call_end(GIVE(folder->call));
    }
}

void code_forget(struct daemon *d)
{
    while (d->code) {
        struct code_folder *folder = d->code;

        d->code = folder->next;
        seed_rules_free(folder->rules);
        arena_free(folder->arena);
        mem_free(folder);
    }
}
