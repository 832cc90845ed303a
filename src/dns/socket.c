/*
 * Sockets of the responder: an address as text, and UDP and TCP on one port of it.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "base/str.h"
#include "dns/internal.h"

enum { PORT_MAX = 65535, TRIES = 32, BACKLOG = 64, HOST_BYTES = 64 };

/* ---- text ---- */

static bool parse_host(struct str host, uint16_t port, struct sockaddr_storage *out)
{
    struct sockaddr_in *four = (struct sockaddr_in *)out;
    struct sockaddr_in6 *six = (struct sockaddr_in6 *)out;
    char text[HOST_BYTES] = "";

    *out = (struct sockaddr_storage){0};
    if (host.len >= sizeof(text))
        return false;
    memcpy(text, host.ptr, host.len);
    if (host.len > 2 && text[0] == '[' && text[host.len - 1] == ']') {
        text[host.len - 1] = '\0';
        six->sin6_family = AF_INET6;
        six->sin6_port = htons(port);
        return inet_pton(AF_INET6, text + 1, &six->sin6_addr) == 1;
    }
    four->sin_family = AF_INET;
    four->sin_port = htons(port);
    return inet_pton(AF_INET, strcmp(text, "localhost") == 0 ? "127.0.0.1" : text,
                     &four->sin_addr) == 1;
}

int dns_addresses_parse(struct str text, struct sockaddr_storage out[2], size_t *out_count,
                        struct error *err)
{
    struct str host;
    struct str port_text;
    uint64_t port;

    if (!str_cut_last(text, ':', &host, &port_text) ||
        str_to_uint(port_text, PORT_MAX, &port) != NUMBER_OK)
        return error_set(err, ERROR_USAGE, "'" STR_FMT "' is no address with a port",
                         STR_ARG(text));
    *out_count = host.len ? 1 : 2;
    if (host.len ? parse_host(host, (uint16_t)port, &out[0])
                 : parse_host(STR("0.0.0.0"), (uint16_t)port, &out[0]) &&
                       parse_host(STR("[::]"), (uint16_t)port, &out[1]))
        return 0;
    return error_set(err, ERROR_USAGE, "'" STR_FMT "' is no address: names are not looked up here",
                     STR_ARG(text));
}

/* ---- sockets ---- */

static uint16_t *port_of(struct sockaddr_storage *address)
{
    return address->ss_family == AF_INET6 ? &((struct sockaddr_in6 *)address)->sin6_port
                                          : &((struct sockaddr_in *)address)->sin_port;
}

static socklen_t length_of(const struct sockaddr_storage *address)
{
    return address->ss_family == AF_INET6 ? sizeof(struct sockaddr_in6)
                                          : sizeof(struct sockaddr_in);
}

/* -1 with errno. */
static int open_one(const struct sockaddr_storage *address, int type)
{
    static const int on = 1;
    bool six = address->ss_family == AF_INET6;
    int fd = socket(address->ss_family, type | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

    if (fd < 0)
        return -1;
    if (type == SOCK_STREAM)
        setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
    else
        setsockopt(fd, six ? IPPROTO_IPV6 : IPPROTO_IP, six ? IPV6_RECVPKTINFO : IP_PKTINFO, &on,
                   sizeof(on));
    if (six)
        setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof(on));
    if (bind(fd, (const struct sockaddr *)address, length_of(address)) == 0 &&
        (type != SOCK_STREAM || listen(fd, BACKLOG) == 0))
        return fd;
    int problem = errno;

    close(fd);
    errno = problem;
    return -1;
}

/* A free port of TCP may be taken on UDP. */
static int try_pair(const struct sockaddr_storage *wanted, int *out_udp, int *out_tcp,
                    uint16_t *out_port)
{
    struct sockaddr_storage real = *wanted;
    socklen_t len = sizeof(real);

    *out_tcp = open_one(wanted, SOCK_STREAM);
    if (*out_tcp < 0)
        return -1;
    if (getsockname(*out_tcp, (struct sockaddr *)&real, &len) == 0)
        *out_udp = open_one(&real, SOCK_DGRAM);
    if (*out_udp >= 0) {
        *out_port = ntohs(*port_of(&real));
        return 0;
    }
    int problem = errno;

    close(*out_tcp);
    errno = problem;
    return -1;
}

int dns_sockets_open(const struct sockaddr_storage *address, int *out_udp, int *out_tcp,
                     uint16_t *out_port, struct error *err)
{
    struct sockaddr_storage wanted = *address;
    bool any_port = *port_of(&wanted) == 0;
    int r = -1;

    *out_udp = -1;
    for (int i = 0; r < 0 && i < (any_port ? TRIES : 1); i++)
        r = try_pair(&wanted, out_udp, out_tcp, out_port);
    return r == 0 ? 0 : error_errno(err, "listen for names on port %u", ntohs(*port_of(&wanted)));
}

struct dns_address dns_address_of(const struct sockaddr_storage *address)
{
    struct dns_address out = {.family = address->ss_family};

    if (out.family == AF_INET6)
        out.v6 = ((const struct sockaddr_in6 *)address)->sin6_addr;
    else
        out.v4 = ((const struct sockaddr_in *)address)->sin_addr;
    return out;
}

void dns_asker_of(const struct sockaddr_storage *address, char out[DNS_ASKER_BYTES])
{
    const struct sockaddr_in *four = (const void *)address;
    const struct sockaddr_in6 *six = (const void *)address;

    out[0] = '\0';
    if (address->ss_family == AF_INET)
        inet_ntop(AF_INET, &four->sin_addr, out, DNS_ASKER_BYTES);
    else if (IN6_IS_ADDR_V4MAPPED(&six->sin6_addr))
        inet_ntop(AF_INET, &six->sin6_addr.s6_addr[12], out, DNS_ASKER_BYTES);
    else
        inet_ntop(AF_INET6, &six->sin6_addr, out, DNS_ASKER_BYTES);
}
