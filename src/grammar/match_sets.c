/*
 * grammar/match_sets.c - keys of `match` that name sets: operations, by name, glob or class, and
 * networks of clients
 */
#include <arpa/inet.h>

#include "base/distance.h"
#include "base/glob.h"
#include "grammar/internal.h"

/* ---- operations ---- */

static bool operation_fits(struct str text, const struct operation *op, unsigned classes)
{
    return classes ? (op->classes & classes) != 0 : glob_match(text, str_of(op->name));
}

static bool unknown_operation(struct conf_decoder *d, const struct conf_node *node)
{
    struct nearest nearest = {.wanted = node->text};
    size_t count;
    const struct operation *table = operation_table(&count);
    if (glob_is_pattern(node->text)) {
        conf_error(d->report, conf_at(node), "F303",
                   "'%s' fits no known operation; see 'fcemu fault catalog --operations'",
                   conf_value(d, node));
        return false;
    }
    for (size_t i = 0; grammar_operation_classes[i]; i++)
        nearest_offer(&nearest, str_of(grammar_operation_classes[i]));
    for (size_t i = 0; i < count; i++)
        nearest_offer(&nearest, str_of(table[i].name));
    conf_error(d->report, conf_at(node), "F303", "no API version serves '%s'%s",
               conf_value(d, node), conf_did_you_mean(d, nearest.best));
    return false;
}

static bool add_operations(struct conf_decoder *d, const struct conf_node *node, uint64_t *bits)
{
    size_t count;
    const struct operation *table = operation_table(&count);
    unsigned classes;
    bool any = false;

    if (!conf_want_text(d, node))
        return false;
    classes = operation_class_find(node->text);
    for (size_t i = 0; i < count; i++) {
        if (!operation_fits(node->text, &table[i], classes))
            continue;
        bits[i / 64] |= UINT64_C(1) << (i % 64);
        any = true;
    }
    return any || unknown_operation(d, node);
}

bool grammar_take_operations(struct conf_decoder *d, const struct conf_node *node, void *out)
{
    size_t count;
    const struct conf_node *item = conf_items(node, &count);
    size_t operations;
    uint64_t *bits;
    bool ok = true;

    operation_table(&operations);
    bits = ARENA_ARRAY(d->arena, (operations + 63) / 64, uint64_t);
    if (count == 0) {
        conf_error(d->report, conf_at(node), "F103",
                   "expected an operation, found an empty list; leave the key out for any");
        return false;
    }
    for (size_t i = 0; i < count; i++, item = item->next)
        ok = add_operations(d, item, bits) && ok;
    *(uint64_t **)out = bits;
    return ok;
}

/* ---- clients ---- */

static bool wrong_address(struct conf_decoder *d, const struct conf_node *node)
{
    conf_error(d->report, conf_at(node), "F210",
               "'%s' is not an address; write 10.0.0.1, 10.0.0.0/8 or fd00::/8",
               conf_value(d, node));
    return false;
}

static bool take_client(struct conf_decoder *d, const struct conf_node *node,
                        struct fault_cidr *out)
{
    char text[INET6_ADDRSTRLEN];
    struct str host;
    struct str prefix;
    uint64_t bits = 128;
    bool is_v4;

    if (!conf_want_text(d, node))
        return false;
    str_cut(node->text, '/', &host, &prefix);
    if (host.len >= sizeof(text))
        return wrong_address(d, node);
    memcpy(text, host.ptr, host.len);
    text[host.len] = '\0';
    is_v4 = inet_pton(AF_INET, text, out->address + 12) == 1;
    if (!is_v4 && inet_pton(AF_INET6, text, out->address) != 1)
        return wrong_address(d, node);
    if (is_v4)
        memset(out->address + 10, 0xFF, 2);
    if (str_is_set(prefix) && str_to_uint(prefix, is_v4 ? 32 : 128, &bits) != NUMBER_OK) {
        conf_error(d->report, conf_at(node), "F210", "'/%s' is not a prefix length for %s",
                   conf_shown(d->report, prefix), is_v4 ? "IPv4" : "IPv6");
        return false;
    }
    out->prefix = (uint8_t)(is_v4 && str_is_set(prefix) ? bits + 96 : bits);
    return true;
}

bool grammar_take_clients(struct conf_decoder *d, const struct conf_node *node, void *out)
{
    struct fault_match *match = CONTAINER_OF(out, struct fault_match, clients);
    size_t count;
    const struct conf_node *item = conf_items(node, &count);
    bool ok = true;

    if (count == 0)
        return wrong_address(d, node);
    match->clients = ARENA_ARRAY(d->arena, count, struct fault_cidr);
    match->client_count = count;
    for (size_t i = 0; i < count; i++, item = item->next)
        ok = take_client(d, item, &match->clients[i]) && ok;
    return ok;
}
