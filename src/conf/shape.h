/*
 * conf/shape.h - what the values of custom fields look like, for the JSON Schema
 *
 * A shape tells no words, keys, names or bounds of its own where its field's row has them already.
 *
 * Threads: any; shapes are constant.
 */
#pragma once

#include <stdint.h>

enum { SHAPE_TYPES_MAX = 5, SHAPE_ALTERNATIVES_MAX = 5 };

enum conf_shape_kind {
    SHAPE_JSON,    /* of any of `types`, as JSON calls them */
    SHAPE_TEXT,    /* a text; `keyword`, such as "pattern", tells more of it: `value` */
    SHAPE_CONST,   /* `value`, as JSON */
    SHAPE_INTEGER, /* from the field's `min` to its `max`; 0: no maximum */
    SHAPE_RATIO,   /* 0 to 1 */
    SHAPE_SHARE,   /* the same without 0 */
    SHAPE_LIST,    /* of `of`; `min` of them at least */
    SHAPE_MAP,     /* its values are `of`, except that of the key `own`; keys match `value` */
    SHAPE_ANY_OF,
    SHAPE_WORDS, /* one of the field's words */
    SHAPE_NAMES, /* one of its names */
    SHAPE_TABLE, /* a mapping by its table */
};

struct conf_shape {
    enum conf_shape_kind kind;
    const char *types[SHAPE_TYPES_MAX];
    const char *keyword, *value;
    unsigned min;
    const char *own;
    const struct conf_shape *of, *of_own;
    const struct conf_shape *any_of[SHAPE_ALTERNATIVES_MAX + 1]; /* ended by NULL */
};

#define SHAPE_OF_TYPES(...)                                                                        \
    {                                                                                              \
        .kind = SHAPE_JSON, .types = { __VA_ARGS__ }                                               \
    }
#define SHAPE_ANY(...)                                                                             \
    {                                                                                              \
        .kind = SHAPE_ANY_OF, .any_of = { __VA_ARGS__ }                                            \
    }

extern const struct conf_shape shape_bool, shape_number;
extern const struct conf_shape shape_text;
extern const struct conf_shape shape_texts;     /* one text or a list of them */
extern const struct conf_shape shape_text_list; /* always a list */
extern const struct conf_shape shape_text_map;
extern const struct conf_shape shape_text_or_number;
extern const struct conf_shape shape_text_or_list;    /* of whatever */
extern const struct conf_shape shape_scalar;          /* anything that is no list and no mapping */
extern const struct conf_shape shape_scalars;         /* one or a list of them */
extern const struct conf_shape shape_list, shape_map; /* of whatever */
extern const struct conf_shape shape_duration, shape_size, shape_rate, shape_ratio, shape_share;
extern const struct conf_shape shape_integer, shape_integers; /* a list */
extern const struct conf_shape shape_base64, shape_time, shape_glob;
extern const struct conf_shape shape_random; /* a whole number, or the word */
extern const struct conf_shape shape_one;    /* the number */
extern const struct conf_shape shape_true;
/* By the argument of the field. */
extern const struct conf_shape shape_words, shape_words_or_list, shape_word_map;
extern const struct conf_shape shape_names;
extern const struct conf_shape shape_table, shape_tables, shape_some_tables, shape_table_map;
extern const struct conf_shape shape_text_or_table;
extern const struct conf_shape shape_names_or_table;
