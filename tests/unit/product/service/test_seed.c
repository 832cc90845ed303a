#include "conf/report.h"
#include "fixture.h"
#include "product/service/seed/seed.h"
#include "product/service/seed/seed_read.h"
#include "store/store.h"

static char folder[256];

static void setup(void)
{
    scratch_folder(folder, "seed");
    fixture_setup();
}

static void teardown(void)
{
    OWN(mem_free) char *command = mem_printf("rm -rf %s", folder);

    fixture_teardown();
    ck_assert_int_eq(system(command), 0);
}

static void write_file(const char *name, const char *text)
{
    OWN(mem_free) char *path = mem_printf("%s/%s", folder, name);
    FILE *file = fopen(path, "we");

    ck_assert_ptr_nonnull(file);
    fputs(text, file);
    ck_assert_int_eq(fclose(file), 0);
}

static struct seeds *load(const char *path, struct buf *problems)
{
    OWN(conf_report_free) struct conf_report *report = conf_report_new();
    const struct str paths[] = {str_of(path)};
    struct seeds *seeds =
        seeds_load(paths, 1, &(struct seed_place){STR("123456789012"), STR("cn-hangzhou")}, report);

    conf_report_print(report, CONF_FORMAT_TEXT, problems);
    return seeds;
}

static struct seeds *load_seed(const char *text)
{
    OWN(mem_free) char *path = mem_printf("%s/seed.yaml", folder);
    OWN(buf_done) struct buf problems = {0};

    write_file("seed.yaml", text);
    struct seeds *seeds = load(path, &problems);

    ck_assert_msg(seeds != NULL, "%s", buf_text(&problems));
    return seeds;
}

struct sown {
    bool done;
    char *problem;
};

static void sown(void *arg, const char *problem)
{
    struct sown *outcome = (struct sown *)arg;

    outcome->done = true;
    outcome->problem = problem ? mem_dup(problem) : NULL;
    loop_stop(f.loop);
}

static void written(void *arg, const struct error *err)
{
    ck_assert_ptr_null(err);
    *(bool *)arg = true;
    loop_stop(f.loop);
}

/** Apply and wait; the problem, or NULL. The caller frees it. */
static char *apply_in(struct seeds *seeds, struct str account)
{
    struct store *store = service_store(f.service);
    struct sown outcome = {0};
    uint64_t durable = store_stats(store).durable;
    bool kept = false;

    store_gather(store);
    seeds_apply(seeds, f.service, store, account, sown, &outcome);
    loop_run(f.loop);
    ck_assert(outcome.done);
    ck_assert_uint_eq(store_stats(store).durable, durable);
    if (outcome.problem)
        return outcome.problem;
    store_gathered(store, written, &kept);
    loop_run(f.loop);
    ck_assert(kept);
    return NULL;
}

static char *apply(struct seeds *seeds)
{
    return apply_in(seeds, STR_NONE);
}

START_TEST(test_seed_that_is_shipped)
{
    OWN(buf_done) struct buf problems = {0};
    OWN(seeds_free) struct seeds *seeds = load(FCEMU_SOURCE_ROOT "/fixtures/seed.yaml", &problems);

    ck_assert_msg(seeds != NULL, "%s", buf_text(&problems));
    ck_assert_ptr_null(apply(seeds));
    struct reply got = send("GET", "/2016-08-15/services/demo.prod/functions/hello", NULL);

    ck_ok(got);
    ck_assert_str_eq(text_at(got, "timeout"), "10");
    ck_ok(send("GET", "/2016-08-15/services/demo/functions/hello/triggers/every-hour", NULL));
    ck_ok(send("GET", "/2016-08-15/custom-domains/www.example.com", NULL));
    struct reply greet = send("GET", "/2023-03-30/functions/greet", NULL);

    ck_assert_str_eq(string_at(greet, "codeChecksum"), string_at(got, "codeChecksum"));
    ck_ok(send("GET", "/2023-03-30/functions/greet/async-invoke-config", NULL));
}
END_TEST

START_TEST(test_seed_twice_leaves_alone_what_is_there)
{
    OWN(seeds_free)
    struct seeds *seeds = load_seed("services:\n"
                                    "  - serviceName: demo\n"
                                    "    versions: [{description: a}]\n"
                                    "layers:\n"
                                    "  - {layerName: l, code: {zipFile: MTIzNDU2Nzg5}}\n");

    ck_assert_uint_eq(seeds_count(seeds), 3);
    ck_assert_ptr_null(apply(seeds));
    ck_ok(send("PUT", "/2016-08-15/services/demo", "{\"description\":\"mine\"}"));
    ck_assert_ptr_null(apply(seeds));
    ck_assert_str_eq(string_at(send("GET", "/2016-08-15/services/demo", NULL), "description"),
                     "mine");
    struct reply versions = send("GET", "/2016-08-15/services/demo/versions", NULL);

    ck_assert_int_eq(cJSON_GetArraySize(at(versions, "versions")), 1);
    versions = send("GET", "/2023-03-30/layers/l/versions", NULL);
    ck_assert_int_eq(cJSON_GetArraySize(at(versions, "layers")), 1);
}
END_TEST

START_TEST(test_seed_goes_to_the_account_that_is_named)
{
    OWN(seeds_free) struct seeds *seeds = load_seed("services: [{serviceName: demo}]\n");

    ck_assert_ptr_null(apply_in(seeds, STR("777")));
    ck_assert_int_eq(send("GET", "/2016-08-15/services/demo", NULL).status, 404);
    struct store_key key = {STR("777"), STR(REGION), STR("service"), STR(""), STR(""), STR("demo")};

    ck_assert_ptr_nonnull(store_find(service_store(f.service), &key));
}
END_TEST

START_TEST(test_seed_in_a_stage_meets_nothing_that_is_there)
{
    struct store *stage = store_stage(service_store(f.service));
    OWN(seeds_free) struct seeds *seeds = load_seed("services: [{serviceName: demo}]\n");
    struct sown outcome = {0};

    create_service("demo");
    seeds_apply(seeds, f.service, stage, STR_NONE, sown, &outcome);
    loop_run(f.loop);
    ck_assert_ptr_null(outcome.problem);
    ck_assert_uint_eq(store_stats(stage).rows, 1);
    store_close(stage);
}
END_TEST

START_TEST(test_seed_refusal_says_where)
{
    OWN(seeds_free)
    struct seeds *seeds = load_seed("services:\n"
                                    "  - serviceName: demo\n"
                                    "    functions:\n"
                                    "      - functionName: f\n"
                                    "        runtime: cobol\n"
                                    "        handler: h\n"
                                    "        code: {zipFile: MTIz}\n");
    OWN(mem_free) char *problem = apply(seeds);

    ck_assert_ptr_nonnull(problem);
    ck_assert_ptr_nonnull(strstr(problem, "seed.yaml:4:9: CreateFunction 'f': InvalidArgument: "
                                          "Runtime is set to an invalid value"));
}
END_TEST

static const struct {
    const char *text;
    const char *problem;
} bad[] = {
    {"service: []\n",                                     "unknown key 'service'" },
    {"services: [{description: x}]\n",                    "a name is missing"     },
    {"services: demo\n",                                  "not a list"            },
    {"services: [demo]\n",                                "not a mapping"         },
    {"functions: [{functionName: f, code: ./nowhere}]\n", "nowhere': No such file"},
    {"- a\n",                                             "not a mapping"         },
};

START_TEST(test_seed_mistakes_are_found_before_anything_starts)
{
    OWN(mem_free) char *path = mem_printf("%s/seed.yaml", folder);
    OWN(buf_done) struct buf problems = {0};

    write_file("seed.yaml", bad[_i].text);
    ck_assert_ptr_null(load(path, &problems));
    ck_assert_msg(strstr(buf_text(&problems), bad[_i].problem) != NULL, "%s", buf_text(&problems));
    ck_assert_msg(strstr(buf_text(&problems), "error F108") != NULL, "%s", buf_text(&problems));
}
END_TEST

START_TEST(test_seed_glob_and_no_match)
{
    OWN(mem_free) char *pattern = mem_printf("%s/*.yaml", folder);
    OWN(buf_done) struct buf problems = {0};
    OWN(seeds_free) struct seeds *none = load(pattern, &problems);

    ck_assert_ptr_nonnull(none);
    ck_assert_uint_eq(seeds_count(none), 0);
    ck_assert_ptr_null(apply(none));
    write_file("a.yaml", "services: [{serviceName: a}]\n");
    write_file("b.yaml", "services: [{serviceName: b}]\n");
    OWN(seeds_free) struct seeds *two = load(pattern, &problems);

    ck_assert_uint_eq(seeds_count(two), 2);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("product/service/seed");
    TCase *tc = tcase_create("seed");

    tcase_add_checked_fixture(tc, setup, teardown);
    tcase_add_test(tc, test_seed_that_is_shipped);
    tcase_add_test(tc, test_seed_twice_leaves_alone_what_is_there);
    tcase_add_test(tc, test_seed_goes_to_the_account_that_is_named);
    tcase_add_test(tc, test_seed_in_a_stage_meets_nothing_that_is_there);
    tcase_add_test(tc, test_seed_refusal_says_where);
    tcase_add_loop_test(tc, test_seed_mistakes_are_found_before_anything_starts, 0,
                        N_ELEMENTS(bad));
    tcase_add_test(tc, test_seed_glob_and_no_match);
    suite_add_tcase(suite, tc);
    return suite_run(suite);
}
