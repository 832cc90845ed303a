/*
 * product/service/resource/on_demand.h - how many instances a function may have
 *
 * Inside product/service/ only.
 */
#pragma once

#include "product/service/resource/model.h"

/** UINT32_MAX when no config says. */
uint32_t on_demand_most(struct work *work, const struct address *at);
/** What functions of 2023-03-30 have reserved of @most instances; not more than these. */
uint32_t concurrency_reserved(struct work *work, uint32_t most);
