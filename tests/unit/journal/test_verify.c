#include "journal/verify.h"

#include "story.h"

/* Python against 500s from 0 s to 30 s, then successes at 31 s and 32 s in two regions. */
static void tell_outage(struct story *story)
{
    static const uint64_t at_ms[] = {0, 3, 2044, 6045, 14046, 30047};

    for (uint32_t i = 0; i < N_ELEMENTS(at_ms); i++) {
        story->last.link.evidence = i ? CHAIN_BY_SIGNATURE : 0;
        story_tell(story, at_ms[i], 7, i + 1, 500, "InternalServerError");
    }
    story->last.link.evidence = 0;
    story->last.region = STR("cn-shanghai");
    story_tell(story, 31048, 8, 1, 200, "");
    story->last.region = STR("cn-hangzhou");
    story_tell(story, 32048, 9, 1, 200, "");
}

static const struct {
    const char *assertion;
    enum verdict want;
    const char *text; /* the start of it; NULL = any */
} cases[] = {
    {"{\"calls\":{\"eq\":8}}",                                                             VERDICT_PASS,    "8 calls"                              },
    {"{\"calls\":{\"match\":{\"status\":200},\"gte\":3}}",                                 VERDICT_FAIL,
     "2 calls, wanted at least 3"                                                                                                                  },
    {"{\"calls\":{}}",                                                                     VERDICT_PASS,    NULL                                   },
    {"{\"calls\":{\"match\":{\"region\":\"my-own\"},\"lte\":5}}",                          VERDICT_VACUOUS,
     "no call came: 0 of 8 calls met the match; closest: region 'cn-hangzhou' (7)"                                                                 },
    {"{\"calls\":{\"match\":{\"region\":\"us-west-1\",\"status\":500}}}",                  VERDICT_VACUOUS,
     "no call came: 0 of 8 calls met the match; closest: region 'cn-hangzhou' (6)"                                                                 },
    {"{\"calls\":{\"match\":{\"status\":404},\"gte\":1}}",                                 VERDICT_VACUOUS,
     "no call came: 0 of 8 calls met the match; closest: status '500' (6)"                                                                         },
    {"{\"calls\":{\"match\":{\"label\":\"x\"},\"gte\":1}}",                                VERDICT_VACUOUS,
     "no call came: 0 of 8 calls met the match; closest: no label (8)"                                                                             },
    {"{\"calls\":{\"match\":{\"status\":404,\"label\":\"x\"}}}",                           VERDICT_VACUOUS,
     "no call came: 0 of 8 calls met the match"                                                                                                    },
    {"{\"calls\":{\"match\":{\"status\":404},\"eq\":0}}",                                  VERDICT_PASS,    "0 calls"                              },
    {"{\"calls\":{\"match\":{\"status\":404},\"lt\":1}}",                                  VERDICT_PASS,    "0 calls"                              },
    {"{\"calls\":{\"match\":{\"status\":404},\"lte\":1}}",                                 VERDICT_VACUOUS, NULL                                   },
    {"{\"retries\":{\"match\":{\"function\":\"typo\"},\"lte\":5}}",                        VERDICT_VACUOUS,
     "no call to judge: 0 of 8 calls met the match"                                                                                                },
    {"{\"retries\":{\"lte\":5}}",                                                          VERDICT_PASS,    "at most 5 retries in 3 calls"         },
    {"{\"retries\":{\"lte\":4}}",                                                          VERDICT_FAIL,
     "5 retries in chain 7 of 3 calls, wanted at most 4"                                                                                           },
    {"{\"amplification\":{\"lte\":3.0}}",                                                  VERDICT_PASS,
     "amplification 2.67 (8 attempts for 3 calls)"                                                                                                 },
    {"{\"amplification\":{\"lt\":2}}",                                                     VERDICT_FAIL,    NULL                                   },
    {"{\"duplicates\":{\"effect\":\"done\",\"lte\":0}}",                                   VERDICT_PASS,
     "0 duplicate effects in 3 calls"                                                                                                              },
    {"{\"backoff\":{\"profile\":\"fc-python-2016\"}}",                                     VERDICT_PASS,
     "gaps 2.04, 4.00, 8.00, 16.00 fit 2^n within 2 %: no jitter"                                                                                  },
    {"{\"backoff\":{\"profile\":\"exponential-full-jitter\"}}",                            VERDICT_FAIL,
     "gaps 2.04, 4.00, 8.00, 16.00 fit 2^n within 2 %: no jitter; jitter was wanted"                                                               },
    {"{\"backoff\":{\"profile\":\"fc-node-2\"}}",                                          VERDICT_FAIL,    NULL                                   },
    {"{\"backoff\":{\"profile\":\"fc-java-2016\"}}",                                       VERDICT_FAIL,    NULL                                   },
    {"{\"backoff\":{\"attempts\":{\"lte\":6},\"obey_retry_after\":true}}",                 VERDICT_PASS,    NULL                                   },
    {"{\"backoff\":{\"fresh_signature\":true}}",                                           VERDICT_FAIL,    NULL                                   },
    {"{\"backoff\":{\"no_retry_on\":[400,403]}}",                                          VERDICT_PASS,    NULL                                   },
    {"{\"backoff\":{\"no_retry_on\":[\"InternalServerError\"]}}",                          VERDICT_FAIL,    NULL                                   },
    {"{\"backoff\":{\"match\":{\"chain\":9},\"profile\":\"fc-python-2016\"}}",             VERDICT_VACUOUS,
     "no call failed, so nothing was to be retried"                                                                                                },
    {"{\"recovery\":{\"within\":\"10s\",\"success\":{\"gte\":\"99%\"}}}",                  VERDICT_PASS,
     "first success 1.00 s after the last fault, then 100.0 % of 2"                                                                                },
    {"{\"recovery\":{\"within\":\"500ms\"}}",                                              VERDICT_FAIL,    NULL                                   },
    {"{\"recovery\":{\"match\":{\"chain\":9}}}",                                           VERDICT_VACUOUS, NULL                                   },
    {"{\"failover\":{\"from\":\"cn-hangzhou\",\"to\":\"cn-shanghai\",\"within\":\"40s\",\"back\":"
     "true}}",                                                                        VERDICT_PASS,    "failed over to cn-shanghai in 31.05 s"},
    {"{\"failover\":{\"from\":\"cn-hangzhou\",\"to\":\"cn-shanghai\",\"within\":\"5s\"}}",
     VERDICT_FAIL,                                                                                          NULL                                   },
    {"{\"failover\":{\"from\":\"cn-beijing\",\"to\":\"cn-shanghai\"}}",                    VERDICT_VACUOUS, NULL                                   },
    {"{\"herd\":{\"gt\":10}}",                                                             VERDICT_PASS,    "peak of arrivals 50.0 times the mean" },
    {"{\"breaker\":{\"opens\":true,\"pause\":\"10s\"}}",                                   VERDICT_PASS,
     "the client stopped calling for 16.00 s"                                                                                                      },
    {"{\"breaker\":{\"opens\":true,\"pause\":\"20s\"}}",                                   VERDICT_FAIL,
     "the client went on calling through 6 failures in a row"                                                                                      },
    {"{\"coverage\":{\"errors\":[\"InternalServerError\"],\"operations\":[\"@invoke\"],\"gte\":"
     "\"100%\"}}",                                                                    VERDICT_PASS,    "1 of 1 cells reached"                 },
    {"{\"coverage\":{\"errors\":[\"ResourceExhausted\"],\"operations\":[\"InvokeFunction\"],"
     "\"gte\":1}}",                                                                   VERDICT_FAIL,
     "0 of 1 cells reached, wanted at least 1; missing ResourceExhausted on InvokeFunction"                                                        },
    {"{\"seen\":{\"lost\":true,\"eq\":1}}",                                                VERDICT_PASS,    "1 of 1 observations fit"              },
    {"{\"seen\":{\"match\":{\"chain\":9}}}",                                               VERDICT_PASS,    NULL                                   },
};

static int judge(struct story *story, const char *list, struct verify_report *report,
                 struct error *err)
{
    OWN(coverage_free) struct coverage *coverage = coverage_new();
    OWN(observations_free) struct observations *observations = observations_new();
    OWN(journal_snapshot_free)
    struct journal_snapshot *snapshot = journal_snapshot_take(story->journal);
    struct verify_input input = {.snapshot = snapshot,
                                 .coverage = coverage,
                                 .observations = observations,
                                 .wall_ms = STORY_WALL_MS + 60000};
    OWN(json_free) cJSON *json = json_parse(str_of(list), err);

    ck_assert_ptr_nonnull(json);
    for (size_t i = 0; i < journal_snapshot_count(snapshot); i++)
        coverage_note(coverage, journal_snapshot_at(snapshot, i));
    observations_add(observations, &(struct observation){.request_id = STR("r-1"),
                                                         .outcome = STR("error"),
                                                         .exception = STR("RetryError")});
    return verify_run(json, &input, story->arena, report, err);
}

START_TEST(test_verify_table)
{
    struct story story;
    struct verify_report report;
    struct error err;

    story_begin(&story);
    tell_outage(&story);
    const char *list = arena_printf(story.arena, "[%s]", cases[_i].assertion);
    int r = judge(&story, list, &report, &err);

    ck_assert_msg(r == 0, "%s: %s", cases[_i].assertion, err.text);
    ck_assert_uint_eq(report.count, 1);
    ck_assert_msg(report.verdict == cases[_i].want, "%s: %s, '" STR_FMT "'", cases[_i].assertion,
                  verdict_name(report.verdict), STR_ARG(report.results[0].text));
    if (cases[_i].text)
        ck_assert_msg(str_starts(report.results[0].text, str_of(cases[_i].text)),
                      "%s says '" STR_FMT "'", cases[_i].assertion,
                      STR_ARG(report.results[0].text));
    story_end(&story);
}
END_TEST

static const struct {
    const char *list, *want;
} wrong[] = {
    {"[]",                                                               "assert: expected a list of assertions"                        },
    {"[{\"retry\":{}}]",                                                 "assert[0]: unknown assertion 'retry'; did you mean 'retries'?"},
    {"[{\"calls\":{\"gtee\":1}}]",                                       "assert[0].calls: unknown key 'gtee'; did you mean 'gte'?"     },
    {"[{\"calls\":{}},{\"calls\":{\"gte\":\"x\"}}]",
     "assert[1].calls: gte: expected a number, a share such as \"99%\", or a duration such as "
     "\"2s\""                                                                                                                           },
    {"[{\"backoff\":{\"profile\":\"fc-python\"}}]",
     "assert[0].backoff: profile: no profile 'fc-python'"                                                                               },
    {"[{\"calls\":{\"match\":{\"functon\":\"x\"}}}]",
     "assert[0].calls: match: unknown filter 'functon'; did you mean 'function'?"                                                       },
    {"[{\"calls\":{\"match\":{\"region\":\"cn-shanghia\"},\"lte\":5}}]",
     "assert[0].calls: match: region: there is no 'cn-shanghia'; did you mean 'cn-shanghai'?"                                           },
    {"[{\"calls\":{\"match\":{\"code\":\"!InternalServerErr\"}}}]",
     "assert[0].calls: match: code: there is no 'InternalServerErr'; did you mean "
     "'InternalServerError'?"                                                                                                           },
    {"[{\"failover\":{}}]",                                              "assert[0].failover: 'from' and 'to' name two regions"         },
};

START_TEST(test_verify_mistakes_are_named)
{
    struct story story;
    struct verify_report report;
    struct error err;

    story_begin(&story);
    ck_assert_int_lt(judge(&story, wrong[_i].list, &report, &err), 0);
    ck_assert_msg(str_starts(str_of(err.text), str_of(wrong[_i].want)), "got '%s'", err.text);
    story_end(&story);
}
END_TEST

/* Bounds that can never hold, can never fail, or that nothing is compared with. */
static const struct {
    const char *assertion, *want;
} idle[] = {
  /* clang-format off */
    {"{'calls':{'gte':-1}}", "calls: gte: a count is at least 0: this can never fail; write for instance {'gte': 1}"},
    {"{'calls':{'gte':0}}", "calls: gte: a count is at least 0: this can never fail"},
    {"{'calls':{'gt':-1,'lte':5}}", "calls: gt: a count is at least 0: this can never fail"},
    {"{'calls':{'lt':0}}", "calls: lt: a count is at least 0: this can never hold; for that very value write {'eq': 0}"},
    {"{'calls':{'lte':-2}}", "calls: lte: a count is at least 0: this can never hold"},
    {"{'calls':{'eq':-1}}", "calls: eq: a count is at least 0: this can never hold"},
    {"{'calls':{'gte':5,'lte':3}}", "calls: gte: no count is at least 5 and at most 3: this can never hold"},
    {"{'calls':{'eq':5,'lt':5}}", "calls: eq: no whole count lies there: this can never hold"},
    {"{'calls':{'gt':1,'lt':2}}", "calls: gt: no whole count lies there: this can never hold"},
    {"{'calls':{'eq':1.5}}", "calls: eq: no whole count lies there"},
    {"{'retries':{'gte':0}}", "retries: gte: a count is at least 0: this can never fail"},
    {"{'retries':{}}", "retries: write a bound, for instance {'gte': 1}"},
    {"{'fires':{'rule':'x','gte':0}}", "fires: gte: a count is at least 0"},
    {"{'seen':{'lt':0}}", "seen: lt: a count is at least 0"},
    {"{'duplicates':{'gte':0}}", "duplicates: gte: a count is at least 0"},
    {"{'amplification':{'lt':1}}", "amplification: lt: a ratio is at least 1: this can never hold; for that very value write {'eq': 1}"},
    {"{'amplification':{'gte':1}}", "amplification: gte: a ratio is at least 1: this can never fail"},
    {"{'amplification':{}}", "amplification: write a bound, for instance {'lte': 1.5}"},
    {"{'herd':{'lt':1}}", "herd: lt: a ratio is at least 1"},
    {"{'herd':{}}", "herd: write a bound"},
    {"{'errors':{'lte':3}}", "errors: lte: a share lies between 0 and 1: this can never fail; write for instance {'gte': '99%'}"},
    {"{'errors':{'lte':'100%'}}", "errors: lte: a share lies between 0 and 1: this can never fail"},
    {"{'errors':{'gt':'100%'}}", "errors: gt: no share lies there: this can never hold"},
    {"{'errors':{'gte':2}}", "errors: gte: a share is at most 1: this can never hold"},
    {"{'coverage':{'gte':0}}", "coverage: gte: a share lies between 0 and 1"},
    {"{'coverage':{}}", "coverage: write a bound"},
    {"{'latency':{'p99':{'lt':'0s'}}}", "latency: p99: a time is at least 0: this can never hold"},
    {"{'latency':{'max':{'gte':0}}}", "latency: max: a time is at least 0: this can never fail"},
    {"{'latency':{'p50':'1s','lte':5}}", "latency: lte: eq, gt, gte, lt and lte compare nothing here; write it under p50, p90, p95, p99, max"},
    {"{'recovery':{'success':{'gte':'0%'}}}", "recovery: success: a share lies between 0 and 1: this can never fail"},
    {"{'recovery':{'lte':5}}", "recovery: lte: eq, gt, gte, lt and lte compare nothing here; write it under success"},
    {"{'backoff':{'attempts':{'gte':1}}}", "backoff: attempts: a count of attempts is at least 1: this can never fail"},
    {"{'backoff':{'gap':{'gte':'9s','lte':'1s'}}}", "backoff: gap: no time is at least 9000 and at most 1000: this can never hold"},
    {"{'backoff':{'factor':{'gte':-1}}}", "backoff: factor: a factor is at least 0: this can never fail"},
    {"{'breaker':{'probes':{'lt':0}}}", "breaker: probes: a count is at least 0: this can never hold"},
    {"{'breaker':{'pause':'0s'}}", "breaker: pause: must be more than 0s"},
    {"{'order':{'of':[{'status':200},{'status':404}],'gte':2}}", "order: gte: eq, gt, gte, lt and lte compare nothing here"},
    {"{'failover':{'from':'cn-hangzhou','to':'cn-shanghai','eq':1}}", "failover: eq: eq, gt, gte, lt and lte compare nothing here"},
  /* clang-format on */
};

static void quote(const char *from, char *to, size_t room)
{
    snprintf(to, room, "%s", from);
    for (char *p = to; *p; p++)
        *p = *p == '\'' ? '"' : *p;
}

START_TEST(test_verify_refuses_bounds_that_say_nothing)
{
    struct story story;
    struct verify_report report;
    struct error err = {0};
    char assertion[200], list[220], want[200], start[220];

    quote(idle[_i].assertion, assertion, sizeof(assertion));
    quote(idle[_i].want, want, sizeof(want));
    snprintf(list, sizeof(list), "[%s]", assertion);
    snprintf(start, sizeof(start), "assert[0].%s", want);
    story_begin(&story);
    tell_outage(&story);
    ck_assert_int_lt(judge(&story, list, &report, &err), 0);
    ck_assert_msg(str_starts(str_of(err.text), str_of(start)), "got '%s'", err.text);
    story_end(&story);
}
END_TEST

/* Those beside them that do say something. */
START_TEST(test_verify_takes_bounds_that_say_something)
{
    static const char *const lists[] = {
        "[{\"calls\":{\"eq\":0}}]",          "[{\"calls\":{\"lt\":1}}]",
        "[{\"calls\":{\"gt\":0,\"lt\":2}}]", "[{\"errors\":{\"eq\":\"100%\"}}]",
        "[{\"errors\":{\"gt\":0}}]",         "[{\"amplification\":{\"gt\":1}}]",
        "[{\"amplification\":{\"lte\":1}}]", "[{\"retries\":{\"gte\":1,\"lte\":1}}]",
        "[{\"backoff\":{\"attempts\":1}}]",  "[{\"latency\":{\"max\":{\"gt\":0}}}]",
    };
    struct story story;
    struct verify_report report;
    struct error err = {0};

    story_begin(&story);
    tell_outage(&story);
    for (size_t i = 0; i < N_ELEMENTS(lists); i++)
        ck_assert_msg(judge(&story, lists[i], &report, &err) == 0, "%s: %s", lists[i], err.text);
    story_end(&story);
}
END_TEST

START_TEST(test_verify_is_inconclusive_when_the_journal_lost_entries)
{
    struct story story;
    struct verify_report report;
    struct error err;

    story_begin(&story);
    journal_free(story.journal);
    story.journal = journal_new(64 << 10);
    for (uint64_t i = 0; i < 500; i++)
        story_tell(&story, i, i + 1, 1, 200, "");
    ck_assert_int_eq(judge(&story, "[{\"calls\":{\"gte\":1}}]", &report, &err), 0);
    ck_assert_int_eq(report.verdict, VERDICT_INCONCLUSIVE);
    ck_assert_int_eq(judge(&story, "[{\"calls\":{\"match\":{\"since\":1700000000495},\"eq\":5}}]",
                           &report, &err),
                     0);
    ck_assert_int_eq(report.verdict, VERDICT_PASS);
    story_end(&story);
}
END_TEST

START_TEST(test_verify_the_weightiest_verdict_counts)
{
    struct story story;
    struct verify_report report;
    struct error err;

    story_begin(&story);
    ck_assert_int_eq(
        judge(&story, "[{\"retries\":{\"lte\":5}},{\"calls\":{\"gte\":1}}]", &report, &err), 0);
    ck_assert_int_eq(report.results[0].verdict, VERDICT_VACUOUS);
    ck_assert_int_eq(report.results[1].verdict, VERDICT_VACUOUS);
    ck_assert_int_eq(report.verdict, VERDICT_VACUOUS);
    tell_outage(&story);
    ck_assert_int_eq(
        judge(&story,
              "[{\"calls\":{\"eq\":7}},{\"retries\":{\"match\":{\"chain\":99},\"lte\":1}},"
              "{\"calls\":{\"eq\":8}}]",
              &report, &err),
        0);
    ck_assert_int_eq(report.results[0].verdict, VERDICT_FAIL);
    ck_assert_int_eq(report.verdict, VERDICT_VACUOUS);
    story_end(&story);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("journal/verify");
    TCase *tc = tcase_create("verify");

    tcase_add_loop_test(tc, test_verify_table, 0, (int)N_ELEMENTS(cases));
    tcase_add_test(tc, test_verify_takes_bounds_that_say_something);
    tcase_add_loop_test(tc, test_verify_refuses_bounds_that_say_nothing, 0, N_ELEMENTS(idle));
    tcase_add_loop_test(tc, test_verify_mistakes_are_named, 0, (int)N_ELEMENTS(wrong));
    tcase_add_test(tc, test_verify_is_inconclusive_when_the_journal_lost_entries);
    tcase_add_test(tc, test_verify_the_weightiest_verdict_counts);
    suite_add_tcase(suite, tc);
    return suite_run(suite);
}
