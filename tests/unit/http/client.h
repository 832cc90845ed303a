/*
 * tests/unit/http/client.h - a raw client: it sees every byte, and how a connection ends
 *
 * Every wait has a deadline; one that passes is reported as CLIENT_SILENT, never as a pass.
 */
#pragma once

#include <arpa/inet.h>
#include <errno.h>
#include <gnutls/gnutls.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "../suite.h"

#include "base/clock.h"

enum {
    CLIENT_WAIT_MS = 5000,
    CLIENT_BYTES_MAX = 1 << 20,
};

enum client_end {
    CLIENT_OPEN = 0, /* there may be more */
    CLIENT_EOF,      /* FIN */
    CLIENT_RESET,    /* RST */
    CLIENT_SILENT,   /* nothing came within the time */
};

struct client {
    int fd;
    gnutls_session_t session;
    gnutls_certificate_credentials_t credentials;
    char *bytes; /* everything received and not yet taken */
    size_t len;
    enum client_end end;
};

static inline bool client_wait(struct client *c, short events, int wait_ms)
{
    struct pollfd p = {.fd = c->fd, .events = events};

    return poll(&p, 1, wait_ms) == 1;
}

static inline void client_handshake(struct client *c, const char *name)
{
    int r;

    gnutls_certificate_allocate_credentials(&c->credentials);
    gnutls_init(&c->session, GNUTLS_CLIENT | GNUTLS_NO_SIGNAL);
    gnutls_set_default_priority(c->session);
    gnutls_credentials_set(c->session, GNUTLS_CRD_CERTIFICATE, c->credentials);
    if (name)
        gnutls_server_name_set(c->session, GNUTLS_NAME_DNS, name, strlen(name));
    gnutls_transport_set_int(c->session, c->fd);
    gnutls_handshake_set_timeout(c->session, CLIENT_WAIT_MS);
    do
        r = gnutls_handshake(c->session);
    while (r < 0 && !gnutls_error_is_fatal(r));
    if (r < 0)
        c->end = CLIENT_RESET;
}

static inline struct client *client_on(int fd)
{
    struct client *c = calloc(1, sizeof(*c));
    int on = 1;

    c->fd = fd;
    c->bytes = malloc(CLIENT_BYTES_MAX + 1);
    c->bytes[0] = '\0';
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
    return c;
}

/** TCP to a port of the loopback address. */
static inline struct client *client_tcp(uint16_t port)
{
    struct sockaddr_in to = {.sin_family = AF_INET,
                             .sin_port = htons(port),
                             .sin_addr = {.s_addr = htonl(INADDR_LOOPBACK)}};
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

    ck_assert_int_eq(connect(fd, (struct sockaddr *)&to, sizeof(to)), 0);
    return client_on(fd);
}

static inline struct client *client_open(uint16_t port, bool tls)
{
    struct client *c = client_tcp(port);

    if (tls)
        client_handshake(c, "Demo.Example.test");
    return c;
}

static inline void client_close(struct client *c)
{
    if (c->session) {
        gnutls_deinit(c->session);
        gnutls_certificate_free_credentials(c->credentials);
    }
    close(c->fd);
    free(c->bytes);
    free(c);
}

static inline void client_send_bytes(struct client *c, const char *bytes, size_t len)
{
    while (len > 0) {
        ssize_t n = c->session ? gnutls_record_send(c->session, bytes, len)
                               : send(c->fd, bytes, len, MSG_NOSIGNAL);

        if (n <= 0)
            return; /* the other side has closed: what it said is still to be read */
        bytes += n;
        len -= (size_t)n;
    }
}

static inline void client_send(struct client *c, const char *text)
{
    client_send_bytes(c, text, strlen(text));
}

/** One read, waiting at most @wait_ms. True when bytes were added. */
static inline bool client_more(struct client *c, int wait_ms)
{
    size_t room = CLIENT_BYTES_MAX - c->len;
    ssize_t n;

    if (c->end != CLIENT_OPEN || room == 0)
        return false;
    if (!(c->session && gnutls_record_check_pending(c->session)) &&
        !client_wait(c, POLLIN, wait_ms)) {
        c->end = CLIENT_SILENT;
        return false;
    }
    if (c->session) {
        n = gnutls_record_recv(c->session, c->bytes + c->len, room);
        if (n == GNUTLS_E_AGAIN || n == GNUTLS_E_INTERRUPTED)
            return true;
        if (n == GNUTLS_E_PREMATURE_TERMINATION)
            n = 0;
        else if (n < 0) /* GnuTLS tells no ECONNRESET apart; poll does */
            errno = ECONNRESET;
    } else {
        n = recv(c->fd, c->bytes + c->len, room, 0);
    }
    if (n < 0)
        c->end = errno == ECONNRESET ? CLIENT_RESET : CLIENT_EOF;
    if (n == 0)
        c->end = CLIENT_EOF;
    if (n <= 0)
        return false;
    c->len += (size_t)n;
    c->bytes[c->len] = '\0';
    return true;
}

/** Read until @text is there. */
static inline bool client_until(struct client *c, const char *text)
{
    while (!strstr(c->bytes, text))
        if (!client_more(c, CLIENT_WAIT_MS))
            return false;
    return true;
}

/** Read until at least @len bytes are there. */
static inline bool client_until_len(struct client *c, size_t len)
{
    while (c->len < len)
        if (!client_more(c, CLIENT_WAIT_MS))
            return false;
    return true;
}

/** Read until the connection ends, or is silent for @wait_ms. */
static inline enum client_end client_to_end(struct client *c, int wait_ms)
{
    while (client_more(c, wait_ms))
        ;
    return c->end;
}

static inline const char *client_body(const struct client *c)
{
    const char *end = strstr(c->bytes, "\r\n\r\n");

    return end ? end + 4 : NULL;
}

static inline size_t client_body_len(const struct client *c)
{
    const char *body = client_body(c);

    return body ? c->len - (size_t)(body - c->bytes) : 0;
}

static inline int client_status(const struct client *c)
{
    int status = 0;

    return sscanf(c->bytes, "HTTP/1.1 %d ", &status) == 1 ? status : 0;
}

/** Read one whole answer with a Content-Length; its status, 0 when it does not come. */
static inline int client_answer(struct client *c)
{
    const char *length;

    if (!client_until(c, "\r\n\r\n"))
        return 0;
    length = strcasestr(c->bytes, "\r\nContent-Length: ");
    if (!length)
        return client_status(c);
    size_t total = (size_t)(client_body(c) - c->bytes) + strtoul(length + 18, NULL, 10);

    return client_until_len(c, total) ? client_status(c) : 0;
}

/** Forget what was received; the next answer begins. */
static inline void client_next(struct client *c)
{
    c->len = 0;
    c->bytes[0] = '\0';
    if (c->end == CLIENT_SILENT)
        c->end = CLIENT_OPEN;
}
