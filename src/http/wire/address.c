/* What one can listen on. */
#include "http/wire/address.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/mem.h"

enum { PRIVATE_MODE = 0600, BACKLOG = 4096, PORT_MAX = 65535, HOST_BYTES = 64 };

struct socket_place {
    union {
        struct sockaddr any;
        struct sockaddr_in v4;
        struct sockaddr_in6 v6;
        struct sockaddr_un un;
    } address;
    socklen_t len;
    bool both; /* IPv4 as well as IPv6 */
};

static int refuse(struct str address, struct error *err)
{
    return error_set(err, ERROR_USAGE,
                     "listen on '" STR_FMT "': expected 'host:port', '[ipv6]:port', ':port' or "
                     "'unix:/path', with a numeric address or localhost",
                     STR_ARG(address));
}

static void place_v6(struct socket_place *place, const struct in6_addr *host, uint16_t port)
{
    place->address.v6 = (struct sockaddr_in6){
        .sin6_family = AF_INET6, .sin6_port = htons(port), .sin6_addr = *host};
    place->len = sizeof(place->address.v6);
}

static void place_v4(struct socket_place *place, in_addr_t host, uint16_t port)
{
    place->address.v4 = (struct sockaddr_in){
        .sin_family = AF_INET, .sin_port = htons(port), .sin_addr = {.s_addr = host}};
    place->len = sizeof(place->address.v4);
}

static int parse_host(struct str host, uint16_t port, struct socket_place *out)
{
    char text[HOST_BYTES];
    struct in6_addr v6;
    struct in_addr v4;
    bool bracketed = host.len >= 2 && host.ptr[0] == '[' && host.ptr[host.len - 1] == ']';

    if (host.len == 0) {
        place_v6(out, &in6addr_any, port);
        out->both = true;
        return 0;
    }
    if (str_eq_nocase(host, STR("localhost"))) {
        place_v4(out, htonl(INADDR_LOOPBACK), port);
        return 0;
    }
    if (bracketed)
        host = str_slice(host, 1, host.len - 1);
    if (host.len >= sizeof(text))
        return -1;
    memcpy(text, host.ptr, host.len);
    text[host.len] = '\0';
    if (bracketed && inet_pton(AF_INET6, text, &v6) == 1)
        place_v6(out, &v6, port);
    else if (!bracketed && inet_pton(AF_INET, text, &v4) == 1)
        place_v4(out, v4.s_addr, port);
    else
        return -1;
    return 0;
}

static int parse_unix(struct str path, struct socket_place *out)
{
    if (path.len == 0 || path.len >= sizeof(out->address.un.sun_path))
        return -1;
    out->address.un = (struct sockaddr_un){.sun_family = AF_UNIX};
    memcpy(out->address.un.sun_path, path.ptr, path.len);
    out->len = sizeof(out->address.un);
    return 0;
}

static int refuse_path(struct str address, struct error *err)
{
    return error_set(err, ERROR_USAGE,
                     "listen on '" STR_FMT "': the path of a socket has 1 to %zu bytes",
                     STR_ARG(address), sizeof(((struct sockaddr_un *)NULL)->sun_path) - 1);
}

static int parse(struct str address, struct socket_place *out, struct error *err)
{
    struct str host;
    struct str port;
    uint64_t number = 0;

    *out = (struct socket_place){0};
    if (str_starts(address, STR("unix:"))) {
        if (parse_unix(str_slice(address, sizeof("unix:") - 1, address.len), out) < 0)
            return refuse_path(address, err);
        return 0;
    }
    if (!str_cut_last(address, ':', &host, &port) ||
        str_to_uint(port, PORT_MAX, &number) != NUMBER_OK ||
        parse_host(host, (uint16_t)number, out) < 0)
        return refuse(address, err);
    return 0;
}

static int open_socket(struct socket_place *place)
{
    int family = place->address.any.sa_family;
    int fd = socket(family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    int on = 1;
    int v6_only = !place->both;

    if (fd < 0 || family == AF_UNIX)
        return fd;
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on)); /* accepted sockets inherit it */
    if (family == AF_INET6)
        setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &v6_only, sizeof(v6_only));
    return fd;
}

/* A socket file that outlived its process, and nothing else: connect() refuses a plain file, too.
 */
static bool is_left_over(const struct socket_place *place)
{
    struct stat st;
    int fd;
    bool refused;

    if (lstat(place->address.un.sun_path, &st) < 0 || !S_ISSOCK(st.st_mode))
        return false;
    fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0)
        return false;
    refused = connect(fd, &place->address.any, place->len) < 0 && errno == ECONNREFUSED;
    close(fd);
    return refused;
}

/* A socket file gets the mode of its socket, less the umask: nobody else's before it is bound. */
static int bind_socket(int fd, const struct socket_place *place)
{
    if (place->address.any.sa_family == AF_UNIX && fchmod(fd, PRIVATE_MODE) < 0)
        return -1;
    int r = bind(fd, &place->address.any, place->len);

    if (r == 0 || errno != EADDRINUSE || place->address.any.sa_family != AF_UNIX)
        return r;
    if (!is_left_over(place)) {
        errno = EADDRINUSE;
        return -1;
    }
    unlink(place->address.un.sun_path);
    return bind(fd, &place->address.any, place->len);
}

/* What to do about the commonest reasons. */
static const struct {
    int reason;
    bool file; /* of a socket file, else of a port */
    const char *remedy;
} remedies[] = {
    {EADDRINUSE,    false, "stop what listens there or choose another port with --listen"     },
    {EACCES,        false, "ports below 1024 want root or the capability CAP_NET_BIND_SERVICE"},
    {EADDRNOTAVAIL, false, "no interface of this machine has this address"                    },
    {EADDRINUSE,    true,  "somebody listens there, or it is no socket; choose another path"  },
    {EACCES,        true,  "choose a path in a folder that this user may write to"            },
    {ENOENT,        true,  "the folder must exist"                                            },
};

static int fail(struct str address, const struct socket_place *place, struct error *err)
{
    bool file = place->address.any.sa_family == AF_UNIX;
    const char *remedy = NULL;

    error_errno(err, "listen on '" STR_FMT "' as uid %u", STR_ARG(address), (unsigned)geteuid());
    for (size_t i = 0; i < N_ELEMENTS(remedies); i++)
        if (remedies[i].reason == err->sys_errno && remedies[i].file == file)
            remedy = remedies[i].remedy;
    return remedy ? error_remedy(err, remedy) : -1;
}

static uint16_t port_of(int fd)
{
    struct sockaddr_in6 name = {0}; /* the port lies at the same place in both families */
    socklen_t len = sizeof(name);

    getsockname(fd, (struct sockaddr *)&name, &len);
    return ntohs(name.sin6_port);
}

/* Bound, and nobody is listened to yet. */
static int bind_to(struct str address, struct socket_place *place, struct error *err)
{
    int fd;

    if (parse(address, place, err) < 0)
        return -1;
    fd = open_socket(place);
    if (fd < 0 && place->both && errno == EAFNOSUPPORT) { /* a kernel without IPv6 */
        place_v4(place, INADDR_ANY, ntohs(place->address.v6.sin6_port));
        fd = open_socket(place);
    }
    if (fd >= 0 && bind_socket(fd, place) == 0)
        return fd;
    fail(address, place, err);
    if (fd >= 0)
        close(fd);
    return -1;
}

static int hear(int fd, int backlog, struct str address, const struct socket_place *place,
                struct error *err)
{
    if (listen(fd, backlog) == 0)
        return 0;
    fail(address, place, err);
    close(fd);
    return -1;
}

int address_listen(struct str address, int *out_fd, uint16_t *out_port, char **out_path,
                   struct error *err)
{
    struct socket_place place;
    int fd = bind_to(address, &place, err);

    if (fd < 0 || hear(fd, BACKLOG, address, &place, err) < 0)
        return -1;
    bool is_file = place.address.any.sa_family == AF_UNIX;

    *out_fd = fd;
    *out_port = is_file ? 0 : port_of(fd);
    *out_path = is_file ? mem_dup(place.address.un.sun_path) : NULL;
    return 0;
}

/* With no place to wait in, the kernel keeps one connection that is not accepted, and leaves those
 * behind it without an answer. This one is ours. */
static int fill(const struct socket_place *place)
{
    int fd = socket(place->address.any.sa_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

    if (fd >= 0 && connect(fd, &place->address.any, place->len) < 0 && errno != EINPROGRESS) {
        close(fd);
        fd = -1;
    }
    return fd;
}

int address_listen_as(struct str address, enum wire_door door, int *out_fd, int *out_filler,
                      struct error *err)
{
    struct socket_place place;
    int fd = bind_to(address, &place, err);

    *out_filler = -1;
    if (fd < 0)
        return -1;
    if (door != WIRE_DOOR_REFUSES &&
        hear(fd, door == WIRE_DOOR_OPEN ? BACKLOG : 0, address, &place, err) < 0)
        return -1;
    if (door == WIRE_DOOR_SILENT && (*out_filler = fill(&place)) < 0) {
        fail(address, &place, err);
        close(fd);
        return -1;
    }
    *out_fd = fd;
    return 0;
}
