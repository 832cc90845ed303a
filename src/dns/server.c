/* The responder as a whole: its listeners, their beginning and their end. */
#include "dns/server.h"

#include <errno.h>
#include <unistd.h>

#include "base/mem.h"
#include "dns/internal.h"
#include "dns/ldns_lib.h"

int dns_server_new(struct loop *loop, const struct dns_zone *zone, struct dns_server **out,
                   struct error *err)
{
    if (!ldns_lib())
        return error_set(err, ERROR_USAGE, LDNS_LIB_MISSING);
    struct dns_server *server = mem_alloc(sizeof(*server));

    *server = (struct dns_server){.loop = loop, .zone = *zone};
    *out = server;
    return 0;
}

static int listen_on(struct dns_server *server, const struct sockaddr_storage *address,
                     uint16_t *out_port, struct error *err)
{
    struct dns_listener *l = mem_alloc(sizeof(*l));

    *l = (struct dns_listener){.server = server};
    if (dns_sockets_open(address, &l->udp, &l->tcp, out_port, err) < 0) {
        mem_free(l);
        return -1;
    }
    server->listeners =
        mem_grow(server->listeners, server->listener_count + 1, sizeof(*server->listeners));
    server->listeners[server->listener_count++] = l;
    l->udp_watch = loop_watch_start(server->loop, l->udp, LOOP_READABLE, dns_on_datagrams, l, err);
    l->tcp_watch = loop_watch_start(server->loop, l->tcp, LOOP_READABLE, dns_on_connection, l, err);
    return l->udp_watch && l->tcp_watch ? 0 : -1;
}

int dns_server_listen(struct dns_server *server, struct str address, uint16_t *out_port,
                      struct error *err)
{
    struct sockaddr_storage addresses[2];
    size_t count;

    if (dns_addresses_parse(address, addresses, &count, err) < 0 ||
        listen_on(server, &addresses[0], out_port, err) < 0)
        return -1;
    if (count == 1)
        return 0;
    ((struct sockaddr_in6 *)&addresses[1])->sin6_port = htons(*out_port);
    if (listen_on(server, &addresses[1], out_port, err) == 0 || err->sys_errno == EAFNOSUPPORT ||
        err->sys_errno == EADDRNOTAVAIL)
        return 0; /* also where there is no IPv6 */
    return -1;
}

static void listener_free(struct dns_listener *l)
{
    loop_watch_stop(l->udp_watch);
    loop_watch_stop(l->tcp_watch);
    close(l->udp);
    close(l->tcp);
    mem_free(l);
}

void dns_server_free(struct dns_server *server)
{
    if (!server)
        return;
    dns_connections_close(server);
    for (size_t i = 0; i < server->listener_count; i++)
        listener_free(server->listeners[i]);
    mem_free(server->listeners);
    mem_free(server);
}
