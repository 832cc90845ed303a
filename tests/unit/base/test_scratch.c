#include "base/scratch.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../suite.h"
#include "base/folder.h"
#include "base/mem.h"

#define PREFIX "test-scratch-"

static char root[256];

static void start(void)
{
    scratch_folder(root, "tmp");
    ck_assert_int_eq(setenv("TMPDIR", root, 1), 0);
}

static void end(void)
{
    folder_remove(root);
}

static bool is_there(const char *path)
{
    return access(path, F_OK) == 0;
}

static void sweep(void)
{
    scratch_sweep(PREFIX, SCRATCH_MARKER, "unless");
}

/* One that was left behind, with something in it. */
static char *left_behind(void)
{
    int fd = -1;
    char *path = scratch_new(PREFIX, &fd);
    OWN(mem_free) char *within = mem_printf("%s/within", path);

    ck_assert_ptr_nonnull(path);
    ck_assert_int_eq(mkdir(within, 0700), 0);
    ck_assert_int_eq(close(fd), 0);
    return path;
}

static void put(const char *folder, const char *name)
{
    OWN(mem_free) char *path = mem_printf("%s/%s", folder, name);
    int fd = open(path, O_WRONLY | O_CREAT, 0600);

    ck_assert_int_ge(fd, 0);
    close(fd);
}

START_TEST(test_what_nobody_holds_is_removed)
{
    OWN(mem_free) char *path = left_behind();

    ck_assert(strncmp(path, root, strlen(root)) == 0);
    sweep();
    ck_assert(!is_there(path));
}
END_TEST

START_TEST(test_what_one_of_two_still_holds_stays)
{
    int first = -1;
    OWN(mem_free) char *path = scratch_new(PREFIX, &first);
    int second = scratch_hold(path);

    ck_assert_int_ge(second, 0);
    sweep();
    ck_assert(is_there(path));
    close(first);
    sweep();
    ck_assert(is_there(path));
    close(second);
    sweep();
    ck_assert(!is_there(path));
}
END_TEST

START_TEST(test_what_is_not_held_yet_has_no_marker)
{
    OWN(mem_free) char *path = left_behind();
    OWN(mem_free) char *marker = mem_printf("%s/" SCRATCH_MARKER, path);

    ck_assert_int_eq(unlink(marker), 0);
    sweep();
    ck_assert(is_there(path));
}
END_TEST

START_TEST(test_who_holds_the_marker_alone_is_heeded)
{
    OWN(mem_free) char *path = left_behind();
    OWN(mem_free) char *marker = mem_printf("%s/" SCRATCH_MARKER, path);
    int fd = open(marker, O_RDONLY | O_CLOEXEC);

    ck_assert_int_eq(flock(fd, LOCK_EX), 0);
    sweep();
    ck_assert(is_there(path));
    close(fd);
    sweep();
    ck_assert(!is_there(path));
}
END_TEST

START_TEST(test_others_stay)
{
    OWN(mem_free) char *longer = mem_printf("%s/" PREFIX "seven77", root);
    OWN(mem_free) char *excepted = left_behind();
    OWN(mem_free) char *link = mem_printf("%s/" PREFIX "abcdef", root);
    OWN(mem_free) char *target = mem_printf("%s/elsewhere", root);

    ck_assert_int_eq(mkdir(longer, 0700), 0);
    put(longer, SCRATCH_MARKER);
    put(excepted, "unless");
    ck_assert_int_eq(mkdir(target, 0700), 0);
    put(target, SCRATCH_MARKER);
    ck_assert_int_eq(symlink(target, link), 0);
    sweep();
    ck_assert(is_there(longer) && is_there(excepted) && is_there(target) && is_there(link));
    scratch_sweep(PREFIX, SCRATCH_MARKER, NULL);
    ck_assert(is_there(longer) && !is_there(excepted) && is_there(target) && is_there(link));
}
END_TEST

START_TEST(test_no_temporary_folder)
{
    int fd = -1;

    ck_assert_int_eq(setenv("TMPDIR", "/nowhere", 1), 0);
    sweep();
    ck_assert_ptr_null(scratch_new(PREFIX, &fd));
    ck_assert_int_eq(scratch_hold("/nowhere"), -1);
    ck_assert_int_eq(setenv("TMPDIR", "", 1), 0);
    ck_assert_str_eq(scratch_base(), "/tmp");
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("base/scratch");
    TCase *tc = tcase_create("scratch");

    tcase_add_checked_fixture(tc, start, end);
    tcase_add_test(tc, test_what_nobody_holds_is_removed);
    tcase_add_test(tc, test_what_one_of_two_still_holds_stays);
    tcase_add_test(tc, test_what_is_not_held_yet_has_no_marker);
    tcase_add_test(tc, test_who_holds_the_marker_alone_is_heeded);
    tcase_add_test(tc, test_others_stay);
    tcase_add_test(tc, test_no_temporary_folder);
    suite_add_tcase(suite, tc);
    return suite_run(suite);
}
