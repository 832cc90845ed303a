/*
 * product/service/seed/draft.h - what the readers of seed files and templates share: keys, values,
 * code, calls
 *
 * Inside this room only.
 */
#pragma once

#include "base/distance.h"
#include "base/json.h"
#include "conf/node.h"
#include "conf/report.h"
#include "product/service/seed/seed_read.h"

#define CODE_BAD_SEED "F108"

struct draft {
    struct arena *arena;
    struct seed_steps *steps;
    struct conf_report *report;
    const char *folder; /* of the file: paths are relative to it; NULL: no file may be read */
    struct seed_place place;
    bool capitals; /* keys begin with a capital letter: MemorySize */
};

/* ---- keys ---- */

enum draft_use {
    DRAFT_PASS, /* a member of the call, under `to` or the same name */
    DRAFT_OWN,  /* read by itself */
    DRAFT_IDLE, /* known, without an effect here: a warning */
};

struct draft_key {
    const char *name;
    enum draft_use use;
    const char *to; /* NULL: the same */
};

/** "did you mean 'x'?", or @otherwise when nothing is near; in the arena. */
const char *draft_advice(struct draft *draft, const struct nearest *nearest, const char *otherwise);
/** Name what @keys do not know, with the nearest right word; @what is "a function". False, and
 * reported, when @map is no mapping. */
bool draft_check(struct draft *draft, const struct conf_node *map, const struct draft_key *keys,
                 size_t count, const char *what);
/** Put what is to be passed into @out. */
void draft_pass(const struct draft *draft, const struct conf_node *map,
                const struct draft_key *keys, size_t count, cJSON *out);
/** A key as the form writes it; in the arena. */
struct str draft_shown(const struct draft *draft, const char *name);
/** The value of a key, whichever case its first letter has; or NULL. */
const struct conf_node *draft_get(const struct conf_node *map, const char *key);

/* ---- values ---- */

cJSON *draft_value(const struct conf_node *node);
/** The same with keys as the API writes them: memorySize. */
cJSON *draft_member(const struct draft *draft, const struct conf_node *node);
/** The texts of scalars as they are written, also of numbers: environment variables. */
cJSON *draft_texts(const struct conf_node *map);
/** A scalar's text; "" when it is not there, or is none. */
struct str draft_text(const struct conf_node *map, const char *key);
/** The same, reported when it is missing or empty. */
bool draft_need(struct draft *draft, const struct conf_node *map, const char *key, struct str *out);

/* ---- code ---- */

struct draft_code {
    const struct conf_node *at;
    struct str path;         /* as it is written, relative to the file */
    const char *ignore_file; /* ".fcignore" */
    const char *ignored;     /* patterns that hold anyway, a line each; "" */
    bool from_file;          /* rules and patterns begin at the file's folder, not at the code's */
};
/** {"zipFile": …}, or NULL behind a report. How a folder was packed goes to *out_pack; NULL for a
 * package. */
cJSON *draft_code(struct draft *draft, const struct draft_code *code,
                  const struct seed_pack **out_pack);

/* ---- calls ---- */

/** A further call, made from @at; its members are to be filled in, @body is taken. */
struct seed_step *draft_step(struct draft *draft, const struct conf_node *at, const char *name,
                             cJSON *body);

/** How the function at the path @parent is called asynchronously, as the templates of both tools
 * say it: @config, which is called @what, and the @destination in it, or NULL. */
struct seed_step *draft_async(struct draft *draft, const struct conf_node *config,
                              const struct conf_node *destination, const char *what,
                              const char *parent);

/* ---- the forms ---- */

/** Funcraft's template.yml. */
bool fun_is(const struct conf_node *root);
void fun_read(struct draft *draft, const struct conf_node *root);
/** Serverless Devs' s.yaml. */
bool devs_is(const struct conf_node *root);
void devs_read(struct draft *draft, const struct conf_node *root);

/* ---- triggers (trigger_forms.c) ---- */

/* One in the words of the API; absent texts are "". */
struct draft_trigger {
    const struct conf_node *at;
    struct str name, type, qualifier, role, source, description;
    cJSON *config;      /* taken */
    const char *parent; /* path of the function */
    struct str region;
    int depth;
};
/** @text: its configuration is a text, as 2023-03-30 has it. */
void draft_add_trigger(struct draft *draft, const struct draft_trigger *trigger, bool text);

/**
 * The configuration of a trigger as the tools of the older generations write it, where the source
 * is said by its parts: a bucket, a topic. Fills in config, source and role, where none is said.
 * @tool: the type as Funcraft calls it ("OSS"), else as the API does. False behind a report.
 */
bool draft_read_config(struct draft *draft, const struct conf_node *config, struct str type,
                       const struct conf_node *type_at, struct draft_trigger *out);

/* ---- what both tools make beside functions (draft.c) ---- */

/** A project and a logstore of Log Service, as `LogConfig: Auto` wants them; the config. */
cJSON *draft_auto_log(struct draft *draft, const struct conf_node *at, struct str project,
                      struct str logstore, struct str region);
void draft_add_log_project(struct draft *draft, const struct conf_node *at, struct str project,
                           struct str description, struct str region);
void draft_add_logstore(struct draft *draft, const struct conf_node *at, struct str project,
                        struct str logstore, cJSON *body, struct str region);
/** An ARN of a role, by its name when that is all. */
struct str draft_role(struct draft *draft, struct str role);
/** POST to @list, looked for and changed at @list/NAME. */
struct seed_step *draft_resource(struct draft *draft, const struct conf_node *at,
                                 const char *operation, const char *list, struct str name,
                                 cJSON *body, struct str region);
