/*
 * cli/function_name.h - a function as people name it: NAME, or SERVICE/NAME
 */
#pragma once

#include "base/arena.h"
#include "cli/cli.h"

struct function_name {
    struct str service; /* absent: none was said */
    struct str name;
};

/** 0, or an exit code behind a message. */
int function_name_read(const struct cli_args *args, const char *text, struct function_name *out);

/** Append "&key=value", percent encoded; nothing when @value is absent. */
void function_name_query(struct buf *out, const char *key, struct str value);

/** Rows for the options of a verb that names functions. */
#define FUNCTION_PLACE_OPTIONS                                                                     \
    {.name = "region",                                                                             \
     .value = "REGION",                                                                            \
     .help = "where the function is; default: that of the daemon",                                 \
     .help_zh = "函数所在的地域；默认取守护进程的设置"},                                           \
    {                                                                                              \
        .name = "account", .value = "ACCOUNT",                                                     \
        .help = "whose function it is; default: that of the daemon",                               \
        .help_zh = "函数所属的账号；默认取守护进程的设置"                        \
    }
