/*
 * http/call/request.c - what libmicrohttpd read, as a struct http_request
 */
#include "http/call/internal.h"
#include "http/wire/authority.h"

enum { METHOD_SHOWN_BYTES = 64 };

void request_line(struct http_call *call, struct str uri)
{
    struct http_request *request = &call->request;
    struct str target = arena_str(call->arena, uri); /* libmicrohttpd cuts it up later */
    struct str rest = target;

    request->target = target;
    if (authority_cut(target, &request->authority, &rest) && rest.ptr[0] == '?')
        rest = arena_strf(call->arena, "/" STR_FMT, STR_ARG(rest));
    str_cut(rest, '?', &request->path, &request->query);
}

static enum MHD_Result add_header(void *cls, enum MHD_ValueKind kind, const char *name,
                                  size_t name_len, const char *value, size_t value_len)
{
    struct http_call *call = cls;
    struct str key = {name, name_len};
    struct str text = str_trim((struct str){value ? value : "", value_len});

    (void)kind;
    if (!call->judged)
        framing_note(&call->framing, key, text);
    http_headers_add(&call->request.headers, call->arena, key, text);
    return MHD_YES;
}

/* What was found right in the bytes is not asked of its headers again, unless libmicrohttpd reads
 * them otherwise: it joins the lines of one that is folded. */
static void take_judgement(struct http_call *call)
{
    struct peer *peer = call->peer;

    call->judged = peer->judged && !peer->head.folded;
    peer->judged = false;
    if (call->judged)
        call->framing = (struct framing){.codings = peer->head.chunked, .coding = STR("chunked")};
}

static void set_host(struct http_call *call)
{
    struct http_request *request = &call->request;
    struct str host;

    if (!str_is_set(request->authority)) {
        host = http_headers_get(&request->headers, STR("Host"));
        request->authority = authority_alone(host);
        if (call->judged)
            call->framing.hosts = str_is_set(host);
    }
    if (!str_is_set(request->authority))
        return;
    host = authority_host(request->authority);
    char *lower = arena_alloc(call->arena, host.len + 1);

    authority_lower(host, lower);
    request->host = (struct str){lower, host.len};
}

static void set_body_facts(struct http_call *call)
{
    call->declared_bytes =
        call->judged ? call->peer->head.body_bytes : framing_length(&call->framing);
    call->has_body = call->framing.codings > 0 || call->declared_bytes > 0;
}

static void set_peer_facts(struct http_call *call)
{
    struct http_request *request = &call->request;
    struct peer *peer = call->peer;

    request->connection = peer->number;
    request->connection_call = ++peer->calls;
    request->tls = peer->tls;
    request->sni = peer_sni(peer);
    request->client = str_of(peer->client);
    request->client_port = peer->port;
    request->reserved = peer->reserved;
    request->local_port = peer->local_port;
    request->by_region = peer->by_door;
}

void request_head(struct http_call *call, const char *method, const char *version)
{
    set_peer_facts(call);
    call->request.method = str_of(method);
    call->http10 = strcmp(version, MHD_HTTP_VERSION_1_1) != 0;
    call->head_only = str_eq(call->request.method, STR(MHD_HTTP_METHOD_HEAD));
    take_judgement(call);
    MHD_get_connection_values_n(call->peer->mhd, MHD_HEADER_KIND, add_header, call);
    set_host(call);
    set_body_facts(call);
}

/* ---- out of its bytes ---- */

/* Whoever reads a text to its NUL finds one, as behind those of libmicrohttpd. */
static struct str terminated(struct str text)
{
    ((char *)(uintptr_t)text.ptr)[text.len] = '\0';
    return text;
}

static bool changes_connection(struct str name, struct str value)
{
    return str_eq_nocase(name, STR("Expect")) || str_eq_nocase(name, STR("Upgrade")) ||
           (str_eq_nocase(name, STR("Connection")) && !str_eq_nocase(value, STR("keep-alive")));
}

static bool take_line(struct http_call *call, struct str line)
{
    struct str method;
    struct str target;
    struct str version;

    head_request_line(line, &method, &target, &version);
    if (target.len == 0 || target.ptr[0] != '/' || memchr(target.ptr, ' ', target.len) ||
        !str_eq(version, STR("HTTP/1.1")) || str_eq(method, STR("HEAD")) ||
        str_eq(method, STR("CONNECT")))
        return false;
    request_line(call, target);
    call->request.method = terminated(method);
    return true;
}

bool request_of_bytes(struct http_call *call, struct str bytes, struct str *out_body)
{
    struct str rest = bytes;
    struct str line;
    struct str name;
    struct str value;

    if (!head_line(&rest, &line) || !take_line(call, line))
        return false;
    while (head_line(&rest, &line) && line.len > 0) {
        if (!head_field(line, &name, &value) || changes_connection(name, value))
            return false;
        http_headers_add(&call->request.headers, call->arena, terminated(name), terminated(value));
    }
    take_judgement(call);
    set_host(call);
    set_body_facts(call);
    if (request_check(call))
        return false;
    set_peer_facts(call);
    *out_body = rest;
    return true;
}

const struct refusal *request_check(const struct http_call *call)
{
    static const struct refusal late_connect = {400, REFUSAL_MALFORMED,
                                                "CONNECT must come first on a connection"};
    bool host_needed = !call->http10 && !str_is_set(call->request.authority);
    const struct refusal *wrong =
        head_check_size(call->request.target.len, http_headers_bytes(&call->request.headers));

    if (!wrong)
        wrong = framing_check(&call->framing, host_needed);
    return !wrong && str_eq(call->request.method, STR("CONNECT")) ? &late_connect : wrong;
}

bool request_is_tunnel(const struct http_call *call)
{
    return call->peer->session && call->peer->calls == 1 &&
           str_eq(call->request.method, STR("CONNECT"));
}

/* Texts of the journal end where a NUL stands. */
static struct str shown(struct http_call *call, struct str text)
{
    return str_of(arena_dup(call->arena, text));
}

void request_guess(struct http_call *call, struct str bytes)
{
    struct str rest = bytes;
    struct str line = STR_NONE;
    struct str name;
    struct str value;
    struct str method;
    struct str target;
    struct str version;

    while (line.len == 0 && head_line(&rest, &line))
        ;
    head_request_line(line.len ? line : bytes, &method, &target, &version);
    request_line(call, shown(call, target));
    set_peer_facts(call);
    call->request.method = shown(call, str_slice(method, 0, METHOD_SHOWN_BYTES));
    while (head_line(&rest, &line) && head_field(line, &name, &value))
        http_headers_add(&call->request.headers, call->arena, shown(call, name),
                         shown(call, value));
    set_host(call);
}
