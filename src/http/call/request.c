/*
 * http/call/request.c - what libmicrohttpd read, as a struct http_request
 */
#include "http/call/internal.h"
#include "http/wire/authority.h"

void request_line(struct http_call *call, const char *uri)
{
    struct http_request *request = &call->request;
    struct str rest;
    struct str target = arena_str(call->arena, str_of(uri)); /* libmicrohttpd cuts it up later */

    request->target = target;
    rest = target;
    if (authority_cut(target, &request->authority, &rest) && rest.ptr[0] == '?')
        rest = arena_strf(call->arena, "/" STR_FMT, STR_ARG(rest));
    str_cut(rest, '?', &request->path, &request->query);
}

/* What tells where a body ends, and where the request goes, is noted as it comes by. */
static void note_framing(struct http_call *call, struct str name, struct str value)
{
    struct framing *framing = &call->framing;

    if (name.len == 0 || name.ptr[name.len - 1] == ' ' || name.ptr[name.len - 1] == '\t')
        framing->blank_in_name = true;
    if (str_eq_nocase(name, STR("Host"))) {
        framing->hosts++;
    } else if (str_eq_nocase(name, STR("Transfer-Encoding"))) {
        framing->codings++;
        framing->coding = value;
    } else if (str_eq_nocase(name, STR("Content-Length"))) {
        framing->lengths_differ |= str_is_set(framing->length) && !str_eq(framing->length, value);
        if (!str_is_set(framing->length))
            framing->length = value;
    }
}

static enum MHD_Result add_header(void *cls, enum MHD_ValueKind kind, const char *name,
                                  size_t name_len, const char *value, size_t value_len)
{
    struct http_call *call = cls;
    struct str key = {name, name_len};
    struct str text = str_trim((struct str){value ? value : "", value_len});

    (void)kind;
    note_framing(call, key, text);
    http_headers_add(&call->request.headers, call->arena, key, text);
    return MHD_YES;
}

static void set_host(struct http_call *call)
{
    struct http_request *request = &call->request;
    struct str host;

    if (!str_is_set(request->authority))
        request->authority = http_headers_get(&request->headers, STR("Host"));
    if (!str_is_set(request->authority))
        return;
    host = authority_host(request->authority);
    char *lower = arena_alloc(call->arena, host.len + 1);

    authority_lower(host, lower);
    request->host = (struct str){lower, host.len};
}

static void set_body_facts(struct http_call *call)
{
    call->has_body = call->framing.codings > 0;
    if (str_to_uint(call->framing.length, UINT64_MAX, &call->declared_bytes) == NUMBER_OK)
        call->has_body = call->has_body || call->declared_bytes > 0;
}

void request_head(struct http_call *call, const char *method, const char *version)
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
    request->method = str_of(method);
    call->http10 = strcmp(version, MHD_HTTP_VERSION_1_1) != 0;
    call->head_only = str_eq(request->method, STR(MHD_HTTP_METHOD_HEAD));
    MHD_get_connection_values_n(peer->mhd, MHD_HEADER_KIND, add_header, call);
    set_host(call);
    set_body_facts(call);
}

static bool no_host(const struct http_call *call)
{
    return !call->http10 && !str_is_set(call->request.authority);
}

static bool many_hosts(const struct http_call *call)
{
    return call->framing.hosts > 1;
}

/* "Content-Length : 5" is no length for libmicrohttpd, but may be one for who stands before us. */
static bool blank_in_name(const struct http_call *call)
{
    return call->framing.blank_in_name;
}

static bool both_lengths(const struct http_call *call)
{
    return call->framing.codings > 0 && str_is_set(call->framing.length);
}

static bool many_lengths(const struct http_call *call)
{
    return call->framing.lengths_differ;
}

static bool unknown_coding(const struct http_call *call)
{
    return call->framing.codings > 1 ||
           (call->framing.codings && !str_eq_nocase(call->framing.coding, STR("chunked")));
}

static bool late_connect(const struct http_call *call)
{
    return str_eq(call->request.method, STR("CONNECT"));
}

/* Source: RFC 9112 §3.2, §5.1 and §6. Each of them would let two readers of one stream disagree. */
static const struct {
    bool (*holds)(const struct http_call *call);
    struct refusal refusal;
} checks[] = {
    {no_host,        {400, "BadRequest", "the Host header is missing"}                    },
    {many_hosts,     {400, "BadRequest", "there is more than one Host header"}            },
    {blank_in_name,  {400, "BadRequest", "a blank stands before the colon of a header"}   },
    {both_lengths,   {400, "BadRequest", "Content-Length beside Transfer-Encoding"}       },
    {many_lengths,   {400, "BadRequest", "Content-Length is given twice, with two values"}},
    {unknown_coding, {501, "NotImplemented", "the Transfer-Encoding is not 'chunked'"}    },
    {late_connect,   {400, "BadRequest", "CONNECT must come first on a connection"}       },
};

const struct refusal *request_check(const struct http_call *call)
{
    for (size_t i = 0; i < N_ELEMENTS(checks); i++)
        if (checks[i].holds(call))
            return &checks[i].refusal;
    return NULL;
}
