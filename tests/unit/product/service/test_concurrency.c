#include "fixture.h"

/* Calls that are under way at the same time. */
struct flight {
    struct outgoing out;
    struct reply reply;
    struct service_pending *pending;
};

static int landed;

static void land(void *arg, const struct service_answer *answer)
{
    struct flight *flight = (struct flight *)arg;

    take_answer(&flight->reply, answer);
    landed++;
}

static struct flight *depart(const char *method, const char *path, const char *body)
{
    struct arena *arena = new_arena();
    struct flight *flight = ARENA_NEW(arena, struct flight);

    flight->out = (struct outgoing){.method = method, .path = path, .body = body};
    prepare(arena, &flight->out);
    flight->reply.arena = arena;
    flight->pending = service_perform(f.service, &flight->out.call, land, flight);
    return flight;
}

static void stop_loop(void *arg)
{
    loop_stop((struct loop *)arg);
}

static void wait_for(int count)
{
    while (landed < count) {
        loop_post(f.loop, stop_loop, f.loop);
        loop_run(f.loop);
    }
}

START_TEST(test_two_updates_at_once_lose_nothing)
{
    create_function_2023("f");
    for (int round = 1; round <= 100; round++) {
        OWN(mem_free) char *first = mem_printf("{\"timeout\":%d}", round);
        OWN(mem_free) char *second = mem_printf("{\"timeout\":%d}", 1000 + round);
        char want[16];

        landed = 0;
        struct flight *a = depart("PUT", "/2023-03-30/functions/f", first);
        struct flight *b = depart("PUT", "/2023-03-30/functions/f", second);

        ck_assert_ptr_nonnull(a->pending); /* not acknowledged before it is on disk */
        wait_for(2);
        ck_assert_int_eq(a->reply.status, 200);
        ck_refused(b->reply, 409, "ConcurrentUpdateError",
                   "please do not update the same service simultaneously");
        snprintf(want, sizeof(want), "%d", round);
        ck_assert_str_eq(text_at(send("GET", "/2023-03-30/functions/f", NULL), "timeout"), want);
    }
}
END_TEST

START_TEST(test_deletes_sent_without_waiting_run_in_their_order)
{
    create_service("demo");
    create_function("demo", "f");
    ck_ok(send("POST", "/2016-08-15/services/demo/versions", "{}"));
    landed = 0;
    struct flight *version = depart("DELETE", "/2016-08-15/services/demo/versions/1", NULL);
    struct flight *function = depart("DELETE", "/2016-08-15/services/demo/functions/f", NULL);
    struct flight *service = depart("DELETE", "/2016-08-15/services/demo", NULL);

    wait_for(3);
    ck_assert_int_eq(version->reply.status, 204);
    ck_assert_int_eq(function->reply.status, 204);
    ck_assert_int_eq(service->reply.status, 204);
}
END_TEST

START_TEST(test_functions_created_at_once_are_all_there)
{
    struct flight *flights[100];

    create_service("demo");
    landed = 0;
    for (size_t i = 0; i < N_ELEMENTS(flights); i++) {
        struct arena *arena = new_arena();

        flights[i] = depart("POST", "/2016-08-15/services/demo/functions",
                            arena_printf(arena,
                                         "{\"functionName\":\"f%02zu\",\"runtime\":\"python3\","
                                         "\"handler\":\"h\",\"code\":" CODE "}",
                                         i));
    }
    wait_for(N_ELEMENTS(flights));
    for (size_t i = 0; i < N_ELEMENTS(flights); i++)
        ck_ok(flights[i]->reply);
    struct reply list = send("GET", "/2016-08-15/services/demo/functions?limit=100", NULL);

    ck_assert_int_eq(cJSON_GetArraySize(at(list, "functions")), 100);
    ck_assert_uint_eq(store_stats(service_store(f.service)).blobs, 1);
}
END_TEST

START_TEST(test_client_that_leaves_does_not_undo_its_work)
{
    create_service("demo");
    landed = 0;
    struct flight *flight = depart("POST", "/2016-08-15/services/demo/functions", FUNCTION("f"));

    service_cancel(flight->pending);
    ck_ok(send("PUT", "/2016-08-15/services/demo", "{}")); /* committed behind it */
    ck_assert_int_eq(landed, 0);
    ck_ok(send("GET", "/2016-08-15/services/demo/functions/f", NULL));
}
END_TEST

START_TEST(test_large_body_is_read_off_the_loop)
{
    struct arena *arena = new_arena();
    size_t size = 400 * 1024;
    char *text = (char *)arena_alloc(arena, size + 1);

    memset(text, 'A', size);
    create_service("demo");
    landed = 0;
    const char *body = arena_printf(arena,
                                    "{\"functionName\":\"f\",\"runtime\":\"python3\",\"handler\":"
                                    "\"h\",\"code\":{\"zipFile\":\"%s\"}}",
                                    text);
    struct flight *kept = depart("POST", "/2016-08-15/services/demo/functions", body);
    struct flight *left = depart("PUT", "/2016-08-15/services/demo", body);

    ck_assert_ptr_nonnull(left->pending);
    service_cancel(left->pending); /* its body goes with the arena; the reader has a copy */
    wait_for(1);
    ck_ok(kept->reply);
    ck_assert_str_eq(text_at(kept->reply, "codeSize"), "307200");
}
END_TEST

int main(void)
{
    const TTest *const tests[] = {
        test_two_updates_at_once_lose_nothing,
        test_deletes_sent_without_waiting_run_in_their_order,
        test_functions_created_at_once_are_all_there,
        test_client_that_leaves_does_not_undo_its_work,
        test_large_body_is_read_off_the_loop,
    };

    return run_tests("product/service/concurrency", tests, N_ELEMENTS(tests));
}
