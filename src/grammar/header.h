/*
 * grammar/header.h - a rule that a call brings along in its header X-Fcemu-Fault
 *
 * Threads: any; pure functions.
 */
#pragma once

#include "fault/engine.h"

/**
 * Read `error=ResourceThrottled; delay=300ms; probability=50%`: for fault_engine_heed_headers().
 * The rule is called `header`. NULL when it is none; then *@out_mistake says why, allocated
 * (mem_free).
 */
fault_read_header_fn fault_header_read;
