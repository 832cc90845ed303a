/*
 * fault/call.h - what a rule may ask of a call
 *
 * Views, filled once by the gateway when the head is in (body fields later). Absent strings mean
 * "this call has none".
 *
 * Threads: plain value.
 */
#pragma once

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
    struct str account, region, host;
    struct str method, path, query; /* as received; path without query */
    enum api_version api;
    const struct operation *op; /* NULL when no operation was found */
    struct str service, function, qualifier, trigger, layer, domain;
    enum fault_invocation invocation;
    struct str access_key;
    bool sts;
    struct str client; /* address text */
    enum fault_sdk sdk;
    const struct http_headers *headers;
    struct str label; /* X-Fcemu-Label */
    uint64_t connection;
    uint32_t connection_call;
    uint32_t attempt;   /* position in the retry chain, from 1 */
    bool authenticated; /* the second asking, behind the signature check */
    bool body_known;    /* false when no rule asked for the body */
    struct str body;
    uint64_t body_size;
};
