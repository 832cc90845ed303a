/* What single members may hold: each row is put into an update of a service or function. */
#include "fixture.h"

#define SERVICE "/2016-08-15/services/demo"
#define FUNCTION_PATH SERVICE "/functions/f"

/* 64 characters of three bytes each. */
#define CHARS_16                                                                                   \
    "\xE5\x87\xBD\xE6\x95\xB0\xE8\xAE\xA1\xE7\xAE\x97\xE5\x87\xBD\xE6\x95\xB0\xE8\xAE\xA1\xE7\xAE" \
    "\x97"                                                                                         \
    "\xE5\x87\xBD\xE6\x95\xB0\xE8\xAE\xA1\xE7\xAE\x97\xE5\x87\xBD\xE6\x95\xB0\xE8\xAE\xA1\xE7\xAE" \
    "\x97"
#define CHARS_64 CHARS_16 CHARS_16 CHARS_16 CHARS_16
#define CHARS_256 CHARS_64 CHARS_64 CHARS_64 CHARS_64

/* clang-format off */
static const struct {
    const char *path, *body, *member, *want;
} kept[] = {
    {SERVICE, "{\"description\":\"" CHARS_256 "\"}", "description", "\"" CHARS_256 "\""},
    {SERVICE, "{\"nasConfig\":{\"userId\":-1,\"groupId\":65534}}", "nasConfig.groupId", "65534"},
    {SERVICE, "{\"logConfig\":{\"logBeginRule\":\"DefaultRegex\"}}", "logConfig.logBeginRule", "\"DefaultRegex\""},
    {SERVICE, "{\"logConfig\":{\"logBeginRule\":\"\"}}", "logConfig.logBeginRule", "\"\""},
    {SERVICE, "{\"tracingConfig\":{\"type\":null,\"params\":null}}", "tracingConfig", "{\"type\":null,\"params\":null}"},
    {SERVICE, "{\"description\":\"first\",\"description\":\"last\"}", "description", "\"last\""},
    {SERVICE, "{\"internetAccess\":\"False\"}", "internetAccess", "false"},
    {SERVICE, "null", "description", "\"\""},
    {FUNCTION_PATH, "{\"instanceType\":\"c1\"}", "instanceType", "\"c1\""},
    {FUNCTION_PATH, "{\"instanceType\":\"\"}", "instanceType", "\"e1\""},
    {FUNCTION_PATH, "{\"instanceConcurrency\":0}", "instanceConcurrency", "1"},
    {FUNCTION_PATH, "{\"caPort\":0}", "caPort", "0"},
    {FUNCTION_PATH, "{\"diskSize\":10240}", "diskSize", "10240"},
    {FUNCTION_PATH, "{\"diskSize\":61440,\"instanceType\":\"fc.gpu.tesla.1\"}", "diskSize", "61440"},
    {FUNCTION_PATH, "{\"code\":{\"zipFile\":null,\"ossBucketName\":null}}", "codeSize", "9"},
    {FUNCTION_PATH, "{\"code\":[]}", "codeSize", "9"},
    {FUNCTION_PATH, "{\"environmentVariables\":{\"a\":\"1\",\"a\":\"2\"}}", "environmentVariables", "{\"a\":\"2\"}"},
};

static const struct {
    const char *path, *body, *message;
} refused[] = {
    {SERVICE, "{\"description\":\"" CHARS_256 "x\"}",
     "Description exceeds the maximum allowed length (max: 256, actual: '257')"},
    {SERVICE, "{\"nasConfig\":{\"userId\":-2}}", "UserId is set to an invalid value (allowed: 0-65534, actual: '-2')"},
    {SERVICE, "{\"nasConfig\":{\"groupId\":65535}}", "GroupId is set to an invalid value (allowed: 0-65534, actual: '65535')"},
    {SERVICE, "{\"logConfig\":{\"logBeginRule\":\"Foo\"}}",
     "LogBeginRule is set to an invalid value (allowed: None | DefaultRegex, actual: 'Foo')"},
    {SERVICE, "{\"tracingConfig\":{\"type\":\"Zipkin\"}}",
     "TracingType is set to an invalid value (allowed: Jaeger, actual: 'Zipkin')"},
    {SERVICE, "{\"description\":\"a\\u0000b\"}", "Bad data in request body"},
    {SERVICE, "{\"role\":[]}", "Role is set to an invalid value (allowed: string, actual: '[]')"},
    {SERVICE, "{\"internetAccess\":1e999}", "InternetAccess is set to an invalid value (allowed: true | false, actual: 'null')"},
    {FUNCTION_PATH, "{\"instanceType\":\"huge\"}",
     "InstanceType is set to an invalid value (allowed: e1 | c1 | g1 | fc.gpu.tesla.1 | fc.gpu.ampere.1 | fc.gpu.ada.1, "
     "actual: 'huge')"},
    {FUNCTION_PATH, "{\"diskSize\":1024}", "DiskSize is set to an invalid value (allowed: 512 | 10240, actual: '1024')"},
    {FUNCTION_PATH, "{\"gpuMemorySize\":1}", "GpuMemorySize is set to an invalid value (allowed: 1024 or more, actual: '1')"},
    {FUNCTION_PATH, "{\"timeout\":1e300}", "Timeout is set to an invalid value (allowed: integer, actual: '1e+300')"},
    {FUNCTION_PATH, "{\"code\":\"x\"}", "Code is set to an invalid value (allowed: object, actual: '\"x\"')"},
    {FUNCTION_PATH, "{\"code\":[1]}", "Code is set to an invalid value (allowed: object, actual: '[1]')"},
    {FUNCTION_PATH, "{\"code\":{\"zipFile\":7}}", "ZipFile is set to an invalid value (allowed: text in base64, actual: '7')"},
    {FUNCTION_PATH, "{\"code\":{\"ossBucketName\":\"b\",\"ossObjectName\":\"o\"}}",
     "OssBucketName is below the minimum allowed length (min: 3, actual: '1')"},
    {FUNCTION_PATH, "{\"code\":{\"ossBucketName\":[],\"ossObjectName\":\"o\"}}",
     "OssBucketName is set to an invalid value (allowed: string, actual: '[]')"},
    {FUNCTION_PATH, "{\"code\":{\"zipFile\":\"MTIz\",\"ossBucketName\":\"bucket\",\"ossObjectName\":\"o\"}}",
     "Either ossBucketName/ossObjectName or zipFile must be set"},
    {FUNCTION_PATH, "{\"customContainerConfig\":{\"accelerationType\":\"Turbo\"}}",
     "AccelerationType is set to an invalid value (allowed: Default | None, actual: 'Turbo')"},
    {FUNCTION_PATH "/async-invoke-config", "{\"maxAsyncEventAgeInSeconds\":2592001}",
     "MaxAsyncEventAgeInSeconds is set to an invalid value (allowed: 1-2592000, actual: '2592001')"},
};
/* clang-format on */

static void setup_demo(void)
{
    create_service("demo");
    create_function("demo", "f");
}

START_TEST(test_member_is_kept)
{
    struct reply got;

    setup_demo();
    got = send("PUT", kept[_i].path, kept[_i].body);
    ck_ok(got);
    ck_assert_str_eq(text_at(got, kept[_i].member), kept[_i].want);
    ck_assert_str_eq(text_at(send("GET", kept[_i].path, NULL), kept[_i].member), kept[_i].want);
}
END_TEST

/* A refusal leaves everything as it was. */
START_TEST(test_member_is_refused)
{
    struct reply before, after;

    setup_demo();
    before = send("GET", refused[_i].path, NULL);
    ck_refused(send("PUT", refused[_i].path, refused[_i].body), 400, "InvalidArgument",
               refused[_i].message);
    after = send("GET", refused[_i].path, NULL);
    ck_assert_str_eq(after.body, before.body);
    ck_assert_str_eq(after.etag, before.etag);
}
END_TEST

START_TEST(test_code_is_checked_before_anything_is_looked_up)
{
    create_service("demo");
    ck_refused(send("POST", "/2016-08-15/services/nowhere/functions",
                    "{\"functionName\":\"f\",\"runtime\":\"python3\",\"handler\":\"h\"}"),
               400, "InvalidArgument", "Either ossBucketName/ossObjectName or zipFile must be set");
    create_function("demo", "f");
    ck_refused(send("POST", SERVICE "/functions",
                    "{\"functionName\":\"f\",\"runtime\":\"python3\",\"handler\":\"h\",\"code\":{"
                    "\"ossBucketName\":\"bucket\",\"ossObjectName\":\"o\"}}"),
               409, "FunctionAlreadyExists", "function 'f' already exists in service 'demo'");
    ck_refused(send("PUT", SERVICE "/functions/none", "{\"code\":{\"zipFile\":\"?\"}}"), 400,
               "InvalidArgument", "ZipFile is not valid base64");
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("product/service/members");
    TCase *tc = tcase_create("members");

    tcase_add_checked_fixture(tc, fixture_setup, fixture_teardown);
    tcase_add_loop_test(tc, test_member_is_kept, 0, (int)N_ELEMENTS(kept));
    tcase_add_loop_test(tc, test_member_is_refused, 0, (int)N_ELEMENTS(refused));
    tcase_add_test(tc, test_code_is_checked_before_anything_is_looked_up);
    suite_add_tcase(suite, tc);
    return suite_run(suite);
}
