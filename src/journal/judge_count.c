/* Assertions that count: calls, retries, amplification, duplicates, seen, coverage. */

#include "base/glob.h"
#include "journal/assertion.h"

static void collect(struct assertion *assertion, struct retries *out)
{
    retries_collect(&assertion->query, assertion->input->snapshot, assertion->arena, out);
}

static bool asks_for_none(const struct fault_compare *compare)
{
    return assertion_holds(compare, 0) && !assertion_holds(compare, 1);
}

int judge_calls(struct assertion *assertion, struct error *err)
{
    (void)err;
    if (!assertion->compare.given) {
        assertion->compare.has_gte = true;
        assertion->compare.gte = 1;
    }
    /* That there shall be none is a wish of its own; every other is about calls that there are. */
    if (!assertion->calls.count && !asks_for_none(&assertion->compare))
        return assertion_vacuous(assertion, "no call came");
    buf_printf(&assertion->text, "%zu calls", assertion->calls.count);
    assertion_compare(assertion, (double)assertion->calls.count);
    return 0;
}

/* What the program did not do itself, and does not see. */
static void say_transport(const struct retries *retries, struct buf *out)
{
    if (retries->transport)
        buf_printf(out, ", %zu repeats below the program", retries->transport);
}

/* The comparison must hold for every logical call; the text names the first that breaks it. */
int judge_retries(struct assertion *assertion, struct error *err)
{
    struct retries retries;
    const struct retry_chain *worst = NULL;
    size_t most = 0;

    (void)err;
    collect(assertion, &retries);
    if (!retries.count)
        return assertion_vacuous(assertion, "no call to judge");
    for (size_t i = 0; i < retries.count; i++) {
        size_t again = retries.chains[i].retries;

        most = again > most ? again : most;
        if (!worst && !assertion_holds(&assertion->compare, (double)again))
            worst = &retries.chains[i];
    }
    if (worst)
        buf_printf(&assertion->text, "%zu retries in chain %llu of %zu calls", worst->retries,
                   (unsigned long long)worst->number, retries.count);
    else
        buf_printf(&assertion->text, "at most %zu retries in %zu calls", most, retries.count);
    say_transport(&retries, &assertion->text);
    assertion_compare(assertion, worst ? (double)worst->retries : (double)most);
    if (!worst)
        assertion->verdict = VERDICT_PASS;
    return 0;
}

int judge_amplification(struct assertion *assertion, struct error *err)
{
    struct retries retries;
    double amplification;

    (void)err;
    collect(assertion, &retries);
    if (!retries.count)
        return assertion_vacuous(assertion, "no call to judge");
    amplification = retries_amplification(&retries, false);
    buf_printf(&assertion->text, "amplification %.3g (%zu attempts for %zu calls)", amplification,
               retries.attempts, retries.count);
    say_transport(&retries, &assertion->text);
    if (retries.maybe)
        buf_printf(&assertion->text, ", %.3g if the %zu possible retries are some",
                   retries_amplification(&retries, true), retries.maybe);
    assertion_compare(assertion, amplification);
    return 0;
}

int judge_duplicates(struct assertion *assertion, struct error *err)
{
    const cJSON *effect = cJSON_GetObjectItemCaseSensitive(assertion->args, "effect");
    struct retries retries;

    if (effect && (!cJSON_IsString(effect) || strcmp(effect->valuestring, "done") != 0))
        return error_set(err, ERROR_SYNTAX, "effect: only 'done' can be counted");
    collect(assertion, &retries);
    if (!retries.count)
        return assertion_vacuous(assertion, "no call to judge");
    if (!assertion->compare.given) {
        assertion->compare.has_lte = true;
        assertion->compare.lte = 0;
    }
    buf_printf(&assertion->text, "%u duplicate effects in %zu calls", retries.duplicates,
               retries.count);
    assertion_compare(assertion, retries.duplicates);
    return 0;
}

/* ---- what the client saw ---- */

static const struct journal_entry *entry_of(const struct assertion *assertion, struct str id)
{
    for (size_t i = assertion->calls.count; i > 0; i--) {
        if (str_eq_nocase(assertion->calls.entries[i - 1]->request_id, id))
            return assertion->calls.entries[i - 1];
    }
    return NULL;
}

static bool text_fits(const struct assertion *assertion, const char *name, struct str value)
{
    struct str wanted = json_get_str(assertion->args, name);

    return !wanted.ptr || glob_match(wanted, value);
}

/* The code that a client reports: a documented one, one of a call, or one that it has reported. */
static int check_seen_code(const struct assertion *assertion, const struct observation *seen,
                           size_t count, struct error *err)
{
    struct str code = json_get_str(assertion->args, "code");

    for (size_t i = 0; i < count; i++) {
        if (glob_match(code, seen[i].code))
            return 0;
    }
    return journal_word_check_spelling("code", code, assertion->input->snapshot, assertion->arena,
                                       err);
}

static int check_seen_texts(const struct assertion *assertion, struct error *err)
{
    static const char *const names[] = {"outcome", "exception", "code"};

    for (size_t i = 0; i < N_ELEMENTS(names); i++) {
        const cJSON *item = cJSON_GetObjectItemCaseSensitive(assertion->args, names[i]);

        if (item && !cJSON_IsString(item))
            return error_set(err, ERROR_SYNTAX, "%s: expected a text", names[i]);
    }
    return 0;
}

int judge_seen(struct assertion *assertion, struct error *err)
{
    const cJSON *lost = cJSON_GetObjectItemCaseSensitive(assertion->args, "lost");
    struct observation *seen;
    size_t fitting = 0, judged = 0;

    if (!assertion->input->observations)
        return error_set(err, ERROR_USAGE, "there are no observations here");
    if (lost && !cJSON_IsBool(lost))
        return error_set(err, ERROR_SYNTAX, "lost: expected true or false");
    if (check_seen_texts(assertion, err) < 0)
        return -1;
    size_t count = observations_all(assertion->input->observations, assertion->arena, &seen);

    if (check_seen_code(assertion, seen, count, err) < 0)
        return -1;
    for (size_t i = 0; i < count; i++) {
        const struct journal_entry *sent = entry_of(assertion, seen[i].request_id);

        if (!sent)
            continue;
        judged++;
        if (!text_fits(assertion, "outcome", seen[i].outcome) ||
            !text_fits(assertion, "exception", seen[i].exception) ||
            !text_fits(assertion, "code", seen[i].code))
            continue;
        if (lost &&
            cJSON_IsTrue(lost) != str_is_set(observation_verdict(&seen[i], sent, assertion->arena)))
            continue;
        fitting++;
    }
    if (!judged)
        return assertion_vacuous(assertion, "no observation of these calls was posted");
    if (!assertion->compare.given) {
        assertion->compare.has_gte = true;
        assertion->compare.gte = 1;
    }
    buf_printf(&assertion->text, "%zu of %zu observations fit", fitting, judged);
    assertion_compare(assertion, (double)fitting);
    return 0;
}

/* ---- coverage ---- */

static int read_list(const struct assertion *assertion, const char *name, const struct str **out,
                     size_t *out_count, struct error *err)
{
    const cJSON *list = cJSON_GetObjectItemCaseSensitive(assertion->args, name);

    if (!list)
        return 0;
    if (cJSON_IsString(list)) {
        struct str *only = ARENA_NEW(assertion->arena, struct str);

        *only = str_of(list->valuestring);
        *out = only;
        *out_count = 1;
        return 0;
    }
    if (!cJSON_IsArray(list))
        return error_set(err, ERROR_SYNTAX, "%s: expected a list of names", name);
    struct str *names = ARENA_ARRAY(assertion->arena, (size_t)cJSON_GetArraySize(list), struct str);

    for (const cJSON *item = list->child; item; item = item->next) {
        if (!cJSON_IsString(item))
            return error_set(err, ERROR_SYNTAX, "%s: expected a list of names", name);
        names[(*out_count)++] = str_of(item->valuestring);
    }
    *out = names;
    return 0;
}

static int pick_state(const struct assertion *assertion, const struct coverage_sum *sum,
                      size_t *out, const char **out_word, struct error *err)
{
    struct str state = json_get_str(assertion->args, "state");
    const struct {
        const char *name;
        size_t count;
    } states[] = {
        {"reached",  sum->reached },
        {"injected", sum->injected},
        {"reacted",  sum->reacted }
    };

    for (size_t i = 0; i < N_ELEMENTS(states); i++) {
        if (!state.ptr || str_eq(state, str_of(states[i].name))) {
            *out = states[i].count;
            *out_word = states[i].name;
            return 0;
        }
    }
    return error_set(err, ERROR_SYNTAX,
                     "state: '" STR_FMT "' is not one of injected, reached, "
                     "reacted",
                     STR_ARG(state));
}

int judge_coverage(struct assertion *assertion, struct error *err)
{
    struct coverage_filter filter = {0};
    struct coverage_sum sum;
    const char *word = "";
    size_t count = 0;

    if (!assertion->input->coverage)
        return error_set(err, ERROR_USAGE, "there is no coverage here");
    if (read_list(assertion, "errors", &filter.errors, &filter.error_count, err) < 0 ||
        read_list(assertion, "operations", &filter.operations, &filter.operation_count, err) < 0)
        return -1;
    if (coverage_filter_check(assertion->input->coverage, &filter, err) < 0)
        return -1;
    coverage_count(assertion->input->coverage, &filter, &sum);
    if (pick_state(assertion, &sum, &count, &word, err) < 0)
        return -1;
    if (!sum.applicable)
        return assertion_vacuous(assertion, "the documentation rules out every one of these cells");
    buf_printf(&assertion->text, "%zu of %zu cells %s", count, sum.applicable, word);
    assertion_compare(assertion, (double)count / (double)sum.applicable);
    if (assertion->verdict == VERDICT_FAIL) {
        buf_puts(&assertion->text, "; missing ");
        if (!coverage_first_missing(assertion->input->coverage, &filter, &assertion->text))
            buf_printf(&assertion->text, "none, but some were not %s", word);
    }
    return 0;
}
