/*
 * http/request.c - what libmicrohttpd read, as a struct http_request
 */
#include "http/authority.h"
#include "http/internal.h"

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

static enum MHD_Result add_header(void *cls, enum MHD_ValueKind kind, const char *name,
                                  size_t name_len, const char *value, size_t value_len)
{
    struct http_call *call = cls;

    (void)kind;
    http_headers_add(&call->request.headers, call->arena, (struct str){name, name_len},
                     str_trim((struct str){value ? value : "", value_len}));
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
    const struct http_headers *headers = &call->request.headers;
    struct str length = http_headers_get(headers, STR("Content-Length"));

    call->has_body = str_is_set(http_headers_get(headers, STR("Transfer-Encoding")));
    if (str_to_uint(length, UINT64_MAX, &call->declared_bytes) == NUMBER_OK)
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
    call->head_only = strcmp(method, MHD_HTTP_METHOD_HEAD) == 0;
    MHD_get_connection_values_n(peer->mhd, MHD_HEADER_KIND, add_header, call);
    set_host(call);
    set_body_facts(call);
}

static size_t count(const struct http_headers *headers, struct str name)
{
    size_t n = 0;

    if (!(headers->marks & http_header_mark(name)))
        return 0;
    for (size_t i = 0; i < headers->count; i++)
        n += str_eq_nocase(headers->items[i].name, name);
    return n;
}

static bool lengths_differ(const struct http_headers *headers)
{
    struct str first = http_headers_get(headers, STR("Content-Length"));

    for (size_t i = 0; str_is_set(first) && i < headers->count; i++)
        if (str_eq_nocase(headers->items[i].name, STR("Content-Length")) &&
            !str_eq(headers->items[i].value, first))
            return true;
    return false;
}

static bool no_host(const struct http_call *call)
{
    return !call->http10 && !str_is_set(call->request.authority);
}

static bool many_hosts(const struct http_call *call)
{
    return count(&call->request.headers, STR("Host")) > 1;
}

/* "Content-Length : 5" is no length for libmicrohttpd, but may be one for who stands before us. */
static bool blank_in_name(const struct http_call *call)
{
    const struct http_headers *headers = &call->request.headers;

    for (size_t i = 0; i < headers->count; i++) {
        struct str name = headers->items[i].name;

        if (name.len == 0 || name.ptr[name.len - 1] == ' ' || name.ptr[name.len - 1] == '\t')
            return true;
    }
    return false;
}

static bool both_lengths(const struct http_call *call)
{
    const struct http_headers *headers = &call->request.headers;

    return count(headers, STR("Transfer-Encoding")) > 0 &&
           count(headers, STR("Content-Length")) > 0;
}

static bool many_lengths(const struct http_call *call)
{
    return lengths_differ(&call->request.headers);
}

static bool unknown_coding(const struct http_call *call)
{
    const struct http_headers *headers = &call->request.headers;
    struct str coding = http_headers_get(headers, STR("Transfer-Encoding"));

    return str_is_set(coding) &&
           (!str_eq_nocase(coding, STR("chunked")) || count(headers, STR("Transfer-Encoding")) > 1);
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
