/*
 * product/service/resource/config.h - what provision, on-demand, scaling and async configs share
 *
 * Each belongs to a function and a qualifier; its row is named "service/function/qualifier".
 *
 * Inside product/service/ only.
 */
#pragma once

#include "product/service/resource/model.h"

/* A row's name taken apart. */
struct config_place {
    struct str service, function, qualifier;
};
struct config_place config_place_of(struct str name);

/** "acs:fc:…:functions/f/q": always with the qualifier, tools take it from there. */
struct str config_arn(const struct work *work, const struct config_place *place);
/** The same of a row, for listings to sort by. */
struct str config_arn_of(struct work *work, const struct store_row *row);

/** The functionName filter of 2023-03-30 listings. */
bool config_is_asked(struct work *work, struct str name);
