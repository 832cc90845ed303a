#include "cli/cli.h"

#include "supervise/supervise.h"

int main(int argc, char **argv)
{
    if (supervisor_is_asked(argc, argv))
        return supervisor_main();
    return cli_run(argc, argv);
}
