/*
 * conf/settings_address.c - settings that are addresses to listen on, and names to answer to
 */
#include <unistd.h>

#include "base/distance.h"
#include "conf/settings.h"
#include "conf/settings_parts.h"

enum { HOST_MAX = 253 };

static bool is_port(struct str text)
{
    uint64_t port;

    return str_to_uint(text, 65535, &port) == NUMBER_OK;
}

static bool is_address(struct str text)
{
    struct str host;
    struct str port;

    if (str_starts(text, STR("unix:")))
        return text.len > 5;
    if (!str_cut_last(text, ':', &host, &port) || !is_port(port))
        return false;
    if (str_starts(host, STR("[")))
        return str_ends(host, STR("]")) && host.len > 3;
    return memchr(host.len ? host.ptr : "", ':', host.len) == NULL;
}

bool settings_take_addresses(struct conf_decoder *d, const struct conf_field *field,
                             const struct conf_node *node, void *out)
{
    struct conf_field texts = {.name = field->name, .type = FIELD_TEXTS};
    struct conf_texts list = {0};
    bool ok = true;

    if (node->kind == CONF_MAP && conf_get(node, "per_region")) {
        conf_error(d->report, conf_at(node), "F208",
                   "a list of addresses; 'listen.per_region: true' is a line of its own");
        return false;
    }
    if (!conf_decode_field(d, &texts, node, &list))
        return false;
    size_t count;
    const struct conf_node *item = conf_items(node, &count);

    for (size_t i = 0; i < list.count; i++, item = item->next) {
        if (is_address(list.items[i]))
            continue;
        conf_error(d->report, conf_at(item), "F208",
                   "'%s' is not an address; write 127.0.0.1:8252, [::1]:8252, :8252 or unix:/path",
                   conf_value(d, item));
        ok = false;
    }
    if (ok)
        *(struct conf_texts *)out = list;
    return ok;
}

/* Those that have a host and a port, or a port alone; never a socket file. */
bool settings_take_dns_addresses(struct conf_decoder *d, const struct conf_field *field,
                                 const struct conf_node *node, void *out)
{
    struct conf_texts list = {0};
    size_t count;
    const struct conf_node *item = conf_items(node, &count);
    bool ok = settings_take_addresses(d, field, node, &list);

    for (size_t i = 0; ok && i < list.count; i++, item = item->next) {
        if (!str_starts(list.items[i], STR("unix:")))
            continue;
        conf_error(d->report, conf_at(item), "F208",
                   "'%s': names are asked for by UDP and TCP; write 127.0.0.1:53, [::1]:53 or :53",
                   conf_value(d, item));
        ok = false;
    }
    if (ok)
        *(struct conf_texts *)out = list;
    return ok;
}

static char lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

static struct str lowered(struct arena *arena, struct str text)
{
    char *copy = arena_dup(arena, text);

    for (size_t i = 0; i < text.len; i++)
        copy[i] = lower(copy[i]);
    return (struct str){copy, text.len};
}

static bool is_host_pattern(struct str text)
{
    for (size_t i = 0; i < text.len; i++) {
        char c = text.ptr[i];

        if (!((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || strchr("-_.*?", c)))
            return false;
    }
    return text.len > 0 && text.len <= HOST_MAX;
}

static struct str machine_name(struct arena *arena)
{
    char name[HOST_MAX + 1] = "";

    gethostname(name, sizeof(name) - 1);
    return lowered(arena, str_of(name));
}

static bool take_host(struct conf_decoder *d, const struct conf_node *item, struct str *host)
{
    static const char *const words[] = {"@address", "@hostname"};
    struct nearest nearest = {.wanted = *host};

    for (size_t i = 0; i < N_ELEMENTS(words); i++)
        nearest_offer(&nearest, str_of(words[i]));
    *host = lowered(d->arena, *host);
    if (str_eq(*host, str_of(words[1])))
        *host = machine_name(d->arena);
    else if (!str_eq(*host, str_of(words[0])) && !is_host_pattern(*host)) {
        conf_error(d->report, conf_at(item), "F208",
                   "'%s' is no host name; write a name or a glob without port, @address or "
                   "@hostname%s",
                   conf_value(d, item),
                   str_is_set(nearest.best) ? conf_did_you_mean(d, nearest.best) : "");
        return false;
    }
    return true;
}

bool settings_take_hosts(struct conf_decoder *d, const struct conf_field *field,
                         const struct conf_node *node, void *out)
{
    struct conf_field texts = {.name = field->name, .type = FIELD_TEXTS};
    struct conf_texts list = {0};
    size_t count;
    const struct conf_node *item = conf_items(node, &count);
    bool ok = conf_decode_field(d, &texts, node, &list);

    for (size_t i = 0; ok && i < list.count; i++, item = item->next)
        ok = take_host(d, item, &list.items[i]);
    if (ok)
        *(struct conf_texts *)out = list;
    return ok;
}
