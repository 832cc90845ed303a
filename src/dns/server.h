/*
 * dns/server.h - a responder on UDP and TCP for the names that are served here
 *
 * A served name leads to the address by which the asker has reached us, so that one listener on all
 * addresses is right for this machine, for containers and for others. See dns/answer.h.
 *
 * Threads: the loop thread.
 */
#pragma once

#include "base/error.h"
#include "dns/answer.h"

struct loop;
struct dns_server;

/** @zone is copied. Negative with *err when ldns is not installed. */
int dns_server_new(struct loop *loop, const struct dns_zone *zone, struct dns_server **out,
                   struct error *err);
/** NULL is fine. */
void dns_server_free(struct dns_server *server);

/**
 * Listen on "127.0.0.1:53", "[::1]:53" or ":53" (both families), on UDP and TCP alike. Port 0 takes
 * one that is free on both; *out_port is the real one. Fails with ERROR_IO, and ERROR_USAGE for
 * what is no address.
 */
int dns_server_listen(struct dns_server *server, struct str address, uint16_t *out_port,
                      struct error *err);
