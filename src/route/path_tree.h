/*
 * route/path_tree.h - the path templates of all operations as a tree of segments
 *
 * For route/ only. Built once at first use; afterwards constant.
 *
 * Threads: any.
 */
#pragma once

#include "catalog/operation.h"

enum path_method { METHOD_GET, METHOD_PUT, METHOD_POST, METHOD_DELETE, METHOD_COUNT };

struct path_node {
    struct str literal;         /* the segment; absent for a parameter */
    const char *param;          /* "service"; NULL for a literal */
    struct path_node *children; /* the first; literals and a parameter never mix */
    struct path_node *sibling;
    const struct operation *ops[METHOD_COUNT]; /* that end here */
    const struct operation *rest_op;           /* takes any method and whatever follows; NULL */
};

/** Where the paths behind "/<version>" begin. */
const struct path_node *path_tree_root(enum api_version api);
/** The child that @segment (decoded) leads to, or NULL. An empty one is an empty parameter. */
const struct path_node *path_node_step(const struct path_node *node, struct str segment);

const char *path_method_name(enum path_method method);
/** The operation that ends at @node with this method, or NULL. */
const struct operation *path_node_op(const struct path_node *node, struct str method);
