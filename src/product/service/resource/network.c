/*
 * What must hold between role, network and file systems. Only the form is asked: nothing of this
 * exists.
 *
 * Source: spec page api-2016-08-15 §6.2.1.
 */
#include "product/service/resource/model.h"
#include "product/service/resource/run.h"

static bool require(struct work *work, bool holds, const char *what)
{
    if (!holds)
        answer_missing(work, what);
    return holds;
}

bool network_check(struct work *work, const cJSON *document, bool needs_role)
{
    const cJSON *vpc = json_get(document, "vpcConfig");
    const cJSON *mounts = json_get(json_get(document, "nasConfig"), "mountPoints");
    bool has_vpc = json_get_str(vpc, "vpcId").len > 0;
    bool has_role = json_get_str(document, "role").len > 0 || json_get_str(vpc, "role").len > 0;
    const cJSON *mount;

    if (!require(work, !needs_role || !has_vpc || has_role, "Role") ||
        !require(work, json_is_blank(mounts) || has_vpc, "VpcConfig"))
        return false;
    cJSON_ArrayForEach (mount, mounts) {
        if (!require(work, json_get_str(mount, "serverAddr").len > 0, "ServerAddr"))
            return false;
    }
    return mounts_check(work, document);
}
