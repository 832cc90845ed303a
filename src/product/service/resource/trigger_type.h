/*
 * product/service/resource/trigger_type.h - the types of triggers, and what each may be configured
 * with
 *
 * Inside product/service/ only. A configuration is kept as it was sent, with its order and its
 * nulls; only names are put into their canonical spelling. Sources and roles are asked for by their
 * form: nothing of this exists.
 *
 * Source: spec pages api-2016-08-15 §6.6.3 and §6.6.4, api-2023-03-30 §6.3.
 */
#pragma once

#include "product/service/frame/work.h"

struct trigger_type {
    const char *name;
    unsigned apis; /* IN_… that know it */
    const struct field_table *fields;
    bool bare;          /* needs no configuration */
    bool source_made;   /* the service makes the ARN of its source when none is given */
    const char *source; /* form of that ARN, which then must be given, with a role; NULL: none */
    /* What a whole configuration must have besides the members that are required. */
    bool (*check)(struct work *work, const cJSON *config);
    const char
        *malformed; /* all that the service says of a wrong configuration; NULL: what is wrong */
};

/** NULL when there is none, or no longer. */
const struct trigger_type *trigger_type_find(struct str name);
/** False, and refused, when the API that asks knows no such type. */
bool trigger_type_allows(struct work *work, struct str name);

/** Where its events come from, and the role that calls for them. False when refused. */
bool trigger_source_check(struct work *work, const cJSON *document);

/** Give the members of @config, an object, their canonical names, and check types and ranges. False
 * when refused. */
bool trigger_config_read(struct work *work, struct str type, cJSON *config);

/** What a configuration as a whole must have. False when refused. */
bool trigger_config_check(struct work *work, struct str type, const cJSON *config);

/** Put what @sent says into @config: members replace, nulls leave what is there alone. */
void trigger_config_merge(cJSON *config, const cJSON *sent);
