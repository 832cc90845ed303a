/*
 * cli/private.h - a private daemon for a verb, with the files that its options name
 *
 * Threads: one.
 */
#pragma once

#include "cli/cli.h"
#include "cli/stage/stage.h"

/* What such a verb hands on to its daemon. */
/* clang-format off */
#define PRIVATE_OPTIONS \
    {.name = "config", .value = "FILE", \
     .help = "configuration of the private daemon", \
     .help_zh = "专用守护进程的配置"}, \
    {.name = "faults", .value = "FILE", \
     .help = "fault rules of it; may be given again", \
     .help_zh = "它的故障规则；可多次给出"}, \
    {.name = "fixtures", .value = "FILE", \
     .help = "canned answers of it; may be given again", \
     .help_zh = "它的预设应答；可多次给出"}, \
    {.name = "seeds", .value = "FILE", \
     .help = "services and functions of it; may be given again", \
     .help_zh = "它的服务和函数；可多次给出"}

/* Rows of verbs that keep what came of a run. */
#define KEPT_OPTIONS \
    {.name = "coverage", .value = "FILE", \
     .help = "add there which error met which operation, for 'fcemu coverage FILE'", \
     .help_zh = "把哪个错误遇到过哪个操作加到此文件，供 'fcemu coverage FILE' 使用"}, \
    {.name = "tape", .value = "FILE", \
     .help = "write down every decision, for 'fcemu shrink'", \
     .help_zh = "记录每个决定，供 'fcemu shrink' 使用"}

/* Of verbs that run a command more than once. */
#define PARALLEL_OPTION \
    {.name = "parallel", .value = "N", \
     .help = "so many at once, each with a daemon of its own", \
     .help_zh = "同时运行多少个，各有自己的守护进程"}
#define RUN_TIMEOUT_OPTION \
    {.name = "timeout", .value = "DURATION", \
     .help = "longest time for one run of the command; default 60s", \
     .help_zh = "命令每次运行的最长时间；默认 60s"}
/* clang-format on */

/** Do its options name any file for such a daemon? */
bool private_is_described(const struct cli_args *args);

/**
 * A stage with a daemon, which verbs ask from now on; @rules is one more file of rules, or NULL. 0,
 * or an exit code behind a message.
 */
int private_start(const struct cli_args *args, const char *rules, struct stage **out);

/** The same on a stage that is there, instead of the daemon that it has. Negative with *err. */
int private_restart(const struct cli_args *args, const char *rules, struct stage *stage,
                    struct error *err);

/** What listens there, of what rules can strike before there is a call: bit per enum fault_door. */
unsigned private_doors(const struct cli_args *args);

/** Write the decisions of the daemon's tape to the file of --tape, if that was given. 0, or an exit
 * code behind a message. */
int private_save_tape(const struct cli_args *args);
