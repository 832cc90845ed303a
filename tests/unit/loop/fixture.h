/*
 * tests/unit/loop/fixture.h - one loop a test, and a deadline for everything that is waited for
 */
#pragma once

#include "../suite.h"

#include "loop/loop.h"

enum { MS = 1000000, FIXTURE_DEADLINE_MS = 10000 };

static struct loop *loop;
static struct loop_timer deadline;
static bool late;

static inline void on_deadline(struct loop_timer *timer)
{
    (void)timer;
    late = true;
    loop_stop(loop);
}

static inline void setup(void)
{
    struct error err;

    late = false;
    ck_assert_int_eq(loop_new(&loop, &err), 0);
}

static inline void teardown(void)
{
    loop_free(loop);
    loop = NULL;
}

/** Run until something stops the loop; fails when nothing does. */
static inline void run(void)
{
    loop_timer_arm(loop, &deadline, (uint64_t)FIXTURE_DEADLINE_MS * MS, on_deadline);
    loop_run(loop);
    loop_timer_cancel(loop, &deadline);
    ck_assert_msg(!late, "nothing stopped the loop");
}
