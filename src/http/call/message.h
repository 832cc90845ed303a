/*
 * http/call/message.h - a request and a response as plain values
 *
 * All views in a request live as long as the call they came with. A response is built in the call's
 * arena; its views must stay valid until the call has finished, which the arena grants.
 *
 * Threads: the loop thread, or whoever holds a counted copy.
 */
#pragma once

#include "base/arena.h"

struct http_header {
    struct str name; /* as received or as to be sent */
    struct str value;
};

struct http_headers {
    struct http_header *items;
    size_t count;
    size_t cap;
    uint64_t marks; /* of the names that were added: one that has no mark here is not there */
};

/** Append; the views are kept, not copied. */
void http_headers_add(struct http_headers *headers, struct arena *arena, struct str name,
                      struct str value);
/** Replace all of that name by one. */
void http_headers_set(struct http_headers *headers, struct arena *arena, struct str name,
                      struct str value);
/** True when at least one was there. */
bool http_headers_remove(struct http_headers *headers, struct str name);
/* One of 64 bits for a name, whatever its case. */
static inline uint64_t http_header_mark(struct str name)
{
    unsigned first;
    unsigned last;

    if (name.len == 0)
        return 1;
    first = (unsigned char)name.ptr[0] | 0x20u;
    last = (unsigned char)name.ptr[name.len - 1] | 0x20u;
    return UINT64_C(1) << ((first + 5 * last + 11 * (unsigned)name.len) & 63u);
}

/** All names and values together. */
size_t http_headers_bytes(const struct http_headers *headers);

/** The place of the first of that name, or `count`. */
size_t http_headers_find(const struct http_headers *headers, struct str name);

/** The first of that name without regard to case, or an absent str. Most names that are asked for
 * are not there, and this is asked many times a call. */
static inline struct str http_headers_get(const struct http_headers *headers, struct str name)
{
    size_t at;

    if (!(headers->marks & http_header_mark(name)))
        return STR_NONE;
    at = http_headers_find(headers, name);
    return at < headers->count ? headers->items[at].value : STR_NONE;
}

struct body;

struct http_request {
    uint64_t connection;      /* number of the TCP connection, from 1, never reused */
    uint32_t connection_call; /* this is the n-th call on it, from 1 */
    bool tls;
    struct str sni; /* lower case; absent without TLS or without a name */
    struct str
        client; /* address as text, IPv4-mapped addresses as IPv4; "unix" for a socket file */
    uint16_t client_port;
    bool reserved;       /* came in at an address of http_server_listen_reserved() */
    bool by_region;      /* came in at an address of http_server_listen_door() */
    uint16_t local_port; /* of the address it came in at; 0 for a socket file */
    struct str method;   /* as received */
    struct str target;   /* as received: origin form, or absolute form through a proxy */
    struct str path;     /* raw, from '/', without query */
    struct str query;    /* raw, without '?'; absent when there is no '?' */
    struct str
        authority;   /* Host header, or the authority of an absolute form, as received, with port */
    struct str host; /* the same, lower case, without port, without a trailing dot */
    struct http_headers headers;
    struct str body;            /* whole; in memory, or a private mapping of the spool file */
    const struct body *kept_in; /* the body, while the call lives; NULL of any other request */
    bool body_complete;         /* false while only the head is in */
    uint64_t started_ns;        /* monotonic: first byte of the head handed over */
};

/** Whoever has read the body, or a copy of it, does not need it in memory. */
void http_request_rest(const struct http_request *request);
/** All of it in @arena, so that it outlives its call. */
void http_request_copy(const struct http_request *from, struct arena *arena,
                       struct http_request *out);
void http_headers_copy(const struct http_headers *from, struct arena *arena,
                       struct http_headers *out);

struct http_response {
    int status;
    struct http_headers headers; /* without Content-Length, Date, Connection: those are the server's
                                    unless set here */
    struct str body;
    bool body_from_arena; /* hint: the body lives in the call's arena, so the server need not copy
                             it */
};
