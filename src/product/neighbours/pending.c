/* What every product needs of its call. */
#include <stdarg.h>
#include <stdlib.h>

#include "base/mem.h"
#include "product/neighbours/internal.h"

#define XML_HEAD "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"

enum { STATUS_INTERNAL = 500 };

struct store_batch *pending_batch(struct neighbours_pending *p)
{
    return product_batch(&p->base, p->store);
}

static struct neighbours_pending *pending_of(struct product_call *call)
{
    return CONTAINER_OF(call, struct neighbours_pending, base);
}

static void fail(struct product_call *call, const struct error *err)
{
    pending_refuse(pending_of(call), STATUS_INTERNAL, "InternalError", "%s", err->text);
}

static void answer(struct product_call *call)
{
    struct neighbours_pending *p = pending_of(call);

    p->answer.performed = !str_is_set(p->answer.code);
    pending_header(p, p->product->request_id_header, p->call.request_id);
    p->done(p->arg, &p->answer);
}

static void free_pending(struct product_call *call)
{
    mem_free(pending_of(call));
}

const struct product_end pending_end = {fail, answer, free_pending};

void pending_finish(struct neighbours_pending *p)
{
    product_finish(&p->base);
}

void pending_refuse(struct neighbours_pending *p, int status, const char *code, const char *fmt,
                    ...)
{
    struct buf text = {0};
    va_list args;

    va_start(args, fmt);
    buf_vprintf(&text, fmt, args);
    va_end(args);
    p->answer = (struct neighbours_answer){.status = status, .code = str_of(code)};
    p->product->refuse(p, arena_str(p->arena, buf_str(&text)));
    buf_done(&text);
}

void pending_refuse_unknown(struct neighbours_pending *p, int status, const char *code,
                            struct str what)
{
    pending_refuse(p, status, code, "fcemu does not emulate '" STR_FMT "' of %s.", STR_ARG(what),
                   p->product->name);
    p->answer.near_miss = arena_strf(p->arena, "'" STR_FMT "' of %s is not emulated", STR_ARG(what),
                                     p->product->name);
}

void pending_header(struct neighbours_pending *p, const char *name, struct str value)
{
    http_headers_set(&p->answer.headers, p->arena, str_of(name), value);
}

void pending_body(struct neighbours_pending *p, int status, const char *type, struct str body)
{
    p->answer.status = status;
    p->answer.body = arena_str(p->arena, body);
    pending_header(p, "Content-Type", str_of(type));
}

void pending_xml(struct neighbours_pending *p, int status, const char *root, cJSON *tree)
{
    struct buf text = {0};

    buf_puts(&text, XML_HEAD);
    tree_xml(tree, root, &text);
    pending_body(p, status, "application/xml", buf_str(&text));
    buf_done(&text);
    json_free(tree);
}

void pending_json(struct neighbours_pending *p, int status, cJSON *tree)
{
    struct buf text = {0};

    json_print(tree, false, &text);
    pending_body(p, status, "application/json", buf_str(&text));
    buf_done(&text);
    json_free(tree);
}

struct str pending_request_header(const struct neighbours_pending *p, const char *name)
{
    struct str value = http_headers_get(&p->call.request->headers, str_of(name));

    return str_is_set(value) ? value : STR("");
}

void pending_put(struct neighbours_pending *p, const struct store_key *key, cJSON *document,
                 struct str blob)
{
    const struct store_row *old = store_find(p->store, key);

    row_put(pending_batch(p), key, document,
            (struct store_value){
                .blob = blob,
                .created_ms = old ? old->created_ms : p->now_ms,
                .modified_ms = p->now_ms,
            });
    json_free(document);
}

struct str pending_time(const struct neighbours_pending *p, uint64_t wall_ms)
{
    char text[CLOCK_ISO_BYTES];

    clock_format_iso_seconds(wall_ms, text);
    return arena_str(p->arena, str_of(text));
}
