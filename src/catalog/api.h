/*
 * catalog/api.h - the generations of the emulated API
 *
 * Source: spec pages api-2016-08-15, api-2021-04-06, api-2023-03-30 (official references and API
 * metadata of 2020-08-27 to 2026).
 */
#pragma once

#include "base/str.h"

enum api_version {
    API_NONE = 0, /* the path names no version we serve */
    API_2016,     /* 2016-08-15: services, FC signature */
    API_2021,     /* 2021-04-06: the same resources, other client core */
    API_2023,     /* 2023-03-30: functions without services */
    API_TRIGGER,  /* HTTP trigger traffic: proxy path, fcapp.run, custom domains */
    API_VERSION_COUNT,
};

/** "2016-08-15", …, "http-trigger"; "" for API_NONE. */
struct str api_version_name(enum api_version api);
/** API_NONE when the text is none of them. */
enum api_version api_version_find(struct str name);
