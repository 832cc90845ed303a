#include "base/folder.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../suite.h"
#include "base/mem.h"

static char root[256];

static void start(void)
{
    scratch_folder(root, "folder");
}

static void end(void)
{
    folder_remove(root);
}

static mode_t mode_of(const char *path)
{
    struct stat st;

    ck_assert_int_eq(stat(path, &st), 0);
    return st.st_mode & 0777u;
}

START_TEST(test_what_is_missing_above_is_made_too)
{
    OWN(mem_free) char *deep = mem_printf("%s/a/b//c/", root);
    OWN(mem_free) char *above = mem_printf("%s/a", root);

    ck_assert_int_eq(folder_make(deep, 0700), 0);
    ck_assert_int_eq(mode_of(deep), 0700);
    ck_assert_int_eq(mode_of(above), 0700);
    ck_assert_int_eq(folder_make(deep, 0755), 0); /* there, and left as it is */
    ck_assert_int_eq(mode_of(deep), 0700);
}
END_TEST

START_TEST(test_a_file_in_the_way_is_told)
{
    OWN(mem_free) char *file = mem_printf("%s/file", root);
    OWN(mem_free) char *below = mem_printf("%s/below", file);

    fclose(fopen(file, "w"));
    ck_assert_int_eq(folder_make(below, 0700), -1);
    ck_assert_int_eq(errno, ENOTDIR);
    ck_assert_int_eq(folder_make("", 0700), -1);
    ck_assert_int_eq(errno, ENOENT);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("base/folder");
    TCase *tc = tcase_create("folder");

    tcase_add_checked_fixture(tc, start, end);
    tcase_add_test(tc, test_what_is_missing_above_is_made_too);
    tcase_add_test(tc, test_a_file_in_the_way_is_told);
    suite_add_tcase(suite, tc);
    return suite_run(suite);
}
