/*
 * The keys of `match`, a row each: is it given, and does it hold.
 */
#include "fault/match_keys.h"

static bool given_patterns(const struct match_row *row, const struct fault_match *m)
{
    return ((const struct fault_patterns *)match_wanted(row, m))->count > 0;
}

static bool test_patterns(const struct match_row *row, const struct matcher *matcher,
                          struct match_call *c)
{
    return pattern_any_holds(match_wanted(row, matcher->match), match_row_value(row, c->call),
                             c->scratch);
}

static bool given_compare(const struct match_row *row, const struct fault_match *m)
{
    return ((const struct fault_compare *)match_wanted(row, m))->given;
}

static bool test_number(const struct match_row *row, const struct matcher *matcher,
                        struct match_call *c)
{
    return compare_holds(match_wanted(row, matcher->match),
                         *(const uint32_t *)match_had(row, c->call));
}

static bool given_truth(const struct match_row *row, const struct fault_match *m)
{
    return ((const struct fault_truth *)match_wanted(row, m))->given;
}

static bool test_flag(const struct match_row *row, const struct matcher *matcher,
                      struct match_call *c)
{
    const struct fault_truth *truth = match_wanted(row, matcher->match);

    return truth->wanted == *(const bool *)match_had(row, c->call);
}

static bool given_operation(const struct match_row *row, const struct fault_match *m)
{
    (void)row;
    return m->operations != NULL;
}

static bool test_operation(const struct match_row *row, const struct matcher *matcher,
                           struct match_call *c)
{
    size_t op = c->op_index;

    (void)row;
    return op != SIZE_MAX && matcher->match->operations[op / 64] >> (op % 64) & 1;
}

/* Sets of bits: api, invocation, sdk. */
static bool given_bits(const struct match_row *row, const struct fault_match *m)
{
    return *(const unsigned *)match_wanted(row, m) != 0;
}

static bool bit_of(const struct match_row *row, const struct matcher *matcher, unsigned bit)
{
    return *(const unsigned *)match_wanted(row, matcher->match) >> bit & 1u;
}

static bool test_api(const struct match_row *row, const struct matcher *matcher,
                     struct match_call *c)
{
    return bit_of(row, matcher, c->call->api);
}

static bool test_invocation(const struct match_row *row, const struct matcher *matcher,
                            struct match_call *c)
{
    return bit_of(row, matcher, c->call->invocation);
}

static bool test_sdk(const struct match_row *row, const struct matcher *matcher,
                     struct match_call *c)
{
    return bit_of(row, matcher, c->call->sdk);
}

static bool test_product(const struct match_row *row, const struct matcher *matcher,
                         struct match_call *c)
{
    return bit_of(row, matcher, c->call->product);
}

static bool given_client(const struct match_row *row, const struct fault_match *m)
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

static bool test_client(const struct match_row *row, const struct matcher *matcher,
                        struct match_call *c)
{
    const uint8_t *address = match_client_address(c);

    (void)row;
    for (size_t i = 0; address && i < matcher->match->client_count; i++)
        if (in_network(&matcher->match->clients[i], address))
            return true;
    return false;
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

static bool given_header(const struct match_row *row, const struct fault_match *m)
{
    (void)row;
    return m->header_count > 0;
}

static bool test_header(const struct match_row *row, const struct matcher *matcher,
                        struct match_call *c)
{
    const struct fault_match *m = matcher->match;

    (void)row;
    for (size_t i = 0; i < m->header_count; i++) {
        struct str value = header_value(c->call, m->headers[i].name);

        if (!named_holds(&m->headers[i], value, c->scratch))
            return false;
    }
    return true;
}

static bool given_query(const struct match_row *row, const struct fault_match *m)
{
    (void)row;
    return m->query_count > 0;
}

static bool test_query(const struct match_row *row, const struct matcher *matcher,
                       struct match_call *c)
{
    const struct fault_match *m = matcher->match;

    (void)row;
    for (size_t i = 0; i < m->query_count; i++) {
        struct str value = query_value(c->call->query, m->queries[i].name, c->arena);

        if (!named_holds(&m->queries[i], value, c->scratch))
            return false;
    }
    return true;
}

static bool given_any(const struct match_row *row, const struct fault_match *m)
{
    (void)row;
    return m->any_count > 0;
}

static bool test_any(const struct match_row *row, const struct matcher *matcher,
                     struct match_call *c)
{
    (void)row;
    for (size_t i = 0; i < matcher->match->any_count; i++)
        if (matcher_holds(&matcher->any[i], c, NULL))
            return true;
    return false;
}

static bool given_not(const struct match_row *row, const struct fault_match *m)
{
    (void)row;
    return m->not != NULL;
}

static bool test_not(const struct match_row *row, const struct matcher *matcher,
                     struct match_call *c)
{
    bool holds;

    (void)row;
    c->without_body = !c->without_body;
    holds = matcher_holds(matcher->none, c, NULL);
    c->without_body = !c->without_body;
    return !holds;
}

static bool test_body_size(const struct match_row *row, const struct matcher *matcher,
                           struct match_call *c)
{
    if (!c->call->body_known)
        return c->without_body;
    return compare_holds(match_wanted(row, matcher->match), (double)c->call->body_size);
}

static bool given_contains(const struct match_row *row, const struct fault_match *m)
{
    (void)row;
    return str_is_set(m->body_contains);
}

static bool test_contains(const struct match_row *row, const struct matcher *matcher,
                          struct match_call *c)
{
    size_t at;

    (void)row;
    if (!c->call->body_known)
        return c->without_body;
    return str_find(c->call->body, matcher->match->body_contains, &at);
}

static bool given_json(const struct match_row *row, const struct fault_match *m)
{
    (void)row;
    return m->body_json_count > 0;
}

static bool test_json(const struct match_row *row, const struct matcher *matcher,
                      struct match_call *c)
{
    const struct fault_match *m = matcher->match;

    (void)row;
    if (!c->call->body_known)
        return c->without_body;
    for (size_t i = 0; i < m->body_json_count; i++)
        if (!json_named_holds(&m->body_json[i], match_body_json(c), c->scratch))
            return false;
    return true;
}

static bool given_sha256(const struct match_row *row, const struct fault_match *m)
{
    (void)row;
    return m->has_sha256;
}

static bool test_sha256(const struct match_row *row, const struct matcher *matcher,
                        struct match_call *c)
{
    (void)row;
    if (!c->call->body_known)
        return c->without_body;
    return memcmp(matcher->match->sha256, match_body_sha256(c), sizeof(c->sha256)) == 0;
}

#define AT(member) offsetof(struct fault_match, member)
#define HAD(member) offsetof(struct fault_call, member)

/* Those of CALL_FACTS, by their types. */
#define ROW_TEXT given_patterns, test_patterns
#define ROW_FLAG given_truth, test_flag
#define ROW_U32 given_compare, test_number
#define KEY(name, TYPE, how, place, help)                                                          \
    [place] = {#name, ROW_##TYPE, AT(name), HAD(name), COST_CHEAP},
#define COUNT(name, TYPE, how, place, help) +1
#define FACT(name, TYPE, SHOWN, ...) FACT_KEY(KEY, name, TYPE, __VA_ARGS__)
#define COUNT_FACT(name, TYPE, SHOWN, ...) FACT_KEY(COUNT, name, TYPE, __VA_ARGS__)
enum { BETWEEN_FACTS = 7, BEHIND_FACTS = BETWEEN_FACTS CALL_FACTS(COUNT_FACT) };

/* clang-format off */
static const struct match_row rows[] = {
    [0] =
    {"operation",       given_operation,     test_operation,       0,                   0, COST_CHEAP},
    {"product",         given_bits,          test_product,         AT(products),        0, COST_CHEAP},
    {"api",             given_bits,          test_api,             AT(apis),            0, COST_CHEAP},
    {"invocation",      given_bits,          test_invocation,      AT(invocations),     0, COST_CHEAP},
    {"sdk",             given_bits,          test_sdk,             AT(sdks),            0, COST_CHEAP},
    [6] =
    {"authenticated",   ROW_FLAG,                                  AT(authenticated),   HAD(authenticated), COST_CHEAP},
    {"attempt",         ROW_U32,                                   AT(attempt),         HAD(attempt), COST_CHEAP},
    CALL_FACTS(FACT)
    [BEHIND_FACTS] =
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

const struct match_row *match_rows(size_t *out_count)
{
    *out_count = N_ELEMENTS(rows);
    return rows;
}

bool match_row_compares_text(const struct match_row *row)
{
    return row->test == test_patterns;
}
