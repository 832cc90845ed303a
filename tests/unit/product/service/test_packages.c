#include <archive.h>
#include <archive_entry.h>

#include "catalog/limits.h"
#include "fixture.h"
#include "product/neighbours/neighbours.h"

enum { ZIP_MAX = 4 << 20 };

/* A ZIP of one entry: a file of @size zero bytes, or a link to @link. */
static struct str make_zip(struct arena *arena, const char *name, size_t size, const char *link)
{
    struct archive *archive = archive_write_new();
    struct archive_entry *entry = archive_entry_new();
    char *bytes = (char *)arena_alloc(arena, ZIP_MAX);
    size_t used = 0;
    static const char zeros[65536];

    archive_write_set_format_zip(archive);
    ck_assert_int_eq(archive_write_open_memory(archive, bytes, ZIP_MAX, &used), ARCHIVE_OK);
    archive_entry_set_pathname(entry, name);
    archive_entry_set_filetype(entry, link ? AE_IFLNK : AE_IFREG);
    archive_entry_set_perm(entry, 0644);
    if (link)
        archive_entry_set_symlink(entry, link);
    else
        archive_entry_set_size(entry, (la_int64_t)size);
    ck_assert_int_eq(archive_write_header(archive, entry), ARCHIVE_OK);
    for (size_t left = link ? 0 : size; left > 0;) {
        size_t piece = left < sizeof(zeros) ? left : sizeof(zeros);

        archive_write_data(archive, zeros, piece);
        left -= piece;
    }
    archive_entry_free(entry);
    ck_assert_int_eq(archive_write_close(archive), ARCHIVE_OK);
    archive_write_free(archive);
    return (struct str){bytes, used};
}

static struct reply create_with(struct str zip)
{
    struct arena *arena = new_arena();
    struct str text = base64_text(zip, arena);
    const char *body = arena_printf(arena,
                                    "{\"functionName\":\"f\",\"runtime\":\"python3\",\"handler\":"
                                    "\"h\",\"code\":{\"zipFile\":\"" STR_FMT "\"}}",
                                    STR_ARG(text));

    return send("POST", "/2023-03-30/functions", body);
}

static const struct {
    const char *name;
    const char *link;
    const char *message; /* NULL: taken */
} entries[] = {
    {"index.py",     NULL,          NULL                                                    },
    {"a/b/index.py", NULL,          NULL                                                    },
    {"../index.py",  NULL,          "Code package entry '../index.py' leaves the package"   },
    {"a/../../x",    NULL,          "Code package entry 'a/../../x' leaves the package"     },
    {"/etc/passwd",  NULL,          "Code package entry '/etc/passwd' leaves the package"   },
    {"lib/link",     "../index.py", NULL                                                    },
    {"link",         "../index.py", "Code package entry 'link' links out of the package"    },
    {"lib/link",     "/etc/passwd", "Code package entry 'lib/link' links out of the package"},
};

START_TEST(test_package_entries)
{
    struct reply got = create_with(make_zip(new_arena(), entries[_i].name, 10, entries[_i].link));

    if (!entries[_i].message) {
        ck_ok(got);
        return;
    }
    ck_refused(got, 400, "InvalidArgument", entries[_i].message);
    ck_assert_str_eq(send("GET", "/2023-03-30/functions", NULL).body, "{\"functions\":[]}");
    ck_assert_uint_eq(store_stats(service_store(f.service)).blobs, 0);
}
END_TEST

START_TEST(test_package_that_is_a_bomb)
{
    struct reply got = create_with(make_zip(new_arena(), "zeros", 600u << 20, NULL));

    ck_assert_int_eq(got.status, 400);
    ck_assert_str_eq(got.code, "InvalidArgument");
    ck_assert_ptr_nonnull(strstr(got.message, "npack"));
    ck_assert_uint_eq(store_stats(service_store(f.service)).blobs, 0);
}
END_TEST

START_TEST(test_package_line_breaks_in_base64)
{
    struct reply got = send("POST", "/2023-03-30/functions",
                            "{\"functionName\":\"f\",\"runtime\":\"python3\",\"handler\":\"h\","
                            "\"code\":{\"zipFile\":\"MTIz\\nNDU2\\r\\nNzg5\\n\"}}");

    ck_assert_str_eq(string_at(got, "codeChecksum"), "11051210869376104954");
}
END_TEST

static struct reply download(const char *url)
{
    struct arena *arena = new_arena();
    struct outgoing *out = ARENA_NEW(arena, struct outgoing);
    struct reply *reply = ARENA_NEW(arena, struct reply);

    ck_assert_ptr_eq(strstr(url, BASE_URL), url);
    *out = (struct outgoing){.method = "GET", .path = url + strlen(BASE_URL)};
    prepare(arena, out);
    reply->arena = arena;
    if (service_download(f.service, &out->call, take_answer, reply)) {
        reply->loop = f.loop;
        loop_run(f.loop);
    }
    ck_assert(reply->done);
    return *reply;
}

START_TEST(test_package_download)
{
    create_service("demo");
    create_function("demo", "f");
    struct reply code = send("GET", "/2016-08-15/services/demo/functions/f/code?x=1", NULL);
    const char *url = string_at(code, "url");
    struct reply got = download(url);

    ck_assert_str_eq(string_at(code, "checksum"), "11051210869376104954");
    ck_assert_int_eq(got.status, 200);
    ck_assert_str_eq(got.body, "123456789");
    ck_assert(str_eq(http_headers_get(&got.headers, STR("X-Oss-Hash-Crc64ecma")),
                     STR("11051210869376104954")));
    OWN(mem_free) char *altered = mem_dup(url);

    altered[strlen(altered) - 1] ^= 1;
    ck_refused(download(altered), 403, "AccessDenied",
               "the signature of the download URL does not match");
    clock_freeze_at(&f.clock, 1600000000000 + 11 * 60 * 1000);
    ck_refused(download(url), 403, "AccessDenied", "the download URL has expired");
}
END_TEST

static void object_answered(void *arg, const struct neighbours_answer *answer)
{
    ck_assert_int_lt(answer->status, 300);
    loop_stop((struct loop *)arg);
}

/* What a tool does to the emulated OSS; the token's bucket needs no creation. */
static void ask_oss(const char *method, const char *bucket, const char *path, const char *body)
{
    struct neighbours_settings settings = {
        .store = service_store(f.service), .clock = &f.clock, .enabled = {[NEIGHBOUR_OSS] = true}};
    OWN(neighbours_free) struct neighbours *neighbours = NULL;
    struct place place = {.kind = PLACE_NEIGHBOUR,
                          .neighbour = NEIGHBOUR_OSS,
                          .bucket = str_of(bucket),
                          .region = STR(REGION)};
    struct http_request request = {
        .method = str_of(method), .path = str_of(path), .body = str_of(body)};
    struct neighbours_call call = {.arena = new_arena(),
                                   .request = &request,
                                   .place = &place,
                                   .account = STR(ACCOUNT),
                                   .request_id = STR("1")};
    struct error err;

    ck_assert_int_eq(neighbours_new(f.loop, &settings, &neighbours, &err), 0);
    ck_assert_ptr_nonnull(neighbours_perform(neighbours, &call, object_answered, f.loop));
    loop_run(f.loop);
}

START_TEST(test_package_from_oss)
{
    const char *bucket = string_at(send("GET", "/2016-08-15/tempBucketToken", NULL), "ossBucket");
    const char *create = "{\"functionName\":\"f\",\"runtime\":\"python3\",\"handler\":\"h\","
                         "\"code\":{\"ossBucketName\":\"%s\",\"ossObjectName\":\"1/object.zip\"}}";
    const char *body = arena_printf(new_arena(), create, bucket);

    ck_refused(send("POST", "/2023-03-30/functions", body), 400, "InvalidArgument",
               "object '1/object.zip' does not exist in 'fcemu-upload-" REGION "'");
    ask_oss("PUT", bucket, "/1/object.zip", "");
    ck_refused(send("POST", "/2023-03-30/functions", body), 400, "InvalidArgument",
               "object '1/object.zip' is empty in 'fcemu-upload-" REGION "'");
    ask_oss("PUT", bucket, "/1/object.zip", "123456789");
    struct reply made = send("POST", "/2023-03-30/functions", body);

    ck_assert_str_eq(string_at(made, "codeChecksum"), "11051210869376104954");
    ck_assert_str_eq(text_at(made, "codeSize"), "9");
    ask_oss("DELETE", bucket, "/1/object.zip", "");
    struct reply code = send("GET", "/2023-03-30/functions/f/code", NULL);

    ck_assert_str_eq(download(string_at(code, "url")).body, "123456789");
    ck_refused(send("PUT", "/2023-03-30/functions/f",
                    "{\"code\":{\"ossBucketName\":\"bucket\",\"ossObjectName\":\"1/object.zip\","
                    "\"zipFile\":\"MTIz\"}}"),
               400, "InvalidArgument", "Either ossBucketName/ossObjectName or zipFile must be set");
}
END_TEST

START_TEST(test_package_size_by_profile)
{
    struct limits limits;
    struct service_settings settings = {.clock = &f.clock, .limits = &limits};
    struct error err = {0};

    limits_init(&limits, true);
    limits.values[LIMIT_CODE_ZIP_BYTES] = 8;
    service_free(f.service);
    ck_assert_int_eq(service_new(f.loop, &settings, &f.service, &err), 0);
    ck_refused(send("POST", "/2023-03-30/functions", FUNCTION("f")), 400, "InvalidArgument",
               "Code size exceeds the maximum allowed length (max: 8, actual: '9')");
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("product/service/packages");
    TCase *tc = tcase_create("packages");

    tcase_add_checked_fixture(tc, fixture_setup, fixture_teardown);
    tcase_set_timeout(tc, 60);
    tcase_add_loop_test(tc, test_package_entries, 0, N_ELEMENTS(entries));
    tcase_add_test(tc, test_package_that_is_a_bomb);
    tcase_add_test(tc, test_package_line_breaks_in_base64);
    tcase_add_test(tc, test_package_download);
    tcase_add_test(tc, test_package_from_oss);
    tcase_add_test(tc, test_package_size_by_profile);
    suite_add_tcase(suite, tc);
    return suite_run(suite);
}
