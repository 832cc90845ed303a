/* What may stand in the query of a control call. */
#include "admin/parameter.h"

#include <string.h>

#include "admin/internal.h"

#define YES_OR_NO "true false"
#define ASYNC_STATUSES                                                                             \
    "Enqueued Dequeued Running Retrying Succeeded Failed Stopping Stopped Expired Invalid"
#define TRIGGER_TYPES "http oss log timer mns_topic cdn_events tablestore rds eventbridge alb"

/* clang-format off */
static const struct admin_parameter parameters[] = {
    {"GET",    "/async",                    "account",       NULL,           "query"},
    {"GET",    "/async",                    "function",      NULL,           "query"},
    {"GET",    "/async",                    "region",        NULL,           "query"},
    {"GET",    "/async",                    "status",        ASYNC_STATUSES, "query"},
    {"GET",    "/coverage",                 "error",         NULL,           "query"},
    {"GET",    "/coverage",                 "operation",     NULL,           "query"},
    {"GET",    "/deliveries",               "destination",   NULL,           "query"},
    {"GET",    "/deliveries",               "function",      NULL,           "query"},
    {"GET",    "/deliveries",               "account",       NULL,           "query"},
    {"GET",    "/deliveries",               "region",        NULL,           "query"},
    {"GET",    "/deliveries",               "after",         NULL,           "query"},
    {"DELETE", "/deliveries",               "account",       NULL,           "query"},
    {"GET",    "/drills/runs/{run}/diff",   "from",          NULL,           "query"},
    {"GET",    "/drills/runs/{run}/report", "format",        NULL,           "query"},
    {"GET",    "/drills/runs/{run}/report", "wait",          YES_OR_NO,      "query"},
    {"GET",    "/drills/runs/{run}/report", "attached",      YES_OR_NO,      "query"},
    {"GET",    "/events",                   "after",         NULL,           "query"},
    {"GET",    "/events",                   "Last-Event-ID", NULL,           "header"},
    {"GET",    "/events",                   "type",          NULL,           "query"},
    {"GET",    "/faults",                   "format",        NULL,           "query"},
    {"POST",   "/faults/check",             "alone",         YES_OR_NO,      "query"},
    {"POST",   "/faults/dry-run",           "last",          NULL,           "query"},
    {"POST",   "/faults/dry-run",           "over",          NULL,           "query"},
    {"POST",   "/faults/rules",             "place",         NULL,           "query"},
    {"GET",    "/faults/rules/{id}",        "format",        NULL,           "query"},
    {"GET",    "/functions",                "account",       NULL,           "query"},
    {"GET",    "/functions",                "function",      NULL,           "query"},
    {"GET",    "/functions",                "region",        NULL,           "query"},
    {"DELETE", "/functions/{name}/debug",   "account",       NULL,           "query"},
    {"DELETE", "/functions/{name}/debug",   "region",        NULL,           "query"},
    {"GET",    "/instances",                "account",       NULL,           "query"},
    {"GET",    "/instances",                "function",      NULL,           "query"},
    {"GET",    "/instances",                "region",        NULL,           "query"},
    {"GET",    "/requests",                 "detail",        "short full",   "query"},
    {"GET",    "/requests",                 "format",        "json ndjson har", "query"},
    {"GET",    "/resources",                "kind",          NULL,           "query"},
    {"GET",    "/resources",                "account",       NULL,           "query"},
    {"GET",    "/resources",                "region",        NULL,           "query"},
    {"GET",    "/resources",                "limit",         NULL,           "query"},
    {"GET",    "/retries",                  "profile",       NULL,           "query"},
    {"GET",    "/settings",                 "key",           NULL,           "query"},
    {"GET",    "/triggers",                 "function",      NULL,           "query"},
    {"GET",    "/triggers",                 "trigger",       NULL,           "query"},
    {"GET",    "/triggers",                 "type",          TRIGGER_TYPES,  "query"},
    {"GET",    "/triggers",                 "account",       NULL,           "query"},
    {"GET",    "/triggers",                 "region",        NULL,           "query"},
};

/* Their filters are the journal's, or those of lines. */
static const char *const filtered[] = {"/clients", "/logs", "/requests", "/retries"};
/* clang-format on */

const struct admin_parameter *admin_parameter_of(const struct admin_route *route, size_t index)
{
    for (size_t i = 0; i < N_ELEMENTS(parameters); i++) {
        if (strcmp(parameters[i].method, route->method) == 0 &&
            strcmp(parameters[i].path, route->path) == 0 && index-- == 0)
            return &parameters[i];
    }
    return NULL;
}

bool admin_parameters_are_open(const struct admin_route *route)
{
    if (route->flags & ADMIN_OPEN)
        return true;
    for (size_t i = 0; i < N_ELEMENTS(filtered); i++) {
        if (strcmp(filtered[i], route->path) == 0)
            return true;
    }
    return false;
}
