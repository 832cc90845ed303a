#include "journal/chain.h"

#include <stdio.h>

#include "../suite.h"
#include "base/draw.h"

#define MS 1000000ull
#define SECOND (1000 * MS)
enum { WALL_START_MS = 1700000000 };

static struct chain_call get_services(uint64_t now_ns)
{
    return (struct chain_call){
        .access_key = STR("LTAI-ci"),
        .method = STR("GET"),
        .path = STR("/2016-08-15/services"),
        .sdk = SDK_PYTHON,
        .wall_ms = WALL_START_MS + now_ns / MS,
    };
}

static struct chain_link attempt(struct chain_tracker *tracker, struct chain_call call,
                                 uint64_t now_ns, int status)
{
    struct chain_link link;

    call.wall_ms = WALL_START_MS + now_ns / MS;
    chain_begin(tracker, &call, now_ns, &link);
    chain_end(tracker, link.chain, status, chain_failed(status, HTTP_DELIVERED, false),
              now_ns + MS);
    return link;
}

START_TEST(test_chain_six_attempts_with_one_signature_are_one_call)
{
    static const uint64_t at_s[] = {0, 0, 2, 6, 14, 30};
    OWN(chain_tracker_free) struct chain_tracker *tracker = chain_tracker_new();
    struct chain_call call = get_services(0);

    call.date = STR("Tue, 24 Nov 2026 03:00:00 GMT");
    call.authorization = STR("FC LTAI-ci:abc=");
    call.connection = 3;
    for (uint32_t i = 0; i < N_ELEMENTS(at_s); i++) {
        struct chain_link link = attempt(tracker, call, at_s[i] * SECOND + i * 2 * MS + 1, 500);

        ck_assert_uint_eq(link.chain, 1);
        ck_assert_uint_eq(link.attempt, i + 1);
        ck_assert_int_eq(link.confidence, i == 0   ? CHAIN_FIRST
                                          : i == 1 ? CHAIN_LIKELY
                                                   : CHAIN_CERTAIN);
    }
}
END_TEST

START_TEST(test_chain_equal_calls_after_success_are_two_calls)
{
    OWN(chain_tracker_free) struct chain_tracker *tracker = chain_tracker_new();
    struct chain_link first = attempt(tracker, get_services(0), SECOND, 200);
    struct chain_link second = attempt(tracker, get_services(0), 11 * SECOND, 200);

    ck_assert_uint_ne(first.chain, second.chain);
    ck_assert_uint_eq(second.attempt, 1);
    ck_assert_int_eq(second.confidence, CHAIN_FIRST);
}
END_TEST

START_TEST(test_chain_concurrent_equal_calls_are_two_calls)
{
    OWN(chain_tracker_free) struct chain_tracker *tracker = chain_tracker_new();
    struct chain_call call = get_services(0);
    struct chain_link first, second, third;

    chain_begin(tracker, &call, SECOND, &first);
    chain_begin(tracker, &call, SECOND + MS, &second);
    ck_assert_uint_ne(first.chain, second.chain);
    chain_end(tracker, first.chain, 503, true, SECOND + 2 * MS);
    chain_begin(tracker, &call, 2 * SECOND, &third);
    ck_assert_uint_eq(third.chain, first.chain);
    ck_assert_uint_eq(third.attempt, 2);
}
END_TEST

START_TEST(test_chain_signed_anew_soon_after_failure_is_likely)
{
    OWN(chain_tracker_free) struct chain_tracker *tracker = chain_tracker_new();
    struct chain_call call = get_services(0);

    call.sdk = SDK_JAVA;
    call.authorization = STR("FC LTAI-ci:one=");
    struct chain_link first = attempt(tracker, call, SECOND, 500);

    call.authorization = STR("FC LTAI-ci:two=");
    struct chain_link second = attempt(tracker, call, SECOND + 5 * MS, 500);

    ck_assert_uint_eq(second.chain, first.chain);
    ck_assert_int_eq(second.confidence, CHAIN_LIKELY);
    ck_assert_uint_eq(second.evidence & CHAIN_BY_SIGNATURE, 0);
}
END_TEST

START_TEST(test_chain_long_after_failure_is_a_new_call)
{
    OWN(chain_tracker_free) struct chain_tracker *tracker = chain_tracker_new();

    attempt(tracker, get_services(0), SECOND, 500);
    struct chain_link later = attempt(tracker, get_services(0), 40 * SECOND, 500);

    ck_assert_uint_eq(later.attempt, 1);
    ck_assert_uint_eq(later.chain, 2);
}
END_TEST

static const struct {
    const char *what;
    struct chain_call change;
} others[] = {
    {"label",      {.label = STR_INIT("b")}                       },
    {"credential", {.access_key = STR_INIT("LTAI-other")}         },
    {"region",     {.region = STR_INIT("cn-shanghai")}            },
    {"query",      {.query = STR_INIT("limit=2")}                 },
    {"body",       {.body = STR_INIT("{\"b\":1}"), .body_size = 7}},
};

START_TEST(test_chain_different_calls_never_join)
{
    OWN(chain_tracker_free) struct chain_tracker *tracker = chain_tracker_new();
    struct chain_call call = get_services(0);

    attempt(tracker, call, SECOND, 500);
    if (str_is_set(others[_i].change.label))
        call.label = others[_i].change.label;
    if (str_is_set(others[_i].change.access_key))
        call.access_key = others[_i].change.access_key;
    call.region = others[_i].change.region;
    call.query = others[_i].change.query;
    call.body = others[_i].change.body;
    call.body_size = others[_i].change.body_size;
    struct chain_link link = attempt(tracker, call, SECOND + 100 * MS, 500);

    ck_assert_msg(link.attempt == 1, "another %s was joined", others[_i].what);
}
END_TEST

START_TEST(test_chain_async_id_is_certain_however_late)
{
    OWN(chain_tracker_free) struct chain_tracker *tracker = chain_tracker_new();
    struct chain_call call = get_services(0);

    call.async_id = STR("async-1");
    attempt(tracker, call, SECOND, 500);
    struct chain_link second = attempt(tracker, call, 3600 * SECOND, 500);

    ck_assert_uint_eq(second.attempt, 2);
    ck_assert_int_eq(second.confidence, CHAIN_CERTAIN);
}
END_TEST

START_TEST(test_chain_call_at_its_usual_pace_is_only_possible)
{
    OWN(chain_tracker_free) struct chain_tracker *tracker = chain_tracker_new();
    struct chain_call call = get_services(0);
    uint64_t now = SECOND;

    call.sdk = SDK_NODE;
    for (int i = 0; i < 5; i++, now += 20 * MS)
        attempt(tracker, call, now, 200);
    struct chain_link failed = attempt(tracker, call, now, 500);
    struct chain_link next = attempt(tracker, call, now + 20 * MS, 200);

    ck_assert_uint_ne(next.chain, failed.chain);
    ck_assert_uint_eq(next.attempt, 1);
    ck_assert_int_eq(next.confidence, CHAIN_POSSIBLE);
    ck_assert_uint_eq(next.maybe, failed.chain);
    ck_assert_uint_ne(next.evidence & CHAIN_AT_USUAL_PACE, 0);
}
END_TEST

START_TEST(test_chain_many_equal_calls_at_once_each_find_a_chain_again)
{
    enum { CALLS = 5000 };
    OWN(chain_tracker_free) struct chain_tracker *tracker = chain_tracker_new();
    static struct chain_link links[CALLS];
    struct chain_call call = get_services(0);
    struct chain_link link;

    for (int i = 0; i < CALLS; i++) {
        chain_begin(tracker, &call, SECOND, &links[i]);
        ck_assert_int_eq(links[i].confidence, CHAIN_FIRST);
    }
    for (int i = 0; i < CALLS; i++)
        chain_end(tracker, links[i].chain, 503, true, 2 * SECOND);
    for (int i = 0; i < CALLS; i++) {
        chain_begin(tracker, &call, 3 * SECOND, &link);
        ck_assert_uint_eq(link.attempt, 2);
        ck_assert_int_eq(link.confidence, CHAIN_LIKELY);
    }
    chain_begin(tracker, &call, 3 * SECOND, &link);
    ck_assert_uint_eq(link.attempt, 1);
    ck_assert_int_eq(link.confidence, CHAIN_FIRST);
}
END_TEST

START_TEST(test_chain_equal_calls_of_several_threads_are_kept_apart)
{
    OWN(chain_tracker_free) struct chain_tracker *tracker = chain_tracker_new();
    struct chain_call call = get_services(0);
    struct chain_link first, second, third, retry;

    call.sdk = SDK_NODE;
    chain_begin(tracker, &call, SECOND, &first);
    chain_begin(tracker, &call, SECOND + MS, &second);
    chain_end(tracker, first.chain, 500, true, SECOND + 2 * MS);
    chain_end(tracker, second.chain, 200, false, SECOND + 2 * MS);
    chain_begin(tracker, &call, SECOND + 3 * MS, &third);
    ck_assert_int_eq(third.confidence, CHAIN_POSSIBLE);
    ck_assert_uint_eq(third.maybe, first.chain);

    /* What is resent as it was signed is known among them all the same. */
    call.authorization = STR("FC LTAI-ci:one=");
    chain_begin(tracker, &call, 2 * SECOND, &first);
    chain_end(tracker, first.chain, 500, true, 2 * SECOND + MS);
    call.wall_ms += 4000;
    chain_begin(tracker, &call, 5 * SECOND, &retry);
    ck_assert_int_eq(retry.confidence, CHAIN_CERTAIN);
    ck_assert_uint_eq(retry.chain, first.chain);
}
END_TEST

static const struct {
    int status;
    enum http_outcome outcome;
    bool damaged, by_rule, want;
} invitations[] = {
    {200, HTTP_DELIVERED,   false, false, false},
    {200, HTTP_DELIVERED,   true,  true,  true },
    {404, HTTP_DELIVERED,   false, false, false},
    {404, HTTP_DELIVERED,   false, true,  true },
    {400, HTTP_DELIVERED,   false, true,  true },
    {429, HTTP_DELIVERED,   false, false, true },
    {409, HTTP_DELIVERED,   false, false, true },
    {500, HTTP_DELIVERED,   false, false, true },
    {499, HTTP_CLIENT_GONE, false, false, true },
    {0,   HTTP_CUT,         false, true,  true },
};

START_TEST(test_chain_invites_retry_table)
{
    ck_assert_int_eq(chain_invites_retry(invitations[_i].status, invitations[_i].outcome,
                                         invitations[_i].damaged, invitations[_i].by_rule),
                     invitations[_i].want);
}
END_TEST

START_TEST(test_chain_memory_is_bounded)
{
    OWN(chain_tracker_free) struct chain_tracker *tracker = chain_tracker_new();
    char path[32];

    for (int i = 0; i < 40000; i++) {
        struct chain_call call = get_services(0);

        snprintf(path, sizeof(path), "/f/%d", i);
        call.path = str_of(path);
        attempt(tracker, call, SECOND + (uint64_t)i, 500);
    }
    struct chain_call call = get_services(0);

    call.path = STR("/f/39999");
    ck_assert_uint_eq(attempt(tracker, call, 2 * SECOND, 500).attempt, 2);
    call.path = STR("/f/3");
    ck_assert_uint_eq(attempt(tracker, call, 2 * SECOND, 500).attempt, 1);
}
END_TEST

/* ---- a thousand calls of three clients, each retrying as it was measured to ---- */

enum { LOGICAL_CALLS = 1000, ATTEMPTS_MOST = 6 };

struct client_call {
    enum fault_sdk sdk;
    uint64_t next_ns; /* 0 = over */
    uint64_t chain;
    uint32_t attempts;
    uint64_t signed_s;
    int function;
};

static uint64_t retry_after_ns(const struct client_call *call)
{
    static const uint64_t python_s[] = {0, 2, 4, 8, 16};

    if (call->sdk == SDK_PYTHON && call->attempts < ATTEMPTS_MOST)
        return python_s[call->attempts - 1] * SECOND + 2 * MS;
    if (call->sdk == SDK_JAVA && call->attempts < 3)
        return 3 * MS;
    return 0;
}

static struct client_call *next_due(struct client_call *calls)
{
    struct client_call *due = NULL;

    for (int i = 0; i < LOGICAL_CALLS; i++) {
        if (calls[i].next_ns && (!due || calls[i].next_ns < due->next_ns))
            due = &calls[i];
    }
    return due;
}

static void run_attempt(struct chain_tracker *tracker, struct client_call *client, int index)
{
    char path[40], authorization[64], body[24] = "";
    uint64_t now = client->next_ns;

    snprintf(path, sizeof(path), "/2016-08-15/services/s%d", client->function);
    if (client->sdk != SDK_PYTHON)
        client->signed_s = now / SECOND;
    snprintf(authorization, sizeof(authorization), "FC k:%d/%d/%d", (int)client->signed_s,
             client->function, (int)client->sdk);
    if (client->sdk != SDK_PYTHON)
        snprintf(body, sizeof(body), "{\"order\":%d}", index);
    struct chain_call call = get_services(0);

    call.sdk = client->sdk;
    call.path = str_of(path);
    call.authorization = str_of(authorization);
    call.connection = (uint64_t)index + 1;
    call.method = client->sdk == SDK_PYTHON ? STR("GET") : STR("POST");
    call.body = str_of(body);
    call.body_size = call.body.len;
    bool fails = draw_unit(7, STR("flaky"), STR(""), STR("gate"), now) < 0.3;
    struct chain_link link = attempt(tracker, call, now, fails ? 500 : 200);

    client->attempts++;
    if (!client->chain)
        ck_assert_msg(link.attempt == 1, "call %d was merged into chain %d", index,
                      (int)link.chain);
    else
        ck_assert_msg(link.chain == client->chain, "attempt %d of call %d (sdk %d) was not joined",
                      (int)client->attempts, index, (int)client->sdk);
    client->chain = link.chain;
    uint64_t wait = fails ? retry_after_ns(client) : 0;

    client->next_ns = wait ? now + MS + wait : 0;
}

START_TEST(test_chain_thousand_mixed_calls_without_a_wrong_merge)
{
    static const enum fault_sdk sdks[] = {SDK_PYTHON, SDK_NODE, SDK_JAVA};
    static struct client_call calls[LOGICAL_CALLS];
    OWN(chain_tracker_free) struct chain_tracker *tracker = chain_tracker_new();
    struct client_call *due;

    for (int i = 0; i < LOGICAL_CALLS; i++)
        calls[i] = (struct client_call){
            .sdk = sdks[i % 3],
            .next_ns = SECOND + (uint64_t)i * 37 * MS,
            .signed_s = (SECOND + (uint64_t)i * 37 * MS) / SECOND,
            .function = i % 3 == 0 ? i : i % 10,
        };
    while ((due = next_due(calls)))
        run_attempt(tracker, due, (int)(due - calls));
}
END_TEST

START_TEST(test_chain_of_one_account_is_forgotten_alone)
{
    OWN(chain_tracker_free) struct chain_tracker *tracker = chain_tracker_new();
    struct chain_call mine = get_services(0);
    struct chain_call theirs = get_services(0);

    mine.account = STR("1");
    theirs.account = STR("2");
    mine.date = theirs.date = STR("Tue, 24 Nov 2026 03:00:00 GMT");
    mine.authorization = theirs.authorization = STR("FC LTAI-ci:abc=");
    attempt(tracker, mine, SECOND, 500);
    attempt(tracker, theirs, SECOND, 500);
    chain_tracker_forget_account(tracker, STR("1"));
    ck_assert_uint_eq(attempt(tracker, theirs, 4 * SECOND, 500).attempt, 2);
    ck_assert_uint_eq(attempt(tracker, mine, 4 * SECOND, 500).attempt, 1);
}
END_TEST

/* What Go's transport does when a connection that served a call breaks before any answer. */
static struct chain_link repeat(enum fault_sdk sdk, uint64_t gap_ns, uint64_t connection,
                                const char *second_date)
{
    OWN(chain_tracker_free) struct chain_tracker *tracker = chain_tracker_new();
    struct http_header first = {STR("Date"), STR("Tue, 24 Nov 2026 03:00:00 GMT")};
    struct http_header second = {STR("Date"), str_of(second_date)};
    struct http_request request = {
        .method = STR("GET"),
        .target = STR("/2016-08-15/services"),
        .headers = {.items = &first, .count = 1}
    };
    struct chain_call call = get_services(0);
    struct chain_link link;

    call.sdk = sdk;
    call.connection = 1;
    call.request = &request;
    chain_begin(tracker, &call, SECOND, &link);
    chain_broke(tracker, link.chain, &request);
    chain_end(tracker, link.chain, 0, true, SECOND + MS);
    request.headers.items = &second;
    call.connection = connection;
    chain_begin(tracker, &call, SECOND + MS + gap_ns, &link);
    return link;
}

START_TEST(test_chain_the_same_bytes_at_once_elsewhere_are_the_transports)
{
    static const char same[] = "Tue, 24 Nov 2026 03:00:00 GMT";
    struct chain_link link = repeat(SDK_GO, 2 * MS, 2, same);

    ck_assert_uint_eq(link.attempt, 2);
    ck_assert_int_eq(link.confidence, CHAIN_CERTAIN);
    ck_assert(str_eq(chain_repeated_by(link.confidence, link.evidence), STR("transport")));
    link = repeat(SDK_OTHER, 2 * MS, 2, same);
    ck_assert(str_eq(chain_repeated_by(link.confidence, link.evidence), STR("transport")));
    link = repeat(SDK_OTHER, 2 * MS, 2, "Tue, 24 Nov 2026 03:00:01 GMT");
    ck_assert(str_eq(chain_repeated_by(link.confidence, link.evidence), STR("program")));
    link = repeat(SDK_OTHER, SECOND, 2, same);
    ck_assert(str_eq(chain_repeated_by(link.confidence, link.evidence), STR("program")));
    link = repeat(SDK_OTHER, 2 * MS, 1, same);
    ck_assert(str_eq(chain_repeated_by(link.confidence, link.evidence), STR("program")));
    ck_assert(str_eq(chain_repeated_by(CHAIN_POSSIBLE, CHAIN_BY_TRANSPORT), STR("")));
}
END_TEST

/* An attempt that broke on a connection of its own was the program's to repeat. */
START_TEST(test_chain_what_broke_on_a_fresh_connection_is_the_programs)
{
    OWN(chain_tracker_free) struct chain_tracker *tracker = chain_tracker_new();
    struct chain_call call = get_services(0);
    struct http_request request = {.method = STR("GET"), .target = STR("/")};
    struct chain_link link;

    call.sdk = SDK_OTHER;
    call.connection = 1;
    call.request = &request;
    attempt(tracker, call, SECOND, 0);
    call.connection = 2;
    link = attempt(tracker, call, SECOND + 3 * MS, 0);
    ck_assert(str_eq(chain_repeated_by(link.confidence, link.evidence), STR("program")));
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("journal/chain");
    TCase *tc = tcase_create("chain");

    tcase_add_test(tc, test_chain_of_one_account_is_forgotten_alone);
    tcase_add_test(tc, test_chain_six_attempts_with_one_signature_are_one_call);
    tcase_add_test(tc, test_chain_equal_calls_after_success_are_two_calls);
    tcase_add_test(tc, test_chain_concurrent_equal_calls_are_two_calls);
    tcase_add_test(tc, test_chain_signed_anew_soon_after_failure_is_likely);
    tcase_add_test(tc, test_chain_long_after_failure_is_a_new_call);
    tcase_add_loop_test(tc, test_chain_different_calls_never_join, 0, (int)N_ELEMENTS(others));
    tcase_add_test(tc, test_chain_async_id_is_certain_however_late);
    tcase_add_test(tc, test_chain_call_at_its_usual_pace_is_only_possible);
    tcase_add_test(tc, test_chain_many_equal_calls_at_once_each_find_a_chain_again);
    tcase_add_test(tc, test_chain_equal_calls_of_several_threads_are_kept_apart);
    tcase_add_loop_test(tc, test_chain_invites_retry_table, 0, (int)N_ELEMENTS(invitations));
    tcase_add_test(tc, test_chain_the_same_bytes_at_once_elsewhere_are_the_transports);
    tcase_add_test(tc, test_chain_what_broke_on_a_fresh_connection_is_the_programs);
    tcase_add_test(tc, test_chain_memory_is_bounded);
    tcase_add_test(tc, test_chain_thousand_mixed_calls_without_a_wrong_merge);
    suite_add_tcase(suite, tc);
    return suite_run(suite);
}
