#include "cli/print.h"

#include "../suite.h"

static const struct {
    const char *text;
    bool ok;
    uint64_t ns;
} rows[] = {
    {"250ms", true,  250000000     },
    {"5s",    true,  5000000000    },
    {"1.5m",  true,  90000000000   },
    {"5h",    true,  18000000000000},
    {"5",     false, 0             },
    {"-1s",   false, 0             },
    {"s",     false, 0             },
    {"",      false, 0             },
};

START_TEST(test_cli_duration_table)
{
    uint64_t ns = 0;

    ck_assert_msg(cli_duration(rows[_i].text, &ns) == rows[_i].ok, "'%s'", rows[_i].text);
    ck_assert_uint_eq(ns, rows[_i].ns);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("cli/print");
    TCase *tc = tcase_create("print");

    tcase_add_loop_test(tc, test_cli_duration_table, 0, (int)N_ELEMENTS(rows));
    suite_add_tcase(suite, tc);
    return suite_run(suite);
}
