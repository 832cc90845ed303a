/*
 * daemon/internal.h - the parts of a running daemon
 */
#pragma once

#include "admin/admin.h"
#include "base/json.h"
#include "base/log.h"
#include "conf/settings.h"
#include "crypto/ca.h"
#include "daemon/doors.h"
#include "daemon/ready.h"
#include "gateway/gateway.h"
#include "loop/loop.h"

enum { DAEMON_SIGNALS = 4, TOKEN_BYTES = 16 };

#define TOKEN_RANDOM "random"

/* Rule files as the configuration names them: paths and globs, looked up anew at each reload. */
struct rule_files {
    const struct conf_texts *named;
    char **paths;
    size_t count;
};

struct daemon {
    const struct settings *settings;
    struct clock clock;
    struct loop *loop;
    struct ca *ca;
    struct certificate *certificates; /* of custom domains */
    struct journal *journal;
    struct chain_tracker *chains;
    struct fault_engine *faults, *fixtures;
    struct tape *tape; /* of the faults */
    struct service *service;
    struct logs *logs; /* what functions print */
    struct invoke *invoke;
    struct neighbours *neighbours;
    struct gateway_auth auth;
    struct place_names own_names;
    struct visitor_policy visitors;
    char drawn_token[2 * TOKEN_BYTES + 1]; /* "" unless the setting is `random` */
    struct gateway *gateway;
    struct http_server *server;
    struct dns_server *names;
    struct admin *admin;
    struct fault_grammar_options grammar;
    struct rule_files fault_files, fixture_files;
    struct ready_listener *listeners;
    size_t listener_count;
    struct loop_signal *signals[DAEMON_SIGNALS];
    struct loop_file_watch **watches;
    size_t watch_count;
    uint64_t stamp;           /* of the rule files as they were read last */
    struct code_folder *code; /* of functions that seeds made */
    struct worker *errands;   /* what nobody waits for: reads seed files, trims memory */
    struct loop_timer memory_timer;
    size_t memory_excess; /* what was resident and not in use after it was trimmed last */
    unsigned changing;    /* changes of the whole state under way: the loop runs until their end */
    bool ready, stopping, stopped;
    bool server_stopping; /* the last hooks of functions are over */
};

/* certificates.c */
/** For http_settings.certificate. */
int certificates_choose(struct daemon *d, struct str name, unsigned flaws,
                        const struct gnutls_pcert_st **out_chain, unsigned *out_len,
                        struct gnutls_privkey_st **out_key);
void certificates_free(struct daemon *d);

/* keys.c */
void keys_init(struct daemon *d);
/** For admin_context.caller. */
void keys_caller(void *owner, const struct admin_caller_request *request, struct arena *arena,
                 struct admin_caller *out);

/* state.c: for admin_context.state */
void daemon_change_state(void *owner, const struct admin_state_request *request,
                         void (*done)(void *arg, const char *problem), void *arg);

/* functions.c */
int functions_start(struct daemon *d, struct error *err);
/** Idle instances run their last hooks: @done is called when that is over. False: there is nothing
 * to wait for. */
bool functions_wind_down(struct daemon *d, void (*done)(void *arg));
void functions_stop(struct daemon *d);
/** For gateway_parts.caller. */
bool functions_caller(void *owner, struct str access_key, struct str *out_instance,
                      struct str *out_request);
/** For neighbours_settings.happened: triggers that hear of it call their functions. */
void functions_hear(void *owner, const struct neighbours_event *event);
/** For admin_context.debug. */
int functions_debug(void *owner, const struct admin_debug *debug, struct arena *arena,
                    struct admin_debugged *out, struct error *err);
void functions_health(const struct daemon *d, cJSON *health);

/* seed.c */
/** Apply the seed files of the settings; 0, DAEMON_CONFIG (see @report), or -1. */
int daemon_seed(struct daemon *d, struct conf_report *report, struct error *err);

/* code.c */
struct seed_step;
/** Remember a function whose code is a folder. @arg is the daemon. */
void code_add(void *arg, const struct seed_step *step);
/** From now on it is reloaded when it changes. */
void code_watch(struct daemon *d);
/** No more; packages under way lead to nothing. */
void code_unwatch(struct daemon *d);
/** Behind the end of the worker. */
void code_forget(struct daemon *d);

/* names.c */
/** Open what dns_listen names. */
int names_start(struct daemon *d, struct error *err);

/* regions.c */
/** Open the addresses of regions, and from now on close those that rules close. */
int regions_start(struct daemon *d, struct error *err);
/** For gateway_parts.set_door. */
bool regions_set_door(void *owner, struct str region, bool internal, enum wire_door door);

/* settle.c */
/** Before anything is allocated. */
void daemon_memory_prepare(void);
/** Everything is started: give back the memory that only the start needed. */
void daemon_settle(void);
/** From now on, within half a minute, what was freed. */
int daemon_watch_memory(struct daemon *d, struct error *err);

/* leftovers.c */
/** Off the loop. */
void daemon_remove_left_behind(struct daemon *d);

/* files.c */
void files_init(struct rule_files *files, const struct conf_texts *named);
void files_done(struct rule_files *files);
/** Expand the globs. What names no file stays as it is, for the reader to complain of. */
void files_find(struct rule_files *files);
/** Expand, read, check. NULL when @report has errors. No file at all gives an empty set. */
struct fault_ruleset *files_load(struct rule_files *files,
                                 const struct fault_grammar_options *options,
                                 struct conf_report *report);

/* control.c: what the control side needs of us */
/** Let go of all that rules hold: calls, and connections before there was one. Returns how many. */
size_t held_release_all(struct daemon *d);
const struct gateway_control *control_side(void);
bool control_asks_for_token(const struct settings *s); /* who reaches us from elsewhere needs it */
int control_start(struct daemon *d, struct error *err);
/** A port of ours that 127.0.0.1 reaches; 0 when there is none. @owner is the struct daemon. */
uint16_t control_port(void *owner);

/* reload.c */
void daemon_reload(struct daemon *d);
int daemon_watch(struct daemon *d, struct error *err);
void daemon_unwatch(struct daemon *d);
