/*
 * Recording: a line for each call that a rule changed.
 */
#include "tape/tape.h"

#include <inttypes.h>
#include <stdio.h>

#include "base/mem.h"
#include "tape/internal.h"

/* What stands in a line between the decision and the strikes, between those, and behind them. */
#define STRIKES ",\"strikes\":["
#define END "]}\n"

enum {
    BETWEEN = sizeof(STRIKES END) - 1,
    DRAW_PRINTED = sizeof("0.12345678901234567") - 1, /* a tenth of them is longer */
};

/* ---- recording ---- */

static uint32_t caller_part(struct tape *tape, const struct tape_mark *mark,
                            const struct fault_call *call)
{
    OWN(buf_done) struct buf text = {0};
    uint32_t part = tape_part_find(&tape->lines, mark->key.call);

    if (part)
        return part;
    tape_mark_print(mark, call, &text);
    buf_puts(&text, ",\"do\":");
    return tape_part_add(&tape->lines, mark->key.call, buf_str(&text));
}

static void put_deed(struct tape *tape, const struct fault_sight *sight)
{
    uint64_t numbers[TAPE_DEED_NUMBERS_MAX];
    size_t count = tape_deed_numbers(sight->decision, numbers);

    tape_put_part(&tape->lines, tape_known_deed(&tape->known, &tape->lines, sight));
    for (size_t i = 0; i < count; i++)
        tape_put_uint(&tape->lines, numbers[i]);
}

/* Measured when it changes: most rules have one of their own. */
static uint32_t threshold_printed(struct tape *tape, double threshold)
{
    if (!tape->threshold_printed || threshold < tape->threshold || threshold > tape->threshold) {
        tape->threshold = threshold;
        tape->threshold_printed = (uint32_t)snprintf(NULL, 0, TAPE_DOUBLE, threshold);
    }
    return tape->threshold_printed;
}

static void put_strike(struct tape *tape, const struct fault_sight *sight,
                       const struct fault_evidence *evidence)
{
    tape_put_part(&tape->lines, tape_known_strike(&tape->known, &tape->lines, sight, evidence));
    tape_put_uint(&tape->lines, evidence->n);
    if (!tape_is_drawn(evidence))
        return;
    tape_put_double(&tape->lines, evidence->draw, DRAW_PRINTED);
    tape_put_double(&tape->lines, evidence->threshold,
                    threshold_printed(tape, evidence->threshold));
}

static void begins(void *arg, const struct fault_sight *sight)
{
    struct tape *tape = arg;

    tape->mark = tape_calls_count(&tape->calls, sight->call, sight->time);
}

static bool decides(void *arg, const struct fault_sight *sight)
{
    struct tape *tape = arg;

    return tape_player_decide(&tape->player, &tape->mark, sight->decision);
}

static void ends(void *arg, const struct fault_sight *sight)
{
    struct tape *tape = arg;
    const struct fault_decision *decision = sight->decision;

    if (!decision->first_rule && !decision->rejected)
        return;
    if (tape->mark.key.k == 0 || tape->lines.printed > TAPE_BYTES_MAX) {
        tape->dropped++;
        return;
    }
    tape_put_part(&tape->lines, caller_part(tape, &tape->mark, sight->call));
    tape_put_uint(&tape->lines, tape->mark.key.k);
    put_deed(tape, sight);
    for (size_t i = 0; i < decision->evidence_count; i++)
        put_strike(tape, sight, &decision->evidence[i]);
    tape_put_end(&tape->lines,
                 BETWEEN + (decision->evidence_count ? decision->evidence_count - 1 : 0));
}

static void set_gone(void *arg)
{
    struct tape *tape = arg;

    tape_known_done(&tape->known);
}

/* ---- life ---- */

struct tape *tape_new(struct fault_engine *engine)
{
    struct tape *tape = mem_alloc(sizeof(*tape));

    tape->engine = engine;
    fault_engine_observe_with(
        engine,
        &(struct fault_observer){
            .arg = tape, .begins = begins, .decides = decides, .ends = ends, .set_gone = set_gone});
    return tape;
}

void tape_clear(struct tape *tape)
{
    tape_lines_done(&tape->lines);
    tape_known_done(&tape->known);
    tape_calls_done(&tape->calls);
    tape->dropped = 0;
}

void tape_free(struct tape *tape)
{
    if (!tape)
        return;
    fault_engine_observe_with(tape->engine, NULL);
    tape_player_done(&tape->player);
    tape_clear(tape);
    mem_free(tape);
}

/* ---- saving ---- */

/* The caller and the deed are parts that lead the line; each strike is one. */
static void print_line(struct tape_reader *reader, struct buf *out)
{
    const char *before = "";

    tape_read_part(reader, out);
    tape_read_part(reader, out);
    buf_puts(out, STRIKES);
    for (;;) {
        size_t at = out->len;

        buf_puts(out, before);
        if (!tape_read_part(reader, out)) {
            out->len = at;
            break;
        }
        before = ",";
    }
    buf_puts(out, END);
}

void tape_save(const struct tape *tape, struct buf *out)
{
    const struct tape_lines *lines = &tape->lines;
    struct tape_reader reader = tape_reader_start(lines);

    buf_printf(out,
               "{\"fcemu_tape\":%d,\"seed\":\"%" PRIu64 "\",\"lines\":%" PRIu64
               ",\"dropped\":%" PRIu64 "}\n",
               TAPE_VERSION, fault_engine_seed(tape->engine), lines->count, tape->dropped);
    buf_reserve(out, lines->printed);
    while (tape_read_line(&reader))
        print_line(&reader, out);
}
