/*
 * tests/unit/suite.h - what every test program shares
 */
#pragma once

#include <check.h>
#include <stdlib.h>

#include "base/own.h"

/** Run @suite and turn its outcome into the exit status of the program. */
static inline int suite_run(Suite *suite)
{
    SRunner *runner = srunner_create(suite);

    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);

    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
