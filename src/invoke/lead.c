/*
 * What leads a function's clients here and not to the cloud: keys of its instance's own, variables,
 * and modules that lead the names of the service; names of others go out untouched.
 */
#include <stdio.h>

#include "base/clock.h"
#include "base/folder.h"
#include "catalog/served.h"
#include "crypto/ca.h"
#include "crypto/id.h"
#include "invoke/bootstrap.h"
#include "invoke/internal.h"

#define RENEW_MS (UINT64_C(15) * 60 * 1000) /* before a key ends */

/* ---- keys ---- */

/* For a room that nobody gave a mint: nobody knows these. */
static void make_up(struct instance *i, struct invoke_key *out)
{
    const struct str id = arena_strf(i->arena, "STS.%016llx", (unsigned long long)id_bits());

    *out = (struct invoke_key){
        .id = id,
        .secret = arena_strf(i->arena, "%016llx%016llx", (unsigned long long)id_bits(),
                             (unsigned long long)id_bits()),
        .token = arena_strf(i->arena, "CAIS%016llx%016llx", (unsigned long long)id_bits(),
                            (unsigned long long)id_bits()),
        .expires_ms = UINT64_MAX};
}

static void make_key(struct instance *i)
{
    const struct invoke_settings *settings = &i->invoke->settings;
    struct invoke_key key;

    if (settings->mint)
        settings->mint(settings->owner, &i->spec, str_of(i->id), i->arena, &key);
    else
        make_up(i, &key);
    i->credentials[0] = key.id.ptr;
    i->credentials[1] = key.secret.ptr;
    i->credentials[2] = key.token.ptr;
    i->key_ends_ms = key.expires_ms;
}

void instance_fresh_key(struct instance *i)
{
    uint64_t now = clock_now_wall_ms(i->invoke->settings.clock);

    if (!i->credentials[0] || (i->key_ends_ms != UINT64_MAX && i->key_ends_ms < now + RENEW_MS))
        make_key(i);
}

bool invoke_caller(const struct invoke *invoke, struct str access_key, struct str *out_instance,
                   struct str *out_request)
{
    const struct function *function;
    const struct instance *i;

    for (function = invoke->functions; function; function = function->hh.next) {
        DL_FOREACH(function->instances, i)
        {
            if (!i->credentials[0] || !str_eq(access_key, str_of(i->credentials[0])))
                continue;
            *out_instance = str_of(i->id);
            /* Of several calls nobody knows which one it was. */
            *out_request = i->call_count == 1 ? i->calls->request.request_id : STR_NONE;
            return true;
        }
    }
    return false;
}

/* ---- files ---- */

static struct str with_zones(struct str module, struct arena *arena)
{
    OWN(buf_done) struct buf out = {0};
    struct str rest = module;
    size_t at;

    while (str_find(rest, STR("{zones}"), &at)) {
        buf_add(&out, str_slice(rest, 0, at));
        buf_puts(&out, SERVED_PATTERN);
        rest = str_slice(rest, at + strlen("{zones}"), rest.len);
    }
    buf_add(&out, rest);
    return arena_str(arena, buf_str(&out));
}

struct str lead_module(const struct bootstrap *file, struct arena *arena)
{
    return str_starts(str_of(file->name), STR("names.")) ? with_zones(file->text, arena)
                                                         : file->text;
}

/* The authorities of the machine, and ours. */
struct str lead_bundle(const struct invoke *invoke, struct arena *arena)
{
    OWN(buf_done) struct buf out = {0};
    const char *path = ca_system_bundle();
    FILE *in = path ? fopen(path, "re") : NULL;
    size_t n;

    while (in) {
        buf_reserve(&out, BUFSIZ);
        n = fread(out.ptr + out.len, 1, BUFSIZ, in);
        out.len += n;
        if (n == 0)
            break;
    }
    if (in)
        fclose(in);
    if (invoke->settings.authority.len)
        buf_add(&out, invoke->settings.authority);
    return arena_str(arena, buf_str(&out));
}
