/* Telling the world that we listen: the ready file and the banner. */
#include "daemon/ready.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
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

int ready_file_write(const char *path, const struct ready_listener *listeners, size_t count,
                     struct error *err)
{
    OWN(buf_done) struct buf text = {0};
    OWN(mem_free) char *temporary = mem_printf("%s.%ld.tmp", path, (long)getpid());
    int fd = open(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);

    if (fd < 0) {
        error_errno(err, "write ready file '%s' as uid %u", path, (unsigned)geteuid());
        return error_remedy(err, "choose another with --ready-file");
    }
    add_listeners(&text, listeners, count);
    int r = write_whole(fd, buf_str(&text));

    if (r == 0 && close(fd) == 0 && rename(temporary, path) == 0)
        return 0;
    if (r != 0)
        close(fd);
    error_errno(err, "write ready file '%s'", path);
    unlink(temporary);
    return -1;
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

void ready_banner(const struct ready_listener *listeners, size_t count, const char *ca_path,
                  struct str account, struct str region)
{
    const struct ready_listener *shown = ready_shown(listeners, count);

    if (!shown)
        return;
    struct str host = shown->address;
    bool any = str_eq(host, STR("0.0.0.0")) || str_eq(host, STR("::"));
    unsigned port = shown->port;

    if (any)
        host = STR("127.0.0.1");
    bool six = str_find(host, STR(":"), NULL);
    OWN(mem_free)
    char *to =
        mem_printf("%s" STR_FMT "%s:%u", six ? "[" : "", STR_ARG(host), six ? "]" : "", port);

    fprintf(stderr,
            "\nfcemu " FCEMU_VERSION
            " serves Function Compute at http://%s (also HTTPS and proxy). To try it, paste:\n\n"
            "  curl -s -i -X POST -H 'Host: " STR_FMT "." STR_FMT ".fc.aliyuncs.com' "
            "http://%s/2016-08-15/services/demo/functions/raise-ResourceExhausted/invocations\n"
            "  curl -s --cacert '%s' --resolve " STR_FMT "." STR_FMT ".fc.aliyuncs.com:%u:" STR_FMT
            " https://" STR_FMT "." STR_FMT ".fc.aliyuncs.com:%u/2016-08-15/services\n"
            "  curl -s http://%s/_fcemu/requests\n\n",
            to, STR_ARG(account), STR_ARG(region), to, ca_path, STR_ARG(account), STR_ARG(region),
            port, STR_ARG(host), STR_ARG(account), STR_ARG(region), port, to);
}
