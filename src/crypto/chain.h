/*
 * crypto/chain.h - a certificate chain with its key, as somebody gave it: PEM
 *
 * Threads: any; it does not change.
 */
#pragma once

#include <stdbool.h>

#include "base/error.h"
#include "base/own.h"
#include "base/str.h"

struct chain;
struct gnutls_pcert_st;
struct gnutls_privkey_st;

/** The leaf first. ERROR_SYNTAX when one of the two is none, or they do not belong together. */
int chain_new(struct str certificates, struct str key, struct chain **out, struct error *err);
void chain_free(struct chain *chain);
DEFINE_OWN(chain_free, struct chain *);

/** @pem is certificates and nothing else, one at least. */
bool chain_is_certificates(struct str pem);

const struct gnutls_pcert_st *chain_certificates(const struct chain *chain, unsigned *out_count);
struct gnutls_privkey_st *chain_key(const struct chain *chain);
