/*
 * What OSS refuses of a bucket's notifications: too many of them, and two that would both fire for
 * one object.
 */
#include "product/service/resource/bucket.h"

/* The other triggers of the bucket. */
struct bucket {
    const struct work *work;
    const struct subject *s;
    struct str source;
    size_t count;
    bool overlaps;
};

static bool is_of_bucket(const cJSON *document, struct str source)
{
    return str_eq(json_get_str(document, "triggerType"), STR("oss")) &&
           str_eq(json_get_str(document, "sourceArn"), source);
}

/* "oss:ObjectCreated:*" holds all of its kind. */
static bool covers(struct str event, struct str other)
{
    return str_eq(event, other) ||
           (str_ends(event, STR("*")) && str_starts(other, str_slice(event, 0, event.len - 1)));
}

static bool share_an_event(const cJSON *a, const cJSON *b)
{
    const cJSON *one;
    const cJSON *two;

    cJSON_ArrayForEach (one, json_get(a, "events")) {
        cJSON_ArrayForEach (two, json_get(b, "events")) {
            if (covers(str_of(one->valuestring), str_of(two->valuestring)) ||
                covers(str_of(two->valuestring), str_of(one->valuestring)))
                return true;
        }
    }
    return false;
}

static struct str part_of(const cJSON *config, const char *name)
{
    struct str part = json_get_str(json_get(json_get(config, "filter"), "key"), name);

    return str_is_set(part) ? part : STR("");
}

/* Some object's name begins and ends as both ask. */
static bool overlap(const cJSON *a, const cJSON *b)
{
    struct str prefix_a = part_of(a, "prefix");
    struct str prefix_b = part_of(b, "prefix");
    struct str suffix_a = part_of(a, "suffix");
    struct str suffix_b = part_of(b, "suffix");

    return (str_starts(prefix_a, prefix_b) || str_starts(prefix_b, prefix_a)) &&
           (str_ends(suffix_a, suffix_b) || str_ends(suffix_b, suffix_a)) && share_an_event(a, b);
}

static void compare(void *arg, const struct store_row *row)
{
    struct bucket *bucket = (struct bucket *)arg;

    if (!str_eq(row->key.account, bucket->work->account) ||
        !str_eq(row->key.region, bucket->work->region) || row == bucket->s->row ||
        !str_find(row->document, bucket->source, NULL))
        return;
    OWN(json_free) cJSON *document = row_document(row);

    if (!is_of_bucket(document, bucket->source))
        return;
    bucket->count++;
    bucket->overlaps = bucket->overlaps || overlap(json_get(document, "triggerConfig"),
                                                   json_get(bucket->s->document, "triggerConfig"));
}

bool bucket_allows(struct work *work, struct subject *s)
{
    struct bucket bucket = {work, s, json_get_str(s->document, "sourceArn"), 0, false};
    bool touched = s->create || json_has(s->given, "triggerConfig");

    if (!touched || !is_of_bucket(s->document, bucket.source))
        return true;
    store_each(work->store, STR("trigger"), compare, &bucket);
    if (s->create && !work_quota(work, LIMIT_BUCKET_OSS_TRIGGERS, bucket.count,
                                 "the number of OSS triggers of the bucket"))
        return false;
    return !bucket.overlaps ||
           answer_invalid(work, "event source 'oss' returned error: Cannot specify overlapping "
                                "prefix and suffix with same event type.");
}
