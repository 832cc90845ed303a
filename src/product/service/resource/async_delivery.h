/*
 * product/service/resource/async_delivery.h - where asynchronous calls end
 *
 * A destination that is a function is called. Queues, topics, buses and the rest are not emulated:
 * what they would get is kept, the newest thousand of an account in a region, for the control side
 * to show (product/service/resource/deliveries.h).
 *
 * Source: spec page invocation §3.6.
 *
 * Inside product/service/ only. Threads: the loop thread.
 */
#pragma once

#include "product/service/resource/deliveries.h"
#include "product/service/resource/model.h"

/** "acs:fc:R:A:functions/f[/q]" or "…services/s[.q]/functions/f": its path "s/f", and the qualifier
 * or "". */
bool async_destination_function(struct str arn, struct arena *arena, struct str *out_path,
                                struct str *out_qualifier);

struct async_delivered {
    const struct store_key *task;
    const cJSON *record;
    const char *when; /* "onSuccess" */
    struct str destination, payload;
};
void async_delivery_keep(struct service *service, const struct async_delivered *delivered);
