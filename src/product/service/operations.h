/*
 * product/service/operations.h - which handler does which operation, and how much of it
 *
 * Inside product/service/ only.
 */
#pragma once

#include "product/service/frame/work.h"

const struct operation_handler *operation_handlers(size_t *out_count);
/** NULL when the operation has none. */
const struct operation_handler *operation_handler_find(const struct operation *op);
