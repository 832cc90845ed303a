/* Ldns, loaded when a listener for names is opened. */
#include "dns/ldns_lib.h"

#include <dlfcn.h>
#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <string.h>

#include "base/own.h"

static struct ldns_lib functions;
static bool loaded;

static const struct {
    const char *name;
    size_t offset;
} symbols[] = {
#define LDNS_SYMBOL(name) {"ldns_" #name, offsetof(struct ldns_lib, name)},
    LDNS_FUNCTIONS(LDNS_SYMBOL)
#undef LDNS_SYMBOL
};

static void load(void)
{
    void *library = dlopen("libldns.so.3", RTLD_NOW | RTLD_LOCAL);

    loaded = library != NULL;
    for (size_t i = 0; loaded && i < N_ELEMENTS(symbols); i++) {
        void *symbol = dlsym(library, symbols[i].name);

        loaded = symbol != NULL;
        memcpy((char *)&functions + symbols[i].offset, &symbol, sizeof(symbol));
    }
}

const struct ldns_lib *ldns_lib(void)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;

    pthread_once(&once, load);
    return loaded ? &functions : NULL;
}
