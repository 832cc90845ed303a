#include "builder.h"
#include "crypto/encode.h"
#include "fault/outcome.h"
#include "fault/regex.h"

static struct world w;

static void stop(void)
{
    world_stop(&w);
}

/* Ask one call of one match. */
static bool holds(struct fault_ruleset *set, const struct fault_call *call)
{
    world_start(&w, set);
    return strikes(&w, call);
}

static bool swap(struct fault_ruleset *set, const struct fault_call *call)
{
    world_stop(&w);
    return holds(set, call);
}

/* ---- text ---- */

static const struct {
    int kind;
    const char *text;
    bool negate;
    const char *function;
    bool want;
} texts[] = {
    {PATTERN_EXACT,  "pay",  false, "pay",     true },
    {PATTERN_EXACT,  "pay",  false, "pay2",    false},
    {PATTERN_EXACT,  "pay",  true,  "pay2",    true },
    {PATTERN_EXACT,  "pay",  true,  "pay",     false},
    {PATTERN_EXACT,  "pay",  true,  NULL,      false},
    {PATTERN_PREFIX, "pay",  false, "payment", true },
    {PATTERN_PREFIX, "pay",  false, "repay",   false},
    {PATTERN_SUFFIX, "pay",  false, "repay",   true },
    {PATTERN_GLOB,   "p*y?", false, "pxxy1",   true },
    {PATTERN_GLOB,   "p*y?", false, "pxxy",    false},
};

START_TEST(test_text_patterns)
{
    struct fault_ruleset *set = set_new();
    struct fault_rule *rule = rule_add(set, "r", OUTCOME_ERROR);
    struct fault_pattern pattern = pattern_of(texts[_i].kind, texts[_i].text);
    struct fault_call call = call_of(texts[_i].function, NULL);

    pattern.negate = texts[_i].negate;
    patterns_add(set, &rule->match.function, pattern);
    ck_assert_int_eq(holds(set, &call), texts[_i].want);
}
END_TEST

START_TEST(test_a_list_means_any_of)
{
    struct fault_ruleset *set = set_new();
    struct fault_rule *rule = rule_add(set, "r", OUTCOME_ERROR);
    struct fault_call a = call_of("a", NULL);
    struct fault_call b = call_of("b", NULL);
    struct fault_call c = call_of("c", NULL);

    want_exactly(set, &rule->match.function, "a");
    want_exactly(set, &rule->match.function, "b");
    ck_assert(holds(set, &a));
    ck_assert(strikes(&w, &b));
    ck_assert(!strikes(&w, &c));
}
END_TEST

static void code_free(void *code)
{
    regex_free(code);
}

START_TEST(test_regular_expressions_have_a_limit)
{
    struct fault_ruleset *set = set_new();
    struct fault_rule *rule = rule_add(set, "r", OUTCOME_ERROR);
    struct fault_pattern pattern = pattern_of(PATTERN_REGEX, "");
    struct regex_mistake mistake;
    struct fault_call good = call_of("aaab", NULL);
    struct fault_call hostile =
        call_of("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaac", NULL);

    /* Two ways to end, so that nothing is known beforehand about the last byte. */
    pattern.regex = regex_new(STR("^(a+)+[bd]$"), &mistake);
    ck_assert_ptr_nonnull(pattern.regex);
    arena_on_end(set->arena, code_free, pattern.regex);
    patterns_add(set, &rule->match.function, pattern);
    ck_assert(holds(set, &good));
    ck_assert(!strikes(&w, &hostile));
}
END_TEST

START_TEST(test_a_call_without_a_qualifier_has_latest)
{
    struct fault_ruleset *set = set_new();
    struct fault_match *match = &rule_add(set, "r", OUTCOME_ERROR)->match;
    struct fault_call call = call_of("f", NULL);

    want_exactly(set, &match->qualifier, "LATEST");
    ck_assert(holds(set, &call));
    call.qualifier = STR("prod");
    ck_assert(!strikes(&w, &call));
    call.qualifier = STR("LATEST");
    ck_assert(strikes(&w, &call));
    call.qualifier = STR_NONE;
    call.function = STR_NONE;
    ck_assert(strikes(&w, &call)); /* of the service */
    call.service = STR_NONE;
    ck_assert(!strikes(&w, &call));
}
END_TEST

/* ---- operation, bits, numbers ---- */

START_TEST(test_operation_is_one_of_its_api)
{
    struct fault_ruleset *set = set_new();
    struct fault_call call = call_of("f", NULL);

    want_operation(set, rule_add(set, "r", OUTCOME_ERROR), API_2016, "InvokeFunction");
    ck_assert(holds(set, &call));
    call.op = operation_find(API_2023, STR("InvokeFunction"));
    ck_assert(!strikes(&w, &call));
    call.op = NULL;
    ck_assert(!strikes(&w, &call));
}
END_TEST

START_TEST(test_bits_and_numbers)
{
    struct fault_ruleset *set = set_new();
    struct fault_match *match = &rule_add(set, "r", OUTCOME_ERROR)->match;
    struct fault_call call = call_of("f", NULL);

    match->apis = 1u << API_2016;
    match->sdks = 1u << SDK_PYTHON | 1u << SDK_NODE;
    match->attempt = (struct fault_compare){.given = true, .has_gte = true, .gte = 2};
    match->sts.given = true;
    match->sts.wanted = true;
    call.sdk = SDK_NODE;
    call.attempt = 2;
    ck_assert(!holds(set, &call));
    call.sts = true;
    ck_assert(strikes(&w, &call));
    call.attempt = 1;
    ck_assert(!strikes(&w, &call));
    call.attempt = 2;
    call.sdk = SDK_GO;
    ck_assert(!strikes(&w, &call));
}
END_TEST

/* ---- facts of a call that are matched, by their rows ---- */

static void want_TEXT(struct fault_ruleset *set, struct fault_patterns *wanted)
{
    want_exactly(set, wanted, "this");
}

static void want_FLAG(struct fault_ruleset *set, struct fault_truth *wanted)
{
    (void)set;
    *wanted = (struct fault_truth){.given = true, .wanted = true};
}

static void want_U32(struct fault_ruleset *set, struct fault_compare *wanted)
{
    (void)set;
    *wanted = (struct fault_compare){.given = true, .has_eq = true, .eq = 3};
}

static void have_TEXT(struct str *had, bool wanted)
{
    *had = wanted ? STR("this") : STR("that");
}

static void have_FLAG(bool *had, bool wanted)
{
    *had = wanted;
}

static void have_U32(uint32_t *had, bool wanted)
{
    *had = wanted ? 3 : 4;
}

#define KEY(name, TYPE, how, place, help)                                                          \
    START_TEST(test_fact_##name)                                                                   \
    {                                                                                              \
        struct fault_ruleset *set = set_new();                                                     \
        struct fault_call call = call_of("f", NULL);                                               \
                                                                                                   \
        want_##TYPE(set, &rule_add(set, "r", OUTCOME_ERROR)->match.name);                          \
        have_##TYPE(&call.name, true);                                                             \
        ck_assert(holds(set, &call));                                                              \
        have_##TYPE(&call.name, false);                                                            \
        ck_assert(!strikes(&w, &call));                                                            \
    }                                                                                              \
    END_TEST
#define FACT(name, TYPE, SHOWN, ...) FACT_KEY(KEY, name, TYPE, __VA_ARGS__)
CALL_FACTS(FACT)
#undef KEY

static void add_facts(TCase *tc)
{
#define KEY(name, TYPE, how, place, help) tcase_add_test(tc, test_fact_##name);
    CALL_FACTS(FACT)
#undef KEY
#undef FACT
}

/* ---- clients ---- */

static const struct {
    const char *network_hex;
    uint8_t prefix;
    const char *client;
    bool want;
} networks[] = {
    {"00000000000000000000ffff0a010000", 112, "10.1.2.3",         true },
    {"00000000000000000000ffff0a010000", 112, "10.2.0.1",         false},
    {"00000000000000000000ffff0a010000", 111, "10.0.9.9",         true },
    {"00000000000000000000ffff7f000001", 128, "127.0.0.1",        true },
    {"00000000000000000000ffff7f000001", 128, "::ffff:127.0.0.1", true },
    {"20010db8000000000000000000000000", 32,  "2001:db8::7",      true },
    {"20010db8000000000000000000000000", 32,  "2001:db9::7",      false},
    {"00000000000000000000000000000000", 0,   "unix",             false},
    {"00000000000000000000000000000000", 0,   "::1",              true },
};

START_TEST(test_client_networks)
{
    struct fault_ruleset *set = set_new();
    struct fault_match *match = &rule_add(set, "r", OUTCOME_ERROR)->match;
    struct fault_cidr cidr = {.prefix = networks[_i].prefix};
    struct fault_call call = call_of("f", NULL);

    ck_assert(hex_decode(str_of(networks[_i].network_hex), cidr.address));
    match->clients = &cidr;
    match->client_count = 1;
    call.client = str_of(networks[_i].client);
    ck_assert_int_eq(holds(set, &call), networks[_i].want);
}
END_TEST

/* ---- headers and query ---- */

START_TEST(test_headers_and_query)
{
    struct fault_ruleset *set = set_new();
    struct fault_match *match = &rule_add(set, "r", OUTCOME_ERROR)->match;
    struct fault_named header = {.name = STR("date"), .has_presence = true, .present = false};
    struct fault_named query = {.name = STR("a b")};
    struct http_headers headers = {0};
    struct fault_call call = call_of("f", NULL);

    want_exactly(set, &query.value, "1/2");
    match->headers = &header;
    match->header_count = 1;
    match->queries = &query;
    match->query_count = 1;
    call.query = STR("x=0&a+b=1%2F2");
    ck_assert(holds(set, &call));
    http_headers_add(&headers, w.calls, STR("Date"), STR("today"));
    call.headers = &headers;
    ck_assert(!strikes(&w, &call));
    call.headers = NULL;
    call.query = STR("a+b=1");
    ck_assert(!strikes(&w, &call));
    call.query = STR_NONE;
    ck_assert(!strikes(&w, &call));
}
END_TEST

/* ---- body ---- */

static const struct {
    const char *body;
    struct fault_named named;
    bool want;
} bodies[] = {
    {"{\"memorySize\":4096}",
     {.name = STR_INIT("/memorySize"), .compare = {.given = true, .has_gt = true, .gt = 3072}},
     true                                                                                                       },
    {"{\"memorySize\":3072}",
     {.name = STR_INIT("/memorySize"), .compare = {.given = true, .has_gt = true, .gt = 3072}},
     false                                                                                                      },
    {"{\"memorySize\":\"4096\"}",
     {.name = STR_INIT("/memorySize"), .compare = {.given = true, .has_gt = true, .gt = 3072}},
     false                                                                                                      },
    {"not json",                         {.name = STR_INIT("/a"), .has_presence = true, .present = true},  false},
    {"{\"a\":null}",                     {.name = STR_INIT("/a"), .has_presence = true, .present = true},  true },
    {"{\"b\":1}",                        {.name = STR_INIT("/a"), .has_presence = true, .present = false}, true },
    {"{\"a\":{\"b/c\":[1,{\"d~\":3}]}}",
     {.name = STR_INIT("/a/b~1c/1/d~0"), .json = STR_INIT("3.0")},
     true                                                                                                       },
    {"{\"a\":{\"b/c\":[1]}}",            {.name = STR_INIT("/a/b~1c/1"), .json = STR_INIT("1")},           false},
    {"{\"a\":true}",                     {.name = STR_INIT("/a"), .json = STR_INIT("true")},               true },
    {"{\"a\":\"true\"}",                 {.name = STR_INIT("/a"), .json = STR_INIT("true")},               false},
    {"{\"a\":\"x\"}",                    {.name = STR_INIT("/a"), .json = STR_INIT("\"x\"")},              true },
    {"{\"\":{\"\":1}}",                  {.name = STR_INIT("//"), .json = STR_INIT("1")},                  true },
    {"7",                                {.name = STR_INIT(""), .json = STR_INIT("7")},                    true },
};

START_TEST(test_json_by_pointer)
{
    struct fault_ruleset *set = set_new();
    struct fault_match *match = &rule_add(set, "r", OUTCOME_ERROR)->match;
    struct fault_named named = bodies[_i].named;
    struct fault_call call = call_of("f", NULL);

    match->body_json = &named;
    match->body_json_count = 1;
    world_start(&w, set);
    ck_assert(!strikes(&w, &call)); /* not known is not held */
    call.body_known = true;
    call.body = str_of(bodies[_i].body);
    ck_assert_int_eq(strikes(&w, &call), bodies[_i].want);
}
END_TEST

START_TEST(test_body_size_text_and_digest)
{
    struct fault_ruleset *set = set_new();
    struct fault_match *match = &rule_add(set, "r", OUTCOME_ERROR)->match;
    struct fault_call call = call_of("f", NULL);

    match->body_contains = STR("bc");
    match->body_size = (struct fault_compare){.given = true, .has_lte = true, .lte = 3};
    match->has_sha256 = true;
    ck_assert(hex_decode(STR("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
                         match->sha256));
    call.body_known = true;
    call.body = STR("abc");
    call.body_size = 3;
    ck_assert(holds(set, &call));
    call.body_size = 4;
    ck_assert(!strikes(&w, &call));
    call.body_size = 3;
    call.body = STR("bcx");
    ck_assert(!strikes(&w, &call));
}
END_TEST

/* ---- any, not ---- */

START_TEST(test_any_and_not)
{
    struct fault_ruleset *set = set_new();
    struct fault_match *match = &rule_add(set, "r", OUTCOME_ERROR)->match;
    struct fault_match any[2] = {0};
    struct fault_match none = {0};
    struct fault_call call = call_of("f", "a");

    want_exactly(set, &any[0].label, "a");
    want_exactly(set, &any[1].label, "b");
    want_exactly(set, &none.function, "spared");
    match->any = any;
    match->any_count = 2;
    match->not = &none;
    ck_assert(holds(set, &call));
    call.label = STR("c");
    ck_assert(!strikes(&w, &call));
    call.label = STR("b");
    ck_assert(strikes(&w, &call));
    call.function = STR("spared");
    ck_assert(!strikes(&w, &call));
}
END_TEST

START_TEST(test_not_over_a_body_waits_for_it)
{
    struct fault_ruleset *set = set_new();
    struct fault_match *match = &rule_add(set, "r", OUTCOME_ERROR)->match;
    struct fault_match none = {.body_contains = STR("x")};
    struct fault_call call = call_of("f", NULL);

    match->not = &none;
    world_start(&w, set);
    ck_assert(!strikes(&w, &call));
    call.body_known = true;
    call.body = STR("abc");
    ck_assert(strikes(&w, &call));
}
END_TEST

/* ---- when a rule is asked ---- */

START_TEST(test_authenticated_rules_are_asked_behind_the_check_only)
{
    struct fault_ruleset *set = set_new();
    struct fault_call call = call_of("f", NULL);

    rule_add(set, "early", OUTCOME_NONE)->action->drip_bytes = 1;
    struct fault_match *late = &rule_add(set, "late", OUTCOME_ERROR)->match;

    late->authenticated.given = true;
    late->authenticated.wanted = true;
    world_start(&w, set);
    ck_assert(fault_asks(w.engine, ASKED_AUTHENTICATED));
    ck_assert(str_eq(decide_once(&w, &call).first_rule->id, STR("early")));
    call.authenticated = true;
    ck_assert(str_eq(decide_once(&w, &call).first_rule->id, STR("late")));
    ck_assert_uint_eq(stats_of(&w, 0).matched, 1);
}
END_TEST

START_TEST(test_accept_rules_are_asked_at_accept_only)
{
    struct fault_ruleset *set = set_new();
    struct fault_rule *rule = rule_add(set, "r", OUTCOME_RESET);
    struct fault_call call = {.client = STR("10.0.0.1")};
    struct fault_call later = call_of("f", NULL);
    struct fault_cidr net = {.prefix = 128};
    struct fault_decision decision;

    ck_assert(hex_decode(STR("00000000000000000000ffff0a000001"), net.address));
    rule->action->at = PHASE_ACCEPT;
    rule->match.clients = &net;
    rule->match.client_count = 1;
    world_start(&w, set);
    later.client = call.client;
    ck_assert(!strikes(&w, &later));
    fault_decide_at(w.engine, ASKED_ON_ACCEPT, &call, w.calls, &decision);
    ck_assert_ptr_eq(decision.outcome, rule->action);
    ck_assert_int_eq(decision.effect, EFFECT_NONE);
    fault_release(w.engine, &decision);
}
END_TEST

/* ---- the index ---- */

START_TEST(test_index_asks_in_the_order_of_the_set)
{
    struct fault_ruleset *set = set_new();
    struct fault_call call = call_of("f", "l");
    struct fault_decision decision;
    static const char *const want[] = {"every", "function", "operation", "label", "region", "two"};

    rule_add(set, "every", OUTCOME_NONE);
    want_exactly(set, &rule_add(set, "function", OUTCOME_NONE)->match.function, "f");
    want_exactly(set, &rule_add(set, "other", OUTCOME_NONE)->match.function, "g");
    want_operation(set, rule_add(set, "operation", OUTCOME_NONE), API_2016, "InvokeFunction");
    want_exactly(set, &rule_add(set, "label", OUTCOME_NONE)->match.label, "l");
    want_operation(set, rule_add(set, "wrong", OUTCOME_NONE), API_2016, "ListServices");
    want_exactly(set, &rule_add(set, "region", OUTCOME_NONE)->match.region, "cn-shanghai");
    struct fault_rule *two = rule_add(set, "two", OUTCOME_NONE);

    want_exactly(set, &two->match.function, "f");
    want_exactly(set, &two->match.function, "f");
    world_start(&w, set);
    decision = decide_once(&w, &call);
    ck_assert_uint_eq(decision.evidence_count, N_ELEMENTS(want));
    for (size_t i = 0; i < N_ELEMENTS(want); i++)
        ck_assert(str_eq(decision.evidence[i].rule->id, str_of(want[i])));
}
END_TEST

static const struct {
    const char *function;
    const char *want; /* which of the rules below, by their first letters */
} heads[] = {
    {"pay",                       "ae"  },
    {"payments",                  "abe" },
    {"payments-of-a-long-name-1", "abce"},
    {"payments-of-a-long-2",      "abe" },
    {"p",                         "e"   },
    {"x-pay",                     "de"  },
    {"y",                         "f"   },
};

/* Globs hang under what stands before their first wildcard, cut to a few bytes. */
START_TEST(test_index_finds_globs_by_their_heads)
{
    struct fault_ruleset *set = set_new();
    struct fault_call call = call_of(heads[_i].function, NULL);
    struct fault_rule *several;
    char got[8] = "";

    patterns_add(set, &rule_add(set, "a", OUTCOME_NONE)->match.function,
                 pattern_of(PATTERN_PREFIX, "pay"));
    several = rule_add(set, "b", OUTCOME_NONE);
    patterns_add(set, &several->match.function, pattern_of(PATTERN_GLOB, "p?y*s*"));
    patterns_add(set, &several->match.function, pattern_of(PATTERN_EXACT, "payments"));
    patterns_add(set, &rule_add(set, "c", OUTCOME_NONE)->match.function,
                 pattern_of(PATTERN_PREFIX, "payments-of-a-long-name"));
    patterns_add(set, &rule_add(set, "d", OUTCOME_NONE)->match.function,
                 pattern_of(PATTERN_SUFFIX, "-pay"));
    several = rule_add(set, "e", OUTCOME_NONE);
    patterns_add(set, &several->match.function, pattern_of(PATTERN_PREFIX, "p"));
    patterns_add(set, &several->match.function, pattern_of(PATTERN_PREFIX, "pay"));
    patterns_add(set, &several->match.function, pattern_of(PATTERN_PREFIX, "x"));
    want_exactly(set, &rule_add(set, "f", OUTCOME_NONE)->match.function, "y");
    want_exactly(set, &rule_add(set, "g", OUTCOME_NONE)->match.function, "z");
    world_start(&w, set);
    struct fault_decision decision = decide_once(&w, &call);

    for (size_t i = 0; i < decision.evidence_count; i++)
        got[i] = decision.evidence[i].rule->id.ptr[0];
    ck_assert_str_eq(got, heads[_i].want);
}
END_TEST

START_TEST(test_a_negated_glob_is_asked_of_every_name)
{
    struct fault_ruleset *set = set_new();
    struct fault_pattern not_pay = pattern_of(PATTERN_PREFIX, "pay");
    struct fault_call pay = call_of("payments", NULL);
    struct fault_call other = call_of("other", NULL);

    not_pay.negate = true;
    patterns_add(set, &rule_add(set, "not-pay", OUTCOME_NONE)->match.function, not_pay);
    world_start(&w, set);
    ck_assert_uint_eq(decide_once(&w, &pay).evidence_count, 0);
    ck_assert_uint_eq(decide_once(&w, &other).evidence_count, 1);
}
END_TEST

START_TEST(test_nothing_is_allocated_when_no_rule_matches)
{
    struct fault_ruleset *set = set_new();
    struct fault_call call = call_of("f", NULL);

    for (int i = 0; i < 100; i++) {
        struct fault_rule *rule = rule_add(set, "r", OUTCOME_ERROR);

        want_operation(set, rule, API_2016, "InvokeFunction");
        patterns_add(set, &rule->match.function, pattern_of(PATTERN_PREFIX, "pay"));
    }
    world_start(&w, set);
    struct fault_decision decision = decide_once(&w, &call);
    size_t before = arena_size(w.calls);

    for (int i = 0; i < 10000; i++)
        decision = decide_once(&w, &call);
    ck_assert_uint_eq(arena_size(w.calls), before);
    ck_assert_ptr_null(decision.evidence);
    ck_assert_int_eq(decision.effect, EFFECT_DONE);
    ck_assert(!swap(set_new(), &call));
}
END_TEST

/* ---- clients by name ---- */

static const struct {
    const char *user_agent;
    enum fault_sdk want;
} agents[] = {
    {"Node.js(v20.1.0) OS(linux/x64) SDK(@alicloud/fc2@v2.6.6)",           SDK_NODE     },
    {"aliyun-fc-sdk-v2.5.2.python-3.11.2.Linux-6.1-x86_64",                SDK_PYTHON   },
    {"go-sdk-0.1",                                                         SDK_GO       },
    {"java-sdk-1.8.27",                                                    SDK_JAVA     },
    {"aliyun-fc-sdk-v1.2.0.php-8.2.7.Linux",                               SDK_PHP      },
    {"AlibabaCloud (linux; x64) Node.js/v20 Core/1.0.1 TeaDSL/2",          SDK_TEA      },
    {"AlibabaCloud (linux) Node.js/v20 TeaDSL/2 Component:fc3;Nodejs:v20", SDK_S        },
    {"HashiCorp-Terraform-v1.9 go-sdk-0.1",                                SDK_TERRAFORM},
    {"curl/8.0",                                                           SDK_OTHER    },
    {"",                                                                   SDK_OTHER    },
};

START_TEST(test_sdk_of_user_agent)
{
    ck_assert_int_eq(fault_sdk_of(str_of(agents[_i].user_agent)), agents[_i].want);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("fault/match");
    TCase *tc = tcase_create("match");
    TCase *plain = tcase_create("sdk");

    tcase_add_checked_fixture(tc, NULL, stop);
    tcase_add_loop_test(tc, test_text_patterns, 0, (int)N_ELEMENTS(texts));
    tcase_add_test(tc, test_a_list_means_any_of);
    tcase_add_test(tc, test_regular_expressions_have_a_limit);
    tcase_add_test(tc, test_a_call_without_a_qualifier_has_latest);
    tcase_add_test(tc, test_operation_is_one_of_its_api);
    tcase_add_test(tc, test_bits_and_numbers);
    add_facts(tc);
    tcase_add_loop_test(tc, test_client_networks, 0, (int)N_ELEMENTS(networks));
    tcase_add_test(tc, test_headers_and_query);
    tcase_add_loop_test(tc, test_json_by_pointer, 0, (int)N_ELEMENTS(bodies));
    tcase_add_test(tc, test_body_size_text_and_digest);
    tcase_add_test(tc, test_any_and_not);
    tcase_add_test(tc, test_not_over_a_body_waits_for_it);
    tcase_add_test(tc, test_authenticated_rules_are_asked_behind_the_check_only);
    tcase_add_test(tc, test_accept_rules_are_asked_at_accept_only);
    tcase_add_test(tc, test_index_asks_in_the_order_of_the_set);
    tcase_add_loop_test(tc, test_index_finds_globs_by_their_heads, 0, N_ELEMENTS(heads));
    tcase_add_test(tc, test_a_negated_glob_is_asked_of_every_name);
    tcase_add_test(tc, test_nothing_is_allocated_when_no_rule_matches);
    tcase_add_loop_test(plain, test_sdk_of_user_agent, 0, (int)N_ELEMENTS(agents));
    suite_add_tcase(suite, tc);
    suite_add_tcase(suite, plain);
    return suite_run(suite);
}
