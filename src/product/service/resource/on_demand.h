/*
 * product/service/resource/on_demand.h - how many instances a function may have
 *
 * Inside product/service/ only.
 */
#pragma once

#include "product/service/resource/model.h"

/** UINT32_MAX when no config says. */
uint32_t on_demand_most(struct work *work, const struct address *at);
