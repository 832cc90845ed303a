/*
 * The request header X-Fcemu-Fault: a rule that a call brings along. How its text is read is told
 * by whoever lets headers be heeded; what was read is kept, with its counters, for as long as
 * clients go on sending the same text.
 */
#include "base/mem.h"
#include "fault/internal.h"

enum { TEXTS_MAX = 256, TEXT_BYTES_MAX = 4096 };

struct brought {
    UT_hash_handle hh;
    char *text;
    struct fault_ruleset *set; /* NULL: see `mistake` */
    struct rule_state state;
    char *mistake;
};

struct control {
    fault_read_header_fn *read;
    struct brought *by_text; /* in the order they came */
    size_t count;
};

struct control *control_new(fault_read_header_fn *read)
{
    struct control *control = mem_alloc(sizeof(*control));

    control->read = read;
    return control;
}

static void drop(struct control *control, struct brought *brought)
{
    HASH_DEL(control->by_text, brought);
    control->count--;
    key_table_done(&brought->state.keys);
    fault_ruleset_unref(brought->set);
    mem_free(brought->mistake);
    mem_free(brought->text);
    mem_free(brought);
}

void control_reset(struct control *control)
{
    while (control && control->by_text)
        drop(control, control->by_text);
}

void control_free(struct control *control)
{
    control_reset(control);
    mem_free(control);
}

/* What a rule of one call cannot do, well-formed as it is; NULL when it can be asked. */
static const char *impossible(const struct fault_ruleset *set)
{
    if (set->rule_count != 1)
        return "it is not one rule";
    if (set->scenario_count > 0)
        return "'set_state' needs a rule file, whose scenarios the rules know";
    if (rule_asking_time(&set->rules[0]) != ASKED_ON_REQUEST)
        return "it strikes before the request is read";
    return NULL;
}

static void read_header(fault_read_header_fn *read, struct brought *brought)
{
    OWN(fault_ruleset_unref)
    struct fault_ruleset *set = read(str_of(brought->text), &brought->mistake);
    const char *why_not = set ? impossible(set) : NULL;

    if (why_not)
        brought->mistake = mem_dup(why_not);
    if (!set || why_not)
        return;
    brought->set = GIVE(set);
    brought->state = (struct rule_state){.rule = &brought->set->rules[0], .turn.on = true};
}

static struct brought *brought_by(struct control *control, struct str text)
{
    struct brought *brought;

    HASH_FIND(hh, control->by_text, text.ptr, text.len, brought);
    if (brought)
        return brought;
    if (control->count == TEXTS_MAX)
        drop(control, control->by_text);
    brought = mem_alloc(sizeof(*brought));
    brought->text = mem_dup_len(text.ptr, text.len);
    read_header(control->read, brought);
    HASH_ADD_KEYPTR(hh, control->by_text, brought->text, text.len, brought);
    control->count++;
    return brought;
}

/* ---- asking ---- */

static void unref_set(void *set)
{
    fault_ruleset_unref(set);
}

void control_ask(struct asking *asking)
{
    struct str text = header_value(asking->call, STR("X-Fcemu-Fault"));
    struct brought *brought;

    if (text.len == 0)
        return;
    if (text.len > TEXT_BYTES_MAX) {
        asking->out->control_error = "the header is longer than 4 KiB";
        return;
    }
    brought = brought_by(asking->engine->control, text);
    if (!brought->set) {
        asking->out->control_error = arena_dup(asking->arena, str_of(brought->mistake));
        return;
    }
    asking->has_brought = true;
    fault_ruleset_ref(brought->set); /* until the call is over */
    arena_on_end(asking->arena, unref_set, brought->set);
    brought->state.armed_ns = asking->now_ns; /* it is as old as the call */
    strike_rule(asking, &brought->state, arena_str(asking->arena, text));
}
