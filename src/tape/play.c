/*
 * Playing: a tape is read into decisions by call, and each call gets its own back.
 */
#include <limits.h>

#include "base/number.h"
#include "tape/internal.h"
#include "tape/tape.h"

struct played {
    UT_hash_handle hh;
    struct tape_key key;
    struct tape_deed deed;
    struct fault_decision decision; /* without tickets and set */
};

struct reader {
    struct tape_player *player; /* being filled; not the engine's yet */
    struct arena *arena;
    struct rule_name {
        UT_hash_handle hh;
        struct fault_rule rule;
    } * rules;
};

/* A tape names rules that may be gone; a decision still points to something with that name. */
static struct fault_rule *rule_named(struct reader *r, struct str id)
{
    struct rule_name *known;

    if (!str_is_set(id))
        return NULL;
    HASH_FIND(hh, r->rules, id.ptr, id.len, known);
    if (known)
        return &known->rule;
    known = ARENA_NEW(r->arena, struct rule_name);
    known->rule.id = arena_str(r->arena, id);
    known->rule.group = -1;
    known->rule.mark = true;
    HASH_ADD_KEYPTR(hh, r->rules, known->rule.id.ptr, known->rule.id.len, known);
    return &known->rule;
}

static enum fault_gate gate_named(struct str name)
{
    for (enum fault_gate gate = GATE_ENABLED; gate <= GATE_NOT_ASKED; gate++)
        if (str_eq(name, str_of(fault_gate_name(gate))))
            return gate;
    return GATE_NOT_ASKED;
}

/* -1: there was none to choose from. */
static int choice_of(const cJSON *item)
{
    uint64_t choice = json_get_uint(item, "choice", INT_MAX, UINT64_MAX);

    return choice == UINT64_MAX ? -1 : (int)choice;
}

static void read_strikes(struct reader *r, const cJSON *list, struct fault_decision *out)
{
    size_t count = (size_t)cJSON_GetArraySize(list);
    const cJSON *item;

    out->evidence = count ? ARENA_ARRAY(r->arena, count, struct fault_evidence) : NULL;
    cJSON_ArrayForEach (item, list) {
        struct str key = json_get_str(item, "key");
        const struct fault_rule *rule = rule_named(r, json_get_str(item, "rule"));

        if (!rule)
            continue;
        out->evidence[out->evidence_count++] = (struct fault_evidence){
            .rule = rule,
            .gate = gate_named(json_get_str(item, "gate")),
            .key = str_is_set(key) ? arena_str(r->arena, key) : STR(""),
            .n = json_get_uint(item, "n", NUMBER_EXACT, 0),
            .draw = json_get_double(item, "draw", -1),
            .threshold = json_get_double(item, "threshold", 1),
            .shadow = cJSON_IsTrue(cJSON_GetObjectItemCaseSensitive(item, "shadow")),
            .choice = choice_of(item),
        };
    }
}

static void decision_of(struct reader *r, struct tape_deed *deed, struct fault_decision *out)
{
    struct fault_action *action = &deed->action;
    const struct fault_header_edit **edits = NULL;
    struct fault_rule *first = rule_named(r, deed->rule);

    if (first && deed->unmarked)
        first->mark = false;
    if (action->header_count)
        edits = ARENA_ARRAY(r->arena, action->header_count, const struct fault_header_edit *);
    for (size_t i = 0; i < action->header_count; i++)
        edits[i] = &action->headers[i];
    *out = (struct fault_decision){
        .outcome = action->outcome == OUTCOME_NONE ? NULL : action,
        .first_rule = first,
        .outcome_rule = rule_named(r, deed->outcome_rule),
        .effect_rule = rule_named(r, deed->effect_rule),
        .delay_request_ns = deed->delay_request_ns,
        .delay_effect_ns = deed->delay_effect_ns,
        .delay_headers_ns = deed->delay_headers_ns,
        .delay_capped = deed->delay_capped,
        .header_edits = {edits, action->header_count},
        .corrupt = action->corrupt != CORRUPT_NONE ? action : NULL,
        .length = action->has_length ? action : NULL,
        .truncate = action->truncate.given ? action : NULL,
        .stall = action->stall_after.given ? action : NULL,
        .drip = action->drip_bytes ? action : NULL,
        .corrupt_draw = deed->corrupt_draw,
        .effect = deed->effect,
        .rejected = deed->rejected,
    };
}

static int read_call(struct reader *r, const cJSON *json, struct error *err)
{
    struct played *played = ARENA_NEW(r->arena, struct played);
    struct tape_mark mark;

    if (!tape_mark_parse(json, &mark))
        return error_set(err, ERROR_SYNTAX, "'k' or 'asking' is missing or wrong");
    if (tape_deed_parse(cJSON_GetObjectItemCaseSensitive(json, "do"), r->arena, &played->deed,
                        err) < 0)
        return -1;
    played->key = mark.key;
    decision_of(r, &played->deed, &played->decision);
    read_strikes(r, cJSON_GetObjectItemCaseSensitive(json, "strikes"), &played->decision);
    HASH_ADD(hh, r->player->calls, key, sizeof(played->key), played);
    r->player->times |= 1U << mark.time;
    return 0;
}

static int read_line(struct reader *r, struct str line, struct error *err)
{
    OWN(json_free) cJSON *json = json_parse_within(line, SIZE_MAX, err);
    const cJSON *version;

    if (!json)
        return -1;
    version = cJSON_GetObjectItemCaseSensitive(json, "fcemu_tape");
    if (!version)
        return read_call(r, json, err);
    if (!cJSON_IsNumber(version) || version->valueint != TAPE_VERSION)
        return error_set(err, ERROR_SYNTAX, "only tapes of version %d can be played", TAPE_VERSION);
    return 0;
}

static int read_tape(struct reader *r, struct str text, struct error *err)
{
    size_t number = 0, lines = 0;
    int result = 0;

    while (result == 0 && text.len) {
        struct str line;

        number++;
        str_cut(text, '\n', &line, &text);
        if (!str_trim(line).len)
            continue;
        lines++;
        if (read_line(r, line, err) < 0)
            result = error_wrap(err, "tape: line %zu", number);
    }
    if (lines == 0)
        result = error_set(err, ERROR_SYNTAX,
                           "tape: it has no line, not even a head; what 'fault tape save' writes "
                           "can be played");
    HASH_CLEAR(hh, r->rules);
    return result;
}

/* ---- playing ---- */

int tape_play(struct tape *tape, struct str ndjson, struct error *err)
{
    struct tape_player fresh = {0};
    struct reader reader = {.player = &fresh};

    if (str_is_set(ndjson)) {
        fresh.set = fault_ruleset_new();
        reader.arena = fresh.set->arena;
        if (read_tape(&reader, ndjson, err) < 0) {
            tape_player_done(&fresh);
            return -1;
        }
    }
    tape_player_done(&tape->player);
    tape_clear(tape);
    tape->player = fresh;
    fault_engine_decided_elsewhere(tape->engine, fresh.set != NULL, fresh.times);
    return 0;
}

bool tape_is_playing(const struct tape *tape)
{
    return tape->player.set != NULL;
}

size_t tape_playing_calls(const struct tape *tape)
{
    return HASH_COUNT(tape->player.calls);
}

bool tape_player_decide(const struct tape_player *player, const struct tape_mark *mark,
                        struct fault_decision *out)
{
    bool in_flight = out->in_flight;
    struct played *played;

    HASH_FIND(hh, player->calls, &mark->key, sizeof(mark->key), played);
    if (!played)
        return false;
    *out = played->decision;
    out->in_flight = in_flight;
    out->set = player->set;
    out->lent = 0;
    fault_ruleset_ref(out->set);
    return true;
}

void tape_player_done(struct tape_player *player)
{
    HASH_CLEAR(hh, player->calls);
    fault_ruleset_unref(player->set);
    *player = (struct tape_player){0};
}
