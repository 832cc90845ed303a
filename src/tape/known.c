/*
 * Decisions and strikes that were written down already, by where they come from: they point into
 * their rule set, and what the set holds never changes.
 */
#include "base/draw.h"
#include "tape/internal.h"

static const uint8_t digest_key[16] = "fcemu tape deed";

/* Flags of a source; the effect stands above them. */
enum {
    HAS_DELAY_REQUEST = 1 << 0,
    HAS_DELAY_EFFECT = 1 << 1,
    HAS_DELAY_HEADERS = 1 << 2,
    HAS_CORRUPT_DRAW = 1 << 3,
    IS_CAPPED = 1 << 4,
    IS_REJECTED = 1 << 5,
    EFFECT_SHIFT = 8,
};

static uint32_t flags_of(const struct fault_decision *d)
{
    return (d->delay_request_ns ? HAS_DELAY_REQUEST : 0U) |
           (d->delay_effect_ns ? HAS_DELAY_EFFECT : 0U) |
           (d->delay_headers_ns ? HAS_DELAY_HEADERS : 0U) |
           (d->corrupt_draw ? HAS_CORRUPT_DRAW : 0U) | (d->delay_capped ? IS_CAPPED : 0U) |
           (d->rejected ? IS_REJECTED : 0U) | (uint32_t)d->effect << EFFECT_SHIFT;
}

/* False when it has more edits than a source can hold. */
static bool source_of(const struct fault_decision *d, struct tape_source *out)
{
    *out = (struct tape_source){
        .first_rule = d->first_rule,
        .outcome_rule = d->outcome_rule,
        .effect_rule = d->effect_rule,
        .outcome = d->outcome,
        .corrupt = d->corrupt,
        .length = d->length,
        .truncate = d->truncate,
        .stall = d->stall,
        .drip = d->drip,
        .edit_count = (uint32_t)d->header_edits.count,
        .flags = flags_of(d),
    };
    if (d->header_edits.count > TAPE_KNOWN_EDITS)
        return false;
    for (size_t i = 0; i < d->header_edits.count; i++)
        out->edits[i] = d->header_edits.items[i];
    return true;
}

/* Sources that share a place take turns in it. */
static struct tape_known_deed *place_of(struct tape_known *known, const struct tape_source *source)
{
    uintptr_t mixed =
        (uintptr_t)source->first_rule + 3 * (uintptr_t)source->outcome + source->flags;

    mixed ^= mixed >> 7 ^ mixed >> 13;
    return &known->deeds[mixed % TAPE_KNOWN_DEEDS];
}

static uint32_t printed_deed(struct tape_lines *lines, const struct fault_sight *sight)
{
    OWN(buf_done) struct buf text = {0};
    struct tape_deed deed;
    uint64_t digest;
    uint32_t part;

    tape_deed_of(sight->decision, sight->arena, &deed);
    tape_deed_print(&deed, &text);
    digest = draw_siphash(digest_key, text.ptr, text.len);
    part = tape_part_find(lines, digest);
    return part ? part : tape_part_add(lines, digest, buf_str(&text));
}

/* False when the pointers say nothing, because a rule of the call's own is among them. */
static bool turn_to(struct tape_known *known, const struct fault_sight *sight)
{
    struct fault_ruleset *set = sight->decision->set;

    if (sight->has_brought)
        return false;
    if (known->set == set)
        return true;
    tape_known_done(known);
    fault_ruleset_ref(set);
    known->set = set;
    return true;
}

uint32_t tape_known_deed(struct tape_known *known, struct tape_lines *lines,
                         const struct fault_sight *sight)
{
    struct tape_known_deed *place;
    struct tape_source source;

    if (!source_of(sight->decision, &source) || !turn_to(known, sight))
        return printed_deed(lines, sight);
    place = place_of(known, &source);
    if (!place->part || memcmp(&place->source, &source, sizeof(source)) != 0)
        *place = (struct tape_known_deed){source, printed_deed(lines, sight)};
    return place->part;
}

/* ---- strikes ---- */

bool tape_is_drawn(const struct fault_evidence *evidence)
{
    return evidence->draw >= 0;
}

/* What stands in a strike's text beside the rule and the key. */
static uint64_t traits_of(const struct fault_evidence *evidence)
{
    return (uint64_t)(uint32_t)evidence->choice << 32 | (uint64_t)evidence->gate << 2 |
           (uint64_t)tape_is_drawn(evidence) << 1 | evidence->shadow;
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
    buf_printf(out, "\",\"n\":%c", TAPE_HOLE_UINT);
    if (tape_is_drawn(evidence))
        buf_printf(out, ",\"draw\":%c,\"threshold\":%c", TAPE_HOLE_DOUBLE, TAPE_HOLE_DOUBLE);
    if (evidence->choice >= 0)
        buf_printf(out, ",\"choice\":%d", evidence->choice);
    buf_puts(out, evidence->shadow ? ",\"shadow\":true}" : "}");
}

static uint32_t printed_strike(struct tape_lines *lines, const struct fault_evidence *evidence)
{
    OWN(buf_done) struct buf text = {0};
    uint64_t digest =
        draw_bits(traits_of(evidence), evidence->rule->id, evidence->key, STR("tape"), 0);
    uint32_t part = tape_part_find(lines, digest);

    if (part)
        return part;
    print_strike(evidence, &text);
    return tape_part_add(lines, digest, buf_str(&text));
}

uint32_t tape_known_strike(struct tape_known *known, struct tape_lines *lines,
                           const struct fault_sight *sight, const struct fault_evidence *evidence)
{
    uintptr_t at = (uintptr_t)evidence->rule / sizeof(*evidence->rule);
    struct tape_known_strike *place = &known->strikes[at % TAPE_KNOWN_STRIKES];
    uint64_t traits = traits_of(evidence);

    if (evidence->key.len || !turn_to(known, sight))
        return printed_strike(lines, evidence);
    if (!place->part || place->rule != evidence->rule || place->traits != traits)
        *place =
            (struct tape_known_strike){evidence->rule, traits, printed_strike(lines, evidence)};
    return place->part;
}

void tape_known_done(struct tape_known *known)
{
    fault_ruleset_unref(known->set);
    *known = (struct tape_known){0};
}
