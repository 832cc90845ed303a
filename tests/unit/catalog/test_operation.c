#include "catalog/operation.h"

#include "../suite.h"

static const struct {
    enum api_version api;
    size_t count;
} versions[] = {
    {API_2016,    67}, /* its index without the two kinds of HTTP trigger traffic */
    {API_2021,    66},
    {API_2023,    74}, /* the 69 methods of the SDK class, 4 of its first builds, InstanceExec */
    {API_TRIGGER, 1 },
};

START_TEST(test_operation_every_version_is_complete)
{
    size_t total;
    const struct operation *table = operation_table(&total);
    size_t count = 0;

    for (size_t i = 0; i < total; i++)
        count += table[i].api == versions[_i].api;
    ck_assert_uint_eq(count, versions[_i].count);
}
END_TEST

START_TEST(test_operation_rows_are_grouped_and_findable)
{
    size_t count;
    const struct operation *table = operation_table(&count);

    for (size_t i = 0; i < count; i++) {
        ck_assert_uint_eq(operation_index(&table[i]), i);
        ck_assert_ptr_eq(operation_find(table[i].api, str_of(table[i].name)), &table[i]);
        ck_assert(i == 0 || table[i - 1].api <= table[i].api);
    }
}
END_TEST

/* "/a/{b}/{c.d}": slash-led segments, each either literal or one whole parameter. */
static void check_path(const char *path)
{
    struct str rest = str_of(path);
    struct str segment;

    ck_assert_msg(path[0] == '/', "%s", path);
    str_cut(rest, '/', &segment, &rest);
    while (str_is_set(rest)) {
        size_t open;
        size_t close;

        str_cut(rest, '/', &segment, &rest);
        ck_assert_msg(segment.len > 0, "%s: empty segment", path);
        if (!str_find(segment, STR("{"), &open))
            continue;
        ck_assert_msg(open == 0, "%s: text before a parameter", path);
        ck_assert_msg(str_find(segment, STR("}"), &close) && close == segment.len - 1 && close > 1,
                      "%s: parameter does not end its segment", path);
    }
}

START_TEST(test_operation_fields_make_sense)
{
    size_t count;
    const struct operation *table = operation_table(&count);

    for (size_t i = 0; i < count; i++) {
        const struct operation *op = &table[i];

        check_path(op->path);
        ck_assert_msg(op->resource > RESOURCE_NONE && op->resource < RESOURCE_KIND_COUNT, "%s",
                      op->name);
        ck_assert_msg(op->success == 200 || op->success == 204 || op->success == 101, "%s",
                      op->name);
        ck_assert_msg(op->classes == OP_INVOKE || op->classes == (OP_READ | OP_CONTROL) ||
                          op->classes == (OP_WRITE | OP_CONTROL),
                      "%s", op->name);
        if (op->success == 204)
            ck_assert_msg(op->classes & OP_WRITE, "%s", op->name);
    }
}
END_TEST

START_TEST(test_operation_no_two_share_method_and_path)
{
    size_t count;
    const struct operation *table = operation_table(&count);

    for (size_t i = 0; i < count; i++)
        for (size_t k = i + 1; k < count && table[k].api == table[i].api; k++)
            ck_assert_msg(strcmp(table[i].method, table[k].method) != 0 ||
                              strcmp(table[i].path, table[k].path) != 0,
                          "%s and %s", table[i].name, table[k].name);
}
END_TEST

static const struct {
    enum api_version api;
    const char *name, *method, *path;
    int success;
} samples[] = {
    {API_2016, "InvokeFunction",        "POST",
     "/services/{service.qualifier}/functions/{function}/invocations",                             200},
    {API_2016, "PublishVersion",        "POST",   "/services/{service}/versions",                  200},
    {API_2016, "UntagResource",         "DELETE", "/tag",                                          200},
    {API_2016, "PutLayerACL",           "PUT",    "/layers/{layer}/acl",                           204},
    {API_2021, "UntagResource",         "PUT",    "/tag",                                          204},
    {API_2021, "PublishServiceVersion", "POST",   "/services/{service}/versions",                  200},
    {API_2021, "DeleteVpcBinding",      "DELETE", "/services/{service}/bindings/{vpc}",            204},
    {API_2023, "CreateFunction",        "POST",   "/functions",                                    200},
    {API_2023, "StopAsyncTask",         "PUT",    "/functions/{function}/async-tasks/{task}/stop", 204},
    {API_2023, "DescribeRegions",       "GET",    "/regions",                                      200},
};

START_TEST(test_operation_samples_of_each_version)
{
    const struct operation *op = operation_find(samples[_i].api, str_of(samples[_i].name));

    ck_assert_ptr_nonnull(op);
    ck_assert_str_eq(op->method, samples[_i].method);
    ck_assert_str_eq(op->path, samples[_i].path);
    ck_assert_int_eq(op->success, samples[_i].success);
}
END_TEST

START_TEST(test_operation_classes_by_name)
{
    ck_assert_uint_eq(operation_class_find(STR("@invoke")), OP_INVOKE);
    ck_assert_uint_eq(operation_class_find(STR("@read")), OP_READ);
    ck_assert_uint_eq(operation_class_find(STR("@all")),
                      OP_READ | OP_WRITE | OP_INVOKE | OP_CONTROL);
    ck_assert_uint_eq(operation_class_find(STR("invoke")), 0);
    ck_assert_ptr_null(operation_find(API_2023, STR("InvokeFuncton")));
    ck_assert_ptr_null(operation_find(API_2023, STR("CreateService")));
}
END_TEST

START_TEST(test_operation_every_resource_kind_has_a_name)
{
    for (enum resource_kind kind = RESOURCE_NONE; kind < RESOURCE_KIND_COUNT; kind++)
        ck_assert_str_ne(resource_kind_name(kind), "");
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("catalog/operation");
    TCase *tc = tcase_create("operation");

    tcase_add_loop_test(tc, test_operation_every_version_is_complete, 0, (int)N_ELEMENTS(versions));
    tcase_add_test(tc, test_operation_rows_are_grouped_and_findable);
    tcase_add_test(tc, test_operation_fields_make_sense);
    tcase_add_test(tc, test_operation_no_two_share_method_and_path);
    tcase_add_loop_test(tc, test_operation_samples_of_each_version, 0, (int)N_ELEMENTS(samples));
    tcase_add_test(tc, test_operation_classes_by_name);
    tcase_add_test(tc, test_operation_every_resource_kind_has_a_name);
    suite_add_tcase(suite, tc);
    return suite_run(suite);
}
