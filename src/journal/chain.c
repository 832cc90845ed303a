/* Which calls are attempts of one logical call. */
#include "journal/chain.h"

#include "base/draw.h"
#include "base/mem.h"
#include "journal/chain_digest.h"
#include "journal/chain_parts.h"

enum {
    CHAINS_MAX = 16384,   /* under way or failed; the one touched longest ago is forgotten */
    BUCKETS = 4096,       /* powers of two */
    CANDIDATES_MAX = 128, /* looked at for one call: the ones that failed last */
    PACES = 4096,         /* calls whose usual pace is remembered */
    BODY_DIGEST_BYTES = 64 << 10, /* of the front; the size counts as well */
};

struct chain_tracker {
    uint64_t last_number;
    size_t count;
    struct chain *oldest, *newest;
    uint8_t secret[CHAIN_SECRET_BYTES];
    struct chain *by_key[BUCKETS];
    struct chain *by_number[BUCKETS];
    struct pace paces[PACES];
    /* All of them together: a chain outlives its call, and one here and there would keep the memory
     * of whole pages of calls. Pages that were never used take none. */
    struct chain chains[CHAINS_MAX];
    size_t made;        /* in use once, from the front */
    struct chain *free; /* of those; by next_by_number */
};

/* ---- digests ---- */

static uint64_t content_key(const struct chain_tracker *tracker, const struct chain_call *call)
{
    const struct str parts[] = {
        call->access_key,
        call->account,
        call->region,
        call->label,
        str_of(call->op ? call->op->name : NULL),
        call->method,
        call->path,
        call->query,
        str_slice(call->body, 0, BODY_DIGEST_BYTES),
    };

    if (call->async_id.len)
        return chain_digest(tracker->secret, &call->async_id, 1, UINT64_MAX);
    return chain_digest(tracker->secret, parts, N_ELEMENTS(parts), call->body_size);
}

static uint64_t signature_of(const struct chain_tracker *tracker, const struct chain_call *call)
{
    const struct str parts[] = {call->authorization, call->date};

    return call->authorization.len ? chain_digest(tracker->secret, parts, N_ELEMENTS(parts), 0) | 1
                                   : 0;
}

/* All that a transport sends again: the head and the body. */
static uint64_t bytes_of(const struct chain_tracker *tracker, const struct http_request *request)
{
    const struct str parts[] = {request->method, request->target,
                                str_slice(request->body, 0, BODY_DIGEST_BYTES)};
    uint64_t digest =
        chain_digest(tracker->secret, parts, N_ELEMENTS(parts), (uint64_t)request->body.len);

    for (size_t i = 0; i < request->headers.count; i++) {
        const struct http_header *header = &request->headers.items[i];
        const struct str line[] = {header->name, header->value};

        digest = chain_digest(tracker->secret, line, N_ELEMENTS(line), digest);
    }
    return digest | 1;
}

/* ---- the table ---- */

static struct chain **key_bucket(struct chain_tracker *tracker, uint64_t key)
{
    return &tracker->by_key[key & (BUCKETS - 1)];
}

static struct chain **number_bucket(struct chain_tracker *tracker, uint64_t number)
{
    return &tracker->by_number[number & (BUCKETS - 1)];
}

static void unlink_order(struct chain_tracker *tracker, struct chain *chain)
{
    *(chain->older ? &chain->older->newer : &tracker->oldest) = chain->newer;
    *(chain->newer ? &chain->newer->older : &tracker->newest) = chain->older;
}

static void link_newest(struct chain_tracker *tracker, struct chain *chain)
{
    chain->older = tracker->newest;
    chain->newer = NULL;
    *(tracker->newest ? &tracker->newest->newer : &tracker->oldest) = chain;
    tracker->newest = chain;
}

static void hang_by_key(struct chain_tracker *tracker, struct chain *chain)
{
    struct chain **first = key_bucket(tracker, chain->key);

    if (chain->at_key)
        return;
    chain->next_by_key = *first;
    chain->at_key = first;
    if (*first)
        (*first)->at_key = &chain->next_by_key;
    *first = chain;
}

static void unhang_by_key(struct chain *chain)
{
    if (!chain->at_key)
        return;
    *chain->at_key = chain->next_by_key;
    if (chain->next_by_key)
        chain->next_by_key->at_key = chain->at_key;
    chain->at_key = NULL;
}

static void chain_forget(struct chain_tracker *tracker, struct chain *chain)
{
    struct chain **at = number_bucket(tracker, chain->number);

    unhang_by_key(chain);
    while (*at != chain)
        at = &(*at)->next_by_number;
    *at = chain->next_by_number;
    unlink_order(tracker, chain);
    tracker->count--;
    chain->next_by_number = tracker->free;
    tracker->free = chain;
}

static struct chain *chain_take(struct chain_tracker *tracker)
{
    struct chain *chain;

    if (tracker->count == CHAINS_MAX)
        chain_forget(tracker, tracker->oldest);
    chain = tracker->free;
    if (!chain)
        return &tracker->chains[tracker->made++];
    tracker->free = chain->next_by_number;
    return chain;
}

static struct chain *chain_add(struct chain_tracker *tracker, uint64_t key)
{
    struct chain *chain = chain_take(tracker);
    uint64_t number = ++tracker->last_number;
    struct chain **numbers = number_bucket(tracker, number);

    *chain = (struct chain){.key = key, .number = number, .next_by_number = *numbers};
    *numbers = chain;
    link_newest(tracker, chain);
    tracker->count++;
    return chain;
}

struct chain_tracker *chain_tracker_new(void)
{
    struct chain_tracker *tracker = mem_alloc(sizeof(*tracker));
    uint64_t secret[2] = {draw_random_seed(), draw_random_seed()};

    memcpy(tracker->secret, secret, sizeof(secret));
    return tracker;
}

void chain_tracker_clear(struct chain_tracker *tracker)
{
    while (tracker->oldest)
        chain_forget(tracker, tracker->oldest);
    memset(tracker->paces, 0, sizeof(tracker->paces));
}

static uint64_t account_of(const struct chain_tracker *tracker, struct str account)
{
    return chain_digest(tracker->secret, &account, 1, 0);
}

void chain_tracker_forget_account(struct chain_tracker *tracker, struct str account)
{
    uint64_t wanted = account_of(tracker, account);

    for (struct chain *chain = tracker->oldest, *newer; chain; chain = newer) {
        newer = chain->newer;
        if (chain->account == wanted)
            chain_forget(tracker, chain);
    }
}

void chain_tracker_free(struct chain_tracker *tracker)
{
    if (!tracker)
        return;
    chain_tracker_clear(tracker);
    mem_free(tracker);
}

/* ---- pace ---- */

static struct pace *pace_of(struct chain_tracker *tracker, uint64_t key)
{
    struct pace *pace = &tracker->paces[key & (PACES - 1)];

    if (pace->key != key)
        *pace = (struct pace){.key = key};
    return pace;
}

/* ---- candidates ---- */

static struct chain_candidate find_candidate(struct chain_tracker *tracker,
                                             struct chain_arrival *arrival)
{
    const struct chain_call *call = arrival->call;
    struct chain_candidate best = {0};
    struct chain *c = *key_bucket(tracker, arrival->key);

    for (int i = 0; c && i < CANDIDATES_MAX; c = c->next_by_key, i++) {
        unsigned evidence;

        if (c->key != arrival->key)
            continue;
        if (c->bytes && call->request && !arrival->bytes)
            arrival->bytes = bytes_of(tracker, call->request);
        evidence = chain_evidence_for(c, arrival);
        if (evidence)
            chain_candidate_offer(&best, c, evidence);
    }
    if (!best.chain || call->async_id.len || best.evidence & CHAIN_BY_TRANSPORT)
        return best;
    chain_candidate_doubt(&best, call, pace_of(tracker, arrival->key), arrival->now_ns);
    return best;
}

/* ---- calls ---- */

static void chain_attempt(struct chain_tracker *tracker, struct chain *chain,
                          const struct chain_call *call, uint64_t signature, uint64_t now_ns)
{
    if (chain->attempts && !chain->under_way)
        chain->last_gap_ns = now_ns - chain->ended_ns;
    if (signature != chain->signature) {
        chain->signature = signature;
        chain->signed_by_ms = call->wall_ms;
    }
    chain->attempts++;
    chain->offered = false;
    chain->bytes = 0;
    chain->connection = call->connection;
    chain->under_way = true;
    chain->asynchronous = call->async_id.len > 0;
    if (chain->asynchronous)
        hang_by_key(tracker, chain);
    else
        unhang_by_key(chain);
    unlink_order(tracker, chain);
    link_newest(tracker, chain);
}

void chain_begin(struct chain_tracker *tracker, const struct chain_call *call, uint64_t now_ns,
                 struct chain_link *out)
{
    struct chain_arrival arrival = {
        .call = call,
        .key = content_key(tracker, call),
        .signature = signature_of(tracker, call),
        .now_ns = now_ns,
    };
    struct chain_candidate candidate = find_candidate(tracker, &arrival);
    struct chain *chain = candidate.chain;

    *out = (struct chain_link){0};
    if (chain) {
        out->confidence = chain_candidate_confidence(&candidate, call);
        out->evidence = candidate.evidence;
    }
    if (out->confidence == CHAIN_POSSIBLE) {
        out->maybe = chain->number;
        chain->offered = true;
        chain = NULL;
    }
    if (!chain) {
        pace_arrival(pace_of(tracker, arrival.key), now_ns);
        chain = chain_add(tracker, arrival.key);
        chain->account = account_of(tracker, call->account);
    }
    chain_attempt(tracker, chain, call, arrival.signature, now_ns);
    out->chain = chain->number;
    out->attempt = chain->attempts;
}

static struct chain *find_by_number(struct chain_tracker *tracker, uint64_t number)
{
    struct chain *chain = *number_bucket(tracker, number);

    while (chain && chain->number != number)
        chain = chain->next_by_number;
    return chain;
}

void chain_broke(struct chain_tracker *tracker, uint64_t number, const struct http_request *request)
{
    struct chain *chain = find_by_number(tracker, number);

    if (chain)
        chain->bytes = bytes_of(tracker, request);
}

void chain_end(struct chain_tracker *tracker, uint64_t number, int status, bool failed,
               uint64_t now_ns)
{
    struct chain *chain = find_by_number(tracker, number);

    if (!chain)
        return;
    if (!failed) {
        chain_forget(tracker, chain);
        return;
    }
    chain->under_way = false;
    chain->ended_ns = now_ns;
    chain->status = status;
    hang_by_key(tracker, chain);
    unlink_order(tracker, chain);
    link_newest(tracker, chain);
}
