/*
 * product/service/seed/devs.h - Serverless Devs: expressions, and what each component makes
 *
 * Inside this room only.
 */
#pragma once

#include "product/service/seed/draft.h"

struct devs {
    struct draft *draft;
    const struct conf_node *root;      /* as it stands in the file, over the one it extends */
    const struct conf_node *resources; /* `resources`, or `services` of older editions */
    const struct conf_source *base;    /* the file that is extended, or NULL */
    const char *base_folder;           /* where its ${file()} begin */
    const struct conf_node *own;       /* the resource being read: ${this.…} */
    unsigned depth;                    /* of expressions within values of expressions */
    size_t values;                     /* that stood for expressions so far */
    size_t nodes;                      /* that were copied for them */
    size_t pairs;                      /* of keys that were compared to inherit */
};

/** A copy of @node with each ${…} replaced. What cannot be is reported, and stands as it is. */
const struct conf_node *devs_expand(struct devs *devs, const struct conf_node *node);

/** @root over the file that its `extend` names, or itself. NULL behind a report. */
const struct conf_node *devs_inherit_file(struct devs *devs, const struct conf_node *root);
/** @resource with its properties over those of the template that its `extend` names. What cannot be
 * is reported, and it stays as it is. */
const struct conf_node *devs_inherit_template(struct devs *devs, const struct conf_node *resource);

enum { DEVS_FILE_BYTES_MAX = 1 << 20 };
/** False when it cannot be read, is larger than 1 MiB, or no file may be. */
bool devs_slurp(struct draft *draft, const char *path, struct str *out);
/** A line "NAME=value" of .env beside the file, with or without quotes; absent when there is none.
 */
struct str devs_dotenv(struct draft *draft, struct str name);
/** Without blanks around it, and without one pair of quotes. */
struct str devs_unquoted(struct str text);

/* In the order in which the calls are to be made. */
enum devs_turn { DEVS_FUNCTIONS, DEVS_DOMAINS };

/* What a component makes of its properties, which are expanded. */
typedef void devs_component(struct devs *devs, const struct conf_node *props, enum devs_turn turn);
devs_component devs_fc3, devs_fc3_domain, devs_fc2;

/** `region` of @props, or "". */
struct str devs_region(const struct conf_node *props);
/** The configuration word "auto". */
bool devs_is_auto(const struct conf_node *node);
/** `code` as text, {src} or an object of OSS, into @body. NULL, or how the folder was packed. */
const struct seed_pack *devs_add_code(struct devs *devs, const struct conf_node *code, cJSON *body);
