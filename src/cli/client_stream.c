/* An answer that goes on: its lines, as they come. */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "cli/client.h"

enum {
    STATUS_AT = 9,
    STATUS_DIGITS = 3,
    STATUS_REFUSED = 400,
    HEX = 16,
    CHUNK_BYTES_MAX = 64 << 20
};

struct stream {
    FILE *in;
    struct buf text; /* a line that has not ended yet */
    void (*line)(void *arg, struct str text);
    void *arg;
};

static bool next_line(FILE *in, struct buf *out)
{
    char *text = NULL;
    size_t cap = 0;
    ssize_t len = getline(&text, &cap, in);

    buf_clear(out);
    while (len > 0 && (text[len - 1] == '\n' || text[len - 1] == '\r'))
        len--;
    if (len > 0)
        buf_add(out, (struct str){text, (size_t)len});
    free(text);
    return len >= 0;
}

/* The status; 0 when it is no HTTP. *out_chunked: how the body comes. */
static int read_head(FILE *in, bool *out_chunked)
{
    OWN(buf_done) struct buf line = {0};
    int64_t status = 0;

    if (!next_line(in, &line) ||
        str_to_int(str_slice(buf_str(&line), STATUS_AT, STATUS_AT + STATUS_DIGITS), 100, 599,
                   &status) != NUMBER_OK)
        return 0;
    *out_chunked = false;
    while (next_line(in, &line) && line.len)
        *out_chunked =
            *out_chunked || str_eq_nocase(buf_str(&line), STR("Transfer-Encoding: chunked"));
    return (int)status;
}

static void take(struct stream *stream, struct str bytes)
{
    struct str line;

    while (str_cut(bytes, '\n', &line, &bytes)) {
        buf_add(&stream->text, line);
        line = buf_str(&stream->text);
        if (line.len && line.ptr[line.len - 1] == '\r')
            line.len--;
        stream->line(stream->arg, line);
        buf_clear(&stream->text);
    }
    buf_add(&stream->text, line);
}

/* False behind the last one. */
static bool take_chunk(struct stream *stream)
{
    OWN(buf_done) struct buf head = {0};
    OWN(buf_done) struct buf bytes = {0};
    unsigned long size;

    if (!next_line(stream->in, &head))
        return false;
    size = strtoul(buf_text(&head), NULL, HEX);
    if (size == 0 || size > CHUNK_BYTES_MAX)
        return false;
    buf_reserve(&bytes, size);
    bytes.len = fread(bytes.ptr, 1, size, stream->in);
    bytes.ptr[bytes.len] = '\0';
    take(stream, buf_str(&bytes));
    return bytes.len == size && next_line(stream->in, &head);
}

static void take_plain(struct stream *stream)
{
    OWN(buf_done) struct buf line = {0};

    while (next_line(stream->in, &line))
        stream->line(stream->arg, buf_str(&line));
}

static void keep_line(void *arg, struct str text)
{
    buf_add(arg, text);
    buf_add_char(arg, '\n');
}

static void read_body(struct stream *stream, bool chunked)
{
    if (!chunked)
        take_plain(stream);
    while (chunked && take_chunk(stream))
        ;
}

/* What a refusal says is one answer. */
static int print_refusal(const struct cli_args *args, FILE *in, int status, bool chunked)
{
    OWN(client_answer_done) struct client_answer refusal = {.status = status};
    struct stream stream = {.in = in, .line = keep_line, .arg = &refusal.body};

    read_body(&stream, chunked);
    buf_done(&stream.text);
    client_print_problem(args, &refusal);
    return EXIT_CODE_USAGE;
}

static int read_stream(const struct cli_args *args, struct stream *stream)
{
    bool chunked = false;
    int status = read_head(stream->in, &chunked);

    if (!status) {
        fprintf(stderr, "fcemu %s: the daemon has gone\n", args->verb->name);
        return EXIT_CODE_UNREACHABLE;
    }
    if (status >= STATUS_REFUSED)
        return print_refusal(args, stream->in, status, chunked);
    read_body(stream, chunked);
    return EXIT_CODE_PASS;
}

int client_stream(const struct cli_args *args, const char *path,
                  void (*line)(void *arg, struct str text), void *arg)
{
    struct stream stream = {.line = line, .arg = arg};
    int fd = client_open(args, "GET", path);
    int r;

    if (fd < 0)
        return EXIT_CODE_UNREACHABLE;
    stream.in = fdopen(fd, "r");
    if (!stream.in) {
        close(fd);
        return EXIT_CODE_UNREACHABLE;
    }
    r = read_stream(args, &stream);
    buf_done(&stream.text);
    fclose(stream.in);
    return r;
}
