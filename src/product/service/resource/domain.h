/*
 * product/service/resource/domain.h - custom domains by the name that was asked for
 *
 * Inside product/service/ only.
 */
#pragma once

#include "store/store.h"

/** The domain of this name in any account; one that covers it ("*.example.com") when there is none.
 * NULL when nobody has it. */
const struct store_row *domain_find(struct store *store, struct str name);
