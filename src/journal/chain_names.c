/* The words for links, and what counts as a failure. */

#include "base/own.h"
#include "journal/chain.h"

enum {
    CLIENT_ERROR = 400,
    CLIENT_LEFT = 499,
    SERVER_ERROR = 500,
};

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
        "below the program: the same bytes at once on another connection",
    };

    for (unsigned i = 0; i < CHAIN_EVIDENCE_COUNT; i++) {
        if (bit == 1u << i)
            return names[i];
    }
    return "";
}

struct str chain_repeated_by(enum chain_confidence confidence, unsigned evidence)
{
    if (confidence < CHAIN_LIKELY)
        return STR("");
    return evidence & CHAIN_BY_TRANSPORT ? STR("transport") : STR("program");
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
