/*
 * gateway/internal.h - what the files of this folder share
 */
#pragma once

#include "base/buf.h"
#include "gateway/bodies.h"
#include "gateway/exchange.h"
#include "gateway/stale.h"
#include "journal/redact_clean.h"

struct addresses;
struct late;
struct lookups;
struct recent;
struct way;

struct gateway {
    struct gateway_parts parts;
    struct gateway_settings settings;
    const struct way *way;
    struct stale_store stale;
    struct bodies bodies;
    struct recent *recent; /* places and targets */
    struct buf scratch, expanded_scratch,
        body_scratch; /* of the step that runs now; nothing in them outlives that */
    struct redact_clean clean;
    struct exchange *held_first, *held_last;
    uint64_t held_count; /* numbers given so far */
    size_t in_flight;
    struct late *late;           /* work that is done behind the answer */
    struct lookups *lookups;     /* of names, lately; NULL: no rule was ever asked */
    struct addresses *addresses; /* of regions; NULL: they have none */
    bool ending;
};

/* accept.c */
/** Who serves this call, if it is not for the emulated service; else NULL. */
const struct gateway_control *gateway_control_of(const struct gateway *gateway,
                                                 const struct http_call *call);
/* door.c */
/** What is known of a call that is still to come, by facts->host. */
void door_learn(const struct gateway *gateway, struct fault_call *facts, struct arena *arena);
/** True when a rule strikes now, which the journal knows then. @out is to be released. */
bool door_ask(struct gateway *gateway, enum asking_time time, const struct fault_call *facts,
              struct arena *arena, struct fault_decision *out);

/** What struck, in place of the call that was to come: @fault is which of its faults. */
void door_record(struct gateway *gateway, const struct fault_call *facts,
                 const struct fault_decision *d, struct str fault, uint64_t started_ns,
                 struct arena *arena);

/* addresses.c */
void addresses_done(struct gateway *gateway);
static inline struct str address_closed_name(enum wire_door door) /* of the outcome; or "" */
{
    if (door == WIRE_DOOR_OPEN)
        return STR("");
    return fault_outcome_name(door == WIRE_DOOR_REFUSES ? OUTCOME_REFUSE : OUTCOME_UNANSWERED);
}
/** What those meet who connect to where @name leads; *out_rule is the rule that closes it. */
enum wire_door address_door(const struct gateway *gateway, struct str name, struct str *out_rule);

/* pass.c */
/** What a proxy does for those whom it would bring to such an address. */
enum http_pass pass_of_door(enum wire_door door);

/* names.c */
void names_done(struct gateway *gateway);

/* Rules that strike connections. */
bool gateway_reserved(void *owner, struct str name, struct str target);
void gateway_accept(void *owner, struct str client, struct str name, bool tls,
                    struct wire_fate *out);

/* upload.c */
/** So much of the body is in as its rule said. */
void upload_met(struct exchange *x);
/** The call ends with what struck its upload. */
void upload_is_all(struct exchange *x);
/** The rules were asked on the request: what struck its upload before stands in front. */
void upload_join(struct exchange *x);

/* operate.c */
/** By its API, or through a host that leads to a function of it. */
bool exchange_is_of_2023(const struct exchange *x);

/* strike.c */
void exchange_begin_chain(struct exchange *x);

/* visit.c */
/** May the call yet be turned away, once its body is in? */
bool visit_is_in_doubt(struct exchange *x);

/* record.c */
struct journal_strike *strikes_of(const struct fault_decision *decision, struct arena *arena);

/* pass.c */
enum http_pass gateway_pass(void *owner, struct str name, struct str *out_instead);
bool gateway_may_pass(void *owner, enum http_user user, uint32_t uid);

/* refused.c */
void gateway_passed(void *owner, struct http_call *call, struct str to);
void gateway_refuse(void *owner, struct http_call *call, const struct refusal *refusal,
                    struct http_response *response);
/** A request that never became a call; @x stands in for it. */
void record_refusal(struct gateway *gateway, const struct exchange *x,
                    const struct http_result *result);

/* admit.c */
/** What auth/ needs to know of the call; the rest is for whoever asks. */
struct auth_check exchange_auth_check(const struct exchange *x);

/* neighbour.c */
enum auth_product exchange_auth_product(const struct exchange *x);
struct neighbours_call neighbour_call(struct exchange *x);
void neighbour_replied(struct exchange *x, const struct neighbours_answer *answer);
/** Answer at once, in the product's form: @call says with what it is refused. */
void neighbour_refuse(struct exchange *x, const struct neighbours_call *call);

/* late.c */
/** The call has ended: the time of its late work, if it has any, begins. */
void late_begin(struct exchange *x);
/** What the journal says of it when the call ends; NULL when it is not late. In the arena. */
struct journal_late *late_result(struct exchange *x);
/** The daemon ends. Returns how many were dropped. */
size_t late_drop_all(struct gateway *gateway);
