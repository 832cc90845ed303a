/*
 * tls, refuse, dns: faults of listeners that know names, before there is a request. No listener of
 * ours gives them yet: the grammar refuses them (F316), and coverage does not count them.
 */
#include "fault/outcome/rows.h"

#define LISTENER(what)                                                                             \
    {                                                                                              \
        .name = what, .strikes_early = outcome_always, .leaves_answer = outcome_never,             \
        .effect = outcome_refuses                                                                  \
    }

const struct fault_outcome_row outcome_tls = LISTENER("tls");
const struct fault_outcome_row outcome_refuse = LISTENER("refuse");
const struct fault_outcome_row outcome_dns = LISTENER("dns");
