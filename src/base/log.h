/*
 * base/log.h - one event, one line: time, level, request id, event, then key=value
 *
 * `2026-11-24T03:00:00.123Z info  listening: address=127.0.0.1 port=8252` goes to standard error,
 * or the same as a JSON line. Lower folders return errors and do not log; a boundary logs once.
 * Secrets and bodies stay out.
 *
 * Threads: any; a line is written by one write(2).
 */
#pragma once

#include "base/own.h"
#include "base/str.h"

enum log_level { LOG_DEBUG, LOG_INFO, LOG_WARN, LOG_ERROR, LOG_OFF };
enum log_format { LOG_TEXT, LOG_JSON };

void log_setup(enum log_level least, enum log_format format, int fd);
bool log_enabled(enum log_level level);

/**
 * @event   a few words without '=', constant for one place in the code: "listening", "fault fired"
 * @fields  NULL, or a printf format of `key=value` pairs separated by one blank; write strings with
 * LOG_S
 */
void log_event(enum log_level level, struct str request_id, const char *event, const char *fields,
               ...) PRINTF_LIKE(4, 5);

#define log_debug(event, ...) log_event(LOG_DEBUG, STR_NONE, event, __VA_ARGS__)
#define log_info(event, ...) log_event(LOG_INFO, STR_NONE, event, __VA_ARGS__)
#define log_warn(event, ...) log_event(LOG_WARN, STR_NONE, event, __VA_ARGS__)
#define log_error(event, ...) log_event(LOG_ERROR, STR_NONE, event, __VA_ARGS__)
