/*
 * product/service/resource/tag.h - what the two kinds of tag operations share
 *
 * Inside product/service/ only.
 */
#pragma once

#include "product/service/resource/model.h"

/** What is marked, "demo" or "demo/hello", by an ARN, in full or in part, or by a bare name in
 * 2023-03-30. False when refused. */
bool tag_find_subject(struct work *work, struct str arn, struct str *out_path);
/** Its tags; never NULL, the caller owns them. */
cJSON *tag_map(struct work *work, struct str path);
/** False, and refused, when they are too many. */
bool tags_fit(struct work *work, const cJSON *tags);
/** False when one of @given is refused. */
bool tag_merge(struct work *work, const cJSON *given, cJSON *tags);
void tag_drop(cJSON *tags, const cJSON *keys);
struct str tag_arn(struct work *work, struct str path);
/** Behind "acs:fc:region:account:", when that is there. */
struct str tag_resource_part(struct str arn);
/** "function" in any spelling of 2023-03-30. False when refused. */
bool tag_check_type(struct work *work, struct str type);
/** A text member in any case; "" when there is none. */
struct str tag_text(const cJSON *object, const char *name);
