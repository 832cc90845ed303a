#include "journal/coverage.h"

#include "story.h"

static struct coverage_sum count(const struct coverage *coverage, const char *error,
                                 const char *operation)
{
    struct str errors[] = {str_of(error)}, operations[] = {str_of(operation)};
    struct coverage_filter filter = {errors, 1, operations, 1};
    struct coverage_sum sum;

    coverage_count(coverage, &filter, &sum);
    return sum;
}

static struct journal_entry throttled(void)
{
    struct journal_entry entry = story_call();

    entry.status = 429;
    entry.code = STR("ResourceExhausted");
    entry.rule = STR("throttle");
    entry.outcome_kind = STR("error");
    return entry;
}

START_TEST(test_coverage_cell_rises_from_never_to_reacted)
{
    OWN(coverage_free) struct coverage *coverage = coverage_new();
    struct journal_entry entry = throttled();
    struct coverage_sum sum = count(coverage, "ResourceExhausted", "InvokeFunction");

    ck_assert_uint_eq(sum.applicable, 1);
    ck_assert_uint_eq(sum.injected, 0);
    entry.outcome = HTTP_CLIENT_GONE;
    coverage_note(coverage, &entry);
    sum = count(coverage, "ResourceExhausted", "InvokeFunction");
    ck_assert_uint_eq(sum.injected, 1);
    ck_assert_uint_eq(sum.reached, 0);
    entry.outcome = HTTP_DELIVERED;
    coverage_note(coverage, &entry);
    ck_assert_uint_eq(count(coverage, "ResourceExhausted", "InvokeFunction").reached, 1);
    entry = story_call();
    entry.link.attempt = 2;
    coverage_note(coverage, &entry);
    ck_assert_uint_eq(count(coverage, "ResourceExhausted", "InvokeFunction").reacted, 1);
}
END_TEST

START_TEST(test_coverage_observation_is_a_reaction)
{
    OWN(coverage_free) struct coverage *coverage = coverage_new();
    struct journal_entry entry = throttled();

    coverage_note(coverage, &entry);
    coverage_observed(coverage, STR("another"));
    ck_assert_uint_eq(count(coverage, "ResourceExhausted", "InvokeFunction").reacted, 0);
    coverage_observed(coverage, entry.request_id);
    ck_assert_uint_eq(count(coverage, "ResourceExhausted", "InvokeFunction").reacted, 1);
    coverage_clear(coverage);
    ck_assert_uint_eq(count(coverage, "ResourceExhausted", "InvokeFunction").injected, 0);
}
END_TEST

START_TEST(test_coverage_what_the_service_answers_itself_is_not_injected)
{
    OWN(coverage_free) struct coverage *coverage = coverage_new();
    struct journal_entry entry = throttled();

    entry.rule = STR("");
    coverage_note(coverage, &entry);
    ck_assert_uint_eq(count(coverage, "ResourceExhausted", "InvokeFunction").injected, 0);
}
END_TEST

START_TEST(test_coverage_of_a_class_counts_what_was_called)
{
    OWN(coverage_free) struct coverage *coverage = coverage_new();
    struct journal_entry entry = throttled();

    ck_assert_uint_gt(count(coverage, "ResourceExhausted", "@invoke").applicable, 1);
    coverage_note(coverage, &entry);
    struct coverage_sum sum = count(coverage, "ResourceExhausted", "@invoke");

    ck_assert_uint_eq(sum.applicable, 1);
    ck_assert_uint_eq(sum.reached, 1);
}
END_TEST

START_TEST(test_coverage_names_missing_cells_of_called_operations_first)
{
    OWN(coverage_free) struct coverage *coverage = coverage_new();
    OWN(buf_done) struct buf out = {0};
    struct journal_entry entry = story_call();
    struct str errors[] = {STR("ConcurrentUpdateError")};
    struct coverage_filter filter = {.errors = errors, .error_count = 1};

    entry.op = operation_find(API_2016, STR("UpdateFunction"));
    coverage_note(coverage, &entry);
    ck_assert(coverage_first_missing(coverage, &filter, &out));
    ck_assert_str_eq(buf_text(&out), "ConcurrentUpdateError on UpdateFunction");
}
END_TEST

START_TEST(test_coverage_copy_and_json_agree)
{
    OWN(coverage_free) struct coverage *coverage = coverage_new();
    struct journal_entry entry = throttled();
    struct str any = STR("*");
    struct coverage_filter all = {.operations = &any, .operation_count = 1};
    struct error err;
    OWN(buf_done) struct buf out = {0};

    coverage_note(coverage, &entry);
    OWN(coverage_free) struct coverage *copy = coverage_copy(coverage);

    coverage_json(copy, &all, &out);
    OWN(json_free) cJSON *json = json_parse(buf_str(&out), &err);
    const cJSON *cells = cJSON_GetObjectItemCaseSensitive(json, "cells");

    ck_assert_int_eq(cJSON_GetArraySize(cells), 1);
    ck_assert(str_eq(json_get_str(cells->child, "state"), STR("reached")));
    ck_assert_int_eq(cJSON_GetArraySize(cJSON_GetObjectItemCaseSensitive(json, "missing")),
                     COVERAGE_MISSING_MAX);
}
END_TEST

START_TEST(test_coverage_without_a_filter_is_of_what_was_called)
{
    OWN(coverage_free) struct coverage *coverage = coverage_new();
    struct journal_entry entry = throttled();
    const struct coverage_filter none = {0};
    struct coverage_sum before, after;

    coverage_count(coverage, &none, &before);
    coverage_note(coverage, &entry);
    coverage_count(coverage, &none, &after);
    ck_assert_uint_gt(before.applicable, 10 * after.applicable);
    ck_assert_uint_eq(after.reached, 1);
}
END_TEST

/* States rise and never fall; what this build does not know is passed over. */
START_TEST(test_coverage_takes_in_what_others_have_told)
{
    static const char told[] =
        "{\"called\":[\"UpdateFunction\",\"NoSuchOperation\",7],\"cells\":["
        "{\"error\":\"ResourceExhausted\",\"operation\":\"InvokeFunction\",\"state\":\"injected\"},"
        "{\"error\":\"reset\",\"operation\":\"UpdateFunction\",\"state\":\"reacted\"},"
        "{\"error\":\"NoSuchCode\",\"operation\":\"UpdateFunction\",\"state\":\"reached\"},"
        "{\"error\":\"close\",\"operation\":\"UpdateFunction\",\"state\":\"eaten\"}]}";
    OWN(coverage_free) struct coverage *coverage = coverage_new();
    struct journal_entry entry = throttled();
    const struct coverage_filter none = {0};
    struct error err;
    struct coverage_sum sum;
    OWN(json_free) cJSON *json = json_parse(str_of(told), &err);
    OWN(json_free) cJSON *empty = cJSON_CreateObject();

    coverage_note(coverage, &entry);
    ck_assert_int_eq(coverage_merge(coverage, json, &err), 0);
    ck_assert_uint_eq(count(coverage, "ResourceExhausted", "InvokeFunction").reached, 1);
    ck_assert_uint_eq(count(coverage, "reset", "UpdateFunction").reacted, 1);
    coverage_count(coverage, &none, &sum);
    ck_assert_uint_eq(sum.injected, 2);
    ck_assert_int_lt(coverage_merge(coverage, empty, &err), 0);
    ck_assert_int_lt(coverage_merge(coverage, NULL, &err), 0);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("journal/coverage");
    TCase *tc = tcase_create("coverage");

    tcase_add_test(tc, test_coverage_cell_rises_from_never_to_reacted);
    tcase_add_test(tc, test_coverage_observation_is_a_reaction);
    tcase_add_test(tc, test_coverage_what_the_service_answers_itself_is_not_injected);
    tcase_add_test(tc, test_coverage_of_a_class_counts_what_was_called);
    tcase_add_test(tc, test_coverage_names_missing_cells_of_called_operations_first);
    tcase_add_test(tc, test_coverage_without_a_filter_is_of_what_was_called);
    tcase_add_test(tc, test_coverage_takes_in_what_others_have_told);
    tcase_add_test(tc, test_coverage_copy_and_json_agree);
    suite_add_tcase(suite, tc);
    return suite_run(suite);
}
