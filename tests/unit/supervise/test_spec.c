#include "../suite.h"

#include <string.h>

#include "base/buf.h"
#include "supervise/internal.h"

static const char *const argv[] = {"/bin/echo", "a b", "", NULL};
static const char *const env[] = {"A=1", "B=", NULL};
static const char *const undo[] = {"/bin/undo", "x", NULL};
static const struct supervise_mount mounts[] = {
    {"/srv/code", "/code", false},
    {NULL,        "/opt",  true },
};

static const struct supervise_spec spec = {
    .argv = argv,
    .env = env,
    .undo = undo,
    .cwd = "/code",
    .in_fd = -1,
    .out_fd = 7,
    .err_fd = 7,
    .channel_fd = -1,
    .uid = 61200,
    .own_network = true,
    .mounts = mounts,
    .mount_count = 2,
    .tmp_bytes = 512,
    .data_bytes = 1024,
    .file_bytes = 4096,
    .processes = 9,
    .descriptors = 8,
};

START_TEST(test_what_is_packed_comes_out)
{
    struct buf text = {0};
    struct spawn got;

    spawn_pack(&spec, true, &text);
    ck_assert(spawn_unpack(text.ptr, text.len, &got));
    ck_assert_str_eq(got.cwd, "/code");
    ck_assert_str_eq(got.argv[0], "/bin/echo");
    ck_assert_str_eq(got.argv[1], "a b");
    ck_assert_str_eq(got.argv[2], "");
    ck_assert_ptr_null(got.argv[3]);
    ck_assert_str_eq(got.env[1], "B=");
    ck_assert_ptr_null(got.env[2]);
    ck_assert_str_eq(got.undo[0], "/bin/undo");
    ck_assert_str_eq(got.undo[1], "x");
    ck_assert_ptr_null(got.undo[2]);
    ck_assert_str_eq(got.mounts[0].from, "/srv/code");
    ck_assert_str_eq(got.mounts[0].to, "/code");
    ck_assert(!got.mounts[0].writable);
    ck_assert_ptr_null(got.mounts[1].from);
    ck_assert(got.mounts[1].writable);
    ck_assert_uint_eq(got.head.has, 2 | 4);
    ck_assert_uint_eq(got.head.uid, 61200);
    ck_assert(got.head.namespaces && got.head.own_network);
    ck_assert_uint_eq(got.head.tmp_bytes, 512);
    ck_assert_uint_eq(got.head.data_bytes, 1024);
    ck_assert_uint_eq(got.head.file_bytes, 4096);
    ck_assert_uint_eq(got.head.processes, 9);
    ck_assert_uint_eq(got.head.descriptors, 8);
    spawn_done(&got);
    buf_done(&text);
}
END_TEST

START_TEST(test_a_plain_program_has_no_namespaces)
{
    struct supervise_spec plain = spec;
    struct buf text = {0};
    struct spawn got;

    plain.plain = true;
    plain.undo = NULL;
    spawn_pack(&plain, true, &text);
    ck_assert(spawn_unpack(text.ptr, text.len, &got));
    ck_assert(!got.head.namespaces);
    ck_assert_uint_eq(got.head.undoc, 0);
    ck_assert_ptr_null(undo_keep(&got));
    spawn_done(&got);
    buf_done(&text);
}
END_TEST

/* Whatever is cut off, and whatever a count claims: refused, never read beyond. */
START_TEST(test_damaged_messages_are_refused)
{
    struct buf text = {0};

    spawn_pack(&spec, false, &text);
    for (size_t len = 0; len < text.len; len++) {
        char *copy = malloc(len + 1);
        struct spawn got;

        memcpy(copy, text.ptr, len);
        ck_assert_msg(!spawn_unpack(copy, len, &got), "cut to %zu bytes", len);
        spawn_done(&got);
        free(copy);
    }
    for (size_t at = 0; at < 4; at++) {
        struct spawn got;
        uint32_t huge = UINT32_MAX;
        struct buf bad = {0};

        spawn_pack(&spec, false, &bad);
        memcpy(bad.ptr + at * sizeof(huge), &huge, sizeof(huge));
        ck_assert(!spawn_unpack(bad.ptr, bad.len, &got));
        spawn_done(&got);
        buf_done(&bad);
    }
    buf_done(&text);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("supervise/spec");
    TCase *tc = tcase_create("spec");

    tcase_add_test(tc, test_what_is_packed_comes_out);
    tcase_add_test(tc, test_a_plain_program_has_no_namespaces);
    tcase_add_test(tc, test_damaged_messages_are_refused);
    suite_add_tcase(suite, tc);
    return suite_run(suite);
}
