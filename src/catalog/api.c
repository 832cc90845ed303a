/*
 * catalog/api.c - names of the API versions
 */
#include "catalog/api.h"

static const struct str names[API_VERSION_COUNT] = {
    [API_NONE] = STR_INIT(""),
    [API_2016] = STR_INIT("2016-08-15"),
    [API_2021] = STR_INIT("2021-04-06"),
    [API_2023] = STR_INIT("2023-03-30"),
    [API_TRIGGER] = STR_INIT("http-trigger"),
};

struct str api_version_name(enum api_version api)
{
    return (unsigned)api < API_VERSION_COUNT ? names[api] : names[API_NONE];
}

enum api_version api_version_find(struct str name)
{
    for (enum api_version api = API_2016; api < API_VERSION_COUNT; api++)
        if (str_eq(name, names[api]))
            return api;
    return API_NONE;
}
