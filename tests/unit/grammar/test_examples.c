#include "../fault/builder.h"
#include "conf/report.h"
#include "grammar/grammar.h"

/* Rules as people write them, from the text to what strikes. */

static struct world w;

static void stop(void)
{
    world_stop(&w);
}

static void start_with(const char *yaml)
{
    static const struct fault_grammar_options options = {0};
    OWN(conf_report_free) struct conf_report *report = conf_report_new();
    OWN(buf_done) struct buf issues = {0};
    struct fault_ruleset *set = fault_ruleset_parse(str_of(yaml), "test.yaml", &options, report);

    conf_report_print(report, CONF_FORMAT_TEXT, &issues);
    ck_assert_msg(set != NULL, "%s", buf_text(&issues));
    world_start(&w, set);
}

/* The code of the error that a call meets, or the name of another outcome, or "". */
static const char *meets(const struct fault_call *call)
{
    const struct fault_action *outcome = decide_once(&w, call).outcome;

    if (!outcome)
        return "";
    return outcome->error ? outcome->error->code : fault_outcome_name(outcome->outcome).ptr;
}

START_TEST(test_memory_too_big_for_one_tester)
{
    struct fault_call call = call_of("f", "policy-7");

    start_with(
        "version: 1\n"
        "rules:\n"
        "  - id: memory-too-big\n"
        "    match:\n"
        "      operation: [CreateFunction, UpdateFunction]\n"
        "      label: policy-*\n"
        "      body: {json: {/memorySize: {gt: 3072}}}\n"
        "    do:\n"
        "      error: {code: InvalidArgument, args: [\"memorySize 4096 is out of range\"]}\n");
    call.op = operation_find(API_2016, STR("CreateFunction"));
    call.body_known = true;
    call.body = STR("{\"memorySize\":4096}");
    ck_assert_str_eq(meets(&call), "InvalidArgument");
    call.body = STR("{\"memorySize\":512}");
    ck_assert_str_eq(meets(&call), "");
    call.label = STR("other");
}
END_TEST

START_TEST(test_quota_from_the_fourth_creation)
{
    struct fault_call call = call_of("f", NULL);

    start_with("version: 1\n"
               "rules:\n"
               "  - id: function-quota\n"
               "    match: {operation: CreateFunction}\n"
               "    when: {per: [account, region], calls: {from: 4}}\n"
               "    do: {error: LimitExceededError}\n"
               "    limit: {for: 10m, then: off}\n");
    call.op = operation_find(API_2016, STR("CreateFunction"));
    ck_assert_str_eq(fates(&w, &call, 5), "00011");
    call.region = STR("cn-beijing");
    ck_assert_str_eq(fates(&w, &call, 4), "0001");
    clock_advance(&w.clock, SECONDS(600));
    ck_assert_str_eq(fates(&w, &call, 2), "00");
    ck_assert(stats_of(&w, 0).spent);
}
END_TEST

START_TEST(test_key_rotation_by_scenario)
{
    struct fault_call write = call_of("f", NULL);
    struct fault_call read = call_of("f", NULL);

    start_with("version: 1\n"
               "groups:\n"
               "  key-rotation: {enabled: false}\n"
               "rules:\n"
               "  - id: stale-signature\n"
               "    group: key-rotation\n"
               "    match: {operation: \"@write\", attempt: {gte: 2}}\n"
               "    do: {error: SignatureNotMatch, set_state: {scenario: signing, to: refused}}\n"
               "  - id: server-clock-ahead\n"
               "    group: key-rotation\n"
               "    match: {operation: \"@read\"}\n"
               "    when: {state: {scenario: signing, is: [refused]}}\n"
               "    do: {headers: {set: {date: \"{{now+20m}}\"}}}\n");
    write.op = operation_find(API_2016, STR("UpdateFunction"));
    read.op = operation_find(API_2016, STR("GetFunction"));
    write.attempt = 2;
    ck_assert_str_eq(meets(&write), "");
    ck_assert_int_eq(fault_engine_enable_group(w.engine, STR("key-rotation"), true, 0), 0);
    ck_assert(!strikes(&w, &read));
    ck_assert_str_eq(meets(&write), "SignatureNotMatch");
    struct fault_decision decision = decide_once(&w, &read);

    ck_assert_uint_eq(decision.header_edits.count, 1);
    ck_assert(str_eq(decision.header_edits.items[0]->name, STR("Date")));
    ck_assert_ptr_null(decision.outcome);
}
END_TEST

START_TEST(test_throttle_as_a_token_bucket)
{
    struct fault_call call = call_of("f", NULL);
    size_t struck = 0;

    start_with("version: 1\n"
               "seed: 20261123\n"
               "rules:\n"
               "  - id: throttle\n"
               "    match: {operation: \"@invoke\"}\n"
               "    when:\n"
               "      per: [account, region]\n"
               "      over_rate: {limit: 10, per: 1s, burst: 20, algorithm: token_bucket}\n"
               "    do: {error: ResourceExhausted}\n");
    for (int i = 0; i < 30; i++)
        struck += strcmp(meets(&call), "ResourceExhausted") == 0;
    ck_assert_uint_eq(struck, 10);
    clock_advance(&w.clock, MS(100));
    ck_assert_str_eq(meets(&call), "");
    ck_assert_str_eq(meets(&call), "ResourceExhausted");
}
END_TEST

START_TEST(test_flaky_backend_in_bursts)
{
    struct fault_call call = call_of("f", NULL);
    size_t struck = 0;
    size_t done = 0;

    start_with("version: 1\n"
               "seed: 7\n"
               "latencies:\n"
               "  prod-invoke: {lognormal: {median: 80ms, p99: 1200ms}, max: 5s}\n"
               "rules:\n"
               "  - id: production-latency\n"
               "    priority: 100\n"
               "    match: {operation: \"@invoke\"}\n"
               "    do: {delay: {ref: prod-invoke}}\n"
               "  - id: flaky-backend\n"
               "    match: {operation: \"@invoke\"}\n"
               "    when:\n"
               "      per: [account, function]\n"
               "      burst: {enter: 2%, leave: 25%, inside: 1.0, outside: 0, step: call}\n"
               "    do:\n"
               "      one_of:\n"
               "        - {weight: 1, do: {error: InternalServerError, effect: none}}\n"
               "        - {weight: 1, do: {error: InternalServerError, effect: done}}\n");
    for (int i = 0; i < 5000; i++) {
        struct fault_decision decision = decide_once(&w, &call);

        ck_assert_uint_gt(decision.delay_request_ns, 0);
        ck_assert_uint_le(decision.delay_request_ns, SECONDS(5));
        struck += decision.outcome != NULL;
        done += decision.outcome && decision.effect == EFFECT_DONE;
        arena_reset(w.calls);
    }
    ck_assert_double_eq_tol((double)struck / 5000, 0.0741, 0.03);
    ck_assert_double_eq_tol((double)done / (double)struck, 0.5, 0.1);
}
END_TEST

START_TEST(test_brownout_spares_health_checks)
{
    struct fault_call call = call_of("f", NULL);
    struct fault_call health = call_of("f", "health");

    start_with("version: 1\n"
               "seed: 11\n"
               "rules:\n"
               "  - id: spare-health\n"
               "    priority: 1000\n"
               "    match: {label: health}\n"
               "    do: {pass: {}}\n"
               "  - id: outage\n"
               "    priority: 20\n"
               "    match: {region: cn-shanghai}\n"
               "    when: {window: {after: 5m, for: 30s, every: 5m}}\n"
               "    do: {close: {at: request}}\n"
               "  - id: brownout\n"
               "    match: {region: cn-shanghai, operation: \"@invoke\"}\n"
               "    when: {ramp: {from: 0, to: 60%, over: 2m, hold: 3m, curve: linear}}\n"
               "    do: {error: ResourceThrottled}\n");
    ck_assert_str_eq(fates(&w, &call, 20), "00000000000000000000");
    clock_advance(&w.clock, SECONDS(150));
    ck_assert_ptr_nonnull(strchr(fates(&w, &call, 20), '1'));
    clock_advance(&w.clock, SECONDS(160));
    ck_assert_str_eq(meets(&call), "close");
    ck_assert_str_eq(meets(&health), "");
    clock_advance(&w.clock, SECONDS(30));
    ck_assert_str_eq(fates(&w, &call, 20), "00000000000000000000");
}
END_TEST

START_TEST(test_a_bad_day_in_order)
{
    static const char *const want[] = {"reset", "reset", "close", "raw", "respond", "stale", ""};
    struct fault_call call = call_of("f", NULL);

    start_with("version: 1\n"
               "rules:\n"
               "  - id: bad-day-in-order\n"
               "    match: {operation: InvokeFunction}\n"
               "    when: {per: [client]}\n"
               "    do:\n"
               "      sequence:\n"
               "        steps:\n"
               "          - {times: 2, do: {reset: {at: headers}, effect: none}}\n"
               "          - {times: 1, do: {close: {at: headers}, effect: done}}\n"
               "          - {times: 1, do: {raw: {text: \"ZZZ\\r\\n\", then: close}}}\n"
               "          - {times: 1, do: {respond: {status: 502, body: \"<html>\"}}}\n"
               "          - {times: 1, do: {stale: {of: call, age: 1}}}\n"
               "        then: pass\n");
    for (size_t i = 0; i < N_ELEMENTS(want); i++)
        ck_assert_str_eq(meets(&call), want[i]);
}
END_TEST

START_TEST(test_a_reload_of_the_same_text_keeps_the_counters)
{
    static const char *const yaml = "version: 1\n"
                                    "rules:\n"
                                    "  - id: first-three\n"
                                    "    when: {calls: {first: 3}}\n"
                                    "    do: {error: ResourceExhausted}\n";
    static const struct fault_grammar_options options = {0};
    OWN(conf_report_free) struct conf_report *report = conf_report_new();
    struct fault_call call = call_of("f", NULL);

    start_with(yaml);
    ck_assert_str_eq(fates(&w, &call, 2), "11");
    struct fault_ruleset *again = fault_ruleset_parse(str_of(yaml), "test.yaml", &options, report);

    fault_engine_load(w.engine, again, 1);
    fault_ruleset_unref(w.set);
    w.set = again;
    ck_assert_str_eq(fates(&w, &call, 3), "100");
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("grammar/examples");
    TCase *tc = tcase_create("examples");

    tcase_add_checked_fixture(tc, NULL, stop);
    tcase_add_test(tc, test_memory_too_big_for_one_tester);
    tcase_add_test(tc, test_quota_from_the_fourth_creation);
    tcase_add_test(tc, test_key_rotation_by_scenario);
    tcase_add_test(tc, test_throttle_as_a_token_bucket);
    tcase_add_test(tc, test_flaky_backend_in_bursts);
    tcase_add_test(tc, test_brownout_spares_health_checks);
    tcase_add_test(tc, test_a_bad_day_in_order);
    tcase_add_test(tc, test_a_reload_of_the_same_text_keeps_the_counters);
    suite_add_tcase(suite, tc);
    return suite_run(suite);
}
