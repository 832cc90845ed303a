#include <stdio.h>

#include "../../suite.h"
#include "catalog/fc_error.h"
#include "product/service/operations.h"
#include "product/service/service.h"

START_TEST(test_coverage_every_operation_has_a_handler)
{
    size_t count;
    const struct operation *ops = operation_table(&count);

    for (size_t i = 0; i < count; i++) {
        if (field_api(ops[i].api) == 0 || strcmp(ops[i].method, "*") == 0)
            continue;
        ck_assert_msg(operation_handler_find(&ops[i]) != NULL, "%s has no handler", ops[i].name);
    }
}
END_TEST

START_TEST(test_coverage_every_handler_has_an_operation)
{
    static const enum api_version apis[] = {API_2016, API_2021, API_2023};
    size_t count;
    const struct operation_handler *handlers = operation_handlers(&count);

    for (size_t i = 0; i < count; i++) {
        ck_assert_ptr_nonnull(handlers[i].run);
        for (size_t k = 0; k < N_ELEMENTS(apis); k++) {
            if (handlers[i].apis & field_api(apis[k]))
                ck_assert_msg(operation_find(apis[k], str_of(handlers[i].name)) != NULL,
                              "no operation '%s'", handlers[i].name);
        }
    }
}
END_TEST

START_TEST(test_coverage_every_code_is_in_the_catalogue)
{
    static const char *const codes[] = {
        "AccessDenied",
        "AdditionalVersionContainsMajorVersion",
        "AliasAlreadyExists",
        "AliasNotFound",
        "AsyncConfigNotExists",
        "AsyncTaskNotFound",
        "ConcurrentUpdateError",
        "DomainNameAlreadyExists",
        "DomainNameNotFound",
        "FunctionAlreadyExists",
        "FunctionNotEmpty",
        "FunctionNotFound",
        "InstanceNotFound",
        "InternalServerError",
        "InvalidArgument",
        "LayerNotFound",
        "LayerVersionNotFound",
        "LimitExceededError",
        "OnDemandConfigNotFound",
        "PreconditionFailed",
        "ServiceAlreadyExists",
        "ServiceNotEmpty",
        "ServiceNotFound",
        "SessionNotFound",
        "StatefulAsyncInvocationNotFound",
        "TriggerAlreadyExists",
        "TriggerNotFound",
        "VersionNotFound",
        "VersionPublishError",
        "VpcBindingNotFound",
    };

    for (size_t i = 0; i < N_ELEMENTS(codes); i++)
        ck_assert_msg(fc_error_find(str_of(codes[i])) != NULL, "'%s' is unknown", codes[i]);
}
END_TEST

START_TEST(test_coverage_page_lists_each_operation)
{
    struct buf page = {0};
    size_t at;

    service_coverage(&page);
    ck_assert(str_find(buf_str(&page), STR("## 2016-08-15\n"), &at));
    ck_assert(str_find(buf_str(&page), STR("## 2023-03-30\n"), &at));
    ck_assert(
        str_find(buf_str(&page), STR("| CreateService | `POST /services` | full |  |\n"), &at));
    ck_assert(
        str_find(buf_str(&page),
                 STR("| ClaimGPUInstance | `POST /gpuInstances` | absent | there is no GPU to "
                     "lease |\n"),
                 &at));
    buf_done(&page);
}
END_TEST

/* The page is made by `fcemu coverage --operations > docs/coverage.md`. */
START_TEST(test_coverage_page_in_the_repository_is_not_stale)
{
    FILE *file = fopen(FCEMU_SOURCE_ROOT "/docs/coverage.md", "re");
    struct buf page = {0};
    struct buf kept = {0};
    char piece[4096];

    ck_assert_ptr_nonnull(file);
    for (size_t n = fread(piece, 1, sizeof(piece), file); n > 0;
         n = fread(piece, 1, sizeof(piece), file))
        buf_add(&kept, (struct str){piece, n});
    fclose(file);
    service_coverage(&page);
    ck_assert_str_eq(buf_text(&kept), buf_text(&page));
    buf_done(&page);
    buf_done(&kept);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("product/service/coverage");
    TCase *tc = tcase_create("coverage");

    tcase_add_test(tc, test_coverage_every_operation_has_a_handler);
    tcase_add_test(tc, test_coverage_every_handler_has_an_operation);
    tcase_add_test(tc, test_coverage_every_code_is_in_the_catalogue);
    tcase_add_test(tc, test_coverage_page_lists_each_operation);
    tcase_add_test(tc, test_coverage_page_in_the_repository_is_not_stale);
    suite_add_tcase(suite, tc);
    return suite_run(suite);
}
