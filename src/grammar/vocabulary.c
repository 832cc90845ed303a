/*
 * grammar/vocabulary.c - codes, regions and operations as the JSON Schema of a rule file lists them
 */
#include "catalog/fc_error.h"
#include "catalog/operation.h"
#include "catalog/product.h"
#include "catalog/region.h"
#include "grammar/internal.h"

/* Codes of the neighbours that nobody before them has. */
static const char *product_code_at(size_t index)
{
    size_t count;
    const struct product_error *table = product_error_table(&count);

    for (size_t i = 0; i < count; i++) {
        bool known = fc_error_find(str_of(table[i].code)) != NULL;

        for (size_t k = 0; k < i && !known; k++)
            known = strcmp(table[k].code, table[i].code) == 0;
        if (!known && index-- == 0)
            return table[i].code;
    }
    return NULL;
}

static const char *code_at(size_t index)
{
    size_t count;
    const struct fc_error *table = fc_error_table(&count);

    return index < count ? table[index].code : product_code_at(index - count);
}

static const char *region_at(size_t index)
{
    size_t count;
    const struct region *table = region_table(&count);

    return index < count ? table[index].id : NULL;
}

const char *const grammar_operation_classes[] = {"@invoke",  "@read", "@write",
                                                 "@control", "@all",  NULL};

static bool is_first_of_its_name(const struct operation *table, size_t index)
{
    for (size_t i = 0; i < index; i++)
        if (strcmp(table[i].name, table[index].name) == 0)
            return false;
    return true;
}

/* Classes first; then names, each once although several API versions have it. */
static const char *operation_at(size_t index)
{
    size_t count;
    const struct operation *table = operation_table(&count);

    for (size_t i = 0; grammar_operation_classes[i]; i++)
        if (index-- == 0)
            return grammar_operation_classes[i];
    for (size_t i = 0; i < count; i++)
        if (is_first_of_its_name(table, i) && index-- == 0)
            return table[i].name;
    return NULL;
}

const struct conf_names grammar_codes = {"code", code_at};
const struct conf_names grammar_regions = {"region", region_at};
const struct conf_names grammar_operations = {"operation", operation_at};
