#include "base/own.h"

#include "../suite.h"

static int closed;

static void handle_close(int *handle)
{
    if (handle)
        closed++;
}
DEFINE_OWN(handle_close, int *);

static int leave_early(int *handle, int how)
{
    OWN(handle_close) int *mine = handle;

    if (how == 0)
        return 0;
    if (how == 1)
        return GIVE(mine) == handle;
    return mine == NULL;
}

START_TEST(test_own_closes_on_every_way_out_but_not_after_give)
{
    int handle = 0;

    closed = 0;
    leave_early(&handle, 0);
    ck_assert_int_eq(closed, 1);
    ck_assert_int_eq(leave_early(&handle, 1), 1);
    ck_assert_int_eq(closed, 1);
    leave_early(&handle, 2);
    ck_assert_int_eq(closed, 2);
}
END_TEST

START_TEST(test_own_container_of_leads_back)
{
    struct outer {
        int before;
        int member;
    } outer = {1, 2};

    ck_assert_ptr_eq(CONTAINER_OF(&outer.member, struct outer, member), &outer);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("base/own");
    TCase *tc = tcase_create("own");

    tcase_add_test(tc, test_own_closes_on_every_way_out_but_not_after_give);
    tcase_add_test(tc, test_own_container_of_leads_back);
    suite_add_tcase(suite, tc);
    return suite_run(suite);
}
