/* Who stands behind a request that nobody signed. */
#include "auth/visitor.h"

#include "crypto/encode.h"

static struct str header(const struct http_request *request, const char *name)
{
    return http_headers_get(&request->headers, str_of(name));
}

static struct str without_suffix(struct str text, struct str suffix)
{
    return str_ends(text, suffix) ? str_slice(text, 0, text.len - suffix.len) : text;
}

/* Scheme, host and port that the request itself went to; browsers leave the usual port out. */
static bool is_own(const struct http_request *request, struct str origin)
{
    struct str scheme = request->tls ? STR("https://") : STR("http://");
    struct str port = request->tls ? STR(":443") : STR(":80");

    return str_starts_nocase(origin, scheme) &&
           str_eq_nocase(without_suffix(str_slice(origin, scheme.len, origin.len), port),
                         without_suffix(request->authority, port));
}

static bool is_allowed(const struct visitor_policy *policy, struct str origin)
{
    for (size_t i = 0; str_is_set(origin) && i < policy->origin_count; i++)
        if (str_eq(policy->origins[i], STR("*")) || str_eq_nocase(policy->origins[i], origin))
            return true;
    return false;
}

/* "http://a:1/b?c" is a page of http://a:1. */
static struct str origin_of_url(struct str url)
{
    size_t at;
    size_t end;

    if (!str_find(url, STR("://"), &at))
        return STR_NONE;
    at += 3;
    return str_find(str_slice(url, at, url.len), STR("/"), &end) ? str_slice(url, 0, at + end)
                                                                 : url;
}

/* Requests for images, scripts and links carry no Origin; a page can hide where it is, but not
 * pretend to be elsewhere. */
static struct str named_origin(const struct http_request *request)
{
    struct str origin = header(request, "Origin");

    return str_is_set(origin) ? origin : origin_of_url(header(request, "Referer"));
}

static bool is_other_site(struct str site)
{
    return str_is_set(site) && !str_eq_nocase(site, STR("same-origin")) &&
           !str_eq_nocase(site, STR("none"));
}

struct str visitor_foreign(const struct visitor_policy *policy, const struct http_request *request)
{
    struct str origin = header(request, "Origin");
    bool other_site = is_other_site(header(request, "Sec-Fetch-Site"));

    if (!other_site && (!str_is_set(origin) || is_own(request, origin)))
        return STR_NONE;
    if (is_allowed(policy, named_origin(request)))
        return STR_NONE;
    return str_is_set(origin) ? origin : STR("another site");
}

bool visitor_is_websocket(const struct http_request *request)
{
    return str_eq_nocase(str_trim(header(request, "Upgrade")), STR("websocket"));
}

bool visitor_user_may(const struct visitor_policy *policy, enum http_user user, uint32_t uid)
{
    if (policy->any_user || user == HTTP_USER_REMOTE)
        return true;
    if (user != HTTP_USER_KNOWN)
        return false;
    for (size_t i = 0; i < policy->uid_count; i++)
        if (policy->uids[i] == uid)
            return true;
    return uid == policy->own_uid;
}

bool visitor_shows_token(const struct visitor_policy *policy, const struct http_request *request)
{
    struct str token = header(request, "X-Fcemu-Token");
    struct str authorization = header(request, "Authorization");
    struct str bearer = STR("Bearer ");

    if (!str_is_set(token) && str_starts_nocase(authorization, bearer))
        token = str_trim(str_slice(authorization, bearer.len, authorization.len));
    return policy->token.len && token.len && secret_equal(token, policy->token);
}

struct str visitor_page_text(struct str origin, struct arena *arena)
{
    if (!str_find(origin, STR("://"), NULL) && !str_eq(origin, STR("null")))
        return arena_strf(arena,
                          "a page of " STR_FMT " may not use this: sign with a configured key, or "
                          "name the page's origin in the setting allow_origins",
                          STR_ARG(origin));
    return arena_strf(arena,
                      "a page of origin '" STR_FMT "' may not use this: sign with a configured "
                      "key, or allow the origin by --allow-origins '" STR_FMT "' (setting "
                      "allow_origins)",
                      STR_ARG(origin), STR_ARG(origin));
}

struct str visitor_user_text(enum http_user user, uint32_t uid, struct arena *arena)
{
    static const char remedy[] = "sign with a configured key, show the token (X-Fcemu-Token), or "
                                 "allow the user by --allow-users";

    if (user != HTTP_USER_KNOWN)
        return arena_strf(arena,
                          "whose connection this is cannot be told, so it may only read: %s any "
                          "(setting allow_users)",
                          remedy);
    return arena_strf(arena,
                      "another user of this machine (uid %u) may only read: %s %u (setting "
                      "allow_users)",
                      uid, remedy, uid);
}

bool visitor_is_preflight(const struct visitor_policy *policy, const struct http_request *request)
{
    return str_eq(request->method, STR("OPTIONS")) &&
           str_is_set(header(request, "Access-Control-Request-Method")) &&
           is_allowed(policy, header(request, "Origin"));
}

static void allow(const struct http_request *request, struct arena *arena, const char *asked,
                  const char *name, struct http_headers *out)
{
    struct str value = header(request, asked);

    if (str_is_set(value))
        http_headers_set(out, arena, str_of(name), arena_str(arena, value));
}

void visitor_welcome(const struct visitor_policy *policy, const struct http_request *request,
                     struct arena *arena, struct http_headers *out)
{
    struct str origin = header(request, "Origin");

    if (!is_allowed(policy, origin))
        return;
    http_headers_set(out, arena, STR("Access-Control-Allow-Origin"), arena_str(arena, origin));
    http_headers_add(out, arena, STR("Vary"), STR("Origin"));
    http_headers_set(out, arena, STR("Access-Control-Expose-Headers"), STR("*"));
    allow(request, arena, "Access-Control-Request-Method", "Access-Control-Allow-Methods", out);
    allow(request, arena, "Access-Control-Request-Headers", "Access-Control-Allow-Headers", out);
    allow(request, arena, "Access-Control-Request-Private-Network",
          "Access-Control-Allow-Private-Network", out);
}
