/*
 * The journal entry of a call, written also when the client left (499); no entry is made while the
 * journal is off.
 */
#include "base/buf.h"
#include "base/units.h"
#include "crypto/digest.h"
#include "gateway/internal.h"

enum {
    CLIENT_CLOSED_REQUEST = 499,
    BODY_DIGESTED_MAX_BYTES =
        1024 * 1024, /* beyond it the loop would stand still for milliseconds */
};

static struct str sha256_hex(struct arena *arena, struct str bytes)
{
    char *text = arena_alloc(arena, DIGEST_HEX_BYTES);

    digest_hex(DIGEST_SHA256, bytes, text);
    return str_of(text);
}

struct journal_strike *strikes_of(const struct fault_decision *d, struct arena *arena)
{
    struct journal_strike *strikes = ARENA_ARRAY(arena, d->evidence_count, struct journal_strike);

    for (size_t i = 0; i < d->evidence_count; i++) {
        const struct fault_evidence *e = &d->evidence[i];

        strikes[i] = (struct journal_strike){
            .rule = e->rule->id,
            .gate = e->gate,
            .key = e->key,
            .n = e->n,
            .draw = e->draw,
            .threshold = e->threshold,
            .shadow = e->shadow,
            .choice = e->choice,
        };
    }
    return strikes;
}

/* What struck, or else held up, the call. */
static const struct fault_action *outcome_of(const struct exchange *x)
{
    if (x->decision.outcome)
        return x->decision.outcome;
    return x->upload ? x->upload->outcome : NULL;
}

static bool is_damaged(const struct exchange *x)
{
    const struct delivery *d = &x->delivery;

    return d->cut || d->declare || d->form != DELIVERY_ANSWER || x->decision.corrupt;
}

/* Whose the answer is; else who shaped it. "" when no rule struck. */
static struct str striking_rule(const struct fault_decision *d)
{
    const struct fault_rule *rule = d->outcome_rule ? d->outcome_rule : d->first_rule;

    return rule ? rule->id : STR("");
}

static int status_of(const struct http_result *result)
{
    return result->outcome == HTTP_CLIENT_GONE ? CLIENT_CLOSED_REQUEST : result->status;
}

static struct str kept_query(struct exchange *x)
{
    OWN(buf_done) struct buf text = {0};

    if (!x->request->query.len)
        return STR("");
    redact_query(x->request->query, &text);
    return arena_str(x->arena, buf_str(&text));
}

static void add_request(struct exchange *x, struct journal_entry *e)
{
    const struct http_request *r = x->request;
    struct str authorization = exchange_header(x, STR("Authorization"));

    e->started_ns = r->started_ns;
    e->query = kept_query(x);
    e->date = exchange_header(x, STR("Date"));
    e->authorization_digest = authorization.len ? sha256_hex(x->arena, authorization) : STR("");
    e->request_bytes = r->body.len;
}

/* Only of a body that is not kept as it came: cut, or with something in it made unreadable. */
static struct str body_digest(struct exchange *x, const struct journal_entry *e)
{
    struct str body = x->request->body;

    if (str_eq(body, e->request_body) || body.len > BODY_DIGESTED_MAX_BYTES)
        return STR("");
    return sha256_hex(x->arena, body);
}

/* Which of the settings decided where the call went. */
static struct str defaulted(const struct place *place)
{
    static const struct str texts[] = {STR_INIT(""), STR_INIT("account"), STR_INIT("region"),
                                       STR_INIT("account, region")};

    if (place->kind == PLACE_TRIGGER || place->kind == PLACE_CUSTOM ||
        place->kind == PLACE_IMPOSSIBLE)
        return STR("");
    return texts[place->account_defaulted + 2 * place->region_defaulted];
}

static void add_facts(const struct fault_call *from, struct journal_entry *to)
{
    CALL_FACTS(FACT_TAKE)
    to->api = from->api;
    to->op = from->op;
    to->invocation = from->invocation;
    to->sdk = from->sdk;
}

/* What of the answer left: nothing where the connection ended before the head, or the client. */
static struct str sent_body(const struct exchange *x, const struct http_result *result)
{
    struct str body = x->delivery.form == DELIVERY_RAW ? x->delivery.raw : x->reply.http.body;

    return str_slice(body, 0, result->body_bytes < body.len ? result->body_bytes : body.len);
}

/* What the operation said where something else was sent, or nothing. */
static const struct reply *own_reply(const struct exchange *x, const struct http_result *result)
{
    if (x->own.http.status)
        return &x->own;
    return result->status == 0 && x->answered ? &x->reply : NULL;
}

/* The five texts stand behind each other in @kept, which outlives the entry. */
static void add_capture(struct exchange *x, const struct http_result *result, struct buf *kept,
                        struct journal_entry *e)
{
    static const struct http_headers none;
    size_t most = x->gateway->settings.capture_bytes;
    const struct reply *own = own_reply(x, result);
    struct redact_clean *clean = &x->gateway->clean;
    struct redact_secrets secrets;
    size_t ends[5];

    if (!most)
        return;
    buf_clear(kept);
    redact_known_learn(clean, x->request, x->arena, &secrets);
    redact_known_headers(clean, &x->request->headers, &secrets, kept);
    ends[0] = kept->len;
    redact_body(clean, x->request->body, most, &secrets, kept);
    ends[1] = kept->len;
    redact_known_headers(clean, result->status ? &x->reply.http.headers : &none, &secrets, kept);
    ends[2] = kept->len;
    redact_body(clean, sent_body(x, result), most, &secrets, kept);
    ends[3] = kept->len;
    redact_body(clean, own ? own->http.body : STR(""), most, &secrets, kept);
    ends[4] = kept->len;
    e->request_headers = str_slice(buf_str(kept), 0, ends[0]);
    e->request_body = str_slice(buf_str(kept), ends[0], ends[1]);
    e->response_headers = str_slice(buf_str(kept), ends[1], ends[2]);
    e->response_body = str_slice(buf_str(kept), ends[2], ends[3]);
    e->operation_body = str_slice(buf_str(kept), ends[3], ends[4]);
}

/* Both strings that were signed, so that one look at the journal is enough. What the client signed
 * is known only if a usual mistake explains its signature. */
static struct str auth_note(struct exchange *x)
{
    const struct auth_explanation *e = x->auth.explanation;

    if (!e)
        return x->auth.note;
    if (!str_is_set(e->theirs))
        return arena_strf(x->arena, STR_FMT "\n%s here:\n" STR_FMT, STR_ARG(x->auth.note), e->what,
                          STR_ARG(e->ours));
    return arena_strf(x->arena,
                      STR_FMT "; first difference at byte %zu\n%s here:\n" STR_FMT
                              "\n%s of the client:\n" STR_FMT,
                      STR_ARG(x->auth.note), e->differ_at, e->what, STR_ARG(e->ours), e->what,
                      STR_ARG(e->theirs));
}

static void add_signature(const struct auth_explanation *e, struct journal_entry *entry)
{
    if (!e)
        return;
    entry->signed_what = str_of(e->what);
    entry->signed_expected = e->ours;
    entry->signed_seen = e->theirs;
    entry->signed_hint = e->hint;
    entry->signed_differ_at = e->differ_at;
}

/* What the answer asked the client to wait; dates are not looked at. */
static uint32_t retry_after_ms(struct exchange *x)
{
    struct str value = http_headers_get(&x->reply.http.headers, STR("Retry-After"));
    uint64_t seconds;

    if (str_to_uint(value, UINT32_MAX / MS_PER_S, &seconds) != NUMBER_OK)
        return 0;
    return (uint32_t)seconds * MS_PER_S;
}

/* A call that passed because the guard was full is no call that no rule wanted. */
static struct str near_miss_of(struct exchange *x)
{
    const struct fault_decision *d = &x->decision;
    const struct fault_rule *capped = fault_capped_rule(d);

    if (!capped && x->second)
        capped = fault_capped_rule(x->second);
    if (d->control_error)
        return str_of(d->control_error);
    if (!x->near_miss.len && exchange_header(x, STR("X-Fcemu-Fault")).len &&
        !fault_engine_heeds_headers(x->gateway->parts.faults))
        return STR(
            "the header X-Fcemu-Fault is not heeded: start the daemon with --header-control");
    if (!capped || d->rejected || x->near_miss.len)
        return x->near_miss;
    return arena_strf(x->arena,
                      "rule '" STR_FMT
                      "' was capped and the call passed: as many faults are active "
                      "as guard.max_active allows",
                      STR_ARG(capped->id));
}

/* Of what was sent; the operation's own stands apart. */
static struct str code_of(const struct exchange *x, const struct http_result *result)
{
    if (result->outcome == HTTP_CLIENT_GONE)
        return STR("ClientClosedRequest");
    return result->status ? x->reply.code : STR("");
}

static void add_own(struct exchange *x, const struct http_result *result, struct journal_entry *e)
{
    const struct reply *own = own_reply(x, result);

    if (!own)
        return;
    e->operation_status = own->http.status;
    e->operation_code = own->code;
}

static void append(struct exchange *x, const struct http_result *result, int status,
                   uint64_t now_ns)
{
    const struct fault_decision *d = &x->decision;
    const struct fault_action *outcome = outcome_of(x);
    struct journal_entry entry = {
        .request_id = x->request_id,
        .wall_ms = x->wall_ms,
        .ended_ns = now_ns,
        .held_ns = x->held_total_ns,
        .delay_capped = d->delay_capped || (x->second && x->second->delay_capped),
        .response_bytes = result->body_bytes,
        .status = status,
        .code = code_of(x, result),
        .outcome = result->outcome,
        .outcome_kind = outcome ? fault_outcome_name(outcome->outcome) : STR(""),
        .fault = fault_action_word(outcome),
        .rule = striking_rule(d),
        .effect = d->effect,
        .performed = x->performed,
        .ran = x->ran,
        .instance = x->instance,
        .late = late_result(x),
        .strikes = strikes_of(d, x->arena),
        .strike_count = d->evidence_count,
        .near_miss = near_miss_of(x),
        .auth_note = auth_note(x),
        .link = x->chain,
        .retry_after_ms = retry_after_ms(x),
        .damaged = is_damaged(x),
        .seed = fault_engine_seed(x->gateway->parts.faults),
    };

    if (x->closed != WIRE_DOOR_OPEN && !outcome) {
        entry.outcome_kind = address_closed_name(x->closed);
        entry.rule = x->closed_by;
    }
    add_request(x, &entry);
    add_facts(&x->facts, &entry);
    entry.path = http_call_request(x->call)->path; /* as received */
    entry.defaulted = defaulted(&x->place);
    add_own(x, result, &entry);
    add_signature(x->auth.explanation, &entry);
    add_capture(x, result, &x->gateway->scratch, &entry);
    entry.body_sha256 = body_digest(x, &entry);
    x->entry = journal_append(x->gateway->parts.journal, &entry);
}

void exchange_record(struct exchange *x, const struct http_result *result)
{
    const struct gateway_parts *parts = &x->gateway->parts;
    const struct fault_decision *d = &x->decision;
    int status = status_of(result);
    uint64_t now_ns = 0; /* read where somebody wants to know */

    if (journal_is_on(parts->journal) || x->chain.chain)
        now_ns = clock_monotonic_ns();
    if (journal_is_on(parts->journal))
        append(x, result, status, now_ns);
    if (x->asked)
        fault_engine_observe(parts->faults, status, d->first_rule != NULL);
    if (x->chain.chain && status == 0 && x->facts.connection_call > 1)
        chain_broke(parts->chains, x->chain.chain, x->request);
    if (x->chain.chain)
        chain_end(
            parts->chains, x->chain.chain, status,
            chain_invites_retry(status, result->outcome, is_damaged(x), striking_rule(d).len > 0),
            now_ns);
}
