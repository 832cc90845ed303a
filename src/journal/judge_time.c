/* Assertions about time and order: latency as the client saw it, the share of errors in a window,
 * what came before what. */
#include <math.h>
#include <stdlib.h>

#include "base/distance.h"
#include "base/units.h"
#include "journal/assertion.h"

/* ---- latency ---- */

static const struct {
    const char *name;
    double share;
} percentiles[] = {
    {"p50", 0.50},
    {"p90", 0.90},
    {"p95", 0.95},
    {"p99", 0.99},
    {"max", 1.00},
};

static int by_size(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;

    return x < y ? -1 : x > y;
}

/* From the head of the request to the last byte, or to the client's leaving. */
static double *sorted_times(const struct assertion *assertion)
{
    size_t count = assertion->calls.count;
    double *times = ARENA_ARRAY(assertion->arena, count, double);

    for (size_t i = 0; i < count; i++) {
        const struct journal_entry *entry = assertion->calls.entries[i];

        times[i] = (double)(entry->ended_ns - entry->started_ns) / NS_PER_MS;
    }
    qsort(times, count, sizeof(*times), by_size);
    return times;
}

/* The smallest time that so large a share of the calls did not exceed. */
static double percentile(const double *times, size_t count, double share)
{
    size_t rank = (size_t)ceil(share * (double)count);

    return times[rank ? rank - 1 : 0];
}

int judge_latency(struct assertion *assertion, struct error *err)
{
    const char *comma = "";
    size_t count = assertion->calls.count, asked = 0;
    double *times;

    if (!count)
        return assertion_vacuous(assertion, "no call came");
    times = sorted_times(assertion);
    assertion->verdict = VERDICT_PASS;
    for (size_t i = 0; i < N_ELEMENTS(percentiles); i++) {
        struct fault_compare wanted;
        double seen = percentile(times, count, percentiles[i].share);

        if (assertion_member_compare(assertion->args, percentiles[i].name, &wanted, err) < 0)
            return -1;
        if (!wanted.given)
            continue;
        asked++;
        buf_printf(&assertion->text, "%s%s %.1f ms", comma, percentiles[i].name, seen);
        comma = ", ";
        if (assertion_holds(&wanted, seen))
            continue;
        assertion->verdict = VERDICT_FAIL;
        buf_puts(&assertion->text, " (wanted, in ms, ");
        assertion_bounds_text(&wanted, &assertion->text);
        buf_puts(&assertion->text, ")");
    }
    if (!asked)
        return error_set(err, ERROR_SYNTAX, "write one of p50, p90, p95, p99, max");
    buf_printf(&assertion->text, " of %zu calls", count);
    return 0;
}

/* ---- errors ---- */

struct window {
    size_t calls, failed;
    double share;
    uint64_t from_ns;
};

static void consider(struct window *worst, const struct window *window)
{
    if (window->calls && (!worst->calls || window->share > worst->share))
        *worst = *window;
}

/* Stretches of this length from the first call on; the one with the largest share of failures. */
static struct window worst_window(const struct assertion *assertion, double over_ms)
{
    const struct journal_selection *calls = &assertion->calls;
    uint64_t begin_ns = calls->entries[0]->started_ns;
    struct window worst = {0}, here = {0};
    double number = 0;

    for (size_t i = 0; i < calls->count; i++) {
        const struct journal_entry *entry = calls->entries[i];
        double its = floor((double)(entry->started_ns - begin_ns) / NS_PER_MS / over_ms);

        if (its > number) {
            consider(&worst, &here);
            here = (struct window){0};
        }
        number = its;
        if (!here.calls++)
            here.from_ns = entry->started_ns;
        here.failed += journal_entry_failed(entry);
        here.share = (double)here.failed / (double)here.calls;
    }
    consider(&worst, &here);
    return worst;
}

static int by_start(const void *a, const void *b)
{
    const struct journal_entry *x = *(const struct journal_entry *const *)a;
    const struct journal_entry *y = *(const struct journal_entry *const *)b;

    return x->started_ns < y->started_ns ? -1 : x->started_ns > y->started_ns;
}

int judge_errors(struct assertion *assertion, struct error *err)
{
    struct window worst;
    double over_ms;

    if (assertion_duration(assertion, "over", INFINITY, &over_ms, err) < 0)
        return -1;
    if (over_ms <= 0)
        return error_set(err, ERROR_SYNTAX, "over: must be more than 0s");
    if (!assertion->calls.count)
        return assertion_vacuous(assertion, "no call came");
    if (!assertion->compare.given) {
        assertion->compare.has_lte = true;
        assertion->compare.lte = 0;
    }
    qsort(assertion->calls.entries, assertion->calls.count, sizeof(*assertion->calls.entries),
          by_start);
    worst = worst_window(assertion, over_ms);
    buf_printf(&assertion->text, "%zu of %zu calls failed", worst.failed, worst.calls);
    if (isfinite(over_ms))
        buf_printf(&assertion->text, " in the worst %.3g s, %.3g s behind the first call",
                   over_ms / 1000,
                   (double)(worst.from_ns - assertion->calls.entries[0]->started_ns) / 1e9);
    assertion_compare(assertion, worst.share);
    return 0;
}

/* ---- order ---- */

/* The matches that must come one behind another. */
struct order {
    struct journal_query *steps;
    size_t count;
};

static int read_order(struct assertion *assertion, struct order *out, struct error *err)
{
    const cJSON *list = cJSON_GetObjectItemCaseSensitive(assertion->args, "of");

    if (!cJSON_IsArray(list) || cJSON_GetArraySize(list) < 2)
        return error_set(err, ERROR_SYNTAX, "of: expected a list of two matches or more");
    out->steps =
        ARENA_ARRAY(assertion->arena, (size_t)cJSON_GetArraySize(list), struct journal_query);
    for (const cJSON *item = list->child; item; item = item->next) {
        struct journal_query *step = &out->steps[out->count];

        journal_query_init(step);
        if (journal_query_add_json(step, item, assertion->input->wall_ms, assertion->arena, err) <
                0 ||
            journal_query_check_spelling(step, assertion->input->snapshot, assertion->arena, err) <
                0)
            return error_wrap(err, "of[%zu]", out->count);
        out->count++;
    }
    return 0;
}

/* The first call of this kind that begins at or behind @since_ns. */
static const struct journal_entry *find_next(const struct assertion *assertion,
                                             const struct journal_query *step, uint64_t since_ns)
{
    for (size_t i = 0; i < assertion->calls.count; i++) {
        const struct journal_entry *entry = assertion->calls.entries[i];

        if (entry->started_ns >= since_ns && journal_query_matches(step, entry))
            return entry;
    }
    return NULL;
}

int judge_order(struct assertion *assertion, struct error *err)
{
    struct order order = {0};
    uint64_t since_ns = 0;

    if (read_order(assertion, &order, err) < 0)
        return -1;
    if (!assertion->calls.count)
        return assertion_vacuous(assertion, "no call came");
    qsort(assertion->calls.entries, assertion->calls.count, sizeof(*assertion->calls.entries),
          by_start);
    for (size_t step = 0; step < order.count; step++) {
        const struct journal_entry *found = find_next(assertion, &order.steps[step], since_ns);

        if (!found) {
            assertion->verdict = VERDICT_FAIL;
            buf_printf(&assertion->text, "no call fits of[%zu]", step);
            if (step)
                buf_printf(&assertion->text, " behind the one that fits of[%zu]", step - 1);
            return 0;
        }
        since_ns = found->started_ns + 1;
    }
    assertion->verdict = VERDICT_PASS;
    buf_printf(&assertion->text, "%zu calls in this order", order.count);
    return 0;
}

/* ---- fires ---- */

static size_t count_fires(const struct assertion *assertion, struct str rule)
{
    size_t fires = 0;

    for (size_t i = 0; i < assertion->calls.count; i++) {
        const struct journal_entry *entry = assertion->calls.entries[i];

        for (size_t k = 0; k < entry->strike_count; k++)
            fires += entry->strikes[k].gate == GATE_FIRED && !entry->strikes[k].shadow &&
                     str_eq(entry->strikes[k].rule, rule);
    }
    return fires;
}

/* One that is gone is known by the calls that it struck. */
static bool has_struck(const struct assertion *assertion, struct str rule)
{
    const struct journal_snapshot *snapshot = assertion->input->snapshot;

    for (size_t i = journal_snapshot_count(snapshot); i > 0; i--) {
        if (str_eq(journal_snapshot_at(snapshot, i - 1)->rule, rule))
            return true;
    }
    return false;
}

/* What nobody has never fires: no count of it says anything. */
static int check_rule(const struct assertion *assertion, struct str rule, struct error *err)
{
    struct nearest nearest = {.wanted = rule};

    if (!assertion->input->rules)
        return 0;
    for (size_t i = 0; i < assertion->input->rule_count; i++) {
        if (str_eq(assertion->input->rules[i], rule))
            return 0;
        nearest_offer(&nearest, assertion->input->rules[i]);
    }
    if (has_struck(assertion, rule))
        return 0;
    return nearest_refuse(&nearest, "rule", err);
}

int judge_fires(struct assertion *assertion, struct error *err)
{
    struct str rule = json_get_str(assertion->args, "rule");
    size_t fires;

    if (!rule.len)
        return error_set(err, ERROR_SYNTAX, "rule: name the rule");
    if (check_rule(assertion, rule, err) < 0)
        return -1;
    if (!assertion->compare.given) {
        assertion->compare.has_gte = true;
        assertion->compare.gte = 1;
    }
    if (!assertion->calls.count && !assertion_holds(&assertion->compare, 0))
        return assertion_vacuous(assertion, "no call came");
    fires = count_fires(assertion, rule);
    buf_printf(&assertion->text, "rule '" STR_FMT "' fired %zu times in %zu calls", STR_ARG(rule),
               fires, assertion->calls.count);
    assertion_compare(assertion, (double)fires);
    return 0;
}
