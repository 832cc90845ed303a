/*
 * Does a rule's `match` hold for a call? Each key is a row; a rule's match is compiled to the rows
 * that it really asks for, regular expressions behind everything cheaper, the body last.
 */
#include "fault/internal.h"

#include <arpa/inet.h>

#include "base/json.h"
#include "base/mem.h"
#include "crypto/digest.h"

/* ---- the call ---- */

struct match_call match_call_start(const struct fault_call *call, struct arena *arena,
                                   struct regex_scratch *scratch)
{
    return (struct match_call){
        .call = call,
        .arena = arena,
        .scratch = scratch,
        .op_index = call->op ? operation_index(call->op) : SIZE_MAX,
        .authenticated = call->authenticated,
    };
}

void match_call_done(struct match_call *c)
{
    json_free(c->json);
    c->json = NULL;
}

static const cJSON *body_json(struct match_call *c)
{
    struct error ignored; /* a body that is not JSON is no mistake of ours */

    if (!c->json_read)
        c->json = json_parse(c->call->body, &ignored);
    c->json_read = true;
    return c->json;
}

static const uint8_t *body_sha256(struct match_call *c)
{
    if (!c->sha256_read)
        digest_of(DIGEST_SHA256, c->call->body, c->sha256);
    c->sha256_read = true;
    return c->sha256;
}

static const uint8_t v4_mapped[12] = {[10] = 0xff, [11] = 0xff};

static bool parse_address(struct str text, uint8_t out[16])
{
    char copy[INET6_ADDRSTRLEN];

    if (text.len == 0 || text.len >= sizeof(copy))
        return false;
    memcpy(copy, text.ptr, text.len);
    copy[text.len] = '\0';
    if (inet_pton(AF_INET6, copy, out) == 1)
        return true;
    memcpy(out, v4_mapped, sizeof(v4_mapped));
    return inet_pton(AF_INET, copy, out + sizeof(v4_mapped)) == 1;
}

/* NULL when the caller has no address: a socket file. */
static const uint8_t *client_address(struct match_call *c)
{
    if (c->client_state == CLIENT_UNREAD)
        c->client_state = parse_address(c->call->client, c->client) ? CLIENT_ADDRESS : CLIENT_OTHER;
    return c->client_state == CLIENT_ADDRESS ? c->client : NULL;
}

/* ---- the keys ---- */

enum cost { COST_CHEAP, COST_DEAR, COST_BODY, COSTS };

struct row {
    const char *key;
    bool (*given)(const struct row *row, const struct fault_match *m);
    enum verdict (*test)(const struct row *row, const struct matcher *matcher,
                         struct match_call *c);
    size_t wanted_at; /* in struct fault_match */
    size_t value_at;  /* in struct fault_call, for keys that compare text */
    enum cost cost;   /* at least */
};

static enum verdict verdict_of(bool holds)
{
    return holds ? VERDICT_YES : VERDICT_NO;
}

static const void *wanted(const struct row *row, const struct fault_match *m)
{
    return (const char *)m + row->wanted_at;
}

static struct str value_of(const struct row *row, const struct fault_call *call)
{
    return *(const struct str *)(const void *)((const char *)call + row->value_at);
}

static bool given_patterns(const struct row *row, const struct fault_match *m)
{
    return ((const struct fault_patterns *)wanted(row, m))->count > 0;
}

static enum verdict test_patterns(const struct row *row, const struct matcher *matcher,
                                  struct match_call *c)
{
    return verdict_of(
        pattern_any_holds(wanted(row, matcher->match), value_of(row, c->call), c->scratch));
}

static bool given_compare(const struct row *row, const struct fault_match *m)
{
    return ((const struct fault_compare *)wanted(row, m))->given;
}

static enum verdict test_attempt(const struct row *row, const struct matcher *matcher,
                                 struct match_call *c)
{
    return verdict_of(compare_holds(wanted(row, matcher->match), c->call->attempt));
}

static enum verdict test_connection_call(const struct row *row, const struct matcher *matcher,
                                         struct match_call *c)
{
    return verdict_of(compare_holds(wanted(row, matcher->match), c->call->connection_call));
}

static bool given_operation(const struct row *row, const struct fault_match *m)
{
    (void)row;
    return m->operations != NULL;
}

static enum verdict test_operation(const struct row *row, const struct matcher *matcher,
                                   struct match_call *c)
{
    size_t op = c->op_index;

    (void)row;
    return verdict_of(op != SIZE_MAX && matcher->match->operations[op / 64] >> (op % 64) & 1);
}

/* Sets of bits: api, invocation, sdk. */
static bool given_bits(const struct row *row, const struct fault_match *m)
{
    return *(const unsigned *)wanted(row, m) != 0;
}

static enum verdict bit_of(const struct row *row, const struct matcher *matcher, unsigned bit)
{
    return verdict_of(*(const unsigned *)wanted(row, matcher->match) >> bit & 1);
}

static enum verdict test_api(const struct row *row, const struct matcher *matcher,
                             struct match_call *c)
{
    return bit_of(row, matcher, c->call->api);
}

static enum verdict test_invocation(const struct row *row, const struct matcher *matcher,
                                    struct match_call *c)
{
    return bit_of(row, matcher, c->call->invocation);
}

static enum verdict test_sdk(const struct row *row, const struct matcher *matcher,
                             struct match_call *c)
{
    return bit_of(row, matcher, c->call->sdk);
}

static bool given_sts(const struct row *row, const struct fault_match *m)
{
    (void)row;
    return m->has_sts;
}

static enum verdict test_sts(const struct row *row, const struct matcher *matcher,
                             struct match_call *c)
{
    (void)row;
    return verdict_of(matcher->match->sts == c->call->sts);
}

static bool given_authenticated(const struct row *row, const struct fault_match *m)
{
    (void)row;
    return m->has_authenticated;
}

static enum verdict test_authenticated(const struct row *row, const struct matcher *matcher,
                                       struct match_call *c)
{
    (void)row;
    return verdict_of(matcher->match->authenticated == c->authenticated);
}

static bool given_client(const struct row *row, const struct fault_match *m)
{
    (void)row;
    return m->client_count > 0;
}

static bool in_network(const struct fault_cidr *cidr, const uint8_t address[16])
{
    size_t whole = cidr->prefix / 8;
    unsigned rest = cidr->prefix % 8;

    return memcmp(cidr->address, address, whole) == 0 &&
           (rest == 0 || (cidr->address[whole] ^ address[whole]) >> (8 - rest) == 0);
}

static enum verdict test_client(const struct row *row, const struct matcher *matcher,
                                struct match_call *c)
{
    const uint8_t *address = client_address(c);

    (void)row;
    for (size_t i = 0; address && i < matcher->match->client_count; i++)
        if (in_network(&matcher->match->clients[i], address))
            return VERDICT_YES;
    return VERDICT_NO;
}

static bool named_holds(const struct fault_named *named, struct str value,
                        struct regex_scratch *scratch)
{
    bool present = str_is_set(value);

    if (named->has_presence && named->present != present)
        return false;
    if (named->value.count == 0)
        return true;
    return pattern_any_holds(&named->value, value, scratch);
}

static bool given_header(const struct row *row, const struct fault_match *m)
{
    (void)row;
    return m->header_count > 0;
}

static enum verdict test_header(const struct row *row, const struct matcher *matcher,
                                struct match_call *c)
{
    const struct fault_match *m = matcher->match;

    (void)row;
    for (size_t i = 0; i < m->header_count; i++) {
        struct str value = header_value(c->call->headers, m->headers[i].name);

        if (!named_holds(&m->headers[i], value, c->scratch))
            return VERDICT_NO;
    }
    return VERDICT_YES;
}

static bool given_query(const struct row *row, const struct fault_match *m)
{
    (void)row;
    return m->query_count > 0;
}

static enum verdict test_query(const struct row *row, const struct matcher *matcher,
                               struct match_call *c)
{
    const struct fault_match *m = matcher->match;

    (void)row;
    for (size_t i = 0; i < m->query_count; i++) {
        struct str value = query_value(c->call->query, m->queries[i].name, c->arena);

        if (!named_holds(&m->queries[i], value, c->scratch))
            return VERDICT_NO;
    }
    return VERDICT_YES;
}

static bool given_any(const struct row *row, const struct fault_match *m)
{
    (void)row;
    return m->any_count > 0;
}

static enum verdict test_any(const struct row *row, const struct matcher *matcher,
                             struct match_call *c)
{
    enum verdict best = VERDICT_NO;

    (void)row;
    for (size_t i = 0; best != VERDICT_YES && i < matcher->match->any_count; i++) {
        enum verdict one = matcher_holds(&matcher->any[i], c, NULL);

        best = one > best ? one : best;
    }
    return best;
}

static bool given_not(const struct row *row, const struct fault_match *m)
{
    (void)row;
    return m->not != NULL;
}

static enum verdict test_not(const struct row *row, const struct matcher *matcher,
                             struct match_call *c)
{
    (void)row;
    return VERDICT_YES - matcher_holds(matcher->none, c, NULL);
}

static enum verdict test_body_size(const struct row *row, const struct matcher *matcher,
                                   struct match_call *c)
{
    if (!c->call->body_known)
        return VERDICT_MAYBE;
    return verdict_of(compare_holds(wanted(row, matcher->match), (double)c->call->body_size));
}

static bool given_contains(const struct row *row, const struct fault_match *m)
{
    (void)row;
    return str_is_set(m->body_contains);
}

static enum verdict test_contains(const struct row *row, const struct matcher *matcher,
                                  struct match_call *c)
{
    size_t at;

    (void)row;
    if (!c->call->body_known)
        return VERDICT_MAYBE;
    return verdict_of(str_find(c->call->body, matcher->match->body_contains, &at));
}

static bool given_json(const struct row *row, const struct fault_match *m)
{
    (void)row;
    return m->body_json_count > 0;
}

static enum verdict test_json(const struct row *row, const struct matcher *matcher,
                              struct match_call *c)
{
    const struct fault_match *m = matcher->match;

    (void)row;
    if (!c->call->body_known)
        return VERDICT_MAYBE;
    for (size_t i = 0; i < m->body_json_count; i++)
        if (!json_named_holds(&m->body_json[i], body_json(c), c->scratch))
            return VERDICT_NO;
    return VERDICT_YES;
}

static bool given_sha256(const struct row *row, const struct fault_match *m)
{
    (void)row;
    return m->has_sha256;
}

static enum verdict test_sha256(const struct row *row, const struct matcher *matcher,
                                struct match_call *c)
{
    (void)row;
    if (!c->call->body_known)
        return VERDICT_MAYBE;
    return verdict_of(memcmp(matcher->match->sha256, body_sha256(c), sizeof(c->sha256)) == 0);
}

#define AT(member) offsetof(struct fault_match, member)
#define TEXT(member)                                                                               \
    {                                                                                              \
#member, given_patterns, test_patterns, AT(member), offsetof(struct fault_call, member),   \
            COST_CHEAP                                                                             \
    }

/* clang-format off */
static const struct row rows[] = {
    {"operation",       given_operation,     test_operation,       0,                   0, COST_CHEAP},
    {"api",             given_bits,          test_api,             AT(apis),            0, COST_CHEAP},
    {"invocation",      given_bits,          test_invocation,      AT(invocations),     0, COST_CHEAP},
    {"sdk",             given_bits,          test_sdk,             AT(sdks),            0, COST_CHEAP},
    {"sts",             given_sts,           test_sts,             0,                   0, COST_CHEAP},
    {"authenticated",   given_authenticated, test_authenticated,   0,                   0, COST_CHEAP},
    {"attempt",         given_compare,       test_attempt,         AT(attempt),         0, COST_CHEAP},
    {"connection_call", given_compare,       test_connection_call, AT(connection_call), 0, COST_CHEAP},
    TEXT(function),
    TEXT(service),
    TEXT(account),
    TEXT(region),
    TEXT(label),
    TEXT(access_key),
    TEXT(qualifier),
    TEXT(trigger),
    TEXT(layer),
    TEXT(domain),
    TEXT(method),
    TEXT(host),
    TEXT(path),
    {"client",          given_client,        test_client,          0,                   0, COST_CHEAP},
    {"header",          given_header,        test_header,          0,                   0, COST_DEAR },
    {"query",           given_query,         test_query,           0,                   0, COST_DEAR },
    {"any",             given_any,           test_any,             0,                   0, COST_DEAR },
    {"not",             given_not,           test_not,             0,                   0, COST_DEAR },
    {"body.size",       given_compare,       test_body_size,       AT(body_size),       0, COST_BODY },
    {"body.contains",   given_contains,      test_contains,        0,                   0, COST_BODY },
    {"body.json",       given_json,          test_json,            0,                   0, COST_BODY },
    {"body.sha256",     given_sha256,        test_sha256,          0,                   0, COST_BODY },
};
/* clang-format on */

_Static_assert(N_ELEMENTS(rows) <= MATCH_TESTS_MAX, "struct matcher has room for every key");

/* ---- compiling ---- */

static enum cost cost_of(const struct row *row, const struct fault_match *m)
{
    const struct fault_patterns *patterns = wanted(row, m);

    if (row->test != test_patterns)
        return row->cost;
    for (size_t i = 0; i < patterns->count; i++)
        if (patterns->items[i].kind == PATTERN_REGEX)
            return COST_DEAR;
    return COST_CHEAP;
}

static void compile_rows(struct matcher *out)
{
    for (enum cost cost = COST_CHEAP; cost < COSTS; cost++)
        for (size_t i = 0; i < N_ELEMENTS(rows); i++)
            if (rows[i].given(&rows[i], out->match) && cost_of(&rows[i], out->match) == cost)
                out->tests[out->test_count++] = (uint8_t)i;
}

void matcher_compile(const struct fault_match *match, struct arena *arena, struct matcher *out)
{
    *out = (struct matcher){.match = match};
    compile_rows(out);
    if (match->any_count)
        out->any = ARENA_ARRAY(arena, match->any_count, struct matcher);
    for (size_t i = 0; i < match->any_count; i++)
        matcher_compile(&match->any[i], arena, &out->any[i]);
    if (match->not ) {
        out->none = ARENA_NEW(arena, struct matcher);
        matcher_compile(match->not, arena, out->none);
    }
}

enum verdict matcher_holds(const struct matcher *matcher, struct match_call *c,
                           const char **out_failed)
{
    enum verdict worst = VERDICT_YES;

    for (size_t i = 0; i < matcher->test_count; i++) {
        const struct row *row = &rows[matcher->tests[i]];
        enum verdict one = row->test(row, matcher, c);

        if (one < worst && out_failed)
            *out_failed = row->key;
        if (one == VERDICT_NO)
            return VERDICT_NO;
        worst = one < worst ? one : worst;
    }
    return worst;
}

struct str match_value_of(const char *key, const struct fault_call *call)
{
    for (size_t i = 0; i < N_ELEMENTS(rows); i++)
        if (rows[i].test == test_patterns && strcmp(rows[i].key, key) == 0)
            return value_of(&rows[i], call);
    if (strcmp(key, "operation") == 0 && call->op)
        return str_of(call->op->name);
    return STR_NONE;
}

bool match_asks_authenticated(const struct fault_match *match)
{
    if (match->has_authenticated && match->authenticated)
        return true;
    for (size_t i = 0; i < match->any_count; i++)
        if (match_asks_authenticated(&match->any[i]))
            return true;
    return match->not &&match_asks_authenticated(match->not );
}
