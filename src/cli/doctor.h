/*
 * cli/doctor.h - what `fcemu doctor` looks at, and what it says of it
 *
 * A check looks and says; none changes anything. Wrong is what stands in the way of calls; a note
 * is what is not there or not set up, and need not be.
 *
 * Threads: one.
 */
#pragma once

#include "base/arena.h"
#include "base/json.h"
#include "cli/cli.h"

enum finding { FINDING_OK, FINDING_NOTE, FINDING_WRONG };

struct doctor {
    const struct cli_args *args;
    struct arena *arena;
    cJSON *findings; /* {check, state, what, why, mend} each; the last two where not "ok" */
    size_t wrong;
    struct str account, region; /* of the settings: whose names are looked up */
    cJSON *health;              /* of the daemon; NULL: it did not answer so */
};

/** A finding. @why: why it matters; @mend: the line that mends it. Both NULL when all is well. */
void doctor_say(struct doctor *doctor, const char *check, enum finding state, const char *why,
                const char *mend, const char *what_fmt, ...) PRINTF_LIKE(6, 7);

/* Checks, in the order in which they are made; doctor_check_port() fills `health`. */
void doctor_check_port(struct doctor *doctor);      /* doctor_port.c */
void doctor_check_version(struct doctor *doctor);   /* doctor_port.c */
void doctor_check_clock(struct doctor *doctor);     /* doctor_port.c */
void doctor_check_names(struct doctor *doctor);     /* doctor_reach.c */
void doctor_check_proxies(struct doctor *doctor);   /* doctor_reach.c */
void doctor_check_trust(struct doctor *doctor);     /* doctor_trust.c */
void doctor_check_programs(struct doctor *doctor);  /* doctor_machine.c */
void doctor_check_docker(struct doctor *doctor);    /* doctor_machine.c */
void doctor_check_isolation(struct doctor *doctor); /* doctor_machine.c */

/** The value of a variable; NULL when it is unset or empty. */
const char *doctor_variable(const char *name);
/** The path of the local authority's certificate, whether it is there or not. */
const char *doctor_authority(const struct doctor *doctor);
/** Where PATH has @program, in the arena; NULL: nowhere. doctor_tool.c */
const char *doctor_find_program(const struct doctor *doctor, const char *program);
/** The first line that `@path @flag` says, in the arena; absent when it fails or takes longer than
 * 10 s. doctor_tool.c */
struct str doctor_ask_program(const struct doctor *doctor, const char *path, const char *flag);
