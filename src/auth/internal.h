/*
 * auth/internal.h - credentials as parsed, and signatures as data
 *
 * Each scheme is a composer and two tables over it: the variants that are accepted, and the usual
 * mistakes, which are tried only to explain a mismatch. Both are sets of flags; what a flag means
 * is the business of the scheme's composer and signer.
 */
#pragma once

#include "auth/auth.h"
#include "base/buf.h"
#include "base/query.h"
#include "crypto/digest.h"

struct credential {
    enum auth_scheme scheme;
    struct str authorization; /* the header as received, or absent */
    struct str access_key;
    struct str signature;
    struct str token;          /* session token, or absent */
    struct str signed_headers; /* ACS3, ACS4: "a;b;c"; OSS4: those beyond the usual ones */
    struct str scope;          /* V4 schemes: date/region/product/aliyun_v4_request */
    struct str date;           /* the header that dates the request, or absent */
    const char *date_header;   /* its name, for the message when it is missing */
    struct str expires;        /* signed URL: Unix seconds; OSS4: seconds from `date` on */
    const char *digest_header; /* that holds the digest of the body, where one is signed; or NULL */
};

/** @signed_url: on FC, a signature in the query counts too; the others always know such ones. */
void credential_find(const struct http_request *request, enum auth_product product, bool signed_url,
                     struct arena *arena, struct credential *out);
/** Only what stands in the query, or in the form of an RPC call (signed_url.c). */
void credential_find_in_url(const struct http_request *request, enum auth_product product,
                            struct arena *arena, struct credential *out);

/** All parameters of an RPC call, by RFC 3986: of the query and then of the form. */
void rpc_params(const struct http_request *request, struct arena *arena, struct query *out);

/** The product's code for @fault; never NULL but for AUTH_RIGHT (refusal.c). */
const char *refusal_code(enum auth_product product, enum auth_fault fault);

struct signing {
    const struct http_request *request;
    const struct credential *credential;
    bool trigger;
    struct arena *arena;
    struct str bucket; /* as in struct auth_check */
};

/* Flags that every scheme understands; a scheme's own begin at VARIANT_OWN. */
enum {
    VARIANT_SECRET_LINE = 1 << 0, /* the secret was used with a line feed behind it */
    VARIANT_RESPELLED = 1 << 1,   /* hex where base64 is due, base64 where hex is due */
    VARIANT_OWN = 1 << 2,
};

enum {
    ON_API = 1 << 0,
    ON_TRIGGER = 1 << 1,
    ON_BOTH = ON_API | ON_TRIGGER,
};

/* An accepted way to compose. */
struct variant {
    unsigned on;
    unsigned flags;
};

/* A way that clients get wrong, on top of an accepted one. */
struct mistake {
    unsigned on;
    unsigned flags;
    const char *hint;
};

struct signer {
    const struct variant *variants; /* the first that applies is the reference's own */
    size_t variant_count;
    const struct mistake *mistakes; /* beside those of all schemes */
    size_t mistake_count;
    bool canonical; /* a canonical request is composed and its signature is hex; else a string to
                       sign, and base64 */
    void (*compose)(const struct signing *signing, unsigned flags, struct buf *out);
    enum digest_kind kind; /* of the HMAC over what is composed */
    unsigned other_kind;   /* the flag under which SHA-1 is tried for SHA-256, or the reverse */
    const char *derived;   /* the algorithm of a version 4, whose key is derived; else NULL */
    /* NULL, or what signs in place of these: bytes of the signature. */
    size_t (*sign)(const struct signing *signing, unsigned flags, struct str text,
                   struct str secret, uint8_t out[DIGEST_BYTES_MAX]);
};

#define SIGNER_TABLES(accepted, wrong)                                                             \
    .variants = (accepted), .variant_count = N_ELEMENTS(accepted), .mistakes = (wrong),            \
    .mistake_count = N_ELEMENTS(wrong)

extern const struct signer fc_signer;
extern const struct signer acs3_signer;
extern const struct signer acs4_signer;
extern const struct signer roa_signer;
extern const struct signer oss_signer;
extern const struct signer oss4_signer;
extern const struct signer log_signer;
extern const struct signer log4_signer;
extern const struct signer rpc_signer;

/** The V4 schemes of OSS and Log Service: HMAC under a key derived from the credential's scope,
 * over
 * @algorithm, date, scope and the digest of @canonical. DIGEST_SHA256_BYTES bytes. */
void v4_sign(const struct credential *credential, const char *algorithm, struct str canonical,
             struct str secret, uint8_t out[DIGEST_BYTES_MAX]);

/* What clients of every scheme get wrong; tried behind the scheme's own. */
enum { SHARED_MISTAKES = 1 };
extern const struct mistake shared_mistakes[SHARED_MISTAKES];

/** Bytes of the signature over @text, which was composed with @flags. */
size_t signature_sign(const struct signing *signing, const struct signer *signer, unsigned flags,
                      struct str text, struct str secret, uint8_t out[DIGEST_BYTES_MAX]);
/** True when an accepted variant matches. */
bool signature_holds(const struct signing *signing, const struct signer *signer, struct str secret);
/** Why none does; text in @arena. */
void signature_explain(const struct signing *signing, const struct signer *signer,
                       struct str secret, struct arena *arena, struct auth_explanation *out);

/** @text in lower case, in the arena. */
struct str lower_case(struct str text, struct arena *arena);
/** @a, the character, @b; any bytes. */
struct str text_join(struct str a, char between, struct str b, struct arena *arena);
/** All values of that header name, without regard to case, joined by ',' in their order. */
struct str header_joined(const struct http_request *request, struct str name, struct arena *arena);
/** The same of one by its usual name. */
struct str header_named(const struct signing *signing, const char *name);
/** @text and a line feed. */
void line_write(struct buf *out, struct str text);

/* Which headers a scheme signs, and how it writes them. */
struct headers_signed {
    bool (*has)(const struct signing *signing, unsigned flags, struct str name); /* lower case */
    bool trimmed;          /* values without the blanks around them */
    bool as_sent;          /* names, else in lower case */
    struct buf *out_names; /* gets "name;name", or NULL */
};
/** "name:value\n" for each of them, sorted by name. */
void headers_write(const struct signing *signing, unsigned flags,
                   const struct headers_signed *which, struct buf *out);
void texts_sort(struct str *texts, size_t count); /* bytewise */
/** "key=value&key" of a sorted query, both as they are; a value that is empty has no '=' unless
 * @equals. */
void query_write(const struct query *query, bool equals, struct buf *out);
/** Percent-encoded by RFC 3986: in @arena, its pairs changed in place. Schemes differ in whether
 * they sort before or behind that. */
void query_encode(struct query *query, struct arena *arena);
/** By key, then by value. Not as "key=value", which would order a-b=1 before a=1. */
void query_sort(struct query *query);
