/*
 * tests/unit/http/fixture.h - the real server on a loop of its own thread, on port 0
 *
 * A test says by `behaviour` what happens to a call, and waits for what the server reports.
 */
#pragma once

#include <dirent.h>
#include <gnutls/abstract.h>
#include <pthread.h>
#include <signal.h>

#include "client.h"

#include "http/call/server.h"
#include "loop/loop.h"

enum { RESULTS_MAX = 4096 };

static struct loop *loop;
static struct http_server *server;
static pthread_t thread;
static uint16_t port;
static struct http_settings settings;
static struct http_handler handler;
static void (*behaviour)(struct http_call *call); /* what `request` does */

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t changed = PTHREAD_COND_INITIALIZER;
static struct ending {
    enum http_outcome outcome;
    int status;
    uint64_t body_bytes;
    uint64_t ended_ns;
} results[RESULTS_MAX]; /* in the order of `finished` */
static unsigned result_count;
static unsigned results_taken;
static unsigned gone_count;
static unsigned request_count;

static gnutls_pcert_st certificate;
static gnutls_privkey_t key;

static inline struct timespec deadline_in(int ms)
{
    struct timespec t;

    clock_gettime(CLOCK_REALTIME, &t);
    t.tv_sec += ms / 1000;
    return t;
}

/** Wait until *counter >= want; what it is in the end. */
static inline unsigned wait_count(const unsigned *counter, unsigned want)
{
    struct timespec until = deadline_in(CLIENT_WAIT_MS * 2);
    unsigned got;

    pthread_mutex_lock(&lock);
    while (*counter < want && pthread_cond_timedwait(&changed, &lock, &until) == 0)
        ;
    got = *counter;
    pthread_mutex_unlock(&lock);
    return got;
}

static inline struct ending next_result(void)
{
    ck_assert_uint_gt(wait_count(&result_count, results_taken + 1), results_taken);
    pthread_mutex_lock(&lock);
    struct ending r = results[results_taken++];

    pthread_mutex_unlock(&lock);
    return r;
}

static inline void count(unsigned *counter)
{
    pthread_mutex_lock(&lock);
    ++*counter;
    pthread_cond_broadcast(&changed);
    pthread_mutex_unlock(&lock);
}

static inline void on_head(void *owner, struct http_call *call)
{
    (void)owner;
    ck_assert(!http_call_request(call)->body_complete);
    http_call_set_owner(call, &results);
}

static inline void on_request(void *owner, struct http_call *call)
{
    (void)owner;
    ck_assert(http_call_request(call)->body_complete);
    count(&request_count);
    behaviour(call);
}

static inline void on_too_large(void *owner, struct http_call *call, uint64_t limit)
{
    struct http_response response = {
        .status = 413,
        .body = arena_strf(http_call_arena(call), "limit %llu", (unsigned long long)limit)};

    (void)owner;
    http_call_deliver(call, &response, NULL);
}

static inline void on_gone(void *owner, struct http_call *call)
{
    (void)owner;
    ck_assert_ptr_eq(http_call_owner(call), &results);
    count(&gone_count);
}

static inline void on_finished(void *owner, struct http_call *call,
                               const struct http_result *result)
{
    (void)owner;
    (void)call;
    pthread_mutex_lock(&lock);
    ck_assert_uint_lt(result_count, RESULTS_MAX);
    results[result_count++] =
        (struct ending){result->outcome, result->status, result->body_bytes, clock_monotonic_ns()};
    pthread_cond_broadcast(&changed);
    pthread_mutex_unlock(&lock);
}

static inline int on_certificate(void *owner, struct str name, unsigned flaws,
                                 const struct gnutls_pcert_st **out_chain, unsigned *out_len,
                                 struct gnutls_privkey_st **out_key)
{
    (void)owner;
    (void)name;
    (void)flaws;
    *out_chain = &certificate;
    *out_len = 1;
    *out_key = key;
    return 0;
}

static inline void make_certificate(void)
{
    gnutls_x509_privkey_t x509_key;
    gnutls_x509_crt_t crt;
    unsigned char serial = 1;

    gnutls_x509_privkey_init(&x509_key);
    gnutls_x509_privkey_generate(x509_key, GNUTLS_PK_ECDSA,
                                 GNUTLS_CURVE_TO_BITS(GNUTLS_ECC_CURVE_SECP256R1), 0);
    gnutls_x509_crt_init(&crt);
    gnutls_x509_crt_set_version(crt, 3);
    gnutls_x509_crt_set_serial(crt, &serial, 1);
    gnutls_x509_crt_set_dn_by_oid(crt, GNUTLS_OID_X520_COMMON_NAME, 0, "test", 4);
    gnutls_x509_crt_set_activation_time(crt, time(NULL) - 60);
    gnutls_x509_crt_set_expiration_time(crt, time(NULL) + 3600);
    gnutls_x509_crt_set_key(crt, x509_key);
    ck_assert_int_eq(gnutls_x509_crt_sign2(crt, crt, x509_key, GNUTLS_DIG_SHA256, 0), 0);
    ck_assert_int_eq(gnutls_pcert_import_x509(&certificate, crt, 0), 0);
    gnutls_privkey_init(&key);
    gnutls_privkey_import_x509(key, x509_key, GNUTLS_PRIVKEY_IMPORT_COPY);
    gnutls_x509_crt_deinit(crt);
    gnutls_x509_privkey_deinit(x509_key);
}

static inline void *loop_main(void *arg)
{
    (void)arg;
    loop_run(loop);
    return NULL;
}

/** Settings and handlers may be changed between this and start(). */
static inline void prepare(void)
{
    signal(SIGPIPE, SIG_IGN);
    make_certificate();
    settings = (struct http_settings){
        .body_limit_bytes = 1 << 20,
        .spool_above_bytes = 256 * 1024,
        .idle_timeout_s = 60, /* longer than any test needs, however busy the machine */
        .certificate = on_certificate,
    };
    handler = (struct http_handler){
        .head = on_head,
        .request = on_request,
        .too_large = on_too_large,
        .gone = on_gone,
        .finished = on_finished,
    };
}

static inline void start_on(const char *address)
{
    struct error err = {0};

    ck_assert_int_eq(loop_new(&loop, &err), 0);
    ck_assert_msg(http_server_new(loop, &settings, &handler, NULL, &server, &err) == 0, "%s",
                  err.text);
    ck_assert_msg(http_server_listen(server, str_of(address), &port, &err) == 0, "%s", err.text);
    ck_assert_int_eq(pthread_create(&thread, NULL, loop_main, NULL), 0);
}

static inline void start(void)
{
    start_on("127.0.0.1:0");
}

static inline void setup(void)
{
    prepare();
    start();
}

static inline void on_server_stopped(void *owner)
{
    (void)owner;
    loop_stop(loop);
}

static inline void begin_stop(void *arg)
{
    (void)arg;
    http_server_stop(server, 100, on_server_stopped);
}

static inline void teardown(void)
{
    loop_post(loop, begin_stop, NULL);
    pthread_join(thread, NULL);
    http_server_free(server);
    loop_free(loop);
    gnutls_pcert_deinit(&certificate);
    gnutls_privkey_deinit(key);
}

static unsigned rounds; /* of the loop */

static inline void on_round(void *arg)
{
    (void)arg;
    rounds++;
}

static inline void count_rounds(void *arg)
{
    (void)arg;
    rounds = 0;
    loop_on_idle(loop, on_round, NULL);
}

static inline void stop_counting(void *arg)
{
    (void)arg;
    loop_off_idle(loop, on_round, NULL);
    count(arg);
}

/** How often the loop wakes while @c hears nothing for @wait_ms. */
static inline unsigned rounds_while_silent(struct client *c, int wait_ms)
{
    static unsigned counted;

    loop_post(loop, count_rounds, NULL);
    ck_assert_int_eq(client_to_end(c, wait_ms), CLIENT_SILENT);
    loop_post(loop, stop_counting, &counted);
    ck_assert_uint_eq(wait_count(&counted, 1), 1);
    return rounds;
}

static struct http_server_stats stats_seen;
static unsigned stats_count;

static inline void take_stats(void *arg)
{
    (void)arg;
    stats_seen = http_server_stats(server);
    count(&stats_count);
}

static inline struct http_server_stats stats(void)
{
    unsigned want = stats_count + 1;

    loop_post(loop, take_stats, NULL);
    ck_assert_uint_ge(wait_count(&stats_count, want), want);
    return stats_seen;
}

/** Ask until the server has no more than @most connections; what it has in the end. */
static inline unsigned connections_down_to(unsigned most)
{
    uint64_t until_ns = clock_monotonic_ns() + 10000000000ull;

    while (stats().connections > most && clock_monotonic_ns() < until_ns)
        ;
    return stats_seen.connections;
}

/** Descriptors of this process of one kind, by what they are called in /proc. */
static inline unsigned open_of(const char *kind)
{
    DIR *dir = opendir("/proc/self/fd");
    const struct dirent *entry;
    char target[64];
    unsigned n = 0;

    while ((entry = readdir(dir)) != NULL) {
        ssize_t len = readlinkat(dirfd(dir), entry->d_name, target, sizeof(target));

        n += len > 0 && str_starts((struct str){target, (size_t)len}, str_of(kind));
    }
    closedir(dir);
    return n;
}

/** Other descriptors come and go as the sanitizers please. */
static inline unsigned open_sockets(void)
{
    return open_of("socket:");
}

static inline void answer_text(struct http_call *call, int status, const char *body,
                               const struct delivery *delivery)
{
    struct http_response response = {.status = status, .body = str_of(body)};

    http_headers_add(&response.headers, http_call_arena(call), STR("X-Fc-Request-Id"), STR("id-1"));
    http_call_deliver(call, &response, delivery);
}
