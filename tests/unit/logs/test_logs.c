#include "logs/logs.h"

#include <stdio.h>

#include "../suite.h"
#include "base/buf.h"

enum { SMALL_BYTES = 40 << 10, ROUNDS = 4000 };

static const struct logs_owner hello = {
    .account = STR_INIT("1"),
    .region = STR_INIT("cn-hangzhou"),
    .service = STR_INIT("demo"),
    .function = STR_INIT("hello"),
    .project = STR_INIT("p"),
    .store = STR_INIT("s"),
};
static const struct logs_owner greet = {
    .account = STR_INIT("2"),
    .region = STR_INIT("cn-hangzhou"),
    .service = STR_INIT(""),
    .function = STR_INIT("greet"),
    .project = STR_INIT(""),
    .store = STR_INIT(""),
};

static void say(struct logs *logs, const struct logs_owner *owner, uint64_t wall_ms,
                const char *request_id, const char *text)
{
    logs_add(logs, owner,
             &(struct logs_line){.wall_ms = wall_ms,
                                 .kind = LOGS_LINE,
                                 .version = STR("LATEST"),
                                 .request_id = str_of(request_id),
                                 .instance = STR("c-1"),
                                 .text = str_of(text)});
}

/* The texts of what fits, with blanks between them. */
static void texts_of(struct logs *logs, const struct logs_filter *filter, size_t most,
                     struct buf *out)
{
    OWN(arena_free) struct arena *arena = arena_new();
    struct logs_found *found;
    size_t count = logs_select(logs, filter, most, arena, &found);

    for (size_t i = 0; i < count; i++)
        buf_printf(out, "%s" STR_FMT, i ? " " : "", STR_ARG(found[i].line.text));
}

static struct logs *three_lines(void)
{
    struct logs *logs = logs_new(LOGS_FUNCTION_BYTES, LOGS_ALL_BYTES);

    say(logs, &hello, 1000, "r1", "one");
    say(logs, &greet, 2000, "r2", "two");
    say(logs, &hello, 3000, "r3", "three");
    return logs;
}

static const struct {
    struct logs_filter filter;
    size_t most;
    const char *want;
} cases[] = {
    {{.after = 0},                                       9, "one two three"},
    {{.after = 0},                                       2, "two three"    },
    {{.after = 0},                                       0, ""             },
    {{.account = STR_INIT("1")},                         9, "one three"    },
    {{.account = STR_INIT("1")},                         1, "three"        },
    {{.region = STR_INIT("cn-beijing")},                 9, ""             },
    {{.service = STR_INIT("")},                          9, "two"          },
    {{.function = STR_INIT("hello")},                    9, "one three"    },
    {{.project = STR_INIT("p"), .store = STR_INIT("s")}, 9, "one three"    },
    {{.project = STR_INIT("p"), .store = STR_INIT("t")}, 9, ""             },
    {{.request_id = STR_INIT("r2")},                     9, "two"          },
    {{.from_ms = 2000},                                  9, "two three"    },
    {{.to_ms = 3000},                                    9, "one two"      },
    {{.from_ms = 1001, .to_ms = 2001},                   9, "two"          },
    {{.after = 1},                                       9, "two three"    },
    {{.after = 3},                                       9, ""             },
};

START_TEST(test_logs_filters)
{
    struct logs *logs = three_lines();
    OWN(buf_done) struct buf got = {0};

    texts_of(logs, &cases[_i].filter, cases[_i].most, &got);
    ck_assert_str_eq(buf_text(&got), cases[_i].want);
    logs_free(logs);
}
END_TEST

/* Ids that lines share are written once, and yet each line has its own. */
START_TEST(test_logs_every_line_keeps_its_ids)
{
    struct logs *logs = logs_new(LOGS_FUNCTION_BYTES, LOGS_ALL_BYTES);
    OWN(arena_free) struct arena *arena = arena_new();
    static const char *const ids[] = {"a", "a", "b", "", "a"};
    struct logs_found *found;

    for (size_t i = 0; i < N_ELEMENTS(ids); i++)
        say(logs, &hello, i, ids[i], "x");
    ck_assert_uint_eq(logs_select(logs, &(struct logs_filter){0}, 9, arena, &found),
                      N_ELEMENTS(ids));
    for (size_t i = 0; i < N_ELEMENTS(ids); i++) {
        ck_assert(str_eq(found[i].line.request_id, str_of(ids[i])));
        ck_assert(str_eq(found[i].line.version, STR("LATEST")));
        ck_assert(str_eq(found[i].line.instance, STR("c-1")));
        ck_assert_uint_eq(found[i].line.number, i + 1);
        ck_assert_uint_eq(found[i].line.wall_ms, i);
        ck_assert_ptr_eq(found[i].owner, found[0].owner);
    }
    logs_free(logs);
}
END_TEST

struct sums {
    uint64_t lines, bytes, lost_lines, lost_bytes;
    size_t functions;
};

static void add_up(void *arg, const struct logs_figures *figures)
{
    struct sums *sums = arg;

    sums->functions++;
    sums->lines += figures->lines;
    sums->bytes += figures->bytes;
    sums->lost_lines += figures->lost_lines;
    sums->lost_bytes += figures->lost_bytes;
}

static struct sums sums_of(struct logs *logs, const struct logs_owner *owner)
{
    struct sums sums = {0};

    logs_each(logs, &(struct logs_filter){.account = owner->account}, add_up, &sums);
    return sums;
}

START_TEST(test_logs_the_oldest_go_and_are_counted)
{
    struct logs *logs = logs_new(SMALL_BYTES, LOGS_ALL_BYTES);
    OWN(arena_free) struct arena *arena = arena_new();
    struct logs_found *found;
    struct sums sums;
    char text[16];

    say(logs, &greet, 0, "", "stays");
    for (int i = 0; i < ROUNDS; i++) {
        snprintf(text, sizeof(text), "%d", i);
        say(logs, &hello, (uint64_t)i, "r", text);
    }
    sums = sums_of(logs, &hello);
    ck_assert_uint_eq(sums.lines + sums.lost_lines, ROUNDS);
    ck_assert_uint_gt(sums.lost_lines, 0);
    ck_assert_uint_le(sums.bytes, SMALL_BYTES);
    ck_assert_uint_gt(sums.bytes, SMALL_BYTES / 2);
    ck_assert_uint_gt(sums.lost_bytes, sums.lost_lines * 40);
    ck_assert_uint_eq(
        logs_select(logs, &(struct logs_filter){.account = hello.account}, ROUNDS, arena, &found),
        sums.lines);
    snprintf(text, sizeof(text), "%d", (int)sums.lost_lines);
    ck_assert(str_eq(found[0].line.text, str_of(text)));
    ck_assert_uint_eq(sums_of(logs, &greet).lost_lines, 0);
    logs_free(logs);
}
END_TEST

/* Of all functions together, the oldest line goes first, whoever prints now. */
START_TEST(test_logs_all_together_are_bounded)
{
    struct logs *logs = logs_new(SMALL_BYTES, SMALL_BYTES);

    for (int i = 0; i < 100; i++)
        say(logs, &greet, 0, "r", "an early line");
    for (int i = 0; i < ROUNDS; i++)
        say(logs, &hello, 1, "r", "a late line");
    ck_assert_uint_eq(sums_of(logs, &greet).lines, 0);
    ck_assert_uint_eq(sums_of(logs, &greet).lost_lines, 100);
    ck_assert_uint_le(sums_of(logs, &hello).bytes, SMALL_BYTES);
    logs_free(logs);
}
END_TEST

START_TEST(test_logs_a_long_line_becomes_several_whole_characters)
{
    struct logs *logs = logs_new(LOGS_FUNCTION_BYTES, LOGS_ALL_BYTES);
    OWN(arena_free) struct arena *arena = arena_new();
    OWN(buf_done) struct buf text = {0};
    OWN(buf_done) struct buf together = {0};
    struct logs_found *found;
    size_t count;

    buf_puts(&text, "x");
    while (text.len < 2 * LOGS_TEXT_BYTES_MAX)
        buf_puts(&text, "日");
    say(logs, &hello, 0, "r", buf_text(&text));
    count = logs_select(logs, &(struct logs_filter){0}, 9, arena, &found);
    ck_assert_uint_eq(count, 3);
    for (size_t i = 0; i < count; i++) {
        ck_assert_uint_le(found[i].line.text.len, LOGS_TEXT_BYTES_MAX);
        ck_assert(str_is_utf8(found[i].line.text));
        buf_add(&together, found[i].line.text);
    }
    ck_assert_str_eq(buf_text(&together), buf_text(&text));
    logs_free(logs);
}
END_TEST

START_TEST(test_logs_an_account_is_forgotten)
{
    struct logs *logs = three_lines();
    OWN(buf_done) struct buf got = {0};

    logs_clear(logs, STR("1"));
    texts_of(logs, &(struct logs_filter){0}, 9, &got);
    ck_assert_str_eq(buf_text(&got), "two");
    ck_assert_uint_eq(sums_of(logs, &hello).functions, 0);
    logs_clear(logs, STR_NONE);
    ck_assert_uint_eq(sums_of(logs, &greet).functions, 0);
    logs_free(logs);
}
END_TEST

/* Where a function logs to may change; its lines go with it. */
START_TEST(test_logs_another_logstore)
{
    struct logs *logs = three_lines();
    struct logs_owner moved = hello;
    OWN(buf_done) struct buf got = {0};

    moved.store = STR("t");
    say(logs, &moved, 4000, "r", "four");
    texts_of(logs, &(struct logs_filter){.store = STR("t")}, 9, &got);
    ck_assert_str_eq(buf_text(&got), "one three four");
    logs_free(logs);
}
END_TEST

struct listener {
    struct logs_follower follower;
    struct logs *logs;
    struct buf heard;
};

static void listen(struct logs_follower *follower, const struct logs_found *found)
{
    struct listener *listener = CONTAINER_OF(follower, struct listener, follower);

    buf_add(&listener->heard, found->line.text);
    if (str_eq(found->line.text, STR("stop")))
        logs_unfollow(listener->logs, follower);
}

START_TEST(test_logs_followers_hear_what_fits_until_they_end)
{
    struct logs *logs = three_lines();
    struct listener listener = {
        .follower = {.filter = {.function = STR("hello"), .request_id = STR("r")}, .take = listen},
        .logs = logs,
    };

    logs_follow(logs, &listener.follower);
    say(logs, &greet, 0, "r", "not this");
    say(logs, &hello, 0, "q", "nor this");
    say(logs, &hello, 0, "r", "this ");
    say(logs, &hello, 0, "r", "stop");
    say(logs, &hello, 0, "r", "unheard");
    ck_assert_str_eq(buf_text(&listener.heard), "this stop");
    buf_done(&listener.heard);
    logs_free(logs);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("logs/logs");
    TCase *tc = tcase_create("logs");

    tcase_add_loop_test(tc, test_logs_filters, 0, (int)N_ELEMENTS(cases));
    tcase_add_test(tc, test_logs_every_line_keeps_its_ids);
    tcase_add_test(tc, test_logs_the_oldest_go_and_are_counted);
    tcase_add_test(tc, test_logs_all_together_are_bounded);
    tcase_add_test(tc, test_logs_a_long_line_becomes_several_whole_characters);
    tcase_add_test(tc, test_logs_an_account_is_forgotten);
    tcase_add_test(tc, test_logs_another_logstore);
    tcase_add_test(tc, test_logs_followers_hear_what_fits_until_they_end);
    suite_add_tcase(suite, tc);
    return suite_run(suite);
}
