#include "../suite.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/folder.h"
#include "base/mem.h"
#include "invoke/archive_lib.h"
#include "invoke/unpack.h"

static char folder[256];

static void setup(void)
{
    scratch_folder(folder, "unpack");
}

static void teardown(void)
{
    folder_remove(folder);
    ck_assert_int_eq(access(folder, F_OK), -1);
}

static la_ssize_t keep(struct archive *archive, void *arg, const void *bytes, size_t len)
{
    (void)archive;
    buf_add(arg, (struct str){bytes, len});
    return (la_ssize_t)len;
}

struct item {
    const char *name, *content;
    unsigned mode;
};

static void add(struct archive *archive, const struct item *item)
{
    const struct archive_lib *lib = archive_lib();
    struct archive_entry *entry = lib->entry_new();

    lib->entry_set_pathname(entry, item->name);
    lib->entry_set_perm(entry, (__LA_MODE_T)item->mode);
    lib->entry_set_filetype(entry, AE_IFREG);
    lib->entry_set_size(entry, (la_int64_t)strlen(item->content));
    lib->write_header(archive, entry);
    lib->write_data(archive, item->content, strlen(item->content));
    lib->entry_free(entry);
}

static void pack(const struct item *items, size_t count, struct buf *out)
{
    const struct archive_lib *lib = archive_lib();
    struct archive *archive = lib->write_new();

    lib->write_set_format_zip(archive);
    lib->write_set_bytes_in_last_block(archive, 1);
    ck_assert_int_eq(lib->write_open(archive, out, NULL, keep, NULL), ARCHIVE_OK);
    for (size_t i = 0; i < count; i++)
        add(archive, &items[i]);
    lib->write_close(archive);
    lib->write_free(archive);
}

static unsigned mode_of(const char *name)
{
    OWN(mem_free) char *path = mem_printf("%s/%s", folder, name);
    struct stat info;

    ck_assert_msg(stat(path, &info) == 0, "no '%s'", path);
    return info.st_mode & 07777;
}

START_TEST(test_files_are_there_and_cannot_be_written)
{
    static const struct item items[] = {
        {"index.py",    "pass",  0644},
        {"bin/run",     "#!",    0755},
        {"a/b/c/d.txt", "deep",  0666},
        {"index.py",    "again", 0644},
    };
    struct buf zip = {0};
    struct error err;

    pack(items, N_ELEMENTS(items), &zip);
    ck_assert_int_eq(unpack_zip(buf_str(&zip), folder, &err), 0);
    unpack_seal(folder);
    ck_assert_uint_eq(mode_of("index.py"), 0444);
    ck_assert_uint_eq(mode_of("bin/run"), 0555);
    ck_assert_uint_eq(mode_of("a/b/c/d.txt"), 0444);
    ck_assert_uint_eq(mode_of("a/b"), 0555);
    ck_assert_uint_eq(mode_of(""), 0555);
    buf_done(&zip);
}
END_TEST

/* A later package replaces what an earlier one brought. */
START_TEST(test_packages_lie_over_one_another)
{
    static const struct item first = {"x", "old", 0644};
    static const struct item second = {"x", "newer", 0644};
    OWN(mem_free) char *path = mem_printf("%s/x", folder);
    struct buf zip = {0};
    struct error err;
    struct stat info;

    pack(&first, 1, &zip);
    ck_assert_int_eq(unpack_zip(buf_str(&zip), folder, &err), 0);
    buf_done(&zip);
    pack(&second, 1, &zip);
    ck_assert_int_eq(unpack_zip(buf_str(&zip), folder, &err), 0);
    ck_assert_int_eq(stat(path, &info), 0);
    ck_assert_int_eq(info.st_size, 5);
    buf_done(&zip);
}
END_TEST

START_TEST(test_nothing_is_written_outside)
{
    static const char *const names[] = {"../out", "a/../../out", "link/out"};
    OWN(mem_free) char *out = mem_printf("%s/../out", folder);
    OWN(mem_free) char *link = mem_printf("%s/link", folder);
    const struct item item = {names[_i], "x", 0644};
    struct buf zip = {0};
    struct error err;

    unlink(out);
    ck_assert_int_eq(symlink("..", link), 0);
    pack(&item, 1, &zip);
    ck_assert_int_eq(unpack_zip(buf_str(&zip), folder, &err), -1);
    ck_assert_int_eq(access(out, F_OK), -1);
    buf_done(&zip);
}
END_TEST

START_TEST(test_what_is_no_archive_gives_nothing)
{
    struct error err;

    ck_assert_int_eq(unpack_zip(STR("123"), folder, &err), 0);
    ck_assert_int_eq(unpack_zip(STR(""), folder, &err), 0);
    ck_assert_int_eq(rmdir(folder), 0);
}
END_TEST

START_TEST(test_what_is_not_whole_is_told)
{
    static const struct item item = {"x", "some text that takes room", 0644};
    struct buf zip = {0};
    struct error err;

    pack(&item, 1, &zip);
    for (size_t len = 4; len < 40; len += 6)
        ck_assert_int_eq(unpack_zip((struct str){zip.ptr, len}, folder, &err), -1);
    buf_done(&zip);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("invoke/unpack");
    TCase *tc = tcase_create("unpack");

    tcase_add_checked_fixture(tc, setup, teardown);
    tcase_add_test(tc, test_files_are_there_and_cannot_be_written);
    tcase_add_test(tc, test_packages_lie_over_one_another);
    tcase_add_loop_test(tc, test_nothing_is_written_outside, 0, 3);
    tcase_add_test(tc, test_what_is_no_archive_gives_nothing);
    tcase_add_test(tc, test_what_is_not_whole_is_told);
    suite_add_tcase(suite, tc);
    return suite_run(suite);
}
