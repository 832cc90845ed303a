/* Waiting for a daemon that starts beside us: in scripts and containers, instead of a loop. */
#include <stdio.h>
#include <time.h>

#include "base/clock.h"
#include "cli/client.h"
#include "cli/verbs.h"
#include "conf/scalar.h"

enum { POLL_NS = 50000000 };

static const uint64_t WITHIN_DEFAULT_NS = 30 * DURATION_S;

static int run_wait(const struct cli_args *args)
{
    const char *within = cli_value(args, "within");
    uint64_t wait_ns = WITHIN_DEFAULT_NS;
    uint64_t begun = clock_monotonic_ns();

    if (within && scalar_duration(str_of(within), &wait_ns) != SCALAR_OK)
        return cli_usage(args, "'--within %s' is not a duration such as 30s", within);
    while (!client_is_ready(args)) {
        if (clock_monotonic_ns() - begun >= wait_ns) {
            fprintf(stderr, "fcemu wait: no daemon at %s is ready after %s\n", client_address(args),
                    within ? within : "30s");
            return EXIT_CODE_TIMEOUT;
        }
        nanosleep(&(struct timespec){.tv_nsec = POLL_NS}, NULL);
    }
    return EXIT_CODE_PASS;
}

static const struct cli_option wait_options[] = {
    {.name = "within",
     .value = "DURATION",
     .help = "give up after so long, with exit code 6: 5s; default 30s",
     .help_zh = "最多等多久，过时以 6 退出：5s；默认 30s"},
    {0},
};

const struct cli_verb verb_wait = {
    .name = "wait",
    .arguments = "",
    .summary = "until the daemon may be used",
    .summary_zh = "等到守护进程可用",
    .options = wait_options,
    .flags = CLI_DAEMON,
    .run = run_wait,
};
