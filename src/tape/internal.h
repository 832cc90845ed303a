/*
 * tape/internal.h - what the files of the tape share
 *
 * tape.c records, play.c plays; calls.c tells calls apart, codec.c writes a decision
 * down, kinds.c its members; lines.c keeps what was recorded, known.c knows
 * decisions that were written down already.
 *
 * Threads: the loop thread.
 */
#pragma once

#include <uthash.h>

#include "base/json.h"
#include "fault/observer.h"
#include "fault/outcome.h"
#include "tape/tape.h"

enum { TAPE_VERSION = 1 };

/* ---- lines.c ---- */

/* Stands in a part for a number that each line has for itself. JSON escapes such characters. */
enum { TAPE_HOLE_UINT = '\x01', TAPE_HOLE_DOUBLE = '\x02' };
#define TAPE_DOUBLE "%.17g" /* how a double is printed */

struct tape_lines {
    uint64_t count;
    uint64_t printed;    /* bytes of all lines as text */
    struct arena *texts; /* of parts; NULL while empty, as all below */
    struct tape_part *parts;
    uint32_t part_count;
    uint32_t *places; /* open addressing: numbers of parts by digest, 0 = free */
    size_t place_count;
    struct tape_block *first, *last;
};
void tape_lines_done(struct tape_lines *lines);
/** The part that was added with this digest, from 1; 0 = none. */
uint32_t tape_part_find(const struct tape_lines *lines, uint64_t digest);
uint32_t tape_part_add(struct tape_lines *lines, uint64_t digest, struct str text);
/* A line: parts, each followed by what fills its holes, in their order; then the end. */
void tape_put_part(struct tape_lines *lines, uint32_t part);
void tape_put_uint(struct tape_lines *lines, uint64_t value);
/** @printed: how long it will be, or about that. */
void tape_put_double(struct tape_lines *lines, double value, uint32_t printed);
/** @between: bytes that will be printed beside the parts. */
void tape_put_end(struct tape_lines *lines, size_t between);

struct tape_reader {
    const struct tape_lines *lines;
    const struct tape_block *block;
    uint32_t at;
    uint64_t left; /* lines not begun */
};
struct tape_reader tape_reader_start(const struct tape_lines *lines);
/** Begin the next line, in the order they were put; false when there is none. */
bool tape_read_line(struct tape_reader *reader);
/** Append the line's next part, holes filled; false at the end of the line. */
bool tape_read_part(struct tape_reader *reader, struct buf *out);

/* ---- calls.c ---- */

/* A call as the tape knows it. */
struct tape_key {
    uint64_t call; /* digest of what it asks */
    uint64_t k;    /* the how-manieth of these, from 1; 0 = it could not be counted */
};
struct tape_mark {
    struct tape_key key;
    enum asking_time time;
};

/* How often each call was seen. */
struct tape_calls {
    struct seen *places;
    size_t room, count;
};
struct tape_mark tape_calls_count(struct tape_calls *calls, const struct fault_call *call,
                                  enum asking_time time);
void tape_calls_done(struct tape_calls *calls);
/** The beginning of a line, with a hole for `k`: `{"k":_,"label":"pay",…`, without the closing
 * brace. */
void tape_mark_print(const struct tape_mark *mark, const struct fault_call *call, struct buf *out);
bool tape_mark_parse(const cJSON *json, struct tape_mark *out);

/* ---- codec.c ---- */

/* A decision without pointers into a rule set: every shaper stands in the one action. */
struct tape_deed {
    struct fault_action action;
    uint64_t delay_request_ns, delay_effect_ns, delay_headers_ns;
    bool delay_capped, rejected, unmarked;
    uint64_t corrupt_draw;
    enum fault_effect effect;
    struct str rule, outcome_rule, effect_rule; /* ids; absent = none */
};

/** Everything that counts in @decision, flat. Views into it; @arena for the header edits. */
void tape_deed_of(const struct fault_decision *decision, struct arena *arena,
                  struct tape_deed *out);
/** With a hole for each number that is drawn for a call; tape_deed_numbers() fills them. */
void tape_deed_print(const struct tape_deed *deed, struct buf *out);
enum { TAPE_DEED_NUMBERS_MAX = 4 };
size_t tape_deed_numbers(const struct fault_decision *decision,
                         uint64_t out[TAPE_DEED_NUMBERS_MAX]);
/** Copies go into @arena. Negative when a member is not what it should be. */
int tape_deed_parse(const cJSON *json, struct arena *arena, struct tape_deed *out,
                    struct error *err);

/* ---- known.c ---- */

enum { TAPE_KNOWN_DEEDS = 16, TAPE_KNOWN_EDITS = 4, TAPE_KNOWN_STRIKES = 16 };

/* What a decision's text comes from, but for its numbers. */
struct tape_source {
    const struct fault_rule *first_rule, *outcome_rule, *effect_rule;
    const struct fault_action *outcome, *corrupt, *length, *truncate, *stall, *drip;
    const struct fault_header_edit *edits[TAPE_KNOWN_EDITS];
    uint32_t edit_count;
    uint32_t flags;
};

/* Printing is dear, and most calls are struck as one before them was. */
struct tape_known {
    struct fault_ruleset *set; /* kept, so that the pointers below stay what they are */
    struct tape_known_deed {
        struct tape_source source;
        uint32_t part; /* 0 = a free place */
    } deeds[TAPE_KNOWN_DEEDS];
    struct tape_known_strike {
        const struct fault_rule *rule;
        uint64_t traits;
        uint32_t part; /* the same */
    } strikes[TAPE_KNOWN_STRIKES];
};
/** The part of @lines that is the decision's text, added when it is new. */
uint32_t tape_known_deed(struct tape_known *known, struct tape_lines *lines,
                         const struct fault_sight *sight);
/** The same of one rule's part in it. Its numbers: n; then draw and threshold if it is drawn. */
uint32_t tape_known_strike(struct tape_known *known, struct tape_lines *lines,
                           const struct fault_sight *sight, const struct fault_evidence *evidence);
bool tape_is_drawn(const struct fault_evidence *evidence);
void tape_known_done(struct tape_known *known);

/* ---- play.c, tape.c ---- */

struct tape_player {
    struct fault_ruleset *set; /* NULL = not playing; its arena holds `calls` and their rules */
    struct played *calls;
    unsigned times; /* at which some were struck: bit per enum asking_time */
};
void tape_player_done(struct tape_player *player);

struct tape {
    struct fault_engine *engine;
    struct tape_mark mark; /* of the asking that goes on */
    struct tape_lines lines;
    struct tape_known known;
    uint64_t dropped;
    double threshold; /* the last one, and how long it is when it is printed */
    uint32_t threshold_printed;
    struct tape_calls calls;
    struct tape_player player;
};
/** The decision for the call as it was recorded; false when nothing struck it. */
bool tape_player_decide(const struct tape_player *player, const struct tape_mark *mark,
                        struct fault_decision *out);
