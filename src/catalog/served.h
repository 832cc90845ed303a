/*
 * catalog/served.h - the domains whose names lead here: those of the service, and of what stands
 * beside it
 *
 * Threads: constant data.
 */
#pragma once

#define SERVED_FIRST(DOMAIN) DOMAIN("aliyuncs", "com")
#define SERVED_OTHERS(DOMAIN)                                                                      \
    DOMAIN("fcapp", "run")                                                                         \
    DOMAIN("devsapp", "net")                                                                       \
    DOMAIN("functioncompute", "com")

/* As rows of texts, and as the alternatives of a regular expression. */
#define SERVED_NAME(name, end) STR_INIT(name "." end),
#define SERVED_PART(name, end) name "\\." end
#define SERVED_FURTHER_PART(name, end) "|" SERVED_PART(name, end)
#define SERVED_NAMES SERVED_FIRST(SERVED_NAME) SERVED_OTHERS(SERVED_NAME)
#define SERVED_PATTERN SERVED_FIRST(SERVED_PART) SERVED_OTHERS(SERVED_FURTHER_PART)
