/* Whom resources belong to: a service, a function, a function and a qualifier. */
#include "product/service/resource/model.h"

bool owner_of_versions(struct work *work, struct subject *s)
{
    unsigned flags = ADDRESS_SERVICE | (work->api == API_2023 ? ADDRESS_FUNCTION : 0u);

    if (!address_find(work, flags, &s->at))
        return false;
    s->key.parent = s->at.owner;
    return true;
}

struct str owner_name(struct work *work, const struct address *at)
{
    return work->api == API_2023 ? address_name_2023(at, work->arena) : at->service;
}

void owner_called(struct work *work, const struct subject *s, struct str args[3])
{
    args[1] = owner_name(work, &s->at);
}

bool owner_function(struct work *work, struct subject *s)
{
    if (!address_find(work, ADDRESS_SERVICE | ADDRESS_FUNCTION, &s->at))
        return false;
    s->key.parent = s->at.path;
    return true;
}

bool owner_qualified(struct work *work, struct subject *s)
{
    if (!address_find(work, ADDRESS_SERVICE | ADDRESS_FUNCTION | ADDRESS_QUALIFIED, &s->at))
        return false;
    s->key.parent = s->at.path;
    return true;
}

bool owner_config(struct work *work, struct subject *s)
{
    if (!address_find(work, ADDRESS_SERVICE | ADDRESS_FUNCTION | ADDRESS_QUALIFIED, &s->at))
        return false;
    s->key.name = config_name(work, &s->at, s->at.qualifier);
    return true;
}
