/*
 * conf/internal.h - what the decoders of values share; nobody outside includes it
 */
#pragma once

#include "conf/field.h"

/** F103 "expected @expected, found …"; returns false. */
bool conf_wrong_type(struct conf_decoder *d, const struct conf_node *node, const char *expected);
/** One word or a list of them, as bits 1 << value. */
bool conf_want_words(struct conf_decoder *d, const struct conf_words *words,
                     const struct conf_node *node, unsigned *out);
