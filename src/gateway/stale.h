/*
 * gateway/stale.h - earlier answers, for the outcome `stale`
 *
 * Kept only while a rule asks for it: the last answers of each call (method, host, path, query) and
 * of each operation in an account and region. Bounded: 512 keys, 16 answers each, 64 KiB a body.
 *
 * Threads: the loop thread.
 */
#pragma once

#include "http/call/message.h"

struct stale_entry;

struct stale_store {
    struct stale_entry *entries; /* uthash, in the order of their last use */
};

void stale_done(struct stale_store *store);
void stale_keep(struct stale_store *store, struct str key, const struct http_response *response);
/** The answer given @age answers ago (1 = the last one), copied into @arena. False when there is
 * none. */
bool stale_find(struct stale_store *store, struct str key, uint64_t age, struct arena *arena,
                struct http_response *out);
