/*
 * product/service/resource/provision_keeper.h - instances that provision configs ask for are there
 *
 * Whatever is written, whenever the clock is moved, and twice a minute while schedules wait, the
 * configs are looked through, later on the loop, and what runs is brought to it: functions that are
 * gone or changed lose their instances, those with a target have theirs started.
 *
 * Inside product/service/ only. Threads: the loop thread.
 */
#pragma once

#include "product/service/resource/model.h"

struct provision_keeper;

/** The function that a provision config is for, as it is now; false when it is gone, has no code,
 * or code is not run. */
bool provision_function(struct work *work, const struct store_row *row, struct address *at);

struct provision_keeper *provision_keeper_new(struct service *service);
void provision_keeper_free(struct provision_keeper *keeper); /* NULL is fine */
/** Look soon. */
void provision_keeper_look(struct provision_keeper *keeper); /* NULL is fine */
