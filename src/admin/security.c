/* Who may speak to the control side. */
#include "admin/security.h"

#include "route/place.h"

struct security_verdict security_check(const struct security_policy *policy,
                                       const struct http_request *request, bool open,
                                       struct arena *arena)
{
    struct str origin = visitor_foreign(policy->visitors, request);

    if (!place_is_control_host(policy->own, request->host))
        return (struct security_verdict){
            421,
            STR("the control side answers only to localhost, an IP address, the name fcemu and "
                "what else control_hosts names")};
    if (str_is_set(origin))
        return (struct security_verdict){403, visitor_page_text(origin, arena)};
    if (!open && policy->token_required && !visitor_shows_token(policy->visitors, request))
        return (struct security_verdict){
            401, STR("a listener is open to other machines, so the token is needed: send "
                     "Authorization: Bearer TOKEN or X-Fcemu-Token")};
    return (struct security_verdict){0};
}

struct security_verdict security_check_user(const struct security_policy *policy,
                                            struct http_call *call, bool open, struct arena *arena)
{
    enum http_user user;
    uint32_t uid;

    if (open || policy->visitors->any_user)
        return (struct security_verdict){0};
    user = http_call_user(call, &uid);
    if (visitor_user_may(policy->visitors, user, uid) ||
        visitor_shows_token(policy->visitors, http_call_request(call)))
        return (struct security_verdict){0};
    return (struct security_verdict){403, visitor_user_text(user, uid, arena)};
}

struct security_verdict security_ask_function(const struct security_policy *policy,
                                              const struct http_request *request)
{
    if (visitor_shows_token(policy->visitors, request))
        return (struct security_verdict){0};
    return (struct security_verdict){
        401, STR("a function needs the token here, which is the setting token: send Authorization: "
                 "Bearer TOKEN or X-Fcemu-Token")};
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
