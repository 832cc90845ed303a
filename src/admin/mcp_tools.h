/*
 * admin/mcp_tools.h - what a coding assistant may do here, a row a tool
 *
 * Each is a path of the control API, or the invocation of a function, with named arguments; a test
 * holds that the paths are there. For admin/ only.
 *
 * Threads: constant data.
 */
#pragma once

#include "base/arena.h"
#include "base/buf.h"
#include "base/json.h"

enum mcp_mark { MCP_READ_ONLY = 1 << 0, MCP_DESTRUCTIVE = 1 << 1, MCP_IDEMPOTENT = 1 << 2 };

enum mcp_where {
    MCP_PATH,
    MCP_QUERY,
    MCP_JSON,
    MCP_BODY,
    MCP_YAML,
    MCP_PLACE, /* in front of the path: /@region/account */
};

struct mcp_param {
    const char *name;
    const char *type; /* of JSON Schema: string, integer, boolean, array */
    enum mcp_where where;
    bool required;
    const char *help;
};

enum { MCP_PARAMS_MAX = 10 };

struct mcp_tool {
    const char *name, *method;
    const char *path;  /* "/_fcemu/requests/{id}" */
    const char *brief; /* the path where its first argument is not given; or NULL */
    unsigned marks;
    const char *help;
    struct mcp_param params[MCP_PARAMS_MAX + 1]; /* ended by one without a name */
};

const struct mcp_tool *mcp_tools(size_t *out_count);
const struct mcp_tool *mcp_tool_find(struct str name);

/** The tool as tools/list shows it. */
cJSON *mcp_tool_json(const struct mcp_tool *tool);

/**
 * The request that @arguments (an object, or NULL) make of a tool. False when they do not fit;
 * *why says what to write instead, in @arena.
 */
bool mcp_tool_request(const struct mcp_tool *tool, const cJSON *arguments, struct str token,
                      struct arena *arena, struct buf *out, struct str *why);
