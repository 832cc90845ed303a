/*
 * cli/env/files.h - the files that variables point to, beside the local authority
 *
 * Threads: any.
 */
#pragma once

#include "base/arena.h"
#include "base/error.h"

struct ca;

struct env_files {
    struct str authority;     /* ours alone */
    struct str bundle;        /* the system's and ours, as PEM */
    struct str keystore;      /* the same for Java */
    struct str node_names;    /* what Node.js loads before a program */
    struct str python_folder; /* its sitecustomize.py is what Python loads */
    struct str php_folder;    /* its *.ini are read behind PHP's own */
};

/** Write them anew. Fails with ERROR_IO. */
int env_files_write(const struct ca *ca, struct arena *arena, struct env_files *out,
                    struct error *err);

/**
 * Write @base, a file of certificates, and those of @more, a file or a folder of a person's, as a
 * third one whose name tells what is in it; @out is its path. Fails when one cannot be read.
 */
int env_files_fold(const struct ca *ca, struct str base, struct str more, struct arena *arena,
                   struct str *out, struct error *err);
