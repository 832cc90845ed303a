/*
 * Recording: a line for each call that a rule changed.
 */
#include "fault/tape.h"

#include <inttypes.h>

#include "base/mem.h"
#include "fault/tape_parts.h"

struct fault_tape *tape_new(void)
{
    return mem_alloc(sizeof(struct fault_tape));
}

void tape_clear(struct fault_tape *tape)
{
    buf_done(&tape->lines);
    tape_calls_done(&tape->calls);
    tape->line_count = tape->dropped = 0;
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

static void print_strike(const struct fault_evidence *evidence, struct buf *out)
{
    buf_puts(out, "{\"rule\":");
    buf_json_string(out, evidence->rule->id);
    if (evidence->key.len) {
        buf_puts(out, ",\"key\":");
        buf_json_string(out, evidence->key);
    }
    buf_puts(out, ",\"gate\":\"");
    buf_puts(out, fault_gate_name(evidence->gate));
    buf_puts(out, "\",\"n\":");
    buf_add_uint(out, evidence->n);
    if (evidence->draw >= 0)
        buf_printf(out, ",\"draw\":%.17g,\"threshold\":%.17g", evidence->draw, evidence->threshold);
    if (evidence->choice >= 0)
        buf_printf(out, ",\"choice\":%d", evidence->choice);
    buf_puts(out, evidence->shadow ? ",\"shadow\":true}" : "}");
}

static void print_line(const struct tape_mark *mark, const struct asking *asking, struct buf *out)
{
    const struct fault_decision *decision = asking->out;
    struct tape_deed deed;

    tape_mark_print(mark, asking->call, out);
    buf_puts(out, ",\"do\":");
    tape_deed_of(decision, asking->arena, &deed);
    tape_deed_print(&deed, out);
    buf_puts(out, ",\"strikes\":[");
    for (size_t i = 0; i < decision->evidence_count; i++) {
        if (i)
            buf_add_char(out, ',');
        print_strike(&decision->evidence[i], out);
    }
    buf_puts(out, "]}\n");
}

void tape_record(struct fault_tape *tape, const struct tape_mark *mark, const struct asking *asking)
{
    if (!asking->out->first_rule && !asking->out->rejected)
        return;
    if (mark->key.k == 0 || tape->lines.len > TAPE_BYTES_MAX) {
        tape->dropped++;
        return;
    }
    print_line(mark, asking, &tape->lines);
    tape->line_count++;
}

void fault_tape_save(const struct fault_engine *engine, struct buf *out)
{
    const struct fault_tape *tape = engine->tape;

    buf_printf(out,
               "{\"fcemu_tape\":%d,\"seed\":\"%" PRIu64 "\",\"lines\":%" PRIu64
               ",\"dropped\":%" PRIu64 "}\n",
               TAPE_VERSION, engine->seed, tape->line_count, tape->dropped);
    buf_add(out, buf_str(&tape->lines));
}

void fault_tape_clear(struct fault_engine *engine)
{
    tape_clear(engine->tape);
}
