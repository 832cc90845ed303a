/*
 * product/service/frame/field_value.h - one value by its row of a table
 *
 * Inside product/service/ only, and between the files of fields.h.
 */
#pragma once

#include "product/service/frame/fields.h"

/** Converted and checked; NULL when refused. The caller owns it. */
cJSON *field_read_value(const struct field *field, const cJSON *value,
                        const struct field_reading *reading);

/** Say why, led by the field's title; only the first refusal counts. Always false, so that a
 * failing line is one line. */
bool field_refuse(const struct field_reading *reading, const struct field *field, const char *fmt,
                  ...) PRINTF_LIKE(3, 4);
