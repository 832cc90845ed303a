/* Telling the world that we listen: the ready file and the banner. */
#include "daemon/ready.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/mem.h"

enum { PORT_HTTP = 80, PORT_HTTPS = 443 };

struct str ready_address(struct str address)
{
    struct str host;
    struct str port;

    if (str_starts(address, STR("unix:")) || !str_cut_last(address, ':', &host, &port))
        return address;
    if (host.len == 0)
        return STR("0.0.0.0");
    return host.ptr[0] == '[' ? str_slice(host, 1, host.len - 1) : host;
}

static void add_listeners(struct buf *b, const struct ready_listener *listeners, size_t count)
{
    buf_printf(b, "{\"pid\": %ld, \"listeners\": [", (long)getpid());
    for (size_t i = 0; i < count; i++) {
        buf_puts(b, i ? ", {\"address\": " : "{\"address\": ");
        buf_json_string(b, listeners[i].address);
        buf_printf(b, ", \"port\": %u}", listeners[i].port);
    }
    buf_puts(b, "]}\n");
}

static int write_whole(int fd, struct str bytes)
{
    while (bytes.len) {
        ssize_t n = write(fd, bytes.ptr, bytes.len);

        if (n < 0 && errno != EINTR)
            return -1;
        if (n > 0)
            bytes = str_slice(bytes, (size_t)n, bytes.len);
    }
    return 0;
}

static int cannot_write(const char *path, struct error *err)
{
    error_errno(err, "write ready file '%s' as uid %u", path, (unsigned)geteuid());
    return error_remedy(err, "choose another with --ready-file");
}

/* A pipe or a device belongs to somebody else. */
static bool is_ours(const char *path)
{
    struct stat at;

    return stat(path, &at) < 0 || S_ISREG(at.st_mode) || S_ISDIR(at.st_mode);
}

void ready_file_remove(const char *path)
{
    if (is_ours(path))
        unlink(path);
}

/* It takes its place at once, so that nobody reads half of it. */
static int replace(const char *path, struct str text, struct error *err)
{
    OWN(mem_free) char *temporary = mem_printf("%s.%ld.tmp", path, (long)getpid());
    int fd = open(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);

    if (fd < 0)
        return cannot_write(path, err);
    int r = write_whole(fd, text);

    if (r == 0 && close(fd) == 0 && rename(temporary, path) == 0)
        return 0;
    if (r != 0)
        close(fd);
    error_errno(err, "write ready file '%s'", path);
    unlink(temporary);
    return -1;
}

/* A pipe or a device is told, not replaced. The daemon waits for no reader. */
static int tell(const char *path, struct str text, struct error *err)
{
    int fd = open(path, O_WRONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);

    if (fd < 0 && errno == ENXIO) {
        error_set(err, ERROR_IO, "write ready file '%s': nobody reads this pipe", path);
        return error_remedy(err, "start its reader first, or choose a file");
    }
    if (fd < 0)
        return cannot_write(path, err);
    int r = write_whole(fd, text);

    if (close(fd) == 0 && r == 0)
        return 0;
    return cannot_write(path, err);
}

int ready_file_write(const char *path, const struct ready_listener *listeners, size_t count,
                     struct error *err)
{
    OWN(buf_done) struct buf text = {0};

    add_listeners(&text, listeners, count);
    return is_ours(path) ? replace(path, buf_str(&text), err) : tell(path, buf_str(&text), err);
}

/* A container listens on 80 and 443 for the names of its network, and publishes the other one. */
const struct ready_listener *ready_shown(const struct ready_listener *listeners, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (listeners[i].port && listeners[i].port != PORT_HTTP && listeners[i].port != PORT_HTTPS)
            return &listeners[i];
    for (size_t i = 0; i < count; i++)
        if (listeners[i].port)
            return &listeners[i];
    return NULL;
}

/* host:port as a URL has it. */
static char *address_to_paste(const struct ready_listener *shown, struct str host)
{
    bool six = str_find(host, STR(":"), NULL);

    return mem_printf("%s" STR_FMT "%s:%u", six ? "[" : "", STR_ARG(host), six ? "]" : "",
                      shown->port);
}

static char *token_header(const struct ready_offer *offer)
{
    if (!offer->token_needed)
        return mem_printf("%s", "");
    if (offer->drawn_token.len)
        return mem_printf("-H 'Authorization: Bearer " STR_FMT "' ", STR_ARG(offer->drawn_token));
    return mem_printf("%s", "-H \"Authorization: Bearer $FCEMU_TOKEN\" ");
}

void ready_banner(const struct ready_offer *offer)
{
    const struct ready_listener *shown = ready_shown(offer->listeners, offer->count);

    if (!shown)
        return;
    bool any = str_eq(shown->address, STR("0.0.0.0")) || str_eq(shown->address, STR("::"));
    struct str host = any ? STR("127.0.0.1") : shown->address;
    OWN(mem_free) char *to = address_to_paste(shown, host);
    OWN(mem_free) char *token = token_header(offer);
    OWN(mem_free)
    char *name = mem_printf(STR_FMT "." STR_FMT ".fc.aliyuncs.com", STR_ARG(offer->account),
                            STR_ARG(offer->region));

    fprintf(
        stderr,
        "\nfcemu " FCEMU_VERSION
        " serves Function Compute at http://%s (also HTTPS and proxy), its page in a browser. To "
        "try it, paste:\n\n"
        "  curl -s -i -X POST -H 'Host: %s' "
        "http://%s/2016-08-15/services/demo/functions/raise-ResourceExhausted/invocations\n",
        to, name, to);
    if (any)
        fprintf(
            stderr,
            "  curl -s http://%s/_fcemu/ca.pem -o fcemu-ca.pem && curl -s --cacert fcemu-ca.pem ",
            to);
    else
        fprintf(stderr, "  curl -s --cacert '%s' ", offer->ca_path);
    fprintf(stderr,
            "--resolve %s:%u:" STR_FMT " https://%s:%u/2016-08-15/services\n"
            "  curl -s %shttp://%s/_fcemu/requests\n\n",
            name, shown->port, STR_ARG(host), name, shown->port, token, to);
    if (offer->drawn_token.len)
        fprintf(stderr, "The token of this run: " STR_FMT " (FCEMU_TOKEN sets one of yours)\n\n",
                STR_ARG(offer->drawn_token));
}
