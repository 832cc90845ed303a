/* Which attempts belong together: what clients do by themselves, and how they usually call. */

#include "base/units.h"
#include "journal/chain_parts.h"

enum {
    PACE_SAMPLES = 3, /* gaps before a pace is known */
    PACE_WEIGHT = 4,  /* of the old mean against one new gap */
    SERVER_ERROR = 500,
    CLIENT_LEFT = 499,
};

#define SOON_LEAST_NS (30 * NS_PER_S)
#define SOON_MOST_NS (120 * NS_PER_S)
#define RESENT_MOST_NS (900 * NS_PER_S) /* the service takes a Date of at most 15 minutes ago */
#define PACE_SLACK_NS 2000000ull
#define AT_ONCE_NS 50000000ull
#define TRANSPORT_MOST_NS 250000000ull /* another connection is made in between */
#define SCHEDULE_SLACK_NS 300000000ull
#define DATE_STEP_MS 1000u /* the Date header counts seconds */

/* ---- pace ---- */

void pace_arrival(struct pace *pace, uint64_t now_ns)
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

/* A transport sends again what it had sent, where the program hears nothing of it. */
static bool repeated_by_transport(const struct chain *chain, const struct chain_arrival *arrival)
{
    return chain->bytes && chain->bytes == arrival->bytes &&
           arrival->call->connection != chain->connection &&
           arrival->now_ns - chain->ended_ns < TRANSPORT_MOST_NS &&
           !resent_by_client(chain, arrival->call);
}

unsigned chain_evidence_for(const struct chain *chain, const struct chain_arrival *arrival)
{
    const struct chain_call *call = arrival->call;
    uint64_t signature = arrival->signature;
    unsigned evidence = 0;
    uint64_t gap = arrival->now_ns - chain->ended_ns;

    if (call->async_id.len)
        return CHAIN_BY_ASYNC_ID;
    if (repeated_by_transport(chain, arrival))
        return CHAIN_BY_TRANSPORT | CHAIN_BY_CONTENT;
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
    return (evidence & (CHAIN_BY_ASYNC_ID | CHAIN_BY_TRANSPORT) ? 16 : 0) +
           (evidence & CHAIN_BY_STALE_DATE ? 8 : 0) + (evidence & CHAIN_ON_SCHEDULE ? 4 : 0) +
           (evidence & CHAIN_BY_CONNECTION ? 2 : 0) + (evidence & CHAIN_BY_SIGNATURE ? 1 : 0);
}

void chain_candidate_offer(struct chain_candidate *best, struct chain *chain, unsigned evidence)
{
    int weight = evidence_weight(evidence);
    int best_weight = best->chain ? evidence_weight(best->evidence & ~CHAIN_OF_SEVERAL) : -1;

    if (weight > best_weight) {
        *best = (struct chain_candidate){chain, evidence, false};
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

void chain_candidate_doubt(struct chain_candidate *best, const struct chain_call *call,
                           const struct pace *pace, uint64_t now_ns)
{
    if (pace_is_usual(pace, now_ns))
        best->evidence |= CHAIN_AT_USUAL_PACE;
    /* Others of its kind have come since: it may be one of them. */
    if (pace->arrival_ns > best->chain->ended_ns)
        best->evidence |= CHAIN_AMONG_OTHERS;
    if (too_soon_for(best->chain, call, now_ns))
        best->evidence |= CHAIN_TOO_SOON;
}

enum chain_confidence chain_candidate_confidence(const struct chain_candidate *candidate,
                                                 const struct chain_call *call)
{
    unsigned evidence = candidate->evidence;

    if (evidence & CHAIN_BY_ASYNC_ID)
        return CHAIN_CERTAIN;
    if (evidence & CHAIN_BY_TRANSPORT)
        return evidence & CHAIN_OF_SEVERAL ? CHAIN_LIKELY : CHAIN_CERTAIN;
    if (evidence & CHAIN_OF_SEVERAL && candidate->rivals_differ)
        return CHAIN_POSSIBLE;
    if (evidence & CHAIN_BY_STALE_DATE)
        return evidence & CHAIN_OF_SEVERAL ? CHAIN_LIKELY : CHAIN_CERTAIN;
    if (evidence & (CHAIN_AT_USUAL_PACE | CHAIN_AMONG_OTHERS | CHAIN_TOO_SOON))
        return client_would_resend(candidate->chain, call, evidence) ? CHAIN_LIKELY
                                                                     : CHAIN_POSSIBLE;
    return CHAIN_LIKELY;
}
