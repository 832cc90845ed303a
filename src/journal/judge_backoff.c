/* The schedule of retries: a profile, or single wishes, against what the chains show. */

#include <math.h>

#include "base/distance.h"
#include "journal/assertion.h"
#include "journal/profile.h"

enum { GAPS_SHOWN = 8, SPREAD_SAMPLES = 3 };
#define AT_ONCE_MS 20.0
#define SPREAD_OF_JITTER 0.2 /* of equal gaps of many chains, around their mean */

/* What is wished; from the profile, then the assertion's own keys on top. */
struct wishes {
    const struct backoff_profile *profile;
    struct fault_compare attempts, first, factor, gap;
    enum profile_wish jitter, fresh;
    bool obey_retry_after;
    const cJSON *never_again; /* statuses or codes */
};

struct schedule {
    struct retries retries;
    const struct retry_chain *longest;
    struct retry_fit fit;     /* of the longest */
    enum profile_wish jitter; /* WISH_ANY: too few gaps to tell */
};

/* ---- wishes ---- */

static void between(struct fault_compare *compare, double least, double most)
{
    if (most > 0)
        *compare = (struct fault_compare){
            .given = true, .has_gte = true, .gte = least, .has_lte = true, .lte = most};
}

static int take_profile(const struct assertion *assertion, struct wishes *wishes, struct error *err)
{
    struct str name = json_get_str(assertion->args, "profile");
    struct nearest nearest = {.wanted = name};
    size_t count;
    const struct backoff_profile *table = backoff_profile_table(&count);

    if (!name.ptr)
        return 0;
    wishes->profile = backoff_profile_find(name);
    if (wishes->profile) {
        between(&wishes->attempts, 1, wishes->profile->attempts_most);
        between(&wishes->first, wishes->profile->first_ms_least, wishes->profile->first_ms_most);
        between(&wishes->factor, wishes->profile->factor_least, wishes->profile->factor_most);
        between(&wishes->gap, 0, wishes->profile->gap_ms_most);
        wishes->jitter = wishes->profile->jitter;
        wishes->fresh = wishes->profile->fresh_signature;
        return 0;
    }
    for (size_t i = 0; i < count; i++)
        nearest_offer(&nearest, str_of(table[i].name));
    return error_set(err, ERROR_SYNTAX, "profile: no profile '" STR_FMT "'%s" STR_FMT "%s",
                     STR_ARG(name), nearest.best.ptr ? "; did you mean '" : "",
                     STR_ARG(nearest.best), nearest.best.ptr ? "'?" : "");
}

static int take_compare(const struct assertion *assertion, const char *name,
                        struct fault_compare *out, struct error *err)
{
    struct fault_compare own;

    if (assertion_member_compare(assertion->args, name, &own, err) < 0)
        return -1;
    if (own.given)
        *out = own;
    return 0;
}

static int take_flag(const struct assertion *assertion, const char *name, enum profile_wish *out,
                     struct error *err)
{
    const cJSON *member = cJSON_GetObjectItemCaseSensitive(assertion->args, name);

    if (!member)
        return 0;
    if (!cJSON_IsBool(member))
        return error_set(err, ERROR_SYNTAX, "%s: expected true or false", name);
    *out = cJSON_IsTrue(member) ? WISH_YES : WISH_NO;
    return 0;
}

/* A status is a number, a code a word. */
static int take_never_again(const struct assertion *assertion, const cJSON **out, struct error *err)
{
    const cJSON *list = cJSON_GetObjectItemCaseSensitive(assertion->args, "no_retry_on");
    size_t i = 0;

    if (list && !cJSON_IsArray(list))
        return error_set(err, ERROR_SYNTAX, "no_retry_on: expected a list of statuses or codes");
    for (const cJSON *item = list ? list->child : NULL; item; item = item->next, i++) {
        if (cJSON_IsNumber(item))
            continue;
        if (!cJSON_IsString(item) || str_all_digits(str_of(item->valuestring)))
            return error_set(err, ERROR_SYNTAX,
                             "no_retry_on[%zu]: expected a status such as 429 "
                             "or a code such as \"ResourceExhausted\"",
                             i);
        if (journal_word_check_spelling("code", str_of(item->valuestring),
                                        assertion->input->snapshot, assertion->arena, err) < 0)
            return error_wrap(err, "no_retry_on[%zu]", i);
    }
    *out = list;
    return 0;
}

static int read_wishes(const struct assertion *assertion, struct wishes *out, struct error *err)
{
    enum profile_wish obey = WISH_ANY;

    *out = (struct wishes){0};
    if (take_profile(assertion, out, err) < 0 ||
        take_compare(assertion, "attempts", &out->attempts, err) < 0 ||
        take_compare(assertion, "first_gap", &out->first, err) < 0 ||
        take_compare(assertion, "factor", &out->factor, err) < 0 ||
        take_compare(assertion, "gap", &out->gap, err) < 0 ||
        take_flag(assertion, "jitter", &out->jitter, err) < 0 ||
        take_flag(assertion, "fresh_signature", &out->fresh, err) < 0 ||
        take_flag(assertion, "obey_retry_after", &obey, err) < 0 ||
        take_never_again(assertion, &out->never_again, err) < 0)
        return -1;
    out->obey_retry_after = obey == WISH_YES;
    return 0;
}

/* ---- the schedule ---- */

/* The same gap of many chains: does it vary? */
static void spread_of_gap(const struct retries *retries, size_t index, struct schedule *schedule)
{
    double least = INFINITY, most = 0, sum = 0;
    size_t samples = 0;

    for (size_t i = 0; i < retries->count; i++) {
        const struct retry_chain *chain = &retries->chains[i];

        if (index >= chain->retries)
            continue;
        double gap = chain->gaps_ms[index];

        samples++;
        sum += gap;
        least = gap < least ? gap : least;
        most = gap > most ? gap : most;
    }
    if (samples < SPREAD_SAMPLES || most < AT_ONCE_MS)
        return;
    if ((most - least) / (sum / (double)samples) > SPREAD_OF_JITTER)
        schedule->jitter = WISH_YES;
    else if (schedule->jitter == WISH_ANY)
        schedule->jitter = WISH_NO;
}

static void look_at(struct assertion *assertion, struct schedule *out)
{
    *out = (struct schedule){0};
    retries_collect(&assertion->query, assertion->input->snapshot, assertion->arena, &out->retries);
    for (size_t i = 0; i < out->retries.count; i++) {
        if (!out->longest || out->retries.chains[i].retries > out->longest->retries)
            out->longest = &out->retries.chains[i];
    }
    if (!out->longest)
        return;
    retries_fit(out->longest->gaps_ms, out->longest->retries, &out->fit);
    if (out->fit.used >= SPREAD_SAMPLES)
        out->jitter = out->fit.jitter ? WISH_YES : WISH_NO;
    for (size_t i = 0; i < out->longest->retries; i++)
        spread_of_gap(&out->retries, i, out);
}

static void say_gaps(struct assertion *assertion, const struct schedule *schedule)
{
    const struct retry_chain *chain = schedule->longest;
    struct buf *text = &assertion->text;
    size_t shown = 0;

    buf_puts(text, "gaps ");
    for (size_t i = 0; i < chain->retries && shown < GAPS_SHOWN; i++) {
        /* Gaps at once say nothing about growth: leave them out when others do. */
        if (chain->gaps_ms[i] < AT_ONCE_MS && schedule->fit.used)
            continue;
        buf_printf(text, "%s%.2f", shown++ ? ", " : "", chain->gaps_ms[i] / 1000);
    }
    if (schedule->fit.used >= SPREAD_SAMPLES && !schedule->fit.jitter)
        buf_printf(text, " fit %.2g^n within %.0f %%", schedule->fit.factor,
                   ceil(schedule->fit.deviation * 100));
    else
        buf_puts(text, " s");
    if (schedule->jitter != WISH_ANY)
        buf_puts(text, schedule->jitter == WISH_YES ? ": jitter" : ": no jitter");
}

/* ---- comparing ---- */

static void complain(struct assertion *assertion, const char *fmt, ...) PRINTF_LIKE(2, 3);
static void complain(struct assertion *assertion, const char *fmt, ...)
{
    va_list args;

    assertion->verdict = VERDICT_FAIL;
    buf_puts(&assertion->text, "; ");
    va_start(args, fmt);
    buf_vprintf(&assertion->text, fmt, args);
    va_end(args);
}

static void compare_number(struct assertion *assertion, const struct fault_compare *wish,
                           double value, const char *what)
{
    if (!wish->given || assertion_holds(wish, value))
        return;
    complain(assertion, "%s %.3g, wanted ", what, value);
    assertion_bounds_text(wish, &assertion->text);
}

static void compare_chains(struct assertion *assertion, const struct wishes *wishes,
                           const struct schedule *schedule)
{
    const struct retry_chain *longest = schedule->longest;

    compare_number(assertion, &wishes->attempts, (double)longest->retries + 1, "attempts");
    for (size_t i = 0; i < longest->retries; i++) {
        if (wishes->gap.given && !assertion_holds(&wishes->gap, longest->gaps_ms[i])) {
            compare_number(assertion, &wishes->gap, longest->gaps_ms[i], "a gap in ms of");
            break;
        }
    }
    if (schedule->fit.used >= 1)
        compare_number(assertion, &wishes->first, schedule->fit.first_ms, "first gap in ms");
    if (schedule->fit.used >= 2)
        compare_number(assertion, &wishes->factor, schedule->fit.factor, "growth factor");
}

static void compare_habits(struct assertion *assertion, const struct wishes *wishes,
                           const struct schedule *schedule)
{
    const struct retries *all = &schedule->retries;
    size_t retries = all->attempts - all->count - all->transport;

    if (wishes->jitter != WISH_ANY && schedule->jitter != WISH_ANY &&
        wishes->jitter != schedule->jitter)
        complain(assertion,
                 wishes->jitter == WISH_YES ? "jitter was wanted" : "no jitter was wanted");
    if (wishes->fresh == WISH_YES && all->stale_signatures)
        complain(assertion, "%u of %zu retries were signed as before", all->stale_signatures,
                 retries);
    if (wishes->fresh == WISH_NO && all->stale_signatures < retries)
        complain(assertion, "%zu of %zu retries were signed anew", retries - all->stale_signatures,
                 retries);
    if (wishes->obey_retry_after && all->too_early)
        complain(assertion, "%u retries came before the Retry-After", all->too_early);
}

static bool names_it(const cJSON *list, const struct journal_entry *entry)
{
    for (const cJSON *item = list->child; item; item = item->next) {
        if ((cJSON_IsNumber(item) && item->valuedouble == entry->status) ||
            (cJSON_IsString(item) && str_eq(str_of(item->valuestring), entry->code)))
            return true;
    }
    return false;
}

static void compare_never_again(struct assertion *assertion, const cJSON *list,
                                const struct retries *all)
{
    for (size_t i = 0; list && i < all->count; i++) {
        const struct retry_chain *chain = &all->chains[i];

        for (size_t a = 0; a + 1 < chain->count; a++) {
            if (!names_it(list, chain->attempts[a]) ||
                chain->attempts[a + 1]->link.evidence & CHAIN_BY_TRANSPORT)
                continue;
            complain(assertion, "chain %llu was retried after %d " STR_FMT,
                     (unsigned long long)chain->number, chain->attempts[a]->status,
                     STR_ARG(chain->attempts[a]->code));
            return;
        }
    }
}

/* A profile that wants retries cannot be judged by a client that was never hurt. */
static bool nothing_to_judge(const struct assertion *assertion, const struct schedule *schedule)
{
    bool failed = false;

    for (size_t i = 0; i < assertion->calls.count; i++)
        failed = failed || journal_entry_failed(assertion->calls.entries[i]);
    return !schedule->longest || (!schedule->longest->retries && !failed);
}

int judge_backoff(struct assertion *assertion, struct error *err)
{
    struct wishes wishes;
    struct schedule schedule;

    if (read_wishes(assertion, &wishes, err) < 0)
        return -1;
    look_at(assertion, &schedule);
    if (nothing_to_judge(assertion, &schedule))
        return assertion_vacuous(assertion, "no call failed, so nothing was to be retried");
    assertion->verdict = VERDICT_PASS;
    if (schedule.longest->retries)
        say_gaps(assertion, &schedule);
    else
        buf_puts(&assertion->text, "no call was retried");
    compare_chains(assertion, &wishes, &schedule);
    compare_habits(assertion, &wishes, &schedule);
    compare_never_again(assertion, wishes.never_again, &schedule.retries);
    return 0;
}
