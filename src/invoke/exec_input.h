/*
 * invoke/exec_input.h - the input of a program, with what it has not read yet
 *
 * Threads: the loop thread.
 */
#pragma once

#include "base/buf.h"
#include "loop/loop.h"

struct exec_input {
    struct loop *loop;
    int fd; /* -1: none, or at its end */
    struct loop_watch *watch;
    struct buf unread;
    size_t read;
    void (*on_read)(void *arg); /* the program has read, so that there is room */
    void *arg;
};

/** Nothing happens when it is closed. */
void exec_input_add(struct exec_input *input, struct str bytes);
/** Its terminal has another size: {"Width": 80, "Height": 24}. */
void exec_input_resize(const struct exec_input *input, struct str text);
void exec_input_close(struct exec_input *input);
