#include "fixture.h"

#include <stdio.h>

#define REGION "cn-shanghai.log.aliyuncs.com"
#define PROJECT "logs." REGION

static void make_project(void)
{
    ck_assert_int_eq(ask("POST", REGION, "/", "{\"projectName\":\"logs\",\"description\":\"d\"}"),
                     200);
}

static bool exists(const char *logstore)
{
    char path[64];

    snprintf(path, sizeof(path), *logstore ? "/logstores/%s" : "/", logstore);
    return ask("GET", PROJECT, path, "") == 200;
}

START_TEST(test_log_project_exists_once_it_is_created)
{
    ck_assert_int_eq(ask("GET", PROJECT, "/", ""), 404);
    ck_assert_str_eq(answer_text(), "{\"errorCode\":\"ProjectNotExist\","
                                    "\"errorMessage\":\"The Project does not exist : logs\"}");
    ck_assert_str_eq(answer_header("x-log-requestid"), "REQ-1");
    ck_assert(!exists(""));
    make_project();
    ck_assert(exists(""));
    ck_assert_int_eq(ask("GET", PROJECT, "/", ""), 200);
    assert_holds(answer_text(), "\"projectName\":\"logs\"");
    assert_holds(answer_text(), "\"region\":\"cn-shanghai\"");
    ck_assert_int_eq(ask("POST", PROJECT, "/", "{\"projectName\":\"logs\"}"), 400);
    ck_assert(str_eq(f.answer.code, STR("ProjectAlreadyExist")));
    ck_assert_int_eq(ask("GET", REGION, "/", ""), 200);
    assert_holds(answer_text(), "{\"count\":1,\"total\":1,\"projects\":[{");
    ck_assert_int_eq(ask("GET", "logs.cn-beijing.log.aliyuncs.com", "/", ""), 404);
}
END_TEST

START_TEST(test_log_logstores_and_their_index)
{
    make_project();
    ck_assert_int_eq(ask("GET", PROJECT, "/logstores/s", ""), 404);
    ck_assert(str_eq(f.answer.code, STR("LogStoreNotExist")));
    ck_assert_int_eq(ask("POST", PROJECT, "/logstores", "{\"logstoreName\":\"s\",\"ttl\":7}"), 200);
    ck_assert(exists("s") && !exists("t"));
    ck_assert_int_eq(ask("POST", PROJECT, "/logstores", "{\"logstoreName\":\"s\"}"), 400);
    ck_assert(str_eq(f.answer.code, STR("LogStoreAlreadyExist")));
    ck_assert_int_eq(ask("GET", PROJECT, "/logstores/s", ""), 200);
    assert_holds(answer_text(), "\"ttl\":7,\"shardCount\":2");
    ck_assert_int_eq(ask("GET", PROJECT, "/logstores", ""), 200);
    ck_assert_str_eq(answer_text(), "{\"count\":1,\"total\":1,\"logstores\":[\"s\"]}");
    ck_assert_int_eq(ask("GET", PROJECT, "/logstores/s/index", ""), 404);
    ck_assert(str_eq(f.answer.code, STR("IndexConfigNotExist")));
    ck_assert_int_eq(ask("POST", PROJECT, "/logstores/s/index", "{\"line\":{}}"), 200);
    ck_assert_int_eq(ask("POST", PROJECT, "/logstores/s/index", "{\"line\":{}}"), 400);
    ck_assert(str_eq(f.answer.code, STR("IndexAlreadyExist")));
    ck_assert_int_eq(ask("PUT", PROJECT, "/logstores/s/index", "{\"keys\":{}}"), 200);
    ck_assert_int_eq(ask("GET", PROJECT, "/logstores/s/index", ""), 200);
    ck_assert_str_eq(answer_text(), "{\"keys\":{}}");
    ck_assert_int_eq(ask("DELETE", PROJECT, "/logstores/s/index", ""), 200);
    ck_assert_int_eq(ask("GET", PROJECT, "/logstores/s/index", ""), 404);
    ck_assert_int_eq(ask("DELETE", PROJECT, "/logstores/s/index", ""), 404);
    ck_assert_int_eq(ask("DELETE", PROJECT, "/logstores/none/index", ""), 404);
    ck_assert_int_eq(ask("POST", PROJECT, "/logstores/s/index", "{\"line\":{}}"), 200);
    ck_assert_int_eq(ask("DELETE", PROJECT, "/logstores/s", ""), 200);
    ck_assert(!exists("s"));
}
END_TEST

START_TEST(test_log_project_takes_what_it_holds_with_it)
{
    make_project();
    ck_assert_int_eq(ask("POST", PROJECT, "/logstores", "{\"logstoreName\":\"s\"}"), 200);
    ck_assert_int_eq(ask("DELETE", PROJECT, "/", ""), 200);
    make_project();
    ck_assert(!exists("s"));
}
END_TEST

static const struct {
    const char *method, *host, *path, *body;
    int status;
    const char *code;
} refusals[] = {
    {"POST", REGION,  "/",                     "{",                       400, "PostBodyInvalid" },
    {"POST", REGION,  "/",                     "[]",                      400, "PostBodyInvalid" },
    {"POST", REGION,  "/",                     "{\"description\":\"x\"}", 400, "ParameterInvalid"},
    {"GET",  PROJECT, "/logstores/s?type=log", "",                        404, "ProjectNotExist" },
    {"GET",  PROJECT, "/logstores/s/logs",     "",                        501, "NotSupported"    },
    {"GET",  REGION,  "/logstores",            "",                        501, "NotSupported"    },
    {"PUT",  PROJECT, "/",                     "",                        501, "NotSupported"    },
};

START_TEST(test_log_refuses)
{
    ck_assert_int_eq(
        ask(refusals[_i].method, refusals[_i].host, refusals[_i].path, refusals[_i].body),
        refusals[_i].status);
    ck_assert_msg(str_eq(f.answer.code, str_of(refusals[_i].code)), "%s %s: '" STR_FMT "'",
                  refusals[_i].method, refusals[_i].path, STR_ARG(f.answer.code));
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("product/neighbours/log");
    TCase *tc = tcase_create("log");

    tcase_add_checked_fixture(tc, setup, teardown);
    tcase_add_test(tc, test_log_project_exists_once_it_is_created);
    tcase_add_test(tc, test_log_logstores_and_their_index);
    tcase_add_test(tc, test_log_project_takes_what_it_holds_with_it);
    tcase_add_loop_test(tc, test_log_refuses, 0, (int)N_ELEMENTS(refusals));
    suite_add_tcase(suite, tc);
    return suite_run(suite);
}
