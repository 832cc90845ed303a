#include "../fault/builder.h"

#include "grammar/header.h"

static struct world w;
static struct http_headers headers;
static struct fault_call call;

static void start(void)
{
    struct fault_ruleset *set = set_new();

    rule_add(set, "file", OUTCOME_RESET);
    set->guard.has_only = true;
    want_exactly(set, &set->guard.only.function, "f");
    world_start(&w, set);
    fault_engine_heed_headers(w.engine, fault_header_read);
    call = call_of("f", NULL);
    call.headers = &headers;
}

static void stop(void)
{
    world_stop(&w);
}

static void bring(const char *text)
{
    headers = (struct http_headers){0};
    http_headers_add(&headers, w.calls, STR("x-fcemu-fault"), str_of(text));
}

START_TEST(test_a_header_is_asked_before_all_rules)
{
    bring("error=ResourceThrottled; delay=300ms");
    struct fault_decision decision = decide_once(&w, &call);

    ck_assert_ptr_null(decision.control_error);
    ck_assert(str_eq(decision.outcome_rule->id, STR("header")));
    ck_assert_str_eq(decision.outcome->error->code, "ResourceThrottled");
    ck_assert_uint_eq(decision.delay_request_ns, MS(300));
    ck_assert_int_eq(decision.evidence[1].gate, GATE_NOT_ASKED);
}
END_TEST

START_TEST(test_a_header_may_hold_a_chance_of_its_own)
{
    size_t struck = 0;

    bring("probability = 50%; close = {at: headers}");
    for (int i = 0; i < 200; i++)
        struck += str_eq(decide_once(&w, &call).outcome_rule->id, STR("header"));
    ck_assert_uint_gt(struck, 100 - 22); /* 3 sigma */
    ck_assert_uint_lt(struck, 100 + 22);
}
END_TEST

START_TEST(test_a_header_outlives_the_clock_of_rules)
{
    bring("error=InternalServerError");
    decide_once(&w, &call);
    clock_advance(&w.clock, SECONDS(7200));
    ck_assert(str_eq(decide_once(&w, &call).outcome_rule->id, STR("header")));
}
END_TEST

START_TEST(test_a_header_stays_inside_the_guard)
{
    bring("error=InternalServerError");
    call.function = STR("other");
    ck_assert_ptr_null(decide_once(&w, &call).outcome);
    call.function = STR("f");
    fault_engine_heed_headers(w.engine, NULL);
    ck_assert(str_eq(decide_once(&w, &call).outcome_rule->id, STR("file")));
}
END_TEST

static const struct {
    const char *text, *want;
} mistakes[] = {
    {"error=ResourceThrotled",                                    "F305"              },
    {"delay=300",                                                 "F201"              },
    {"dealy=300ms",                                               "F102"              },
    {"probability=50%",                                           "F309"              },
    {"error=InternalServerError; x: {y",                          ""                  },
    {"; ;",                                                       "F309"              },
    {"error=InternalServerError; set_state={scenario: s, to: t}", "set_state"         },
    {"reset={at: accept}",                                        "before the request"},
};

START_TEST(test_mistakes_are_told_and_the_rules_go_on)
{
    bring(mistakes[_i].text);
    struct fault_decision decision = decide_once(&w, &call);

    ck_assert_ptr_nonnull(decision.control_error);
    ck_assert_msg(strstr(decision.control_error, mistakes[_i].want) != NULL, "%s",
                  decision.control_error);
    ck_assert(str_eq(decision.outcome_rule->id, STR("file")));
}
END_TEST

START_TEST(test_many_texts_do_not_grow_without_end)
{
    char text[64];

    for (int i = 0; i < 600; i++) {
        snprintf(text, sizeof(text), "error=InternalServerError; delay=%dms", i + 1);
        bring(text);
        ck_assert_uint_eq(decide_once(&w, &call).delay_request_ns, MS(i + 1));
        arena_reset(w.calls);
    }
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("grammar/header");
    TCase *tc = tcase_create("control");

    tcase_add_checked_fixture(tc, start, stop);
    tcase_add_test(tc, test_a_header_is_asked_before_all_rules);
    tcase_add_test(tc, test_a_header_may_hold_a_chance_of_its_own);
    tcase_add_test(tc, test_a_header_outlives_the_clock_of_rules);
    tcase_add_test(tc, test_a_header_stays_inside_the_guard);
    tcase_add_loop_test(tc, test_mistakes_are_told_and_the_rules_go_on, 0,
                        (int)N_ELEMENTS(mistakes));
    tcase_add_test(tc, test_many_texts_do_not_grow_without_end);
    suite_add_tcase(suite, tc);
    return suite_run(suite);
}
