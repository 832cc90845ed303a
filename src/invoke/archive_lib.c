/* Libarchive, loaded when the first package is looked at. */
#include "invoke/archive_lib.h"

#include <dlfcn.h>
#include <locale.h>
#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <string.h>

static struct archive_lib functions;
static bool loaded;
static locale_t names;

static const struct {
    const char *name;
    size_t offset;
} symbols[] = {
#define ARCHIVE_SYMBOL(name) {"archive_" #name, offsetof(struct archive_lib, name)},
    ARCHIVE_FUNCTIONS(ARCHIVE_SYMBOL)
#undef ARCHIVE_SYMBOL
};

static void load(void)
{
    void *library = dlopen("libarchive.so.13", RTLD_NOW | RTLD_LOCAL);

    names = newlocale(LC_CTYPE_MASK, "C.UTF-8", (locale_t)0);
    loaded = library != NULL;
    for (size_t i = 0; loaded && i < sizeof(symbols) / sizeof(*symbols); i++) {
        void *symbol = dlsym(library, symbols[i].name);

        loaded = symbol != NULL;
        memcpy((char *)&functions + symbols[i].offset, &symbol, sizeof(symbol));
    }
}

bool archive_is_zip(struct str bytes)
{
    return str_starts(bytes, STR("PK\x03\x04")) || str_starts(bytes, STR("PK\x05\x06")) ||
           str_starts(bytes, STR("PK\x07\x08"));
}

const struct archive_lib *archive_lib(void)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;

    pthread_once(&once, load);
    return loaded ? &functions : NULL;
}

locale_t archive_names_begin(void)
{
    return uselocale(names);
}

void archive_names_end(locale_t before)
{
    uselocale(before);
}
