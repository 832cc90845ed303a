/* Passwords, tokens and JWTs of HTTP triggers and custom domains. */
#include "auth/gate.h"

#include "auth/jwt.h"
#include "base/query.h"
#include "crypto/encode.h"

static const struct {
    struct str name;
    enum gate_kind kind;
} kinds[] = {
    {STR_INIT("anonymous"), GATE_OPEN  },
    {STR_INIT("basic"),     GATE_BASIC },
    {STR_INIT("bearer"),    GATE_BEARER},
    {STR_INIT("jwt"),       GATE_JWT   },
};

enum gate_kind gate_kind_of(struct str auth_type)
{
    for (size_t i = 0; i < N_ELEMENTS(kinds); i++) {
        if (str_eq_nocase(auth_type, kinds[i].name))
            return kinds[i].kind;
    }
    return GATE_SIGNATURE;
}

struct gate {
    const cJSON *config;
    const struct http_request *request;
    uint64_t now_ms;
    struct arena *arena;
    struct gate_verdict *out;
};

/* Refusals return false, so that a failing step is one line. */
static bool refuse(struct gate *g, const char *text)
{
    g->out->text = str_of(text);
    return false;
}

static struct str header(const struct gate *g, const char *name)
{
    struct str value = http_headers_get(&g->request->headers, str_of(name));

    return value.len ? value : STR("");
}

static struct str text_of(const cJSON *object, const char *name)
{
    const cJSON *value = json_get_nocase(object, name);

    return cJSON_IsString(value) ? str_of(value->valuestring) : STR("");
}

/* What stands behind "Basic " or "Bearer ". */
static bool credential(struct gate *g, struct str scheme, struct str *out)
{
    struct str value = header(g, "Authorization");
    struct str word;

    if (value.len == 0)
        return refuse(g, "Authorization header is expected but missing");
    if (!str_cut(value, ' ', &word, out) || !str_eq_nocase(word, scheme))
        return refuse(g, "access denied due to invalid authorization scheme");
    *out = str_trim(*out);
    return true;
}

/* ---- basic ---- */

static bool check_basic(struct gate *g)
{
    struct str given;
    struct str user;
    struct str password;
    const cJSON *one;
    size_t len;

    if (!credential(g, STR("Basic"), &given))
        return false;
    uint8_t *bytes = arena_alloc(g->arena, base64_decoded_max(given.len) + 1);

    if (!base64_decode(given, bytes, &len) ||
        !str_cut((struct str){(const char *)bytes, len}, ':', &user, &password))
        return refuse(g, "access denied due to invalid username or password");
    cJSON_ArrayForEach (one, json_get_nocase(g->config, "users")) {
        if (str_eq(text_of(one, "username"), user) &&
            secret_equal(text_of(one, "password"), password))
            return true;
    }
    return refuse(g, "access denied due to invalid username or password");
}

/* ---- bearer ---- */

static bool is_on(const cJSON *token)
{
    return !cJSON_IsFalse(json_get_nocase(token, "enable")) &&
           !cJSON_IsFalse(json_get_nocase(token, "enabled"));
}

static bool check_bearer(struct gate *g)
{
    struct str given;
    const cJSON *one;

    if (!credential(g, STR("Bearer"), &given))
        return false;
    cJSON_ArrayForEach (one, json_get_nocase(g->config, "tokens")) {
        struct str token = cJSON_IsString(one) ? str_of(one->valuestring) : text_of(one, "token");

        if (is_on(one) && token.len && secret_equal(token, given))
            return true;
    }
    return refuse(g, "access denied due to invalid bearer token");
}

/* ---- JWT: which requests, and where the token is ---- */

/* "/a", or "/login/" with all below it behind "/login/" and a star. */
static bool is_listed(const cJSON *list, struct str path)
{
    const cJSON *one;

    cJSON_ArrayForEach (one, list) {
        struct str text = cJSON_IsString(one) ? str_of(one->valuestring) : STR("");

        if (str_eq(text, path) ||
            (str_ends(text, STR("*")) && str_starts(path, str_slice(text, 0, text.len - 1))))
            return true;
    }
    return false;
}

/* A path of the white list is open; where there is a black list, all others are. */
static bool is_open(const struct gate *g)
{
    const cJSON *white = json_get_nocase(g->config, "whitelist");
    const cJSON *black = json_get_nocase(g->config, "blacklist");

    if (is_listed(white, g->request->path))
        return true;
    return cJSON_IsArray(black) && black->child && !is_listed(black, g->request->path);
}

static struct str cookie(const struct gate *g, struct str name)
{
    struct str rest = header(g, "Cookie");

    while (rest.len) {
        struct str pair;
        struct str key;
        struct str value;

        if (!str_cut(rest, ';', &pair, &rest))
            rest = STR("");
        if (str_cut(str_trim(pair), '=', &key, &value) && str_eq(key, name))
            return value;
    }
    return STR("");
}

static bool has_form(const struct gate *g)
{
    return str_starts_nocase(header(g, "Content-Type"), STR("application/x-www-form-urlencoded"));
}

static struct str from_pairs(const struct gate *g, struct str raw, struct str name)
{
    struct query pairs = {0};
    struct str value;

    query_parse(raw, g->arena, &pairs);
    value = query_get(&pairs, name);
    return value.len ? value : STR("");
}

/* "header:Authorization:Bearer": a place, a name, and what is taken off in front. */
static struct str look_up(const struct gate *g, struct str place)
{
    struct str where;
    struct str name;
    struct str prefix;
    struct str value;

    if (!str_cut(str_trim(place), ':', &where, &name))
        return STR("");
    if (!str_cut(name, ':', &name, &prefix))
        prefix = STR("");
    if (str_eq(where, STR("cookie")))
        return cookie(g, name);
    if (str_eq(where, STR("query")))
        return from_pairs(g, g->request->query, name);
    if (str_eq(where, STR("form")))
        return has_form(g) ? from_pairs(g, g->request->body, name) : STR("");
    value = header(g, arena_dup(g->arena, name));
    return str_starts(value, prefix) ? str_trim(str_slice(value, prefix.len, value.len)) : STR("");
}

static struct str next_of(struct str *list)
{
    struct str one;

    if (!str_cut(*list, ',', &one, list))
        *list = STR("");
    return one;
}

static struct str find_token(const struct gate *g)
{
    struct str places = text_of(g->config, "tokenLookup");

    while (places.len) {
        struct str token = look_up(g, next_of(&places));

        if (token.len)
            return token;
    }
    return STR("");
}

/* ---- claims ---- */

static struct str claim_text(const cJSON *claim, struct arena *arena)
{
    OWN(buf_done) struct buf text = {0};

    if (cJSON_IsString(claim))
        return arena_str(arena, str_of(claim->valuestring));
    json_print(claim, false, &text);
    return arena_str(arena, buf_str(&text));
}

static struct str with_pair(const struct gate *g, struct str raw, struct str name, struct str value)
{
    return ARENA_CONCAT(g->arena, raw.len ? raw : STR(""), raw.len ? STR("&") : STR(""),
                        percent_encode(name, false, g->arena), STR("="),
                        percent_encode(value, false, g->arena));
}

static void add_cookie(const struct gate *g, struct http_request *to, struct str name,
                       struct str value)
{
    struct str before = http_headers_get(&to->headers, STR("Cookie"));

    http_headers_set(&to->headers, g->arena, STR("Cookie"),
                     ARENA_CONCAT(g->arena, before.len ? before : STR(""),
                                  before.len ? STR("; ") : STR(""), name, STR("="), value));
}

/* A claim of several lines would make several headers. */
static bool is_one_line(struct str text)
{
    for (size_t i = 0; i < text.len; i++) {
        if ((unsigned char)text.ptr[i] < ' ')
            return false;
    }
    return true;
}

static void carry(const struct gate *g, struct http_request *to, struct str where, struct str name,
                  struct str value)
{
    if (str_eq(where, STR("query")))
        to->query = with_pair(g, to->query, name, value);
    else if (str_eq(where, STR("form")) && has_form(g))
        to->body = with_pair(g, to->body, name, value);
    else if (!is_one_line(value))
        return;
    else if (str_eq(where, STR("header")))
        http_headers_set(&to->headers, g->arena, name, value);
    else if (str_eq(where, STR("cookie")))
        add_cookie(g, to, name, value);
}

/* "query:uid:uid": a place, the claim, and its name there. */
static void pass_claims(struct gate *g, const cJSON *claims)
{
    struct str list = text_of(g->config, "claimPassBy");
    struct http_request *to = ARENA_NEW(g->arena, struct http_request);

    *to = *g->request;
    http_headers_copy(&g->request->headers, g->arena, &to->headers);
    while (list.len) {
        struct str where;
        struct str claim;
        struct str name;

        if (!str_cut(str_trim(next_of(&list)), ':', &where, &claim))
            continue;
        if (!str_cut(claim, ':', &claim, &name) || name.len == 0)
            name = claim;
        const cJSON *value = json_get(claims, arena_dup(g->arena, claim));

        if (!value || name.len == 0)
            continue;
        carry(g, to, where, arena_str(g->arena, name), claim_text(value, g->arena));
        g->out->changed = true;
    }
    g->out->carry = to;
}

static bool check_jwt(struct gate *g)
{
    struct str token;
    struct jwt jwt;
    const char *problem;

    if (is_open(g))
        return true;
    token = find_token(g);
    if (token.len == 0)
        return refuse(g, "JWT token is expected but missing");
    if (!jwt_parse(token, g->arena, &jwt))
        return refuse(g, "access denied due to invalid JWT token: it is none");
    problem = jwt_problem(&jwt, json_get_nocase(g->config, "jwks"), g->now_ms);
    if (problem) {
        g->out->text = arena_strf(g->arena, "access denied due to invalid JWT token: %s", problem);
        return false;
    }
    pass_claims(g, jwt.claims);
    return true;
}

void gate_check(enum gate_kind kind, const cJSON *config, const struct http_request *request,
                uint64_t now_ms, struct arena *arena, struct gate_verdict *out)
{
    struct gate g = {config, request, now_ms, arena, out};

    *out = (struct gate_verdict){.passes = true};
    if (kind == GATE_BASIC)
        out->passes = check_basic(&g);
    else if (kind == GATE_BEARER)
        out->passes = check_bearer(&g);
    else if (kind == GATE_JWT)
        out->passes = check_jwt(&g);
}
