#include "admin/security.h"

#include "crypto/encode.h"
#include "route/place.h"

static bool origin_is_ours(const struct http_request *request, struct str origin)
{
    struct str scheme = request->tls ? STR("https://") : STR("http://");

    return str_starts(origin, scheme) &&
           str_eq_nocase(str_slice(origin, scheme.len, origin.len), request->authority);
}

static struct str sent_token(const struct http_request *request)
{
    struct str token = http_headers_get(&request->headers, STR("X-Fcemu-Token"));
    struct str authorization = http_headers_get(&request->headers, STR("Authorization"));
    struct str bearer = STR("Bearer ");

    if (token.ptr || !str_starts_nocase(authorization, bearer))
        return token;
    return str_trim(str_slice(authorization, bearer.len, authorization.len));
}

static bool token_fits(const struct security_policy *policy, const struct http_request *request)
{
    struct str token = sent_token(request);

    return policy->token.len && token.len && secret_equal(token, policy->token);
}

struct security_verdict security_check(const struct security_policy *policy,
                                       const struct http_request *request, bool open)
{
    struct str origin = http_headers_get(&request->headers, STR("Origin"));
    struct str site = http_headers_get(&request->headers, STR("Sec-Fetch-Site"));

    if (!place_is_control_host(policy->own, request->host))
        return (struct security_verdict){
            421,
            "the control side answers only to localhost, an IP address, the name fcemu and what "
            "else control_hosts names"};
    if (origin.ptr && !origin_is_ours(request, origin))
        return (struct security_verdict){403, "a page of another origin may not use this"};
    if (site.ptr && !str_eq(site, STR("same-origin")) && !str_eq(site, STR("none")))
        return (struct security_verdict){403, "a page of another site may not use this"};
    if (!open && policy->token_required && !token_fits(policy, request))
        return (struct security_verdict){
            401, "a listener is open to other machines, so the token is needed: send "
                 "Authorization: Bearer TOKEN or X-Fcemu-Token"};
    return (struct security_verdict){0};
}

enum security_type security_body_type(const struct http_request *request)
{
    static const struct {
        struct str type;
        enum security_type meaning;
    } types[] = {
        {STR_INIT("application/json"),             SECURITY_JSON},
        {STR_INIT("application/merge-patch+json"), SECURITY_JSON},
        {STR_INIT("application/x-ndjson"),         SECURITY_JSON},
        {STR_INIT("application/yaml"),             SECURITY_YAML},
        {STR_INIT("application/x-yaml"),           SECURITY_YAML},
        {STR_INIT("text/yaml"),                    SECURITY_YAML},
    };
    struct str value = http_headers_get(&request->headers, STR("Content-Type"));
    struct str type, parameters;

    if (!value.ptr)
        return request->body.len ? SECURITY_JSON : SECURITY_NO_BODY;
    str_cut(value, ';', &type, &parameters);
    for (size_t i = 0; i < N_ELEMENTS(types); i++) {
        if (str_eq_nocase(str_trim(type), types[i].type))
            return types[i].meaning;
    }
    return SECURITY_OTHER;
}
