/* The other products that deploy tools talk to, by their host names. */
#include "route/neighbour.h"

#include "route/host.h"

enum { BUCKET_MAX = 63 }; /* bytes of a bucket or project name */

/* <front>[.<region>] for these, the whole of it. */
static const struct {
    struct str label;
    enum place_neighbour neighbour;
    bool internal;
    bool regional; /* a region may follow */
} products[] = {
    {STR_INIT("sts"),     NEIGHBOUR_STS, false, true },
    {STR_INIT("sts-vpc"), NEIGHBOUR_STS, true,  true },
    {STR_INIT("ram"),     NEIGHBOUR_RAM, false, false},
};

/* Letters of a bucket, a project or a region; the products are stricter, each in its own words. */
static bool is_name(struct str text)
{
    if (text.len == 0 || text.len > BUCKET_MAX)
        return false;
    for (size_t i = 0; i < text.len; i++) {
        char c = text.ptr[i];

        if (!((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-'))
            return false;
    }
    return true;
}

static bool is_region(struct str text)
{
    return is_name(text) && !host_is_marked_inside(text);
}

static bool read_product(struct str front, struct place *found)
{
    struct str label;
    struct str region;

    str_cut(front, '.', &label, &region);
    for (size_t i = 0; i < N_ELEMENTS(products); i++) {
        if (!str_eq(label, products[i].label))
            continue;
        if (str_is_set(region) && (!products[i].regional || !is_region(region)))
            return false;
        found->neighbour = products[i].neighbour;
        found->internal = products[i].internal;
        found->region = region;
        return true;
    }
    return false;
}

/* [<bucket>.]oss-<region>[-internal], [<bucket>.]oss, <bucket>.<region>.oss (both address families)
 */
static bool read_oss(struct str front, struct place *found)
{
    struct str bucket;
    struct str label;

    if (!str_cut_last(front, '.', &bucket, &label)) {
        label = front;
        bucket = STR("");
    }
    found->neighbour = NEIGHBOUR_OSS;
    if (str_eq(label, STR("oss")))
        str_cut(bucket, '.', &bucket, &found->region);
    else if (str_starts(label, STR("oss-")) && !str_starts(label, STR("oss-accelerate")))
        found->region = host_cut_inside(str_slice(label, 4, label.len), &found->internal);
    else if (!str_starts(label, STR("oss-accelerate")))
        return false;
    found->bucket = bucket;
    return (bucket.len == 0 || is_name(bucket)) &&
           (!str_is_set(found->region) || is_region(found->region));
}

/* [<project>.]<region>[-intranet].log, or [<project>.]log */
static bool read_log(struct str front, struct place *found)
{
    struct str project;
    struct str region;

    found->neighbour = NEIGHBOUR_LOG;
    found->bucket = STR("");
    if (str_eq(front, STR("log")))
        return true;
    if (!str_ends(front, STR(".log")))
        return false;
    front = str_slice(front, 0, front.len - 4);
    if (!str_cut_last(front, '.', &project, &region)) {
        project = STR("");
        region = front;
    }
    found->region = host_cut_inside(region, &found->internal);
    found->bucket = project;
    return is_region(found->region) && (project.len == 0 || is_name(project));
}

bool neighbour_read(struct str front, struct place *out)
{
    static bool (*const readers[])(struct str front, struct place * found) = {read_product,
                                                                              read_oss, read_log};

    for (size_t i = 0; i < N_ELEMENTS(readers); i++) {
        struct place found = *out;

        found.bucket = STR("");
        found.region = STR_NONE;
        if (!readers[i](front, &found))
            continue;
        *out = found;
        out->kind = PLACE_NEIGHBOUR;
        if (!str_is_set(out->region))
            out->region = STR("");
        return true;
    }
    return false;
}

enum cloud_product product_of_place(const struct place *place)
{
    static const enum cloud_product of_neighbour[NEIGHBOUR_COUNT] = {
        [NEIGHBOUR_OSS] = PRODUCT_OSS,     [NEIGHBOUR_STS] = PRODUCT_STS,
        [NEIGHBOUR_LOG] = PRODUCT_SLS,     [NEIGHBOUR_RAM] = PRODUCT_RAM,
        [NEIGHBOUR_OTHER] = PRODUCT_OTHER,
    };

    return place->kind == PLACE_NEIGHBOUR ? of_neighbour[place->neighbour] : PRODUCT_FC;
}
