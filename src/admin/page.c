/*
 * The page at /_fcemu/ui/: files that the build bundles and compresses (ui/), sent as they are
 * kept. They hold no secret, so they need no token; what they ask the control side for does.
 */
#include "admin/internal.h"
#include "admin/steps.h"

struct page_file {
    const char *name, *type;
    size_t len; /* compressed */
    const char *bytes;
};

/* The last row is empty: without the page there is no other. */
static const struct page_file files[] = {
#include "admin/page_files.inc"
    {NULL, NULL, 0, NULL},
};

#define PAGE_AT "/_fcemu/ui/"

static const char not_built[] =
    "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><title>fcemu</title>"
    "<h1>This fcemu was built without its page</h1>"
    "<p>Build it with Node.js and npm installed: <code>./dev build</code>. The released packages "
    "and images have it. All that the page shows is at "
    "<a href=\"/_fcemu/openapi.json\">/_fcemu/openapi.json</a>.</p></html>\n";

static void page_headers(struct admin_call *call, const char *type)
{
    admin_header(call, "Content-Type", str_of(type));
    admin_header(call, "Cache-Control", STR("no-cache"));
    admin_header(call, "X-Content-Type-Options", STR("nosniff"));
    admin_header(call, "Referrer-Policy", STR("no-referrer"));
    admin_header(call, "Content-Security-Policy",
                 STR("default-src 'none'; script-src 'self'; style-src 'self'; img-src data:; "
                     "connect-src 'self'; base-uri 'none'; form-action 'none'; "
                     "frame-ancestors 'none'"));
}

/* Who names no coding takes any; who names some must name this one. */
static bool takes_gzip(const struct admin_call *call)
{
    struct str accepted = http_headers_get(&call->request.headers, STR("Accept-Encoding"));

    return !accepted.ptr || str_find(accepted, STR("gzip"), NULL) ||
           str_find(accepted, STR("*"), NULL);
}

static void send_file(struct admin_call *call, const struct page_file *file)
{
    if (!takes_gzip(call)) {
        admin_problem(call, 406,
                      "the page is kept as gzip; send Accept-Encoding: gzip "
                      "(curl: --compressed)");
        return;
    }
    call->response.status = 200;
    call->response.body = (struct str){file->bytes, file->len};
    admin_header(call, "Content-Encoding", STR("gzip"));
    admin_header(call, "Vary", STR("Accept-Encoding"));
    page_headers(call, file->type);
}

static void send_named(struct admin_call *call, struct str name)
{
    for (const struct page_file *file = files; file->name; file++) {
        if (str_eq(str_of(file->name), name)) {
            send_file(call, file);
            return;
        }
    }
    admin_problem(call, 404, "the page has no file '" STR_FMT "'; it begins at " PAGE_AT,
                  STR_ARG(name));
}

void step_page(struct admin_call *call)
{
    if (files[0].name) {
        send_named(call, STR("index.html"));
        return;
    }
    call->response.status = 200;
    call->response.body = str_of(not_built);
    page_headers(call, "text/html; charset=utf-8");
}

void step_page_file(struct admin_call *call)
{
    send_named(call, call->params[0]);
}

void step_page_moved(struct admin_call *call)
{
    call->response.status = 302;
    call->response.body = STR("<a href=\"" PAGE_AT "\">" PAGE_AT "</a>\n");
    admin_header(call, "Location", STR(PAGE_AT));
    page_headers(call, "text/html; charset=utf-8");
}
