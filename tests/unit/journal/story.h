/*
 * tests/unit/journal/story.h - journals to judge, told call by call
 */
#pragma once

#include "../suite.h"
#include "journal/query.h"

#define STORY_MS 1000000ull
#define STORY_WALL_MS UINT64_C(1700000000000)

struct story {
    struct journal *journal;
    struct arena *arena;
    struct journal_entry last; /* changed and told again */
};

static inline struct journal_entry story_call(void)
{
    return (struct journal_entry){
        .request_id = STR("r-1"),
        .method = STR("POST"),
        .path = STR("/2016-08-15/services/s/functions/pay/invocations"),
        .api = API_2016,
        .op = operation_find(API_2016, STR("InvokeFunction")),
        .service = STR("s"),
        .function = STR("pay"),
        .region = STR("cn-hangzhou"),
        .access_key = STR("LTAI-ci"),
        .code = STR(""),
        .rule = STR(""),
        .outcome_kind = STR(""),
        .near_miss = STR(""),
        .label = STR(""),
        .status = 200,
        .performed = true,
        .link = {.chain = 1, .attempt = 1},
    };
}

static inline void story_begin(struct story *story)
{
    *story = (struct story){journal_new(4 << 20), arena_new(), story_call()};
}

static inline void story_end(struct story *story)
{
    journal_free(story->journal);
    arena_free(story->arena);
}

/* The same call as before, from @at_ms for 1 ms. */
static inline void story_tell(struct story *story, uint64_t at_ms, uint64_t chain, uint32_t attempt,
                              int status, const char *code)
{
    struct journal_entry *entry = &story->last;

    entry->wall_ms = STORY_WALL_MS + at_ms;
    entry->started_ns = at_ms * STORY_MS;
    entry->ended_ns = entry->started_ns + STORY_MS;
    entry->status = status;
    entry->code = str_of(code);
    entry->rule = code[0] ? STR("throttle") : STR("");
    entry->outcome_kind = code[0] ? STR("error") : STR("");
    entry->performed = !code[0];
    entry->link.chain = chain;
    entry->link.attempt = attempt;
    entry->link.confidence = attempt > 1 ? CHAIN_CERTAIN : CHAIN_FIRST;
    journal_append(story->journal, entry);
}
