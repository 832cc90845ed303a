/* Which handler does which operation, and how much of it. */
#include "product/service/operations.h"

#include "product/service/code/code.h"
#include "product/service/resource/handlers.h"

/* clang-format off */
static const struct operation_handler handlers[] = {
#define SOURCE(file)
#define OP(operation, versions, handler, ...) {.name = operation, .apis = versions, .run = handler, ##__VA_ARGS__},
#define ON(row, operation, versions, handler, ...)                                                 \
    {.name = operation, .apis = versions, .run = handler, .resource = &row##_resource, ##__VA_ARGS__},
#include "product/service/resource/operations.inc"
};
/* clang-format on */

const struct operation_handler *operation_handlers(size_t *out_count)
{
    *out_count = N_ELEMENTS(handlers);
    return handlers;
}

const struct operation_handler *operation_handler_find(const struct operation *op)
{
    for (size_t i = 0; i < N_ELEMENTS(handlers); i++) {
        if ((handlers[i].apis & field_api(op->api)) && strcmp(handlers[i].name, op->name) == 0)
            return &handlers[i];
    }
    return NULL;
}
