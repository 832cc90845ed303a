/*
 * catalog/runtime.h - the names of runtimes a function may ask for
 *
 * Source: runtime pages of the documentation, 2020-2026. What runs them on this machine is decided
 * elsewhere.
 *
 * Threads: any; constant data.
 */
#pragma once

#include "base/str.h"

enum runtime_language {
    LANGUAGE_NODEJS,
    LANGUAGE_PYTHON,
    LANGUAGE_JAVA,
    LANGUAGE_PHP,
    LANGUAGE_GO,
    LANGUAGE_DOTNET,
    LANGUAGE_CUSTOM,    /* the user's own HTTP server, from the code package */
    LANGUAGE_CONTAINER, /* the user's own image */
    LANGUAGE_COUNT,
};

struct runtime_name {
    const char *name; /* "nodejs12" */
    enum runtime_language language;
    const char *version; /* of the language: "12", "3.6"; of Debian for custom.debianNN; "" */
    bool in_2020;        /* offered on 2020-08-27 */
};

/** All names, by language, older ones first. */
const struct runtime_name *runtime_name_table(size_t *out_count);
const struct runtime_name *runtime_name_find(struct str name);     /* NULL when unknown */
const char *runtime_language_name(enum runtime_language language); /* "Node.js" */
