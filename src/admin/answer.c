/* What a step says to the client: a body, a problem, the version of the rules. */

#include <inttypes.h>

#include "admin/internal.h"
#include "admin/steps.h"
#include "base/distance.h"
#include "base/mem.h"

/* ---- answering ---- */

static void free_text(void *text)
{
    mem_free(text);
}

void admin_answer(struct admin_call *call, int status, const char *type, struct buf *body)
{
    size_t len = body->len;
    char *text = buf_take(body);

    arena_on_end(call->arena, free_text, text);
    call->response.status = status;
    call->response.body = (struct str){text, len};
    admin_header(call, "Content-Type", str_of(type));
}

void admin_json(struct admin_call *call, int status, struct buf *body)
{
    buf_add_char(body, '\n');
    admin_answer(call, status, "application/json", body);
}

void admin_tree(struct admin_call *call, int status, cJSON *json)
{
    struct buf body = {0};

    json_print(json, false, &body);
    json_free(json);
    admin_json(call, status, &body);
}

void admin_add_lines(cJSON *list, struct str text)
{
    struct str line, rest = text;

    while (rest.len) {
        str_cut(rest, '\n', &line, &rest);
        if (line.len)
            cJSON_AddItemToArray(list, json_string(line));
    }
}

void admin_header(struct admin_call *call, const char *name, struct str value)
{
    http_headers_set(&call->response.headers, call->arena, str_of(name),
                     arena_str(call->arena, value));
}

static const char *title_of(int status)
{
    static const struct {
        int status;
        const char *title;
    } titles[] = {
        {400, "Bad request"            },
        {401, "Token required"         },
        {403, "Forbidden"              },
        {404, "Not found"              },
        {405, "Method not allowed"     },
        {406, "Not acceptable"         },
        {409, "Conflict"               },
        {412, "Changed in the meantime"},
        {413, "Too large"              },
        {415, "Unsupported media type" },
        {421, "Misdirected request"    },
        {422, "Invalid document"       },
        {500, "Internal error"         },
        {501, "Not available"          },
        {503, "Unavailable for now"    },
    };

    for (size_t i = 0; i < N_ELEMENTS(titles); i++) {
        if (titles[i].status == status)
            return titles[i].title;
    }
    return "Problem";
}

static void problem(struct admin_call *call, int status, struct str detail, struct str issues)
{
    struct buf body = {0};

    buf_printf(&body, "{\"type\":\"about:blank\",\"title\":\"%s\",\"status\":%d,\"detail\":",
               title_of(status), status);
    buf_json_string(&body, detail);
    buf_puts(&body, ",\"errors\":");
    buf_add(&body, issues.len ? issues : STR("[]"));
    buf_puts(&body, "}\n");
    admin_answer(call, status, "application/problem+json", &body);
}

void admin_problem(struct admin_call *call, int status, const char *fmt, ...)
{
    OWN(buf_done) struct buf detail = {0};
    va_list args;

    va_start(args, fmt);
    buf_vprintf(&detail, fmt, args);
    va_end(args);
    problem(call, status, buf_str(&detail), STR_NONE);
}

void admin_problem_issues(struct admin_call *call, int status, const char *detail,
                          struct str issues)
{
    problem(call, status, str_of(detail), issues);
}

void admin_not_found(struct admin_call *call, const char *what, const struct nearest *nearest)
{
    if (nearest->best.ptr)
        admin_problem(call, 404, "no %s '" STR_FMT "'; did you mean '" STR_FMT "'?", what,
                      STR_ARG(nearest->wanted), STR_ARG(nearest->best));
    else
        admin_problem(call, 404, "no %s '" STR_FMT "'", what, STR_ARG(nearest->wanted));
}

/* ---- asking ---- */

struct str admin_query(const struct admin_call *call, const char *name)
{
    return query_get(&call->query, str_of(name));
}

bool admin_wants_yaml(struct admin_call *call, bool *out)
{
    struct str format = admin_query(call, "format");

    *out = str_eq(format, STR("yaml"));
    if (*out || !format.ptr || str_eq(format, STR("json")))
        return true;
    admin_problem(call, 400, "format '" STR_FMT "' is not one of json, yaml", STR_ARG(format));
    return false;
}

void admin_tree_of(struct admin_call *call, cJSON *json, const cJSON *list)
{
    if (list->child || admin_check_region(call, admin_query(call, "region")))
        admin_tree(call, 200, json);
    else
        cJSON_Delete(json);
}

static struct str etag(const struct admin *admin, struct arena *arena)
{
    return arena_strf(arena, "\"%" PRIu64 "\"", admin->generation);
}

void admin_etag(struct admin_call *call)
{
    admin_header(call, "ETag", etag(call->admin, call->arena));
}

bool admin_if_match(struct admin_call *call)
{
    struct str wanted = http_headers_get(&call->request.headers, STR("If-Match"));
    struct str current = etag(call->admin, call->arena);

    if (!wanted.ptr || str_eq(wanted, STR("*")) || str_eq(wanted, current))
        return true;
    admin_problem(call, 412, "If-Match " STR_FMT ", but the rules are at " STR_FMT " now",
                  STR_ARG(wanted), STR_ARG(current));
    admin_header(call, "ETag", current);
    return false;
}

void admin_touch(struct admin *admin)
{
    admin->generation++;
}
