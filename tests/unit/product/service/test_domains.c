#include "fixture.h"

#define PEM(label) "-----BEGIN " label "-----\\nMIIB\\n-----END " label "-----\\n"

START_TEST(test_domain_with_a_name_only)
{
    struct reply made =
        send("POST", "/2016-08-15/custom-domains", "{\"domainName\":\"pythonSDK.example.com\"}");

    ck_assert_str_eq(
        made.body,
        "{\"domainName\":\"pythonSDK.example.com\",\"protocol\":\"HTTP\",\"routeConfig\":"
        "{\"routes\":[]},\"certConfig\":{\"certName\":null,\"certificate\":null,\"privateKey\":"
        "null},"
        "\"accountId\":\"16530750\",\"apiVersion\":\"2016-08-15\",\"createdTime\":"
        "\"2020-09-13T12:26:40Z\",\"lastModifiedTime\":\"2020-09-13T12:26:40Z\"}");
    ck_refused(
        send("POST", "/2016-08-15/custom-domains", "{\"domainName\":\"pythonSDK.example.com\"}"),
        409, "DomainNameAlreadyExists", "domain name 'pythonSDK.example.com' already exists");
    struct reply list = send("GET", "/2016-08-15/custom-domains?prefix=pythonSDK", NULL);

    ck_assert_int_eq(cJSON_GetArraySize(list.json), 1);
    ck_refused(send("POST", "/2016-08-15/custom-domains", "{\"domainName\":\"Auto\"}"), 400,
               "InvalidArgument",
               "domain name doesn't match expected format (allowed: "
               "'^([a-z0-9A-Z][-a-z0-9A-Z]{0,62}\\.)+[a-zA-Z]{2,}$', actual: 'Auto')");
    ck_refused(send("GET", "/2016-08-15/custom-domains/a.b.com", NULL), 404, "DomainNameNotFound",
               "domain name 'a.b.com' does not exist");
}
END_TEST

START_TEST(test_domain_certificate_never_gives_the_key_away)
{
    ck_ok(send("POST", "/2016-08-15/custom-domains", "{\"domainName\":\"a.example.com\"}"));
    ck_refused(
        send("PUT", "/2016-08-15/custom-domains/a.example.com", "{\"protocol\":\"HTTP,HTTPS\"}"),
        400, "InvalidArgument", "CertConfig is required but not provided");
    struct reply changed =
        send("PUT", "/2016-08-15/custom-domains/a.example.com",
             "{\"protocol\":\"HTTP,HTTPS\",\"certConfig\":{\"CertName\":\"n\",\"Certificate\":"
             "\"" PEM("CERTIFICATE") "\",\"PrivateKey\":\"" PEM(
                 "EC PRIVATE KEY") "\"},\"routeConfig\":{\"routes\":["
                                   "{\"path\":\"/"
                                   "*\",\"serviceName\":\"s1\",\"functionName\":\"f1\","
                                   "\"qualifier\":\"?query\","
                                   "\"methods\":[\"GET\"]},{\"path\":\"/"
                                   "b\",\"serviceName\":\"s2\",\"functionName\":\"f2\"}]}}");

    ck_assert_str_eq(text_at(changed, "certConfig"), "{\"certName\":\"n\",\"certificate\":\"" PEM(
                                                         "CERTIFICATE") "\",\"privateKey\":null}");
    ck_assert_str_eq(string_at(changed, "routeConfig.routes.0.qualifier"), "?query");
    ck_assert_str_eq(text_at(changed, "routeConfig.routes.1.qualifier"), "null");
    changed = send("PUT", "/2016-08-15/custom-domains/a.example.com", "{\"protocol\":\"HTTP\"}");
    ck_assert_str_eq(string_at(changed, "protocol"), "HTTP");
    ck_assert_str_eq(string_at(changed, "certConfig.certName"), "n");
    ck_assert_ptr_null(
        strstr(send("GET", "/2023-03-30/custom-domains/a.example.com", NULL).body, "EC PRIVATE"));
}
END_TEST

START_TEST(test_domain_refusals)
{
    ck_refused(send("POST", "/2016-08-15/custom-domains",
                    "{\"domainName\":\"a.example.com\",\"certConfig\":{\"certName\":\"n\"}}"),
               400, "InvalidArgument", "Certificate is required but not provided");
    ck_refused(send("POST", "/2016-08-15/custom-domains",
                    "{\"domainName\":\"a.example.com\",\"certConfig\":{\"certificate\":\"" PEM(
                        "CERTIFICATE") "\"}}"),
               400, "InvalidArgument", "CertName is required but not provided");
    ck_refused(
        send("POST", "/2016-08-15/custom-domains",
             "{\"domainName\":\"a.example.com\",\"routeConfig\":{\"routes\":[{\"path\":\"/\","
             "\"methods\":[\"GET\",\"FETCH\"]}]}}"),
        400, "InvalidArgument",
        "Methods is set to an invalid value (allowed: HEAD | GET | POST | PUT | DELETE | "
        "PATCH | OPTIONS, actual: 'FETCH')");
    ck_assert_str_eq(send("GET", "/2016-08-15/custom-domains", NULL).body,
                     "{\"customDomains\":[]}");
}
END_TEST

START_TEST(test_domain_routes_of_both_generations)
{
    ck_ok(send("POST", "/2023-03-30/custom-domains",
               "{\"domainName\":\"a.example.com\",\"routeConfig\":{\"routes\":[{\"path\":\"/\","
               "\"functionName\":\"new\"},{\"path\":\"/old\",\"functionName\":\"svc$old\"}]}}"));
    struct reply classic = send("GET", "/2016-08-15/custom-domains/a.example.com", NULL);

    ck_assert_str_eq(string_at(classic, "routeConfig.routes.0.serviceName"), "_fc3");
    ck_assert_str_eq(string_at(classic, "routeConfig.routes.1.serviceName"), "svc");
    ck_assert_str_eq(string_at(classic, "routeConfig.routes.1.functionName"), "old");
    struct reply current = send("GET", "/2023-03-30/custom-domains/a.example.com", NULL);

    ck_assert_str_eq(string_at(current, "routeConfig.routes.1.functionName"), "svc$old");
    ck_assert_str_eq(text_at(current, "routeConfig.routes.1.serviceName"), "absent");
    ck_assert_str_eq(text_at(current, "certConfig"), "absent");
    ck_assert_str_eq(text_at(current, "protocol"), "absent");
    ck_assert_str_eq(string_at(current, "subdomainCount"), "0");
    ck_assert_int_eq(send("DELETE", "/2023-03-30/custom-domains/a.example.com", NULL).status, 204);
}
END_TEST

int main(void)
{
    const TTest *const tests[] = {
        test_domain_with_a_name_only,
        test_domain_certificate_never_gives_the_key_away,
        test_domain_refusals,
        test_domain_routes_of_both_generations,
    };

    return run_tests("product/service/domains", tests, N_ELEMENTS(tests));
}
