/* Provision, on-demand, scaling and async configs by the function and qualifier they belong to. */
#include "product/service/resource/config.h"

struct config_place config_place_of(struct str name)
{
    struct config_place place = {.service = name};
    struct str rest;

    if (str_cut(name, '/', &place.service, &rest))
        str_cut(rest, '/', &place.function, &place.qualifier);
    return place;
}

struct str config_arn(const struct work *work, const struct config_place *place)
{
    const struct address at = {.service = place->service, .function = place->function};

    return address_arn(work, &at, place->qualifier);
}

struct str config_arn_of(struct work *work, const struct store_row *row)
{
    struct config_place place = config_place_of(row->key.name);

    return config_arn(work, &place);
}

bool config_is_asked(struct work *work, struct str name)
{
    struct str want = work_query(work, "functionName");
    struct config_place place = config_place_of(name);
    const struct address at = {.service = place.service, .function = place.function};

    return want.len == 0 || str_eq(address_name_2023(&at, work->arena), want);
}
