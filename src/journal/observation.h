/*
 * journal/observation.h - what the client says it saw, put beside what was sent
 *
 * The server cannot know the exception a program ended with; one line in a test helper can tell it
 * (POST /_fcemu/observations, spec/faults.md §3.15). Bounded: the oldest goes first.
 *
 * Threads: any; a mutex guards the list, observations are counted and immutable.
 */
#pragma once

#include "base/arena.h"
#include "base/buf.h"
#include "base/own.h"

enum { OBSERVATIONS_MAX = 10000, OBSERVATION_TEXT_MAX = 1024 };

struct journal_entry;

struct observation {
    struct str request_id;
    struct str outcome;   /* "ok", "error", "timeout", … as the client calls it */
    struct str exception; /* class name; "" for none */
    struct str code;      /* error code the program could read; "" for none */
    struct str message;
    uint32_t attempts; /* as the client counts; 0 = it did not say */
    uint64_t wall_ms;
};

struct observations;
struct observations *observations_new(void);
void observations_free(struct observations *list);
DEFINE_OWN(observations_free, struct observations *);
void observations_clear(struct observations *list);

/** Keep a copy; texts longer than OBSERVATION_TEXT_MAX are cut. A second one for the same request
 * replaces the first. */
void observations_add(struct observations *list, const struct observation *observation);
/** A copy in @arena of what was said of this request; false when nothing was. */
bool observations_find(struct observations *list, struct str request_id, struct arena *arena,
                       struct observation *out);
/** All of them, oldest first, copied into @arena. */
size_t observations_all(struct observations *list, struct arena *arena, struct observation **out);

/**
 * What went wrong between what was sent and what was seen, as one sentence in @arena: "code lost:
 * InternalServerError → RetryError". Absent when nothing did. @sent may be NULL: not in the
 * journal any more.
 */
struct str observation_verdict(const struct observation *seen, const struct journal_entry *sent,
                               struct arena *arena);

void observation_json(const struct observation *seen, const struct journal_entry *sent,
                      struct buf *out);
