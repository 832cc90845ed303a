/* One event, one line: time, level, request id, event, then key=value. */
#include "base/log.h"

#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

#include "base/buf.h"

static atomic_int least_level = LOG_INFO;
static atomic_int line_format = LOG_TEXT;
static atomic_int line_fd = STDERR_FILENO;

static const char *const level_names[] = {
    [LOG_DEBUG] = "debug", [LOG_INFO] = "info", [LOG_WARN] = "warn",
    [LOG_ERROR] = "error", [LOG_OFF] = "off",
};

void log_setup(enum log_level least, enum log_format format, int fd)
{
    least_level = (int)least;
    line_format = (int)format;
    line_fd = fd;
}

bool log_enabled(enum log_level level)
{
    return (int)level >= least_level && level != LOG_OFF;
}

static void add_time(struct buf *b)
{
    struct timespec now;
    struct tm utc;

    clock_gettime(CLOCK_REALTIME, &now);
    gmtime_r(&now.tv_sec, &utc);
    buf_printf(b, "%04d-%02d-%02dT%02d:%02d:%02d.%03ldZ", utc.tm_year + 1900, utc.tm_mon + 1,
               utc.tm_mday, utc.tm_hour, utc.tm_min, utc.tm_sec, now.tv_nsec / 1000000);
}

/* A control character in a value must not be able to forge a line. */
static void defuse(struct buf *b, size_t from)
{
    for (size_t i = from; i < b->len; i++)
        if ((unsigned char)b->ptr[i] < 0x20 || b->ptr[i] == 0x7F)
            b->ptr[i] = '?';
}

static void add_text_line(struct buf *b, enum log_level level, struct str id, const char *event,
                          struct str fields)
{
    add_time(b);
    buf_printf(b, " %-5s ", level_names[level]);
    if (id.len)
        buf_printf(b, STR_FMT " ", STR_ARG(id));
    buf_puts(b, event);
    if (fields.len) {
        buf_puts(b, ": ");
        buf_add(b, fields);
    }
    defuse(b, 0);
}

static void add_json_line(struct buf *b, enum log_level level, struct str id, const char *event,
                          struct str fields)
{
    buf_puts(b, "{\"time\":\"");
    add_time(b);
    buf_printf(b, "\",\"level\":\"%s\"", level_names[level]);
    if (id.len) {
        buf_puts(b, ",\"requestId\":");
        buf_json_string(b, id);
    }
    buf_puts(b, ",\"event\":");
    buf_json_string(b, str_of(event));
    if (fields.len) {
        buf_puts(b, ",\"fields\":");
        buf_json_string(b, fields);
    }
    buf_add_char(b, '}');
}

void log_event(enum log_level level, struct str request_id, const char *event, const char *fields,
               ...)
{
    OWN(buf_done) struct buf line = {0};
    OWN(buf_done) struct buf extra = {0};

    if (!log_enabled(level))
        return;
    if (fields) {
        va_list args;

        va_start(args, fields);
        buf_vprintf(&extra, fields, args);
        va_end(args);
    }
    if (line_format == LOG_JSON)
        add_json_line(&line, level, request_id, event, buf_str(&extra));
    else
        add_text_line(&line, level, request_id, event, buf_str(&extra));
    buf_add_char(&line, '\n');
    /* A log that cannot be written has nobody to tell. */
    ssize_t ignored = write(line_fd, line.ptr, line.len);

    (void)ignored;
}
