/*
 * crypto/encode.h - bytes as text and back, and comparing secrets
 *
 * Decoders are strict: no blanks, no line breaks, padding complete, unused bits zero. Decoders
 * write into memory of the caller, because packages of many megabytes come as base64 and only the
 * caller knows whether such an allocation may fail.
 *
 * Threads: any; pure functions.
 */
#pragma once

#include "base/arena.h"

/** Lower-case hex and a terminator: 2 * @len + 1 bytes. */
void hex_encode(const void *bytes, size_t len, char *out);
/** Either case. @out holds text.len / 2 bytes. False, @out undefined, when it is not hex. */
bool hex_decode(struct str text, uint8_t *out);

size_t base64_encoded_size(size_t len); /* without a terminator */
/** base64_encoded_size() bytes and a terminator. */
void base64_encode(struct str data, char *out);
struct str base64_text(struct str data, struct arena *arena); /* the same, in an arena */

size_t base64_decoded_max(size_t text_len);
/** @out holds base64_decoded_max() bytes. False when the text is not canonical base64. */
bool base64_decode(struct str text, uint8_t *out, size_t *out_len);

/** Equal bytes, in a time that depends on the lengths only. */
bool secret_equal(struct str a, struct str b);
