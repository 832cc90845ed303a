/*
 * What rules look at in a call and what is costly: worked out when the first rule asks.
 */
#include <arpa/inet.h>

#include "base/json.h"
#include "crypto/digest.h"
#include "fault/match_keys.h"

/* Of an event; a tree of more would take memory out of proportion, so such a body is none. */
enum { VALUES_MAX = 100000 };

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

const cJSON *match_body_json(struct match_call *c)
{
    struct error ignored; /* a body that is not JSON is no mistake of ours */

    if (!c->json_read)
        c->json = json_parse_within(c->call->body, VALUES_MAX, &ignored);
    c->json_read = true;
    return c->json;
}

const uint8_t *match_body_sha256(struct match_call *c)
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

const uint8_t *match_client_address(struct match_call *c)
{
    if (c->client_state == CLIENT_UNREAD)
        c->client_state = parse_address(c->call->client, c->client) ? CLIENT_ADDRESS : CLIENT_OTHER;
    return c->client_state == CLIENT_ADDRESS ? c->client : NULL;
}
