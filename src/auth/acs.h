/*
 * auth/acs.h - the canonical request that ACS3 and ACS4 share
 */
#pragma once

#include "auth/internal.h"

enum {
    ACS_RAW_PATH = VARIANT_OWN << 0,
    ACS_APOSTROPHE = VARIANT_OWN << 1,  /* %27 of the path signed as ' */
    ACS_NORMAL_PATH = VARIANT_OWN << 2, /* each segment decoded and encoded anew */
    ACS_EMPTY_BARE = VARIANT_OWN << 3,  /* parameters without a value: "key", not "key=" */
    ACS_TEXT_KEYS = VARIANT_OWN << 4,   /* derived keys passed through UTF-8 text */
    ACS_NO_QUERY = VARIANT_OWN << 5,
    ACS_RAW_QUERY = VARIANT_OWN << 6,
    ACS_FORM_QUERY = VARIANT_OWN << 7, /* '+' read as a blank */
    ACS_NO_BLANK_LINE = VARIANT_OWN << 8,
    ACS_NO_PORT = VARIANT_OWN << 9,
    ACS_EMPTY_PAYLOAD = VARIANT_OWN << 10,
    ACS_DECODED_PATH = VARIANT_OWN << 11,
    ACS_LOWER_METHOD = VARIANT_OWN << 12,
    ACS_NO_DIGEST = VARIANT_OWN << 13, /* the canonical request signed itself */
};

enum { ACS_MISTAKES = 10 };
extern const struct mistake acs_mistakes[ACS_MISTAKES];

void acs_compose(const struct signing *signing, unsigned flags, struct buf *out);
/** The algorithm's name and the digest of @canonical; a view of @out or of @canonical. */
struct str acs_string_to_sign(const char *algorithm, unsigned flags, struct str canonical,
                              struct buf *out);
