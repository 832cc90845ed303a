/*
 * store/snapshot_lines.h - the files of a snapshot: one of rows, a line each, and one of each
 * package
 *
 * Inside store/ only. Threads: any; nothing is shared.
 */
#pragma once

#include "base/json.h"
#include "store/internal.h"

#define SNAPSHOT_ROWS_FILE "resources.json"
#define SNAPSHOT_HEAD_LINE "{\"fcemuSnapshot\":1}\n"

/* Files of @folder, whole. What was read ends with a NUL, and is the caller's to free(). */
int snapshot_write_file(const char *folder, const char *name, struct str bytes, struct error *err);
int snapshot_read_file(const char *folder, const char *name, char **out, size_t *out_len,
                       struct error *err);

/* Lines of a snapshot, each parsed; ended by a NULL. */
struct snapshot_lines {
    cJSON **items;
    size_t count;
};

/** Read and check the rows: @fn gets each as a tree that it borrows, negative ends it. A tree is
 * gone before the next is made. */
int snapshot_lines_each(const char *folder,
                        int (*fn)(void *arg, const cJSON *line, struct error *err), void *arg,
                        struct error *err);
/** All of them at once. On failure @out holds nothing. */
int snapshot_lines_read(const char *folder, struct snapshot_lines *out, struct error *err);
/** The same of the text of such a file. */
int snapshot_lines_parse(struct str text, struct snapshot_lines *out, struct error *err);
void snapshot_lines_done(struct snapshot_lines *lines);
/** store_snapshot_diff() from @folder to the rows of @text. */
int snapshot_diff_text(const char *folder, struct str text, struct buf *out, struct error *err);

void snapshot_row_line(const struct store_row *row, struct buf *out);
/* Of a line that was read; views into it. */
struct store_key snapshot_line_key(const cJSON *line);
uint64_t snapshot_line_time(const cJSON *line, const char *name); /* ms; 0 when it is none */
