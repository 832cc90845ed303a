/*
 * cli/deploy_upload.h - packages that are too large for the body of a call
 *
 * Threads: any, one at a time.
 */
#pragma once

#include "cli/api.h"

/**
 * Of a call that creates or changes a function: a package beyond 50 MB goes to OSS, and *body, in
 * the api's arena, names it there; others stay where they are. 0, or an exit code behind a message.
 */
int deploy_upload(struct api *api, struct str region, struct str *body);
