/*
 * catalog/product.h - the products of the vendor that rules can strike, and the errors each gives
 *
 * Function Compute has a catalogue of its own (catalog/fc_error.h). Of the others these are the
 * codes that their public references name and deploy tools meet.
 *
 * Source: error tables of the OSS, STS 2015-04-01, RAM 2015-05-01 and Log Service references; for
 * STS and RAM also the common errors of RPC-style APIs.
 *
 * Threads: any; constant data.
 */
#pragma once

#include "base/str.h"

enum cloud_product {
    PRODUCT_FC,
    PRODUCT_OSS,
    PRODUCT_STS,
    PRODUCT_RAM,
    PRODUCT_SLS,
    PRODUCT_OTHER, /* whatever else an RPC call goes to */
    PRODUCT_COUNT,
};

/** "oss"; "" for PRODUCT_OTHER, which has no name of its own. */
struct str cloud_product_name(enum cloud_product product);

struct product_error {
    unsigned products; /* bit per enum cloud_product; never FC */
    const char *code;
    int status;
    const char *message;
};

const struct product_error *product_error_table(size_t *out_count);
/** The row of the code that this product gives; NULL when it gives none such. */
const struct product_error *product_error_find(enum cloud_product product, struct str code);
