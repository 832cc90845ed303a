#include "conf/field.h"

#include "base/json.h"
#include "conf/scalar.h"
#include "conf_fixture.h"

struct inner {
    uint64_t limit;
};

struct sample {
    bool on;
    uint64_t count;
    int level;
    uint64_t wait_ns, pause_ns, size, rate;
    double share;
    struct str name, path;
    int kind;
    unsigned kinds;
    struct conf_texts words;
    struct inner inner;
};

static const struct conf_word kind_list[] = {
    {"alpha", 1},
    {"beta",  2},
    {"gamma", 5},
};
static const struct conf_slip kind_slips[] = {
    {"first", "alpha", NULL                },
    {"delta", NULL,    "delta is long gone"},
    {NULL,    NULL,    NULL                },
};
static const struct conf_words kinds = {CONF_WORDS_OF(kind_list), .slips = kind_slips};

#define AT(member) offsetof(struct sample, member)

static const struct conf_field inner_fields[] = {
    {.name = "limit",
     .type = FIELD_UINT,
     .flags = FIELD_REQUIRED,
     .offset = offsetof(struct inner, limit),
     .min = 1,
     .max = UINT64_MAX,
     .wrong = "{} is not a positive integer",
     .missing = "say how many"},
};
static const struct conf_table inner_table = {.name = "inner", CONF_TABLE_OF(inner_fields)};

static const struct conf_field sample_fields[] = {
    {.name = "on",              .type = FIELD_BOOL,      .offset = AT(on),                                      .fallback = "true"},
    {.name = "count",           .type = FIELD_UINT,      .offset = AT(count),                                   .min = 1,.max = 100},
    {.name = "level",                         .type = FIELD_INT,                                  .offset = AT(level),                                              .min = -10,.max = 10},
    {.name = "wait",
     .type = FIELD_DURATION,
     .offset = AT(wait_ns),
     .flags = FIELD_ABOVE_ZERO,
     .fallback = "5s",
     .aka = "predicates sleep"},
    {.name = "pause", .type = FIELD_DURATION,                                   .offset = AT(pause_ns),                                                                                 .flags = FIELD_FOREVER},
    {.name = "size",   .type = FIELD_SIZE,.offset = AT(size),.min = 1024,.max = 1 << 20},
    {.name = "rate",     .type = FIELD_RATE,                                         .offset = AT(rate),                                                                                                                                                                   .flags = FIELD_ABOVE_ZERO                                                                                                                                                                },
    {.name = "share",            .type = FIELD_RATIO,             .offset = AT(share),        .flags = FIELD_ABOVE_ZERO},
    {.name = "name",           .type = FIELD_TEXT,    .offset = AT(name)                         },
    {.name = "path",            .type = FIELD_PATH,       .offset = AT(path)                                      },
    {.name = "kind",.type = FIELD_CHOICE,.offset = AT(kind),          .words = &kinds},
    {.name = "kinds",       .type = FIELD_CHOICES,                     .offset = AT(kinds),                                                                 .words = &kinds},
    {.name = "words",      .type = FIELD_TEXTS,.offset = AT(words)},
    {.name = "inner",      .type = FIELD_MAP,                                    .offset = AT(inner),                                                                                             .table = &inner_table},
};
static const struct conf_table sample_table = {.name = "sample", CONF_TABLE_OF(sample_fields)};

static struct sample got;

static const char *decode(const char *text)
{
    struct conf_decoder d = {.arena = arena, .report = report};

    got = (struct sample){0};
    conf_defaults(&d, &sample_table, &got);
    conf_decode(&d, &sample_table, conf_parse(arena, str_of(text), "d/f.yaml", report), &got);
    return fixture_issues();
}

START_TEST(test_field_every_type_lands_in_its_member)
{
    ck_assert_str_eq(decode("{count: 7, level: -3, pause: forever, size: 64KiB, rate: 1KiB/s, "
                            "share: 25%, name: 12, path: x/y, kind: gamma, kinds: [alpha, beta], "
                            "words: one, inner: {limit: 18446744073709551615}}"),
                     "");
    ck_assert(got.on);
    ck_assert_uint_eq(got.count, 7);
    ck_assert_int_eq(got.level, -3);
    ck_assert_uint_eq(got.wait_ns, 5 * DURATION_S);
    ck_assert_uint_eq(got.pause_ns, 0);
    ck_assert_uint_eq(got.size, 65536);
    ck_assert_uint_eq(got.rate, 1024);
    ck_assert_double_eq_tol(got.share, 0.25, 1e-12);
    ck_assert(str_eq(got.name, STR("12")));
    ck_assert(str_eq(got.path, STR("d/x/y")));
    ck_assert_int_eq(got.kind, 5);
    ck_assert_uint_eq(got.kinds, 1u << 1 | 1u << 2);
    ck_assert_uint_eq(got.words.count, 1);
    ck_assert(str_eq(got.words.items[0], STR("one")));
    ck_assert_uint_eq(got.inner.limit, UINT64_MAX);
}
END_TEST

/* clang-format off */
static const struct {
    const char *text;
    const char *want; /* behind "d/f.yaml:" */
} wrong[] = {
    {"on: yes",          "1:5: error F206: on: 'yes' is not a boolean here; write true or false\n"                   },
    {"on: 1",            "1:5: error F206: on: '1' is not a boolean; write true or false\n"                          },
    {"count: 0",         "1:8: error F205: count: 0 is not between 1 and 100\n"                                      },
    {"count: 101",       "1:8: error F205: count: 101 is not between 1 and 100\n"                                    },
    {"count: -1",        "1:8: error F205: count: -1 is not between 1 and 100\n"                                     },
    {"count: x",         "1:8: error F205: count: 'x' is not an integer between 1 and 100\n"                         },
    {"count: '7'",       "1:8: error F205: count: '7' is not an integer between 1 and 100\n"                         },
    {"count: [7]",       "1:8: error F103: count: expected an integer, found a list\n"                               },
    {"count:",           "1:7: error F103: count: expected an integer, found nothing\n"                              },
    {"level: -11",       "1:8: error F205: level: -11 is not between -10 and 10\n"                                   },
    {"inner: {limit: -1}", "1:16: error F205: inner.limit: -1 is not a positive integer\n"                           },
    {"inner: {}",        "1:8: error F104: inner: 'limit' is missing; say how many\n"                                },
    {"inner: [1]",       "1:8: error F103: inner: expected a mapping, found a list\n"                                },
    {"wait: 120",        "1:7: error F201: wait: '120' has no unit; write 120s or 120ms\n"                           },
    {"wait: 5x",         "1:7: error F201: wait: '5x' is not a duration; write 5ms, 5s, 5m or 5h\n"                  },
    {"wait: 0s",         "1:7: error F205: wait: must be more than 0s\n"                                             },
    {"size: 64",         "1:7: error F202: size: '64' has no unit; write 64KiB or 64B\n"                             },
    {"size: 64kb",       "1:7: error F202: size: '64kb' is not a size; write 64B, 64KiB or 64MiB\n"                  },
    {"size: 2MiB",       "1:7: error F205: size: 2MiB is not between 1KiB and 1MiB\n"                                },
    {"rate: 10kb",       "1:7: error F203: rate: '10kb' is not a rate; write 10KiB/s\n"                              },
    {"share: 1.7",       "1:8: error F204: share: 1.7 is not a ratio; write a number above 0 and up to 1, or a percentage such as 17%\n"},
    {"share: 30",        "1:8: error F204: share: 30 is not a ratio; did you mean 30% (0.3)?\n"                      },
    {"share: 0",         "1:8: error F204: share: must be more than 0\n"                                             },
    {"share: half",      "1:8: error F204: share: 'half' is not a ratio; write a number such as 0.3, or a percentage such as 30%\n"},
    {"kind: alpa",       "1:7: error F207: kind: 'alpa' is not one of alpha, beta, gamma; did you mean 'alpha'?\n"   },
    {"kind: first",      "1:7: error F207: kind: 'first' is not one of alpha, beta, gamma; did you mean 'alpha'?\n"  },
    {"kind: delta",      "1:7: error F207: kind: 'delta' is not one of alpha, beta, gamma; delta is long gone\n"     },
    {"kinds: [beta, x]", "1:15: error F207: kinds[1]: 'x' is not one of alpha, beta, gamma\n"                        },
    {"name: {a: b}",     "1:7: error F103: name: expected a text, found a mapping\n"                                 },
    {"predicats: 1",     "1:1: error F102: unknown key 'predicats'; known keys: on, count, level, …; did you mean 'wait'?\n"},
    {"zzzz: 1",          "1:1: error F102: unknown key 'zzzz'; known keys: on, count, level, …\n"                    },
    {"inner: {limt: 1, limit: 2}", "1:9: error F102: inner: unknown key 'limt'; known keys: limit; did you mean 'limit'?\n"},
};
/* clang-format on */

START_TEST(test_field_wrong_value_is_explained)
{
    const char *issues = decode(wrong[_i].text);

    ck_assert_msg(strncmp(issues, "d/f.yaml:", 9) == 0, "got %s", issues);
    ck_assert_str_eq(issues + 9, wrong[_i].want);
}
END_TEST

START_TEST(test_field_all_mistakes_are_reported_at_once)
{
    decode("on: 1\ncount: 0\nkind: x\ninner: {}\nnew: 1\n");
    ck_assert_uint_eq(report->errors, 5);
}
END_TEST

START_TEST(test_field_exclusive_names_both_keys)
{
    struct conf_decoder d = {.arena = arena, .report = report};
    const struct conf_node *top = conf_parse(arena, STR("when:\n  a: 1\n  b: 2\n"), "f", report);

    ck_assert(!conf_exclusive(&d, conf_get(top, "when"), (const char *const[]){"b", "a", NULL}));
    ck_assert_str_eq(fixture_issues(),
                     "f:3:3: error F310: when: 'a' and 'b' exclude one another\n");
    ck_assert(conf_exclusive(&d, conf_get(top, "when"), (const char *const[]){"b", "c", NULL}));
}
END_TEST

START_TEST(test_field_schema_is_json_and_defines_nested_tables)
{
    struct buf text = {0};
    struct error err = {0};

    conf_schema(&sample_table, "https://fcemu.invalid/sample.json", &text);
    OWN(json_free) cJSON *json = json_parse(buf_str(&text), &err);

    ck_assert_msg(json != NULL, "%s in %s", err.text, buf_text(&text));
    const cJSON *properties = cJSON_GetObjectItem(json, "properties");

    ck_assert_int_eq(cJSON_GetArraySize(properties), N_ELEMENTS(sample_fields));
    const cJSON *inner = cJSON_GetObjectItem(cJSON_GetObjectItem(json, "$defs"), "inner");

    ck_assert_str_eq(cJSON_GetArrayItem(cJSON_GetObjectItem(inner, "required"), 0)->valuestring,
                     "limit");
    ck_assert(str_eq(json_get_str(cJSON_GetObjectItem(properties, "inner"), "$ref"),
                     STR("#/$defs/inner")));
    buf_done(&text);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("conf/field");
    TCase *tc = tcase_create("tables");

    tcase_add_checked_fixture(tc, fixture_setup, fixture_teardown);
    tcase_add_test(tc, test_field_every_type_lands_in_its_member);
    tcase_add_loop_test(tc, test_field_wrong_value_is_explained, 0, N_ELEMENTS(wrong));
    tcase_add_test(tc, test_field_all_mistakes_are_reported_at_once);
    tcase_add_test(tc, test_field_exclusive_names_both_keys);
    tcase_add_test(tc, test_field_schema_is_json_and_defines_nested_tables);
    suite_add_tcase(suite, tc);
    return suite_run(suite);
}
