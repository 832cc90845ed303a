/*
 * http/wire/head.h - is it HTTP? The head of a request, judged before anybody reads it
 *
 * What two readers of one stream could understand differently is wrong here: RFC 9112 §2.2, §3.2,
 * §5 and §6; RFC 9110 §5.5.
 *
 * Threads: pure.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/str.h"
#include "http/wire/refusal.h"

enum {
    HEAD_BYTES_MAX = 16384,
    HEAD_TARGET_BYTES_MAX = 8192,
    HEAD_ROWS_MAX = 512,
};

struct framing {       /* what the headers say of the request's end and place */
    struct str length; /* the first Content-Length; absent without */
    struct str coding; /* the last Transfer-Encoding */
    uint32_t hosts;
    uint32_t codings;
    bool frames;                 /* the last header was one of these, or the Host */
    const struct refusal *wrong; /* the first that is wrong with a single header; NULL: nothing */
};

/** One header, after the other. @value is without the blanks around it. */
void framing_note(struct framing *framing, struct str name, struct str value);
/** What is wrong, all in all, or NULL. */
const struct refusal *framing_check(const struct framing *framing, bool host_needed);
/** What a status that another reader of heads would give means; NULL when it means nothing special.
 */
const struct refusal *head_refusal(unsigned status);
/** Of a chunk that is larger than any body may be. */
extern const struct refusal *const refusal_large_chunk;
/** Is it too long for us? NULL: no. */
const struct refusal *head_check_size(size_t target_bytes, size_t headers_bytes);
/** The Content-Length; 0 without. */
uint64_t framing_length(const struct framing *framing);

enum head_result { HEAD_WHOLE, HEAD_MORE, HEAD_WRONG };

struct head {
    size_t len;          /* behind the empty line, when it is whole */
    size_t rows;         /* of headers, and of the query */
    uint64_t body_bytes; /* the Content-Length; 0 without */
    bool chunked;
    bool folded; /* a header goes on in a second line: others may read another value */
    const struct refusal *wrong;
};

/** Judge @bytes, the first of a request; what is behind the head is the begin of its body, of which
 * the size of a first chunk is looked at: not beyond @body_max. */
enum head_result head_judge(struct str bytes, uint64_t body_max, struct head *out);

/** Take the next line off @rest. False while there is none. */
bool head_line(struct str *rest, struct str *line);
/** Part the line of a header; the value is without the blanks around it. False without a colon. */
bool head_field(struct str line, struct str *name, struct str *value);
/** Part a request line; what is not there is absent. */
void head_request_line(struct str line, struct str *method, struct str *target,
                       struct str *version);
