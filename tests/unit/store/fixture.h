/*
 * tests/unit/store/fixture.h - a loop and a store in a folder that goes away
 */
#pragma once

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "../suite.h"
#include "base/mem.h"
#include "loop/loop.h"
#include "store/store.h"

struct fixture {
    struct loop *loop;
    struct store *store;
    char folder[256];
};

/* Set by the callbacks of this file. */
struct outcome {
    struct loop *loop;
    bool done;
    bool failed;
    struct error error;
};

static inline void outcome_done(void *arg, const struct error *err)
{
    struct outcome *outcome = (struct outcome *)arg;

    outcome->done = true;
    outcome->failed = err != NULL;
    if (err)
        outcome->error = *err;
    loop_stop(outcome->loop);
}

static inline void fixture_open(struct fixture *f)
{
    struct store_settings settings = {.data_dir = f->folder};
    struct error err = {0};

    ck_assert_msg(store_open(f->loop, &settings, &f->store, &err) == 0, "%s", err.text);
}

static inline void fixture_reopen(struct fixture *f)
{
    store_close(f->store);
    fixture_open(f);
}

static inline void fixture_init(struct fixture *f)
{
    struct error err = {0};

    *f = (struct fixture){0};
    scratch_folder(f->folder, "store");
    ck_assert_int_eq(loop_new(&f->loop, &err), 0);
    fixture_open(f);
}

static inline void fixture_done(struct fixture *f)
{
    char command[sizeof(f->folder) + 16];

    store_close(f->store);
    loop_free(f->loop);
    snprintf(command, sizeof(command), "rm -rf %s", f->folder);
    ck_assert_int_eq(system(command), 0);
}

static inline struct store_key key_of(const char *kind, const char *parent, const char *name)
{
    return (struct store_key){STR("1"),       STR("cn"), str_of(kind),
                              str_of(parent), STR(""),   str_of(name)};
}

/** Commit and wait until it is on disk. */
static inline void commit_and_wait(struct fixture *f, struct store_batch *batch)
{
    struct outcome outcome = {.loop = f->loop};

    store_commit(batch, outcome_done, &outcome);
    loop_run(f->loop);
    ck_assert(outcome.done);
    ck_assert_msg(!outcome.failed, "%s", outcome.error.text);
}

static inline void put_and_wait(struct fixture *f, const char *parent, const char *name,
                                const char *document)
{
    struct store_batch *batch = store_begin(f->store);
    struct store_key key = key_of("function", parent, name);
    struct store_value value = {
        .document = str_of(document), .created_ms = 1000, .modified_ms = 2000};

    store_put(batch, &key, &value);
    commit_and_wait(f, batch);
}

static inline const struct store_row *find(struct fixture *f, const char *parent, const char *name)
{
    struct store_key key = key_of("function", parent, name);

    return store_find(f->store, &key);
}
