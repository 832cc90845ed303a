/*
 * dns/ldns_lib.h - ldns, loaded when a listener for names is opened
 *
 * It brings OpenSSL, which most runs of the program never need: without the setting dns_listen
 * nobody asks for names here.
 *
 * Threads: any.
 */
#pragma once

#include <ldns/ldns.h>

#define LDNS_FUNCTIONS(X)                                                                          \
    X(pkt2wire)                                                                                    \
    X(pkt_edns)                                                                                    \
    X(pkt_edns_version)                                                                            \
    X(pkt_free)                                                                                    \
    X(pkt_get_opcode)                                                                              \
    X(pkt_id)                                                                                      \
    X(pkt_new)                                                                                     \
    X(pkt_push_rr)                                                                                 \
    X(pkt_qdcount)                                                                                 \
    X(pkt_question)                                                                                \
    X(pkt_rd)                                                                                      \
    X(pkt_set_aa)                                                                                  \
    X(pkt_set_edns_extended_rcode)                                                                 \
    X(pkt_set_edns_udp_size)                                                                       \
    X(pkt_set_id)                                                                                  \
    X(pkt_set_opcode)                                                                              \
    X(pkt_set_qr)                                                                                  \
    X(pkt_set_rcode)                                                                               \
    X(pkt_set_rd)                                                                                  \
    X(rdf2str)                                                                                     \
    X(rdf_clone)                                                                                   \
    X(rdf_new_frm_data)                                                                            \
    X(rr_clone)                                                                                    \
    X(rr_get_class)                                                                                \
    X(rr_get_type)                                                                                 \
    X(rr_list_rr)                                                                                  \
    X(rr_new)                                                                                      \
    X(rr_owner)                                                                                    \
    X(rr_push_rdf)                                                                                 \
    X(rr_set_class)                                                                                \
    X(rr_set_owner)                                                                                \
    X(rr_set_ttl)                                                                                  \
    X(rr_set_type)                                                                                 \
    X(wire2pkt)

/* The functions of ldns.h without their prefix. */
struct ldns_lib {
#define LDNS_MEMBER(name) __typeof__(ldns_##name) *name;
    LDNS_FUNCTIONS(LDNS_MEMBER)
#undef LDNS_MEMBER
};

/** NULL when it cannot be loaded. Never unloaded. */
const struct ldns_lib *ldns_lib(void);
/** What to say then. */
#define LDNS_LIB_MISSING "names cannot be answered here: install libldns3"
