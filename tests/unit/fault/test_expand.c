#include "builder.h"

static const struct {
    const char *text, *want;
} table[] = {
    {"plain",                                "plain"                                                      },
    {"{{function}} in {{service}}",          "f in s"                                                     },
    {"'{{path}}' against '{{method}}'",
     "'/2016-08-15/services/s/functions/f/invocations' against 'POST'"                                    },
    {"{{operation}}@{{account}}.{{region}}", "InvokeFunction@1653.cn-shanghai"                            },
    {"{{ request_id }}",                     "req"                                                        },
    {"{{now}}",                              "Tue, 24 Nov 2026 12:00:00 GMT"                              },
    {"{{now+20m}}",                          "Tue, 24 Nov 2026 12:20:00 GMT"                              },
    {"{{now-24h}}|{{now+90s}}",              "Mon, 23 Nov 2026 12:00:00 GMT|Tue, 24 Nov 2026 12:01:30 GMT"},
    {"{{now+20}}",                           "{{now+20}}"                                                 },
    {"{{nowhere}} {{x}} {{",                 "{{nowhere}} {{x}} {{"                                       },
    {"{\"a\":{\"b\":{}}}",                   "{\"a\":{\"b\":{}}}"                                         },
};

START_TEST(test_expand_table)
{
    OWN(arena_free) struct arena *arena = arena_new();
    struct fault_call call = call_of("f", NULL);
    uint64_t noon_ms = 0;

    ck_assert(clock_parse_iso("2026-11-24T12:00:00Z", 20, &noon_ms));
    struct str got = fault_expand(str_of(table[_i].text), &call, noon_ms, arena);

    ck_assert_msg(str_eq(got, str_of(table[_i].want)), "got '" STR_FMT "'", STR_ARG(got));
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("fault/expand");
    TCase *tc = tcase_create("expand");

    tcase_add_loop_test(tc, test_expand_table, 0, (int)N_ELEMENTS(table));
    suite_add_tcase(suite, tc);
    return suite_run(suite);
}
