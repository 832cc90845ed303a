#include "journal/query.h"

#include "story.h"

static const struct {
    const char *name, *value;
    bool want;
} cases[] = {
    {"function",    "pay",                           true },
    {"function",    "p*",                            true },
    {"function",    "pay2",                          false},
    {"function",    "!pay",                          false},
    {"function",    "!other",                        true },
    {"operation",   "InvokeFunction",                true },
    {"operation",   "@invoke",                       true },
    {"operation",   "@read",                         false},
    {"status",      "503",                           true },
    {"status",      "5xx",                           true },
    {"status",      "4xx",                           false},
    {"status",      ">=500",                         true },
    {"status",      "!503",                          false},
    {"status",      "!4xx",                          true },
    {"status",      "!<500",                         true },
    {"status",      "<500",                          false},
    {"code",        "ResourceThrottled",             true },
    {"rule",        "throttle",                      true },
    {"kind",        "error",                         true },
    {"api",         "2016-08-15",                    true },
    {"api",         "2023-*",                        false},
    {"region",      "cn-hangzhou",                   true },
    {"chain",       "4",                             true },
    {"chain",       "5",                             false},
    {"attempt",     ">1",                            true },
    {"internal",    "false",                         true },
    {"internal",    "true",                          false},
    {"unmatched",   "true",                          false},
    {"since",       "1700000009000",                 false},
    {"since",       "1700000005000",                 true },
    {"until",       "1700000005000",                 true },
    {"until",       "2023-11-14T22:13:24.999Z",      false},
    {"since",       "1s",                            true },
    {"since",       "0ms",                           false},
    {"after",       "0",                             true },
    {"after",       "1",                             false},
    {"duration_ms", "<=1",                           true },
    {"outcome",     "delivered",                     true },
    {"path",        "/2016-08-15/*/pay/invocations", true },
};

START_TEST(test_query_table)
{
    struct story story;
    struct journal_query query;
    struct journal_selection selection;
    struct error err;

    story_begin(&story);
    story_tell(&story, 5000, 4, 2, 503, "ResourceThrottled");
    journal_query_init(&query);
    int r = journal_query_add(&query, str_of(cases[_i].name), str_of(cases[_i].value),
                              STORY_WALL_MS + 5001, story.arena, &err);

    ck_assert_int_eq(r, 0);
    OWN(journal_snapshot_free)
    struct journal_snapshot *snapshot = journal_snapshot_take(story.journal);

    journal_select(&query, snapshot, story.arena, &selection);
    ck_assert_msg((selection.count == 1) == cases[_i].want, "%s=%s selected %zu", cases[_i].name,
                  cases[_i].value, selection.count);
    story_end(&story);
}
END_TEST

static const struct {
    const char *name, *value, *want;
} wrong[] = {
    {"functon",   "x",             "unknown filter 'functon'; did you mean 'function'?"            },
    {"status",    "five",          "status: 'five' is not a number such as 503, 5xx, >=500 or !200"},
    {"limit",     "-1",            "limit: '-1' is not a number up to 1000000"                     },
    {"since",     "tomorrow",
     "since: 'tomorrow' is no time; write 2026-11-24T03:00:00Z, "
     "milliseconds since 1970, or an age such as 5m"                                               },
    {"until",     "99999999999",
     "until: '99999999999' is no time; write 2026-11-24T03:00:00Z, "
     "milliseconds since 1970, or an age such as 5m"                                               },
    {"status",    "!",             "status: '' is not a number such as 503, 5xx, >=500 or !200"    },
    {"internal",  "maybe",         "internal: 'maybe' is not true or false"                        },
    {"operation", "InvokFunction",
     "operation: there is no 'InvokFunction'; did you mean 'InvokeFunction'?"                      },
    {"outcome",   "!nothing",      "outcome: there is no 'nothing'"                                },
};

START_TEST(test_query_mistakes_are_named)
{
    OWN(arena_free) struct arena *arena = arena_new();
    struct journal_query query;
    struct error err;

    journal_query_init(&query);
    ck_assert_int_lt(
        journal_query_add(&query, str_of(wrong[_i].name), str_of(wrong[_i].value), 0, arena, &err),
        0);
    ck_assert_str_eq(err.text, wrong[_i].want);
}
END_TEST

static size_t select_numbers(struct story *story, const char *limit, const char *after,
                             uint64_t *out)
{
    struct journal_query query;
    struct journal_selection selection;
    struct error err;
    OWN(journal_snapshot_free)
    struct journal_snapshot *snapshot = journal_snapshot_take(story->journal);

    journal_query_init(&query);
    ck_assert_int_eq(journal_query_add(&query, STR("limit"), str_of(limit), 0, story->arena, &err),
                     0);
    if (after)
        ck_assert_int_eq(
            journal_query_add(&query, STR("after"), str_of(after), 0, story->arena, &err), 0);
    journal_select(&query, snapshot, story->arena, &selection);
    for (size_t i = 0; i < selection.count; i++)
        out[i] = selection.entries[i]->number;
    return selection.count;
}

START_TEST(test_query_limit_keeps_the_newest_but_after_the_next)
{
    struct story story;
    uint64_t numbers[10];

    story_begin(&story);
    for (uint64_t i = 0; i < 10; i++)
        story_tell(&story, i, i + 1, 1, 200, "");
    ck_assert_uint_eq(select_numbers(&story, "3", NULL, numbers), 3);
    ck_assert_uint_eq(numbers[0], 8);
    ck_assert_uint_eq(numbers[2], 10);
    ck_assert_uint_eq(select_numbers(&story, "3", "2", numbers), 3);
    ck_assert_uint_eq(numbers[0], 3);
    ck_assert_uint_eq(numbers[2], 5);
    ck_assert_uint_eq(select_numbers(&story, "0", NULL, numbers), 0);
    story_end(&story);
}
END_TEST

START_TEST(test_query_json_takes_lists_and_comparisons)
{
    struct story story;
    struct journal_query query;
    struct error err;
    OWN(json_free)
    cJSON *match = json_parse(STR("{\"function\":[\"a\",\"pay\"],\"status\":{\"gte\":500},"
                                  "\"code\":{\"not\":\"Internal*\"},\"chain\":4}"),
                              &err);

    story_begin(&story);
    story_tell(&story, 5000, 4, 2, 503, "ResourceThrottled");
    story_tell(&story, 5000, 4, 2, 500, "InternalServerError");
    story_tell(&story, 5000, 4, 2, 200, "");
    journal_query_init(&query);
    ck_assert_ptr_nonnull(match);
    ck_assert_int_eq(journal_query_add_json(&query, match, 0, story.arena, &err), 0);
    OWN(journal_snapshot_free)
    struct journal_snapshot *snapshot = journal_snapshot_take(story.journal);
    struct journal_selection selection;

    journal_select(&query, snapshot, story.arena, &selection);
    ck_assert_uint_eq(selection.count, 1);
    ck_assert_int_eq(selection.entries[0]->status, 503);
    story_end(&story);
}
END_TEST

START_TEST(test_query_names_are_unique)
{
    const char *a, *b;

    for (size_t i = 0; (a = journal_query_name(i)); i++)
        for (size_t j = i + 1; (b = journal_query_name(j)); j++)
            ck_assert_str_ne(a, b);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("journal/query");
    TCase *tc = tcase_create("query");

    tcase_add_loop_test(tc, test_query_table, 0, (int)N_ELEMENTS(cases));
    tcase_add_loop_test(tc, test_query_mistakes_are_named, 0, (int)N_ELEMENTS(wrong));
    tcase_add_test(tc, test_query_limit_keeps_the_newest_but_after_the_next);
    tcase_add_test(tc, test_query_json_takes_lists_and_comparisons);
    tcase_add_test(tc, test_query_names_are_unique);
    suite_add_tcase(suite, tc);
    return suite_run(suite);
}
