/*
 * route/host.c - the bytes of a Host header, before anybody asks what they mean
 */
#include "route/host.h"

#include <arpa/inet.h>
#include <ctype.h>

#include "base/glob.h"
#include "route/place.h"

static bool is_address(struct str text, int family)
{
    char copy[INET6_ADDRSTRLEN];
    unsigned char address[sizeof(struct in6_addr)];

    if (text.len == 0 || text.len >= sizeof(copy))
        return false;
    memcpy(copy, text.ptr, text.len);
    copy[text.len] = '\0';
    return inet_pton(family, copy, address) == 1;
}

/* "[fe80::1%eth0]", with or without the brackets and the zone. */
static bool is_ip_literal(struct str host)
{
    struct str address = host;
    struct str zone;

    if (str_starts(host, STR("[")) && str_ends(host, STR("]")))
        address = str_slice(host, 1, host.len - 1);
    str_cut(address, '%', &address, &zone);
    if (address.len && memchr(address.ptr, ':', address.len))
        return is_address(address, AF_INET6);
    return host.len && isdigit((unsigned char)host.ptr[host.len - 1]) && is_address(host, AF_INET);
}

static const struct str inside[] = {STR_INIT("-internal"), STR_INIT("-intranet"), STR_INIT("-vpc")};

struct str host_cut_inside(struct str label, bool *internal)
{
    for (size_t i = 0; i < N_ELEMENTS(inside); i++) {
        if (!str_ends(label, inside[i]))
            continue;
        *internal = true;
        return str_slice(label, 0, label.len - inside[i].len);
    }
    return label;
}

bool host_is_marked_inside(struct str text)
{
    bool marked = false;

    host_cut_inside(text, &marked);
    return marked;
}

static const struct str usual[] = {STR_INIT("localhost"), STR_INIT("*.localhost"),
                                   STR_INIT(PLACE_ANY_ADDRESS), STR_INIT("fcemu")};
const struct place_names place_usual_names = {usual, N_ELEMENTS(usual)};

static bool is_own_name(const struct place_names *own, struct str host)
{
    for (size_t i = 0; own && i < own->count; i++)
        if (str_eq(own->items[i], STR(PLACE_ANY_ADDRESS)) ? is_ip_literal(host)
                                                          : glob_match(own->items[i], host))
            return true;
    return false;
}

bool host_is_local(const struct place_names *own, struct str host)
{
    return host.len == 0 || is_ip_literal(host) || str_ends(host, STR(".localhost")) ||
           !memchr(host.ptr, '.', host.len) || is_own_name(own, host);
}

bool place_is_control_host(const struct place_names *own, struct str host)
{
    return host.len == 0 || str_eq(host, STR("unix")) || is_own_name(own, host);
}

static struct str without_port(struct str host)
{
    struct str name;
    struct str port;

    if (str_starts(host, STR("["))) {
        size_t close;

        return str_find(host, STR("]"), &close) ? str_slice(host, 0, close + 1) : host;
    }
    if (!str_cut(host, ':', &name, &port) || memchr(port.ptr, ':', port.len))
        return host; /* no port, or a bare IPv6 address */
    return name;
}

static bool is_padding(char c)
{
    return c == '.' || c == ' ' || c == '\t';
}

struct str place_host_name(struct str host, struct arena *arena)
{
    host = without_port(str_trim(host));
    while (host.len > 1 && is_padding(host.ptr[host.len - 1]))
        host.len--;
    for (size_t i = 0; i < host.len; i++) {
        if (host.ptr[i] < 'A' || host.ptr[i] > 'Z')
            continue;

        char *lower = arena_dup(arena, host);

        for (; i < host.len; i++)
            if (lower[i] >= 'A' && lower[i] <= 'Z')
                lower[i] = (char)(lower[i] - 'A' + 'a');
        return (struct str){lower, host.len};
    }
    return host;
}
