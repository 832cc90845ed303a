/*
 * product/service/code/code.h - the code of functions and layers: taken from a request or the
 * emulated OSS, looked at, given out
 */
#pragma once

#include "product/service/frame/work.h"

/* The code a request gives, whatever way. */
struct code {
    bool given;
    struct str blob; /* absent for an image, and for an object that was not looked for yet */
    uint64_t size;
    uint64_t crc64;
    struct str bucket, object; /* of an object; else "" */
    struct str want;           /* the checksum the client expects; "" for none */
};
/** What the request alone tells. False when refused: two ways or half a one, wrong types, too
 * large, a bad package, a wrong checksum. */
bool code_read(struct work *work, enum limit_id most, struct code *out);
/** Look for the object, if that is the way. False when refused: there is none, too large, a wrong
 * checksum. */
bool code_find(struct work *work, enum limit_id most, struct code *code);
/** Code is required and there is none; always false. */
bool code_refuse_missing(struct work *work);

/** Look at `code` of the request; runs on any thread. */
void package_check(struct package *package, const cJSON *input, int64_t max_unpacked);
/** The same for the call being worked on. */
service_handler package_look;
/** A URL that gives the package of @blob without further credentials. */
struct str code_url(struct work *work, struct str blob, uint64_t crc64);
/** Answer a request for such a URL. */
service_handler code_download;
