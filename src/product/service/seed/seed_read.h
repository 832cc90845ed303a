/*
 * product/service/seed/seed_read.h - seed files as a list of calls
 *
 * Inside product/service/ only.
 */
#pragma once

#include "base/arena.h"
#include "base/json.h"

struct conf_node;
struct conf_report;

/* One call, and where in the file it comes from. */
struct seed_step {
    const char *name; /* "CreateFunction 'hello'": for messages */
    const char *method;
    const char *path;
    const char *probe; /* 200 from here: it exists; NULL: always made */
    struct str body;
    const char *file;
    uint32_t line, column;
    int depth; /* below the nearest earlier step of a smaller one */
    struct seed_step *next;
};

struct seed_steps {
    struct seed_step *first;
    struct seed_step **end;
    size_t count;
};

/** Append what one file asks for. */
void seed_read_file(struct arena *arena, const char *path, struct seed_steps *out,
                    struct conf_report *report);

/** A folder as a ZIP whose bytes depend on its content alone: sorted, without times. From malloc(),
 * NULL with *err. */
char *seed_zip_folder(const char *path, size_t *out_len, struct error *err);
