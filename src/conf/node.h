/*
 * conf/node.h - YAML as a tree that remembers where everything stood
 *
 * YAML 1.2 core scalars in UTF-8, at most 1 MiB a file and 32 collections deep. JSON is YAML here,
 * so bodies of the control API take the same way. Anchors and aliases are allowed (an alias becomes
 * a copy, bounded), merge keys, tags, duplicate keys and several documents are refused. Positions
 * count lines and characters from 1.
 *
 * Threads: any; a tree is never changed once it is read.
 */
#pragma once

#include "base/arena.h"

struct conf_report;

enum {
    CONF_FILE_BYTES_MAX = 1 << 20,
    CONF_DEPTH_MAX = 32,
    CONF_NODES_MAX = 250000, /* with all aliases copied out */
};

/* A text that was read, for messages that show its lines. */
struct conf_source {
    const char *name; /* as the user named it */
    struct str text;
};

enum conf_kind { CONF_SCALAR, CONF_LIST, CONF_MAP };

struct conf_node {
    enum conf_kind kind;
    bool plain; /* a scalar without quotes: may be a number, a boolean or null */
    uint32_t line, column;
    uint32_t alias_line, alias_column; /* where the alias stands that this was copied for; or 0 */
    const struct conf_source *source;
    const struct conf_node *parent; /* NULL at the top */
    size_t index;                   /* among its parent's children, from 0 */
    struct str key;                 /* when the parent is a map, else absent */
    uint32_t key_line, key_column;
    struct str text;         /* of a scalar, unquoted and terminated */
    struct conf_node *first; /* children of a list or a map, in the order of the file */
    struct conf_node *next;
    size_t count;
};

#define CONF_EACH(child, node)                                                                     \
    for (const struct conf_node *child = (node)->first; child; child = child->next)

/**
 * Read a text as one document. Everything lives in @arena, where @text and @name are copied to.
 * NULL when it could not be read to its end; duplicate and merge keys are reported, but the tree is
 * made. An empty text is a null scalar.
 */
struct conf_node *conf_parse(struct arena *arena, struct str text, const char *name,
                             struct conf_report *report);
/** The same for the file at @path, F107 when it cannot be read. */
struct conf_node *conf_read(struct arena *arena, const char *path, struct conf_report *report);
/** Escapes that JSON has and YAML has not, in place; nothing grows. No JSON: no change. */
void conf_text_from_json(char *ptr, size_t *len);

/** A tree of one plain scalar that no file holds: a flag, an environment variable. */
struct conf_node *conf_scalar(struct arena *arena, struct str text, const char *name);
/** A list of such scalars; @parts may be empty. */
struct conf_node *conf_scalar_list(struct arena *arena, const struct str *parts, size_t count,
                                   const char *name);

/** The same of a text such as "a, b"; what is empty between commas is no part. */
struct conf_node *conf_split_list(struct arena *arena, const char *text, const char *name);

/** The value of a key, or NULL; also NULL when @node is no map. */
const struct conf_node *conf_get(const struct conf_node *node, const char *key);
bool conf_is_null(const struct conf_node *node);
bool conf_is_bool(const struct conf_node *node, bool *out);
/** A plain decimal number, and nothing else. */
bool conf_is_number(const struct conf_node *node, double *out);

struct buf;
/** Append "rules[0].when.calls"; nothing for the top. */
void conf_path(const struct conf_node *node, struct buf *out);

/**
 * Append the tree as block YAML that reads back to an equal tree, every line led by @indent blanks.
 * Keys come in the order of the file, those named in @skip are left out at the top level.
 */
void conf_print(const struct conf_node *node, unsigned indent, const char *skip, struct buf *out);
/** Append "key: value" of a child of a map, in the same way. */
void conf_print_member(const struct conf_node *child, unsigned indent, struct buf *out);
/** Append one scalar, quoted only where it must be. */
void conf_print_scalar(struct str text, bool plain, struct buf *out);
/** Append JSON so that YAML reads it alike: characters that it takes otherwise are escaped. */
void conf_add_json(struct str json, struct buf *out);
