/*
 * product/service/seed/seed_read.h - seed files and templates as a list of calls
 *
 * A file is one of ours (seed.h), a template of Funcraft, or an s.yaml of Serverless Devs.
 *
 * Threads: any.
 */
#pragma once

#include "base/arena.h"
#include "base/error.h"
#include "base/str.h"

enum { SEED_DIGEST_BYTES = 32 };

struct conf_report;
struct seed_pack;

/* Who the calls are for, where a file does not say: names of sources and roles are made of it. */
struct seed_place {
    struct str account, region;
};

/* One call, and where in the file it comes from. */
struct seed_step {
    const char *name; /* "CreateFunction 'hello'": for messages */
    const char *method;
    const char *path;
    const char *probe;  /* 200 from here: it exists; NULL: always made */
    const char *update; /* PUT there changes what exists; NULL: it stays as it is */
    struct str body;
    struct str region;                /* absent: the default one */
    bool log;                         /* a call of Log Service */
    struct str log_project, log_name; /* the project it is in, and what it makes */
    const struct seed_pack *pack;     /* its code is a folder, which was packed; NULL: it is not */
    const char *file;
    uint32_t line, column;
    int depth;   /* below the nearest earlier step of a smaller one */
    bool shared; /* what is below it is looked at even when it exists */
    struct seed_step *next;
};

struct seed_steps {
    struct seed_step *first;
    struct seed_step **end;
    size_t count;
};

/** Append what one file asks for. */
void seed_read_file(struct arena *arena, const char *path, const struct seed_place *place,
                    struct seed_steps *out, struct conf_report *report);

struct conf_node;
/** The same for one that was read. @folder is where its paths begin; NULL: no file may be read. */
void seed_read_tree(struct arena *arena, const struct conf_node *root, const char *folder,
                    const struct seed_place *place, struct seed_steps *out,
                    struct conf_report *report);

/* Which files of a folder become a package. */
struct seed_pack {
    const char *folder;
    const char *rules_folder;          /* where the rules begin: the folder, or one above it */
    const char *ignore_file;           /* its name there; NULL: none */
    const char *ignored;               /* patterns that hold anyway, a line each */
    uint8_t digest[SEED_DIGEST_BYTES]; /* of the package as it was made */
};

/** A folder as a ZIP whose bytes depend on its content alone: sorted, without times. From malloc(),
 * NULL with *err. */
char *seed_zip_folder(const struct seed_pack *pack, size_t *out_len, struct error *err);

/** Does a folder below the packed one stay out? For whoever watches it; the rules are read at each
 * seed_rules_read(). */
struct seed_rules;
struct seed_rules *seed_rules_read(const struct seed_pack *pack);
void seed_rules_free(struct seed_rules *rules); /* NULL is fine */
bool seed_rules_skip(const struct seed_rules *rules, const char *inside);

/* ---- rules of .gitignore (ignore.c) ---- */

struct ignore;
/** @text: a rule a line; in @arena. */
struct ignore *ignore_read(struct str text, struct arena *arena);
/** @path without a slash in front. The last rule that fits decides. */
bool ignore_is(const struct ignore *ignore, struct str path, bool is_folder);
