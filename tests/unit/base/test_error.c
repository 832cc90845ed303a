#include "base/error.h"

#include <errno.h>
#include <string.h>

#include "../suite.h"

START_TEST(test_error_set_fills_and_fails)
{
    struct error err = {.sys_errno = 5};

    ck_assert_int_eq(error_set(&err, ERROR_SYNTAX, "line %d: %s", 7, "odd"), -1);
    ck_assert_int_eq(err.kind, ERROR_SYNTAX);
    ck_assert_int_eq(err.sys_errno, 0);
    ck_assert_str_eq(err.text, "line 7: odd");
}
END_TEST

START_TEST(test_error_errno_names_the_cause)
{
    struct error err = {0};

    errno = ENOENT;
    ck_assert_int_eq(error_errno(&err, "open '%s'", "x.yaml"), -1);
    ck_assert_int_eq(err.kind, ERROR_IO);
    ck_assert_int_eq(err.sys_errno, ENOENT);
    ck_assert_str_eq(err.text, "open 'x.yaml': No such file or directory");
}
END_TEST

START_TEST(test_error_wrap_puts_context_in_front)
{
    struct error err = {0};

    errno = EACCES;
    error_errno(&err, "read");
    ck_assert_int_eq(error_wrap(&err, "load %s", "rules"), -1);
    ck_assert_str_eq(err.text, "load rules: read: Permission denied");
    ck_assert_int_eq(err.sys_errno, EACCES);
}
END_TEST

START_TEST(test_error_remedy_stands_behind)
{
    struct error err = {0};

    errno = EACCES;
    error_errno(&err, "read");
    ck_assert_int_eq(error_remedy(&err, "choose another"), -1);
    ck_assert_str_eq(err.text, "read: Permission denied; choose another");
    ck_assert_int_eq(err.sys_errno, EACCES);
}
END_TEST

START_TEST(test_error_long_texts_are_cut_not_grown)
{
    struct error err = {0};
    char longer[1000];

    memset(longer, 'x', sizeof(longer) - 1);
    longer[sizeof(longer) - 1] = '\0';
    error_set(&err, ERROR_LIMIT, "%s", longer);
    ck_assert_uint_eq(strlen(err.text), sizeof(err.text) - 1);
    error_wrap(&err, "outer");
    ck_assert_uint_eq(strlen(err.text), sizeof(err.text) - 1);
    ck_assert(strncmp(err.text, "outer: xxx", 10) == 0);
    error_wrap(&err, "%s", longer);
    ck_assert_uint_eq(strlen(err.text), sizeof(err.text) - 1);
    error_remedy(&err, "no room");
    ck_assert_uint_eq(strlen(err.text), sizeof(err.text) - 1);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("base/error");
    TCase *tc = tcase_create("error");

    tcase_add_test(tc, test_error_set_fills_and_fails);
    tcase_add_test(tc, test_error_errno_names_the_cause);
    tcase_add_test(tc, test_error_wrap_puts_context_in_front);
    tcase_add_test(tc, test_error_remedy_stands_behind);
    tcase_add_test(tc, test_error_long_texts_are_cut_not_grown);
    suite_add_tcase(suite, tc);
    return suite_run(suite);
}
