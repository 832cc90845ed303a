/* One line that tells how far a long verb is. */
#include "cli/progress.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

enum { WIDTH_UNKNOWN = 80, LINE_BYTES = 512 };

static bool shown;

bool progress_is_wanted(void)
{
    const char *terminal = getenv("TERM");

    return isatty(STDERR_FILENO) && terminal && strcmp(terminal, "dumb") != 0;
}

/* One less than there is, so that the line does not go on in the next. */
static int width(void)
{
    struct winsize size = {0};

    if (ioctl(STDERR_FILENO, TIOCGWINSZ, &size) < 0 || size.ws_col < 2)
        return WIDTH_UNKNOWN - 1;
    return size.ws_col - 1;
}

void progress_show(const char *fmt, ...)
{
    char line[LINE_BYTES];
    va_list args;

    if (!progress_is_wanted())
        return;
    va_start(args, fmt);
    vsnprintf(line, sizeof(line), fmt, args);
    va_end(args);
    fprintf(stderr, "\r\033[K%.*s", width(), line);
    fflush(stderr);
    shown = true;
}

void progress_clear(void)
{
    if (!shown)
        return;
    fputs("\r\033[K", stderr);
    fflush(stderr);
    shown = false;
}
