/*
 * daemon/ready.h - telling the world that we listen: the ready file and the banner
 */
#pragma once

#include "base/error.h"
#include "base/str.h"

struct ready_listener {
    struct str address; /* as ready_address() gives it */
    uint16_t port;      /* the real one; 0 for a socket file */
};

/** The address without the port: "[::1]:80" → "::1", ":80" → "0.0.0.0"; "unix:/x" stays. */
struct str ready_address(struct str configured);

/**
 * Write {"pid": 1, "listeners": [{"address": "127.0.0.1", "port": 40001}]} to @path: whole, by
 * rename, so that who sees the file can connect. What is no file (a pipe, a device) is written to;
 * a pipe that nobody reads is an error.
 */
int ready_file_write(const char *path, const struct ready_listener *listeners, size_t count,
                     struct error *err);
/** What it wrote, or another daemon that was killed; never a pipe or a device. */
void ready_file_remove(const char *path);

/** The listener that the banner names: one that people reach, also from outside a container; NULL
 * when there are only socket files. */
const struct ready_listener *ready_shown(const struct ready_listener *listeners, size_t count);

struct ready_offer {
    const struct ready_listener *listeners;
    size_t count;
    const char *ca_path; /* of ca.pem on this machine */
    struct str account, region;
    struct str drawn_token; /* to be told; "" or absent: the reader knows it */
    bool token_needed;
};

/** Three lines to paste, on standard error. Where others can reach us they work from outside, too:
 * the certificate is fetched first. */
void ready_banner(const struct ready_offer *offer);
