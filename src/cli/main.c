/* The program: a table of verbs, and the words that were typed. */
#include "cli/verbs.h"

#include "supervise/supervise.h"

int main(int argc, char **argv)
{
    if (supervisor_is_asked(argc, argv))
        return supervisor_main();
    return cli_run(&cli_verbs, argc, argv);
}
