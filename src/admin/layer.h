/*
 * admin/layer.h - the rules that the API adds, as documents over those of the files
 *
 * A layer holds what was sent, in JSON form: rules in front of the files' rules, rules behind them,
 * and other sections (groups, latencies, guard, …) of a whole document that was PUT. It becomes a
 * rule set only together with the files (compile.h).
 *
 * Threads: one at a time; copy it to hand it on.
 */
#pragma once

#include "base/json.h"

enum layer_place { LAYER_FIRST, LAYER_LAST, LAYER_BEFORE };
enum { LAYER_DONE = 0, LAYER_EXISTS = 1, LAYER_NOT_FOUND = 2 };

struct layer;
struct layer *layer_new(void);
struct layer *layer_copy(const struct layer *layer);
void layer_free(struct layer *layer);
DEFINE_OWN(layer_free, struct layer *);

bool layer_is_empty(const struct layer *layer);

/** Replace everything by a document (version, groups, rules, …). Takes @document. */
void layer_put(struct layer *layer, cJSON *document);
void layer_drop(struct layer *layer);

/** The rule with this id, or NULL. */
const cJSON *layer_rule(const struct layer *layer, struct str id);
/** Takes @rule in any case. LAYER_EXISTS, or LAYER_NOT_FOUND for the rule to be placed before. */
int layer_add(struct layer *layer, cJSON *rule, enum layer_place place, struct str before);
/** Takes @rule in any case. It keeps its place. */
int layer_replace(struct layer *layer, struct str id, cJSON *rule);
int layer_remove(struct layer *layer, struct str id);

/** Add a copy of @item, under its name, to a section such as groups. */
void layer_add_name(struct layer *layer, const char *section, const cJSON *item);

/* Where a rule's own text stands in a document made of a layer. */
struct layer_spot {
    uint32_t line;   /* of its first line, from 1; 0 = not there */
    uint32_t indent; /* columns in front of each of its lines */
};

/**
 * Append a rule file. @front: the rules in front, else everything else. Rules are a line each; the
 * one with the id @own is written as @own_text instead and its place put to *out (NULL: none).
 */
void layer_document(const struct layer *layer, bool front, struct str own, struct str own_text,
                    struct layer_spot *out, struct buf *out_text);
