/*
 * conf/settings_regions.c - an address of 127.0.0.0/8 for each region, so that one can be out of
 * reach while the others are not
 */
#include <inttypes.h>
#include <stdio.h>

#include "base/number.h"
#include "catalog/region.h"
#include "conf/settings.h"
#include "conf/settings_parts.h"

enum {
    BYTE_MAX = 255,
    LOOPBACK = 127,
    USUAL_SECOND = 252, /* 0xFC, as in the usual port */
    INTERNAL_FROM = 128,
};

static const struct conf_word switch_list[] = {
    {"false", false},
    {"true",  true },
};
static const struct conf_words switches = {CONF_WORDS_OF(switch_list)};

/* "127.252.0.0/24" */
static bool parse_network(struct str text, struct settings_regions *out)
{
    uint64_t bytes[4];
    struct str address, rest, part;

    if (!str_cut(text, '/', &address, &rest) || !str_eq(rest, STR("24")))
        return false;
    for (size_t i = 0; i < N_ELEMENTS(bytes); i++) {
        bool more = str_cut(address, '.', &part, &rest);

        if (more != (i + 1 < N_ELEMENTS(bytes)) ||
            str_to_uint(more ? part : address, BYTE_MAX, &bytes[i]) != NUMBER_OK)
            return false;
        address = rest;
    }
    if (bytes[0] != LOOPBACK || bytes[3] != 0)
        return false;
    *out = (struct settings_regions){true, (uint8_t)bytes[1], (uint8_t)bytes[2]};
    return true;
}

bool settings_take_regions(struct conf_decoder *d, const struct conf_field *field,
                           const struct conf_node *node, void *out)
{
    struct settings_regions *regions = out;
    int on = 0;

    (void)field;
    if (node->kind == CONF_SCALAR && parse_network(node->text, regions))
        return true;
    if (node->kind != CONF_SCALAR || memchr(node->text.ptr, '.', node->text.len)) {
        conf_error(d->report, conf_at(node), "F208",
                   "'%s' is not true, false or a network of this machine alone, such as "
                   "127.252.0.0/24",
                   conf_value(d, node));
        return false;
    }
    if (!conf_want_word(d, &switches, node, &on))
        return false;
    *regions = (struct settings_regions){on, on ? USUAL_SECOND : 0, 0};
    return true;
}

bool settings_region_address(const struct settings *settings, struct str region, bool internal,
                             char out[SETTINGS_REGION_BYTES])
{
    const struct settings_regions *regions = &settings->per_region;
    const struct region *found = regions->on ? region_find(region) : NULL;
    size_t count;

    if (!found)
        return false;
    snprintf(out, SETTINGS_REGION_BYTES, "%d.%u.%u.%u", LOOPBACK, regions->second, regions->third,
             (unsigned)(found - region_table(&count)) + 1 + (internal ? INTERNAL_FROM : 0));
    return true;
}

bool settings_region_network(const struct settings *settings, char out[SETTINGS_REGION_BYTES])
{
    const struct settings_regions *regions = &settings->per_region;

    snprintf(out, SETTINGS_REGION_BYTES, "%d.%u.%u.0/24", LOOPBACK, regions->second,
             regions->third);
    return regions->on;
}

bool settings_has_regions(struct str address)
{
    return str_starts(address, STR("127.")) || str_starts(address, STR("localhost:"));
}
