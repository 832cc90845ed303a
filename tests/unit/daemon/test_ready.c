#include "daemon/ready.h"

#include "../suite.h"

static const struct {
    uint16_t ports[3];
    size_t count;
    int want; /* which one; -1: none */
} cases[] = {
    {{8252},          1, 0 },
    {{80, 443, 8252}, 3, 2 },
    {{8252, 80},      2, 0 },
    {{0, 8252},       2, 1 },
    {{80, 443},       2, 0 },
    {{443, 80},       2, 0 },
    {{0, 443},        2, 1 },
    {{0},             1, -1},
    {{0},             0, -1},
    {{443, 9000},     2, 1 },
};

START_TEST(test_ready_banner_names_what_people_reach)
{
    struct ready_listener listeners[3];

    for (size_t i = 0; i < cases[_i].count; i++)
        listeners[i] = (struct ready_listener){STR("0.0.0.0"), cases[_i].ports[i]};
    const struct ready_listener *shown = ready_shown(listeners, cases[_i].count);

    ck_assert_int_eq(shown ? (int)(shown - listeners) : -1, cases[_i].want);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("daemon/ready");
    TCase *tc = tcase_create("ready");

    tcase_add_loop_test(tc, test_ready_banner_names_what_people_reach, 0, (int)N_ELEMENTS(cases));
    suite_add_tcase(suite, tc);
    return suite_run(suite);
}
