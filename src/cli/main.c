/* The program: a table of verbs, and the words that were typed. */
#include "cli/verbs.h"

#include <fcntl.h>
#include <unistd.h>

#include "supervise/supervise.h"

/*
 * Of the three standard descriptors those that are closed are taken, so that no file or socket of
 * ours gets such a number. Nothing can be read there, and writing fails as before.
 */
static void hold_standard_descriptors(void)
{
    for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++)
        if (fcntl(fd, F_GETFD) < 0)
            open("/dev/null", O_RDONLY); /* the lowest that is free */
}

int main(int argc, char **argv)
{
    hold_standard_descriptors();
    if (supervisor_is_asked(argc, argv))
        return supervisor_main();
    return cli_run(&cli_verbs, argc, argv);
}
