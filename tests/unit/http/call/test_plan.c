#include "http/call/plan.h"

#include <stdio.h>

#include "../../suite.h"

#include "base/buf.h"

/* What a plan asks for, as text: "3" bytes, "~40" a pause, then how it ends. */
static const struct {
    struct delivery delivery;
    uint64_t body_len;
    const char *want;
} cases[] = {
    {{0},                                                                                   10, "10 keep"                 },
    {{0},                                                                                   0,  "keep"                    },
    {{.cut = true, .cut_after = 4, .end = DELIVERY_RESET},                                  10, "4 reset cut"             },
    {{.cut = true, .cut_after = 40, .end = DELIVERY_CLOSE},                                 10, "10 close"                },
    {{.cut = true, .end = DELIVERY_CLOSE},                                                  10, "close cut"               },
    {{.stall = true, .stall_after = 3, .stall_ms = 40},                                     10, "3 ~40 7 keep"            },
    {{.stall = true, .stall_after = 30, .stall_ms = 40},                                    10, "10 ~40 keep"             },
    {{.stall = true, .stall_after = 3, .stall_end = DELIVERY_CLOSE},                        10, "3 ~0 close cut"          },
    {{.drip_bytes = 4, .drip_every_ms = 5},                                                 10, "~5 4 ~5 4 ~3 2 keep"     },
    {{.drip_bytes = 5, .drip_every_ms = 5},                                                 10, "~5 5 ~5 5 keep"          },
    {{.drip_bytes = 4},                                                                     10, "4 4 2 keep"              },
    {{.drip_bytes = 4, .drip_every_ms = 5, .cut = true, .cut_after = 6},                    10, "~5 4 ~3 2 keep cut"      },
    {{.drip_bytes = 4, .drip_every_ms = 5, .stall = true, .stall_after = 6, .stall_ms = 9},
     10,                                                                                        "~5 4 ~5 2 ~9 2 ~3 2 keep"},
};

static const char *const ends[] = {"keep", "close", "reset", "silence"};

static bool goes_on(const struct step *step)
{
    bool fin = step->end == DELIVERY_KEEP || step->end == DELIVERY_CLOSE;

    return step->kind == STEP_SEND || (step->kind == STEP_END && fin);
}

static void walk(struct plan *plan, struct buf *out)
{
    struct step step;
    bool promised = plan_goes_on(plan, 0);

    do {
        step = plan_next(plan);
        ck_assert(!promised || goes_on(&step));
        promised = false;
        if (step.kind == STEP_SEND) {
            promised = plan_goes_on(plan, step.bytes);
            buf_printf(out, "%llu ", (unsigned long long)step.bytes);
            plan_sent(plan, step.bytes);
        } else if (step.kind == STEP_WAIT) {
            buf_printf(out, "~%llu ", (unsigned long long)step.wait_ms);
        }
    } while (step.kind != STEP_END && out->len < 200);
    buf_puts(out, ends[step.end]);
    buf_puts(out, plan->cut ? " cut" : "");
}

START_TEST(test_whole_answer_goes_on_to_its_end)
{
    struct plan plan;

    plan_init(&plan, &(struct delivery){.end = DELIVERY_CLOSE}, 10);
    ck_assert(plan_goes_on(&plan, 0));
    ck_assert(plan_goes_on(&plan, 10));
    plan_init(&plan, &(struct delivery){.end = DELIVERY_RESET}, 10);
    ck_assert(plan_goes_on(&plan, 0));
    ck_assert(!plan_goes_on(&plan, 10));
}
END_TEST

START_TEST(test_plan_table)
{
    OWN(buf_done) struct buf got = {0};
    struct plan plan;

    plan_init(&plan, &cases[_i].delivery, cases[_i].body_len);
    walk(&plan, &got);
    ck_assert_str_eq(buf_text(&got), cases[_i].want);
}
END_TEST

START_TEST(test_partial_writes_change_nothing_but_the_pieces)
{
    struct delivery delivery = {.drip_bytes = 4, .drip_every_ms = 5};
    struct plan plan;
    struct step step;

    plan_init(&plan, &delivery, 10);
    ck_assert_int_eq(plan_next(&plan).kind, STEP_WAIT); /* the first piece takes its time, too */
    step = plan_next(&plan);
    ck_assert_uint_eq(step.bytes, 4);
    plan_sent(&plan, 1);
    step = plan_next(&plan);
    ck_assert_int_eq(step.kind, STEP_SEND);
    ck_assert_uint_eq(step.at, 1);
    ck_assert_uint_eq(step.bytes, 3);
    plan_sent(&plan, 3);
    ck_assert_int_eq(plan_next(&plan).kind, STEP_WAIT);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("http/call/plan");
    TCase *tc = tcase_create("plan");

    tcase_add_loop_test(tc, test_plan_table, 0, (int)N_ELEMENTS(cases));
    tcase_add_test(tc, test_whole_answer_goes_on_to_its_end);
    tcase_add_test(tc, test_partial_writes_change_nothing_but_the_pieces);
    suite_add_tcase(suite, tc);
    return suite_run(suite);
}
