#include "journal/retries.h"

#include "story.h"

/* The official Python client on a GET and five 500s. */
static void tell_python(struct story *story, uint64_t chain)
{
    static const uint64_t at_ms[] = {0, 3, 2044, 6045, 14046, 30047};

    for (uint32_t i = 0; i < N_ELEMENTS(at_ms); i++) {
        story->last.link.evidence = i ? CHAIN_BY_SIGNATURE : 0;
        story_tell(story, at_ms[i], chain, i + 1, 500, "InternalServerError");
    }
}

static void collect(struct story *story, struct journal_snapshot **snapshot, struct retries *out)
{
    struct journal_query query;

    journal_query_init(&query);
    *snapshot = journal_snapshot_take(story->journal);
    retries_collect(&query, *snapshot, story->arena, out);
}

START_TEST(test_retries_of_the_python_client)
{
    struct story story;
    struct retries retries;
    struct retry_fit fit;
    OWN(journal_snapshot_free) struct journal_snapshot *snapshot = NULL;

    story_begin(&story);
    tell_python(&story, 7);
    story_tell(&story, 40000, 8, 1, 200, "");
    collect(&story, &snapshot, &retries);
    ck_assert_uint_eq(retries.count, 2);
    ck_assert_uint_eq(retries.attempts, 7);
    ck_assert_uint_eq(retries.retried, 1);
    ck_assert_uint_eq(retries.give_ups, 1);
    ck_assert_uint_eq(retries.stale_signatures, 5);
    ck_assert_double_eq(retries_amplification(&retries, false), 3.5);
    const struct retry_chain *chain = &retries.chains[0];

    ck_assert_uint_eq(chain->number, 7);
    ck_assert_double_eq_tol(chain->gaps_ms[0], 2, 0.001);
    ck_assert_double_eq_tol(chain->gaps_ms[1], 2040, 0.001);
    retries_fit(chain->gaps_ms, chain->count - 1, &fit);
    ck_assert_uint_eq(fit.used, 4);
    ck_assert_double_eq_tol(fit.factor, 2, 0.02);
    ck_assert_double_le(fit.deviation, 0.02);
    ck_assert(!fit.jitter);
    story_end(&story);
}
END_TEST

START_TEST(test_retries_fit_sees_jitter)
{
    static const double gaps[] = {700, 300, 2900, 1100};
    struct retry_fit fit;

    retries_fit(gaps, N_ELEMENTS(gaps), &fit);
    ck_assert(fit.jitter);
    retries_fit(gaps, 0, &fit);
    ck_assert_uint_eq(fit.used, 0);
}
END_TEST

START_TEST(test_retries_count_work_done_twice_and_early_retries)
{
    struct story story;
    struct retries retries;
    OWN(journal_snapshot_free) struct journal_snapshot *snapshot = NULL;

    story_begin(&story);
    story.last.outcome = HTTP_CLIENT_GONE;
    story.last.retry_after_ms = 2000;
    story_tell(&story, 0, 1, 1, 499, "");
    story.last.outcome = HTTP_DELIVERED;
    story_tell(&story, 500, 1, 2, 200, "");
    collect(&story, &snapshot, &retries);
    ck_assert_uint_eq(retries.duplicates, 1);
    ck_assert_uint_eq(retries.after_timeout, 1);
    ck_assert_uint_eq(retries.too_early, 1);
    ck_assert_uint_eq(retries.give_ups, 0);
    ck_assert(retries.chains[0].succeeded);
    story_end(&story);
}
END_TEST

/* One call: its transport repeated it at once, then the program did after a second. */
START_TEST(test_retries_below_the_program_are_told_apart)
{
    struct story story;
    struct retries retries;
    struct error err;
    OWN(journal_snapshot_free) struct journal_snapshot *snapshot = NULL;
    OWN(buf_done) struct buf out = {0};

    story_begin(&story);
    story_tell(&story, 0, 1, 1, 0, "");
    story.last.link.confidence = CHAIN_CERTAIN;
    story.last.link.evidence = CHAIN_BY_TRANSPORT | CHAIN_BY_CONTENT;
    story_tell(&story, 2, 1, 2, 0, "");
    story.last.link.confidence = CHAIN_LIKELY;
    story.last.link.evidence = CHAIN_BY_CONTENT;
    story_tell(&story, 1003, 1, 3, 200, "");
    collect(&story, &snapshot, &retries);
    ck_assert_uint_eq(retries.attempts, 3);
    ck_assert_uint_eq(retries.transport, 1);
    ck_assert_uint_eq(retries.retried, 1);
    ck_assert_uint_eq(retries.chains[0].count, 3);
    ck_assert_uint_eq(retries.chains[0].retries, 1);
    ck_assert_double_eq(retries.chains[0].gaps_ms[0], 1000);
    ck_assert_uint_eq(retries.stale_signatures, 0);
    retries_json(&retries, &out);
    OWN(json_free) cJSON *json = json_parse(buf_str(&out), &err);
    const cJSON *chain = cJSON_GetArrayItem(cJSON_GetObjectItemCaseSensitive(json, "chains"), 0);

    ck_assert_uint_eq(json_get_uint(json, "transport_repeats", 9, 9), 1);
    ck_assert_uint_eq(json_get_uint(chain, "transport_repeats", 9, 9), 1);
    ck_assert_uint_eq(json_get_uint(chain, "retries", 9, 9), 1);
    story_end(&story);
}
END_TEST

/* The transport did all of it: the program has not retried, and has not given up. */
START_TEST(test_a_call_that_only_the_transport_repeated_was_not_retried)
{
    struct story story;
    struct retries retries;
    OWN(journal_snapshot_free) struct journal_snapshot *snapshot = NULL;

    story_begin(&story);
    story_tell(&story, 0, 1, 1, 0, "");
    story.last.link.confidence = CHAIN_CERTAIN;
    story.last.link.evidence = CHAIN_BY_TRANSPORT | CHAIN_BY_CONTENT;
    story_tell(&story, 2, 1, 2, 0, "");
    collect(&story, &snapshot, &retries);
    ck_assert_uint_eq(retries.chains[0].retries, 0);
    ck_assert_uint_eq(retries.retried, 0);
    ck_assert_uint_eq(retries.give_ups, 0);
    ck_assert(!retries.chains[0].gave_up);
    story_end(&story);
}
END_TEST

START_TEST(test_retries_json_lists_chains_with_retries_only)
{
    struct story story;
    struct retries retries;
    struct error err;
    OWN(journal_snapshot_free) struct journal_snapshot *snapshot = NULL;
    OWN(buf_done) struct buf out = {0};

    story_begin(&story);
    tell_python(&story, 7);
    story_tell(&story, 40000, 8, 1, 200, "");
    collect(&story, &snapshot, &retries);
    retries_json(&retries, &out);
    OWN(json_free) cJSON *json = json_parse(buf_str(&out), &err);
    const cJSON *chains = cJSON_GetObjectItemCaseSensitive(json, "chains");

    ck_assert_int_eq(cJSON_GetArraySize(chains), 1);
    ck_assert_int_eq(cJSON_GetArraySize(cJSON_GetObjectItemCaseSensitive(
                         cJSON_GetArrayItem(chains, 0), "gaps_ms")),
                     5);
    story_end(&story);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("journal/retries");
    TCase *tc = tcase_create("retries");

    tcase_add_test(tc, test_retries_of_the_python_client);
    tcase_add_test(tc, test_retries_fit_sees_jitter);
    tcase_add_test(tc, test_retries_count_work_done_twice_and_early_retries);
    tcase_add_test(tc, test_retries_below_the_program_are_told_apart);
    tcase_add_test(tc, test_a_call_that_only_the_transport_repeated_was_not_retried);
    tcase_add_test(tc, test_retries_json_lists_chains_with_retries_only);
    suite_add_tcase(suite, tc);
    return suite_run(suite);
}
