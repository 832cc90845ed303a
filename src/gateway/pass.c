/*
 * gateway/pass.c - what is asked of us as a proxy: ours, not ours, or passed on as the settings say
 *
 * Names of the vendor are never passed on, so that no test's call reaches the real cloud.
 */
#include "base/glob.h"
#include "gateway/internal.h"
#include "route/host.h"

static bool is_below(struct str name, struct str domain)
{
    return str_eq(name, domain) ||
           (str_ends(name, domain) && name.ptr[name.len - domain.len - 1] == '.');
}

static bool is_of_vendor(struct str name)
{
    struct str zone;

    for (size_t i = 0; str_is_set(zone = place_zone(i)); i++)
        if (is_below(name, zone))
            return true;
    return is_below(name, STR("aliyuncs.com"));
}

static bool is_of_domains(const struct gateway_settings *settings, struct str name)
{
    for (size_t i = 0; i < settings->own_domain_count; i++)
        if (is_below(name, settings->own_domains[i]))
            return true;
    return false;
}

/* "*.example.com", or "a.example=127.0.0.1:80". */
static bool matches(struct str entry, struct str name, struct str *out_instead)
{
    struct str pattern;

    if (!str_cut(entry, '=', &pattern, out_instead))
        *out_instead = STR_NONE;
    return glob_match(pattern, name);
}

static bool serves(const struct gateway *gateway, struct str name)
{
    return host_is_local(gateway->settings.defaults.own, name) || is_of_vendor(name) ||
           service_has_domain(gateway->parts.service, name);
}

enum http_pass pass_of_door(enum wire_door door)
{
    static const enum http_pass by_door[] = {
        [WIRE_DOOR_OPEN] = HTTP_PASS_SERVE,
        [WIRE_DOOR_REFUSES] = HTTP_PASS_REFUSED,
        [WIRE_DOOR_SILENT] = HTTP_PASS_UNANSWERED,
    };

    return by_door[door];
}

enum http_pass gateway_pass(void *owner, struct str name, struct str *out_instead)
{
    const struct gateway *gateway = owner;
    const struct gateway_settings *settings = &gateway->settings;
    struct str rule;

    if (serves(gateway, name))
        return pass_of_door(address_door(gateway, name, &rule));
    for (size_t i = 0; i < settings->pass_count; i++)
        if (matches(settings->pass[i], name, out_instead))
            return HTTP_PASS_ON;
    return is_of_domains(settings, name) ? HTTP_PASS_SERVE : HTTP_PASS_REFUSE;
}

/* Other machines would find an open proxy here. */
bool gateway_may_pass(void *owner, enum http_user user, uint32_t uid)
{
    const struct gateway *gateway = owner;
    const struct visitor_policy *policy = gateway->parts.visitors;

    if (!policy || policy->any_user)
        return true;
    return user != HTTP_USER_REMOTE && visitor_user_may(policy, user, uid);
}
