/*
 * tests/unit/suite.h - what every test program shares
 */
#pragma once

#include <check.h>
#include <stdlib.h>

#include "base/own.h"
#include "scratch.h"

/** Run @suite and turn its outcome into the exit status of the program. */
static inline int suite_run(Suite *suite)
{
    SRunner *runner = srunner_create(suite);

    scratch_begin();
    srunner_run_all(runner, CK_ENV);
    bool good = srunner_ntests_failed(runner) == 0;

    srunner_free(runner);
    return scratch_end() && good ? EXIT_SUCCESS : EXIT_FAILURE;
}
