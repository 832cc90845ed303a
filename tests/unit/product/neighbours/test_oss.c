#include "fixture.h"

#define HOST "code.oss-cn-hangzhou.aliyuncs.com"

static void make_bucket(void)
{
    ck_assert_int_eq(ask("PUT", HOST, "/", ""), 200);
}

static void put(const char *key, const char *body)
{
    ck_assert_int_eq(ask("PUT", HOST, arena_printf(f.arena, "/%s", key), body), 200);
}

START_TEST(test_oss_object_reads_back_as_it_was_put)
{
    make_bucket();
    with_header("Content-Type", "application/zip");
    with_header("Content-MD5", "JfnnlDI7RTiF9RgfG2JNCw==");
    with_header("x-oss-meta-Owner", "me");
    ck_assert_int_eq(ask("PUT", HOST, "/a%20b/c.zip", "123456789"), 200);
    ck_assert(f.answer.performed);
    ck_assert_str_eq(answer_header("ETag"), "\"25F9E794323B453885F5181F1B624D0B\"");
    ck_assert_str_eq(answer_header("x-oss-hash-crc64ecma"), "11051210869376104954");
    ck_assert_str_eq(answer_header("x-oss-request-id"), "REQ-1");

    ck_assert_int_eq(ask("GET", HOST, "/a%20b/c.zip", ""), 200);
    ck_assert_str_eq(answer_text(), "123456789");
    ck_assert_str_eq(answer_header("ETag"), "\"25F9E794323B453885F5181F1B624D0B\"");
    ck_assert_str_eq(answer_header("Content-Type"), "application/zip");
    ck_assert_str_eq(answer_header("x-oss-meta-owner"), "me");
    ck_assert_str_eq(answer_header("Last-Modified"), "Mon, 12 Jan 1970 13:46:40 GMT");

    ck_assert_int_eq(ask("HEAD", HOST, "/a%20b/c.zip", ""), 200);
    ck_assert_str_eq(answer_header("Content-Length"), "9");
    ck_assert(!str_is_set(f.answer.body));
}
END_TEST

START_TEST(test_oss_service_finds_the_bytes_of_an_object)
{
    struct neighbours_object object;
    char want[DIGEST_HEX_BYTES];

    make_bucket();
    put("100/code", "123456789");
    ck_assert(neighbours_object(f.store, STR("code"), STR("100/code"), &object));
    digest_hex(DIGEST_SHA256, STR("123456789"), want);
    ck_assert(str_eq(object.blob, str_of(want)));
    ck_assert_uint_eq(object.size, 9);
    ck_assert_uint_eq(object.crc64, 11051210869376104954u);
    ck_assert(!neighbours_object(f.store, STR("code"), STR("100"), &object));
    ck_assert(!neighbours_object(f.store, STR("other"), STR("100/code"), &object));
}
END_TEST

START_TEST(test_oss_empty_object_is_an_object)
{
    make_bucket();
    put("empty", "");
    ck_assert_int_eq(ask("GET", HOST, "/empty", ""), 200);
    ck_assert_uint_eq(f.answer.body.len, 0);
    ck_assert_str_eq(answer_header("x-oss-hash-crc64ecma"), "0");
}
END_TEST

START_TEST(test_oss_path_style_names_the_bucket_in_the_path)
{
    make_bucket();
    put("key", "value");
    ck_assert_int_eq(ask("GET", "oss-cn-hangzhou.aliyuncs.com", "/code/key", ""), 200);
    ck_assert_str_eq(answer_text(), "value");
    with_header("Authorization", "OSS id:sig");
    ck_assert_int_eq(ask("GET", "127.0.0.1", "/code/key", ""), 200);
    ck_assert_str_eq(answer_text(), "value");
}
END_TEST

static const struct {
    const char *range;
    int status;
    const char *body;
    const char *content_range;
} ranges[] = {
    {"bytes=0-3",   206, "1234",      "bytes 0-3/9"},
    {"bytes=5-",    206, "6789",      "bytes 5-8/9"},
    {"bytes=-2",    206, "89",        "bytes 7-8/9"},
    {"bytes=-20",   206, "123456789", "bytes 0-8/9"},
    {"bytes=7-100", 206, "89",        "bytes 7-8/9"},
    {"bytes=9-",    200, "123456789", "(none)"     },
    {"bytes=3-1",   200, "123456789", "(none)"     },
    {"bytes=-",     200, "123456789", "(none)"     },
    {"lines=1-2",   200, "123456789", "(none)"     },
    {"bytes=-0",    200, "123456789", "(none)"     },
};

START_TEST(test_oss_range)
{
    make_bucket();
    put("key", "123456789");
    with_header("Range", ranges[_i].range);
    ck_assert_int_eq(ask("GET", HOST, "/key", ""), ranges[_i].status);
    ck_assert_str_eq(answer_text(), ranges[_i].body);
    ck_assert_str_eq(answer_header("Content-Range"), ranges[_i].content_range);
}
END_TEST

START_TEST(test_oss_range_of_the_standard_is_refused_when_it_cannot_be_met)
{
    make_bucket();
    put("key", "123456789");
    with_header("Range", "bytes=9-");
    with_header("x-oss-range-behavior", "standard");
    ck_assert_int_eq(ask("GET", HOST, "/key", ""), 416);
    ck_assert(str_eq(f.answer.code, STR("InvalidRange")));
}
END_TEST

START_TEST(test_oss_refuses_bytes_that_are_not_what_they_should_be)
{
    make_bucket();
    with_header("Content-MD5", "JfnnlDI7RTiF9RgfG2JNCw==");
    ck_assert_int_eq(ask("PUT", HOST, "/key", "12345678"), 400);
    ck_assert(str_eq(f.answer.code, STR("InvalidDigest")));
    ck_assert(!f.answer.performed);
    ck_assert_int_eq(ask("GET", HOST, "/key", ""), 404);
}
END_TEST

START_TEST(test_oss_error_has_the_form_that_clients_parse)
{
    make_bucket();
    ck_assert_int_eq(ask("GET", HOST, "/a%3C", ""), 404);
    ck_assert_str_eq(answer_header("Content-Type"), "application/xml");
    ck_assert_str_eq(answer_text(), "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
                                    "<Error><Code>NoSuchKey</Code>"
                                    "<Message>The specified key does not exist.</Message>"
                                    "<RequestId>REQ-1</RequestId><HostId>" HOST "</HostId>"
                                    "<BucketName>code</BucketName><Key>a&lt;</Key></Error>");
}
END_TEST

START_TEST(test_oss_forbids_overwriting_when_asked)
{
    make_bucket();
    put("key", "1");
    with_header("x-oss-forbid-overwrite", "true");
    ck_assert_int_eq(ask("PUT", HOST, "/key", "2"), 409);
    ck_assert(str_eq(f.answer.code, STR("FileAlreadyExists")));
}
END_TEST

START_TEST(test_oss_buckets_come_and_go)
{
    ck_assert_int_eq(ask("PUT", HOST, "/key", "x"), 404);
    ck_assert(str_eq(f.answer.code, STR("NoSuchBucket")));
    make_bucket();
    make_bucket(); /* again is fine */
    ck_assert_int_eq(ask("GET", "oss-cn-hangzhou.aliyuncs.com", "/", ""), 200);
    assert_holds(answer_text(), "<Name>code</Name>");
    ck_assert_int_eq(ask("GET", HOST, "/?bucketInfo", ""), 200);
    assert_holds(answer_text(), "<Location>oss-cn-hangzhou</Location>");
    assert_holds(answer_text(), "<Grant>private</Grant>");
    ck_assert_int_eq(ask("GET", HOST, "/?location", ""), 200);
    assert_holds(answer_text(), "<LocationConstraint>oss-cn-hangzhou</LocationConstraint>");
    put("key", "x");
    ck_assert_int_eq(ask("DELETE", HOST, "/", ""), 409);
    ck_assert_int_eq(ask("DELETE", HOST, "/key", ""), 204);
    ck_assert_int_eq(ask("DELETE", HOST, "/key", ""), 204);
    ck_assert_int_eq(ask("DELETE", HOST, "/", ""), 204);
    ck_assert_int_eq(ask("GET", HOST, "/?bucketInfo", ""), 404);
    ck_assert_int_eq(ask("PUT", "oss-cn-hangzhou.aliyuncs.com", "/a-", ""), 400);
    ck_assert(str_eq(f.answer.code, STR("InvalidBucketName")));
}
END_TEST

START_TEST(test_oss_upload_bucket_needs_no_creation)
{
    struct str bucket = neighbours_upload_bucket(STR("cn-hangzhou"), f.arena);
    const char *host = arena_printf(f.arena, STR_FMT ".oss.aliyuncs.com", STR_ARG(bucket));

    ck_assert_int_eq(ask("PUT", host, "/100/x", "y"), 200);
    ck_assert_int_eq(ask("GET", host, "/100/x", ""), 200);
    ck_assert_str_eq(answer_text(), "y");
}
END_TEST

START_TEST(test_oss_list_pages_through_names_in_bytewise_order)
{
    make_bucket();
    put("9", "x");
    put("10", "x");
    put("a/1", "x");
    put("a/2", "x");
    put("b", "x");
    ck_assert_int_eq(ask("GET", HOST, "/?max-keys=2", ""), 200);
    assert_holds(answer_text(), "<IsTruncated>true</IsTruncated>");
    assert_holds(answer_text(), "<NextMarker>9</NextMarker>");
    ck_assert_int_eq(ask("GET", HOST, "/?marker=9&delimiter=%2F&max-keys=1", ""), 200);
    assert_holds(answer_text(), "<NextMarker>a/</NextMarker>");
    assert_holds(answer_text(), "<CommonPrefixes><Prefix>a/</Prefix></CommonPrefixes>");
    ck_assert_int_eq(ask("GET", HOST, "/?marker=a/&delimiter=%2F", ""), 200);
    assert_holds(answer_text(), "<Key>b</Key>");
    ck_assert_ptr_null(strstr(answer_text(), "CommonPrefixes"));
    ck_assert_int_eq(ask("GET", HOST, "/?prefix=a/&encoding-type=url", ""), 200);
    assert_holds(answer_text(),
                 "<Key>a/2</Key><LastModified>1970-01-12T13:46:40.000Z</LastModified>");
    assert_holds(answer_text(), "<Owner><ID>100</ID><DisplayName>100</DisplayName></Owner>");
    ck_assert_ptr_null(strstr(answer_text(), "<Key>b</Key>"));
}
END_TEST

START_TEST(test_oss_list_of_the_second_version_continues_by_token)
{
    make_bucket();
    put("a", "x");
    put("b", "x");
    ck_assert_int_eq(ask("GET", HOST, "/?list-type=2&max-keys=1", ""), 200);
    assert_holds(answer_text(), "<KeyCount>1</KeyCount>");
    assert_holds(answer_text(), "<NextContinuationToken>YQ==</NextContinuationToken>");
    ck_assert_int_eq(ask("GET", HOST, "/?list-type=2&continuation-token=YQ%3D%3D", ""), 200);
    assert_holds(answer_text(), "<Key>b</Key>");
    ck_assert_ptr_null(strstr(answer_text(), "<Key>a</Key>"));
    ck_assert_int_eq(ask("GET", HOST, "/?list-type=2&max-keys=1001", ""), 400);
}
END_TEST

START_TEST(test_oss_names_what_it_does_not_emulate)
{
    make_bucket();
    ck_assert_int_eq(ask("POST", HOST, "/big?append", ""), 501);
    assert_holds(answer_text(), "fcemu does not emulate 'POST ?append' of OSS.");
    ck_assert_int_eq(ask("PUT", HOST, "/?qosInfo", ""), 501);
    with_header("x-oss-copy-source", "/code/x");
    ck_assert_int_eq(ask("PUT", HOST, "/y", ""), 501);
}
END_TEST

START_TEST(test_oss_presigned_url_ends)
{
    make_bucket();
    put("key", "x");
    ck_assert_int_eq(ask("GET", HOST, "/key?OSSAccessKeyId=a&Expires=1000001&Signature=s", ""),
                     200);
    ck_assert_int_eq(ask("GET", HOST, "/key?OSSAccessKeyId=a&Expires=999999&Signature=s", ""), 403);
    ck_assert(str_eq(f.answer.code, STR("AccessDenied")));
}
END_TEST

START_TEST(test_oss_refuses_names_that_cannot_be)
{
    make_bucket();
    ck_assert_int_eq(ask("PUT", HOST, "/%ff", "x"), 400);
    ck_assert_int_eq(ask("PUT", HOST, "/a%00b", "x"), 400);
    ck_assert_int_eq(ask("PUT", HOST, "/%zz", "x"), 400);
}
END_TEST

START_TEST(test_oss_client_that_left_is_not_told)
{
    struct neighbours_pending *pending;

    make_bucket();
    f.answered = false;
    pending = neighbours_perform(f.neighbours, call_of(request_of("PUT", HOST, "/key", STR("x"))),
                                 note_answer, NULL);
    ck_assert_ptr_nonnull(pending);
    neighbours_cancel(pending);
    put("other", "y"); /* goes behind it */
    ck_assert_int_eq(ask("GET", HOST, "/key", ""), 404);
}
END_TEST

static const struct {
    const char *body;
    int status;
    const char *answer;
} deletions[] = {
    {"<Delete><Object><Key>a&amp;&#x62;&#99;</Key></Object><Object><Key>no</Key></Object></Delete>",
     200,                                                                                                 "<DeleteResult><Deleted><Key>a&amp;bc</Key></Deleted><Deleted><Key>no</Key></Deleted>"},
    {"<Delete><Quiet>true</Quiet><Object><Key>a&amp;bc</Key></Object></Delete>",                     200,
     "<DeleteResult></DeleteResult>"                                                                                                                                                            },
    {"<Delete></Delete>",                                                                            400, "MalformedXML"                                                                        },
    {"<Delete><Object><Key></Key></Object></Delete>",                                                400, "MalformedXML"                                                                        },
    {"<Delete><Object><Key>a&x;</Key></Object></Delete>",                                            400, "MalformedXML"                                                                        },
    {"<Delete><Object><Key>a&#;</Key></Object></Delete>",                                            400, "MalformedXML"                                                                        },
    {"<Delete><Object><Key>a&#0;</Key></Object></Delete>",                                           400, "MalformedXML"                                                                        },
    {"<Delete><Object><Key>cut",                                                                     400, "MalformedXML"                                                                        },
    {"",                                                                                             400, "MalformedXML"                                                                        },
};

START_TEST(test_oss_deletes_many_at_once)
{
    ck_assert_int_eq(ask("PUT", "many.oss-cn-hangzhou.aliyuncs.com", "/", ""), 200);
    ck_assert_int_eq(ask("PUT", "many.oss-cn-hangzhou.aliyuncs.com", "/a%26bc", "x"), 200);
    ck_assert_int_eq(
        ask("POST", "many.oss-cn-hangzhou.aliyuncs.com", "/?delete", deletions[_i].body),
        deletions[_i].status);
    assert_holds(answer_text(), deletions[_i].answer);
    ck_assert_int_eq(ask("HEAD", "many.oss-cn-hangzhou.aliyuncs.com", "/a%26bc", ""),
                     deletions[_i].status == 200 ? 404 : 200);
}
END_TEST

START_TEST(test_oss_switched_off_says_so)
{
    static const bool none[NEIGHBOUR_COUNT] = {false};

    teardown();
    fixture_start(none);
    ck_assert_int_eq(ask("GET", HOST, "/key", ""), 501);
    assert_holds(answer_text(), "OSS is switched off here by the setting neighbours.oss.");
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("product/neighbours/oss");
    TCase *tc = tcase_create("oss");

    tcase_add_checked_fixture(tc, setup, teardown);
    tcase_add_test(tc, test_oss_object_reads_back_as_it_was_put);
    tcase_add_test(tc, test_oss_service_finds_the_bytes_of_an_object);
    tcase_add_test(tc, test_oss_empty_object_is_an_object);
    tcase_add_test(tc, test_oss_path_style_names_the_bucket_in_the_path);
    tcase_add_loop_test(tc, test_oss_range, 0, (int)N_ELEMENTS(ranges));
    tcase_add_test(tc, test_oss_range_of_the_standard_is_refused_when_it_cannot_be_met);
    tcase_add_test(tc, test_oss_refuses_bytes_that_are_not_what_they_should_be);
    tcase_add_test(tc, test_oss_error_has_the_form_that_clients_parse);
    tcase_add_test(tc, test_oss_forbids_overwriting_when_asked);
    tcase_add_test(tc, test_oss_buckets_come_and_go);
    tcase_add_test(tc, test_oss_upload_bucket_needs_no_creation);
    tcase_add_test(tc, test_oss_list_pages_through_names_in_bytewise_order);
    tcase_add_test(tc, test_oss_list_of_the_second_version_continues_by_token);
    tcase_add_test(tc, test_oss_names_what_it_does_not_emulate);
    tcase_add_test(tc, test_oss_presigned_url_ends);
    tcase_add_test(tc, test_oss_refuses_names_that_cannot_be);
    tcase_add_test(tc, test_oss_client_that_left_is_not_told);
    tcase_add_test(tc, test_oss_switched_off_says_so);
    tcase_add_loop_test(tc, test_oss_deletes_many_at_once, 0, (int)N_ELEMENTS(deletions));
    suite_add_tcase(suite, tc);
    return suite_run(suite);
}
