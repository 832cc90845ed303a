/*
 * What is to be started, as bytes and back.
 */
#include <string.h>

#include "base/buf.h"
#include "base/mem.h"
#include "supervise/internal.h"

enum { TEXTS_PER_MOUNT = 3 };

static void add_text(struct buf *out, const char *text)
{
    buf_add(out, (struct str){text, strlen(text) + 1});
}

static uint32_t count_texts(const char *const *texts)
{
    uint32_t count = 0;

    while (texts && texts[count])
        count++;
    return count;
}

void spawn_pack(const struct supervise_spec *spec, bool namespaces, struct buf *out)
{
    const int fds[] = {spec->in_fd, spec->out_fd, spec->err_fd, spec->channel_fd};
    struct spawn_head head = {
        .argc = count_texts(spec->argv),
        .envc = count_texts(spec->env),
        .mountc = (uint32_t)spec->mount_count,
        .undoc = count_texts(spec->undo),
        .uid = spec->uid,
        .namespaces = namespaces && !spec->plain,
        .own_network = spec->own_network,
        .listen_port = spec->listen_port,
        .tmp_bytes = spec->tmp_bytes,
        .data_bytes = spec->data_bytes,
        .file_bytes = spec->file_bytes,
        .processes = spec->processes,
        .descriptors = spec->descriptors,
    };

    for (unsigned i = 0; i < N_ELEMENTS(fds); i++)
        head.has |= fds[i] >= 0 ? 1u << i : 0u;
    buf_add(out, (struct str){(const char *)&head, sizeof(head)});
    add_text(out, spec->cwd ? spec->cwd : "/");
    add_text(out, spec->store ? spec->store : "");
    for (uint32_t i = 0; i < head.argc; i++)
        add_text(out, spec->argv[i]);
    for (uint32_t i = 0; i < head.envc; i++)
        add_text(out, spec->env[i]);
    for (uint32_t i = 0; i < head.undoc; i++)
        add_text(out, spec->undo[i]);
    for (uint32_t i = 0; i < head.mountc; i++) {
        add_text(out, spec->mounts[i].writable ? "w" : "r");
        add_text(out, spec->mounts[i].from ? spec->mounts[i].from : "");
        add_text(out, spec->mounts[i].to);
    }
}

struct reader {
    char *at, *end;
};

static const char *next_text(struct reader *reader)
{
    char *text = reader->at;
    char *zero = text < reader->end ? memchr(text, '\0', (size_t)(reader->end - text)) : NULL;

    if (!zero)
        return NULL;
    reader->at = zero + 1;
    return text;
}

static const char **next_texts(struct reader *reader, uint32_t count)
{
    const char **texts = (const char **)mem_alloc_array((size_t)count + 1, sizeof(*texts));

    for (uint32_t i = 0; i < count; i++)
        texts[i] = next_text(reader);
    return texts;
}

const char **texts_unpack(char **bytes, size_t *len, size_t count)
{
    struct reader reader = {*bytes, *bytes + *len};
    const char **texts = count > *len ? NULL : next_texts(&reader, (uint32_t)count);

    for (size_t i = 0; texts && i < count; i++) {
        if (!texts[i]) {
            mem_free((void *)texts);
            return NULL;
        }
    }
    *len = (size_t)(reader.end - reader.at);
    *bytes = reader.at;
    return texts;
}

static bool next_mount(struct reader *reader, struct supervise_mount *out)
{
    const char *mode = next_text(reader);
    const char *from = next_text(reader);

    out->to = next_text(reader);
    if (!out->to)
        return false;
    out->writable = *mode == 'w';
    out->from = *from ? from : NULL;
    return true;
}

bool spawn_unpack(char *bytes, size_t len, struct spawn *out)
{
    struct reader reader = {bytes + sizeof(out->head), bytes + len};
    bool whole = true;

    *out = (struct spawn){.in = -1, .out = -1, .err = -1, .channel = -1};
    if (len < sizeof(out->head))
        return false;
    memcpy(&out->head, bytes, sizeof(out->head));
    if ((uint64_t)out->head.argc + out->head.envc + out->head.undoc +
            TEXTS_PER_MOUNT * (uint64_t)out->head.mountc >
        len)
        return false;
    out->cwd = next_text(&reader);
    out->store = next_text(&reader);
    whole = out->cwd && out->store;
    out->argv = next_texts(&reader, out->head.argc);
    out->env = next_texts(&reader, out->head.envc);
    out->undo = next_texts(&reader, out->head.undoc);
    out->mounts = mem_alloc_array((size_t)out->head.mountc + 1, sizeof(*out->mounts));
    for (uint32_t i = 0; i < out->head.mountc; i++)
        whole = whole && next_mount(&reader, &out->mounts[i]);
    return whole && reader.at == reader.end && out->head.argc > 0;
}

void spawn_done(struct spawn *spawn)
{
    mem_free((void *)spawn->argv);
    mem_free((void *)spawn->env);
    mem_free((void *)spawn->undo);
    mem_free(spawn->mounts);
}
