/* The language that texts for people are written in: that of the locale. */
#include <stdlib.h>

#include "cli/cli.h"

bool cli_is_chinese(void)
{
    static const char *const names[] = {"LC_ALL", "LC_MESSAGES", "LANG"};

    for (size_t i = 0; i < N_ELEMENTS(names); i++) {
        const char *value = getenv(names[i]);

        if (value && value[0])
            return str_starts(str_of(value), STR("zh"));
    }
    return false;
}

const char *cli_text(const char *en, const char *zh)
{
    return zh && cli_is_chinese() ? zh : en;
}
