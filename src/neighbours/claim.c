/* Whose call it is: the product when the host does not say, and the key in each product's way. */
#include "neighbours/internal.h"

static struct str header(const struct http_request *request, const char *name)
{
    return http_headers_get(&request->headers, str_of(name));
}

/* Schemes whose credential is id:signature. */
static const struct {
    struct str word;
    enum place_neighbour neighbour;
} schemes[] = {
    {STR_INIT("OSS "),              NEIGHBOUR_OSS},
    {STR_INIT("OSS4-HMAC-SHA256 "), NEIGHBOUR_OSS},
    {STR_INIT("LOG "),              NEIGHBOUR_LOG},
    {STR_INIT("LOG4-HMAC-SHA256 "), NEIGHBOUR_LOG},
};

/* Headers and parameters that no other product's calls have. */
static const struct {
    const char *header;
    const char *param;
    const char *value; /* NULL: any */
    enum place_neighbour neighbour;
} marks[] = {
    {"x-log-apiversion", NULL,               NULL,         NEIGHBOUR_LOG},
    {NULL,               "OSSAccessKeyId",   NULL,         NEIGHBOUR_OSS},
    {NULL,               "x-oss-credential", NULL,         NEIGHBOUR_OSS},
    {"x-acs-version",    "Version",          "2015-04-01", NEIGHBOUR_STS},
    {"x-acs-version",    "Version",          "2015-05-01", NEIGHBOUR_RAM},
};

static bool claim_by_scheme(const struct http_request *request, enum place_neighbour *out)
{
    struct str authorization = header(request, "Authorization");

    for (size_t i = 0; i < N_ELEMENTS(schemes); i++) {
        if (!str_starts(authorization, schemes[i].word))
            continue;
        *out = schemes[i].neighbour;
        return true;
    }
    return false;
}

static bool is_mark(struct str got, const char *value)
{
    return str_is_set(got) && (!value || str_eq(got, str_of(value)));
}

bool request_has_form(const struct http_request *request)
{
    return str_starts_nocase(header(request, "Content-Type"),
                             STR("application/x-www-form-urlencoded"));
}

/* RPC clients put their parameters into either. */
static struct str param(const struct http_request *request, const char *name, struct arena *arena)
{
    struct query query;
    struct str value;

    query_parse(request->query, arena, &query);
    value = query_get(&query, str_of(name));
    if (str_is_set(value) || !request_has_form(request))
        return value;
    query_parse(request->body, arena, &query);
    return query_get(&query, str_of(name));
}

static bool claim_by_mark(const struct http_request *request, struct arena *arena,
                          enum place_neighbour *out)
{
    for (size_t i = 0; i < N_ELEMENTS(marks); i++) {
        bool rpc = marks[i].value != NULL;

        if (rpc && !str_eq(request->path, STR("/")))
            continue;
        if ((marks[i].header && is_mark(header(request, marks[i].header), marks[i].value)) ||
            (marks[i].param && is_mark(param(request, marks[i].param, arena), marks[i].value))) {
            *out = marks[i].neighbour;
            return true;
        }
    }
    return false;
}

bool neighbours_claim(const struct http_request *request, struct arena *arena, struct place *place)
{
    struct str front;
    struct str zone;

    if (place->kind != PLACE_LOCAL || !(claim_by_scheme(request, &place->neighbour) ||
                                        claim_by_mark(request, arena, &place->neighbour)))
        return false;
    place->kind = PLACE_NEIGHBOUR;
    /* A client that was given "localhost" puts the bucket or the project in front of it. */
    if (str_cut_last(request->host, '.', &front, &zone) && str_eq(zone, STR("localhost")))
        place->bucket = front;
    return true;
}

/* "id:signature" or "Credential=id/scope,…". */
static struct str id_of_authorization(struct str text)
{
    struct str id;
    struct str rest;
    size_t at;

    str_cut(text, ' ', &id, &text);
    if (str_find(text, STR("Credential="), &at)) {
        str_cut(str_slice(text, at + 11, text.len), '/', &id, &rest);
        return id;
    }
    return str_cut(str_trim(text), ':', &id, &rest) ? id : STR_NONE;
}

struct str neighbours_access_key(const struct http_request *request, struct arena *arena)
{
    static const char *const params[] = {"AccessKeyId", "OSSAccessKeyId"};
    enum place_neighbour scheme;
    struct str id;
    struct str scope;

    if (claim_by_scheme(request, &scheme))
        return id_of_authorization(header(request, "Authorization"));
    id = auth_caller_of(request, arena).access_key;
    for (size_t i = 0; !str_is_set(id) && i < N_ELEMENTS(params); i++)
        id = param(request, params[i], arena);
    if (!str_is_set(id))
        str_cut(param(request, "x-oss-credential", arena), '/', &id, &scope);
    return id;
}
