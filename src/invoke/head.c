/*
 * Lines of the heads that functions' programs are sent.
 */
#include "invoke/web.h"

void head_add(struct buf *out, const char *name, struct str value)
{
    buf_printf(out, "%s: ", name);
    buf_add(out, value);
    buf_puts(out, "\r\n");
}

void head_add_uint(struct buf *out, const char *name, uint64_t value)
{
    buf_printf(out, "%s: ", name);
    buf_add_uint(out, value);
    buf_puts(out, "\r\n");
}

void head_add_function(struct buf *out, const struct instance *i)
{
    const struct invoke_function *f = &i->spec;

    head_add(out, "x-fc-access-key-id", str_of(i->credentials[0]));
    head_add(out, "x-fc-access-key-secret", str_of(i->credentials[1]));
    head_add(out, "x-fc-security-token", str_of(i->credentials[2]));
    head_add(out, "x-fc-function-name", f->name);
    head_add(out, "x-fc-function-handler", f->handler);
    head_add_uint(out, "x-fc-function-memory", f->memory_mb);
}

void head_add_origin(struct buf *out, const struct invoke_function *f)
{
    head_add(out, "x-fc-region", f->region);
    head_add(out, "x-fc-account-id", f->account);
    head_add(out, "x-fc-qualifier", f->qualifier);
    head_add(out, "x-fc-version-id", str_eq(f->version, STR("LATEST")) ? STR("") : f->version);
    head_add(out, "x-fc-service-name", f->service);
    head_add(out, "x-fc-service-logproject", f->log_project);
    head_add(out, "x-fc-service-logstore", f->log_store);
}
