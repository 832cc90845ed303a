/* Where calls by name go: by the resolver and by proxies. */
#include <arpa/inet.h>
#include <errno.h>
#include <ifaddrs.h>
#include <netdb.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "cli/client.h"
#include "cli/doctor.h"
#include "cli/env/value.h"

enum { LOOPBACK_NET = 127, HTTP_PORT = 80, HTTPS_PORT = 443, ADDRESS_BYTES = 64 };

static const char *const proxy_variables[] = {"HTTPS_PROXY", "https_proxy", "HTTP_PROXY",
                                              "http_proxy",  "ALL_PROXY",   "all_proxy"};
static const char *const exception_variables[] = {"NO_PROXY", "no_proxy"};
static const char ENV_LINE[] = "eval \"$(fcemu env)\"";

/* ---- addresses ---- */

static bool same_address(const struct sockaddr *a, const struct sockaddr *b)
{
    if (!a || !b || a->sa_family != b->sa_family)
        return false;
    if (a->sa_family == AF_INET)
        return ((const struct sockaddr_in *)a)->sin_addr.s_addr ==
               ((const struct sockaddr_in *)b)->sin_addr.s_addr;
    return a->sa_family == AF_INET6 &&
           memcmp(&((const struct sockaddr_in6 *)a)->sin6_addr,
                  &((const struct sockaddr_in6 *)b)->sin6_addr, sizeof(struct in6_addr)) == 0;
}

static bool is_loopback(const struct sockaddr *address)
{
    if (address->sa_family == AF_INET)
        return ntohl(((const struct sockaddr_in *)address)->sin_addr.s_addr) >> 24 == LOOPBACK_NET;
    return address->sa_family == AF_INET6 &&
           IN6_IS_ADDR_LOOPBACK(&((const struct sockaddr_in6 *)address)->sin6_addr);
}

static bool is_this_machine(const struct sockaddr *address)
{
    struct ifaddrs *all = NULL;
    bool found = is_loopback(address);

    if (found || getifaddrs(&all) < 0)
        return found;
    for (const struct ifaddrs *one = all; one && !found; one = one->ifa_next)
        found = same_address(one->ifa_addr, address);
    freeifaddrs(all);
    return found;
}

/* Of this machine only, where the answer comes at once. */
static bool listens(const struct sockaddr *address, socklen_t len, uint16_t port)
{
    struct sockaddr_storage to = {0};
    int fd = socket(address->sa_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
    bool there;

    if (fd < 0)
        return false;
    memcpy(&to, address, len);
    if (to.ss_family == AF_INET)
        ((struct sockaddr_in *)&to)->sin_port = htons(port);
    else
        ((struct sockaddr_in6 *)&to)->sin6_port = htons(port);
    there = connect(fd, (struct sockaddr *)&to, len) == 0;
    close(fd);
    return there;
}

/* ---- proxies ---- */

/* HOST:PORT of a proxy's URL: without scheme, path, and what it says about who asks. */
static struct str proxy_address(struct str url)
{
    size_t at;
    struct str head;
    struct str tail;

    if (str_find(url, STR("://"), &at))
        url = str_slice(url, at + 3, url.len);
    str_cut(url, '/', &url, &tail);
    if (str_cut_last(url, '@', &head, &tail))
        url = tail;
    return url;
}

static bool is_local_host(struct str host)
{
    return str_eq_nocase(host, STR("localhost")) || str_starts(host, STR("127.")) ||
           str_eq(host, STR("[::1]"));
}

static bool is_the_daemon(const struct doctor *doctor, struct str proxy)
{
    struct str ours = proxy_address(str_of(client_address(doctor->args)));
    struct str our_host;
    struct str our_port;
    struct str host;
    struct str port;

    if (!str_cut_last(ours, ':', &our_host, &our_port) || !str_cut_last(proxy, ':', &host, &port) ||
        !str_eq(our_port, port))
        return false;
    return str_eq_nocase(our_host, host) || (is_local_host(our_host) && is_local_host(host));
}

static bool is_covered_by(struct str list, struct str name)
{
    while (str_is_set(list)) {
        struct str one;

        str_cut(list, ',', &one, &list);
        one = str_trim(one);
        if (str_eq(one, STR("*")))
            return true;
        while (one.len && (one.ptr[0] == '.' || one.ptr[0] == '*'))
            one = str_slice(one, 1, one.len);
        if (one.len && (str_eq_nocase(one, name) ||
                        (name.len > one.len && name.ptr[name.len - one.len - 1] == '.' &&
                         str_eq_nocase(str_slice(name, name.len - one.len, name.len), one))))
            return true;
    }
    return false;
}

/* Programs read either spelling: only what both that are set say holds for all. */
static bool is_exempt(struct str name)
{
    bool exempt = false;

    for (size_t i = 0; i < N_ELEMENTS(exception_variables); i++) {
        const char *list = doctor_variable(exception_variables[i]);

        if (list && !is_covered_by(str_of(list), name))
            return false;
        exempt = exempt || list;
    }
    return exempt;
}

static struct str endpoint(const struct doctor *doctor)
{
    return arena_strf(doctor->arena, STR_FMT "." STR_FMT ".fc.aliyuncs.com",
                      STR_ARG(doctor->account), STR_ARG(doctor->region));
}

static void check_proxy(struct doctor *doctor, const char *variable)
{
    struct str proxy = proxy_address(str_of(doctor_variable(variable)));
    struct str host = proxy_address(str_of(client_address(doctor->args)));
    struct str port;

    str_cut_last(host, ':', &host, &port);
    bool by_name = !is_exempt(endpoint(doctor));
    bool by_address =
        !str_starts(str_of(client_address(doctor->args)), STR("unix:")) && !is_exempt(host);

    if (is_the_daemon(doctor, proxy))
        doctor_say(doctor, "proxies", FINDING_OK, NULL, NULL, "%s leads to the daemon", variable);
    else if (by_name || by_address)
        doctor_say(doctor, "proxies", FINDING_WRONG,
                   "programs that read it never come to the daemon, and may reach the real cloud",
                   ENV_LINE, "%s leads %s to " STR_FMT, variable,
                   by_name && by_address ? "calls by name and by address"
                   : by_name             ? "calls by name"
                                         : "calls by address",
                   STR_ARG(proxy));
    else
        doctor_say(doctor, "proxies", FINDING_OK, NULL, NULL,
                   "%s is " STR_FMT ", and NO_PROXY lets our calls past", variable, STR_ARG(proxy));
}

static void check_exceptions(struct doctor *doctor, const char *variable)
{
    struct str rest = str_of(doctor_variable(variable));

    while (str_is_set(rest)) {
        struct str one;

        str_cut(rest, ',', &one, &rest);
        one = str_trim(one);
        if (one.len && env_hides_served_names(one))
            doctor_say(doctor, "proxies", FINDING_WRONG,
                       "calls of these names go past the daemon, to the real cloud", ENV_LINE,
                       "%s has '" STR_FMT "', which takes served names from the proxy", variable,
                       STR_ARG(one));
    }
}

static bool is_led_here(const struct doctor *doctor)
{
    for (size_t i = 0; i < N_ELEMENTS(proxy_variables); i++) {
        struct str url = str_of(doctor_variable(proxy_variables[i]));

        if (str_is_set(url) && is_the_daemon(doctor, proxy_address(url)))
            return true;
    }
    return false;
}

void doctor_check_proxies(struct doctor *doctor)
{
    bool any = false;

    for (size_t i = 0; i < N_ELEMENTS(proxy_variables); i++)
        if (doctor_variable(proxy_variables[i])) {
            check_proxy(doctor, proxy_variables[i]);
            any = true;
        }
    if (!any)
        doctor_say(doctor, "proxies", FINDING_OK, NULL, NULL, "no variable names a proxy");
    if (is_led_here(doctor))
        for (size_t i = 0; i < N_ELEMENTS(exception_variables); i++)
            check_exceptions(doctor, exception_variables[i]);
}

/* ---- names ---- */

static void say_local(struct doctor *doctor, struct str name, const char *where,
                      const struct addrinfo *found)
{
    bool https = listens(found->ai_addr, found->ai_addrlen, HTTPS_PORT);
    bool http = listens(found->ai_addr, found->ai_addrlen, HTTP_PORT);

    if (https && http)
        doctor_say(doctor, "names", FINDING_OK, NULL, NULL,
                   STR_FMT " leads to %s, ports 443 and 80", STR_ARG(name), where);
    else if (is_led_here(doctor))
        doctor_say(doctor, "names", FINDING_OK, NULL, NULL,
                   STR_FMT " leads to %s, and the proxy to the daemon", STR_ARG(name), where);
    else
        doctor_say(doctor, "names", FINDING_WRONG,
                   "a name carries no port: clients that are led by it come to 443 and 80",
                   "fcemu serve --listen 127.0.0.1:443 --listen 127.0.0.1:80",
                   STR_FMT " leads to %s, where nobody listens on port %s", STR_ARG(name), where,
                   https  ? "80"
                   : http ? "443"
                          : "443 or 80");
}

static void say_elsewhere(struct doctor *doctor, struct str name, const char *where)
{
    if (is_led_here(doctor))
        doctor_say(doctor, "names", FINDING_OK, NULL, NULL,
                   STR_FMT " is led to the daemon by the proxy", STR_ARG(name));
    else if (where)
        doctor_say(doctor, "names", FINDING_NOTE,
                   "calls by this name leave the machine: they reach the real cloud, and cost",
                   ENV_LINE, STR_FMT " leads to %s, which is not this machine", STR_ARG(name),
                   where);
    else
        doctor_say(doctor, "names", FINDING_NOTE, "clients that are led by name find nothing",
                   "eval \"$(fcemu env)\", or: fcemu hosts | sudo tee -a /etc/hosts",
                   STR_FMT " does not resolve", STR_ARG(name));
}

void doctor_check_names(struct doctor *doctor)
{
    struct addrinfo hints = {.ai_socktype = SOCK_STREAM};
    struct addrinfo *list = NULL;
    struct str name = endpoint(doctor);
    char where[ADDRESS_BYTES] = "";

    setenv("RES_OPTIONS", "timeout:1 attempts:1", 0); /* a resolver that is cut off answers never */
    if (getaddrinfo(name.ptr, NULL, &hints, &list) != 0) {
        say_elsewhere(doctor, name, NULL);
        return;
    }
    getnameinfo(list->ai_addr, list->ai_addrlen, where, sizeof(where), NULL, 0, NI_NUMERICHOST);
    if (is_this_machine(list->ai_addr))
        say_local(doctor, name, where, list);
    else
        say_elsewhere(doctor, name, where);
    freeaddrinfo(list);
}
