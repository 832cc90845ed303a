/* What a rule may ask of a call. */
#include "fault/call.h"

#include <strings.h>

static const struct str sdk_names[SDK_COUNT] = {
    [SDK_OTHER] = STR_INIT("other"),
    [SDK_PYTHON] = STR_INIT("python"),
    [SDK_JAVA] = STR_INIT("java"),
    [SDK_GO] = STR_INIT("go"),
    [SDK_NODE] = STR_INIT("node"),
    [SDK_PHP] = STR_INIT("php"),
    [SDK_TERRAFORM] = STR_INIT("terraform"),
    [SDK_S] = STR_INIT("s"),
    [SDK_FUN] = STR_INIT("fun"),
    [SDK_TEA] = STR_INIT("tea"),
};

/*
 * What the clients put into User-Agent, tools before the SDK that they are built on.
 * Source: api-2016-08-15.md §2.2, api-2023-03-30.md §2.1.
 */
static const struct {
    struct str mark;
    enum fault_sdk sdk;
} sdk_marks[] = {
    {STR_INIT("terraform"),       SDK_TERRAFORM},
    {STR_INIT("component:fc"),    SDK_S        },
    {STR_INIT("serverless-devs"), SDK_S        },
    {STR_INIT("funcraft"),        SDK_FUN      },
    {STR_INIT("teadsl"),          SDK_TEA      },
    {STR_INIT(".python-"),        SDK_PYTHON   },
    {STR_INIT(".php-"),           SDK_PHP      },
    {STR_INIT("java-sdk"),        SDK_JAVA     },
    {STR_INIT("go-sdk"),          SDK_GO       },
    {STR_INIT("@alicloud/fc"),    SDK_NODE     },
};

struct str fault_sdk_name(enum fault_sdk sdk)
{
    return sdk < SDK_COUNT ? sdk_names[sdk] : STR_NONE;
}

static bool contains_nocase(struct str text, struct str mark)
{
    for (size_t at = 0; at + mark.len <= text.len; at++)
        if (strncasecmp(text.ptr + at, mark.ptr, mark.len) == 0)
            return true;
    return false;
}

enum fault_sdk fault_sdk_of(struct str user_agent)
{
    for (size_t i = 0; i < N_ELEMENTS(sdk_marks); i++)
        if (contains_nocase(user_agent, sdk_marks[i].mark))
            return sdk_marks[i].sdk;
    return SDK_OTHER;
}
