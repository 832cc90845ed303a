/*
 * fault/call.h - what a rule may ask of a call
 *
 * Views, filled once by the gateway when the head is in (body fields later). Absent strings mean
 * "this call has none".
 *
 * Threads: plain value.
 */
#pragma once

#include "catalog/facts.h"
#include "catalog/operation.h"
#include "catalog/product.h"
#include "http/call/message.h"

enum fault_sdk {
    SDK_OTHER,
    SDK_PYTHON,
    SDK_JAVA,
    SDK_GO,
    SDK_NODE,
    SDK_PHP,
    SDK_TERRAFORM,
    SDK_S,
    SDK_FUN,
    SDK_TEA,
    SDK_COUNT,
};
struct str fault_sdk_name(enum fault_sdk sdk);
enum fault_sdk fault_sdk_of(struct str user_agent);

enum fault_invocation {
    INVOCATION_NONE,
    INVOCATION_SYNC,
    INVOCATION_ASYNC,
    INVOCATION_ASYNC_ATTEMPT
};

struct fault_call {
    struct str request_id;
    enum cloud_product product;
    CALL_FACTS(FACT_FIELD)
    struct str query; /* as received */
    enum api_version api;
    const struct operation *op; /* NULL when no operation was found */
    enum fault_invocation invocation;
    enum fault_sdk sdk;
    const struct http_headers *headers;
    uint32_t attempt;   /* position in the retry chain, from 1 */
    bool runs_code;     /* the work is a function's code: only what stands instead of it answers */
    bool authenticated; /* the second asking, behind the signature check */
    bool body_known;    /* false when no rule asked for the body */
    struct str body;
    uint64_t body_size;
};
