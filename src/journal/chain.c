#include "journal/chain.h"

#include "base/draw.h"
#include "base/mem.h"
#include "journal/chain_digest.h"

enum {
    CHAINS_MAX = 16384,   /* under way or failed; the one touched longest ago is forgotten */
    BUCKETS = 4096,       /* powers of two */
    CANDIDATES_MAX = 128, /* looked at for one call: the ones that failed last */
    PACES = 4096,         /* calls whose usual pace is remembered */
    PACE_SAMPLES = 3,     /* gaps after successes before a pace is known */
    PACE_WEIGHT = 4,      /* of the old mean against one new gap */
    BODY_DIGEST_BYTES = 64 << 10, /* of the front; the size counts as well */
    CLIENT_ERROR = 400,
    SERVER_ERROR = 500,
    CLIENT_LEFT = 499,
};

#define NS_PER_S 1000000000ull
#define SOON_LEAST_NS (30 * NS_PER_S)
#define SOON_MOST_NS (120 * NS_PER_S)
#define RESENT_MOST_NS (900 * NS_PER_S) /* the service takes a Date of at most 15 minutes ago */
#define PACE_SLACK_NS 2000000ull
#define AT_ONCE_NS 50000000ull
#define SCHEDULE_SLACK_NS 300000000ull
#define DATE_STEP_MS 1000u /* the Date header counts seconds */

/* A chain hangs under its key while a call could continue it: not before its attempt has failed,
   or always when the key is an asynchronous invocation id. So a thousand equal calls that wait
   at the same time cost the next one nothing. */
struct chain {
    struct chain *next_by_key, **at_key; /* at_key: what points here; NULL = does not hang there */
    struct chain *next_by_number;
    struct chain *older, *newer; /* in the order they were touched */
    uint64_t number, key;
    uint64_t signature;    /* digest of Date and Authorization, 0 = none */
    uint64_t signed_by_ms; /* wall time of the first attempt with it */
    uint64_t connection;
    uint64_t ended_ns, last_gap_ns;
    uint32_t attempts;
    int status;
    bool under_way, asynchronous;
    bool offered; /* a possible successor was found; content alone says no more about it */
};

/* How often equal calls come that are nobody's retry. */
struct pace {
    uint64_t key;
    uint64_t arrival_ns; /* of the last one; 0 = none yet */
    uint64_t gap_ns;
    uint32_t samples;
};

struct chain_tracker {
    uint64_t last_number;
    size_t count;
    struct chain *oldest, *newest;
    uint8_t secret[CHAIN_SECRET_BYTES];
    struct chain *by_key[BUCKETS];
    struct chain *by_number[BUCKETS];
    struct pace paces[PACES];
};

/* ---- names ---- */

const char *chain_confidence_name(enum chain_confidence confidence)
{
    static const char *const names[] = {
        [CHAIN_FIRST] = "first",
        [CHAIN_POSSIBLE] = "possible",
        [CHAIN_LIKELY] = "likely",
        [CHAIN_CERTAIN] = "certain",
    };

    return names[confidence];
}

const char *chain_evidence_name(unsigned bit)
{
    static const char *const names[CHAIN_EVIDENCE_COUNT] = {
        "same signature",
        "signature older than a fresh one",
        "same async invocation id",
        "same credential, operation, target and body",
        "same connection",
        "calls come at this pace anyway",
        "several chains fit",
        "fresh calls of its kind came in between",
        "this client does not repeat without a pause",
        "when this client would repeat",
    };

    for (unsigned i = 0; i < CHAIN_EVIDENCE_COUNT; i++) {
        if (bit == 1u << i)
            return names[i];
    }
    return "";
}

bool chain_failed(int status, enum http_outcome outcome, bool damaged)
{
    return status == 0 || status >= CLIENT_ERROR || outcome == HTTP_CLIENT_GONE ||
           outcome == HTTP_CUT || damaged;
}

bool chain_invites_retry(int status, enum http_outcome outcome, bool damaged, bool by_rule)
{
    static const int passing[] = {408, 409, 425, 429, CLIENT_LEFT};

    if (!chain_failed(status, outcome, damaged))
        return false;
    if (by_rule || damaged || status < CLIENT_ERROR || status >= SERVER_ERROR)
        return true;
    for (size_t i = 0; i < N_ELEMENTS(passing); i++) {
        if (status == passing[i])
            return true;
    }
    return false;
}

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
    mem_free(chain);
}

static struct chain *chain_add(struct chain_tracker *tracker, uint64_t key)
{
    struct chain *chain = mem_alloc(sizeof(*chain));

    if (tracker->count >= CHAINS_MAX)
        chain_forget(tracker, tracker->oldest);
    chain->key = key;
    chain->number = ++tracker->last_number;

    struct chain **numbers = number_bucket(tracker, chain->number);

    chain->next_by_number = *numbers;
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

/* A call that continues nothing for certain has arrived. */
static void pace_arrival(struct pace *pace, uint64_t now_ns)
{
    if (pace->arrival_ns) {
        uint64_t gap = now_ns - pace->arrival_ns;

        pace->gap_ns = pace->samples ? (pace->gap_ns * (PACE_WEIGHT - 1) + gap) / PACE_WEIGHT : gap;
        pace->samples++;
    }
    pace->arrival_ns = now_ns;
}

static bool pace_is_usual(const struct pace *pace, uint64_t now_ns)
{
    uint64_t gap_ns = now_ns - pace->arrival_ns;

    return pace->samples >= PACE_SAMPLES && gap_ns <= pace->gap_ns * 4 + PACE_SLACK_NS &&
           gap_ns + PACE_SLACK_NS >= pace->gap_ns / 4;
}

/* ---- evidence ---- */

static uint64_t soon_ns(const struct chain *chain)
{
    uint64_t soon = chain->last_gap_ns * 3;

    return soon < SOON_LEAST_NS ? SOON_LEAST_NS : soon > SOON_MOST_NS ? SOON_MOST_NS : soon;
}

enum { PYTHON_ATTEMPTS = 6 };

/* The classic Python client itself repeats requests that may be repeated, after 5xx and broken
   connections: as they were signed, and on the connection it has. */
static bool resent_by_client(const struct chain *chain, const struct chain_call *call)
{
    return call->sdk == SDK_PYTHON && chain->signature && !str_eq(call->method, STR("POST")) &&
           chain->attempts < PYTHON_ATTEMPTS &&
           (chain->status == 0 || chain->status == CLIENT_LEFT || chain->status >= SERVER_ERROR);
}

/* It waits 0, 2, 4, 8 and 16 s. */
static bool schedule_fits(const struct chain *chain, const struct chain_call *call, uint64_t gap_ns)
{
    static const uint64_t waits_s[] = {0, 0, 2, 4, 8, 16}; /* by attempts so far */

    if (call->sdk != SDK_PYTHON || chain->attempts >= N_ELEMENTS(waits_s))
        return false;
    uint64_t wait_ns = waits_s[chain->attempts] * NS_PER_S;

    return gap_ns >= wait_ns && gap_ns < wait_ns + SCHEDULE_SLACK_NS;
}

/* What speaks for @call continuing @chain; 0 = it cannot. */
static unsigned evidence_for(const struct chain *chain, const struct chain_call *call,
                             uint64_t signature, uint64_t now_ns)
{
    unsigned evidence = 0;
    uint64_t gap = now_ns - chain->ended_ns;

    if (call->async_id.len)
        return CHAIN_BY_ASYNC_ID;
    if (signature && signature == chain->signature && gap <= RESENT_MOST_NS) {
        evidence |= CHAIN_BY_SIGNATURE;
        if (call->wall_ms > chain->signed_by_ms + DATE_STEP_MS)
            evidence |= CHAIN_BY_STALE_DATE;
    }
    if (gap <= soon_ns(chain))
        evidence |= CHAIN_BY_CONTENT;
    if (evidence && call->connection && call->connection == chain->connection)
        evidence |= CHAIN_BY_CONNECTION;
    if (evidence & CHAIN_BY_SIGNATURE && schedule_fits(chain, call, gap))
        evidence |= CHAIN_ON_SCHEDULE;
    /* A signature of the same second alone says no more than equal content does. */
    if (evidence & CHAIN_BY_STALE_DATE)
        return evidence;
    if (!(evidence & CHAIN_BY_CONTENT) || resent_by_client(chain, call))
        return evidence & CHAIN_ON_SCHEDULE ? evidence : 0;
    return chain->offered && !(evidence & CHAIN_ON_SCHEDULE) ? 0 : evidence;
}

static int evidence_weight(unsigned evidence)
{
    return (evidence & CHAIN_BY_ASYNC_ID ? 16 : 0) + (evidence & CHAIN_BY_STALE_DATE ? 8 : 0) +
           (evidence & CHAIN_ON_SCHEDULE ? 4 : 0) + (evidence & CHAIN_BY_CONNECTION ? 2 : 0) +
           (evidence & CHAIN_BY_SIGNATURE ? 1 : 0);
}

struct candidate {
    struct chain *chain;
    unsigned evidence;
    bool rivals_differ; /* an equally good chain has another number of attempts */
};

static void candidate_offer(struct candidate *best, struct chain *chain, unsigned evidence)
{
    int weight = evidence_weight(evidence);
    int best_weight = best->chain ? evidence_weight(best->evidence & ~CHAIN_OF_SEVERAL) : -1;

    if (weight > best_weight) {
        *best = (struct candidate){chain, evidence, false};
        return;
    }
    if (weight < best_weight)
        return;
    best->rivals_differ |= chain->attempts != best->chain->attempts;
    /* Equals among equals: the one that has waited longest is due first. */
    if (chain->ended_ns < best->chain->ended_ns)
        best->chain = chain;
    best->evidence |= CHAIN_OF_SEVERAL;
}

static bool client_would_resend(const struct chain *chain, const struct chain_call *call,
                                unsigned evidence)
{
    bool broke = chain->status == 0 || chain->status == CLIENT_LEFT;

    return resent_by_client(chain, call) && evidence & CHAIN_BY_SIGNATURE &&
           (broke || evidence & CHAIN_BY_CONNECTION);
}

/* Who repeats without a pause: the Java client, and programs without a known client. */
static bool too_soon_for(const struct chain *chain, const struct chain_call *call, uint64_t now_ns)
{
    return call->sdk != SDK_OTHER && call->sdk != SDK_JAVA && now_ns - chain->ended_ns < AT_ONCE_NS;
}

static enum chain_confidence confidence_in(const struct candidate *candidate,
                                           const struct chain_call *call)
{
    unsigned evidence = candidate->evidence;

    if (evidence & CHAIN_BY_ASYNC_ID)
        return CHAIN_CERTAIN;
    if (evidence & CHAIN_OF_SEVERAL && candidate->rivals_differ)
        return CHAIN_POSSIBLE;
    if (evidence & CHAIN_BY_STALE_DATE)
        return evidence & CHAIN_OF_SEVERAL ? CHAIN_LIKELY : CHAIN_CERTAIN;
    if (evidence & (CHAIN_AT_USUAL_PACE | CHAIN_AMONG_OTHERS | CHAIN_TOO_SOON))
        return client_would_resend(candidate->chain, call, evidence) ? CHAIN_LIKELY
                                                                     : CHAIN_POSSIBLE;
    return CHAIN_LIKELY;
}

static struct candidate find_candidate(struct chain_tracker *tracker, const struct chain_call *call,
                                       uint64_t key, uint64_t signature, uint64_t now_ns)
{
    struct candidate best = {0};
    const struct pace *pace = pace_of(tracker, key);
    struct chain *c = *key_bucket(tracker, key);

    for (int i = 0; c && i < CANDIDATES_MAX; c = c->next_by_key, i++) {
        unsigned evidence = c->key == key ? evidence_for(c, call, signature, now_ns) : 0;

        if (evidence)
            candidate_offer(&best, c, evidence);
    }
    if (!best.chain || call->async_id.len)
        return best;
    if (pace_is_usual(pace, now_ns))
        best.evidence |= CHAIN_AT_USUAL_PACE;
    /* Others of its kind have come since: it may be one of them. */
    if (pace->arrival_ns > best.chain->ended_ns)
        best.evidence |= CHAIN_AMONG_OTHERS;
    if (too_soon_for(best.chain, call, now_ns))
        best.evidence |= CHAIN_TOO_SOON;
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
    uint64_t key = content_key(tracker, call);
    uint64_t signature = signature_of(tracker, call);
    struct candidate candidate = find_candidate(tracker, call, key, signature, now_ns);
    struct chain *chain = candidate.chain;
    struct pace *pace = pace_of(tracker, key);

    *out = (struct chain_link){0};
    if (chain) {
        out->confidence = confidence_in(&candidate, call);
        out->evidence = candidate.evidence;
    }
    if (out->confidence == CHAIN_POSSIBLE) {
        out->maybe = chain->number;
        chain->offered = true;
        chain = NULL;
    }
    if (!chain) {
        pace_arrival(pace, now_ns);
        chain = chain_add(tracker, key);
    }
    chain_attempt(tracker, chain, call, signature, now_ns);
    out->chain = chain->number;
    out->attempt = chain->attempts;
}

void chain_end(struct chain_tracker *tracker, uint64_t number, int status, bool failed,
               uint64_t now_ns)
{
    struct chain *chain = *number_bucket(tracker, number);

    while (chain && chain->number != number)
        chain = chain->next_by_number;
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
