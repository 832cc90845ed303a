#include "fixture.h"

#include <dirent.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "loop/internal.h"

static char folder[224];
static char file[256];
static char temporary[256];
static unsigned calls;

static void write_file(const char *path, const char *text)
{
    FILE *f = fopen(path, "w");

    ck_assert_ptr_nonnull(f);
    fputs(text, f);
    fclose(f);
}

static unsigned open_descriptors(void)
{
    DIR *dir = opendir("/proc/self/fd");
    unsigned n = 0;

    while (readdir(dir))
        n++;
    closedir(dir);
    return n;
}

static void watch_setup(void)
{
    setup();
    calls = 0;
    scratch_folder(folder, "watch");
    snprintf(file, sizeof(file), "%s/rules.yaml", folder);
    snprintf(temporary, sizeof(temporary), "%s/.rules.yaml.tmp", folder);
    write_file(file, "a");
}

static void watch_teardown(void)
{
    unlink(file);
    unlink(temporary);
    rmdir(folder);
    teardown();
}

static void on_change(void *arg, const char *path)
{
    ck_assert_str_eq(path, arg);
    calls++;
    loop_stop(loop);
}

START_TEST(test_file_replaced_by_rename_is_noticed_again_and_again)
{
    struct error err;
    struct loop_file_watch *watch = loop_file_watch_start(loop, file, on_change, file, &err);

    ck_assert_ptr_nonnull(watch);
    for (unsigned i = 1; i <= 3; i++) {
        write_file(temporary, "b");
        ck_assert_int_eq(rename(temporary, file), 0);
        run();
        ck_assert_uint_eq(calls, i);
    }
    loop_file_watch_stop(watch);
}
END_TEST

static void on_quiet(struct loop_timer *timer)
{
    (void)timer;
    loop_stop(loop);
}

START_TEST(test_neighbours_of_the_file_are_not_its_business)
{
    struct loop_timer quiet = {0};
    struct error err;
    struct loop_file_watch *watch = loop_file_watch_start(loop, file, on_change, file, &err);

    write_file(temporary, "b");
    loop_timer_arm(loop, &quiet, 200ull * MS, on_quiet);
    run();
    ck_assert_uint_eq(calls, 0);
    loop_file_watch_stop(watch);
}
END_TEST

START_TEST(test_changes_close_together_are_one_call)
{
    struct loop_timer quiet = {0};
    struct error err;
    struct loop_file_watch *watch = loop_file_watch_start(loop, folder, on_change, folder, &err);

    for (unsigned i = 0; i < 20; i++)
        write_file(file, "c");
    run();
    loop_timer_arm(loop, &quiet, 200ull * MS, on_quiet);
    run();
    ck_assert_uint_eq(calls, 1);
    loop_file_watch_stop(watch);
}
END_TEST

static void go_on(void *arg)
{
    (void)arg;
    loop_stop(loop);
}

/* More events than anybody's own: nobody listens to them any more, and the file is still seen. */
START_TEST(test_file_among_noise_is_noticed_by_looking)
{
    struct error err;
    unsigned before = open_descriptors();
    struct loop_file_watch *watch = loop_file_watch_start(loop, file, on_change, file, &err);

    ck_assert_uint_eq(open_descriptors(), before + 1);
    for (unsigned i = 0; open_descriptors() > before; i++) {
        ck_assert_uint_lt(i, 10000);
        write_file(temporary, "noise");
        loop_post(loop, go_on, NULL);
        run();
    }
    ck_assert_uint_eq(calls, 0);
    ck_assert_int_eq(rename(temporary, file), 0);
    run();
    ck_assert_uint_eq(calls, 1);
    loop_file_watch_stop(watch);
    ck_assert_uint_eq(open_descriptors(), before);
}
END_TEST

static const struct {
    long type;
    const char *name;
} file_systems[] = {
    {0x6969,          "nfs" },
    {(int)0xff534d42, "cifs"},
    {0x65735546,      "fuse"},
    {0x01021997,      "9p"  },
    {0xef53,          NULL  },
    {0x794c7630,      NULL  },
    {0x01021994,      NULL  }, /* ext4, overlay, tmpfs */
};

START_TEST(test_file_systems_that_tell_nothing_are_known)
{
    const char *name = file_system_without_events(file_systems[_i].type);

    if (file_systems[_i].name)
        ck_assert_str_eq(name, file_systems[_i].name);
    else
        ck_assert_ptr_null(name);
}
END_TEST

START_TEST(test_missing_folder_is_an_error)
{
    struct error err = {0};

    ck_assert_ptr_null(
        loop_file_watch_start(loop, "/nonexistent/rules.yaml", on_change, NULL, &err));
    ck_assert_int_eq(err.kind, ERROR_IO);
    ck_assert_ptr_nonnull(strstr(err.text, "/nonexistent/rules.yaml"));
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("loop/file_watch");
    TCase *tc = tcase_create("file_watch");

    tcase_set_timeout(tc, 60);
    tcase_add_checked_fixture(tc, watch_setup, watch_teardown);
    tcase_add_test(tc, test_file_replaced_by_rename_is_noticed_again_and_again);
    tcase_add_test(tc, test_neighbours_of_the_file_are_not_its_business);
    tcase_add_test(tc, test_changes_close_together_are_one_call);
    tcase_add_test(tc, test_file_among_noise_is_noticed_by_looking);
    tcase_add_loop_test(tc, test_file_systems_that_tell_nothing_are_known, 0,
                        (int)N_ELEMENTS(file_systems));
    tcase_add_test(tc, test_missing_folder_is_an_error);
    suite_add_tcase(suite, tc);
    return suite_run(suite);
}
