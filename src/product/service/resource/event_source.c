/*
 * Event sources of 2021-04-06: ARNs that may call a function.
 *
 * Source: spec page api-2021-04-06 §7.3.
 */
#include "base/mem.h"
#include "product/service/resource/handlers.h"
#include "product/service/resource/model.h"

/* clang-format off */
FIELD_TABLE(event_source_fields,
    {.name = "sourceArn", .type = BODY_STRING, .flags = IN_2021 | BODY_REQUIRED, .max = LIMIT(SOURCE_ARN_MAX)},
);
/* clang-format on */

static bool find_owner(struct work *work, struct subject *s)
{
    if (!owner_qualified(work, s))
        return false;
    s->key.parent = config_name(work, &s->at, s->at.qualifier);
    return true;
}

const struct resource event_source_resource = {
    .kind = "event-source",
    .array = "eventSources",
    .name = "sourceArn",
    .param = "source",
    .fields = &event_source_fields,
    .flags = ROW_CREATED | ROW_IDEMPOTENT | ROW_WHOLE,
    .forgiven_in = IN_2021,
    .owner = find_owner,
};
