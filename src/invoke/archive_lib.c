/* Libarchive, loaded when the first package is looked at. */
#include "invoke/archive_lib.h"

#include <dlfcn.h>
#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <string.h>

static struct archive_lib functions;
static bool loaded;

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

    loaded = library != NULL;
    for (size_t i = 0; loaded && i < sizeof(symbols) / sizeof(*symbols); i++) {
        void *symbol = dlsym(library, symbols[i].name);

        loaded = symbol != NULL;
        memcpy((char *)&functions + symbols[i].offset, &symbol, sizeof(symbol));
    }
}

const struct archive_lib *archive_lib(void)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;

    pthread_once(&once, load);
    return loaded ? &functions : NULL;
}
