/*
 * Why a rule fired so seldom: "matched 0 of 212 calls; closest: function 'pay2' (212)", or the gate
 * that stopped it.
 */
#include <inttypes.h>

#include "base/distance.h"
#include "drill/judge.h"

/* The texts of a match that a call either has or has not. */
static const struct {
    const char *name;
    size_t wanted; /* struct fault_patterns in struct fault_match */
    size_t found;  /* struct str in struct journal_entry */
} keys[] = {
    {"account",    offsetof(struct fault_match, account),    offsetof(struct journal_entry, account)   },
    {"region",     offsetof(struct fault_match, region),     offsetof(struct journal_entry, region)    },
    {"service",    offsetof(struct fault_match, service),    offsetof(struct journal_entry, service)   },
    {"function",   offsetof(struct fault_match, function),   offsetof(struct journal_entry, function)  },
    {"qualifier",  offsetof(struct fault_match, qualifier),
     offsetof(struct journal_entry,                                                         qualifier) },
    {"trigger",    offsetof(struct fault_match, trigger),    offsetof(struct journal_entry, trigger)   },
    {"layer",      offsetof(struct fault_match, layer),      offsetof(struct journal_entry, layer)     },
    {"domain",     offsetof(struct fault_match, domain),     offsetof(struct journal_entry, domain)    },
    {"access_key", offsetof(struct fault_match, access_key),
     offsetof(struct journal_entry,                                                         access_key)},
    {"label",      offsetof(struct fault_match, label),      offsetof(struct journal_entry, label)     },
    {"method",     offsetof(struct fault_match, method),     offsetof(struct journal_entry, method)    },
    {"path",       offsetof(struct fault_match, path),       offsetof(struct journal_entry, path)      },
};

static const struct fault_patterns *wanted_of(const struct fault_match *match, size_t key)
{
    return (const void *)((const char *)match + keys[key].wanted);
}

static struct str found_of(const struct journal_entry *entry, size_t key)
{
    return *(const struct str *)(const void *)((const char *)entry + keys[key].found);
}

/* Does any call have this very text? Patterns of other kinds are not looked at. */
static bool is_met(const struct fault_pattern *pattern, size_t key,
                   const struct journal_selection *calls)
{
    if (pattern->kind != PATTERN_EXACT || pattern->negate)
        return true;
    for (size_t i = 0; i < calls->count; i++)
        if (str_eq(found_of(calls->entries[i], key), pattern->text))
            return true;
    return false;
}

static const struct fault_pattern *unmet(const struct fault_patterns *patterns, size_t key,
                                         const struct journal_selection *calls)
{
    for (size_t i = 0; i < patterns->count; i++)
        if (is_met(&patterns->items[i], key, calls))
            return NULL;
    return patterns->count ? &patterns->items[0] : NULL;
}

/* What the calls have instead: the nearest text, else the most frequent one. */
static struct str nearest_text(struct str wanted, size_t key, const struct journal_selection *calls)
{
    struct nearest nearest = {.wanted = wanted};

    for (size_t i = 0; i < calls->count; i++)
        if (found_of(calls->entries[i], key).len)
            nearest_offer(&nearest, found_of(calls->entries[i], key));
    if (nearest.best.ptr)
        return nearest.best;
    for (size_t i = 0; i < calls->count; i++)
        if (found_of(calls->entries[i], key).len)
            return found_of(calls->entries[i], key);
    return STR_NONE;
}

static size_t count_text(struct str text, size_t key, const struct journal_selection *calls)
{
    size_t count = 0;

    for (size_t i = 0; i < calls->count; i++)
        count += str_eq(found_of(calls->entries[i], key), text);
    return count;
}

static void explain_match(const struct fault_match *match, const struct journal_selection *calls,
                          struct buf *out)
{
    for (size_t key = 0; key < N_ELEMENTS(keys); key++) {
        const struct fault_pattern *missing = unmet(wanted_of(match, key), key, calls);
        struct str near;

        if (!missing)
            continue;
        near = nearest_text(missing->text, key, calls);
        if (near.ptr)
            buf_printf(out, "; closest: %s '" STR_FMT "' (%zu)", keys[key].name, STR_ARG(near),
                       count_text(near, key, calls));
        else
            buf_printf(out, "; no call has a %s", keys[key].name);
        return;
    }
}

/* The gate that stopped it most often. */
static enum fault_gate busiest_gate(struct str rule, const struct journal_selection *calls,
                                    size_t *out_times)
{
    size_t times[GATE_NOT_ASKED + 1] = {0};
    enum fault_gate busiest = GATE_ENABLED;

    for (size_t i = 0; i < calls->count; i++) {
        const struct journal_entry *entry = calls->entries[i];

        for (size_t k = 0; k < entry->strike_count; k++)
            if (str_eq(entry->strikes[k].rule, rule) && entry->strikes[k].gate != GATE_FIRED)
                times[entry->strikes[k].gate]++;
    }
    for (size_t gate = 0; gate < N_ELEMENTS(times); gate++)
        if (times[gate] > times[busiest])
            busiest = (enum fault_gate)gate;
    *out_times = times[busiest];
    return busiest;
}

void starved_explain(const struct fault_ruleset *set, const struct rule_record *record,
                     const struct journal_selection *calls, struct buf *out)
{
    int index = fault_ruleset_find(set, record->id);
    size_t times;
    enum fault_gate gate;

    buf_printf(out, "matched %" PRIu64 " of %zu calls", record->matched, calls->count);
    if (calls->count == 0 || index < 0)
        return;
    if (record->matched == 0) {
        explain_match(&set->rules[index].match, calls, out);
        return;
    }
    gate = busiest_gate(record->id, calls, &times);
    if (times)
        buf_printf(out, "; '%s' stopped it %zu times", fault_gate_name(gate), times);
}
