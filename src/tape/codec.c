/*
 * A decision as JSON: what is known of every decision, the members of its outcome's row, and the
 * shapers, in the order they are written. A member at its default is left out.
 */
#include "tape/internal.h"
#include "tape/kinds.h"

/* In the order of their enumerations. */
static const char *const outcomes[] = {
    "none",
#define OUTCOME(enumerator, name, file, keys, help) #name,
#include "fault/outcomes.inc"
};
static const char *const thens[] = {"close", "reset", "continue", "stall"};
static const char *const effects[] = {"default", "none", "done", "late"};
static const char *const corruptions[] = {"none",  "cut_json",   "bad_json", "wrong_type",
                                          "empty", "flip_bytes", "bad_utf8", "bad_gzip"};

#define DEED(name, kind) FAULT_MEMBER(#name, kind, struct tape_deed, name)
#define ACTION(name, kind) FAULT_MEMBER(#name, kind, struct tape_deed, action.name)
#define NAMED(name, member, list) FAULT_NAMED(#name, struct tape_deed, member, list)

static const struct fault_member in_front[] = {
    DEED(rule, TEXT),
    DEED(outcome_rule, TEXT),
    DEED(effect_rule, TEXT),
    DEED(unmarked, BOOL),
    DEED(rejected, BOOL),
    NAMED(effect, effect, effects),
    DEED(delay_request_ns, DRAWN),
    DEED(delay_effect_ns, DRAWN),
    DEED(delay_headers_ns, DRAWN),
    DEED(delay_capped, BOOL),
    NAMED(outcome, action.outcome, outcomes),
};

static const struct fault_member shapers[] = {
    ACTION(headers, EDITS),
    NAMED(corrupt, action.corrupt, corruptions),
    ACTION(corrupt_amount, U64),
    DEED(corrupt_draw, DRAWN),
    ACTION(has_length, BOOL),
    ACTION(length_is_relative, BOOL),
    ACTION(length_declare, I64),
    NAMED(length_then, action.length_then, thens),
    ACTION(truncate, AMOUNT),
    NAMED(truncate_then, action.truncate_then, thens),
    ACTION(stall_after, AMOUNT),
    ACTION(stall_ns, U64),
    NAMED(stall_then, action.stall_then, thens),
    ACTION(drip_bytes, U32),
    ACTION(drip_every_ms, U32),
};

/* ---- decision, deed, JSON ---- */

static struct str id_of(const struct fault_rule *rule)
{
    return rule ? rule->id : STR_NONE;
}

static void flatten_shapers(const struct fault_decision *d, struct fault_action *out)
{
    out->corrupt = d->corrupt ? d->corrupt->corrupt : CORRUPT_NONE;
    out->corrupt_amount = d->corrupt ? d->corrupt->corrupt_amount : 0;
    out->has_length = d->length != NULL;
    if (d->length) {
        out->length_is_relative = d->length->length_is_relative;
        out->length_declare = d->length->length_declare;
        out->length_then = d->length->length_then;
    }
    out->truncate = d->truncate ? d->truncate->truncate : (struct fault_amount){0};
    out->truncate_then = d->truncate ? d->truncate->truncate_then : THEN_CLOSE;
    out->stall_after = d->stall ? d->stall->stall_after : (struct fault_amount){0};
    out->stall_ns = d->stall ? d->stall->stall_ns : 0;
    out->stall_then = d->stall ? d->stall->stall_then : THEN_CLOSE;
    out->drip_bytes = d->drip ? d->drip->drip_bytes : 0;
    out->drip_every_ms = d->drip ? d->drip->drip_every_ms : 0;
}

static void flatten_headers(const struct fault_edits *edits, struct arena *arena,
                            struct fault_action *out)
{
    out->header_count = edits->count;
    out->headers = edits->count ? ARENA_ARRAY(arena, edits->count, struct fault_header_edit) : NULL;
    for (size_t i = 0; i < edits->count; i++)
        out->headers[i] = *edits->items[i];
}

void tape_deed_of(const struct fault_decision *decision, struct arena *arena, struct tape_deed *out)
{
    *out = (struct tape_deed){
        .delay_request_ns = decision->delay_request_ns,
        .delay_effect_ns = decision->delay_effect_ns,
        .delay_headers_ns = decision->delay_headers_ns,
        .delay_capped = decision->delay_capped,
        .rejected = decision->rejected,
        .unmarked = decision->first_rule && !decision->first_rule->mark,
        .corrupt_draw = decision->corrupt_draw,
        .effect = decision->effect,
        .rule = id_of(decision->first_rule),
        .outcome_rule = id_of(decision->outcome_rule),
        .effect_rule = id_of(decision->effect_rule),
    };
    if (decision->outcome)
        out->action = *decision->outcome;
    flatten_shapers(decision, &out->action);
    flatten_headers(&decision->header_edits, arena, &out->action);
}

/* Of no outcome there are none. */
static const struct fault_outcome_row *row_of(const struct fault_action *action)
{
    static const struct fault_outcome_row none;

    return action->outcome == OUTCOME_NONE ? &none : fault_outcome_row(action->outcome);
}

static void print_members(const struct fault_member *members, size_t count, const void *of,
                          struct buf *out)
{
    for (size_t i = 0; i < count; i++) {
        const struct tape_kind *kind = tape_kind(members[i].kind);
        const void *at = (const char *)of + members[i].offset;

        if (kind->is_default(at))
            continue;
        buf_add_char(out, ',');
        buf_add_char(out, '"');
        buf_puts(out, members[i].name);
        buf_puts(out, "\":");
        kind->print(&members[i], at, out);
    }
}

void tape_deed_print(const struct tape_deed *deed, struct buf *out)
{
    const struct fault_outcome_row *row = row_of(&deed->action);
    size_t start = out->len;

    print_members(in_front, N_ELEMENTS(in_front), deed, out);
    print_members(row->members, row->member_count,
                  row->own_bytes ? deed->action.own : (const void *)&deed->action, out);
    print_members(shapers, N_ELEMENTS(shapers), deed, out);
    if (out->len == start)
        buf_add_char(out, '{');
    else
        out->ptr[start] = '{'; /* instead of the first comma */
    buf_add_char(out, '}');
}

size_t tape_deed_numbers(const struct fault_decision *decision, uint64_t out[TAPE_DEED_NUMBERS_MAX])
{
    const uint64_t in_order[TAPE_DEED_NUMBERS_MAX] = {
        decision->delay_request_ns,
        decision->delay_effect_ns,
        decision->delay_headers_ns,
        decision->corrupt_draw,
    };
    size_t count = 0;

    for (size_t i = 0; i < TAPE_DEED_NUMBERS_MAX; i++)
        if (in_order[i])
            out[count++] = in_order[i];
    return count;
}

static int parse_members(const struct fault_member *members, size_t count, const cJSON *json,
                         struct arena *arena, void *of, struct error *err)
{
    for (size_t i = 0; i < count; i++) {
        const cJSON *value = cJSON_GetObjectItemCaseSensitive(json, members[i].name);
        const struct tape_kind *kind = tape_kind(members[i].kind);

        if (value && !kind->parse(&members[i], value, arena, (char *)of + members[i].offset))
            return error_set(err, ERROR_SYNTAX, "'do.%s' is not what a tape holds",
                             members[i].name);
    }
    return 0;
}

static int parse_outcome(const cJSON *json, struct arena *arena, struct fault_action *out,
                         struct error *err)
{
    const struct fault_outcome_row *row = row_of(out);
    void *of = out;

    if (row->chooses)
        return error_set(err, ERROR_SYNTAX, "'do.outcome' is a choice, not what came of it");
    if (row->own_bytes)
        of = out->own = arena_alloc(arena, row->own_bytes);
    if (parse_members(row->members, row->member_count, json, arena, of, err) < 0)
        return -1;
    if (row->is_whole && !row->is_whole(out))
        return error_set(err, ERROR_SYNTAX, "'do." STR_FMT "' is missing",
                         STR_ARG(fault_outcome_name(out->outcome)));
    return 0;
}

int tape_deed_parse(const cJSON *json, struct arena *arena, struct tape_deed *out,
                    struct error *err)
{
    *out = (struct tape_deed){.action.set_scenario = -1};
    if (!cJSON_IsObject(json))
        return error_set(err, ERROR_SYNTAX, "'do' is not an object");
    if (parse_members(in_front, N_ELEMENTS(in_front), json, arena, out, err) < 0 ||
        parse_outcome(json, arena, &out->action, err) < 0)
        return -1;
    return parse_members(shapers, N_ELEMENTS(shapers), json, arena, out, err);
}
