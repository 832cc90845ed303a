/*
 * catalog/fc_error.h - every documented error of the service, as one table
 *
 * Source: spec page errors.md; each row carries its evidence. The 13 codes of the reference of
 * 2020-08-27 come first.
 *
 * Threads: any; constant data.
 */
#pragma once

#include "base/buf.h"
#include "catalog/operation.h"

enum fc_evidence {
    EVIDENCE_2020_08_27, /* the 13 */
    EVIDENCE_LATER,      /* official documentation 2021-2026 */
    EVIDENCE_CLIENT,     /* seen in client code or captures */
    EVIDENCE_CHOICE,     /* ours */
};

enum fc_retry {
    RETRY_NEVER,        /* as it is, it cannot pass */
    RETRY_AFTER_CHANGE, /* after waiting for or changing something else */
    RETRY_ONCE_RESIGNED,
    RETRY_IN_ORDER, /* yes, one after another */
    RETRY_BACKOFF,  /* yes, with back-off */
    RETRY_IF_IDEMPOTENT,
};

enum { FC_ERROR_ARGS_MAX = 4 };

struct fc_error {
    const char *code;
    int status;
    int status_later;         /* of 2021 and 2023 where it differs; 0: the same */
    const char *message;      /* template of 2016/2021, %s for each argument */
    const char *message_2023; /* NULL: the same. "%2$s" takes the second argument */
    const char
        *args[FC_ERROR_ARGS_MAX]; /* names of the arguments of `message`: "header"; NULL-filled */
    const char *sample[FC_ERROR_ARGS_MAX]; /* what stands in for an argument a rule does not give;
                                              NULL: the argument is required in a rule (F307) */
    const char *reason_en;
    const char *remedy_en;
    const char *reason_zh;
    const char *remedy_zh;
    enum fc_retry retry;
    enum fc_evidence evidence;
    unsigned apis;          /* bit per enum api_version that can give it */
    unsigned classes;       /* operation classes that can give it; 0: see the next two */
    const char *params;     /* and operations whose path has one of these parameters; NULL */
    const char *operations; /* and further ones, blank separated globs; NULL */
};

const struct fc_error *fc_error_table(size_t *out_count);
const struct fc_error *fc_error_find(struct str code); /* exact; NULL when unknown */
int fc_error_status(const struct fc_error *error, enum api_version api);
/** True when the documentation allows this error for this operation. */
bool fc_error_applies(const struct fc_error *error, const struct operation *op);
/** How many of `args` the message of this API version can use. */
size_t fc_error_arg_count(const struct fc_error *error, enum api_version api);
/** How many arguments a rule must give at least: those up to the last one without a sample. */
size_t fc_error_arg_required(const struct fc_error *error);
/** Append the message; missing arguments are taken from the samples, surplus ones ignored. */
void fc_error_message(const struct fc_error *error, enum api_version api, const struct str *args,
                      size_t arg_count, struct buf *out);
/* A word that looks like an error code but is never the code of an answer. */
struct fc_error_lookalike {
    const char *name; /* "InitializationError" */
    const char *what_en;
    const char *what_zh;
};

const struct fc_error_lookalike *fc_error_lookalike_table(size_t *out_count);
const struct fc_error_lookalike *fc_error_lookalike_find(struct str name); /* NULL when none */

const char *fc_retry_name(enum fc_retry retry);          /* "never", "after change", … */
const char *fc_evidence_name(enum fc_evidence evidence); /* "documented 2020-08-27", … */
