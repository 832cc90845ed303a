#include "../fault/builder.h"

#include <malloc.h>

#include "grammar/header.h"
#include "tape/tape.h"

static struct world w;
static struct tape *tape;
static struct buf text;

static void start(void)
{
    text = (struct buf){0};
}

/** Takes the reference of @set. */
static void begin(struct fault_ruleset *set)
{
    world_start(&w, set);
    tape = tape_new(w.engine);
}

static void stop(void)
{
    buf_done(&text);
    tape_free(tape);
    world_stop(&w);
}

/* Everything a decision can hold, spread over rules that fire now and then. */
static struct fault_ruleset *busy_set(void)
{
    static struct fault_latency slow = {.kind = LATENCY_UNIFORM, .a_ns = 1e6, .b_ns = 9e6};
    static struct fault_header_edit edit = {.kind = EDIT_REMOVE,
                                            .name = STR_INIT("x-fc-request-id")};
    static struct str args[] = {STR_INIT("{{path}}"), STR_INIT("POST")};
    struct fault_ruleset *set = set_new();
    struct fault_action *shape = rule_add(set, "shape", OUTCOME_NONE)->action;
    struct fault_action *error = rule_add(set, "error", OUTCOME_ERROR)->action;
    struct fault_action *raw = rule_add(set, "raw", OUTCOME_RAW)->action;

    for (size_t i = 0; i < set->rule_count; i++) {
        set->rules[i].when.chance = CHANCE_PROBABILITY;
        set->rules[i].when.probability = 0.4;
        count_per(set, &set->rules[i], PER_LABEL);
    }
    set->rules[2].mark = false;
    shape->delay = &slow;
    shape->delay_at = PHASE_HEADERS;
    shape->headers = &edit;
    shape->header_count = 1;
    shape->corrupt = CORRUPT_FLIP_BYTES;
    shape->truncate = (struct fault_amount){.given = true, .is_ratio = true, .ratio = 0.1};
    shape->truncate_then = THEN_RESET;
    shape->has_length = true;
    shape->length_declare = -10;
    shape->drip_bytes = 7;
    shape->drip_every_ms = 100;
    error->error = fc_error_find(STR("PathNotSupported"));
    error->args = args;
    error->arg_count = 2;
    error->effect = EFFECT_LATE;
    raw->raw = (struct str){"\xff\x00ok", 4};
    raw->then = THEN_RESET;
    return set;
}

static void expect_same(const struct fault_decision *a, const struct fault_decision *b)
{
    ck_assert_uint_eq(a->delay_headers_ns, b->delay_headers_ns);
    ck_assert_int_eq(a->effect, b->effect);
    ck_assert_uint_eq(a->corrupt_draw, b->corrupt_draw);
    ck_assert_uint_eq(a->header_edits.count, b->header_edits.count);
    ck_assert_int_eq(a->outcome != NULL, b->outcome != NULL);
    ck_assert_int_eq(a->drip != NULL, b->drip != NULL);
    ck_assert_int_eq(a->first_rule != NULL, b->first_rule != NULL);
    if (a->first_rule) {
        ck_assert(str_eq(a->first_rule->id, b->first_rule->id));
        ck_assert_int_eq(a->first_rule->mark, b->first_rule->mark);
    }
    if (a->outcome) {
        ck_assert_int_eq(a->outcome->outcome, b->outcome->outcome);
        ck_assert_ptr_eq(a->outcome->error, b->outcome->error);
        ck_assert(str_eq(a->outcome->raw, b->outcome->raw));
        ck_assert_uint_eq(a->outcome->arg_count, b->outcome->arg_count);
        ck_assert(str_eq(a->outcome_rule->id, b->outcome_rule->id));
    }
    if (a->truncate) {
        ck_assert_double_eq(a->truncate->truncate.ratio, b->truncate->truncate.ratio);
        ck_assert_int_eq(a->truncate->truncate_then, b->truncate->truncate_then);
        ck_assert_int_eq(a->length->length_declare, b->length->length_declare);
    }
}

enum { CALLS = 60 };

static void run(const char *const labels[2], struct fault_decision out[2][CALLS], bool turned)
{
    for (int i = 0; i < CALLS; i++) {
        for (int j = 0; j < 2; j++) {
            int caller = turned ? 1 - j : j;
            struct fault_call call = call_of("f", labels[caller]);

            fault_decide(w.engine, &call, w.calls, &out[caller][i]);
        }
    }
}

static void release(struct fault_decision decisions[2][CALLS])
{
    for (int i = 0; i < 2 * CALLS; i++)
        fault_release(w.engine, &decisions[i / CALLS][i % CALLS]);
}

START_TEST(test_a_tape_plays_without_its_rules)
{
    static const char *const labels[2] = {"a", "b"};
    static struct fault_decision first[2][CALLS];
    static struct fault_decision again[2][CALLS];
    struct error err;

    begin(busy_set());
    run(labels, first, false);
    tape_save(tape, &text);
    fault_engine_load(w.engine, set_new(), 1); /* no rules any more */
    ck_assert_int_eq(tape_play(tape, buf_str(&text), &err), 0);
    ck_assert(tape_is_playing(tape));
    run(labels, again, true); /* in another order */
    for (int i = 0; i < 2 * CALLS; i++)
        expect_same(&first[i / CALLS][i % CALLS], &again[i / CALLS][i % CALLS]);
    release(first);
    release(again);
    ck_assert_uint_eq(fault_engine_active(w.engine), 0);
    fault_ruleset_unref((struct fault_ruleset *)fault_engine_ruleset(w.engine));
}
END_TEST

START_TEST(test_a_played_tape_records_itself)
{
    static const char *const labels[2] = {"a", "b"};
    static struct fault_decision decisions[2][CALLS];
    OWN(buf_done) struct buf second = {0};
    struct error err;

    begin(busy_set());
    run(labels, decisions, false);
    release(decisions);
    tape_save(tape, &text);
    ck_assert_int_eq(tape_play(tape, buf_str(&text), &err), 0);
    run(labels, decisions, false);
    release(decisions);
    tape_save(tape, &second);
    ck_assert(str_eq(buf_str(&second), buf_str(&text)));
    ck_assert_int_eq(tape_play(tape, STR_NONE, &err), 0);
    ck_assert(!tape_is_playing(tape));
}
END_TEST

/* What stands in a saved tape stays readable: to a digit what the first tapes held. */
static const char *const saved =
    "{\"fcemu_tape\":1,\"seed\":\"7\",\"lines\":3,\"dropped\":0}\n"
    "{\"k\":1,\"account\":\"1653\",\"region\":\"cn-shanghai\",\"label\":\"a\","
    "\"method\":\"POST\",\"path\":\"/2016-08-15/services/s/functions/f/invocations\","
    "\"do\":{\"rule\":\"shape\",\"outcome_rule\":\"raw\",\"effect\":\"done\","
    "\"delay_headers_ns\":\"7588356\",\"outcome\":\"raw\","
    "\"then\":\"reset\",\"raw\":{\"base64\":\"/wBvaw==\"},\"headers\":[[\"remove\","
    "\"x-fc-request-id\"]],\"corrupt\":\"flip_bytes\","
    "\"corrupt_draw\":\"6675114845576290055\",\"has_length\":true,\"length_declare\":\"-10\","
    "\"truncate\":{\"ratio\":0.10000000000000001},\"truncate_then\":\"reset\","
    "\"drip_bytes\":7,\"drip_every_ms\":100},\"strikes\":[{\"rule\":\"shape\",\"key\":\"a\","
    "\"gate\":\"fired\",\"n\":1,\"draw\":0.39639261132738612,"
    "\"threshold\":0.40000000000000002},{\"rule\":\"error\",\"key\":\"a\","
    "\"gate\":\"chance\",\"n\":1,\"draw\":0.72359134519058665,"
    "\"threshold\":0.40000000000000002},{\"rule\":\"raw\",\"key\":\"a\",\"gate\":\"fired\","
    "\"n\":1,\"draw\":0.37091198735436848,\"threshold\":0.40000000000000002}]}\n"
    "{\"k\":1,\"account\":\"1653\",\"region\":\"cn-shanghai\",\"label\":\"b\\u0001\\\"\","
    "\"method\":\"POST\",\"path\":\"/2016-08-15/services/s/functions/f/invocations\","
    "\"do\":{\"rule\":\"raw\",\"outcome_rule\":\"raw\",\"unmarked\":true,\"effect\":\"done\","
    "\"outcome\":\"raw\",\"then\":\"reset\","
    "\"raw\":{\"base64\":\"/wBvaw==\"}},\"strikes\":[{\"rule\":\"shape\","
    "\"key\":\"b\\u0001\\\"\",\"gate\":\"chance\",\"n\":1,\"draw\":0.91230318479438544,"
    "\"threshold\":0.40000000000000002},{\"rule\":\"error\",\"key\":\"b\\u0001\\\"\","
    "\"gate\":\"chance\",\"n\":1,\"draw\":0.76643916406840085,"
    "\"threshold\":0.40000000000000002},{\"rule\":\"raw\",\"key\":\"b\\u0001\\\"\","
    "\"gate\":\"fired\",\"n\":1,\"draw\":0.18780254086853487,"
    "\"threshold\":0.40000000000000002}]}\n"
    "{\"k\":1,\"account\":\"1653\",\"region\":\"cn-shanghai\",\"method\":\"POST\","
    "\"path\":\"/2016-08-15/services/s/functions/f/invocations\",\"do\":{\"rule\":\"shape\","
    "\"outcome_rule\":\"error\",\"effect_rule\":\"error\",\"effect\":\"late\","
    "\"delay_headers_ns\":\"4676832\",\"outcome\":\"error\",\"error\":\"PathNotSupported\","
    "\"args\":[\"{{path}}\",\"POST\"],\"headers\":[[\"remove\","
    "\"x-fc-request-id\"]],\"corrupt\":\"flip_bytes\","
    "\"corrupt_draw\":\"7915927017577891867\",\"has_length\":true,\"length_declare\":\"-10\","
    "\"truncate\":{\"ratio\":0.10000000000000001},\"truncate_then\":\"reset\","
    "\"drip_bytes\":7,\"drip_every_ms\":100},\"strikes\":[{\"rule\":\"shape\","
    "\"gate\":\"fired\",\"n\":1,\"draw\":0.36769072275658521,"
    "\"threshold\":0.40000000000000002},{\"rule\":\"error\",\"gate\":\"fired\",\"n\":1,"
    "\"draw\":0.28742844554203373,\"threshold\":0.40000000000000002},{\"rule\":\"raw\","
    "\"gate\":\"not asked\",\"n\":0}]}\n";

START_TEST(test_what_a_saved_tape_looks_like)
{
    static const char *const labels[] = {"a", "b\x01\"", NULL};

    begin(busy_set());
    for (size_t i = 0; i < N_ELEMENTS(labels); i++) {
        struct fault_call call = call_of("f", labels[i]);

        decide_once(&w, &call);
    }
    tape_save(tape, &text);
    ck_assert_str_eq(buf_text(&text), saved);
}
END_TEST

/* The same rules loaded again strike with the same words, though they stand elsewhere in memory. */
START_TEST(test_a_reload_changes_no_line)
{
    struct fault_call call = call_of("f", "a");
    OWN(buf_done) struct buf reloaded = {0};

    begin(busy_set());
    for (int i = 0; i < CALLS; i++)
        decide_once(&w, &call);
    tape_save(tape, &text);
    fault_engine_reseed(w.engine, 7);
    tape_clear(tape);
    for (int i = 0; i < CALLS; i++) {
        struct fault_ruleset *again = busy_set();

        fault_engine_load(w.engine, again, 7);
        fault_ruleset_unref(again);
        decide_once(&w, &call);
    }
    tape_save(tape, &reloaded);
    ck_assert_str_eq(buf_text(&reloaded), buf_text(&text));
}
END_TEST

/* A rule that a call brings along ends with the call: its decisions are told apart by their text.
 */
START_TEST(test_brought_rules_are_told_apart)
{
    static const char *const codes[] = {"ResourceThrottled", "ResourceExhausted"};
    struct fault_call call = call_of("f", "a");

    begin(set_new());
    fault_engine_heed_headers(w.engine, fault_header_read);
    for (size_t i = 0; i < 600; i++) { /* more texts than are remembered */
        struct http_headers headers = {0};

        http_headers_add(&headers, w.calls, STR("x-fcemu-fault"),
                         arena_strf(w.calls, "error=%s; delay=%zums", codes[i % 2], i / 2 + 1));
        call.headers = &headers;
        decide_once(&w, &call);
        arena_reset(w.calls);
    }
    tape_save(tape, &text);
    struct str rest = buf_str(&text);
    struct str line;

    str_cut(rest, '\n', &line, &rest);
    for (size_t i = 0; i < 600; i++) {
        char delay[80];
        size_t at;

        snprintf(delay, sizeof(delay), "\"delay_request_ns\":\"%zu000000\"", i / 2 + 1);
        str_cut(rest, '\n', &line, &rest);
        ck_assert(str_find(line, str_of(codes[i % 2]), &at));
        ck_assert(str_find(line, str_of(delay), &at));
    }
    ck_assert_uint_eq(rest.len, 0);
}
END_TEST

static uint64_t number_in_head(const char *name)
{
    OWN(buf_done) struct buf pattern = {0};

    buf_printf(&pattern, "\"%s\":", name);
    return strtoull(strstr(buf_text(&text), buf_text(&pattern)) + pattern.len, NULL, 10);
}

static size_t in_use(void)
{
    struct mallinfo2 info = mallinfo2();

    return info.uordblks + info.hblkhd;
}

/* 30,000 calls with their draws fit into the bound; what they take meanwhile is a fraction of it.
 */
START_TEST(test_a_full_tape_is_bounded_and_small)
{
    struct fault_ruleset *set = set_new();
    struct fault_rule *rule = rule_add(set, "flaky", OUTCOME_ERROR);
    struct fault_call call = call_of("f", "a");
    uint64_t struck = 0;

    rule->action->error = fc_error_find(STR("ResourceThrottled"));
    rule->when.chance = CHANCE_PROBABILITY;
    rule->when.probability = 0.9;
    begin(set);
    size_t before = in_use();

    for (int i = 0; i < 60000; i++) {
        struck += strikes(&w, &call);
        arena_reset(w.calls);
    }
    size_t kept = in_use() - before;

    tape_save(tape, &text);
    ck_assert_uint_gt(text.len, TAPE_BYTES_MAX - TAPE_BYTES_MAX / 50);
    ck_assert_uint_lt(text.len, TAPE_BYTES_MAX + TAPE_BYTES_MAX / 50);
    ck_assert_uint_gt(number_in_head("dropped"), 0);
    ck_assert_uint_eq(number_in_head("lines") + number_in_head("dropped"), struck);
    ck_assert_uint_lt(kept, TAPE_BYTES_MAX / 8);
}
END_TEST

START_TEST(test_a_line_left_out_is_a_fault_left_out)
{
    struct fault_call call = call_of("f", "a");
    struct error err;

    begin(set_new());
    ck_assert_int_eq(
        tape_play(
            tape,
            STR("{\"fcemu_tape\":1}\n"
                "{\"k\":2,\"account\":\"1653\",\"region\":\"cn-shanghai\",\"label\":\"a\","
                "\"method\":\"POST\",\"path\":\"/2016-08-15/services/s/functions/f/invocations\","
                "\"do\":{\"rule\":\"r\",\"outcome\":\"error\",\"error\":\"ResourceThrottled\"}}\n"),
            &err),
        0);
    ck_assert_str_eq(fates(&w, &call, 4), "0100");
}
END_TEST

static const struct {
    const char *tape;
    const char *want;
} mistakes[] = {
    {"nonsense\n",                                                          "line 1"         },
    {"{\"fcemu_tape\":2}\n",                                                "version 1"      },
    {"{\"fcemu_tape\":1}\n\n{\"do\":{}}\n",                                 "line 3"         },
    {"{\"k\":1}\n",                                                         "'do' is not"    },
    {"{\"k\":1,\"asking\":\"never\",\"do\":{}}\n",                          "'asking'"       },
    {"{\"k\":1,\"do\":{\"outcome\":\"error\"}}\n",                          "'do.error' is"  },
    {"{\"k\":1,\"do\":{\"outcome\":\"error\",\"error\":\"Nope\"}}\n",       "'do.error'"     },
    {"{\"k\":1,\"do\":{\"drip_bytes\":-1}}\n",                              "'do.drip_bytes'"},
    {"{\"k\":1,\"do\":{\"outcome\":\"raw\",\"raw\":{\"base64\":\"%\"}}}\n", "'do.raw'"       },
    {"{\"k\":1,\"do\":{\"headers\":[[\"paint\",\"x\"]]}}\n",                "'do.headers'"   },
};

START_TEST(test_what_is_no_tape_changes_nothing)
{
    struct error err;

    begin(set_new());
    ck_assert_int_lt(tape_play(tape, str_of(mistakes[_i].tape), &err), 0);
    ck_assert_msg(strstr(err.text, mistakes[_i].want) != NULL, "%s", err.text);
    ck_assert(!tape_is_playing(tape));
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("tape/tape");
    TCase *tc = tcase_create("tape");

    tcase_add_checked_fixture(tc, start, stop);
    tcase_add_test(tc, test_a_tape_plays_without_its_rules);
    tcase_add_test(tc, test_a_played_tape_records_itself);
    tcase_add_test(tc, test_what_a_saved_tape_looks_like);
    tcase_add_test(tc, test_a_reload_changes_no_line);
    tcase_add_test(tc, test_brought_rules_are_told_apart);
    tcase_add_test(tc, test_a_full_tape_is_bounded_and_small);
    tcase_add_test(tc, test_a_line_left_out_is_a_fault_left_out);
    tcase_add_loop_test(tc, test_what_is_no_tape_changes_nothing, 0, (int)N_ELEMENTS(mistakes));
    suite_add_tcase(suite, tc);
    return suite_run(suite);
}
