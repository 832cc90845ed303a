/*
 * http/wire/peer.c - one connection: who it is, and bytes to it past libmicrohttpd
 */
#include <arpa/inet.h>
#include <errno.h>
#include <unistd.h>

#include "base/mem.h"
#include "http/wire/authority.h"
#include "http/wire/hello.h"
#include "http/wire/internal.h"

enum { DRAIN_BYTES = 16384, DRAINS_A_TURN = 64, TLS_RECORD_BYTES = 16384 };

/* For every connection, hence not inet_ntop(), which prints. */
static void format_v4(const struct in_addr *address, char *out)
{
    const unsigned char *bytes = (const unsigned char *)&address->s_addr;

    for (int i = 0; i < 4; i++) {
        unsigned value = bytes[i];

        if (i > 0)
            *out++ = '.';
        if (value >= 100)
            *out++ = (char)('0' + value / 100);
        if (value >= 10)
            *out++ = (char)('0' + value / 10 % 10);
        *out++ = (char)('0' + value % 10);
    }
    *out = '\0';
}

static void set_client(struct peer *peer, const struct sockaddr_storage *address)
{
    const struct sockaddr_in *v4 = (const void *)address;
    const struct sockaddr_in6 *v6 = (const void *)address;

    if (address->ss_family == AF_INET) {
        format_v4(&v4->sin_addr, peer->client);
        peer->port = ntohs(v4->sin_port);
    } else if (address->ss_family == AF_INET6) {
        peer->port = ntohs(v6->sin6_port);
        if (IN6_IS_ADDR_V4MAPPED(&v6->sin6_addr))
            format_v4((const void *)&v6->sin6_addr.s6_addr[12], peer->client);
        else
            inet_ntop(AF_INET6, &v6->sin6_addr, peer->client, sizeof(peer->client));
    } else {
        memcpy(peer->client, "unix", sizeof("unix"));
    }
}

static struct peer *begin(struct wire *wire, int fd, bool reserved)
{
    struct peer *peer = mem_alloc(sizeof(*peer));

    peer->wire = wire;
    peer->number = ++wire->last_number;
    peer->fd = fd;
    peer->reserved = reserved;
    lookout_know(peer);
    wire->connections++;
    peer->kept = peer->reserved || wire->connections - wire->leaving > wire->connections_max;
    peer_is_quiet(peer);
    if (wire->connections_peak < wire->connections)
        wire->connections_peak = wire->connections;
    return peer;
}

struct peer *peer_new(struct listener *listener, int fd, const struct sockaddr_storage *address)
{
    struct peer *peer = begin(listener->wire, fd, listener->reserved);

    peer->local_port = listener->port;
    peer->by_door = listener->address;
    peer->tcp = listener->tcp;
    set_client(peer, address);
    return peer;
}

struct peer *peer_within(struct peer *outer, int fd)
{
    struct peer *peer = begin(outer->wire, fd, outer->reserved);
    uint32_t uid;

    peer->local_port = outer->local_port;
    peer->port = outer->port;
    memcpy(peer->client, outer->client, sizeof(peer->client));
    peer_user(outer, &uid);
    peer->user_asked = true;
    peer->user = outer->user;
    peer->uid = outer->uid;
    peer->inode = outer->inode;
    return peer;
}

struct peer *peer_again(const struct peer *old, int fd)
{
    struct peer *peer = begin(old->wire, fd, old->reserved);

    peer->number = old->number;
    peer->calls = old->calls;
    peer->kept = old->kept;
    peer->local_port = old->local_port;
    peer->by_door = old->by_door;
    peer->port = old->port;
    peer->tcp = old->tcp;
    memcpy(peer->client, old->client, sizeof(peer->client));
    peer->user_asked = old->user_asked;
    peer->user = old->user;
    peer->uid = old->uid;
    peer->inode = old->inode;
    return peer;
}

void peer_free(struct peer *peer)
{
    struct wire *wire = peer->wire;

    peer_is_busy(peer);
    wire->leaving -= peer->given_up;
    wire->by_fd[peer->fd] = NULL;
    mem_free(peer->sni);
    mem_free(peer);
    wire->connections--;
    wire->owner.closed(wire);
}

struct str peer_sni(struct peer *peer)
{
    char name[HELLO_NAME_BYTES];
    size_t len = sizeof(name);
    unsigned type = 0;

    if (peer->session && !peer->named) {
        peer->named = true;
        if (gnutls_server_name_get(peer->session, name, &len, &type, 0) == GNUTLS_E_SUCCESS &&
            type == GNUTLS_NAME_DNS) {
            peer->sni = mem_dup_len(name, len);
            authority_lower((struct str){name, len}, peer->sni);
        }
    }
    return str_of(peer->sni);
}

static ssize_t send_tls(struct peer *peer, struct str bytes)
{
    size_t len = bytes.len < TLS_RECORD_BYTES ? bytes.len : TLS_RECORD_BYTES;
    ssize_t n = gnutls_record_send(peer->session, bytes.ptr, len);

    if (n == GNUTLS_E_AGAIN || n == GNUTLS_E_INTERRUPTED)
        return PEER_AGAIN;
    return n < 0 ? PEER_BROKEN : n;
}

ssize_t peer_send(struct peer *peer, struct str bytes, bool more)
{
    ssize_t n;

    if (peer->session)
        return send_tls(peer, bytes);
    n = send(peer->fd, bytes.ptr, bytes.len, MSG_NOSIGNAL | MSG_DONTWAIT | (more ? MSG_MORE : 0));
    if (n < 0)
        return errno == EAGAIN || errno == EINTR ? PEER_AGAIN : PEER_BROKEN;
    return n;
}

ssize_t peer_receive(struct peer *peer, void *out, size_t max)
{
    ssize_t n;

    if (peer->session) {
        n = gnutls_record_recv(peer->session, out, max);
        if (n < 0)
            return gnutls_error_is_fatal((int)n) ? PEER_BROKEN : PEER_AGAIN;
        return n;
    }
    n = recv(peer->fd, out, max, MSG_DONTWAIT);
    if (n < 0)
        return errno == EAGAIN || errno == EINTR ? PEER_AGAIN : PEER_BROKEN;
    return n;
}

/* Dissolving the association sends RST at once and leaves a descriptor that its owner can still
 * close. A socket file knows no RST: there, both directions end. */
void socket_reset(int fd)
{
    struct sockaddr nobody = {.sa_family = AF_UNSPEC};

    if (connect(fd, &nobody, sizeof(nobody)) < 0)
        shutdown(fd, SHUT_RDWR);
}

bool socket_drain(int fd)
{
    char bytes[DRAIN_BYTES];

    for (int i = 0; i < DRAINS_A_TURN; i++) {
        ssize_t n = recv(fd, bytes, sizeof(bytes), MSG_DONTWAIT);

        if (n < 0)
            return errno == EAGAIN || errno == EINTR;
        if (n == 0)
            return false;
    }
    return true;
}

/* It costs one write and no state. */
void turn_away(struct wire *wire, int fd)
{
    static const char text[] = "HTTP/1.1 429 Too Many Requests\r\n"
                               "Content-Type: application/json\r\n"
                               "Content-Length: 89\r\n"
                               "Connection: close\r\n"
                               "\r\n"
                               "{\"Code\":\"TooManyConnections\",\"Message\":\"the emulator has as "
                               "many connections as it can\"}\n";

    (void)!send(fd, text, sizeof(text) - 1, MSG_NOSIGNAL | MSG_DONTWAIT);
    shutdown(fd, SHUT_WR);
    socket_drain(fd);
    wire->refused++;
}
