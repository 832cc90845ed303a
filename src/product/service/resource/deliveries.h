/*
 * product/service/resource/deliveries.h - what destinations of asynchronous calls got that are not
 * emulated
 *
 * Threads: the loop thread.
 */
#pragma once

#include "base/json.h"
#include "base/str.h"

struct service;

struct service_delivery {
    uint64_t number; /* grows from one to the next, of all accounts */
    struct str account, region;
    /* "time", "destination", "when", "service", "function", "qualifier", "request_id", "payload" */
    const cJSON *document;
};

/** Each one, in the order of account and region, then as they came. Views go with the callback. */
void service_deliveries(struct service *service,
                        void (*each)(void *arg, const struct service_delivery *delivery),
                        void *arg);
/** Forget those of an account, or "" for all; returns how many there were. */
size_t service_deliveries_forget(struct service *service, struct str account);
