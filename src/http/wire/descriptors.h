/*
 * http/wire/descriptors.h - how many connections there can be
 */
#pragma once

#include <stdint.h>

/**
 * Let the kernel make room for the descriptors of many connections. To be called before the first
 * thread starts: with threads, the kernel waits some 10 ms each time its table of descriptors
 * doubles, and the loop with it. Without this call all works, but for these pauses.
 */
void descriptors_prepare(void);

/** One each; some are kept back, @out_reserved of them for connections beyond that number. */
uint32_t descriptors_for_connections(uint32_t *out_reserved);
