/*
 * product/service/resource/handlers.h - what does the operations, declared from the table of them:
 * rows that the frame works on, and handlers of what is special
 */
#pragma once

#include "product/service/frame/resource.h"

#define SOURCE(file)
#define OP(operation, versions, handler, ...) service_handler handler;
#define ON(row, operation, versions, handler, ...)                                                 \
    service_handler handler;                                                                       \
    extern const struct resource row##_resource;
#include "product/service/resource/operations.inc"
