/* Error bodies that were put together lately. */
#include "gateway/bodies.h"

#include "base/mem.h"

#define REGION_VARIABLE "{{region}}"

static size_t place_of(const struct body_key *key)
{
    uintptr_t row = (uintptr_t)key->error / sizeof(*key->error);

    return (size_t)(row + 5 * (unsigned)key->dialect) & (BODIES_KEPT - 1);
}

static bool is_same(const struct body_key *a, const struct body_key *b)
{
    return a->error == b->error && a->api == b->api && a->dialect == b->dialect &&
           a->keys == b->keys && str_eq(a->region, b->region);
}

void bodies_done(struct bodies *bodies)
{
    for (size_t i = 0; i < BODIES_KEPT; i++)
        mem_free((char *)(uintptr_t)bodies->kept[i].text.ptr);
    *bodies = (struct bodies){0};
}

struct str bodies_find(const struct bodies *bodies, const struct body_key *key)
{
    const struct kept_body *kept = &bodies->kept[place_of(key)];

    return is_same(&kept->key, key) ? kept->text : STR_NONE;
}

void bodies_keep(struct bodies *bodies, const struct body_key *key, struct str text)
{
    struct kept_body *kept = &bodies->kept[place_of(key)];
    char *copy = mem_alloc(text.len + key->region.len);

    memcpy(copy, text.ptr, text.len);
    if (key->region.len)
        memcpy(copy + text.len, key->region.ptr, key->region.len);
    mem_free((char *)(uintptr_t)kept->text.ptr);
    kept->key = *key;
    kept->key.region = (struct str){copy + text.len, key->region.len};
    kept->text = (struct str){copy, text.len};
}

bool bodies_depend_on_region_only(struct str message)
{
    size_t at;

    while (str_find(message, STR("{{"), &at)) {
        message = str_slice(message, at, message.len);
        if (!str_starts(message, STR(REGION_VARIABLE)))
            return false;
        message = str_slice(message, sizeof(REGION_VARIABLE) - 1, message.len);
    }
    return true;
}
