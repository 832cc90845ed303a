/* The exit codes of every verb, in one table. */
#include "cli/cli.h"

static const struct exit_code_text exit_codes[] = {
    {EXIT_CODE_PASS,         "pass",                                         "通过"                              },
    {EXIT_CODE_ASSERTION,    "an assertion failed",                          "断言不成立"                     },
    {EXIT_CODE_USAGE,        "configuration or usage error",                 "配置或用法错误"               },
    {EXIT_CODE_VACUOUS,      "vacuous: a fault never fired or no call came",
     "空判：故障从未触发，或没有调用"                                                               },
    {EXIT_CODE_GUARD,        "stopped by a guard",                           "被 guard 停止"                    },
    {EXIT_CODE_UNREACHABLE,  "daemon not reachable",                         "守护进程不可达"               },
    {EXIT_CODE_TIMEOUT,      "timed out",                                    "超时"                              },
    {EXIT_CODE_INCONCLUSIVE, "inconclusive: the journal lost entries",       "无法判定：日志丢失了条目"},
    {EXIT_CODE_INTERRUPTED,  "interrupted (rules restored)",                 "被中断（规则已恢复）"      },
};

const struct exit_code_text *exit_code_table(size_t *out_count)
{
    *out_count = N_ELEMENTS(exit_codes);
    return exit_codes;
}
