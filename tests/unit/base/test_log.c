#include "base/log.h"

#include <unistd.h>

#include "../suite.h"
#include "base/clock.h"
#include "base/json.h"

static int ends[2]; /* of a pipe that stands for standard error */

static void open_pipe(void)
{
    ck_assert_int_eq(pipe(ends), 0);
}

static void close_pipe(void)
{
    log_setup(LOG_INFO, LOG_TEXT, STDERR_FILENO);
    close(ends[0]);
    close(ends[1]);
}

static struct str read_line(char *text, size_t size)
{
    ssize_t n = read(ends[0], text, size);

    ck_assert_int_gt(n, 0);
    ck_assert_int_eq(text[n - 1], '\n');
    return (struct str){text, (size_t)n - 1};
}

START_TEST(test_log_text_line_has_time_level_id_event_fields)
{
    char text[400];
    uint64_t when;

    log_setup(LOG_DEBUG, LOG_TEXT, ends[1]);
    log_event(LOG_WARN, STR("id-1"), "fault fired", "rule=%s n=%d", "pay", 3);

    struct str line = read_line(text, sizeof(text));

    ck_assert(clock_parse_iso(line.ptr, CLOCK_ISO_BYTES - 1, &when));
    ck_assert(str_eq(str_slice(line, CLOCK_ISO_BYTES - 1, line.len),
                     STR(" warn  id-1 fault fired: rule=pay n=3")));
}
END_TEST

START_TEST(test_log_values_cannot_forge_a_line)
{
    char text[400];

    log_setup(LOG_DEBUG, LOG_TEXT, ends[1]);
    log_info("listening", "name=%s", "a\nb\x1B[0m");

    struct str line = read_line(text, sizeof(text));

    ck_assert(str_ends(line, STR(" info  listening: name=a?b?[0m")));
}
END_TEST

START_TEST(test_log_json_line_is_json)
{
    char text[400];
    struct error err = {0};

    log_setup(LOG_DEBUG, LOG_JSON, ends[1]);
    log_event(LOG_ERROR, STR("id-2"), "broken", "what=\"%s\"", "x\ny");

    OWN(json_free) cJSON *json = json_parse(read_line(text, sizeof(text)), &err);

    ck_assert_msg(json != NULL, "%s", err.text);
    ck_assert(str_eq(json_get_str(json, "level"), STR("error")));
    ck_assert(str_eq(json_get_str(json, "requestId"), STR("id-2")));
    ck_assert(str_eq(json_get_str(json, "event"), STR("broken")));
    ck_assert(str_eq(json_get_str(json, "fields"), STR("what=\"x\ny\"")));
}
END_TEST

START_TEST(test_log_lesser_levels_are_silent)
{
    char text[400];

    log_setup(LOG_WARN, LOG_TEXT, ends[1]);
    ck_assert(!log_enabled(LOG_INFO));
    ck_assert(log_enabled(LOG_ERROR));
    log_info("silent", NULL);
    log_event(LOG_ERROR, STR_NONE, "loud", NULL);
    ck_assert(str_ends(read_line(text, sizeof(text)), STR(" error loud")));
    log_setup(LOG_OFF, LOG_TEXT, ends[1]);
    ck_assert(!log_enabled(LOG_ERROR));
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("base/log");
    TCase *tc = tcase_create("log");

    tcase_add_checked_fixture(tc, open_pipe, close_pipe);
    tcase_add_test(tc, test_log_text_line_has_time_level_id_event_fields);
    tcase_add_test(tc, test_log_values_cannot_forge_a_line);
    tcase_add_test(tc, test_log_json_line_is_json);
    tcase_add_test(tc, test_log_lesser_levels_are_silent);
    suite_add_tcase(suite, tc);
    return suite_run(suite);
}
