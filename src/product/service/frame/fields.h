/*
 * product/service/frame/fields.h - what a resource consists of, as tables
 *
 * A row says how a member is called, what it may hold, who may set it, who is shown it and what
 * stands there when nobody set it. Reading, checking, merging and showing are written once over
 * these rows. Requests are read as the official clients write them: keys in any case, null as
 * absent, numbers as text and text as numbers, an empty array as an empty map. In an update of
 * 2023-03-30 null clears a member that is an object, a map or a list.
 *
 * Source: spec pages api-2016-08-15 §1.8 and §4.5, api-2023-03-30 §5.1, errors §7.
 *
 * Threads: the loop thread.
 */
#pragma once

#include "base/json.h"
#include "catalog/api.h"
#include "catalog/limits.h"

enum body_type {
    BODY_STRING,
    BODY_INT,
    BODY_NUMBER,
    BODY_BOOL,
    BODY_STRINGS, /* list of strings */
    BODY_MAP,     /* the user's own keys, string values */
    BODY_NUMBERS, /* the user's own keys, number values */
    BODY_LISTS,   /* the user's own keys, lists of strings */
    BODY_OBJECT,  /* `fields` */
    BODY_OBJECTS, /* list of `fields` */
    BODY_ANY,     /* kept as sent */
    BODY_TEXT,    /* a string; an object sent instead is kept as its JSON text */
};

/* How a text must look; the regular expression is quoted in the refusal. */
enum field_pattern {
    PATTERN_NONE = 0,
    PATTERN_NAME,        /* ^[_a-zA-Z][-_a-zA-Z0-9]*$ */
    PATTERN_DOMAIN,      /* one or more labels and a top-level name */
    PATTERN_WILD_DOMAIN, /* the same, or "*." in front of it */
    PATTERN_PRINT,       /* ^[[:print:]]+$, of each value of a map */
    PATTERN_VARIABLE,    /* ^[a-zA-Z][a-zA-Z0-9_]*$, of each key of a map */
    PATTERN_ROLE,        /* ^acs:ram::[0-9]+:role/.+$ */
    PATTERN_CERTIFICATE, /* PEM */
    PATTERN_PRIVATE_KEY, /* PEM */
};

enum {
    IN_2016 = 1 << 0,
    IN_2021 = 1 << 1,
    IN_2023 = 1 << 2,
    IN_CLASSIC = IN_2016 | IN_2021,
    IN_ALL = IN_CLASSIC | IN_2023,

    BODY_REQUIRED = 1 << 3,         /* on create */
    BODY_CONSTANT = 1 << 4,         /* given on create, ignored in updates */
    BODY_READ_ONLY = 1 << 5,        /* made by the service */
    BODY_SECRET = 1 << 6,           /* kept, never shown */
    BODY_MERGED = 1 << 7,           /* an update of 2016 replaces members, not the whole object */
    BODY_DECIDED = 1 << 8,          /* the default of the API that creates is stored for good */
    BODY_EMPTY_IS_ABSENT = 1 << 9,  /* "" in an update leaves it alone */
    BODY_OPTIONAL_ZERO = 1 << 10,   /* 0 stands for "not set" and is not range-checked */
    BODY_MINUS_ONE = 1 << 12,       /* -1 stands for "any" and is not range-checked */
    BODY_ZERO_IS_DEFAULT = 1 << 13, /* 0 is read as the default */
    BODY_MAY_BE_EMPTY = 1 << 14,    /* "" besides the choices and the pattern */
    BODY_NATURAL = 1 << 15,         /* a number of 0 or more */
    BODY_POSITIVE = 1 << 16,        /* a number of 1 or more */
    IN_TRIGGER = 1 << 11,           /* of operations: traffic for HTTP triggers */
};

/* A figure of catalog/limits.h, or none. */
#define LIMIT(name) (LIMIT_##name + 1)

struct field_table;

struct field {
    const char *name;
    enum body_type type;
    unsigned flags;      /* IN_… for whom it exists, FIELD_… */
    const char *classic; /* JSON shown where it is not set, 2016 and 2021; NULL: left out */
    const char *current; /* the same for 2023 */
    const char *in_2021; /* the same where 2021 differs; NULL: as `classic` */
    int min, max, step;  /* LIMIT(…): of the number, the text's length or the count; 0: none */
    /* LIMIT(…): the default as a figure that can be set, of a BODY_DECIDED number (of 2016 and
       2023 where they differ) or one with BODY_ZERO_IS_DEFAULT */
    int preset, preset_2016, preset_2023;
    enum field_pattern pattern;
    enum field_pattern key_pattern; /* of a map */
    const char *key_title;          /* of a key in messages */
    const char *choices;            /* "a | b"; of a list: of each item */
    const char *title;              /* in messages; NULL: the name with a capital */
    const struct field_table *fields;
};

struct field_table {
    const struct field *rows;
    size_t count;
};

#define FIELD_TABLE(name, ...)                                                                     \
    static const struct field name##_rows[] = {__VA_ARGS__};                                       \
    static const struct field_table name = {name##_rows,                                           \
                                            sizeof(name##_rows) / sizeof(name##_rows[0])}

/* Why a request is refused: always InvalidArgument, with this text. */
struct field_refusal {
    struct buf text; /* empty: it is not */
};

struct field_reading {
    enum api_version api;
    const struct limits *limits;
    bool create; /* required members are asked for, defaults that are decided are filled in */
    bool inner;  /* of an object inside of another */
    struct field_refusal *refusal;
};

/** The bit of an API: IN_2016, …. */
unsigned field_api(enum api_version api);
const char *field_default(const struct field *field, enum api_version api);

/**
 * What @input (an object, or NULL) says about the members of @table, under their canonical names
 * and types, checked. NULL when it is refused; the caller owns the answer.
 */
cJSON *fields_read(const struct field_table *table, const cJSON *input,
                   const struct field_reading *reading);

/** Put what was read into @document, which is changed: members are replaced, merged, or removed
 * where they were read as null. */
void fields_merge(const struct field_table *table, enum api_version api, cJSON *document,
                  cJSON *read);

/** What @api shows of @document, in the order of the table. */
cJSON *fields_show(const struct field_table *table, const cJSON *document, enum api_version api);

/** One text by its table row: for names that come in a path. False when refused. */
bool field_check_text(const struct field *field, struct str text,
                      const struct field_reading *reading);

/** @text is one of "a | b". */
bool field_is_choice(const char *choices, struct str text);
/** How messages call it. */
void field_title(const struct field *field, struct buf *out);

/** The regular expression of a pattern, and whether a text has it. */
const char *field_pattern_text(enum field_pattern pattern);
bool field_pattern_match(enum field_pattern pattern, struct str text);

/** JSON from a constant text. */
cJSON *json_constant(const char *text);
/** A member of exactly that name, also null; cJSON's own question forgives case. */
bool json_has(const cJSON *object, const char *key);
/** The member @key of @object replaced or added; @value is taken, also NULL (then it is removed).
 */
void json_set(cJSON *object, const char *key, cJSON *value);
/** An absent member, a null, or an object or list without members. */
bool json_is_blank(const cJSON *json);
