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

/* text.c */
/** Line and column, from 1 and in characters, of a byte of @text. */
void conf_text_place(struct str text, size_t offset, uint32_t *line, uint32_t *column);
/** F106 when the text is too large, F100 when it is not UTF-8. */
bool conf_text_check(const struct conf_source *source, struct conf_report *report);
