/*
 * product/service/resource/trigger_config.h - what the configuration of each type of trigger may
 * hold
 *
 * Inside product/service/ only. A configuration is kept as it was sent, with its order and its
 * nulls; only names are put into their canonical spelling.
 *
 * Source: spec pages api-2016-08-15 §6.6.3 and §6.6.4, api-2023-03-30 §6.3.
 */
#pragma once

#include "product/service/frame/work.h"

/** Types that are known, for messages: "http | oss | …". */
const char *trigger_type_names(void);
bool trigger_type_known(struct str type);

/** Give the members of @config, an object, their canonical names, and check types and ranges. False
 * when refused. */
bool trigger_config_read(struct work *work, struct str type, cJSON *config);

/** What a configuration as a whole must have: a schedule, a pattern. False when refused. */
bool trigger_config_check(struct work *work, struct str type, const cJSON *config);

/** Put what @sent says into @config: members replace, nulls leave what is there alone. */
void trigger_config_merge(cJSON *config, const cJSON *sent);
