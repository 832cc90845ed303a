#include "admin/security.h"
#include "route/place.h"

#include "../suite.h"

enum { HEADERS_MAX = 3 };
#define NONE                                                                                       \
    {                                                                                              \
        {                                                                                          \
            {NULL, 0},                                                                             \
            {                                                                                      \
                NULL, 0                                                                            \
            }                                                                                      \
        }                                                                                          \
    }

static const struct {
    const char *what;
    const char *host; /* with port */
    struct http_header headers[HEADERS_MAX];
    bool tls, token_required, open;
    int want;
} cases[] = {
    {"plain",             "localhost:8252",                NONE,                                                          false, false, false, 0  },
    {"address",           "127.0.0.1:8252",                NONE,                                                          false, false, false, 0  },
    {"IPv6",              "[::1]:8252",                    NONE,                                                          false, false, false, 0  },
    {"rebound name",      "evil.example",                  NONE,                                                          false, false, false, 421},
    {"emulated host",     "1.cn-hangzhou.fc.aliyuncs.com", NONE,                                                          false, false, false, 421},
    {"own origin",
     "localhost:8252",                                     {{STR_INIT("Origin"), STR_INIT("http://localhost:8252")}},
     false,                                                                                                                      false,
     false,                                                                                                                                    0  },
    {"own origin, TLS",
     "localhost:8252",                                     {{STR_INIT("Origin"), STR_INIT("https://localhost:8252")}},
     true,                                                                                                                       false,
     false,                                                                                                                                    0  },
    {"other scheme",
     "localhost:8252",                                     {{STR_INIT("Origin"), STR_INIT("http://localhost:8252")}},
     true,                                                                                                                       false,
     false,                                                                                                                                    403},
    {"other port",
     "localhost:8252",                                     {{STR_INIT("Origin"), STR_INIT("http://localhost:3000")}},
     false,                                                                                                                      false,
     false,                                                                                                                                    403},
    {"foreign origin",
     "localhost:8252",                                     {{STR_INIT("Origin"), STR_INIT("https://evil.example")}},
     false,                                                                                                                      false,
     false,                                                                                                                                    403},
    {"null origin",
     "localhost:8252",                                     {{STR_INIT("Origin"), STR_INIT("null")}},
     false,                                                                                                                      false,
     false,                                                                                                                                    403},
    {"own page",
     "localhost:8252",                                     {{STR_INIT("Sec-Fetch-Site"), STR_INIT("same-origin")}},
     false,                                                                                                                      false,
     false,                                                                                                                                    0  },
    {"typed address",
     "localhost:8252",                                     {{STR_INIT("Sec-Fetch-Site"), STR_INIT("none")}},
     false,                                                                                                                      false,
     false,                                                                                                                                    0  },
    {"cross site",
     "localhost:8252",                                     {{STR_INIT("Sec-Fetch-Site"), STR_INIT("cross-site")}},
     false,                                                                                                                      false,
     false,                                                                                                                                    403},
    {"same site",
     "localhost:8252",                                     {{STR_INIT("Sec-Fetch-Site"), STR_INIT("same-site")}},
     false,                                                                                                                      false,
     false,                                                                                                                                    403},
    {"token missing",     "10.0.0.1:8252",                 NONE,                                                          false, true,  false, 401},
    {"token wrong",
     "10.0.0.1:8252",                                      {{STR_INIT("X-Fcemu-Token"), STR_INIT("opened-sesame")}},
     false,                                                                                                                      true,
     false,                                                                                                                                    401},
    {"token empty",
     "10.0.0.1:8252",                                      {{STR_INIT("X-Fcemu-Token"), STR_INIT("")}},
     false,                                                                                                                      true,
     false,                                                                                                                                    401},
    {"token",
     "10.0.0.1:8252",                                      {{STR_INIT("X-Fcemu-Token"), STR_INIT("open-sesame")}},
     false,                                                                                                                      true,
     false,                                                                                                                                    0  },
    {"bearer",
     "10.0.0.1:8252",                                      {{STR_INIT("authorization"), STR_INIT("bearer open-sesame")}},
     false,                                                                                                                      true,
     false,                                                                                                                                    0  },
    {"basic",
     "10.0.0.1:8252",                                      {{STR_INIT("Authorization"), STR_INIT("Basic open-sesame")}},
     false,                                                                                                                      true,
     false,                                                                                                                                    401},
    {"health check",      "10.0.0.1:8252",                 NONE,                                                          false, true,  true,  0  },
    {"health from afar",
     "10.0.0.1:8252",                                      {{STR_INIT("Origin"), STR_INIT("https://evil.example")}},
     false,                                                                                                                      true,
     true,                                                                                                                                     403},
    {"token and foreign",
     "10.0.0.1:8252",                                      {{STR_INIT("X-Fcemu-Token"), STR_INIT("open-sesame")},
      {STR_INIT("Origin"), STR_INIT("https://evil.example")}},
     false,                                                                                                                      true,
     false,                                                                                                                                    403},
};

/* The host without its port, as the server hands it over. */
static struct str host_of(struct str authority)
{
    struct str host, port;

    if (authority.ptr[0] == '[' || !str_cut_last(authority, ':', &host, &port))
        return authority.ptr[0] == '[' ? STR("[::1]") : authority;
    return host;
}

static struct http_request request_for(const char *authority, const struct http_header *headers,
                                       struct arena *arena)
{
    struct http_request request = {.authority = str_of(authority)};

    request.host = host_of(request.authority);
    for (size_t i = 0; i < HEADERS_MAX && headers[i].name.ptr; i++)
        http_headers_add(&request.headers, arena, headers[i].name, headers[i].value);
    return request;
}

START_TEST(test_security_table)
{
    struct visitor_policy visitors = {.token = STR("open-sesame")};
    struct security_policy policy = {&place_usual_names, cases[_i].token_required, &visitors};
    OWN(arena_free) struct arena *arena = arena_new();
    struct http_request request = request_for(cases[_i].host, cases[_i].headers, arena);

    request.tls = cases[_i].tls;
    struct security_verdict verdict = security_check(&policy, &request, cases[_i].open, arena);

    ck_assert_msg(verdict.status == cases[_i].want, "%s: got %d", cases[_i].what, verdict.status);
    ck_assert(verdict.status == 0 || verdict.detail.len > 0);
}
END_TEST

START_TEST(test_security_without_a_token_nothing_opens_a_wide_listener)
{
    struct visitor_policy visitors = {.token = STR("")};
    struct security_policy policy = {&place_usual_names, true, &visitors};
    OWN(arena_free) struct arena *arena = arena_new();
    struct http_header headers[HEADERS_MAX] = {
        {STR("X-Fcemu-Token"), STR("")}
    };
    struct http_request request = request_for("10.0.0.1", headers, arena);

    ck_assert_int_eq(security_check(&policy, &request, false, arena).status, 401);
}
END_TEST

static const struct {
    const char *type;
    bool body;
    enum security_type want;
} types[] = {
    {NULL,                                false, SECURITY_NO_BODY},
    {NULL,                                true,  SECURITY_JSON   },
    {"application/json",                  true,  SECURITY_JSON   },
    {"Application/JSON; charset=utf-8",   true,  SECURITY_JSON   },
    {"application/merge-patch+json",      true,  SECURITY_JSON   },
    {"application/yaml",                  true,  SECURITY_YAML   },
    {"text/plain",                        true,  SECURITY_OTHER  },
    {"application/x-www-form-urlencoded", false, SECURITY_OTHER  },
    {"multipart/form-data; boundary=x",   true,  SECURITY_OTHER  },
};

START_TEST(test_security_body_types_no_form_can_send)
{
    OWN(arena_free) struct arena *arena = arena_new();
    struct http_header headers[HEADERS_MAX] = NONE;

    if (types[_i].type)
        headers[0] = (struct http_header){STR("Content-Type"), str_of(types[_i].type)};
    struct http_request request = request_for("localhost", headers, arena);

    request.body = types[_i].body ? STR("{}") : STR_NONE;
    ck_assert_int_eq(security_body_type(&request), types[_i].want);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("admin/security");
    TCase *tc = tcase_create("security");

    tcase_add_loop_test(tc, test_security_table, 0, (int)N_ELEMENTS(cases));
    tcase_add_test(tc, test_security_without_a_token_nothing_opens_a_wide_listener);
    tcase_add_loop_test(tc, test_security_body_types_no_form_can_send, 0, (int)N_ELEMENTS(types));
    suite_add_tcase(suite, tc);
    return suite_run(suite);
}
