/*
 * grammar/match.c - `match`: which calls
 */
#include "base/distance.h"
#include "base/glob.h"
#include "catalog/region.h"
#include "grammar/internal.h"

#define AT(member) offsetof(struct fault_match, member)

/* ---- patterns with a vocabulary ---- */

static bool check_account(struct conf_decoder *d, const struct conf_node *node)
{
    if (glob_is_pattern(node->text) || str_all_digits(node->text))
        return true;
    conf_error(d->report, conf_at(node), "F208", "'%s' is neither digits nor a glob",
               conf_value(d, node));
    return false;
}

static bool check_region(struct conf_decoder *d, const struct conf_node *node)
{
    struct nearest nearest = {.wanted = node->text};
    size_t count;
    const struct region *table = region_table(&count);

    if (grammar_of(d)->options->allow_unknown_region)
        return true;
    for (size_t i = 0; i < count; i++) {
        if (glob_match(node->text, str_of(table[i].id)))
            return true;
        nearest_offer(&nearest, str_of(table[i].id));
    }
    if (glob_is_pattern(node->text))
        conf_error(d->report, conf_at(node), "F304", "'%s' fits no known region",
                   conf_value(d, node));
    else
        conf_error(d->report, conf_at(node), "F304", "unknown region '%s'%s", conf_value(d, node),
                   conf_did_you_mean(d, nearest.best));
    return false;
}

static bool check_method(struct conf_decoder *d, const struct conf_node *node)
{
    static const char *const methods[] = {"GET",  "POST",  "PUT",    "DELETE",
                                          "HEAD", "PATCH", "OPTIONS"};
    const char *hint = "";

    for (size_t i = 0; i < N_ELEMENTS(methods); i++) {
        if (glob_match(node->text, str_of(methods[i])))
            return true;
        if (str_eq_nocase(node->text, str_of(methods[i])))
            hint = arena_printf(d->arena, "; write %s", methods[i]);
    }
    conf_error(d->report, conf_at(node), "F207", "'%s' is not a method this service uses%s",
               conf_value(d, node), hint);
    return false;
}

static bool check_path(struct conf_decoder *d, const struct conf_node *node)
{
    if (node->text.len && strchr("/*?", node->text.ptr[0]) && node->text.ptr[0])
        return true;
    conf_error(d->report, conf_at(node), "F208", "a path starts with '/'");
    return false;
}

static bool take_patterns(struct conf_decoder *d, const struct conf_node *node, void *out)
{
    return grammar_patterns(d, node, NULL, out);
}

#define TAKE_CHECKED(what)                                                                         \
    static bool take_##what(struct conf_decoder *d, const struct conf_node *node, void *out)       \
    {                                                                                              \
        return grammar_patterns(d, node, check_##what, out);                                       \
    }
TAKE_CHECKED(account)
TAKE_CHECKED(method)
TAKE_CHECKED(path)
TAKE_CHECKED(region)
#undef TAKE_CHECKED

/* ---- the rest ---- */

static bool take_position(struct conf_decoder *d, const struct conf_field *field,
                          const struct conf_node *node, void *out)
{
    struct grammar_comparison form = {.type = FIELD_UINT,
                                      .or_value = true,
                                      .example = "{gte: 2}",
                                      .min = field->min,
                                      .wrong = field->wrong};

    return grammar_compare(d, &form, node, out);
}

static bool take_truth(struct conf_decoder *d, const struct conf_node *node, void *out)
{
    static const struct conf_field plain = {
        .name = "truth", .type = FIELD_BOOL, .offset = offsetof(struct fault_truth, wanted)};

    ((struct fault_truth *)out)->given = true;
    return conf_decode_field(d, &plain, node, out);
}

/* Nesting of any and not, counted from the match itself. */
static const struct conf_node *outermost_match(const struct conf_node *node, unsigned *out_depth)
{
    *out_depth = 0;
    for (const struct conf_node *n = node; n; n = n->parent) {
        bool nests = str_eq(n->key, STR("not")) || str_eq(n->key, STR("any"));

        if (str_is_set(n->key) && !nests)
            return n;
        *out_depth += str_is_set(n->key) && nests;
    }
    return node;
}

static bool too_deep(struct conf_decoder *d, const struct conf_node *node)
{
    unsigned depth;
    const struct conf_node *outermost = outermost_match(node, &depth);

    if (depth <= FAULT_MATCH_DEPTH_MAX)
        return false;
    conf_error(d->report, (struct conf_spot){.path = outermost, .at = node}, "F106",
               "any/not nested deeper than %d", FAULT_MATCH_DEPTH_MAX);
    return true;
}

static bool take_any(struct conf_decoder *d, const struct conf_node *node, void *out)
{
    struct fault_match *match = out;
    bool ok = true;

    if (!conf_want(d, node, CONF_LIST) || too_deep(d, node))
        return false;
    if (node->count == 0) {
        conf_error(d->report, conf_at(node), "F309", "an empty list holds for no call");
        return false;
    }
    match->any = ARENA_ARRAY(d->arena, node->count, struct fault_match);
    match->any_count = node->count;
    CONF_EACH (child, node) {
        ok = grammar_match(d, child, &match->any[child->index]) && ok;
    }
    return ok;
}

static bool take_not(struct conf_decoder *d, const struct conf_node *node, void *out)
{
    struct fault_match *match = out;

    if (too_deep(d, node))
        return false;
    match->not = ARENA_NEW(d->arena, struct fault_match);
    return grammar_match(d, node, match->not );
}

static const struct conf_word api_list[] = {
    {"2016-08-15",   API_2016   },
    {"2021-04-06",   API_2021   },
    {"2023-03-30",   API_2023   },
    {"http-trigger", API_TRIGGER},
};
static const struct conf_words apis = {CONF_WORDS_OF(api_list)};

static const struct conf_word invocation_list[] = {
    {"sync",          INVOCATION_SYNC         },
    {"async",         INVOCATION_ASYNC        },
    {"async-attempt", INVOCATION_ASYNC_ATTEMPT},
};
static const struct conf_words invocations = {CONF_WORDS_OF(invocation_list)};

static const struct conf_word sdk_list[] = {
    {"python",    SDK_PYTHON   },
    {"java",      SDK_JAVA     },
    {"go",        SDK_GO       },
    {"node",      SDK_NODE     },
    {"php",       SDK_PHP      },
    {"terraform", SDK_TERRAFORM},
    {"s",         SDK_S        },
    {"fun",       SDK_FUN      },
    {"tea",       SDK_TEA      },
    {"other",     SDK_OTHER    },
};
static const struct conf_slip sdk_slips[] = {
    {"nodejs",          "node", NULL},
    {"javascript",      "node", NULL},
    {"golang",          "go",   NULL},
    {"serverless-devs", "s",    NULL},
    {"funcraft",        "fun",  NULL},
    {NULL,              NULL,   NULL},
};
static const struct conf_words sdks = {CONF_WORDS_OF(sdk_list), .slips = sdk_slips,
                                       .instead = "use match.header user-agent"};

enum { PRODUCT_ANY = PRODUCT_COUNT }; /* a bit of its own while the rule is read */
static const struct conf_word product_list[] = {
    {"fc",  PRODUCT_FC },
    {"oss", PRODUCT_OSS},
    {"sts", PRODUCT_STS},
    {"ram", PRODUCT_RAM},
    {"sls", PRODUCT_SLS},
    {"any", PRODUCT_ANY},
};
static const struct conf_slip product_slips[] = {
    {"log", "sls", NULL},
    {"all", "any", NULL},
    {"*",   "any", NULL},
    {NULL,  NULL,  NULL},
};
static const struct conf_words products = {CONF_WORDS_OF(product_list), .slips = product_slips};

unsigned grammar_products(const struct conf_node *match)
{
    const struct conf_node *node = match ? conf_get(match, "product") : NULL;
    size_t count = 0;
    const struct conf_node *item = node ? conf_items(node, &count) : NULL;
    unsigned bits = 0;

    for (size_t i = 0; i < count; i++, item = item->next)
        for (size_t w = 0; w < N_ELEMENTS(product_list); w++)
            if (str_eq(item->text, str_of(product_list[w].name)))
                bits |= 1U << product_list[w].value;
    if (bits >> PRODUCT_ANY & 1)
        bits = (1U << PRODUCT_COUNT) - 1;
    return bits;
}

static const struct conf_shape pattern = SHAPE_ANY(&shape_text_or_number, &shape_map, &shape_list);
static const struct conf_shape position = SHAPE_ANY(&shape_integer, &shape_map);
/* Names of a vocabulary and globs, and lists of them. */
static const struct conf_shape name_or_glob = SHAPE_ANY(&shape_names, &shape_glob);
static const struct conf_shape some_names = {.kind = SHAPE_LIST, .of = &name_or_glob};
static const struct conf_shape names = SHAPE_ANY(&shape_names, &shape_glob, &some_names);
/* The same, or captures. */
static const struct conf_shape region = SHAPE_ANY(&shape_names, &shape_glob, &shape_map);
static const struct conf_shape some_regions = {.kind = SHAPE_LIST, .of = &region};
static const struct conf_shape regions =
    SHAPE_ANY(&shape_names, &shape_glob, &shape_map, &some_regions);

/* Of CALL_FACTS: by how they are matched, and by their types. */
#define PATTERN(key, taken, text)                                                                  \
    {.name = #key,                                                                                 \
     .type = FIELD_CUSTOM,                                                                         \
     .offset = AT(key),                                                                            \
     .take = taken,                                                                                \
     .help = text,                                                                                 \
     .shape = &pattern},
#define PLAIN_TEXT(key, text) PATTERN(key, take_patterns, text)
#define PLAIN_FLAG(key, text) TRUTH(key, text)
#define KEY_PLAIN(key, TYPE, text) PLAIN_##TYPE(key, text)
#define KEY_CHECKED(key, TYPE, text) PATTERN(key, take_##key, text)
#define KEY_SPECIAL(key, TYPE, text) SPECIAL_##key(text)
#define SPECIAL_region(text)                                                                       \
    {.name = "region",                                                                             \
     .type = FIELD_CUSTOM,                                                                         \
     .offset = AT(region),                                                                         \
     .take = take_region,                                                                          \
     .help = text,                                                                                 \
     .shape = &regions,                                                                            \
     .names = &grammar_regions},
#define SPECIAL_connection_call(text)                                                              \
    {.name = "connection_call",                                                                    \
     .type = FIELD_CUSTOM,                                                                         \
     .offset = AT(connection_call),                                                                \
     .decode = take_position,                                                                      \
     .min = 1,                                                                                     \
     .wrong = "calls count from 1",                                                                \
     .help = text,                                                                                 \
     .shape = &position},
#define KEY(key, TYPE, how, place, text) KEY_##how(key, TYPE, text)
#define FACT(name, TYPE, SHOWN, ...) FACT_KEY(KEY, name, TYPE, __VA_ARGS__)
#define TRUTH(key, text)                                                                           \
    {.name = #key,                                                                                 \
     .type = FIELD_CUSTOM,                                                                         \
     .offset = AT(key),                                                                            \
     .take = take_truth,                                                                           \
     .help = text,                                                                                 \
     .shape = &shape_bool},

/* clang-format off */
static const struct conf_field match_fields[] = {
    {.name = "product",
                                                   .type = FIELD_CHOICES,
                                                   .offset = AT(products),
                                                   .words = &products,
                                                   .aka = "service_type cloud",
                                                   .help = "whose calls: fc, oss, sts, ram, sls or any",
                                                   .assumed = "fc"},
    CALL_FACTS(FACT)
    {.name = "api",
                                                   .type = FIELD_CHOICES,
                                                   .offset = AT(apis),
                                                   .words = &apis,
                                                   .aka = "version api_version",
                                                   .help = "API generation"},
    {.name = "operation",
                                                   .type = FIELD_CUSTOM,
                                                   .offset = AT(operations),
                                                   .take = grammar_take_operations,
                                                   .aka = "action op",
                                                   .help = "name, glob or class: InvokeFunction, Create*, @invoke, @read, @write, @control, @all",
                                                   .shape = &names,
                                                   .names = &grammar_operations},
    {.name = "invocation",
                                                   .type = FIELD_CHOICES,
                                                   .offset = AT(invocations),
                                                   .words = &invocations,
                                                   .help = "how a function is called"},
    TRUTH(authenticated, "true: the rule is asked behind the signature check")
    {.name = "client",
                                                   .type = FIELD_CUSTOM,
                                                   .offset = AT(clients),
                                                   .take = grammar_take_clients,
                                                   .aka = "ip address",
                                                   .help = "address or CIDR of the client, or a list of them",
                                                   .shape = &pattern},
    {.name = "sdk",
                                                   .type = FIELD_CHOICES,
                                                   .offset = AT(sdks),
                                                   .words = &sdks,
                                                   .help = "official client, from User-Agent"},
    {.name = "header",
                                                   .type = FIELD_CUSTOM,
                                                   .take = grammar_take_header,
                                                   .aka = "headers",
                                                   .help = "header name: pattern or {present: bool}",
                                                   .shape = &shape_map},
    {.name = "query",
                                                   .type = FIELD_CUSTOM,
                                                   .take = grammar_take_query,
                                                   .help = "query name: pattern or {present: bool}",
                                                   .shape = &shape_map},
    {.name = "body",
                                                   .type = FIELD_CUSTOM,
                                                   .decode = grammar_take_body,
                                                   .table = &fault_body_table,
                                                   .help = "what the body holds; the daemon then reads it before deciding, up to 6 MiB"},
    {.name = "attempt",
                                                   .type = FIELD_CUSTOM,
                                                   .offset = AT(attempt),
                                                   .decode = take_position,
                                                   .min = 1,
                                                   .wrong = "attempts count from 1",
                                                   .help = "position in the retry chain",
                                                   .shape = &position},
    {.name = "any",
                                                   .type = FIELD_CUSTOM,
                                                   .take = take_any,
                                                   .table = &fault_match_table,
                                                   .aka = "or",
                                                   .help = "list of matches of which one must hold",
                                                   .shape = &shape_tables},
    {.name = "not",
                                                   .type = FIELD_CUSTOM,
                                                   .take = take_not,
                                                   .table = &fault_match_table,
                                                   .aka = "except",
                                                   .help = "a match that must not hold"},
};
/* clang-format on */

const struct conf_table fault_match_table = {
    .name = "match",
    .help = "Which calls: all keys must hold.",
    CONF_TABLE_OF(match_fields),
};

bool grammar_match(struct conf_decoder *d, const struct conf_node *node, struct fault_match *out)
{
    size_t before = d->report->errors;

    conf_decode(d, &fault_match_table, node, out);
    out->products = grammar_products(node);
    out->empty = node->kind == CONF_MAP && node->count == 0;
    return d->report->errors == before;
}

bool grammar_take_match(struct conf_decoder *d, const struct conf_node *node, void *out)
{
    return grammar_match(d, node, out);
}
