/*
 * http/wire/address.h - what one can listen on
 *
 * Threads: any.
 */
#pragma once

#include <stdint.h>

#include "base/error.h"
#include "base/str.h"
#include "http/wire/ending.h"

/**
 * A bound and listening, non-blocking, close-on-exec socket for "127.0.0.1:0", "[::1]:8252",
 * "localhost:8252", ":8252" (both families) or "unix:/path". A socket file left behind by a dead
 * process is replaced.
 *
 * @out_fd    the caller's to close
 * @out_port  the real port; 0 for a socket file
 * @out_path  the socket file, heap, the caller's to remove and free; NULL otherwise
 *
 * Returns 0, or negative: ERROR_USAGE for an address that cannot be, ERROR_IO from the kernel.
 */
int address_listen(struct str address, int *out_fd, uint16_t *out_port, char **out_path,
                   struct error *err);

/**
 * The same for a TCP address with a port, where those who come meet @door.
 *
 * @out_filler  of WIRE_DOOR_SILENT: what takes the one place that there is, the caller's to close;
 *              else -1
 */
int address_listen_as(struct str address, enum wire_door door, int *out_fd, int *out_filler,
                      struct error *err);
