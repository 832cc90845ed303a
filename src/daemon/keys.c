/*
 * The access keys of the configuration, and the temporary ones that STS handed out, as auth/ asks
 * for them.
 */
#include <unistd.h>

#include "base/mem.h"
#include "base/units.h"
#include "crypto/id.h"
#include "daemon/internal.h"
#include "product/neighbours/state.h"
#include "product/service/service.h"
#include "store/store.h"
#include <stdio.h>

enum { KEY_MS = 3600 * MS_PER_S };

static bool find_key(void *owner, struct str access_key, struct auth_key *out)
{
    const struct daemon *d = owner;
    const struct settings *settings = d->settings;

    for (size_t i = 0; i < settings->auth.key_count; i++) {
        const struct settings_key *key = &settings->auth.keys[i];

        if (str_eq(key->id, access_key)) {
            *out = (struct auth_key){
                .secret = key->secret,
                .account = str_is_set(key->account) ? key->account : settings->account,
                .token = key->token,
                .denied = key->denied.items,
                .denied_count = key->denied.count,
            };
            return true;
        }
    }
    return neighbours_find_key(d->neighbours, access_key, out);
}

static enum auth_mode mode_of(enum settings_auth_mode mode)
{
    static const enum auth_mode modes[] = {[AUTH_MODE_OFF] = AUTH_OFF,
                                           [AUTH_MODE_LENIENT] = AUTH_LENIENT,
                                           [AUTH_MODE_STRICT] = AUTH_STRICT};

    return modes[mode];
}

/* `random`: drawn at each start, and told in the banner. */
static struct str token_of(struct daemon *d)
{
    uint8_t bytes[TOKEN_BYTES];

    if (!str_eq(d->settings->token, STR(TOKEN_RANDOM)))
        return d->settings->token;
    random_bytes(bytes, sizeof(bytes));
    for (size_t i = 0; i < sizeof(bytes); i++)
        snprintf(d->drawn_token + 2 * i, 3, "%02x", bytes[i]);
    return str_of(d->drawn_token);
}

static void visitors_init(struct daemon *d)
{
    const struct settings *settings = d->settings;

    d->visitors = (struct visitor_policy){
        .origins = settings->allow_origins.items,
        .origin_count = settings->allow_origins.count,
        .any_user = settings->allow_users.any,
        .own_uid = geteuid(),
        .uids = settings->allow_users.uids,
        .uid_count = settings->allow_users.count,
        .token = token_of(d),
    };
}

void keys_init(struct daemon *d)
{
    const struct settings *settings = d->settings;
    struct gateway_auth *auth = &d->auth;

    visitors_init(d);
    auth->mode = mode_of(settings->auth.mode);
    auth->skew_max_ms = (uint64_t)settings->limits.values[LIMIT_CLOCK_SKEW] * MS_PER_S;
    for (size_t i = 0; i < settings->auth.key_count; i++)
        auth->denies = auth->denies || settings->auth.keys[i].denied.count > 0;
    auth->keys = (struct auth_keys){.find = find_key, .owner = d};
    auth->accounts = mem_alloc_array(settings->auth.account_count, sizeof(*auth->accounts));
    auth->account_count = settings->auth.account_count;
    for (size_t i = 0; i < settings->auth.account_count; i++) {
        auth->accounts[i].account = settings->auth.accounts[i].id;
        auth->accounts[i].mode = mode_of(settings->auth.accounts[i].mode);
    }
}

/* ---- keys for tools ---- */

/* Whatever the virtual clock says, it is good for calls of now. */
static uint64_t later_of(uint64_t a, uint64_t b)
{
    return a > b ? a : b;
}

static void issue(struct daemon *d, struct arena *arena, struct admin_caller *out)
{
    struct store *store = service_store(d->service);
    struct store_batch *batch = store_begin(store);
    uint64_t now_ms = clock_now_wall_ms(&d->clock);
    const struct neighbours_key_request request = {
        .account = out->account,
        .role = STR(""),
        .session = STR(""),
        .now_ms = now_ms,
        .expires_ms = later_of(now_ms, clock_wall_ms()) + KEY_MS,
    };
    struct neighbours_key key;

    neighbours_issue_key(store, batch, &request, arena, &key);
    store_commit(batch, NULL, NULL);
    out->id = key.id;
    out->secret = key.secret;
    out->token = key.token;
}

void keys_caller(void *owner, const struct admin_caller_request *request, struct arena *arena,
                 struct admin_caller *out)
{
    static const char *const names[] = {
        [AUTH_MODE_OFF] = "off", [AUTH_MODE_LENIENT] = "lenient", [AUTH_MODE_STRICT] = "strict"};
    struct daemon *d = owner;
    const struct settings *s = d->settings;

    *out = (struct admin_caller){
        .account = arena_str(arena, str_is_set(request->account) ? request->account : s->account),
        .region = arena_str(arena, str_is_set(request->region) ? request->region : s->region),
    };
    enum settings_auth_mode mode = settings_auth_of(s, out->account);

    out->mode = names[mode];
    if (mode == AUTH_MODE_STRICT || request->always)
        issue(d, arena, out);
}
