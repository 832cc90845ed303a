#include "catalog/fc_error.h"

#include "../suite.h"
#include "base/glob.h"

static const struct {
    const char *code;
    int status;
} thirteen[] = {
    {"InvalidArgument",       400},
    {"MissingRequiredHeader", 400},
    {"LimitExceededError",    400},
    {"PathNotSupported",      400},
    {"EntityTooLarge",        400},
    {"AccessDenied",          403},
    {"SignatureNotMatch",     403},
    {"InvalidAccessKeyID",    403},
    {"ConcurrentUpdateError", 409},
    {"ResourceExhausted",     429},
    {"ClientClosedRequest",   499},
    {"InternalServerError",   500},
    {"ResourceThrottled",     503},
};

START_TEST(test_fc_error_table_starts_with_the_thirteen_of_2020)
{
    size_t count;
    const struct fc_error *table = fc_error_table(&count);

    ck_assert_uint_gt(count, N_ELEMENTS(thirteen));
    for (size_t i = 0; i < count; i++) {
        ck_assert_int_eq(table[i].evidence == EVIDENCE_2020_08_27, i < N_ELEMENTS(thirteen));
        if (i >= N_ELEMENTS(thirteen))
            continue;
        ck_assert_str_eq(table[i].code, thirteen[i].code);
        for (enum api_version api = API_2016; api < API_VERSION_COUNT; api++)
            ck_assert_int_eq(fc_error_status(&table[i], api), thirteen[i].status);
    }
}
END_TEST

static bool is_chinese(const char *text)
{
    size_t wide = 0;

    for (const char *at = text ? text : ""; *at != '\0'; at++)
        wide += (unsigned char)*at >= 0xE3 && (unsigned char)*at <= 0xE9;
    return wide >= 2 && str_is_utf8(str_of(text));
}

START_TEST(test_fc_error_rows_are_complete_and_unique)
{
    size_t count;
    const struct fc_error *table = fc_error_table(&count);

    for (size_t i = 0; i < count; i++) {
        const struct fc_error *error = &table[i];

        ck_assert_ptr_eq(fc_error_find(str_of(error->code)), error);
        ck_assert_msg(error->status >= 400 && error->status < 600, "%s", error->code);
        ck_assert_msg(error->reason_en && error->remedy_en, "%s", error->code);
        ck_assert_msg(is_chinese(error->reason_zh) && is_chinese(error->remedy_zh), "%s",
                      error->code);
        ck_assert_str_ne(fc_retry_name(error->retry), "");
        ck_assert_str_ne(fc_evidence_name(error->evidence), "");
    }
}
END_TEST

START_TEST(test_fc_error_templates_use_every_argument)
{
    size_t count;
    const struct fc_error *table = fc_error_table(&count);

    for (size_t i = 0; i < count; i++) {
        const struct fc_error *error = &table[i];
        size_t named = 0;

        while (named < FC_ERROR_ARGS_MAX && error->args[named])
            named++;
        ck_assert_msg(fc_error_arg_count(error, API_2016) == named, "%s", error->code);
        ck_assert_msg(fc_error_arg_count(error, API_2023) <= named, "%s", error->code);
        for (size_t k = named; k < FC_ERROR_ARGS_MAX; k++)
            ck_assert_msg(!error->sample[k] && !error->args[k], "%s", error->code);
    }
}
END_TEST

START_TEST(test_fc_error_only_entity_too_large_needs_an_argument)
{
    size_t count;
    const struct fc_error *table = fc_error_table(&count);

    for (size_t i = 0; i < count; i++)
        ck_assert_msg(fc_error_arg_required(&table[i]) ==
                          (strcmp(table[i].code, "EntityTooLarge") == 0 ? 1 : 0),
                      "%s", table[i].code);
}
END_TEST

static const struct {
    const char *code;
    enum api_version api;
    const char *args[3];
    const char *want;
} messages[] = {
    {"EntityTooLarge",
     API_2016,                          {"131072"},
     "payload size exceeds maximum allowed size (131072 bytes)"                                                               },
    {"MissingRequiredHeader", API_2016, {"Date"},                              "required HTTP header Date was not specified"  },
    {"MissingRequiredHeader", API_2023, {NULL},                                "required HTTP header Date was not specified"  },
    {"PathNotSupported",      API_2016, {"/x", "GET"},                         "'/x' against 'GET' is not supported"          },
    {"InvalidAccessKeyID",    API_2016, {"k%s"},                               "invalid access key ID 'k%s'"                  },
    {"FunctionNotFound",      API_2016, {"f", "s"},                            "function 'f' does not exist in service 's'"   },
    {"FunctionNotFound",      API_2023, {"f", "s"},                            "function 'f' does not exist"                  },
    {"TriggerNotFound",
     API_2016,                          {"t", "s", "f"},
     "trigger 't' does not exist in service 's' and function 'f'"                                                             },
    {"TriggerNotFound",       API_2023, {"t", "s", "f"},                       "trigger 't' of function 'f' does not exist"   },
    {"LayerVersionNotFound",  API_2023, {"l", "3"},                            "version 3 of layer l does not exist"          },
    {"ServiceNotEmpty",       API_2016, {"s"},                                 "service 's' has active 'functions'"           },
    {"VersionPublishError",
     API_2016,                          {"s"},
     "can not publish version for service 's', detail: 'No changes were made since last publish'"                             },
    {"ResourceExhausted",
     API_2016,                          {"the number of instances", "5", "6"},
     "the number of instances exceeds the limit (max: 5, actual: 6)"                                                          },
    {"InternalServerError",   API_2016, {"surplus"},                           "an internal error has occurred. Please retry."},
    {"ClientClosedRequest",   API_2016, {NULL},                                "client Closed Request"                        },
    {"SignatureNotMatch",
     API_2016,                          {NULL},
     "The request signature we calculated does not match the signature you provided. "
     "Check your access key and signing method"                                                                               },
    {"PreconditionFailed",    API_2021, {NULL},                                "the resource being modified has been changed" },
};

START_TEST(test_fc_error_message_table)
{
    OWN(buf_done) struct buf got = {0};
    struct str args[3];
    size_t count = 0;

    for (; count < 3 && messages[_i].args[count]; count++)
        args[count] = str_of(messages[_i].args[count]);
    fc_error_message(fc_error_find(str_of(messages[_i].code)), messages[_i].api, args, count, &got);
    ck_assert_str_eq(buf_text(&got), messages[_i].want);
}
END_TEST

static const struct {
    const char *code;
    enum api_version api;
    const char *operation;
    bool want;
} applies[] = {
    {"InvalidArgument",           API_2023,    "ListFunctions",              true },
    {"ServiceNotFound",           API_2016,    "ListTriggers",               true },
    {"ServiceNotFound",           API_2016,    "ListServices",               false},
    {"ServiceNotFound",           API_2016,    "CreateService",              false},
    {"ServiceNotFound",           API_2023,    "GetFunction",                false},
    {"ServiceAlreadyExists",      API_2016,    "CreateService",              true },
    {"FunctionNotFound",          API_2016,    "InvokeFunction",             true },
    {"FunctionNotFound",          API_TRIGGER, "InvokeHTTPTrigger",          true },
    {"FunctionNotFound",          API_2016,    "CreateFunction",             false},
    {"VersionNotFound",           API_2016,    "GetService",                 true },
    {"VersionNotFound",           API_2016,    "GetLayerVersion",            false},
    {"AliasNotFound",             API_2023,    "InvokeFunction",             true },
    {"AliasNotFound",             API_2016,    "UpdateAlias",                true },
    {"LayerVersionNotFound",      API_2016,    "GetLayerVersionByArn",       true },
    {"EntityTooLarge",            API_2016,    "InvokeFunction",             true },
    {"EntityTooLarge",            API_2016,    "ListServices",               false},
    {"ResourceExhausted",         API_2016,    "InvokeFunction",             true },
    {"ResourceExhausted",         API_2016,    "UpdateService",              false},
    {"ConcurrentUpdateError",     API_2021,    "UpdateService",              true },
    {"ConcurrentUpdateError",     API_2021,    "GetService",                 false},
    {"LimitExceededError",        API_2016,    "CreateFunction",             true },
    {"LimitExceededError",        API_2016,    "DeleteFunction",             false},
    {"PreconditionFailed",        API_2016,    "PublishVersion",             true },
    {"PreconditionFailed",        API_2016,    "PublishLayerVersion",        false},
    {"AsyncTaskNotFound",         API_2023,    "GetAsyncTask",               true },
    {"AsyncTaskNotFound",         API_2016,    "GetStatefulAsyncInvocation", false},
    {"ExternalRedirectForbidden", API_TRIGGER, "InvokeHTTPTrigger",          true },
    {"ExternalRedirectForbidden", API_2016,    "InvokeFunction",             false},
};

START_TEST(test_fc_error_applies_table)
{
    const struct operation *op = operation_find(applies[_i].api, str_of(applies[_i].operation));

    ck_assert_ptr_nonnull(op);
    ck_assert_msg(fc_error_applies(fc_error_find(str_of(applies[_i].code)), op) == applies[_i].want,
                  "%s for %s", applies[_i].code, applies[_i].operation);
}
END_TEST

START_TEST(test_fc_error_every_row_applies_somewhere_in_each_of_its_versions)
{
    size_t count;
    size_t op_count;
    const struct fc_error *table = fc_error_table(&count);
    const struct operation *ops = operation_table(&op_count);

    for (size_t i = 0; i < count; i++) {
        unsigned seen = 0;

        for (size_t k = 0; k < op_count; k++)
            if (fc_error_applies(&table[i], &ops[k]))
                seen |= 1u << ops[k].api;
        /* The later generations know no trigger operations of their own. */
        ck_assert_msg((seen | 1u << API_TRIGGER) == (table[i].apis | 1u << API_TRIGGER),
                      "%s: applies in %#x, says %#x", table[i].code, seen, table[i].apis);
    }
}
END_TEST

START_TEST(test_fc_error_globs_name_real_operations)
{
    size_t count;
    size_t op_count;
    const struct fc_error *table = fc_error_table(&count);
    const struct operation *ops = operation_table(&op_count);

    for (size_t i = 0; i < count; i++) {
        struct str rest = str_of(table[i].operations);
        struct str glob;

        while (str_is_set(rest)) {
            bool found = false;

            str_cut(rest, ' ', &glob, &rest);
            for (size_t k = 0; k < op_count && !found; k++)
                found = glob_match(glob, str_of(ops[k].name));
            ck_assert_msg(found || glob.len == 0, "%s: '" STR_FMT "' fits no operation",
                          table[i].code, STR_ARG(glob));
        }
    }
}
END_TEST

START_TEST(test_fc_error_status_differs_by_generation_where_documented)
{
    const struct fc_error *error = fc_error_find(STR("FunctionNotEmpty"));

    ck_assert_int_eq(fc_error_status(error, API_2016), 409);
    ck_assert_int_eq(fc_error_status(error, API_2021), 400);
    ck_assert_int_eq(fc_error_status(error, API_2023), 400);
}
END_TEST

START_TEST(test_fc_error_lookalikes_are_no_codes)
{
    size_t count;
    const struct fc_error_lookalike *table = fc_error_lookalike_table(&count);

    ck_assert_uint_gt(count, 0);
    for (size_t i = 0; i < count; i++) {
        ck_assert_ptr_null(fc_error_find(str_of(table[i].name)));
        ck_assert_ptr_eq(fc_error_lookalike_find(str_of(table[i].name)), &table[i]);
        ck_assert(is_chinese(table[i].what_zh));
    }
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("catalog/fc_error");
    TCase *tc = tcase_create("fc_error");

    tcase_add_test(tc, test_fc_error_table_starts_with_the_thirteen_of_2020);
    tcase_add_test(tc, test_fc_error_rows_are_complete_and_unique);
    tcase_add_test(tc, test_fc_error_templates_use_every_argument);
    tcase_add_test(tc, test_fc_error_only_entity_too_large_needs_an_argument);
    tcase_add_loop_test(tc, test_fc_error_message_table, 0, (int)N_ELEMENTS(messages));
    tcase_add_loop_test(tc, test_fc_error_applies_table, 0, (int)N_ELEMENTS(applies));
    tcase_add_test(tc, test_fc_error_every_row_applies_somewhere_in_each_of_its_versions);
    tcase_add_test(tc, test_fc_error_globs_name_real_operations);
    tcase_add_test(tc, test_fc_error_status_differs_by_generation_where_documented);
    tcase_add_test(tc, test_fc_error_lookalikes_are_no_codes);
    suite_add_tcase(suite, tc);
    return suite_run(suite);
}
