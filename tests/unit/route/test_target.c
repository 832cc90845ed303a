#include "route/target.h"

#include "../suite.h"

static const struct {
    const char *method, *path;
    enum api_version api;
    const char *operation;
    const char *service, *qualifier, *function; /* NULL: absent */
} found[] = {
    {"GET",    "/2016-08-15/services",                                    API_2016,    "ListServices",          NULL,   NULL,     NULL   },
    {"GET",    "/2016-08-15/services/",                                   API_2016,    "ListServices",          NULL,   NULL,     NULL   },
    {"GET",    "//2016-08-15/services",                                   API_2016,    "ListServices",          NULL,   NULL,     NULL   },
    {"GET",    "/2016-08-15/services/demo",                               API_2016,    "GetService",            "demo", NULL,     NULL   },
    {"GET",    "/2016-08-15/services/demo.prod",                          API_2016,    "GetService",            "demo", "prod",   NULL   },
    {"GET",    "/2016-08-15/services/demo.a.b",                           API_2016,    "GetService",            "demo", "a.b",    NULL   },
    {"GET",    "/2016-08-15/services/demo.",                              API_2016,    "GetService",            "demo", NULL,     NULL   },
    {"PUT",    "/2016-08-15/services/demo.LATEST",                        API_2016,    "UpdateService",         "demo", "LATEST", NULL   },
    {"POST",   "/2016-08-15/services/demo/functions/f/invocations",       API_2016,    "InvokeFunction",
     "demo",                                                                                                            NULL,     "f"    },
    {"POST",   "/2016-08-15/services/demo.1/functions/f%2Fg/invocations", API_2016,    "InvokeFunction",
     "demo",                                                                                                            "1",      "f/g"  },
    {"GET",    "/2016-08-15/services/%E6%9C%8D/functions/a%252Fb",        API_2016,    "GetFunction",
     "\xE6\x9C\x8D",                                                                                                    NULL,     "a%2Fb"},
    {"GET",    "/2016-08-15/services/a+b",                                API_2016,    "GetService",            "a+b",  NULL,     NULL   },
    {"DELETE", "/2016-08-15/tag",                                         API_2016,    "UntagResource",         NULL,   NULL,     NULL   },
    {"GET",    "/2016-08-15/services//functions",                         API_2016,    "ListFunctions",         "",     NULL,     NULL   },
    {"PUT",    "/2016-08-15/services/./functions//on-demand-config",      API_2016,    "PutOnDemandConfig",     "",
     NULL,                                                                                                                        ""     },
    {"POST",   "/2016-08-15/services/s/bindings",                         API_2016,    "CreateVpcBinding",      "s",    NULL,     NULL   },
    {"DELETE", "/2016-08-15/services/s/bindings/vpc-1",                   API_2016,    "DeleteVpcBinding",      "s",    NULL,
     NULL                                                                                                                                },
    {"POST",   "/2016-08-15/services/s/versions",                         API_2016,    "PublishVersion",        "s",    NULL,     NULL   },
    {"GET",    "/2016-08-15/services/s/functions/f/instances/c-1/exec",   API_2016,    "InstanceExec",          "s",
     NULL,                                                                                                                        "f"    },
    {"POST",   "/2021-04-06/services/s/versions",                         API_2021,    "PublishServiceVersion", "s",    NULL,     NULL   },
    {"PUT",    "/2021-04-06/tag",                                         API_2021,    "UntagResource",         NULL,   NULL,     NULL   },
    {"GET",    "/2023-03-30/functions/f",                                 API_2023,    "GetFunction",           NULL,   NULL,     "f"    },
    {"GET",    "//2023-03-30//functions//f/",                             API_2023,    "GetFunction",           NULL,   NULL,     "f"    },
    {"POST",   "/2023-03-30/functions/f.x/invocations",                   API_2023,    "InvokeFunction",        NULL,   NULL,
     "f.x"                                                                                                                               },
    {"PUT",    "/2023-03-30/functions/f/async-tasks/t/stop",              API_2023,    "StopAsyncTask",         NULL,   NULL,
     "f"                                                                                                                                 },
    {"GET",    "/2016-08-15/proxy/s/f",                                   API_TRIGGER, "InvokeHTTPTrigger",     "s",    NULL,     "f"    },
    {"PATCH",  "/2016-08-15/proxy/s.prod/f/a/b",                          API_TRIGGER, "InvokeHTTPTrigger",     "s",    "prod",   "f"    },
    {"GET",    "/2021-04-06/proxy/s/f/",                                  API_TRIGGER, "InvokeHTTPTrigger",     "s",    NULL,     "f"    },
    {"GET",    "/2023-03-30/proxy/f/a",                                   API_TRIGGER, "InvokeHTTPTrigger",     NULL,   NULL,     "f"    },
};

static void check_str(struct str got, const char *want, const char *what, const char *path)
{
    ck_assert_msg(str_is_set(got) == (want != NULL) && (!want || str_eq(got, str_of(want))),
                  "%s of %s: '" STR_FMT "'", what, path, STR_ARG(got));
}

START_TEST(test_target_found_table)
{
    OWN(arena_free) struct arena *arena = arena_new();
    struct target got;

    target_find(str_of(found[_i].method), str_of(found[_i].path), STR_NONE, arena, &got);
    ck_assert_msg(got.result == TARGET_FOUND, "%s: %d", found[_i].path, got.result);
    ck_assert_str_eq(got.op->name, found[_i].operation);
    ck_assert_int_eq(got.api, found[_i].api);
    check_str(got.service, found[_i].service, "service", found[_i].path);
    check_str(got.qualifier, found[_i].qualifier, "qualifier", found[_i].path);
    check_str(got.function, found[_i].function, "function", found[_i].path);
}
END_TEST

static const struct {
    const char *method, *path;
    enum target_result result;
    const char *allowed;    /* NULL: not checked */
    const char *suggestion; /* NULL: absent */
} refused[] = {
    {"GET",   "/2019-01-01/services",                             TARGET_UNKNOWN_VERSION, NULL,               "2016-08-15"                      },
    {"GET",   "/2022-01-01/services",                             TARGET_UNKNOWN_VERSION, NULL,               "2021-04-06"                      },
    {"GET",   "/2016-8-15/services",                              TARGET_UNKNOWN_VERSION, NULL,               "2016-08-15"                      },
    {"GET",   "/2023-03-3/functions",                             TARGET_UNKNOWN_VERSION, NULL,               "2023-03-30"                      },
    {"GET",   "/1999",                                            TARGET_UNKNOWN_VERSION, NULL,               "2016-08-15"                      },
    {"GET",   "/",                                                TARGET_UNKNOWN_PATH,    NULL,               NULL                              },
    {"GET",   "",                                                 TARGET_UNKNOWN_PATH,    NULL,               NULL                              },
    {"GET",   "2016-08-15/services",                              TARGET_UNKNOWN_PATH,    NULL,               NULL                              },
    {"GET",   "/2016-08-15",                                      TARGET_UNKNOWN_PATH,    NULL,               NULL                              },
    {"GET",   "/http-trigger/services",                           TARGET_UNKNOWN_PATH,    NULL,               NULL                              },
    {"GET",   "/services",                                        TARGET_UNKNOWN_PATH,    NULL,               "/2016-08-15/services"            },
    {"GET",   "/functions/f",                                     TARGET_UNKNOWN_PATH,    NULL,               "/2023-03-30/functions/{function}"},
    {"GET",   "/2016-08-15/service",                              TARGET_UNKNOWN_PATH,    NULL,               "/2016-08-15/services"            },
    {"GET",   "/2016-08-15/services/s/function",                  TARGET_UNKNOWN_PATH,    NULL,
     "/2016-08-15/services/{service}/functions"                                                                                                 },
    {"GET",   "/2016-08-15/Services",                             TARGET_UNKNOWN_PATH,    NULL,               "/2016-08-15/services"            },
    {"GET",   "/2016-08-15/functions/f",                          TARGET_UNKNOWN_PATH,    NULL,               NULL                              },
    {"GET",   "/2016-08-15/proxy/s",                              TARGET_UNKNOWN_PATH,    NULL,               NULL                              },
    {"GET",   "/2016-08-15/services/s/functions/f/invocations/x", TARGET_UNKNOWN_PATH,    NULL,               NULL                              },
    {"PATCH", "/2016-08-15/services/s",                           TARGET_WRONG_METHOD,    "GET, PUT, DELETE", NULL                              },
    {"GET",   "/2016-08-15/services/s/functions/f/invocations",   TARGET_WRONG_METHOD,    "POST",             NULL                              },
    {"get",   "/2016-08-15/services",                             TARGET_WRONG_METHOD,    "GET, POST",        NULL                              },
    {"GET",   "/2016-08-15/services/%zz",                         TARGET_BAD_ENCODING,    NULL,               NULL                              },
    {"GET",   "/2016-08-15/services/%",                           TARGET_BAD_ENCODING,    NULL,               NULL                              },
    {"GET",   "/2016-08-15/services/a%00b",                       TARGET_BAD_ENCODING,    NULL,               NULL                              },
    {"GET",   "/2016-08-15/services/%C0%AF",                      TARGET_BAD_ENCODING,    NULL,               NULL                              },
    {"GET",   "/2016-08-15/services/\xFF",                        TARGET_BAD_ENCODING,    NULL,               NULL                              },
    {"GET",   "/2016-08-15/proxy/s/%zz/x",                        TARGET_BAD_ENCODING,    NULL,               NULL                              },
};

START_TEST(test_target_refused_table)
{
    OWN(arena_free) struct arena *arena = arena_new();
    struct target got;

    target_find(str_of(refused[_i].method), str_of(refused[_i].path), STR_NONE, arena, &got);
    ck_assert_msg(got.result == refused[_i].result, "%s: %d", refused[_i].path, got.result);
    ck_assert_ptr_null(got.op);
    if (refused[_i].allowed)
        check_str(got.allowed, refused[_i].allowed, "allowed", refused[_i].path);
    check_str(got.suggestion, refused[_i].suggestion, "suggestion", refused[_i].path);
}
END_TEST

/* "/services/{service.qualifier}" becomes "/services/x-service". */
static char *example_of(const char *template, struct arena *arena)
{
    struct str rest = str_of(template);
    struct str out = STR("");
    struct str head;
    struct str param;
    struct str name;
    struct str qualifier;

    while (str_cut(rest, '{', &head, &rest)) {
        str_cut(rest, '}', &param, &rest);
        str_cut(param, '.', &name, &qualifier);
        out = arena_strf(arena, STR_FMT STR_FMT "x-" STR_FMT, STR_ARG(out), STR_ARG(head),
                         STR_ARG(name));
    }
    return arena_printf(arena, STR_FMT STR_FMT, STR_ARG(out), STR_ARG(head));
}

START_TEST(test_target_every_operation_is_reached_with_its_parameters)
{
    OWN(arena_free) struct arena *arena = arena_new();
    size_t count;
    const struct operation *table = operation_table(&count);

    for (size_t i = 0; i < count; i++) {
        const struct operation *op = &table[i];
        enum api_version api = op->api == API_TRIGGER ? API_2016 : op->api;
        struct target got;

        target_find(str_of(op->method),
                    arena_strf(arena, "/" STR_FMT "%s", STR_ARG(api_version_name(api)),
                               example_of(op->path, arena)),
                    STR_NONE, arena, &got);
        ck_assert_msg(got.result == TARGET_FOUND && got.op == op, "%s %s", op->method, op->path);
        for (size_t k = 0; k < got.param_count; k++)
            ck_assert(str_eq(got.params[k].value, arena_strf(arena, "x-%s", got.params[k].name)));
    }
}
END_TEST

static const struct {
    const char *path, *query;
    const char *want; /* NULL: absent */
} qualifiers[] = {
    {"/2016-08-15/services/s.a/functions", "q", "a" },
    {"/2016-08-15/services/s/functions",   "q", NULL}, /* 2016 knows the dot alone */
    {"/2021-04-06/services/s/functions",   "q", "q" },
    {"/2021-04-06/services/s.a/functions", "q", "a" },
    {"/2021-04-06/services/s./functions",  "q", "q" },
    {"/2021-04-06/services/s/functions",   "",  NULL},
    {"/2023-03-30/functions/f",            "q", "q" },
    {"/2021-04-06/provision-configs",      "q", NULL}, /* a filter there, not an address */
    {"/2016-08-15/proxy/s/f/",             "q", NULL}, /* the user's own query */
    {"/2023-03-30/proxy/f/",               "q", NULL},
};

START_TEST(test_target_qualifier_table)
{
    OWN(arena_free) struct arena *arena = arena_new();
    struct target got;

    target_find(STR("GET"), str_of(qualifiers[_i].path), str_of(qualifiers[_i].query), arena, &got);
    ck_assert_int_eq(got.result, TARGET_FOUND);
    check_str(got.qualifier, qualifiers[_i].want, "qualifier", qualifiers[_i].path);
    check_str(target_param(&got, "qualifier"), qualifiers[_i].want, "param", qualifiers[_i].path);
}
END_TEST

static const struct {
    const char *path, *want;
} rests[] = {
    {"/2016-08-15/proxy/s/f",           "/"         },
    {"/2016-08-15/proxy/s/f/",          "/"         },
    {"/2016-08-15/proxy/s/f/a%2Fb//c/", "/a%2Fb//c/"},
    {"/2016-08-15/proxy/s/f/%zz",       "/%zz"      },
    {"/2023-03-30/proxy/f//a",          "//a"       },
};

START_TEST(test_target_proxy_rest_stays_raw)
{
    OWN(arena_free) struct arena *arena = arena_new();
    struct target got;

    target_find(STR("OPTIONS"), str_of(rests[_i].path), STR_NONE, arena, &got);
    ck_assert_int_eq(got.result, TARGET_FOUND);
    check_str(got.rest, rests[_i].want, "rest", rests[_i].path);
}
END_TEST

START_TEST(test_target_layer_arn_keeps_its_hash)
{
    OWN(arena_free) struct arena *arena = arena_new();
    struct target got;

    target_find(STR("GET"), STR("/2016-08-15/layerarn/0123%23my-layer%231"), STR_NONE, arena, &got);
    ck_assert_str_eq(got.op->name, "GetLayerVersionByArn");
    check_str(target_param(&got, "arn"), "0123#my-layer#1", "arn", "layerarn");
}
END_TEST

START_TEST(test_target_fields_of_triggers_layers_and_domains)
{
    OWN(arena_free) struct arena *arena = arena_new();
    struct target got;

    target_find(STR("GET"), STR("/2016-08-15/services/s/functions/f/triggers/t"), STR_NONE, arena,
                &got);
    check_str(got.trigger, "t", "trigger", "triggers");
    target_find(STR("GET"), STR("/2016-08-15/layers/l/versions/3"), STR_NONE, arena, &got);
    check_str(got.layer, "l", "layer", "layers");
    check_str(target_param(&got, "version"), "3", "version", "layers");
    check_str(target_param(&got, "service"), NULL, "service", "layers");
    target_find(STR("GET"), STR("/2016-08-15/custom-domains/www.example.com"), STR_NONE, arena,
                &got);
    check_str(got.domain, "www.example.com", "domain", "custom-domains");
}
END_TEST

START_TEST(test_target_trigger_hosts_take_any_path)
{
    struct target got;

    target_find_trigger(STR("/2016-08-15/services"), &got);
    ck_assert_int_eq(got.result, TARGET_FOUND);
    ck_assert_int_eq(got.api, API_TRIGGER);
    ck_assert_str_eq(got.op->name, "InvokeHTTPTrigger");
    check_str(got.rest, "/2016-08-15/services", "rest", "trigger host");
    target_find_trigger(STR(""), &got);
    check_str(got.rest, "/", "rest", "trigger host");
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("route/target");
    TCase *tc = tcase_create("target");

    tcase_add_loop_test(tc, test_target_found_table, 0, (int)N_ELEMENTS(found));
    tcase_add_loop_test(tc, test_target_refused_table, 0, (int)N_ELEMENTS(refused));
    tcase_add_test(tc, test_target_every_operation_is_reached_with_its_parameters);
    tcase_add_loop_test(tc, test_target_qualifier_table, 0, (int)N_ELEMENTS(qualifiers));
    tcase_add_loop_test(tc, test_target_proxy_rest_stays_raw, 0, (int)N_ELEMENTS(rests));
    tcase_add_test(tc, test_target_layer_arn_keeps_its_hash);
    tcase_add_test(tc, test_target_fields_of_triggers_layers_and_domains);
    tcase_add_test(tc, test_target_trigger_hosts_take_any_path);
    suite_add_tcase(suite, tc);
    return suite_run(suite);
}
