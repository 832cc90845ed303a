/*
 * How many instances a provision config keeps ready, now: what was put, or what its schedule makes
 * of it.
 */
#include "product/service/resource/config.h"
#include "product/service/resource/schedule.h"

double provision_effective(struct work *work, const cJSON *document)
{
    return schedule_target(json_get(document, "scheduledActions"), work_now_ms(work),
                           json_get_double(document, "target", 0));
}

double provision_target(struct work *work, const struct address *at)
{
    const struct store_row *row =
        work_find(work, "provision", STR(""), config_name(work, at, at->qualifier));
    OWN(json_free) cJSON *document = row ? row_document(row) : NULL;

    return document ? provision_effective(work, document) : 0;
}
