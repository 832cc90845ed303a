/*
 * http/call/engine.c - a libmicrohttpd daemon, for HTTP or for HTTPS
 *
 * It runs in external mode: its epoll descriptor is watched by our loop, and it runs when that is
 * readable, when a suspended call is resumed, and when a time-out of its own is due.
 */
#include <assert.h>
#include <netinet/tcp.h>

#include "base/clock.h"
#include "base/mem.h"
#include "http/call/internal.h"
#include "http/wire/authority.h"
#include "http/wire/hello.h"

enum {
    ROUNDS_A_TURN = 4,
    BUSY_CALLS = 4, /* of one round: more have come meanwhile, and need no wait to be found */
};

static struct peer *peer_of(struct MHD_Connection *mhd)
{
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(mhd, MHD_CONNECTION_INFO_SOCKET_CONTEXT);

    return info ? info->socket_context : NULL;
}

static struct peer *newcomer(struct http_server *server, struct MHD_Connection *mhd)
{
    const union MHD_ConnectionInfo *fd =
        MHD_get_connection_info(mhd, MHD_CONNECTION_INFO_CONNECTION_FD);

    return peer_of_descriptor(&server->wire, fd->connect_fd);
}

/* A client of TLS 1.3 that keeps to Nagle's algorithm does not send its request before its last
 * words of the handshake are acknowledged; nothing goes back then that could carry that, and the
 * kernel would wait 40 ms for something. */
static int on_finished(gnutls_session_t session, unsigned type, unsigned when, unsigned incoming,
                       const gnutls_datum_t *message)
{
    int one = 1;

    (void)type;
    (void)when;
    (void)message;
    if (incoming && gnutls_protocol_get_version(session) == GNUTLS_TLS1_3)
        setsockopt(gnutls_transport_get_int(session), IPPROTO_TCP, TCP_QUICKACK, &one, sizeof(one));
    return 0;
}

static void watch_session(gnutls_session_t session)
{
    gnutls_handshake_set_hook_function(session, GNUTLS_HANDSHAKE_FINISHED, GNUTLS_HOOK_POST,
                                       on_finished);
}

/* ---- answers that end in the middle ---- */

static void cut_add(struct engine *engine, struct peer *peer)
{
    peer->next_cut = engine->cut;
    engine->cut = peer;
}

static void cut_forget(struct engine *engine, const struct peer *peer)
{
    for (struct peer **at = &engine->cut; *at; at = &(*at)->next_cut) {
        if (*at == peer) {
            *at = peer->next_cut;
            return;
        }
    }
}

/* libmicrohttpd has done with such a connection, and closes it when it looks at it the next time;
 * which is when all older ones have gone, unless it is resumed. */
static void close_cut(struct engine *engine)
{
    while (engine->cut) {
        struct peer *peer = engine->cut;

        engine->cut = peer->next_cut;
        MHD_suspend_connection(peer->mhd);
        MHD_resume_connection(peer->mhd);
        engine->due = true;
    }
}

static void leave(struct peer *peer)
{
    if (peer->begun)
        call_completed(GIVE(peer->begun), MHD_REQUEST_TERMINATED_WITH_ERROR);
    hearing_done(peer);
    engines_left(peer);
}

static void on_connection(void *cls, struct MHD_Connection *mhd, void **context,
                          enum MHD_ConnectionNotificationCode code)
{
    struct engine *engine = cls;

    if (code == MHD_CONNECTION_NOTIFY_CLOSED) {
        if (engine->in_hand == *context)
            engine->in_hand = NULL;
        cut_forget(engine, *context);
        if (*context)
            leave(*context);
        *context = NULL;
        return;
    }
    struct peer *peer = newcomer(engine->server, mhd);
    const union MHD_ConnectionInfo *session =
        peer->tls ? MHD_get_connection_info(mhd, MHD_CONNECTION_INFO_GNUTLS_SESSION) : NULL;

    peer->mhd = mhd;
    peer->session = session ? session->tls_session : NULL;
    if (peer->session)
        watch_session(peer->session);
    *context = peer;
}

static void *on_line(void *cls, const char *uri, struct MHD_Connection *mhd)
{
    struct engine *engine = cls;
    struct peer *peer = peer_of(mhd);
    struct http_call *call;

    if (!peer)
        return NULL;
    hand_take(peer);
    if (peer->begun)
        return GIVE(peer->begun);
    call = call_new(engine->server, peer);
    request_line(call, str_of(uri));
    return call;
}

static enum MHD_Result on_access(void *cls, struct MHD_Connection *mhd, const char *url,
                                 const char *method, const char *version, const char *data,
                                 size_t *size, void **state)
{
    (void)cls;
    (void)mhd;
    (void)url;
    if (*state)
        hand_take(((struct http_call *)*state)->peer);
    return *state ? call_step(*state, method, version, data, size) : MHD_NO;
}

static void on_completed(void *cls, struct MHD_Connection *mhd, void **state,
                         enum MHD_RequestTerminationCode why)
{
    struct engine *engine = cls;

    (void)mhd;
    engine->ended++;
    if (*state) {
        hand_take(((struct http_call *)*state)->peer);
        if (((struct http_call *)*state)->cut_short)
            cut_add(engine, ((struct http_call *)*state)->peer);
        hearing_request_over(*state);
        call_completed(*state, why);
    }
    *state = NULL;
}

/* Targets are decoded once, by whoever routes them. */
static size_t keep_encoded(void *cls, struct MHD_Connection *mhd, char *text)
{
    (void)cls;
    (void)mhd;
    return strlen(text);
}

static int on_certificate(gnutls_session_t session, const gnutls_datum_t *ca, int ca_count,
                          const gnutls_pk_algorithm_t *algorithms, int algorithm_count,
                          gnutls_pcert_st **out_chain, unsigned *out_len, gnutls_privkey_t *out_key)
{
    char name[HELLO_NAME_BYTES];
    size_t len = sizeof(name);
    unsigned type = 0;
    struct str wanted = STR_NONE;
    const struct gnutls_pcert_st *chain = NULL;
    struct http_server *server = hand_server(); /* GnuTLS hands no context over */
    const struct peer *peer;

    (void)ca;
    (void)ca_count;
    (void)algorithms;
    (void)algorithm_count;
    assert(server);
    if (gnutls_server_name_get(session, name, &len, &type, 0) == GNUTLS_E_SUCCESS &&
        type == GNUTLS_NAME_DNS) {
        wanted = (struct str){name, len};
        for (size_t i = 0; i < len; i++)
            if (name[i] >= 'A' && name[i] <= 'Z')
                name[i] = (char)(name[i] + ('a' - 'A'));
    }
    peer = peer_of_descriptor(&server->wire, gnutls_transport_get_int(session));
    if (server->settings.certificate(server->owner, wanted, peer ? peer->flaws : 0, &chain, out_len,
                                     out_key) < 0)
        return -1;
    *out_chain = (gnutls_pcert_st *)(uintptr_t)chain; /* GnuTLS does not write to it */
    return 0;
}

/* The line is that of 0.9.75, which the tests run with; sources of 0.9.77 have the same. Where a
 * release words it otherwise, libmicrohttpd's own pages go out. */
static void on_log(void *cls, const char *format, va_list arguments)
{
    unsigned status;

    if (!str_starts(str_of(format),
                    STR("Error processing request (HTTP response code is %u ('%s')")))
        return;
    status = va_arg(arguments, unsigned);
    overtake(cls, status);
}

static void on_timeout(struct loop_timer *timer)
{
    CONTAINER_OF(timer, struct engine, timer)->due = true;
}

static void on_ready(void *arg, unsigned events)
{
    struct engine *engine = arg;

    (void)events;
    engine->due = true;
}

/* The time-out moves with every request; the timer is set again only when it would come too late,
 * and finds out when it came too early. No time left means that there is more to do at once, which
 * is done before the loop sleeps. */
static void keep_timeout(struct engine *engine)
{
    struct loop *loop = engine->server->loop;
    MHD_UNSIGNED_LONG_LONG left_ms = 0;
    uint64_t deadline_ns;

    if (MHD_get_timeout(engine->daemon, &left_ms) != MHD_YES)
        return;
    if (left_ms == 0) {
        engine->due = true;
        return;
    }
    deadline_ns = loop_now_ns(loop) + left_ms * NS_PER_MS;
    if (!loop_timer_armed(&engine->timer) || engine->timer.deadline_ns > deadline_ns)
        loop_timer_arm_at(loop, &engine->timer, deadline_ns, on_timeout);
}

static void round_of(struct engine *engine)
{
    engine->due = false;
    MHD_run(engine->daemon);
    engine->in_hand = NULL;
    close_cut(engine);
    keep_timeout(engine);
}

/* One round sends an answer, the next ends its call: whoever has the answer finds the call in the
 * journal, also by way of another engine. */
void engine_run(struct engine *engine)
{
    struct http_server *outer = hand_begin(engine->server);
    uint32_t answered = engine->answered;

    for (int left = ROUNDS_A_TURN; engine->due && left > 0; left--) {
        uint32_t before = engine->ended;

        answered = engine->answered;
        round_of(engine);
        engine->due = engine->due || (left > 1 && engine->ended - before >= BUSY_CALLS);
    }
    if (engine->due && engine->answered != answered)
        round_of(engine);
    hand_end(outer);
}

static struct MHD_Daemon *daemon_start(struct engine *engine)
{
    struct http_server *server = engine->server;
    unsigned flags =
        MHD_USE_EPOLL | MHD_ALLOW_SUSPEND_RESUME | MHD_USE_NO_LISTEN_SOCKET | MHD_USE_ERROR_LOG;
    struct MHD_OptionItem tls_options[] = {
        {MHD_OPTION_HTTPS_CERT_CALLBACK, 0, (void *)(uintptr_t)on_certificate},
        {MHD_OPTION_END,                 0, NULL                             },
    };
    struct MHD_OptionItem no_options[] = {
        {MHD_OPTION_END, 0, NULL},
    };

    /* With "turbo", libmicrohttpd would leave out the close_notify of TLS. */
    flags |= engine->kind == ENGINE_TLS ? (unsigned)MHD_USE_TLS : (unsigned)MHD_USE_TURBO;
    return MHD_start_daemon(
        flags, 0, NULL, NULL, on_access, engine, MHD_OPTION_EXTERNAL_LOGGER, on_log, engine,
        MHD_OPTION_ARRAY, engine->kind == ENGINE_TLS ? tls_options : no_options,
        MHD_OPTION_CONNECTION_MEMORY_LIMIT, engine_pool_bytes[engine->kind],
        MHD_OPTION_CONNECTION_LIMIT, (unsigned)server->wire.connections_max + WIRE_RESERVED_MAX,
        MHD_OPTION_CONNECTION_TIMEOUT, (unsigned)server->settings.idle_timeout_s,
        MHD_OPTION_NOTIFY_COMPLETED, on_completed, engine, MHD_OPTION_NOTIFY_CONNECTION,
        on_connection, engine, MHD_OPTION_URI_LOG_CALLBACK, on_line, engine,
        MHD_OPTION_UNESCAPE_CALLBACK, keep_encoded, NULL, MHD_OPTION_END);
}

struct engine *engine_new(struct http_server *server, enum engine_kind kind, struct error *err)
{
    struct engine *engine = mem_alloc(sizeof(*engine));
    const union MHD_DaemonInfo *info;

    engine->server = server;
    engine->kind = kind;
    engine->daemon = daemon_start(engine);
    if (!engine->daemon) {
        error_set(err, ERROR_IO, "start the %s server", kind == ENGINE_TLS ? "HTTPS" : "HTTP");
        engine_free(engine);
        return NULL;
    }
    info = MHD_get_daemon_info(engine->daemon, MHD_DAEMON_INFO_EPOLL_FD);
    engine->watch =
        loop_watch_start(server->loop, info->epoll_fd, LOOP_READABLE, on_ready, engine, err);
    if (!engine->watch) {
        engine_free(engine);
        return NULL;
    }
    return engine;
}

void engine_free(struct engine *engine)
{
    if (!engine)
        return;
    loop_timer_cancel(engine->server->loop, &engine->timer);
    loop_watch_stop(engine->watch);
    if (engine->daemon)
        MHD_stop_daemon(engine->daemon);
    mem_free(engine);
}
