/* Why something could not be done, as a plain value. */
#include "base/error.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

int error_set(struct error *err, enum error_kind kind, const char *fmt, ...)
{
    va_list args;

    err->kind = kind;
    err->sys_errno = 0;
    va_start(args, fmt);
    vsnprintf(err->text, sizeof(err->text), fmt, args);
    va_end(args);
    return -1;
}

int error_errno(struct error *err, const char *fmt, ...)
{
    int saved = errno;
    va_list args;
    int n;

    err->kind = ERROR_IO;
    err->sys_errno = saved;
    va_start(args, fmt);
    n = vsnprintf(err->text, sizeof(err->text), fmt, args);
    va_end(args);
    if (n >= 0 && (size_t)n < sizeof(err->text))
        snprintf(err->text + n, sizeof(err->text) - (size_t)n, ": %s", strerror(saved));
    return -1;
}

int error_remedy(struct error *err, const char *remedy)
{
    size_t len = strlen(err->text);

    snprintf(err->text + len, sizeof(err->text) - len, "; %s", remedy);
    return -1;
}

int error_wrap(struct error *err, const char *fmt, ...)
{
    char inner[sizeof(err->text)];
    va_list args;
    int n;

    memcpy(inner, err->text, sizeof(inner));
    va_start(args, fmt);
    n = vsnprintf(err->text, sizeof(err->text), fmt, args);
    va_end(args);
    if (n >= 0 && (size_t)n < sizeof(err->text)) {
        size_t room = sizeof(err->text) - (size_t)n;

        snprintf(err->text + n, room, ": %.*s", (int)room, inner); /* cut short on purpose */
    }
    return -1;
}
