/*
 * What a program is still to read; it waits here while the program's pipe or terminal is full.
 */
#include "invoke/exec_input.h"

#include <errno.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

#include "base/json.h"
#include "base/mem.h"

void exec_input_close(struct exec_input *input)
{
    loop_watch_stop(GIVE(input->watch));
    if (input->fd >= 0)
        close(input->fd);
    input->fd = -1;
    buf_done(&input->unread);
    input->read = 0;
}

static void on_room(void *arg, unsigned events);

static void write_unread(struct exec_input *input)
{
    struct error err;

    while (input->fd >= 0 && input->read < input->unread.len) {
        ssize_t got =
            write(input->fd, input->unread.ptr + input->read, input->unread.len - input->read);

        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0 && errno == EAGAIN)
            break;
        if (got < 0)
            exec_input_close(input);
        else
            input->read += (size_t)got;
    }
    if (input->read == input->unread.len) {
        buf_clear(&input->unread);
        input->read = 0;
        loop_watch_stop(GIVE(input->watch));
    } else if (!input->watch) {
        input->watch =
            loop_watch_start(input->loop, input->fd, LOOP_WRITABLE, on_room, input, &err);
    }
}

static void on_room(void *arg, unsigned events)
{
    struct exec_input *input = arg;

    (void)events;
    write_unread(input);
    input->on_read(input->arg);
}

void exec_input_add(struct exec_input *input, struct str bytes)
{
    if (input->fd < 0)
        return;
    buf_add(&input->unread, bytes);
    write_unread(input);
}

void exec_input_resize(const struct exec_input *input, struct str text)
{
    struct error err;
    OWN(json_free) cJSON *size = json_parse(text, &err);
    const cJSON *width = json_get_nocase(size, "width");
    const cJSON *height = json_get_nocase(size, "height");
    struct winsize now = {0};

    if (!cJSON_IsNumber(width) || !cJSON_IsNumber(height))
        return;
    now.ws_col = (unsigned short)width->valueint;
    now.ws_row = (unsigned short)height->valueint;
    ioctl(input->fd, TIOCSWINSZ, &now);
}
