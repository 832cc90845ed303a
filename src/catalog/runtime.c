/*
 * catalog/runtime.c - the table of runtime names
 */
#include "catalog/runtime.h"

#include "base/own.h"

static const struct runtime_name runtimes[] = {
    {"nodejs4.4",        LANGUAGE_NODEJS,    "4.4",  false},
    {"nodejs6",          LANGUAGE_NODEJS,    "6",    true },
    {"nodejs8",          LANGUAGE_NODEJS,    "8",    true },
    {"nodejs10",         LANGUAGE_NODEJS,    "10",   true },
    {"nodejs12",         LANGUAGE_NODEJS,    "12",   true },
    {"nodejs14",         LANGUAGE_NODEJS,    "14",   false},
    {"nodejs16",         LANGUAGE_NODEJS,    "16",   false},
    {"nodejs18",         LANGUAGE_NODEJS,    "18",   false},
    {"nodejs20",         LANGUAGE_NODEJS,    "20",   false},
    {"python2.7",        LANGUAGE_PYTHON,    "2.7",  true },
    {"python3",          LANGUAGE_PYTHON,    "3.6",  true },
    {"python3.9",        LANGUAGE_PYTHON,    "3.9",  false},
    {"python3.10",       LANGUAGE_PYTHON,    "3.10", false},
    {"python3.12",       LANGUAGE_PYTHON,    "3.12", false},
    {"java8",            LANGUAGE_JAVA,      "8",    true },
    {"java11",           LANGUAGE_JAVA,      "11",   false},
    {"php7.2",           LANGUAGE_PHP,       "7.2",  true },
    {"go1",              LANGUAGE_GO,        "1",    false},
    {"dotnetcore2.1",    LANGUAGE_DOTNET,    "2.1",  true },
    {"dotnetcore3.1",    LANGUAGE_DOTNET,    "3.1",  false},
    {"custom",           LANGUAGE_CUSTOM,    "",     true },
    {"custom.debian10",  LANGUAGE_CUSTOM,    "10",   false},
    {"custom.debian11",  LANGUAGE_CUSTOM,    "11",   false},
    {"custom.debian12",  LANGUAGE_CUSTOM,    "12",   false},
    {"micro-sandbox",    LANGUAGE_CUSTOM,    "",     false}, /* known from fc3; image or package */
    {"custom-container", LANGUAGE_CONTAINER, "",     true },
};

static const char *const language_names[LANGUAGE_COUNT] = {
    [LANGUAGE_NODEJS] = "Node.js", [LANGUAGE_PYTHON] = "Python",
    [LANGUAGE_JAVA] = "Java",      [LANGUAGE_PHP] = "PHP",
    [LANGUAGE_GO] = "Go",          [LANGUAGE_DOTNET] = ".NET",
    [LANGUAGE_CUSTOM] = "custom",  [LANGUAGE_CONTAINER] = "container",
};

const struct runtime_name *runtime_name_table(size_t *out_count)
{
    *out_count = N_ELEMENTS(runtimes);
    return runtimes;
}

const struct runtime_name *runtime_name_find(struct str name)
{
    for (size_t i = 0; i < N_ELEMENTS(runtimes); i++)
        if (str_eq(name, str_of(runtimes[i].name)))
            return &runtimes[i];
    return NULL;
}

const char *runtime_language_name(enum runtime_language language)
{
    return (unsigned)language < LANGUAGE_COUNT ? language_names[language] : "";
}
