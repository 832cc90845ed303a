/* The help of settings in Chinese, by their keys. */
#include <string.h>

#include "conf/chinese.h"

static const struct {
    const char *key, *help;
} settings[] = {
#define CHINESE(key, help) {key, help},
#include "conf/settings_chinese.inc"
};

const char *conf_chinese_setting(const char *key)
{
    for (size_t i = 0; i < N_ELEMENTS(settings); i++)
        if (strcmp(settings[i].key, key) == 0)
            return settings[i].help;
    return NULL;
}
