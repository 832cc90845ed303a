/*
 * A decision as JSON: a table of the members, in the order they are written. A member at its
 * default is left out.
 */
#include "tape/internal.h"
#include "tape/kinds.h"

/* In the order of their enumerations. */
static const char *const outcomes[] = {
    "none",
#define OUTCOME(enumerator, name) #name,
#include "fault/outcomes.inc"
#undef OUTCOME
};
static const char *const phases[] = {"accept", "request", "effect", "headers", "body"};
static const char *const thens[] = {"close", "reset", "continue", "stall"};
static const char *const keys[] = {"default", "both", "documented", "sdk"};
static const char *const effects[] = {"default", "none", "done", "late"};
static const char *const corruptions[] = {"none",  "cut_json",   "bad_json", "wrong_type",
                                          "empty", "flip_bytes", "bad_utf8", "bad_gzip"};

#define DEED(name, kind)                                                                           \
    {                                                                                              \
#name, &tape_##kind, offsetof(struct tape_deed, name), NULL, 0                             \
    }
#define ACTION(name, kind)                                                                         \
    {                                                                                              \
#name, &tape_##kind, offsetof(struct tape_deed, action.name), NULL, 0                      \
    }
#define NAMED(name, member, list)                                                                  \
    {                                                                                              \
#name, &tape_name, offsetof(struct tape_deed, member), list, N_ELEMENTS(list)              \
    }

static const struct tape_member members[] = {
    DEED(rule, text),
    DEED(outcome_rule, text),
    DEED(effect_rule, text),
    DEED(unmarked, bool),
    DEED(rejected, bool),
    NAMED(effect, effect, effects),
    DEED(delay_request_ns, drawn),
    DEED(delay_effect_ns, drawn),
    DEED(delay_headers_ns, drawn),
    DEED(delay_capped, bool),
    NAMED(outcome, action.outcome, outcomes),
    ACTION(error, error),
    ACTION(code, text),
    ACTION(status, u32),
    ACTION(args, texts),
    ACTION(message, text),
    ACTION(request_id, text),
    NAMED(keys, action.keys, keys),
    ACTION(has_retry_after, bool),
    ACTION(retry_after_date, bool),
    ACTION(retry_after_ns, u64),
    ACTION(answer_headers, edits),
    ACTION(body, text),
    ACTION(body_is_template, bool),
    ACTION(stale_of_operation, bool),
    ACTION(stale_age, u64),
    NAMED(at, action.at, phases),
    ACTION(after, amount),
    ACTION(hang_ns, u64),
    NAMED(then, action.then, thens),
    ACTION(raw, text),
    ACTION(headers, edits),
    NAMED(corrupt, action.corrupt, corruptions),
    ACTION(corrupt_amount, u64),
    DEED(corrupt_draw, drawn),
    ACTION(has_length, bool),
    ACTION(length_is_relative, bool),
    ACTION(length_declare, i64),
    NAMED(length_then, action.length_then, thens),
    ACTION(truncate, amount),
    NAMED(truncate_then, action.truncate_then, thens),
    ACTION(stall_after, amount),
    ACTION(stall_ns, u64),
    NAMED(stall_then, action.stall_then, thens),
    ACTION(drip_bytes, u32),
    ACTION(drip_every_ms, u32),
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

void tape_deed_print(const struct tape_deed *deed, struct buf *out)
{
    char separator = '{';

    for (size_t i = 0; i < N_ELEMENTS(members); i++) {
        const void *at = (const char *)deed + members[i].offset;

        if (members[i].kind->is_default(at))
            continue;
        buf_add_char(out, separator);
        buf_add_char(out, '"');
        buf_puts(out, members[i].name);
        buf_puts(out, "\":");
        members[i].kind->print(&members[i], at, out);
        separator = ',';
    }
    buf_puts(out, separator == '{' ? "{}" : "}");
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

int tape_deed_parse(const cJSON *json, struct arena *arena, struct tape_deed *out,
                    struct error *err)
{
    *out = (struct tape_deed){.action.set_scenario = -1};
    if (!cJSON_IsObject(json))
        return error_set(err, ERROR_SYNTAX, "'do' is not an object");
    for (size_t i = 0; i < N_ELEMENTS(members); i++) {
        const cJSON *value = cJSON_GetObjectItemCaseSensitive(json, members[i].name);

        if (value &&
            !members[i].kind->parse(&members[i], value, arena, (char *)out + members[i].offset))
            return error_set(err, ERROR_SYNTAX, "'do.%s' is not what a tape holds",
                             members[i].name);
    }
    if (out->action.outcome != OUTCOME_NONE && fault_outcome_row(out->action.outcome)->chooses)
        return error_set(err, ERROR_SYNTAX, "'do.outcome' is a choice, not what came of it");
    if (out->action.outcome == OUTCOME_ERROR && !out->action.error && !str_is_set(out->action.code))
        return error_set(err, ERROR_SYNTAX, "'do.error' is missing");
    return 0;
}
