/*
 * tests/bench/bare_mhd.c - what libmicrohttpd costs with nothing behind it
 *
 * Usage: bare_mhd [--tls KEY CERTIFICATE] PORT BODY [NAME VALUE]... - answers every request with
 * 429, the body and headers given, and a request id of its own, from one epoll thread with 16 KB
 * pools: the measure that fcemu is held against.
 */
#include <inttypes.h>
#include <microhttpd.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    POOL_BYTES = 16 << 10,
    STATUS = 429,
    CONNECTIONS_MAX = 20000,
    TIMEOUT_S = 65,
    FILE_BYTES_MAX = 16384
};

struct answer {
    const char *body;
    char **headers; /* name, value, name, value */
    int header_count;
    uint64_t served;
};

static enum MHD_Result reply(struct answer *answer, struct MHD_Connection *connection)
{
    char id[64];
    struct MHD_Response *response = MHD_create_response_from_buffer(
        strlen(answer->body), (void *)(uintptr_t)answer->body, MHD_RESPMEM_PERSISTENT);

    snprintf(id, sizeof id, "00000000-0000-4000-8000-%012" PRIx64, ++answer->served);
    MHD_add_response_header(response, "X-Fc-Request-Id", id);
    for (int i = 0; i + 1 < answer->header_count; i += 2)
        MHD_add_response_header(response, answer->headers[i], answer->headers[i + 1]);
    enum MHD_Result queued = MHD_queue_response(connection, STATUS, response);

    MHD_destroy_response(response);
    return queued;
}

static enum MHD_Result handle(void *owner, struct MHD_Connection *connection, const char *url,
                              const char *method, const char *version, const char *chunk,
                              size_t *chunk_len, void **state)
{
    static int begun;

    (void)url, (void)method, (void)version, (void)chunk;
    if (!*state) {
        *state = &begun;
        return MHD_YES;
    }
    if (*chunk_len > 0) {
        *chunk_len = 0;
        return MHD_YES;
    }
    return reply(owner, connection);
}

static const char *read_file(const char *path)
{
    static char room[2][FILE_BYTES_MAX];
    static int used;
    char *text = room[used++];
    FILE *file = fopen(path, "r");

    if (!file || fread(text, 1, FILE_BYTES_MAX - 1, file) == 0)
        exit(EXIT_FAILURE);
    fclose(file);
    return text;
}

int main(int argc, char **argv)
{
    struct MHD_OptionItem tls[3] = {
        {MHD_OPTION_END, 0, NULL}
    };
    unsigned flags = MHD_USE_EPOLL_INTERNAL_THREAD | MHD_USE_TURBO;

    if (argc > 3 && strcmp(argv[1], "--tls") == 0) {
        tls[0] = (struct MHD_OptionItem){MHD_OPTION_HTTPS_MEM_KEY, 0,
                                         (void *)(uintptr_t)read_file(argv[2])};
        tls[1] = (struct MHD_OptionItem){MHD_OPTION_HTTPS_MEM_CERT, 0,
                                         (void *)(uintptr_t)read_file(argv[3])};
        tls[2] = (struct MHD_OptionItem){MHD_OPTION_END, 0, NULL};
        flags |= MHD_USE_TLS;
        argc -= 3;
        argv += 3;
    }
    struct answer answer = {
        .body = argc > 2 ? argv[2] : "", .headers = argv + 3, .header_count = argc - 3};
    sigset_t stop;
    int caught;

    if (argc < 3)
        return EXIT_FAILURE;
    sigemptyset(&stop);
    sigaddset(&stop, SIGTERM);
    sigprocmask(SIG_BLOCK, &stop, NULL);
    struct MHD_Daemon *daemon = MHD_start_daemon(
        flags, (uint16_t)strtoul(argv[1], NULL, 10), NULL, NULL, handle, &answer,
        MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)POOL_BYTES, MHD_OPTION_CONNECTION_LIMIT,
        (unsigned)CONNECTIONS_MAX, MHD_OPTION_CONNECTION_TIMEOUT, (unsigned)TIMEOUT_S,
        MHD_OPTION_ARRAY, tls, MHD_OPTION_END);

    if (!daemon)
        return EXIT_FAILURE;
    printf("%u\n", (unsigned)MHD_get_daemon_info(daemon, MHD_DAEMON_INFO_BIND_PORT)->port);
    fflush(stdout);
    sigwait(&stop, &caught);
    MHD_stop_daemon(daemon);
    return EXIT_SUCCESS;
}
