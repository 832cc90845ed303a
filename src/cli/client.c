/* One request and its answer, in the little of HTTP/1.1 that our own control side speaks. */
#include "cli/client.h"

#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/mem.h"

enum {
    TIMEOUT_S = 10, /* the control side answers within 2 s by contract */
    READ_BYTES = 65536,
};

static const char default_address[] = "127.0.0.1:8252";

void client_answer_done(struct client_answer *answer)
{
    buf_done(&answer->body);
    buf_done(&answer->head);
}

const char *client_address(const struct cli_args *args)
{
    const char *address = cli_value(args, "address");

    if (!address)
        address = getenv("FCEMU_ADDRESS");
    return address && *address ? address : default_address;
}

int client_is_not_asked(const struct cli_args *args, const char *what)
{
    static const char *const names[] = {"address", "token"};

    for (size_t i = 0; i < N_ELEMENTS(names); i++)
        if (cli_has(args, names[i]))
            return cli_usage(args, "no daemon at hand is asked about '%s'; leave --%s out", what,
                             names[i]);
    return 0;
}

static int connect_unix(const char *path)
{
    struct sockaddr_un to = {.sun_family = AF_UNIX};
    int fd;

    if (strlen(path) >= sizeof(to.sun_path)) {
        errno = ENAMETOOLONG;
        return -1;
    }
    memcpy(to.sun_path, path, strlen(path) + 1);
    fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd >= 0 && connect(fd, (struct sockaddr *)&to, sizeof(to)) < 0) {
        int saved = errno;

        close(fd);
        errno = saved;
        return -1;
    }
    return fd;
}

static int connect_first(struct addrinfo *list)
{
    int saved = EHOSTUNREACH;

    for (struct addrinfo *a = list; a; a = a->ai_next) {
        int fd = socket(a->ai_family, a->ai_socktype | SOCK_CLOEXEC, a->ai_protocol);

        if (fd >= 0 && connect(fd, a->ai_addr, a->ai_addrlen) == 0)
            return fd;
        saved = errno;
        if (fd >= 0)
            close(fd);
    }
    errno = saved;
    return -1;
}

static int connect_tcp(struct str address)
{
    struct addrinfo hints = {.ai_socktype = SOCK_STREAM};
    struct addrinfo *list = NULL;
    struct str host;
    struct str port;

    if (!str_cut_last(address, ':', &host, &port) || port.len == 0) {
        errno = EINVAL;
        return -1;
    }
    if (host.len >= 2 && host.ptr[0] == '[')
        host = str_slice(host, 1, host.len - 1);
    OWN(mem_free)
    char *host_text =
        mem_dup_len(host.len ? host.ptr : "localhost", host.len ? host.len : strlen("localhost"));
    OWN(mem_free) char *port_text = mem_dup_len(port.ptr, port.len);

    if (getaddrinfo(host_text, port_text, &hints, &list) != 0) {
        errno = EHOSTUNREACH;
        return -1;
    }
    int fd = connect_first(list);
    int saved = errno;

    freeaddrinfo(list);
    errno = saved;
    return fd;
}

static int reach(const char *address)
{
    if (str_starts(str_of(address), STR("http://")))
        address += strlen("http://");
    return str_starts(str_of(address), STR("unix:")) ? connect_unix(address + strlen("unix:"))
                                                     : connect_tcp(str_of(address));
}

bool client_is_there(const struct cli_args *args)
{
    int fd = reach(client_address(args));

    if (fd >= 0)
        close(fd);
    return fd >= 0;
}

/* -1 with errno when nobody listens there. */
static int dial_quietly(const struct cli_args *args)
{
    struct timeval timeout = {.tv_sec = TIMEOUT_S};
    int fd = reach(client_address(args));

    if (fd < 0)
        return -1;
    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &timeout, sizeof(timeout));
    setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &timeout, sizeof(timeout));
    return fd;
}

static int dial(const struct cli_args *args)
{
    int fd = dial_quietly(args);

    if (fd < 0)
        fprintf(stderr,
                "fcemu %s: no daemon at %s: %s; start one with 'fcemu serve', or name another with "
                "--address or FCEMU_ADDRESS\n",
                args->verb->name, client_address(args),
                errno == EINVAL ? "neither HOST:PORT nor unix:PATH" : strerror(errno));
    return fd;
}

static int send_all(int fd, struct str bytes)
{
    while (bytes.len) {
        ssize_t n = send(fd, bytes.ptr, bytes.len, MSG_NOSIGNAL);

        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return -1;
        bytes = str_slice(bytes, (size_t)n, bytes.len);
    }
    return 0;
}

static int send_whole(int fd, const struct client_request *request)
{
    OWN(buf_done) struct buf b = {0};

    buf_printf(&b, "%s %s HTTP/1.1\r\nHost: %s\r\nConnection: close\r\nUser-Agent: fcemu\r\n",
               request->method, request->path, request->host);
    if (request->headers)
        buf_puts(&b, request->headers);
    buf_printf(&b, "Content-Length: %zu\r\n\r\n", request->body.len);
    return send_all(fd, buf_str(&b)) < 0 || send_all(fd, request->body) < 0 ? -1 : 0;
}

static int send_request(int fd, const struct cli_args *args, const char *method, const char *path,
                        const char *content_type, struct str body)
{
    OWN(buf_done) struct buf headers = {0};
    const char *token = cli_value(args, "token");

    if (!token)
        token = getenv("FCEMU_TOKEN");
    if (token && *token)
        buf_printf(&headers, "Authorization: Bearer %s\r\n", token);
    if (content_type)
        buf_printf(&headers, "Content-Type: %s\r\n", content_type);
    return send_whole(fd, &(struct client_request){.method = method,
                                                   .path = path,
                                                   .host = "unix",
                                                   .headers = buf_text(&headers),
                                                   .body = body});
}

/* Bytes behind each other until the peer closes; -1 on an error or a time-out. */
static int receive_all(int fd, struct buf *out)
{
    for (;;) {
        buf_reserve(out, READ_BYTES);
        ssize_t n = recv(fd, out->ptr + out->len, READ_BYTES, 0);

        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return -1;
        if (n == 0)
            return 0;
        out->len += (size_t)n;
        out->ptr[out->len] = '\0';
    }
}

static struct str client_header(struct str head, struct str name)
{
    struct str line;

    while (head.len) {
        struct str key;
        struct str value;

        str_cut(head, '\n', &line, &head);
        if (str_cut(line, ':', &key, &value) && str_eq_nocase(key, name)) {
            value = str_trim(value);
            if (value.len && value.ptr[value.len - 1] == '\r')
                value.len--;
            return value;
        }
    }
    return STR_NONE;
}

static bool add_chunks(struct str raw, struct buf *out)
{
    while (raw.len) {
        struct str line;
        unsigned long long size;

        if (!str_cut(raw, '\n', &line, &raw))
            return false;
        size = strtoull(line.ptr, NULL, 16);
        if (size == 0)
            return true;
        if (size + 2 > raw.len)
            return false;
        buf_add(out, str_slice(raw, 0, size));
        raw = str_slice(raw, size + 2, raw.len);
    }
    return false;
}

static bool split_answer(struct str raw, struct client_answer *out)
{
    size_t end;
    int64_t status;

    if (!str_find(raw, STR("\r\n\r\n"), &end) || !str_starts(raw, STR("HTTP/1.1 ")) ||
        str_to_int(str_slice(raw, 9, 12), 100, 599, &status) != NUMBER_OK)
        return false;
    buf_add(&out->head, str_slice(raw, 0, end + 2));
    out->status = (int)status;
    out->etag = client_header(buf_str(&out->head), STR("etag"));
    raw = str_slice(raw, end + 4, raw.len);
    if (str_eq_nocase(client_header(buf_str(&out->head), STR("transfer-encoding")), STR("chunked")))
        return add_chunks(raw, &out->body);
    buf_add(&out->body, raw);
    return true;
}

bool client_try(const struct cli_args *args, const char *path, struct client_answer *out)
{
    OWN(buf_done) struct buf raw = {0};
    int fd = dial_quietly(args);

    if (fd < 0)
        return false;
    bool answered =
        send_request(fd, args, "GET", path, NULL, STR_NONE) == 0 && receive_all(fd, &raw) == 0;

    close(fd);
    return answered && split_answer(buf_str(&raw), out);
}

bool client_is_ready(const struct cli_args *args)
{
    OWN(client_answer_done) struct client_answer answer = {0};

    return client_try(args, "/_fcemu/readyz", &answer) && answer.status == 200;
}

static int finish(const struct cli_args *args, int fd, int r, struct client_answer *out)
{
    OWN(buf_done) struct buf raw = {0};

    if (r == 0)
        r = receive_all(fd, &raw);
    int saved = errno;

    close(fd);
    if (r < 0) {
        bool timeout = saved == EAGAIN || saved == EWOULDBLOCK;

        fprintf(stderr, "fcemu %s: %s\n", args->verb->name,
                timeout ? "the daemon did not answer in time" : strerror(saved));
        return timeout ? EXIT_CODE_TIMEOUT : EXIT_CODE_UNREACHABLE;
    }
    if (!raw.len) {
        fprintf(stderr, "fcemu %s: the daemon has gone\n", args->verb->name);
        return EXIT_CODE_UNREACHABLE;
    }
    if (!split_answer(buf_str(&raw), out)) {
        fprintf(stderr, "fcemu %s: what listens at %s is not fcemu\n", args->verb->name,
                client_address(args));
        return EXIT_CODE_UNREACHABLE;
    }
    return 0;
}

int client_ask(const struct cli_args *args, const char *method, const char *path,
               const char *content_type, struct str body, struct client_answer *out)
{
    int fd = dial(args);

    if (fd < 0)
        return EXIT_CODE_UNREACHABLE;
    return finish(args, fd, send_request(fd, args, method, path, content_type, body), out);
}

int client_ask_long(const struct cli_args *args, const char *method, const char *path,
                    const char *content_type, struct str body, struct client_answer *out)
{
    struct timeval forever = {0};
    int fd = dial(args);

    if (fd < 0)
        return EXIT_CODE_UNREACHABLE;
    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &forever, sizeof(forever));
    return finish(args, fd, send_request(fd, args, method, path, content_type, body), out);
}

int client_send(const struct cli_args *args, const struct client_request *request,
                struct client_answer *out)
{
    struct timeval forever = {0};
    int fd = dial(args);

    if (fd < 0)
        return EXIT_CODE_UNREACHABLE;
    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &forever, sizeof(forever));
    return finish(args, fd, send_whole(fd, request), out);
}

struct str client_answer_header(const struct client_answer *answer, const char *name)
{
    return client_header(buf_str(&answer->head), str_of(name));
}

int client_open(const struct cli_args *args, const char *method, const char *path)
{
    struct timeval forever = {0};
    int fd = dial(args);

    if (fd < 0)
        return -1;
    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &forever, sizeof(forever));
    if (send_request(fd, args, method, path, NULL, STR_NONE) == 0)
        return fd;
    fprintf(stderr, "fcemu %s: the daemon has gone\n", args->verb->name);
    close(fd);
    return -1;
}

int client_finish(const struct cli_args *args, int fd, struct client_answer *out)
{
    int flags = fcntl(fd, F_GETFL);

    if (flags >= 0)
        fcntl(fd, F_SETFL, flags & ~O_NONBLOCK); /* a loop that watched it has set that */
    return finish(args, fd, 0, out);
}

void client_print_problem(const struct cli_args *args, const struct client_answer *answer)
{
    struct error err = {0};
    OWN(json_free) cJSON *problem = json_parse_within(buf_str(&answer->body), SIZE_MAX, &err);
    const cJSON *errors = problem ? cJSON_GetObjectItemCaseSensitive(problem, "errors") : NULL;
    const cJSON *item = NULL;
    struct str title = problem ? json_get_str(problem, "title") : STR_NONE;
    struct str detail = problem ? json_get_str(problem, "detail") : STR_NONE;

    fprintf(stderr, "fcemu %s: " STR_FMT, args->verb->name,
            STR_ARG(title.len ? title : str_of("the daemon refused")));
    if (detail.len)
        fprintf(stderr, ": " STR_FMT, STR_ARG(detail));
    fprintf(stderr, " (%d)\n", answer->status);
    cJSON_ArrayForEach (item, errors) {
        struct str path = json_get_str(item, "path");

        fprintf(stderr, "  " STR_FMT " " STR_FMT "%s" STR_FMT "\n",
                STR_ARG(json_get_str(item, "code")), STR_ARG(path), path.len ? ": " : "",
                STR_ARG(json_get_str(item, "message")));
    }
}

int client_ask_json(const struct cli_args *args, const char *method, const char *path,
                    struct str json_body, cJSON **out)
{
    OWN(client_answer_done) struct client_answer answer = {0};
    struct error err = {0};
    int r = client_ask(args, method, path, str_is_set(json_body) ? "application/json" : NULL,
                       json_body, &answer);

    if (r != 0)
        return r;
    if (answer.status >= 400) {
        client_print_problem(args, &answer);
        return EXIT_CODE_USAGE;
    }
    if (answer.status == 204 || answer.body.len == 0) {
        *out = NULL;
        return 0;
    }
    *out = json_parse_within(buf_str(&answer.body), SIZE_MAX, &err);
    if (!*out) {
        fprintf(stderr, "fcemu %s: the daemon's answer is no JSON: %s\n", args->verb->name,
                err.text);
        return EXIT_CODE_UNREACHABLE;
    }
    return 0;
}
