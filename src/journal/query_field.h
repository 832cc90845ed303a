/*
 * journal/query_field.h - what of an entry can be asked for; for journal/ only
 *
 * Threads: any; constant data.
 */
#pragma once

#include "journal/query.h"

enum query_kind { QUERY_TEXT, QUERY_NUMBER, QUERY_FLAG };

struct journal_field {
    const char *name;
    enum query_kind kind;
    struct str (*text)(const struct journal_entry *entry);
    double (*number)(const struct journal_entry *entry);
};

const struct journal_field *query_field_find(struct str name); /* NULL when unknown */
const struct journal_field *query_field_table(size_t *out_count);
/** A value that no entry can have: -1, with the nearest that one can. */
int query_field_check(const struct journal_field *field, struct str value, struct error *err);
/** The field takes the classes of operations, too. */
bool query_field_is_operation(const struct journal_field *field);
