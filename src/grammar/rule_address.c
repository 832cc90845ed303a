/*
 * grammar/rule_address.c - rules that close an address: what can be known of who comes there, which
 * is nothing
 */
#include "catalog/region.h"
#include "grammar/internal.h"

static bool is_one_of(struct str key, const char *const *known)
{
    for (; *known; known++)
        if (str_eq(key, str_of(*known)))
            return true;
    return false;
}

static bool fits_an_address(const struct fault_pattern *pattern, struct arena *arena)
{
    static const char *const forms[] = {"", "-internal"};
    size_t count;
    const struct region *table = region_table(&count);

    for (size_t i = 0; i < count; i++)
        for (size_t k = 0; k < N_ELEMENTS(forms); k++) {
            struct str name = arena_strf(arena, "%s%s.fc.aliyuncs.com", table[i].id, forms[k]);

            if (pattern->kind == PATTERN_REGEX ||
                fault_pattern_holds(pattern, name, NULL) != pattern->negate)
                return true;
        }
    return false;
}

/* F314: a host that no address goes by would close none. */
static void check_host(struct conf_decoder *d, const struct conf_node *host,
                       const struct fault_patterns *patterns)
{
    size_t count;
    const struct conf_node *item = conf_items(host, &count);

    for (size_t i = 0; i < count && i < patterns->count; i++, item = item->next)
        if (!fits_an_address(&patterns->items[i], d->arena))
            conf_error(d->report, conf_at(item), "F314",
                       "no address goes by this name: they are called REGION.fc.aliyuncs.com and "
                       "REGION-internal.fc.aliyuncs.com, and all accounts share them");
}

/* F314: regions that only this file knows share the common address. */
static void check_region(struct conf_decoder *d, const struct conf_node *region,
                         const struct fault_patterns *patterns)
{
    size_t count;
    const struct conf_node *item = conf_items(region, &count);

    for (size_t i = 0; i < count && i < patterns->count; i++, item = item->next)
        if (patterns->items[i].kind == PATTERN_EXACT && !region_find(patterns->items[i].text))
            conf_error(d->report, conf_at(item), "F314",
                       "only regions of the service have an address of their own");
}

/* F314, for each key that is none of @known. */
static void check_keys(struct conf_decoder *d, const struct conf_node *map,
                       const char *const *known, const char *wrong)
{
    if (!map || map->kind != CONF_MAP)
        return;
    CONF_EACH (child, map)
        if (!is_one_of(child->key, known))
            conf_error(d->report, conf_at_key(child), "F314", "%s", wrong);
}

static void check_match(struct conf_decoder *d, const struct conf_node *match,
                        const struct fault_match *rule)
{
    static const char *const known[] = {"region", "host", NULL};

    check_keys(d, match, known,
               "the kernel answers at a closed address, and nobody sees who comes; match region or "
               "host");
    if (conf_get(match, "region"))
        check_region(d, conf_get(match, "region"), &rule->region);
    if (conf_get(match, "host"))
        check_host(d, conf_get(match, "host"), &rule->host);
}

/* What would count or draw. */
static void check_when(struct conf_decoder *d, const struct conf_node *when)
{
    static const char *const known[] = {"window", "state", NULL};

    check_keys(d, when, known,
               "the kernel answers at a closed address, and nobody counts who comes; use window, "
               "state, ttl or limit.for");
}

static void check_rest(struct conf_decoder *d, const struct conf_node *node,
                       const struct fault_rule *rule)
{
    const struct conf_node *fires = conf_get(conf_get(node, "limit"), "fires");

    if (fires)
        conf_error(d->report, conf_at_key(fires), "F314",
                   "nobody counts who comes to a closed address; use limit.for");
    if (rule->shadow)
        conf_error(d->report, conf_at_key(conf_get(node, "mode")), "F315",
                   "nothing can be seen of an address that would be closed");
    if (rule->action->choice_count)
        conf_error(d->report, conf_at(conf_get(node, "do")), "F315",
                   "an address is open or closed, and nobody comes to draw or count for: make a "
                   "rule of each, with 'when: {window: …}'");
}

void grammar_check_address(struct conf_decoder *d, const struct conf_node *node,
                           struct fault_rule *rule)
{
    check_match(d, conf_get(node, "match"), &rule->match);
    check_when(d, conf_get(node, "when"));
    check_rest(d, node, rule);
    rule->when.draw_by_request = false; /* of `defaults` */
}
