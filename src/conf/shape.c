/*
 * conf/shape.c - the shapes that many fields share
 */
#include "conf/shape.h"

#include <stddef.h>

#define AMOUNT(unit)                                                                               \
    .kind = SHAPE_TEXT, .keyword = "pattern", .value = "^[0-9]+(\\.[0-9]+)?" unit "$"

const struct conf_shape shape_bool = SHAPE_OF_TYPES("boolean");
const struct conf_shape shape_number = SHAPE_OF_TYPES("number");
const struct conf_shape shape_text_or_number = SHAPE_OF_TYPES("string", "number");
const struct conf_shape shape_text_or_list = SHAPE_OF_TYPES("string", "array");
const struct conf_shape shape_scalar = SHAPE_OF_TYPES("string", "number", "boolean");
const struct conf_shape shape_text = {.kind = SHAPE_TEXT};
const struct conf_shape shape_duration = {AMOUNT("(ms|s|m|h)")};
const struct conf_shape shape_size = {AMOUNT("([KMGT]i)?B")};
const struct conf_shape shape_rate = {AMOUNT("([KMGT]i)?B/s")};
const struct conf_shape shape_base64 = {
    .kind = SHAPE_TEXT, .keyword = "contentEncoding", .value = "base64"};
const struct conf_shape shape_time = {
    .kind = SHAPE_TEXT, .keyword = "format", .value = "date-time"};
const struct conf_shape shape_glob = {.kind = SHAPE_TEXT, .keyword = "pattern", .value = "[*?]"};
const struct conf_shape shape_one = {.kind = SHAPE_CONST, .value = "1"};
const struct conf_shape shape_true = {.kind = SHAPE_CONST, .value = "true"};
const struct conf_shape shape_integer = {.kind = SHAPE_INTEGER};
const struct conf_shape shape_words = {.kind = SHAPE_WORDS};
const struct conf_shape shape_names = {.kind = SHAPE_NAMES};
const struct conf_shape shape_table = {.kind = SHAPE_TABLE};

const struct conf_shape shape_list = {.kind = SHAPE_LIST};
const struct conf_shape shape_text_list = {.kind = SHAPE_LIST, .of = &shape_text};
const struct conf_shape shape_integers = {.kind = SHAPE_LIST, .of = &shape_integer};
const struct conf_shape shape_tables = {.kind = SHAPE_LIST, .of = &shape_table};
const struct conf_shape shape_some_tables = {.kind = SHAPE_LIST, .of = &shape_table, .min = 1};

const struct conf_shape shape_map = {.kind = SHAPE_MAP};
const struct conf_shape shape_text_map = {.kind = SHAPE_MAP, .of = &shape_text};
const struct conf_shape shape_word_map = {.kind = SHAPE_MAP, .of = &shape_words};
const struct conf_shape shape_table_map = {.kind = SHAPE_MAP, .of = &shape_table};

static const struct conf_shape percentage = {AMOUNT("%")};
static const struct conf_shape fraction = {.kind = SHAPE_RATIO};
static const struct conf_shape positive_fraction = {.kind = SHAPE_SHARE};
const struct conf_shape shape_ratio = SHAPE_ANY(&fraction, &percentage);
const struct conf_shape shape_share = SHAPE_ANY(&positive_fraction, &percentage);

static const struct conf_shape random_word = {.kind = SHAPE_CONST, .value = "\"random\""};
const struct conf_shape shape_random = SHAPE_ANY(&random_word, &shape_integer);
const struct conf_shape shape_texts = SHAPE_ANY(&shape_text, &shape_text_list);
static const struct conf_shape scalar_list = {.kind = SHAPE_LIST, .of = &shape_scalar};
const struct conf_shape shape_scalars = SHAPE_ANY(&shape_scalar, &scalar_list);
static const struct conf_shape word_list = {.kind = SHAPE_LIST, .of = &shape_words};
const struct conf_shape shape_words_or_list = SHAPE_ANY(&shape_words, &word_list);
const struct conf_shape shape_text_or_table = SHAPE_ANY(&shape_text, &shape_table);
const struct conf_shape shape_names_or_table = SHAPE_ANY(&shape_names, &shape_table);
