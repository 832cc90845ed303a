/*
 * One question in, one answer out: ldns reads and writes the messages, what they say is decided
 * here.
 */
#include "dns/answer.h"

#include <stdlib.h>
#include <string.h>

#include "base/own.h"
#include "dns/ldns_lib.h"

/* The head: id, two bytes of flags, four counts. */
enum {
    HEAD_BYTES = 12,
    FLAGS_AT = 2,
    RCODE_AT = 3,
    COUNTS_AT = 4,
    IS_ANSWER = 0x80,
    KEPT_FLAGS = 0x79, /* opcode and recursion desired */
    EDNS_BYTES = 1232, /* what passes every path unfragmented */
    NAME_BYTES = 256,
};

static void packet_free(ldns_pkt *packet)
{
    if (packet)
        ldns_lib()->pkt_free(packet);
}
DEFINE_OWN(packet_free, ldns_pkt *);

/* Of the library's own allocator. */
static void text_free(char *text)
{
    free(text);
}
DEFINE_OWN(text_free, char *);

static void bytes_free(uint8_t *bytes)
{
    free(bytes);
}
DEFINE_OWN(bytes_free, uint8_t *);

/* ---- what cannot be read ---- */

static bool is_question(struct str query)
{
    return query.len >= HEAD_BYTES && !((uint8_t)query.ptr[FLAGS_AT] & IS_ANSWER);
}

/* The head alone says it. */
static bool answer_malformed(struct str query, struct buf *out)
{
    char head[HEAD_BYTES] = {query.ptr[0], query.ptr[1]};

    head[FLAGS_AT] = (char)(IS_ANSWER | ((uint8_t)query.ptr[FLAGS_AT] & KEPT_FLAGS));
    head[RCODE_AT] = LDNS_RCODE_FORMERR;
    buf_add(out, (struct str){head, sizeof(head)});
    return true;
}

/* ---- what is asked ---- */

/* False for a name that no host has: too long, or with bytes that are written with a backslash. */
static bool read_name(const ldns_rdf *owner, char *out, struct str *name)
{
    OWN(text_free) char *text = ldns_lib()->rdf2str(owner);
    size_t len = text ? strlen(text) : 0;

    if (len == 0 || len >= NAME_BYTES || strchr(text, '\\'))
        return false;
    if (text[len - 1] == '.')
        len--;
    for (size_t i = 0; i < len; i++)
        out[i] = text[i] >= 'A' && text[i] <= 'Z' ? (char)(text[i] - 'A' + 'a') : text[i];
    *name = (struct str){out, len};
    return len > 0;
}

static bool is_transfer(ldns_rr_type type)
{
    return type == LDNS_RR_TYPE_AXFR || type == LDNS_RR_TYPE_IXFR;
}

static ldns_rr_type type_of(const struct dns_address *address)
{
    return address->family == AF_INET6 ? LDNS_RR_TYPE_AAAA : LDNS_RR_TYPE_A;
}

/* Is it one that an address of that family answers? */
static bool asks_for(const ldns_rr *question, const struct dns_address *address)
{
    ldns_rr_type asked = ldns_lib()->rr_get_type(question);

    return asked == type_of(address) || asked == LDNS_RR_TYPE_ANY;
}

static bool asks_for_address(const ldns_rr *question)
{
    ldns_rr_type asked = ldns_lib()->rr_get_type(question);

    return asked == LDNS_RR_TYPE_A || asked == LDNS_RR_TYPE_AAAA || asked == LDNS_RR_TYPE_ANY;
}

/* @text, of NAME_BYTES, has the name where that is served. */
static ldns_pkt_rcode judge(const struct dns_zone *zone, const ldns_pkt *query,
                            const ldns_rr *question, char *text, struct str *out_name)
{
    struct str name;

    if (ldns_lib()->pkt_get_opcode(query) != LDNS_PACKET_QUERY)
        return LDNS_RCODE_NOTIMPL;
    if (!question || ldns_lib()->pkt_qdcount(query) != 1)
        return LDNS_RCODE_FORMERR;
    if (ldns_lib()->rr_get_class(question) != LDNS_RR_CLASS_IN ||
        is_transfer(ldns_lib()->rr_get_type(question)))
        return LDNS_RCODE_REFUSED;
    if (!read_name(ldns_lib()->rr_owner(question), text, &name) || !zone->serves(zone->owner, name))
        return LDNS_RCODE_REFUSED;
    *out_name = name;
    return LDNS_RCODE_NOERROR;
}

/* ---- what is said ---- */

/* NULL when there is no such record: the name is there, but not with this type. */
static ldns_rr *make_record(const struct dns_address *here, const ldns_rr *question)
{
    bool six = here->family == AF_INET6;

    if (!asks_for(question, here))
        return NULL;
    ldns_rr *record = ldns_lib()->rr_new();
    ldns_rdf *address =
        six ? ldns_lib()->rdf_new_frm_data(LDNS_RDF_TYPE_AAAA, sizeof(here->v6), &here->v6)
            : ldns_lib()->rdf_new_frm_data(LDNS_RDF_TYPE_A, sizeof(here->v4), &here->v4);

    ldns_lib()->rr_set_owner(record, ldns_lib()->rdf_clone(ldns_lib()->rr_owner(question)));
    ldns_lib()->rr_set_ttl(record, DNS_TTL_S);
    ldns_lib()->rr_set_class(record, LDNS_RR_CLASS_IN);
    ldns_lib()->rr_set_type(record, type_of(here));
    ldns_lib()->rr_push_rdf(record, address);
    return record;
}

static ldns_pkt *make_answer(const ldns_pkt *query, const ldns_rr *question, ldns_pkt_rcode rcode,
                             const struct dns_address *here)
{
    ldns_pkt *answer = ldns_lib()->pkt_new();

    if (!answer)
        return NULL;
    ldns_lib()->pkt_set_id(answer, ldns_lib()->pkt_id(query));
    ldns_lib()->pkt_set_qr(answer, true);
    ldns_lib()->pkt_set_opcode(answer, ldns_lib()->pkt_get_opcode(query));
    ldns_lib()->pkt_set_rd(answer, ldns_lib()->pkt_rd(query));
    ldns_lib()->pkt_set_aa(answer, rcode == LDNS_RCODE_NOERROR);
    ldns_lib()->pkt_set_rcode(answer, rcode);
    if (question)
        ldns_lib()->pkt_push_rr(answer, LDNS_SECTION_QUESTION, ldns_lib()->rr_clone(question));
    if (ldns_lib()->pkt_edns(query))
        ldns_lib()->pkt_set_edns_udp_size(answer, EDNS_BYTES);
    ldns_rr *record = rcode == LDNS_RCODE_NOERROR ? make_record(here, question) : NULL;

    if (record)
        ldns_lib()->pkt_push_rr(answer, LDNS_SECTION_ANSWER, record);
    return answer;
}

/* RFC 6891 §6.1.3: to a version that we do not know, BADVERS, whose upper bits stand in the OPT. */
static bool is_unknown_edns(const ldns_pkt *query)
{
    return ldns_lib()->pkt_edns(query) && ldns_lib()->pkt_edns_version(query) != 0;
}

static void say_bad_version(ldns_pkt *answer)
{
    ldns_lib()->pkt_set_rcode(answer, LDNS_RCODE_NOERROR);
    ldns_lib()->pkt_set_edns_extended_rcode(answer, 1);
}

/* What becomes of the question: false when nothing is said to it. */
static bool decide(const struct dns_zone *zone, const ldns_pkt *query, const ldns_rr *question,
                   struct str asker, ldns_pkt_rcode *out_rcode, struct dns_address *here)
{
    struct dns_fate fate = {.address = *here};
    char text[NAME_BYTES];
    struct str name;

    *out_rcode = judge(zone, query, question, text, &name);
    if (*out_rcode != LDNS_RCODE_NOERROR || !zone->fate || !asks_for_address(question))
        return true;
    zone->fate(zone->owner, asker, name, ldns_lib()->rr_get_type(question) == LDNS_RR_TYPE_AAAA,
               &fate);
    *here = fate.address;
    if (fate.kind == DNS_NO_NAME)
        *out_rcode = LDNS_RCODE_NXDOMAIN;
    if (fate.kind == DNS_FAILS)
        *out_rcode = LDNS_RCODE_SERVFAIL;
    return fate.kind != DNS_SILENCE;
}

bool dns_answer(const struct dns_zone *zone, const struct dns_address *here, struct str asker,
                struct str query, struct buf *out)
{
    struct dns_address said = *here;
    ldns_pkt_rcode rcode = LDNS_RCODE_REFUSED;
    OWN(packet_free) ldns_pkt *asked = NULL;
    OWN(packet_free) ldns_pkt *answer = NULL;
    OWN(bytes_free) uint8_t *bytes = NULL;
    size_t len;

    if (!is_question(query) || !ldns_lib())
        return false;
    if (ldns_lib()->wire2pkt(&asked, (const uint8_t *)query.ptr, query.len) != LDNS_STATUS_OK)
        return answer_malformed(query, out);
    bool unknown = is_unknown_edns(asked);
    const ldns_rr *question = ldns_lib()->rr_list_rr(ldns_lib()->pkt_question(asked), 0);

    if (!unknown && !decide(zone, asked, question, asker, &rcode, &said))
        return true;
    answer = make_answer(asked, question, rcode, &said);
    if (answer && unknown)
        say_bad_version(answer);
    if (!answer || ldns_lib()->pkt2wire(&bytes, answer, &len) != LDNS_STATUS_OK)
        return false;
    buf_add(out, (struct str){(const char *)bytes, len});
    return true;
}
