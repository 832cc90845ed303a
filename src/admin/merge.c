/* JSON merge patch, RFC 7396. */
#include "admin/merge.h"

#include <stdlib.h>

static cJSON *copy_of(const cJSON *value)
{
    cJSON *copy = cJSON_Duplicate(value, true);

    if (!copy)
        abort();
    return copy;
}

cJSON *merge_patch(const cJSON *target, const cJSON *patch)
{
    if (!cJSON_IsObject(patch))
        return copy_of(patch);
    cJSON *merged = cJSON_IsObject(target) ? copy_of(target) : cJSON_CreateObject();

    for (const cJSON *member = patch->child; member; member = member->next) {
        const cJSON *old = cJSON_GetObjectItemCaseSensitive(merged, member->string);

        if (cJSON_IsNull(member)) {
            cJSON_DeleteItemFromObjectCaseSensitive(merged, member->string);
            continue;
        }
        cJSON *value = merge_patch(old, member);

        if (old)
            cJSON_ReplaceItemInObjectCaseSensitive(merged, member->string, value);
        else
            cJSON_AddItemToObject(merged, member->string, value);
    }
    return merged;
}
