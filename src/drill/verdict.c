/* The endings of a drill by name and exit code. */
#include "drill/verdict.h"

#include "base/own.h"

static const struct {
    const char *name;
    int exit;
} verdicts[] = {
    [DRILL_INTERRUPTED] = {"interrupted",  130},
    [DRILL_TIMED_OUT] = {"timed_out",    6  },
    [DRILL_STOPPED] = {"stopped",      4  },
    [DRILL_INCONCLUSIVE] = {"inconclusive", 7  },
    [DRILL_VACUOUS] = {"vacuous",      3  },
    [DRILL_FAIL] = {"fail",         1  },
    [DRILL_PASS] = {"pass",         0  },
};

const char *drill_verdict_name(enum drill_verdict verdict)
{
    return verdicts[verdict].name;
}

int drill_verdict_exit(enum drill_verdict verdict)
{
    return verdicts[verdict].exit;
}

bool drill_verdict_find(struct str name, enum drill_verdict *out)
{
    for (size_t i = 0; i < N_ELEMENTS(verdicts); i++) {
        if (!str_eq(name, str_of(verdicts[i].name)))
            continue;
        *out = (enum drill_verdict)i;
        return true;
    }
    return false;
}
