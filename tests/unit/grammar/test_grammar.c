#include "grammar/grammar.h"

#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../suite.h"

#include "base/json.h"
#include "base/mem.h"
#include "conf/report.h"
#include "conf/scalar.h"

static struct conf_report *report;
static struct fault_ruleset *set;
static struct arena *arena;
static char folder[256];

static void setup(void)
{
    report = conf_report_new();
    arena = arena_new();
    set = NULL;
    scratch_folder(folder, "grammar");
}

static void teardown(void)
{
    OWN(mem_free) char *command = mem_printf("rm -r '%s'", folder);

    fault_ruleset_unref(set);
    conf_report_free(report);
    arena_free(arena);
    ck_assert_int_eq(system(command), 0);
}

static const char *issues(void)
{
    OWN(buf_done) struct buf text = {0};

    conf_report_print(report, CONF_FORMAT_TEXT, &text);
    return arena_dup(arena, buf_str(&text));
}

static const struct fault_grammar_options all = {.doors = ~0U};

static struct fault_ruleset *parse(const char *text)
{
    fault_ruleset_unref(set);
    set = fault_ruleset_parse(str_of(text), "t.yaml", &all, report);
    ck_assert_msg(set != NULL, "%s", issues());
    return set;
}

/* One rule with these lines of its own; its id is "a". */
static const struct fault_rule *parse_rule(const char *body)
{
    return &parse(arena_printf(arena, "version: 1\nrules:\n  - id: a\n    %s\n", body))->rules[0];
}

static const struct fault_action *parse_do(const char *action)
{
    return parse_rule(arena_printf(arena, "do: %s", action))->action;
}

static const struct fault_match *parse_match(const char *match)
{
    return &parse_rule(arena_printf(arena, "match: %s\n    do: {pass: {}}", match))->match;
}

static const struct fault_when *parse_when(const char *when)
{
    return &parse_rule(arena_printf(arena, "when: %s\n    do: {pass: {}}", when))->when;
}

static const char *write_file(const char *name, const char *text)
{
    const char *path = arena_printf(arena, "%s/%s", folder, name);
    FILE *file = fopen(path, "we");

    ck_assert_ptr_nonnull(file);
    ck_assert_int_ge(fputs(text, file), 0);
    ck_assert_int_eq(fclose(file), 0);
    return path;
}

static bool selects(const struct fault_match *match, enum api_version api, const char *name)
{
    size_t i = operation_index(operation_find(api, str_of(name)));

    return match->operations[i / 64] >> (i % 64) & 1;
}

/* ---- rules ---- */

START_TEST(test_grammar_rule_defaults)
{
    const struct fault_rule *rule = parse_rule("do: {error: ResourceExhausted}");

    ck_assert(str_eq(rule->id, STR("a")));
    ck_assert(rule->enabled);
    ck_assert(!rule->shadow);
    ck_assert(rule->mark);
    ck_assert(rule->stop);
    ck_assert(rule->match.empty);
    ck_assert_int_eq(rule->group, -1);
    ck_assert_int_eq(rule->priority, 0);
    ck_assert_int_eq(rule->when.state_scenario, -1);
    ck_assert_int_eq(rule->action->set_scenario, -1);
    ck_assert_uint_eq(rule->ttl_ns, 30 * DURATION_M);
    ck_assert_str_eq(rule->at.file, "t.yaml");
    ck_assert_uint_eq(rule->at.line, 3);
    ck_assert_uint_eq(rule->at.column, 5);
    ck_assert(set->seed_random);
    ck_assert_uint_eq(set->guard.max_active, 256);
    ck_assert_uint_eq(set->guard.max_delay_ns, 2 * DURATION_M);
}
END_TEST

START_TEST(test_grammar_rule_keys)
{
    const struct fault_rule *rule =
        parse_rule("description: why\n    tags: [x, y]\n    enabled: false\n    mode: shadow\n"
                   "    priority: -7\n    limit: {fires: 3, for: 10m, then: pass}\n    ttl: 1h\n"
                   "    mark: none\n    stop: true\n    do: {delay: 5ms}");

    ck_assert(str_eq(rule->description, STR("why")));
    ck_assert_uint_eq(rule->tag_count, 2);
    ck_assert(!rule->enabled);
    ck_assert(rule->shadow);
    ck_assert_int_eq(rule->priority, -7);
    ck_assert_uint_eq(rule->limit_fires, 3);
    ck_assert_uint_eq(rule->limit_for_ns, 10 * DURATION_M);
    ck_assert(rule->limit_then_pass);
    ck_assert_uint_eq(rule->ttl_ns, DURATION_H);
    ck_assert(!rule->mark);
    ck_assert(rule->stop);
}
END_TEST

static const struct {
    const char *action;
    bool stop;
} stops[] = {
    {"{error: ResourceExhausted}",                                  true },
    {"{pass: {}}",                                                  true },
    {"{delay: 1s}",                                                 false},
    {"{truncate: {after: 5B}}",                                     false},
    {"{one_of: [{do: {delay: 1s}}, {do: {drip: {rate: 1KiB/s}}}]}", false},
    {"{one_of: [{do: {delay: 1s}}, {do: {reset: {}}}]}",            true },
    {"{sequence: {steps: [{do: {corrupt: {kind: empty}}}]}}",       false},
    {"{delay: 1s, close: {}}",                                      true },
};

START_TEST(test_grammar_outcomes_stop_and_shapers_do_not)
{
    const char *body = arena_printf(arena, "do: %s", stops[_i].action);

    ck_assert_msg(parse_rule(body)->stop == stops[_i].stop, "%s", stops[_i].action);
}
END_TEST

START_TEST(test_grammar_rules_are_asked_by_priority_then_order)
{
    parse("version: 1\nrules:\n"
          "  - {id: low, priority: -1, do: {delay: 1s}}\n"
          "  - {id: first, do: {delay: 1s}}\n"
          "  - {id: second, do: {delay: 1s}}\n"
          "  - {id: high, priority: 5, do: {delay: 1s}}\n");
    ck_assert(str_eq(set->rules[0].id, STR("high")));
    ck_assert(str_eq(set->rules[1].id, STR("first")));
    ck_assert(str_eq(set->rules[2].id, STR("second")));
    ck_assert(str_eq(set->rules[3].id, STR("low")));
    ck_assert_int_eq(fault_ruleset_find(set, STR("second")), 2);
}
END_TEST

START_TEST(test_grammar_ttl_may_be_forever)
{
    ck_assert_uint_eq(parse_rule("ttl: forever\n    do: {pass: {}}")->ttl_ns, 0);
    parse("version: 1\nguard: {default_ttl: forever}\nrules: [{id: a, do: {pass: {}}}]\n");
    ck_assert_uint_eq(set->rules[0].ttl_ns, 0);
}
END_TEST

START_TEST(test_grammar_defaults_reach_the_rules)
{
    parse("version: 1\nseed: 7\n"
          "defaults: {mark: none, error_keys: sdk, count_on: seen, draw_by: request}\n"
          "guard: {default_ttl: 5m}\n"
          "rules:\n"
          "  - {id: a, do: {error: ResourceExhausted}}\n"
          "  - id: b\n"
          "    when: {draw_by: call, count_on: reached}\n"
          "    mark: header\n"
          "    do: {error: {code: ResourceExhausted, keys: both}}\n");
    ck_assert(!set->seed_random);
    ck_assert_uint_eq(set->seed, 7);
    ck_assert_int_eq(set->keys, KEYS_SDK);
    ck_assert(!set->rules[0].mark);
    ck_assert(set->rules[0].when.count_seen);
    ck_assert(set->rules[0].when.draw_by_request);
    ck_assert_int_eq(set->rules[0].action->keys, KEYS_SDK);
    ck_assert_uint_eq(set->rules[0].ttl_ns, 5 * DURATION_M);
    ck_assert(set->rules[1].mark);
    ck_assert(!set->rules[1].when.count_seen);
    ck_assert(!set->rules[1].when.draw_by_request);
    ck_assert_int_eq(set->rules[1].action->keys, KEYS_BOTH);
}
END_TEST

START_TEST(test_grammar_groups_and_scenarios_have_numbers)
{
    parse("version: 1\n"
          "groups: {calm: {}, storm: {enabled: false, description: later}}\n"
          "rules:\n"
          "  - id: a\n"
          "    group: storm\n"
          "    do: {set_state: {scenario: login, to: refused}}\n"
          "  - id: b\n"
          "    when: {state: {scenario: login, is: [\"\", refused]}}\n"
          "    do: {set_state: {scenario: login, to: open}}\n");
    ck_assert_uint_eq(set->group_count, 2);
    ck_assert(set->groups[0].enabled);
    ck_assert(!set->groups[1].enabled);
    ck_assert_int_eq(set->rules[0].group, 1);
    ck_assert_uint_eq(set->scenario_count, 1);
    ck_assert_uint_eq(set->scenarios[0].value_count, 3);
    ck_assert(str_eq(set->scenarios[0].values[0], STR("")));
    ck_assert_int_eq(set->rules[0].action->set_value, 1);
    ck_assert_int_eq(set->rules[1].when.state_scenario, 0);
    ck_assert_uint_eq(set->rules[1].when.state_count, 2);
    ck_assert_int_eq(set->rules[1].when.state_is[0], 0);
    ck_assert_int_eq(set->rules[1].when.state_is[1], 1);
    ck_assert_int_eq(set->rules[1].action->set_value, 2);
}
END_TEST

/* Rules are sorted behind the reading of them. */
START_TEST(test_grammar_state_stays_with_its_rule)
{
    parse("version: 1\n"
          "rules:\n"
          "  - id: sets\n"
          "    do: {set_state: {scenario: login, to: refused}}\n"
          "  - id: asks\n"
          "    when: {state: {scenario: login, is: [refused]}}\n"
          "    do: {error: AccessDenied}\n"
          "  - id: first\n"
          "    priority: 5\n"
          "    do: {delay: 1s}\n");
    ck_assert(str_eq(set->rules[0].id, STR("first")));
    ck_assert_int_eq(set->rules[0].when.state_scenario, -1);
    ck_assert_int_eq(set->rules[1].when.state_scenario, -1);
    ck_assert(str_eq(set->rules[2].id, STR("asks")));
    ck_assert_int_eq(set->rules[2].when.state_scenario, 0);
    ck_assert_uint_eq(set->rules[2].when.state_count, 1);
}
END_TEST

START_TEST(test_grammar_guard)
{
    parse("version: 1\n"
          "guard:\n"
          "  max_active: 5\n"
          "  overflow: reject\n"
          "  only: {label: ci-*}\n"
          "  halt:\n"
          "    - {fired: {rule: b, gt: 5}}\n"
          "    - {success: {lt: 50%, over: 30s}}\n"
          "rules:\n"
          "  - {id: a, do: {pass: {}}}\n"
          "  - {id: b, priority: 3, do: {pass: {}}}\n");
    ck_assert_uint_eq(set->guard.max_active, 5);
    ck_assert(set->guard.overflow_reject);
    ck_assert(set->guard.has_only);
    ck_assert_uint_eq(set->guard.only.label.count, 1);
    ck_assert_uint_eq(set->guard.halt_count, 2);
    ck_assert_int_eq(set->guard.halt[0].kind, CONDITION_FIRED);
    ck_assert_int_eq(set->guard.halt[0].rule, 0);
    ck_assert(set->guard.halt[0].compare.has_gt && set->guard.halt[0].compare.gt == 5);
    ck_assert_int_eq(set->guard.halt[1].kind, CONDITION_SUCCESS);
    ck_assert(set->guard.halt[1].compare.has_lt && set->guard.halt[1].compare.lt == 0.5);
    ck_assert_uint_eq(set->guard.halt[1].over_ns, 30 * DURATION_S);
}
END_TEST

/* ---- match ---- */

static const struct {
    const char *text;
    int kind;
    const char *kept;
} patterns[] = {
    {"pay",    PATTERN_EXACT,  "pay"},
    {"pay*",   PATTERN_PREFIX, "pay"},
    {"'*pay'", PATTERN_SUFFIX, "pay"},
    {"p*y",    PATTERN_GLOB,   "p*y"},
    {"'*p*'",  PATTERN_GLOB,   "*p*"},
    {"pa?",    PATTERN_GLOB,   "pa?"},
    {"'*'",    PATTERN_GLOB,   "*"  },
};

START_TEST(test_grammar_pattern_takes_the_cheapest_kind)
{
    const struct fault_match *match =
        parse_match(arena_printf(arena, "{function: %s}", patterns[_i].text));

    ck_assert_int_eq(match->function.items[0].kind, patterns[_i].kind);
    ck_assert(str_eq(match->function.items[0].text, str_of(patterns[_i].kept)));
    ck_assert(!match->empty);
}
END_TEST

START_TEST(test_grammar_patterns_negate_and_list)
{
    const struct fault_match *match = parse_match(
        "{function: [a, b], service: {not: x}, host: {not: [p, 'q*', {regex: '^r'}]}, label: "
        "{regex: '^[0-9]+$'}, trigger: {not: {not: t}}}");

    ck_assert_uint_eq(match->function.count, 2);
    ck_assert(match->service.items[0].negate);
    ck_assert_int_eq(match->service.items[0].kind, PATTERN_EXACT);
    ck_assert_uint_eq(match->host.count, 1);
    ck_assert(match->host.items[0].negate);
    ck_assert_int_eq(match->host.items[0].kind, PATTERN_REGEX);
    ck_assert_ptr_nonnull(match->host.items[0].regex);
    ck_assert_int_eq(match->label.items[0].kind, PATTERN_REGEX);
    ck_assert(!match->trigger.items[0].negate);
}
END_TEST

START_TEST(test_grammar_match_operations)
{
    const struct fault_match *match = parse_match("{operation: [Create*, InvokeFunction]}");

    ck_assert(selects(match, API_2016, "CreateFunction"));
    ck_assert(selects(match, API_2023, "CreateTrigger"));
    ck_assert(selects(match, API_2016, "InvokeFunction"));
    ck_assert(!selects(match, API_2016, "ListFunctions"));
    match = parse_match("{operation: '@read'}");
    ck_assert(selects(match, API_2016, "ListFunctions"));
    ck_assert(!selects(match, API_2016, "InvokeFunction"));
}
END_TEST

START_TEST(test_grammar_match_masks_and_addresses)
{
    const struct fault_match *match =
        parse_match("{api: [2016-08-15, 2023-03-30], sdk: python, invocation: async, sts: true, "
                    "client: [10.0.0.0/8, 'fd00::/8', 127.0.0.1], authenticated: true}");

    ck_assert_uint_eq(match->apis, 1u << API_2016 | 1u << API_2023);
    ck_assert_uint_eq(match->sdks, 1u << SDK_PYTHON);
    ck_assert_uint_eq(match->invocations, 1u << INVOCATION_ASYNC);
    ck_assert(match->sts.given && match->sts.wanted);
    ck_assert(match->authenticated.given && match->authenticated.wanted);
    ck_assert_uint_eq(match->client_count, 3);
    ck_assert_uint_eq(match->clients[0].prefix, 104);
    ck_assert_uint_eq(match->clients[0].address[10], 0xFF);
    ck_assert_uint_eq(match->clients[0].address[12], 10);
    ck_assert_uint_eq(match->clients[1].prefix, 8);
    ck_assert_uint_eq(match->clients[1].address[0], 0xFD);
    ck_assert_uint_eq(match->clients[2].prefix, 128);
}
END_TEST

START_TEST(test_grammar_match_headers_and_body)
{
    const struct fault_match *match = parse_match(
        "{header: {X-Mode: dry*, date: {present: false}}, query: {q: [a, b]}, body: {size: {gt: "
        "1KiB}, contains: needle, json: {/a: 3, /b: text, /c: \"3\", /d: {gte: 1.5}, /e: null, /f: "
        "x*, /g: {present: true}}}, attempt: {gte: 2}, connection_call: 3}");

    ck_assert_uint_eq(match->header_count, 2);
    ck_assert(str_eq(match->headers[0].name, STR("x-mode")));
    ck_assert_int_eq(match->headers[0].value.items[0].kind, PATTERN_PREFIX);
    ck_assert(match->headers[1].has_presence && !match->headers[1].present);
    ck_assert_uint_eq(match->queries[0].value.count, 2);
    ck_assert(match->body_size.has_gt && match->body_size.gt == 1024);
    ck_assert(str_eq(match->body_contains, STR("needle")));
    ck_assert_uint_eq(match->body_json_count, 7);
    ck_assert(str_eq(match->body_json[0].json, STR("3")));
    ck_assert(str_eq(match->body_json[1].json, STR("\"text\"")));
    ck_assert(str_eq(match->body_json[2].json, STR("\"3\"")));
    ck_assert(match->body_json[3].compare.has_gte && match->body_json[3].compare.gte == 1.5);
    ck_assert(str_eq(match->body_json[4].json, STR("null")));
    ck_assert_int_eq(match->body_json[5].value.items[0].kind, PATTERN_PREFIX);
    ck_assert(match->body_json[6].has_presence && match->body_json[6].present);
    ck_assert(match->attempt.has_gte && match->attempt.gte == 2);
    ck_assert(match->connection_call.has_eq && match->connection_call.eq == 3);
}
END_TEST

START_TEST(test_grammar_match_any_and_not_nest)
{
    const struct fault_match *match =
        parse_match("{any: [{function: a}, {not: {body: {contains: x}}}], not: {region: cn-*}}");

    ck_assert_uint_eq(match->any_count, 2);
    ck_assert_ptr_nonnull(match->any[1].not );
    ck_assert_uint_eq(match->not ->region.count, 1);
}
END_TEST

/* ---- when ---- */

START_TEST(test_grammar_when_calls)
{
    const struct fault_when *when = parse_when("{calls: {nth: [9, 2, 5]}}");

    ck_assert_int_eq(when->calls, CALLS_NTH);
    ck_assert_uint_eq(when->calls_nth[0], 2);
    ck_assert_uint_eq(when->calls_nth[2], 9);
    when = parse_when("{calls: {first: 3}}");
    ck_assert_int_eq(when->calls, CALLS_FIRST);
    ck_assert_uint_eq(when->calls_n, 3);
    when = parse_when("{calls: {every: 4}}");
    ck_assert_int_eq(when->calls, CALLS_EVERY);
    ck_assert_uint_eq(when->calls_start, 4);
    when = parse_when("{calls: {every: 4, start: 1}}");
    ck_assert_uint_eq(when->calls_start, 1);
    when = parse_when("{calls: {from: 4}}");
    ck_assert_int_eq(when->calls, CALLS_RANGE);
    ck_assert_uint_eq(when->calls_from, 4);
    ck_assert_uint_eq(when->calls_to, UINT64_MAX);
}
END_TEST

START_TEST(test_grammar_when_gates)
{
    const struct fault_when *when = parse_when(
        "{per: [account, 'header:X-Team'], window: {after: 5m, for: 30s, every: 5m}, over_rate: "
        "{limit: 10, per: 1s}, burst: {enter: 2%, leave: 25%, step: 100ms}}");

    ck_assert_uint_eq(when->per_count, 2);
    ck_assert_int_eq(when->per[0].what, PER_ACCOUNT);
    ck_assert_int_eq(when->per[1].what, PER_HEADER);
    ck_assert(str_eq(when->per[1].header, STR("x-team")));
    ck_assert(when->has_window && !when->window_is_absolute);
    ck_assert_uint_eq(when->window_every_ns, 5 * DURATION_M);
    ck_assert_int_eq(when->rate, RATE_TOKEN_BUCKET);
    ck_assert_uint_eq(when->rate_burst, 10);
    ck_assert_int_eq(when->chance, CHANCE_BURST);
    ck_assert_double_eq_tol(when->burst_leave, 0.25, 1e-12);
    ck_assert_double_eq_tol(when->burst_inside, 1, 1e-12);
    ck_assert_double_eq_tol(when->burst_outside, 0, 1e-12);
    ck_assert_uint_eq(when->burst_step_ns, 100 * DURATION_MS);
}
END_TEST

START_TEST(test_grammar_when_window_of_wall_time)
{
    const struct fault_when *when =
        parse_when("{window: {from: 2026-11-23T09:00:00+08:00, until: 2026-11-23T02:00:00Z}}");

    ck_assert(when->window_is_absolute);
    ck_assert_uint_eq(when->window_from_ms, UINT64_C(1795395600000));
    ck_assert_uint_eq(when->window_until_ms - when->window_from_ms, 3600000);
}
END_TEST

START_TEST(test_grammar_when_probability_of_one_is_always)
{
    ck_assert_int_eq(parse_when("{probability: 1}")->chance, CHANCE_ALWAYS);
    ck_assert_int_eq(parse_when("{probability: 30%}")->chance, CHANCE_PROBABILITY);
    ck_assert_double_eq_tol(set->rules[0].when.probability, 0.3, 1e-12);
}
END_TEST

/* ---- do ---- */

START_TEST(test_grammar_do_error)
{
    const struct fault_action *action =
        parse_do("{error: {code: EntityTooLarge, args: [\"131072\"]}}");

    ck_assert_str_eq(action->error->code, "EntityTooLarge");
    ck_assert_int_eq(action->status, 0);
    ck_assert_uint_eq(action->arg_count, 1);
    ck_assert(str_eq(action->args[0], STR("131072")));
    ck_assert_int_eq(action->keys, KEYS_DEFAULT);
}
END_TEST

START_TEST(test_grammar_do_error_keys)
{
    const struct fault_action *action = parse_do(
        "{error: {code: ResourceThrottled, status: 429, force: true, message: 'slow {{function}}', "
        "retry_after: date, headers: {X-A: b}, request_id: r, keys: documented}}");

    ck_assert_int_eq(action->outcome, OUTCOME_ERROR);
    ck_assert_str_eq(action->error->code, "ResourceThrottled");
    ck_assert_int_eq(action->status, 429);
    ck_assert(str_eq(action->message, STR("slow {{function}}")));
    ck_assert(action->has_retry_after && action->retry_after_date);
    ck_assert_uint_eq(action->answer_header_count, 1);
    ck_assert(str_eq(action->answer_headers[0].name, STR("X-A")));
    ck_assert(str_eq(action->request_id, STR("r")));
    ck_assert_int_eq(action->keys, KEYS_DOCUMENTED);
    ck_assert(!parse_do("{error: {code: ResourceExhausted, retry_after: none}}")->has_retry_after);
    ck_assert_uint_eq(
        parse_do("{error: {code: ResourceExhausted, retry_after: 2s}}")->retry_after_ns,
        2 * DURATION_S);
}
END_TEST

START_TEST(test_grammar_do_cuts)
{
    const struct fault_action *action = parse_do("{reset: {at: body, after: 50%}, effect: done}");

    ck_assert_int_eq(action->outcome, OUTCOME_RESET);
    ck_assert_int_eq(action->at, PHASE_BODY);
    ck_assert(action->after.given && action->after.is_ratio && action->after.ratio == 0.5);
    ck_assert_int_eq(action->effect, EFFECT_DONE);
    action = parse_do("{close: {}}");
    ck_assert_int_eq(action->outcome, OUTCOME_CLOSE);
    ck_assert_int_eq(action->at, PHASE_REQUEST);
    action = parse_do("{hang: {at: headers, for: 90s, then: continue}}");
    ck_assert_int_eq(action->outcome, OUTCOME_HANG);
    ck_assert_uint_eq(action->hang_ns, 90 * DURATION_S);
    ck_assert_int_eq(action->then, THEN_CONTINUE);
    ck_assert_uint_eq(parse_do("{hang: {for: forever}}")->hang_ns, FAULT_FOREVER);
}
END_TEST

START_TEST(test_grammar_do_bytes)
{
    ck_assert(str_eq(parse_do("{raw: {base64: 'AAEC/w=='}}")->raw, STR("\0\1\2\xff")));
    ck_assert(str_eq(parse_do("{raw: {text: \"a\\r\\n\", then: reset}}")->raw, STR("a\r\n")));
    ck_assert_int_eq(set->rules[0].action->then, THEN_RESET);
    ck_assert(str_eq(parse_do("{respond: {body_base64: YQ==}}")->body, STR("a")));
    ck_assert_int_eq(set->rules[0].action->status, 200);
    ck_assert(!set->rules[0].action->body_is_template);
    ck_assert(parse_do("{respond: {status: 502, body: x}}")->body_is_template);
}
END_TEST

START_TEST(test_grammar_do_shapers)
{
    const struct fault_action *action = parse_do(
        "{headers: {set: {Date: '{{now+20m}}'}, add: {x-a: 1}, remove: [ETag, x-b]}, corrupt: "
        "{kind: flip_bytes, amount: 3}, length: {declare: '+100', then: close}, truncate: {after: "
        "512B}, stall: {after: 10%, for: 10s}, drip: {chunk: 16B, every: 50ms}}");

    ck_assert_uint_eq(action->header_count, 4);
    ck_assert_int_eq(action->headers[0].kind, EDIT_SET);
    ck_assert_int_eq(action->headers[1].kind, EDIT_ADD);
    ck_assert_int_eq(action->headers[2].kind, EDIT_REMOVE);
    ck_assert(str_eq(action->headers[2].name, STR("Etag")));
    ck_assert_int_eq(action->corrupt, CORRUPT_FLIP_BYTES);
    ck_assert_uint_eq(action->corrupt_amount, 3);
    ck_assert(action->has_length && action->length_is_relative);
    ck_assert_int_eq(action->length_declare, 100);
    ck_assert_int_eq(action->length_then, THEN_CLOSE);
    ck_assert(action->truncate.given && !action->truncate.is_ratio);
    ck_assert_uint_eq(action->truncate.bytes, 512);
    ck_assert_int_eq(action->truncate_then, THEN_CLOSE);
    ck_assert(action->stall_after.is_ratio);
    ck_assert_int_eq(action->stall_then, THEN_CONTINUE);
    ck_assert_uint_eq(action->drip_bytes, 16);
    ck_assert_uint_eq(action->drip_every_ms, 50);
    ck_assert(!parse_do("{length: {declare: 5}}")->length_is_relative);
    ck_assert_int_eq(parse_do("{length: {declare: -10}}")->length_declare, -10);
}
END_TEST

static const struct {
    const char *rate;
    uint32_t bytes, every_ms;
} drips[] = {
    {"1KiB/s",  128,    125 },
    {"32KiB/s", 4096,   125 },
    {"1000B/s", 100,    100 },
    {"7B/s",    7,      1000},
    {"1MiB/s",  131072, 125 },
};

START_TEST(test_grammar_drip_rate_becomes_chunks)
{
    const struct fault_action *action =
        parse_do(arena_printf(arena, "{drip: {rate: %s}}", drips[_i].rate));

    ck_assert_uint_eq(action->drip_bytes, drips[_i].bytes);
    ck_assert_uint_eq(action->drip_every_ms, drips[_i].every_ms);
}
END_TEST

START_TEST(test_grammar_delay_kinds)
{
    const struct fault_action *action = parse_do("{delay: 1.5s}");

    ck_assert_int_eq(action->delay->kind, LATENCY_FIXED);
    ck_assert(action->delay->a_ns == 1.5e9);
    ck_assert_int_eq(action->delay_at, PHASE_REQUEST);
    action = parse_do("{delay: {at: effect, uniform: {min: 200ms, max: 900ms}, max: 500ms}}");
    ck_assert_int_eq(action->delay->kind, LATENCY_UNIFORM);
    ck_assert(action->delay->a_ns == 2e8 && action->delay->b_ns == 9e8);
    ck_assert_int_eq(action->delay_at, PHASE_EFFECT);
    ck_assert_uint_eq(action->delay_max_ns, 500 * DURATION_MS);
    action = parse_do("{delay: {pareto: {min: 1ms, alpha: 1.5}}}");
    ck_assert(action->delay->alpha == 1.5);
    action = parse_do("{delay: {wave: {shape: saw, base: 2s, amplitude: 1s, period: 1m}}}");
    ck_assert_int_eq(action->delay->wave, WAVE_SAW);
    ck_assert(action->delay->a_ns == 2e9 && action->delay->b_ns == 1e9);
    ck_assert_uint_eq(action->delay->period_ns, DURATION_M);
    action = parse_do("{delay: {samples: [1ms, 2ms]}}");
    ck_assert_uint_eq(action->delay->sample_count, 2);
}
END_TEST

START_TEST(test_grammar_delay_refers_to_a_latency)
{
    parse("version: 1\n"
          "latencies: {prod: {lognormal: {median: 80ms, p99: 1200ms}, max: 5s}, low: 1ms}\n"
          "rules:\n"
          "  - {id: a, do: {delay: {ref: prod, at: headers}}}\n"
          "  - {id: b, do: {delay: {ref: low}}}\n");
    ck_assert_int_eq(set->rules[0].action->delay->kind, LATENCY_LOGNORMAL);
    ck_assert_uint_eq(set->rules[0].action->delay->max_ns, 5 * DURATION_S);
    ck_assert_int_eq(set->rules[0].action->delay_at, PHASE_HEADERS);
    ck_assert_int_eq(set->rules[1].action->delay->kind, LATENCY_FIXED);
}
END_TEST

START_TEST(test_grammar_choices)
{
    const struct fault_action *action = parse_do(
        "{sequence: {steps: [{times: 2, do: {reset: {}}}, {do: {one_of: [{weight: 3, do: {pass: "
        "{}}}, {do: {delay: 1s}}]}}], then: hold}}");

    ck_assert_int_eq(action->outcome, OUTCOME_SEQUENCE);
    ck_assert_int_eq(action->sequence_then, SEQUENCE_HOLD);
    ck_assert_uint_eq(action->choice_count, 2);
    ck_assert_uint_eq(action->choices[0].times, 2);
    ck_assert_int_eq(action->choices[1].action->outcome, OUTCOME_ONE_OF);
    ck_assert_uint_eq(action->choices[1].action->choices[0].weight, 3);
    ck_assert_uint_eq(action->choices[1].action->choices[1].weight, 1);
}
END_TEST

/* ---- digests ---- */

static const struct {
    const char *change; /* in place of the third line on */
    bool same;
} changes[] = {
    {"    match: {function: pay}\n    do: {delay: {ref: slow}}\n",                          true },
    {"    match:\n      function: 'pay'\n    do:\n      delay:\n        ref: slow # why\n", true },
    {"    enabled: false\n    match: {function: pay}\n    do: {delay: {ref: slow}}\n",      true },
    {"    match: {function: pay2}\n    do: {delay: {ref: slow}}\n",                         false},
    {"    match: {function: pay}\n    do: {delay: {ref: fast}}\n",                          false},
    {"    match: {function: pay}\n    ttl: 5m\n    do: {delay: {ref: slow}}\n",             false},
};

START_TEST(test_grammar_digest_is_of_what_a_rule_means)
{
    static const char head[] = "version: 1\nlatencies: {slow: 2s, fast: 1s}\nrules:\n"
                               "  - {id: other, do: {delay: {ref: fast}}}\n  - id: a\n";
    uint64_t before = parse(arena_printf(arena, "%s%s", head, changes[0].change))->rules[1].digest;
    uint64_t after =
        parse(arena_printf(arena, "# moved\n%s%s", head, changes[_i].change))->rules[1].digest;

    ck_assert_msg((before == after) == changes[_i].same, "%s", changes[_i].change);
}
END_TEST

START_TEST(test_grammar_digest_sees_a_changed_latency_and_guard)
{
    static const char rules[] = "rules:\n  - {id: a, do: {delay: {ref: l}}}\n";
    uint64_t first =
        parse(arena_printf(arena, "version: 1\nlatencies: {l: 1s}\n%s", rules))->rules[0].digest;

    ck_assert(
        first !=
        parse(arena_printf(arena, "version: 1\nlatencies: {l: 2s}\n%s", rules))->rules[0].digest);
    ck_assert(first != parse(arena_printf(arena,
                                          "version: 1\nguard: {default_ttl: 1h}\nlatencies: {l: "
                                          "1s}\n%s",
                                          rules))
                           ->rules[0]
                           .digest);
}
END_TEST

/* ---- files ---- */

START_TEST(test_grammar_includes_come_before_their_file)
{
    ck_assert_int_eq(mkdir(arena_printf(arena, "%s/sub", folder), 0700), 0);
    write_file("sub/b.yaml",
               "version: 1\ninclude: [../c.yaml]\nrules: [{id: b, do: {delay: 1s}}]\n");
    write_file("sub/a.yaml", "version: 1\nrules: [{id: a, group: g, do: {delay: 1s}}]\n");
    write_file("c.yaml", "version: 1\ngroups: {g: {}}\nrules: [{id: c, do: {delay: 1s}}]\n");
    const char *top = write_file(
        "top.yaml",
        "version: 1\ninclude: ['sub/*.yaml', c.yaml]\nrules: [{id: t, do: {delay: 1s}}]\n");

    set = fault_ruleset_load(&top, 1, &all, report);
    ck_assert_msg(set != NULL, "%s", issues());
    ck_assert_uint_eq(set->rule_count, 4);
    ck_assert(str_eq(set->rules[0].id, STR("a")));
    ck_assert(str_eq(set->rules[1].id, STR("c")));
    ck_assert(str_eq(set->rules[2].id, STR("b")));
    ck_assert(str_eq(set->rules[3].id, STR("t")));
    ck_assert_uint_eq(set->file_count, 4);
    ck_assert_str_eq(set->files[3].file, top);
    ck_assert_str_eq(set->rules[1].at.file, arena_printf(arena, "%s/c.yaml", folder));
}
END_TEST

START_TEST(test_grammar_globs_of_files_load_in_order)
{
    write_file("2.yaml", "version: 1\nrules: [{id: two, do: {delay: 1s}}]\n");
    write_file("1.yaml", "version: 1\nrules: [{id: one, do: {delay: 1s}}]\n");
    const char *paths[] = {arena_printf(arena, "%s/*.yaml", folder),
                           arena_printf(arena, "%s/none-*.yaml", folder)};

    set = fault_ruleset_load(paths, 1, &all, report);
    ck_assert_msg(set != NULL, "%s", issues());
    ck_assert_uint_eq(set->rule_count, 2);
    ck_assert(str_eq(set->rules[0].id, STR("one")));
    ck_assert_ptr_null(fault_ruleset_load(paths, 2, &all, report)); /* one of them names no file */
    ck_assert_ptr_nonnull(strstr(issues(), "none-*.yaml: error F107: cannot read"));
}
END_TEST

START_TEST(test_grammar_body_file_is_relative_to_its_file)
{
    write_file("x.html", "<html>{{function}}</html>");
    const char *top = write_file(
        "top.yaml", "version: 1\nrules: [{id: t, do: {respond: {body_file: x.html}}}]\n");

    set = fault_ruleset_load(&top, 1, &all, report);
    ck_assert_msg(set != NULL, "%s", issues());
    ck_assert(str_eq(set->rules[0].action->body, STR("<html>{{function}}</html>")));
    ck_assert(set->rules[0].action->body_is_template);
}
END_TEST

START_TEST(test_grammar_texts_cannot_read_files)
{
    ck_assert_ptr_null(fault_ruleset_parse(
        STR("version: 1\ninclude: [x.yaml]\nrules: [{id: t, do: {respond: {body_file: x}}}]\n"),
        "layer", &all, report));
    ck_assert_uint_eq(report->errors, 2);
    ck_assert_ptr_nonnull(strstr(issues(), "layer:2:1: error F107: include: files are not read"));
    ck_assert_ptr_nonnull(strstr(issues(), "error F107: rules[0].do.respond.body_file"));
}
END_TEST

START_TEST(test_grammar_layer_speaks_of_names_in_files)
{
    const char *file = write_file("f.yaml", "version: 1\ngroups: {g: {}}\nlatencies: {l: 1s}\n"
                                            "rules: [{id: f, group: g, do: {delay: {ref: l}}}]\n");
    struct fault_text layer = {STR("{\"version\":1,\"rules\":[{\"id\":\"n\",\"group\":\"g\","
                                   "\"do\":{\"delay\":{\"ref\":\"l\"}}}]}"),
                               "API layer", false};

    set = fault_ruleset_compile(&file, 1, &layer, 1, &all, report);
    ck_assert_msg(set != NULL, "%s", issues());
    ck_assert_uint_eq(set->rule_count, 2);
    ck_assert(str_eq(set->rules[1].id, STR("n")));
    ck_assert_str_eq(set->rules[1].at.file, "API layer");
    ck_assert_uint_eq(set->file_count, 1);
}
END_TEST

START_TEST(test_grammar_set_wide_keys_stand_in_one_file)
{
    const char *paths[] = {
        write_file("a.yaml", "version: 1\nseed: 1\nguard: {max_active: 5}\n"),
        write_file("b.yaml", "version: 1\nseed: 1\nguard: {max_active: 6}\n"),
    };

    ck_assert_ptr_null(fault_ruleset_load(paths, 2, &all, report));
    ck_assert_uint_eq(report->errors, 2);
    ck_assert_ptr_nonnull(strstr(
        issues(),
        arena_printf(arena, "b.yaml:3:1: error F301: guard: already given at %s:3:1", paths[0])));
}
END_TEST

START_TEST(test_grammar_missing_file_is_reported)
{
    const char *path = "/nonexistent/rules.yaml";

    ck_assert_ptr_null(fault_ruleset_load(&path, 1, &all, report));
    ck_assert_str_eq(issues(),
                     "/nonexistent/rules.yaml: error F107: cannot read "
                     "'/nonexistent/rules.yaml': No such file or directory; name a rule file "
                     "or a glob such as faults.d/*.yaml\n");
}
END_TEST

START_TEST(test_grammar_counts_its_references)
{
    struct fault_ruleset *shared = parse("version: 1\nrules: [{id: a, do: {pass: {}}}]\n");

    fault_ruleset_ref(shared);
    fault_ruleset_unref(shared);
    ck_assert(str_eq(shared->rules[0].id, STR("a")));
}
END_TEST

START_TEST(test_grammar_more_than_a_thousand_rules)
{
    OWN(buf_done) struct buf text = {0};

    buf_puts(&text, "version: 1\nrules:\n");
    for (int i = 0; i < 1000; i++)
        buf_printf(&text, "  - {id: r%d, do: {delay: 1ms}}\n", i);
    ck_assert_uint_eq(parse(buf_text(&text))->rule_count, 1000);
    buf_puts(&text, "  - {id: more, do: {delay: 1ms}}\n");
    ck_assert_ptr_null(fault_ruleset_parse(buf_str(&text), "t", &all, report));
    ck_assert_ptr_nonnull(
        strstr(issues(), "t:1003:5: error F106: rules[1000]: more than 1000 rules"));
}
END_TEST

START_TEST(test_grammar_unknown_regions_are_an_option)
{
    struct fault_grammar_options options = {.allow_unknown_region = true};

    set = fault_ruleset_parse(
        STR("version: 1\nrules: [{id: a, match: {region: private-1}, do: {pass: {}}}]\n"), "t",
        &options, report);
    ck_assert_msg(set != NULL, "%s", issues());
}
END_TEST

/* Each key of each table of the rule file has a sentence in the schema. */
START_TEST(test_grammar_schema_describes_every_key)
{
    OWN(buf_done) struct buf text = {0};
    struct error err = {0};
    const cJSON *definition;
    const cJSON *property;

    fault_schema(&text);
    OWN(json_free) cJSON *json = json_parse(buf_str(&text), &err);

    ck_assert_msg(json != NULL, "%s", err.text);
    const cJSON *definitions = cJSON_GetObjectItem(json, "$defs");

    ck_assert_ptr_nonnull(cJSON_GetObjectItem(definitions, "rule"));
    ck_assert_ptr_nonnull(cJSON_GetObjectItem(definitions, "match"));
    ck_assert_ptr_nonnull(cJSON_GetObjectItem(definitions, "do"));
    cJSON_ArrayForEach (property, cJSON_GetObjectItem(json, "properties"))
        ck_assert_msg(cJSON_GetObjectItem(property, "description") != NULL, "%s", property->string);
    cJSON_ArrayForEach (definition, definitions) {
        if (strcmp(definition->string, "match") != 0 && strcmp(definition->string, "do") != 0 &&
            strcmp(definition->string, "rule") != 0 && strcmp(definition->string, "when") != 0)
            continue;
        cJSON_ArrayForEach (property, cJSON_GetObjectItem(definition, "properties"))
            ck_assert_msg(cJSON_GetObjectItem(property, "description") != NULL, "%s.%s",
                          definition->string, property->string);
    }
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("grammar/grammar");
    TCase *tc = tcase_create("grammar");

    tcase_add_checked_fixture(tc, setup, teardown);
    tcase_add_test(tc, test_grammar_rule_defaults);
    tcase_add_test(tc, test_grammar_rule_keys);
    tcase_add_loop_test(tc, test_grammar_outcomes_stop_and_shapers_do_not, 0, N_ELEMENTS(stops));
    tcase_add_test(tc, test_grammar_rules_are_asked_by_priority_then_order);
    tcase_add_test(tc, test_grammar_ttl_may_be_forever);
    tcase_add_test(tc, test_grammar_defaults_reach_the_rules);
    tcase_add_test(tc, test_grammar_groups_and_scenarios_have_numbers);
    tcase_add_test(tc, test_grammar_state_stays_with_its_rule);
    tcase_add_test(tc, test_grammar_guard);
    tcase_add_loop_test(tc, test_grammar_pattern_takes_the_cheapest_kind, 0, N_ELEMENTS(patterns));
    tcase_add_test(tc, test_grammar_patterns_negate_and_list);
    tcase_add_test(tc, test_grammar_match_operations);
    tcase_add_test(tc, test_grammar_match_masks_and_addresses);
    tcase_add_test(tc, test_grammar_match_headers_and_body);
    tcase_add_test(tc, test_grammar_match_any_and_not_nest);
    tcase_add_test(tc, test_grammar_when_calls);
    tcase_add_test(tc, test_grammar_when_gates);
    tcase_add_test(tc, test_grammar_when_window_of_wall_time);
    tcase_add_test(tc, test_grammar_when_probability_of_one_is_always);
    tcase_add_test(tc, test_grammar_do_error);
    tcase_add_test(tc, test_grammar_do_error_keys);
    tcase_add_test(tc, test_grammar_do_cuts);
    tcase_add_test(tc, test_grammar_do_bytes);
    tcase_add_test(tc, test_grammar_do_shapers);
    tcase_add_loop_test(tc, test_grammar_drip_rate_becomes_chunks, 0, N_ELEMENTS(drips));
    tcase_add_test(tc, test_grammar_delay_kinds);
    tcase_add_test(tc, test_grammar_delay_refers_to_a_latency);
    tcase_add_test(tc, test_grammar_choices);
    tcase_add_loop_test(tc, test_grammar_digest_is_of_what_a_rule_means, 0, N_ELEMENTS(changes));
    tcase_add_test(tc, test_grammar_digest_sees_a_changed_latency_and_guard);
    tcase_add_test(tc, test_grammar_includes_come_before_their_file);
    tcase_add_test(tc, test_grammar_globs_of_files_load_in_order);
    tcase_add_test(tc, test_grammar_body_file_is_relative_to_its_file);
    tcase_add_test(tc, test_grammar_texts_cannot_read_files);
    tcase_add_test(tc, test_grammar_layer_speaks_of_names_in_files);
    tcase_add_test(tc, test_grammar_set_wide_keys_stand_in_one_file);
    tcase_add_test(tc, test_grammar_missing_file_is_reported);
    tcase_add_test(tc, test_grammar_counts_its_references);
    tcase_add_test(tc, test_grammar_more_than_a_thousand_rules);
    tcase_add_test(tc, test_grammar_unknown_regions_are_an_option);
    tcase_add_test(tc, test_grammar_schema_describes_every_key);
    suite_add_tcase(suite, tc);
    return suite_run(suite);
}
