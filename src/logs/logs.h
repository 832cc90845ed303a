/*
 * logs/logs.h - what functions print and how their runs end, a line each, kept by function
 *
 * Of each function the last 8 MiB are kept, of all together 256 MiB; what goes first is the oldest,
 * and how much went is known. Lines are numbered through all functions in the order in which they
 * came. Times are real ones.
 *
 * Threads: the loop thread.
 */
#pragma once

#include "base/arena.h"

enum {
    LOGS_FUNCTION_BYTES = 8 << 20,
    LOGS_ALL_BYTES = 256 << 20,
    LOGS_TEXT_BYTES_MAX = 8192, /* of a line; what is longer becomes several */
};

struct logs;

struct logs *logs_new(uint64_t function_bytes, uint64_t all_bytes);
void logs_free(struct logs *logs); /* NULL is fine */
/** Forget the lines of this account, or of all when it is absent, and what was lost of them. */
void logs_clear(struct logs *logs, struct str account);

/* Whose lines. */
struct logs_owner {
    struct str account, region;
    struct str service;        /* "" for a function of 2023-03-30 */
    struct str function;       /* its name */
    struct str project, store; /* where it logs to in Log Service; "" : nowhere */
};

enum logs_kind {
    LOGS_LINE,  /* the function printed it */
    LOGS_START, /* a call begins: "FC Invoke Start RequestId: …" */
    LOGS_END,   /* and ends */
    LOGS_ERROR, /* what went wrong in a call, with the trace of the language: several lines */
};
const char *logs_kind_name(enum logs_kind kind); /* "line", "start", "end", "error" */

struct logs_line {
    uint64_t number; /* of all lines; set by logs_add() */
    uint64_t wall_ms;
    enum logs_kind kind;
    struct str version;    /* of the function: "LATEST" or a number */
    struct str request_id; /* "" : of no call, or nobody can tell */
    struct str instance;
    struct str text;
};

/** Keep a copy, and tell those who follow. */
void logs_add(struct logs *logs, const struct logs_owner *owner, const struct logs_line *line);

/* Which lines; what is absent or 0 does not matter. */
struct logs_filter {
    struct str account, region, service, function, project, store, request_id;
    uint64_t from_ms, to_ms; /* from <= time < to */
    uint64_t after;          /* numbers behind this one */
};

struct logs_found {
    const struct logs_owner *owner;
    struct logs_line line;
};

/**
 * The newest @most lines that fit, oldest first; *out in @arena, its texts valid until the next
 * logs_add(). Returns how many.
 */
size_t logs_select(const struct logs *logs, const struct logs_filter *filter, size_t most,
                   struct arena *arena, struct logs_found **out);

struct logs_figures {
    const struct logs_owner *owner;
    uint64_t lines, bytes; /* kept */
    uint64_t lost_lines, lost_bytes;
};
/** The number of the last line of all; 0 before the first. */
uint64_t logs_number(const struct logs *logs);

/** Each function that has or had lines and fits the filter, times and numbers aside. */
void logs_each(const struct logs *logs, const struct logs_filter *filter,
               void (*each)(void *arg, const struct logs_figures *figures), void *arg);

/* ---- those who follow ---- */

/* Laid out by whoever follows, who must end it. */
struct logs_follower {
    struct logs_filter filter; /* its texts must stay */
    void (*take)(struct logs_follower *follower, const struct logs_found *found); /* may end it */
    struct logs_follower *next, *prev;
};
void logs_follow(struct logs *logs, struct logs_follower *follower);
void logs_unfollow(struct logs *logs, struct logs_follower *follower);
