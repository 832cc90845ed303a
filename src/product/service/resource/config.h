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
struct config_place config_place_of(const struct store_row *row);

/** "acs:fc:…:functions/f/q": always with the qualifier, tools take it from there. */
struct str config_arn(const struct work *work, const struct config_place *place);
struct str config_arn_of(struct work *work,
                         const struct config_place *place); /* for config_list() */

/**
 * Answer a listing over all rows of @kind: sorted by what @name says, paged, under @array.
 * show may return NULL to leave a row out.
 */
void config_list(struct work *work, const char *kind,
                 struct str (*name)(struct work *work, const struct config_place *place),
                 cJSON *(*show)(struct work *work, const struct store_row *row,
                                const struct config_place *place),
                 const char *array);

/** The functionName filter of 2023-03-30 listings. */
bool config_is_asked(struct work *work, const struct config_place *place);
