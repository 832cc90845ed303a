/* Whose call it is: the product when the host does not say, and the key in each product's way. */
#include "product/neighbours/internal.h"

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
    {STR_INIT("SLS4-HMAC-SHA256 "), NEIGHBOUR_LOG},
};

/* RPC calls all go to "/" and name the version of their product. */
static const struct {
    struct str version;
    enum place_neighbour neighbour;
} versions[] = {
    {STR_INIT("2015-04-01"), NEIGHBOUR_STS},
    {STR_INIT("2015-05-01"), NEIGHBOUR_RAM},
};

/* Parameters that make a URL of OSS a signed one. */
static const struct str url_marks[] = {STR_INIT("OSSAccessKeyId="), STR_INIT("x-oss-credential=")};

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

static bool claim_by_version(const struct http_request *request, struct arena *arena,
                             enum place_neighbour *out)
{
    struct str version;

    if (!str_eq(request->path, STR("/")))
        return false;
    version = header(request, "x-acs-version");
    if (!str_is_set(version))
        version = param(request, "Version", arena);
    for (size_t i = 0; i < N_ELEMENTS(versions); i++) {
        if (!str_eq(version, versions[i].version))
            continue;
        *out = versions[i].neighbour;
        return true;
    }
    return false;
}

static bool claim_by_url(const struct http_request *request, enum place_neighbour *out)
{
    *out = NEIGHBOUR_OSS;
    for (size_t i = 0; i < N_ELEMENTS(url_marks); i++)
        if (str_find(request->query, url_marks[i], NULL))
            return true;
    return false;
}

/* Every call to a bare address is asked this, so nothing is parsed that need not be. */
static bool claim(const struct http_request *request, struct arena *arena,
                  enum place_neighbour *out)
{
    return claim_by_scheme(request, out) || claim_by_version(request, arena, out) ||
           claim_by_url(request, out);
}

static struct str action_of(const struct http_request *request, struct arena *arena)
{
    struct str action = header(request, "x-acs-action");

    return action.len ? action : param(request, "Action", arena);
}

/* Names its action in a parameter of "/", or in the newer style's header, which calls of the
 * emulated API have too. */
static bool names_action(const struct http_request *request, const struct place *place,
                         struct arena *arena)
{
    struct str action = header(request, "x-acs-action");

    if (str_eq(request->path, STR("/")) && param(request, "Action", arena).len > 0)
        return true;
    return place->kind == PLACE_CUSTOM ? action.len > 0 : str_eq(action, STR(OPEN_THE_SERVICE));
}

/* How the actions of RPC calls begin that only look. */
static const struct str reading_words[] = {STR_INIT("Get"), STR_INIT("List"), STR_INIT("Describe"),
                                           STR_INIT("Query"), STR_INIT("Check")};

bool neighbours_reads(const struct http_request *request, const struct place *place,
                      struct arena *arena)
{
    struct str action;

    if (place->neighbour == NEIGHBOUR_OSS || place->neighbour == NEIGHBOUR_LOG)
        return str_eq(request->method, STR("GET")) || str_eq(request->method, STR("HEAD"));
    action = header(request, "x-acs-action");
    if (!str_is_set(action))
        action = param(request, "Action", arena);
    for (size_t i = 0; i < N_ELEMENTS(reading_words); i++)
        if (str_starts(action, reading_words[i]))
            return true;
    return false;
}

/* Tools that need more than is emulated here are told so in a form they read. */
static bool claim_other(const struct http_request *request, struct arena *arena,
                        struct place *place)
{
    if (!str_ends(request->host, STR(".aliyuncs.com")) || !names_action(request, place, arena))
        return false;
    place->kind = PLACE_NEIGHBOUR;
    place->neighbour = NEIGHBOUR_OTHER;
    if (!other_knows(action_of(request, arena)))
        place->problem = "another product, which is not emulated";
    return true;
}

bool neighbours_claim(const struct http_request *request, struct arena *arena, struct place *place)
{
    enum place_neighbour neighbour;
    struct str front;
    struct str zone;

    if (place->kind == PLACE_CUSTOM || place->kind == PLACE_GATEWAY)
        return claim_other(request, arena, place);
    if (place->kind != PLACE_LOCAL || !claim(request, arena, &neighbour))
        return false;
    place->kind = PLACE_NEIGHBOUR;
    place->neighbour = neighbour;
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
