/* What `fcemu env` sets, for a command that we start: asked of our own binary, so that both are
 * one. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

#include "base/json.h"
#include "cli/stage/internal.h"

enum { ANSWER_BYTES_MAX = 1 << 20 };

extern char **environ;

/* Single quotes for a shell. */
static void add_quoted(struct buf *out, const char *text)
{
    buf_add_char(out, '\'');
    for (; *text; text++) {
        if (*text == '\'')
            buf_puts(out, "'\\''");
        else
            buf_add_char(out, *text);
    }
    buf_add_char(out, '\'');
}

static int ask(const struct stage *stage, const char *address, const char *ca_folder,
               struct buf *answer, struct error *err)
{
    OWN(buf_done) struct buf command = {0};
    char chunk[4096];
    size_t n;
    FILE *in;

    buf_printf(&command, "%s env --json --address ", "/proc/$PPID/exe");
    add_quoted(&command, address);
    if (ca_folder) {
        buf_puts(&command, " --ca-dir ");
        add_quoted(&command, ca_folder);
    }
    if (stage->config && stage_address(stage) && strcmp(address, stage_address(stage)) == 0) {
        buf_puts(&command, " --config ");
        add_quoted(&command, stage->config);
    }
    in = popen(buf_text(&command), "re"); /* NOLINT(cert-env33-c): every word is quoted */
    if (!in)
        return error_set(err, ERROR_IO, "fcemu env: %s", strerror(errno));
    while ((n = fread(chunk, 1, sizeof(chunk), in)) > 0 && answer->len < ANSWER_BYTES_MAX)
        buf_add(answer, (struct str){chunk, n});
    if (pclose(in) != 0)
        return error_set(err, ERROR_INTERNAL, "fcemu env failed");
    return 0;
}

static bool is_set_by(const cJSON *ours, const char *variable)
{
    for (const cJSON *item = ours->child; item; item = item->next) {
        size_t len = strlen(item->string);

        if (strncmp(variable, item->string, len) == 0 && variable[len] == '=')
            return true;
    }
    return false;
}

cJSON *stage_variables(const struct stage *stage, const char *address, const char *ca_folder,
                       struct error *err)
{
    OWN(buf_done) struct buf answer = {0};

    return ask(stage, address, ca_folder, &answer, err) < 0 ? NULL
                                                            : json_parse(buf_str(&answer), err);
}

const char *const *stage_environment(struct stage *stage, const char *address,
                                     const char *ca_folder, struct error *err)
{
    OWN(json_free) cJSON *ours = stage_variables(stage, address, ca_folder, err);
    size_t count = 0, kept = 0;

    if (!ours)
        return NULL;
    while (environ[count])
        count++;
    const char **env =
        ARENA_ARRAY(stage->arena, count + (size_t)cJSON_GetArraySize(ours) + 1, const char *);

    for (size_t i = 0; i < count; i++)
        if (!is_set_by(ours, environ[i]))
            env[kept++] = environ[i];
    for (const cJSON *item = ours->child; item; item = item->next)
        if (cJSON_IsString(item))
            env[kept++] = arena_printf(stage->arena, "%s=%s", item->string, item->valuestring);
    env[kept] = NULL;
    return env;
}
