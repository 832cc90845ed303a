/*
 * catalog/operation.c - looking operations up
 */
#include "catalog/operation.h"

#include "base/own.h"

static const struct {
    const char *name;
    unsigned classes;
} operation_classes[] = {
    {"@all",     OP_READ | OP_WRITE | OP_INVOKE | OP_CONTROL},
    {"@control", OP_CONTROL                                 },
    {"@invoke",  OP_INVOKE                                  },
    {"@read",    OP_READ                                    },
    {"@write",   OP_WRITE                                   },
};

static const char *const resource_names[RESOURCE_KIND_COUNT] = {
#define KIND(enumerator, name) [RESOURCE_##enumerator] = (name),
    RESOURCE_KINDS(KIND)
#undef KIND
};

const struct operation *operation_find(enum api_version api, struct str name)
{
    size_t count;
    const struct operation *table = operation_table(&count);

    for (size_t i = 0; i < count; i++)
        if (table[i].api == api && str_eq(str_of(table[i].name), name))
            return &table[i];
    return NULL;
}

size_t operation_index(const struct operation *op)
{
    size_t count;

    return (size_t)(op - operation_table(&count));
}

unsigned operation_class_find(struct str name)
{
    for (size_t i = 0; i < N_ELEMENTS(operation_classes); i++)
        if (str_eq(name, str_of(operation_classes[i].name)))
            return operation_classes[i].classes;
    return 0;
}

const char *resource_kind_name(enum resource_kind kind)
{
    return (unsigned)kind < RESOURCE_KIND_COUNT ? resource_names[kind] : "";
}
