/*
 * conf/settings_visitors.c - who else may use the daemon: pages of other origins, other users; and
 * what its authority may sign for
 */
#include <ctype.h>
#include <pwd.h>

#include "conf/settings.h"
#include "conf/settings_parts.h"

enum { DOMAIN_MAX = 253 };

/* "http://localhost:3000": a scheme, a host, perhaps a port, and nothing behind them. */
static bool is_origin(struct str text)
{
    size_t at;

    if (str_eq(text, STR("*")) || str_eq(text, STR("null")))
        return true;
    if (!str_find(text, STR("://"), &at) || at == 0)
        return false;
    for (size_t i = at + 3; i < text.len; i++)
        if ((unsigned char)text.ptr[i] <= ' ' || strchr("/?#@,", text.ptr[i]))
            return false;
    return text.len > at + 3;
}

/* A list of texts, each of which must be what @is says; @wrong: what is told of one that is not. */
static bool take_list(struct conf_decoder *d, const struct conf_field *field,
                      const struct conf_node *node, bool (*is)(struct str text), const char *wrong,
                      struct conf_texts *out)
{
    struct conf_field texts = {.name = field->name, .type = FIELD_TEXTS};
    struct conf_texts list = {0};
    bool ok = conf_decode_field(d, &texts, node, &list);
    size_t count;
    const struct conf_node *item = conf_items(node, &count);

    for (size_t i = 0; ok && i < list.count; i++, item = item->next) {
        if (is(list.items[i]))
            continue;
        conf_error(d->report, conf_at(item), "F208", "'%s' is %s", conf_value(d, item), wrong);
        ok = false;
    }
    if (ok)
        *out = list;
    return ok;
}

bool settings_take_origins(struct conf_decoder *d, const struct conf_field *field,
                           const struct conf_node *node, void *out)
{
    return take_list(d, field, node, is_origin,
                     "not an origin; write http://localhost:3000, null for pages without one, or * "
                     "for all",
                     out);
}

/* A number, or a name that this machine knows. */
static bool find_user(struct str text, uint32_t *out)
{
    uint64_t uid;
    const struct passwd *entry;

    if (str_to_uint(text, UINT32_MAX - 1, &uid) == NUMBER_OK) {
        *out = (uint32_t)uid;
        return true;
    }
    entry = getpwnam(text.ptr);
    if (entry)
        *out = entry->pw_uid;
    return entry != NULL;
}

bool settings_take_users(struct conf_decoder *d, const struct conf_field *field,
                         const struct conf_node *node, void *out)
{
    struct conf_field texts = {.name = field->name, .type = FIELD_TEXTS};
    struct conf_texts list = {0};
    struct settings_users users = {0};
    bool ok = conf_decode_field(d, &texts, node, &list);
    size_t count;
    const struct conf_node *item = conf_items(node, &count);

    users.uids = ARENA_ARRAY(d->arena, list.count, uint32_t);
    for (size_t i = 0; ok && i < list.count; i++, item = item->next) {
        if (str_eq(list.items[i], STR("any"))) {
            users.any = true;
        } else if (find_user(list.items[i], &users.uids[users.count])) {
            users.count++;
        } else {
            conf_error(d->report, conf_at(item), "F208",
                       "'%s' is no user of this machine; write a name, a number (id -u NAME), or "
                       "any",
                       conf_value(d, item));
            ok = false;
        }
    }
    if (ok)
        *(struct settings_users *)out = users;
    return ok;
}

/* Labels of letters, digits and hyphens. */
static bool is_domain(struct str text)
{
    struct str label;

    if (text.len == 0 || text.len > DOMAIN_MAX)
        return false;
    while (str_is_set(text)) {
        str_cut(text, '.', &label, &text);
        if (label.len == 0 || label.ptr[0] == '-' || label.ptr[label.len - 1] == '-')
            return false;
        for (size_t i = 0; i < label.len; i++)
            if (!isalnum((unsigned char)label.ptr[i]) && label.ptr[i] != '-')
                return false;
    }
    return true;
}

static struct str lowered(struct arena *arena, struct str text)
{
    char *copy = arena_dup(arena, text);

    for (size_t i = 0; i < text.len; i++)
        copy[i] = (char)tolower((unsigned char)copy[i]);
    return (struct str){copy, text.len};
}

bool settings_take_domains(struct conf_decoder *d, const struct conf_field *field,
                           const struct conf_node *node, void *out)
{
    struct conf_texts *list = out;

    if (!take_list(d, field, node, is_domain,
                   "no domain; write example.com, which means all below it too", list))
        return false;
    for (size_t i = 0; i < list->count; i++)
        list->items[i] = lowered(d->arena, list->items[i]);
    return true;
}

/* "registry.example", "*.example", "*", or "name=host:port". */
static bool is_pass(struct str text)
{
    struct str name;
    struct str to = STR_NONE;
    struct str host;
    struct str port;
    uint64_t number;

    if (!str_cut(text, '=', &name, &to))
        to = STR_NONE;
    for (size_t i = 0; i < name.len; i++)
        if (!isalnum((unsigned char)name.ptr[i]) && !strchr("*?-._", name.ptr[i]))
            return false;
    if (name.len == 0 || !str_is_set(to))
        return name.len > 0;
    return str_cut_last(to, ':', &host, &port) && host.len > 0 &&
           str_to_uint(port, UINT16_MAX, &number) == NUMBER_OK && number > 0;
}

bool settings_take_passes(struct conf_decoder *d, const struct conf_field *field,
                          const struct conf_node *node, void *out)
{
    struct conf_field texts = {.name = field->name, .type = FIELD_TEXTS};
    struct conf_texts list = {0};
    bool ok = conf_decode_field(d, &texts, node, &list);
    size_t count;
    const struct conf_node *item = conf_items(node, &count);

    for (size_t i = 0; ok && i < list.count; i++, item = item->next) {
        list.items[i] = lowered(d->arena, list.items[i]);
        if (is_pass(list.items[i]))
            continue;
        conf_error(d->report, conf_at(item), "F208",
                   "'%s' is no host; write registry.example, *.example, * for all, or "
                   "name=host:port",
                   conf_value(d, item));
        ok = false;
    }
    if (ok)
        *(struct conf_texts *)out = list;
    return ok;
}
