/*
 * auth/auth.h - who signed a request, and whether the signature holds
 *
 * The scheme follows from the Authorization header on any API version: `FC` (HMAC-SHA256), `ACS3-…`
 * and `ACS4-…`, `acs` (ROA, HMAC-SHA1), `Bearer`, or a signed URL on HTTP-trigger traffic. The
 * neighbours have schemes and error codes of their own. Secrets are read through the caller's
 * look-up and kept nowhere; session tokens are blotted out of all text that leaves here.
 *
 * Source: official clients of the three API versions and their signing tests; signature page of the
 * reference of 2020-08-27; "request signatures" of OSS (V1, V4), Log Service (v1, v4) and RPC APIs.
 * What is accepted beyond it (paths signed raw, parameters unsorted, …) is what official clients
 * really send.
 *
 * Threads: any; pure functions but for the look-up.
 */
#pragma once

#include "base/arena.h"
#include "http/call/message.h"

enum auth_mode {
    AUTH_OFF,     /* nothing is looked at */
    AUTH_LENIENT, /* what is wrong is recorded; refused are impossible forms, and signatures of
                     known keys that do not hold or have expired */
    AUTH_STRICT,  /* as the service does it */
};

/* Whose schemes and codes a request follows. */
enum auth_product {
    AUTH_PRODUCT_FC,
    AUTH_PRODUCT_OSS,
    AUTH_PRODUCT_LOG,
    AUTH_PRODUCT_RPC, /* STS, RAM and all other products that take an Action */
    AUTH_PRODUCT_COUNT,
};

enum auth_scheme {
    AUTH_NONE,       /* no credential at all */
    AUTH_FC,         /* Authorization: FC id:base64 */
    AUTH_ACS3,       /* Authorization: ACS3-HMAC-SHA256 Credential=… */
    AUTH_ACS3_OTHER, /* ACS3-HMAC-SM3, ACS3-RSA-SHA256: recognised, never verified */
    AUTH_ACS4,       /* Authorization: ACS4-HMAC-SHA256 Credential=… */
    AUTH_ROA,        /* Authorization: acs id:base64 */
    AUTH_BEARER,     /* Authorization: Bearer, or x-acs-bearer-token */
    AUTH_SIGNED_URL, /* x-fc-signature in the query */
    AUTH_OSS,        /* Authorization: OSS id:base64 */
    AUTH_OSS_URL,    /* OSSAccessKeyId, Expires and Signature in the query */
    AUTH_OSS4,       /* Authorization: OSS4-HMAC-SHA256 Credential=… */
    AUTH_OSS4_URL,   /* x-oss-credential and x-oss-signature in the query */
    AUTH_LOG,        /* Authorization: LOG id:base64 */
    AUTH_LOG4,       /* Authorization: SLS4-HMAC-SHA256 Credential=… */
    AUTH_RPC,        /* AccessKeyId and Signature in the query or the form */
    AUTH_UNKNOWN,    /* an Authorization that is none of these, or malformed */
    AUTH_ANONYMOUS,  /* the HTTP trigger asks for nothing, so nothing was looked at */
    AUTH_SCHEME_COUNT,
};

/* Who claims to call; nothing is verified. */
struct auth_caller {
    enum auth_scheme scheme;
    struct str access_key; /* absent when none is named */
    bool sts;              /* a session token came with it, or the id is a temporary one */
};
struct auth_caller auth_caller_of(const struct http_request *request, struct arena *arena);

/* What the emulator knows about an access key id. */
struct auth_key {
    struct str secret;
    struct str account;  /* its owner; absent: may act for every account */
    struct str token;    /* of a temporary key: the one session token it goes with; else absent */
    uint64_t expires_ms; /* wall time; 0 = never */
    const struct str *denied; /* operations it may not call, as globs */
    size_t denied_count;
};

struct auth_keys {
    /* False when the id is unknown. The views must live as long as the check. */
    bool (*find)(void *owner, struct str access_key, struct auth_key *out);
    void *owner;
};

/* What is wrong, in the order in which it is looked for. */
enum auth_fault {
    AUTH_RIGHT,
    AUTH_NO_DATE,
    AUTH_NO_CREDENTIAL,
    AUTH_BAD_FORM,
    AUTH_BAD_DATE,
    AUTH_SKEWED,     /* its date is too far from now */
    AUTH_BAD_EXPIRY, /* of a signed URL: no number */
    AUTH_EXPIRED,    /* a signed URL */
    AUTH_UNKNOWN_KEY,
    AUTH_MISMATCH,
    AUTH_BAD_TOKEN,  /* not the one of this temporary key */
    AUTH_TOKEN_OVER, /* the temporary key has ended */
    AUTH_OTHER_ACCOUNT,
    AUTH_DENIED, /* the configuration denies this key this operation */
    AUTH_FAULT_COUNT,
};

struct auth_check {
    const struct http_request *request;
    enum auth_product product;
    struct str bucket; /* that the host names, which OSS signs before the path; else "" or absent */
    const struct http_request *as_sent; /* with the path that was sent, where that is another one:
                                           either may be signed; else NULL */
    enum auth_mode mode;
    bool trigger;           /* HTTP-trigger traffic: proxy path, trigger domain or custom domain */
    bool anonymous;         /* that trigger's authType is anonymous */
    struct str account;     /* that the host or X-Fc-Account-Id named, or absent */
    struct str operation;   /* "CreateFunction", for denied keys; absent: not checked */
    struct str resource;    /* its ARN, for the text of the refusal */
    uint64_t skew_max_ms;   /* how far a request's date may be from now_ms */
    struct str body_sha256; /* lower-case hex when somebody has it already; absent: taken from the
                               body once that is complete */
    uint64_t now_ms;        /* wall time; a client signs with the real one */
    uint64_t key_now_ms;    /* by which a key ends: the virtual one; 0: now_ms */
    const struct auth_keys *keys;
    bool no_note; /* nobody will read it */
};

/* Why a signature does not match. All text is free of secrets and tokens. */
struct auth_explanation {
    const char *what;  /* was signed: "string to sign", "canonical request", "digest of the body" */
    struct str ours;   /* by the reference */
    struct str theirs; /* what the client signed, if a usual mistake explains it; else absent */
    size_t differ_at;  /* first byte in which they differ; their length when they do not */
    struct str hint;   /* one sentence */
};

struct auth_result {
    bool accepted;
    bool verified; /* a signature was computed and is the same */
    enum auth_scheme scheme;
    struct str access_key; /* absent when none */
    bool sts;
    struct str account;    /* owner of the key; absent when the key is unknown or has none */
    enum auth_fault fault; /* that strict mode would refuse, also where it was overlooked */
    const char *code;      /* NULL, or the product's error for it */
    struct str arg;        /* the argument of its message; absent when it has none */
    struct str note;       /* one line for the journal when something is wrong; "" */
    const struct auth_explanation *explanation; /* NULL unless a known key's signature differs */
};

/** Examine in the documented order and say what came of it. All text is in @arena. */
void auth_check(const struct auth_check *check, struct arena *arena, struct auth_result *out);

/**
 * The other side of it: what a client of the scheme FC sends as Authorization. @request has all
 * headers that are signed; @date is what it sends as Date, or as X-Fc-Date. In @arena.
 */
struct str auth_sign_fc(const struct http_request *request, struct str date, struct str key_id,
                        struct str secret, struct arena *arena);
