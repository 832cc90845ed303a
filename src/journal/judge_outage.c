/* Assertions about an outage and its end: recovery, failover, herd, breaker. */

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>

#include "base/units.h"
#include "journal/assertion.h"

#define BUCKET_MS 100.0
#define HERD_OVER_MS 10000.0
#define PAUSE_MS 1000.0
enum { STREAK_LEAST = 3 }; /* failures in a row before a breaker is expected to open */

/* Calls in the order they began; the journal has them in the order they ended. */
static int by_start(const void *a, const void *b)
{
    const struct journal_entry *x = *(const struct journal_entry *const *)a;
    const struct journal_entry *y = *(const struct journal_entry *const *)b;

    return x->started_ns < y->started_ns ? -1 : x->started_ns > y->started_ns;
}

static void sort_by_start(struct assertion *assertion)
{
    qsort(assertion->calls.entries, assertion->calls.count, sizeof(const struct journal_entry *),
          by_start);
}

static double ms_between(uint64_t from_ns, uint64_t to_ns)
{
    return to_ns > from_ns ? (double)(to_ns - from_ns) / NS_PER_MS : 0;
}

/* The last call that a rule hurt, or NULL. */
static const struct journal_entry *last_hurt(const struct assertion *assertion)
{
    const struct journal_entry *last = NULL;

    for (size_t i = 0; i < assertion->calls.count; i++) {
        const struct journal_entry *entry = assertion->calls.entries[i];

        if (journal_entry_hurt(entry) && (!last || entry->ended_ns > last->ended_ns))
            last = entry;
    }
    return last;
}

static const struct journal_entry *first_success_after(const struct assertion *assertion,
                                                       uint64_t since_ns)
{
    for (size_t i = 0; i < assertion->calls.count; i++) {
        const struct journal_entry *entry = assertion->calls.entries[i];

        if (entry->started_ns >= since_ns && !journal_entry_failed(entry))
            return entry;
    }
    return NULL;
}

/* ---- recovery ---- */

int judge_recovery(struct assertion *assertion, struct error *err)
{
    double within_ms;
    struct fault_compare success;
    size_t good = 0, all = 0;

    if (assertion_duration(assertion, "within", INFINITY, &within_ms, err) < 0 ||
        assertion_member_compare(assertion->args, "success", &success, err) < 0)
        return -1;
    sort_by_start(assertion);
    const struct journal_entry *hurt = last_hurt(assertion);

    if (!hurt)
        return assertion_vacuous(assertion, "no fault struck, so nothing was to recover from");
    const struct journal_entry *back = first_success_after(assertion, hurt->ended_ns);

    for (size_t i = 0; i < assertion->calls.count; i++) {
        const struct journal_entry *entry = assertion->calls.entries[i];

        if (entry->started_ns < hurt->ended_ns ||
            (isfinite(within_ms) && ms_between(hurt->ended_ns, entry->started_ns) < within_ms &&
             (!back || entry->started_ns < back->started_ns)))
            continue;
        all++;
        good += !journal_entry_failed(entry);
    }
    if (!back && !all)
        return assertion_vacuous(assertion, "no call came after the last fault");
    assertion->verdict = VERDICT_PASS;
    if (!back) {
        buf_puts(&assertion->text, "no call succeeded after the last fault");
        assertion->verdict = VERDICT_FAIL;
        return 0;
    }
    double took_ms = ms_between(hurt->ended_ns, back->ended_ns);
    double share = all ? (double)good / (double)all : 1;

    buf_printf(&assertion->text, "first success %.2f s after the last fault, then %.1f %% of %zu",
               took_ms / 1000, share * 100, all);
    if (took_ms > within_ms || !assertion_holds(&success, share))
        assertion->verdict = VERDICT_FAIL;
    return 0;
}

/* ---- failover ---- */

static const struct journal_entry *first_in(const struct assertion *assertion, struct str region,
                                            bool failed, uint64_t since_ns)
{
    for (size_t i = 0; i < assertion->calls.count; i++) {
        const struct journal_entry *entry = assertion->calls.entries[i];

        if (entry->started_ns >= since_ns && str_eq(entry->region, region) &&
            journal_entry_failed(entry) == failed)
            return entry;
    }
    return NULL;
}

static int check_region(const struct assertion *assertion, const char *name, struct str region,
                        struct error *err)
{
    if (journal_word_check_spelling("region", region, assertion->input->snapshot, assertion->arena,
                                    err) < 0)
        return error_wrap(err, "%s", name);
    return 0;
}

int judge_failover(struct assertion *assertion, struct error *err)
{
    struct str from = json_get_str(assertion->args, "from");
    struct str to = json_get_str(assertion->args, "to");
    const cJSON *wants_back = cJSON_GetObjectItemCaseSensitive(assertion->args, "back");
    bool back = cJSON_IsTrue(wants_back);
    double within_ms;

    if (!from.ptr || !to.ptr)
        return error_set(err, ERROR_SYNTAX, "'from' and 'to' name two regions");
    if (wants_back && !cJSON_IsBool(wants_back))
        return error_set(err, ERROR_SYNTAX, "back: expected true or false");
    if (assertion_duration(assertion, "within", INFINITY, &within_ms, err) < 0 ||
        check_region(assertion, "from", from, err) < 0 ||
        check_region(assertion, "to", to, err) < 0)
        return -1;
    sort_by_start(assertion);
    const struct journal_entry *down = first_in(assertion, from, true, 0);

    if (!down)
        return assertion_vacuous(assertion, "no call failed in the first region");
    const struct journal_entry *over = first_in(assertion, to, false, down->ended_ns);

    assertion->verdict = VERDICT_FAIL;
    if (!over) {
        buf_printf(&assertion->text, "no call succeeded in " STR_FMT " after " STR_FMT " failed",
                   STR_ARG(to), STR_ARG(from));
        return 0;
    }
    double took_ms = ms_between(down->ended_ns, over->ended_ns);

    buf_printf(&assertion->text, "failed over to " STR_FMT " in %.2f s", STR_ARG(to),
               took_ms / 1000);
    if (took_ms > within_ms)
        return 0;
    if (back && !first_in(assertion, from, false, over->ended_ns)) {
        buf_printf(&assertion->text, ", but never came back to " STR_FMT, STR_ARG(from));
        return 0;
    }
    assertion->verdict = VERDICT_PASS;
    return 0;
}

/* ---- herd ---- */

static double peak_ratio(const struct assertion *assertion, uint64_t since_ns, double bucket_ms,
                         double over_ms, size_t *out_calls)
{
    size_t buckets = (size_t)ceil(over_ms / bucket_ms);
    uint32_t *arrivals = ARENA_ARRAY(assertion->arena, buckets + 1, uint32_t);
    uint32_t peak = 0;

    *out_calls = 0;
    for (size_t i = 0; i < assertion->calls.count; i++) {
        const struct journal_entry *entry = assertion->calls.entries[i];
        double at = ms_between(since_ns, entry->started_ns);

        if (entry->started_ns < since_ns || at >= over_ms)
            continue;
        uint32_t here = ++arrivals[(size_t)(at / bucket_ms)];

        peak = here > peak ? here : peak;
        (*out_calls)++;
    }
    return *out_calls ? peak / ((double)*out_calls / (double)buckets) : 0;
}

int judge_herd(struct assertion *assertion, struct error *err)
{
    double bucket_ms, over_ms;
    size_t calls;

    if (assertion_duration(assertion, "bucket", BUCKET_MS, &bucket_ms, err) < 0 ||
        assertion_duration(assertion, "over", HERD_OVER_MS, &over_ms, err) < 0)
        return -1;
    if (bucket_ms < 1 || over_ms < bucket_ms || over_ms / bucket_ms > 1e6)
        return error_set(err, ERROR_SYNTAX, "'over' must hold between 1 and 1000000 buckets");
    sort_by_start(assertion);
    const struct journal_entry *hurt = last_hurt(assertion);

    if (!hurt)
        return assertion_vacuous(assertion, "no fault struck, so there was no recovery");
    double ratio = peak_ratio(assertion, hurt->ended_ns, bucket_ms, over_ms, &calls);

    if (calls < 2)
        return assertion_vacuous(assertion, "fewer than two calls came after the last fault");
    buf_printf(&assertion->text,
               "peak of arrivals %.1f times the mean in %.0f ms buckets (%zu calls)", ratio,
               bucket_ms, calls);
    assertion_compare(assertion, ratio);
    return 0;
}

/* ---- breaker ---- */

struct pause {
    double longest_ms; /* without a call, after a streak of failures */
    size_t probes;     /* lone failed calls between two such pauses */
    size_t streak;     /* longest row of failures */
};

static void look_for_pauses(const struct assertion *assertion, double pause_ms, struct pause *out)
{
    size_t streak = 0, since_pause = 0;
    bool paused = false;

    *out = (struct pause){0};
    for (size_t i = 0; i < assertion->calls.count; i++) {
        const struct journal_entry *entry = assertion->calls.entries[i];
        double gap =
            i ? ms_between(assertion->calls.entries[i - 1]->started_ns, entry->started_ns) : 0;

        if (streak >= STREAK_LEAST && gap >= pause_ms) {
            out->longest_ms = gap > out->longest_ms ? gap : out->longest_ms;
            out->probes += paused && since_pause == 1;
            paused = true;
            since_pause = 0;
        }
        since_pause++;
        streak = journal_entry_failed(entry) ? streak + 1 : 0;
        out->streak = streak > out->streak ? streak : out->streak;
    }
}

int judge_breaker(struct assertion *assertion, struct error *err)
{
    const cJSON *opens = cJSON_GetObjectItemCaseSensitive(assertion->args, "opens");
    bool wanted = !opens || cJSON_IsTrue(opens);
    struct fault_compare probes;
    struct pause pause;
    double pause_ms;

    if (opens && !cJSON_IsBool(opens))
        return error_set(err, ERROR_SYNTAX, "opens: expected true or false");
    if (assertion_duration(assertion, "pause", PAUSE_MS, &pause_ms, err) < 0 ||
        assertion_member_compare(assertion->args, "probes", &probes, err) < 0)
        return -1;
    if (pause_ms <= 0)
        return error_set(err, ERROR_SYNTAX, "pause: must be more than 0s");
    sort_by_start(assertion);
    look_for_pauses(assertion, pause_ms, &pause);
    if (pause.streak < STREAK_LEAST)
        return assertion_vacuous(assertion, "fewer than three calls failed in a row");
    bool opened = pause.longest_ms > 0;

    if (opened)
        buf_printf(&assertion->text, "the client stopped calling for %.2f s, probes: %zu",
                   pause.longest_ms / 1000, pause.probes);
    else
        buf_printf(&assertion->text, "the client went on calling through %zu failures in a row",
                   pause.streak);
    assertion->verdict = opened == wanted && assertion_holds(&probes, (double)pause.probes)
                             ? VERDICT_PASS
                             : VERDICT_FAIL;
    return 0;
}
