/*
 * daemon/ready.h - telling the world that we listen: the ready file and the banner
 */
#pragma once

#include "base/error.h"
#include "base/str.h"

struct ready_listener {
    struct str address; /* as configured */
    uint16_t port;      /* the real one; 0 for a socket file */
};

/**
 * Write {"pid": 1, "listeners": [{"address": "127.0.0.1", "port": 40001}]} to @path: whole, by
 * rename, so that who sees the file can connect. The address has no port.
 */
int ready_file_write(const char *path, const struct ready_listener *listeners, size_t count,
                     struct error *err);

/** Three lines to paste, on standard error. */
void ready_banner(const struct ready_listener *listeners, size_t count, const char *ca_path,
                  struct str account, struct str region);
