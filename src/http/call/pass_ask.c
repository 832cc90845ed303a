/*
 * http/call/pass_ask.c - what a client asks of us as its proxy: is it served here, refused, or
 * passed on, and where to
 */
#include "base/mem.h"
#include "http/call/internal.h"
#include "http/wire/authority.h"

static const struct refusal foreign = {
    403, REFUSAL_FOREIGN,
    "fcemu serves the emulated names alone: name this host in the setting proxy.pass (--proxy-pass "
    "HOST) to have it passed on, or in NO_PROXY"};
static const struct refusal not_for_you = {
    403, REFUSAL_FOREIGN,
    "names are passed on for the daemon's own user on this machine alone "
    "(setting allow_users)"};

/* What a proxy says of a server that it cannot reach. How long it would try is not played. */
static const struct refusal refused = {502, REFUSAL_CLOSED,
                                       "a rule has the address of this region refuse connections"};
static const struct refusal unanswered = {
    504, REFUSAL_CLOSED, "a rule has the address of this region answer no connection"};

/* The usual port, where the authority names none. */
static struct str with_port(struct str authority, const char *port, struct arena *arena)
{
    struct str host = authority_host(authority);
    struct str alone = authority_alone(authority);

    return alone.len > host.len && alone.ptr[host.len] == ':'
               ? alone
               : arena_strf(arena, STR_FMT ":%s", STR_ARG(host), port);
}

const struct refusal *http_pass_refusal(enum http_pass pass)
{
    switch (pass) {
    case HTTP_PASS_REFUSE:
        return &foreign;
    case HTTP_PASS_REFUSED:
        return &refused;
    case HTTP_PASS_UNANSWERED:
        return &unanswered;
    case HTTP_PASS_SERVE:
    case HTTP_PASS_ON:
        break;
    }
    return NULL;
}

const struct refusal *pass_ask(struct http_server *server, struct peer *peer, struct str authority,
                               const char *port, struct arena *arena, struct str *out_to)
{
    struct str host = authority_host(authority);
    char *lower = arena_alloc(arena, host.len + 1);
    struct str instead = STR_NONE;
    uint32_t uid = 0;
    enum http_user user;
    enum http_pass pass;

    *out_to = STR_NONE;
    authority_lower(host, lower);
    if (!server->handler.pass)
        return NULL;
    pass = server->handler.pass(server->owner, str_of(lower), &instead);
    if (pass != HTTP_PASS_ON)
        return http_pass_refusal(pass);
    user = peer_user(peer, &uid);
    if (!server->handler.may_pass(server->owner, user, uid))
        return &not_for_you;
    *out_to = with_port(str_is_set(instead) ? instead : authority, port, arena);
    return NULL;
}

/* It was peeked at so far. */
static bool take_off(struct peer *peer, size_t len)
{
    char scratch[HEAD_BYTES_MAX];

    return len <= sizeof(scratch) && socket_read(peer->fd, scratch, len) == (ssize_t)len;
}

bool pass_connect(struct peer *peer, struct str bytes, struct str authority,
                  const struct refusal **out_refusal)
{
    struct http_server *server = CONTAINER_OF(peer->wire, struct http_server, wire);
    OWN(arena_free) struct arena *arena = arena_new();
    struct str to;

    *out_refusal = pass_ask(server, peer, authority, "443", arena, &to);
    if (*out_refusal || !str_is_set(to) || !take_off(peer, bytes.len))
        return false;
    pass_begin(server, peer, bytes, to, PASS_TUNNEL);
    return true;
}

/* The authority of an absolute target; absent in every other form. */
static struct str absolute_authority(struct str bytes)
{
    struct str line = STR_NONE;
    struct str method, target, version, authority, path;

    while (line.len == 0 && head_line(&bytes, &line))
        ;
    head_request_line(line, &method, &target, &version);
    return str_starts_nocase(target, STR("http://")) && authority_cut(target, &authority, &path)
               ? authority
               : STR_NONE;
}

bool pass_is_due(struct peer *peer, struct str head, struct arena *arena, struct str *out_to)
{
    struct http_server *server = CONTAINER_OF(peer->wire, struct http_server, wire);
    struct str authority = absolute_authority(head);

    /* Who is refused is told so by the owner, like everybody who asks for an unknown name. */
    return str_is_set(authority) && !pass_ask(server, peer, authority, "80", arena, out_to) &&
           str_is_set(*out_to);
}

bool pass_request(struct peer *peer, struct str head)
{
    struct http_server *server = CONTAINER_OF(peer->wire, struct http_server, wire);
    OWN(arena_free) struct arena *arena = NULL;
    struct str to;

    if (!str_is_set(absolute_authority(head)))
        return false; /* as most are not */
    arena = arena_new();
    if (!pass_is_due(peer, head, arena, &to) || !take_off(peer, head.len))
        return false;
    pass_begin(server, peer, head, to, PASS_REQUEST);
    return true;
}
