/*
 * journal/bounds.c - bounds of assertions that say nothing: no value can meet them, or every one
 * does
 */
#include <math.h>

#include "journal/assertion.h"

/* What can be measured at all, and an example of a bound that says something. */
struct domain {
    const char *noun;
    double least, most;
    bool whole;
    const char *example;
};

static const struct domain count_of = {"count", 0, INFINITY, true, "{\"gte\": 1} or {\"lte\": 5}"};
static const struct domain attempts = {"count of attempts", 1, INFINITY, true, "{\"lte\": 3}"};
static const struct domain ratio = {"ratio", 1, INFINITY, false, "{\"lte\": 1.5}"};
static const struct domain growth = {"factor", 0, INFINITY, false, "{\"gte\": 1.5}"};
static const struct domain span = {"time", 0, INFINITY, false, "{\"lte\": \"5s\"}"};
static const struct domain share = {"share", 0, 1, false,
                                    "{\"gte\": \"99%\"} or {\"lte\": \"5%\"}"};

/* Where an assertion takes comparisons: itself when there is no key. */
static const struct place {
    const char *kind, *key;
    const struct domain *domain;
    bool needed; /* without one nothing is judged */
} places[] = {
    {"amplification", NULL,        &ratio,    true },
    {"backoff",       "attempts",  &attempts, false},
    {"backoff",       "first_gap", &span,     false},
    {"backoff",       "factor",    &growth,   false},
    {"backoff",       "gap",       &span,     false},
    {"breaker",       "probes",    &count_of, false},
    {"calls",         NULL,        &count_of, false},
    {"coverage",      NULL,        &share,    true },
    {"duplicates",    NULL,        &count_of, false},
    {"errors",        NULL,        &share,    false},
    {"fires",         NULL,        &count_of, false},
    {"herd",          NULL,        &ratio,    true },
    {"latency",       "p50",       &span,     false},
    {"latency",       "p90",       &span,     false},
    {"latency",       "p95",       &span,     false},
    {"latency",       "p99",       &span,     false},
    {"latency",       "max",       &span,     false},
    {"recovery",      "success",   &share,    false},
    {"retries",       NULL,        &count_of, true },
    {"seen",          NULL,        &count_of, false},
};

/* ---- what a comparison leaves ---- */

struct interval {
    double low, high;
    bool low_open, high_open;
};

static void raise_low(struct interval *left, double bound, bool open)
{
    if (bound < left->low || (bound == left->low && !open))
        return;
    left->low = bound;
    left->low_open = open;
}

static void cut_high(struct interval *left, double bound, bool open)
{
    if (bound > left->high || (bound == left->high && !open))
        return;
    left->high = bound;
    left->high_open = open;
}

static void narrow(struct interval *left, const struct fault_compare *c)
{
    if (c->has_gt)
        raise_low(left, c->gt, true);
    if (c->has_gte)
        raise_low(left, c->gte, false);
    if (c->has_lt)
        cut_high(left, c->lt, true);
    if (c->has_lte)
        cut_high(left, c->lte, false);
    if (c->has_eq) {
        raise_low(left, c->eq, false);
        cut_high(left, c->eq, false);
    }
}

/* Of whole numbers, the least and the greatest that are left. */
static void make_whole(struct interval *left)
{
    double low = ceil(left->low), high = floor(left->high);

    if (left->low_open && low == left->low)
        low++;
    if (left->high_open && high == left->high)
        high--;
    *left = (struct interval){low, high, false, false};
}

static bool is_empty(const struct interval *left)
{
    return left->low > left->high ||
           (left->low == left->high && (left->low_open || left->high_open));
}

/* ---- what is wrong with it ---- */

static bool is_below(double bound, bool given, const struct domain *domain)
{
    return given && bound < domain->least;
}

static int refuse_never(const struct fault_compare *c, const struct domain *domain,
                        struct error *err)
{
    struct interval left = {-INFINITY, INFINITY, false, false};

    narrow(&left, c);
    if (left.low > left.high)
        return error_set(err, ERROR_SYNTAX,
                         "no %s is at least %.15g and at most %.15g: this can never hold; the "
                         "lower bound goes under gte, the upper one under lte",
                         domain->noun, left.low, left.high);
    if (left.low > domain->most)
        return error_set(err, ERROR_SYNTAX,
                         "a %s is at most %.15g: this can never hold; write for instance %s",
                         domain->noun, domain->most, domain->example);
    if (left.high <= domain->least)
        return error_set(err, ERROR_SYNTAX,
                         "a %s is at least %.15g: this can never hold; for that very value write "
                         "{\"eq\": %.15g}",
                         domain->noun, domain->least, domain->least);
    return error_set(err, ERROR_SYNTAX,
                     "no %s%s lies there: this can never hold; write for instance %s",
                     domain->whole ? "whole " : "", domain->noun, domain->example);
}

static int refuse_always(const struct domain *domain, struct error *err)
{
    if (isfinite(domain->most))
        return error_set(err, ERROR_SYNTAX,
                         "a %s lies between %.15g and %.15g: this can never fail; write for "
                         "instance %s",
                         domain->noun, domain->least, domain->most, domain->example);
    return error_set(err, ERROR_SYNTAX,
                     "a %s is at least %.15g: this can never fail; write for instance %s",
                     domain->noun, domain->least, domain->example);
}

static int check_compare(const struct fault_compare *c, const struct domain *domain,
                         struct error *err)
{
    struct interval left = {domain->least, domain->most, false, false};

    narrow(&left, c);
    if (domain->whole)
        make_whole(&left);
    if (is_empty(&left))
        return refuse_never(c, domain, err);
    if (is_below(c->gt, c->has_gt, domain) || is_below(c->gte, c->has_gte, domain) ||
        (left.low == domain->least && !left.low_open && left.high == domain->most &&
         !left.high_open))
        return refuse_always(domain, err);
    return 0;
}

/* ---- an assertion ---- */

static int check_place(const struct place *place, const cJSON *args, struct error *err)
{
    const cJSON *member = place->key ? cJSON_GetObjectItemCaseSensitive(args, place->key) : args;
    struct fault_compare compare;
    int r;

    if (!member)
        return 0;
    r = place->key ? assertion_member_compare(args, place->key, &compare, err)
                   : assertion_read_compare(args, &compare, err);
    if (r < 0)
        return -1;
    if (!compare.given)
        return place->needed ? error_set(err, ERROR_SYNTAX, "write a bound, for instance %s",
                                         place->domain->example)
                             : 0;
    return check_compare(&compare, place->domain, err);
}

/* Where it has no number of its own, a comparison beside its keys would be read by nobody. */
static int refuse_idle(const char *kind, const cJSON *args, struct error *err)
{
    OWN(buf_done) struct buf keys = {0};
    struct fault_compare compare;

    if (assertion_read_compare(args, &compare, err) < 0)
        return -1;
    if (!compare.given)
        return 0;
    for (size_t i = 0; i < N_ELEMENTS(places); i++)
        if (strcmp(places[i].kind, kind) == 0)
            buf_printf(&keys, "%s%s", keys.len ? ", " : "; write it under ", places[i].key);
    return error_set(err, ERROR_SYNTAX, "eq, gt, gte, lt and lte compare nothing here%s",
                     buf_text(&keys));
}

int verify_check_bounds(const char *kind, const cJSON *args, const char **out_key,
                        struct error *err)
{
    bool has_own = false;

    *out_key = assertion_first_comparison(args);
    for (size_t i = 0; i < N_ELEMENTS(places); i++) {
        if (strcmp(places[i].kind, kind) != 0)
            continue;
        has_own = has_own || !places[i].key;
        if (check_place(&places[i], args, err) < 0) {
            *out_key = places[i].key ? places[i].key : *out_key;
            return -1;
        }
    }
    return has_own ? 0 : refuse_idle(kind, args, err);
}
