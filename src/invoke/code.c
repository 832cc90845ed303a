/*
 * Unpacked packages: one folder for each package, or list of packages, that instances use now or
 * used lately.
 */
#include <stdio.h>
#include <sys/stat.h>

#include "base/folder.h"
#include "base/log.h"
#include "base/mem.h"
#include "invoke/internal.h"
#include "invoke/unpack.h"
#include "loop/worker.h"
#include "store/store.h"

enum {
    KEPT_MAX = 32, /* folders that nobody uses */
    FOLDER_MODE = 0755,
};

struct code {
    UT_hash_handle hh;
    struct invoke *invoke;
    char *key; /* ids of its packages, each with a blank behind it, in the order of unpacking */
    char *folder;
    enum code_state state;
    unsigned users;
    uint64_t used;    /* when it was let go; smaller is longer ago */
    const char *next; /* the package to come, in `key` */
    struct store_blob *blob;
    struct error err;
    bool reading; /* the store will call */
    bool orphan;  /* invoke is gone meanwhile */
};

static void read_next(struct code *code);

static void free_code(struct code *code)
{
    mem_free(code->key);
    mem_free(code->folder);
    mem_free(code);
}

static void unpack_work(void *arg)
{
    struct code *code = arg;
    struct str zip = {code->blob->bytes, code->blob->len};

    if (unpack_zip(zip, code->folder, &code->err) < 0)
        code->state = CODE_FAILED;
    if (!*code->next)
        unpack_seal(code->folder);
}

static void settle(struct code *code, enum code_state state)
{
    code->state = state;
    if (state == CODE_FAILED)
        log_warn("code not unpacked", "error=%s", code->err.text);
    invoke_prepare_on(code->invoke);
}

static void unpack_done(void *arg)
{
    struct code *code = arg;

    store_blob_free(GIVE(code->blob));
    if (code->state == CODE_FAILED)
        settle(code, CODE_FAILED);
    else if (!*code->next)
        settle(code, CODE_READY);
    else
        read_next(code);
}

static void on_blob(void *arg, struct store_blob *blob)
{
    struct code *code = arg;

    code->reading = false;
    if (code->orphan) {
        store_blob_free(blob);
        free_code(code);
        return;
    }
    if (!blob) {
        error_set(&code->err, ERROR_IO, "the package cannot be read");
        settle(code, CODE_FAILED);
        return;
    }
    code->blob = blob;
    worker_submit(code->invoke->worker, unpack_work, unpack_done, code);
}

static void read_next(struct code *code)
{
    struct str id;
    struct str rest;

    str_cut(str_of(code->next), ' ', &id, &rest);
    code->next = rest.ptr;
    code->reading = true;
    store_read_blob(code->invoke->settings.store, id, on_blob, code);
}

static void remove_work(void *arg)
{
    folder_remove(arg);
}

static void remove_done(void *arg)
{
    mem_free(arg);
}

static void drop(struct code *code)
{
    HASH_DEL(code->invoke->codes, code);
    worker_submit(code->invoke->worker, remove_work, remove_done, GIVE(code->folder));
    free_code(code);
}

/* The ones that were let go longest ago make room; failed ones are tried anew. */
static void make_room(struct invoke *invoke)
{
    struct code *oldest = NULL;
    struct code *code;
    struct code *next;
    size_t unused = 0;

    HASH_ITER(hh, invoke->codes, code, next)
    {
        if (code->users || code->state == CODE_COMING)
            continue;
        if (code->state == CODE_FAILED) {
            drop(code);
            continue;
        }
        unused++;
        if (!oldest || code->used < oldest->used)
            oldest = code;
    }
    if (unused > KEPT_MAX)
        drop(oldest);
}

static struct code *begin(struct invoke *invoke, const char *key)
{
    struct code *code = mem_alloc(sizeof(*code));

    code->invoke = invoke;
    code->key = mem_dup(key);
    code->next = code->key;
    code->folder =
        mem_printf("%s/code-%llu", invoke->folder, (unsigned long long)invoke->next_code++);
    HASH_ADD_KEYPTR(hh, invoke->codes, code->key, strlen(code->key), code);
    if (mkdir(code->folder, FOLDER_MODE) < 0) {
        error_errno(&code->err, "make '%s'", code->folder);
        code->state = CODE_FAILED;
    } else if (*code->next) {
        read_next(code);
    } else {
        code->state = CODE_READY;
    }
    return code;
}

struct code *code_take(struct invoke *invoke, const char *key)
{
    struct code *code;

    make_room(invoke);
    HASH_FIND(hh, invoke->codes, key, strlen(key), code);
    if (!code)
        code = begin(invoke, key);
    code->users++;
    return code;
}

void code_let_go(struct code *code)
{
    if (!code)
        return;
    code->users--;
    code->used = ++code->invoke->code_uses;
}

enum code_state code_state(const struct code *code)
{
    return code->state;
}

const char *code_folder(const struct code *code)
{
    return code->folder;
}

const char *code_problem(const struct code *code)
{
    return code->err.text;
}

/* The worker has ended: nothing is coming any more. The folders go with the one around them. */
void code_free_all(struct invoke *invoke)
{
    struct code *code;
    struct code *next;

    HASH_ITER(hh, invoke->codes, code, next)
    {
        HASH_DEL(invoke->codes, code);
        code->orphan = true;
        if (!code->reading)
            free_code(code);
    }
}
