/*
 * daemon/authority.h - the local certificate authority, and what it may sign for
 */
#pragma once

#include "conf/settings.h"
#include "crypto/ca.h"

/**
 * Open the authority in @folder for the emulated zones, the names of the daemon itself, loopback
 * and what the setting ca_domains names.
 */
int authority_open_for(const struct settings *settings, const char *folder, struct ca **out,
                       struct error *err);
