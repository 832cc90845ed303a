/*
 * conf/field.h - mappings to structs by tables of fields
 *
 * A row a key: its name, what its value is, where it goes, its range, its default and a sentence of
 * help. Decoding, messages, the JSON Schema and the printed configuration all read these rows.
 *
 * Threads: any; tables are constant.
 */
#pragma once

#include "base/arena.h"
#include "base/buf.h"
#include "conf/node.h"
#include "conf/report.h"
#include "conf/shape.h"

struct conf_field;
struct conf_table;

/* What a run of decoding shares. Everything decoded lives in the arena. */
struct conf_decoder {
    struct arena *arena;
    struct conf_report *report;
    void *user; /* of the custom decoders */
};

enum field_type {                 /* stored as */
                  FIELD_BOOL,     /* bool */
                  FIELD_UINT,     /* uint64_t, min to max */
                  FIELD_UINT32,   /* uint32_t, min to max */
                  FIELD_INT,      /* int, min to max */
                  FIELD_DURATION, /* uint64_t nanoseconds, min to max (0: no maximum) */
                  FIELD_SIZE,     /* uint64_t bytes, min to max (0: no maximum) */
                  FIELD_RATE,     /* uint64_t bytes per second, more than 0 */
                  FIELD_RATIO,    /* double, 0 to 1 */
                  FIELD_NUMBER,   /* double, min to max (0: no maximum) */
                  FIELD_TEXT,     /* struct str */
                  FIELD_PATH,     /* struct str; relative to the folder of the file it stands in */
                  FIELD_CHOICE,   /* int, the value of the word */
                  FIELD_EITHER,   /* bool, the value of the word */
                  FIELD_CHOICES,  /* unsigned, a bit 1 << value for each; one word or a list of them
                                   */
                  FIELD_TEXTS,    /* struct conf_texts; one text or a list of them */
                  FIELD_PATHS,    /* the same for paths */
                  FIELD_MAP,      /* the struct of `table` */
                  FIELD_CUSTOM,   /* whatever `decode` makes */
};

enum field_flag {
    FIELD_REQUIRED = 1 << 0,
    FIELD_FOREVER = 1 << 1,      /* a duration may be `forever`, stored as 0 */
    FIELD_ABOVE_ZERO = 1 << 2,   /* 0 is refused */
    FIELD_FILE_ONLY = 1 << 3,    /* a setting without flag and variable */
    FIELD_SECRET = 1 << 4,       /* never printed */
    FIELD_LIST = 1 << 5,         /* of FIELD_CUSTOM: the value is a list */
    FIELD_MAY_BE_EMPTY = 1 << 6, /* of FIELD_MAP: nothing behind the key means no keys */
};

struct conf_texts {
    struct str *items;
    size_t count;
};

struct conf_word {
    const char *name;
    int value;
};

/* A word that people write instead of the right one. */
struct conf_slip {
    const char *word;
    const char *meant; /* "did you mean '…'?", or NULL */
    const char *say;   /* a hint of its own, or NULL */
};

struct conf_words {
    const struct conf_word *list;
    size_t count;
    unsigned shown;                /* how many a message names; 0: all up to five, else three */
    const struct conf_slip *slips; /* ended by a NULL word; or NULL */
    const char *instead;           /* hint when no word is near; or NULL */
    const char *wrong;             /* "is not a method this service uses" instead of the list */
};

/* A vocabulary that values are taken from, as a definition of the JSON Schema. */
struct conf_names {
    const char *name;                /* of the definition: "fc_code" */
    const char *(*at)(size_t index); /* NULL behind the last; each name is told once */
};

/* Most need no more than the value; some ask their row, for its `arg`, words or table. */
typedef bool conf_take_fn(struct conf_decoder *d, const struct conf_node *node, void *out);
typedef bool conf_decode_fn(struct conf_decoder *d, const struct conf_field *field,
                            const struct conf_node *node, void *out);

struct conf_field {
    const char *name;
    enum field_type type;
    unsigned flags;
    size_t offset;
    int64_t min;
    uint64_t max;
    const struct conf_words *words;
    const struct conf_table *table; /* of FIELD_MAP, or what FIELD_CUSTOM is made of */
    conf_take_fn *take;             /* of FIELD_CUSTOM; @out points to the member */
    conf_decode_fn *decode;         /* or this one */
    const void *arg;                /* for it */
    const char *fallback;   /* default as it is written in YAML, of a list "a, b"; or NULL */
    const char *shown;      /* what the printed configuration has instead of `fallback`, or NULL */
    const char *assumed;    /* the same for the schema alone: the struct has it otherwise */
    const char *wrong;      /* replaces "… is not between MIN and MAX"; {} stands for the value */
    const char *no_unit;    /* replaces "write {}s or {}ms" */
    const char *missing;    /* hint of F104 */
    const char *aka;        /* words that mean this key elsewhere, blank separated */
    const char *stands_for; /* of a flag: what its value is called, "REGION"; NULL: by the type */
    const char *help;
    const struct conf_shape *shape; /* of FIELD_CUSTOM; NULL: that of its table or words */
    const struct conf_names *names; /* that `shape` refers to */
};

struct conf_table {
    const char *name; /* of its definition in the JSON Schema */
    const struct conf_field *fields;
    size_t count;
    const char *noun; /* what a key is called in messages; NULL: "key" */
    const char *help;
    /* Looks at the struct as a whole once all keys are decoded; or NULL. */
    void (*check)(struct conf_decoder *d, const struct conf_node *node, void *out);
    const char *const *one_of; /* keys of which at most one may stand there; ends with NULL */
    bool
        checks_keys; /* `check` asks only which keys there are: it runs whatever their values are */
};

#define CONF_TABLE_OF(rows) .fields = (rows), .count = N_ELEMENTS(rows)
#define CONF_WORDS_OF(words) .list = (words), .count = N_ELEMENTS(words)

/** Decode a mapping. Members of keys that are missing or wrong get their default, or stay. */
void conf_decode(struct conf_decoder *d, const struct conf_table *table,
                 const struct conf_node *node, void *out);
/** Decode one value into the member of the struct at @base; false when it was wrong. */
bool conf_decode_field(struct conf_decoder *d, const struct conf_field *field,
                       const struct conf_node *node, void *base);
/** Set all members that have one to their defaults, also in nested tables. */
void conf_defaults(struct conf_decoder *d, const struct conf_table *table, void *out);
const struct conf_field *conf_table_find(const struct conf_table *table, struct str name);

/* Parts of it, for custom decoders. Each reports what is wrong and returns false. */
bool conf_want(struct conf_decoder *d, const struct conf_node *node, enum conf_kind kind);
bool conf_want_text(struct conf_decoder *d, const struct conf_node *node);
bool conf_want_word(struct conf_decoder *d, const struct conf_words *words,
                    const struct conf_node *node, int *out);
/** F102 for a key that the table does not know. */
void conf_unknown_key(struct conf_decoder *d, const struct conf_table *table,
                      const struct conf_node *node);
/** F310 when two of the keys are given, at the later one. The names end with NULL. */
bool conf_exclusive(struct conf_decoder *d, const struct conf_node *map, const char *const *names);
/** "client, connection, account, …" */
const char *conf_word_list(struct conf_decoder *d, const struct conf_words *words);
/** The value of @node as messages show it. */
const char *conf_value(struct conf_decoder *d, const struct conf_node *node);
/** "; did you mean 'x'?" or "". */
const char *conf_did_you_mean(struct conf_decoder *d, struct str best);
/** @path as seen from the folder of the file that @node stands in, in the arena. */
struct str conf_resolve_path(struct conf_decoder *d, const struct conf_node *node, struct str path);
/** The same list of children for "one or a list of them": @node itself, or its items. */
const struct conf_node *conf_items(const struct conf_node *node, size_t *out_count);

/** Append the JSON Schema (2020-12) of a document whose top is @table. */
void conf_schema(const struct conf_table *table, const char *id, struct buf *out);
