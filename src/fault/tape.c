/*
 * Recording: a line for each call that a rule changed.
 */
#include "fault/tape.h"

#include <inttypes.h>
#include <stdio.h>

#include "base/mem.h"
#include "fault/tape_parts.h"

/* What stands in a line between the decision and the strikes, between those, and behind them. */
#define STRIKES ",\"strikes\":["
#define END "]}\n"

enum {
    BETWEEN = sizeof(STRIKES END) - 1,
    DRAW_PRINTED = sizeof("0.12345678901234567") - 1, /* a tenth of them is longer */
};

struct fault_tape *tape_new(void)
{
    return mem_alloc(sizeof(struct fault_tape));
}

void tape_clear(struct fault_tape *tape)
{
    tape_lines_done(&tape->lines);
    tape_known_done(&tape->known);
    tape_calls_done(&tape->calls);
    tape->dropped = 0;
}

void tape_free(struct fault_tape *tape)
{
    if (!tape)
        return;
    tape_player_done(&tape->player);
    tape_clear(tape);
    mem_free(tape);
}

struct tape_mark tape_count(struct fault_tape *tape, const struct fault_call *call,
                            enum asking_time time)
{
    return tape_calls_count(&tape->calls, call, time);
}

/* ---- recording ---- */

static uint32_t caller_part(struct fault_tape *tape, const struct tape_mark *mark,
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

static void put_deed(struct fault_tape *tape, const struct asking *asking)
{
    uint64_t numbers[TAPE_DEED_NUMBERS_MAX];
    size_t count = tape_deed_numbers(asking->out, numbers);

    tape_put_part(&tape->lines, tape_known_deed(&tape->known, &tape->lines, asking));
    for (size_t i = 0; i < count; i++)
        tape_put_uint(&tape->lines, numbers[i]);
}

/* Measured when it changes: most rules have one of their own. */
static uint32_t threshold_printed(struct fault_tape *tape, double threshold)
{
    if (!tape->threshold_printed || threshold < tape->threshold || threshold > tape->threshold) {
        tape->threshold = threshold;
        tape->threshold_printed = (uint32_t)snprintf(NULL, 0, TAPE_DOUBLE, threshold);
    }
    return tape->threshold_printed;
}

static void put_strike(struct fault_tape *tape, const struct asking *asking,
                       const struct fault_evidence *evidence)
{
    tape_put_part(&tape->lines, tape_known_strike(&tape->known, &tape->lines, asking, evidence));
    tape_put_uint(&tape->lines, evidence->n);
    if (!tape_is_drawn(evidence))
        return;
    tape_put_double(&tape->lines, evidence->draw, DRAW_PRINTED);
    tape_put_double(&tape->lines, evidence->threshold,
                    threshold_printed(tape, evidence->threshold));
}

void tape_record(struct fault_tape *tape, const struct tape_mark *mark, const struct asking *asking)
{
    const struct fault_decision *decision = asking->out;

    if (!decision->first_rule && !decision->rejected)
        return;
    if (mark->key.k == 0 || tape->lines.printed > TAPE_BYTES_MAX) {
        tape->dropped++;
        return;
    }
    tape_put_part(&tape->lines, caller_part(tape, mark, asking->call));
    tape_put_uint(&tape->lines, mark->key.k);
    put_deed(tape, asking);
    for (size_t i = 0; i < decision->evidence_count; i++)
        put_strike(tape, asking, &decision->evidence[i]);
    tape_put_end(&tape->lines,
                 BETWEEN + (decision->evidence_count ? decision->evidence_count - 1 : 0));
}

void tape_set_gone(struct fault_tape *tape)
{
    tape_known_done(&tape->known);
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

void fault_tape_save(const struct fault_engine *engine, struct buf *out)
{
    const struct tape_lines *lines = &engine->tape->lines;
    struct tape_reader reader = tape_reader_start(lines);

    buf_printf(out,
               "{\"fcemu_tape\":%d,\"seed\":\"%" PRIu64 "\",\"lines\":%" PRIu64
               ",\"dropped\":%" PRIu64 "}\n",
               TAPE_VERSION, engine->seed, lines->count, engine->tape->dropped);
    buf_reserve(out, lines->printed);
    while (tape_read_line(&reader))
        print_line(&reader, out);
}

void fault_tape_clear(struct fault_engine *engine)
{
    tape_clear(engine->tape);
}
