/* What the bodies of control calls may say, and how a mistake in one is told. */
#include "admin/body.h"

#include "admin/internal.h"
#include "admin/parameter.h"
#include "base/distance.h"
#include "base/number.h"

enum {
    TEXT = 1 << 0,
    FLAG = 1 << 1,
    COUNT = 1 << 2, /* a whole number from 0 */
    NOTHING = 1 << 3,
    TEXTS = 1 << 4, /* a list of texts */
    OBJECT = 1 << 5,
    OBJECTS = 1 << 6, /* a list of them */
    LONG = 1 << 7,    /* digits beyond what a double holds (document.h) */
    ACCOUNT = 1 << 8, /* digits, as a text or a number */
    FIELDS_MAX = 8,
};

struct field {
    const char *name;
    unsigned types;
};

/* clang-format off */
static const struct schema {
    const char *name; /* as the route table calls it */
    bool list;        /* a list in place of the object will do */
    struct field fields[FIELDS_MAX];
} schemas[] = {
    {"AsyncDrain",       false, {{"within", TEXT}}},
    {"ClockChange",      false, {{"advance", TEXT}, {"freeze", TEXT | FLAG}}},
    {"DebugInput",       false, {{"account", ACCOUNT}, {"region", TEXT}, {"port", COUNT}, {"wait", FLAG}}},
    {"DrillStart",       false, {{"seed", COUNT | LONG | TEXT}, {"timeout", TEXT}, {"workload", TEXT}, {"attached", FLAG}}},
    {"Explain",          false, {{"request_id", TEXT}, {"method", TEXT}, {"host", TEXT}, {"path", TEXT}, {"headers", OBJECT}, {"body", TEXT}}},
    {"Folder",           false, {{"folder", TEXT}}},
    {"KeyInput",         false, {{"account", ACCOUNT}, {"region", TEXT}, {"always", FLAG}}},
    {"ObservationInput", false, {{"request_id", TEXT}, {"outcome", TEXT | NOTHING}, {"exception", TEXT | NOTHING}, {"code", TEXT | NOTHING}, {"message", TEXT | NOTHING}, {"attempts", COUNT}}},
    {"Reset",            false, {{"what", TEXTS}}},
    {"ScenarioInput",    false, {{"state", TEXT | NOTHING}}},
    {"SeedInput",        false, {{"seed", COUNT | LONG | TEXT}}},
    {"SignInput",        false, {{"account", ACCOUNT}, {"region", TEXT}, {"method", TEXT}, {"path", TEXT}, {"headers", OBJECT}}},
    {"StateReset",       false, {{"seed", FLAG}, {"account", ACCOUNT}}},
    {"SwitchFor",        false, {{"for", TEXT}}},
    {"SwitchInput",      false, {{"enabled", FLAG}, {"for", TEXT}}},
    {"TriggerEmit",      false, {{"type", TEXT}, {"source", TEXT}, {"event", TEXT}, {"key", TEXT}, {"account", ACCOUNT}, {"region", TEXT}, {"merge", OBJECT}}},
    {"TriggerFire",      false, {{"function", TEXT}, {"trigger", TEXT}, {"account", ACCOUNT}, {"region", TEXT}, {"event", TEXT | OBJECT | OBJECTS}, {"merge", OBJECT}}},
    {"Verify",           true,  {{"assert", OBJECTS}, {"since", TEXT}, {"within", TEXT}}},
    {"WorkloadEnd",      false, {{"exit", COUNT}, {"signal", COUNT}, {"failed_to_start", FLAG}, {"output", TEXT}, {"output_lost_bytes", COUNT}}},
};

/* Read whole by whoever takes them: the grammar of rules and tapes, which refuses what it does not know,
 * and a protocol that grows. */
static const char *const read_elsewhere[] = {"RpcMessage", "RuleDocument", "RuleInput", "Tape"};

static const struct {
    unsigned type;
    const char *words, *schema;
} types[] = {
    {TEXT,    "a text",                  "{\"type\":\"string\"}"},
    {FLAG,    "true or false",           "{\"type\":\"boolean\"}"},
    {COUNT,   "a whole number from 0",   "{\"type\":\"integer\",\"minimum\":0}"},
    {TEXTS,   "a list of texts",         "{\"type\":\"array\",\"items\":{\"type\":\"string\"}}"},
    {OBJECT,  "an object",               "{\"type\":\"object\"}"},
    {OBJECTS, "a list of objects",       "{\"type\":\"array\",\"items\":{\"type\":\"object\"}}"},
    {ACCOUNT, "an account id such as 1234567890123456", "{\"type\":[\"string\",\"integer\"],\"pattern\":\"^[0-9]+$\",\"minimum\":0}"},
    {NOTHING, "null",                    "{\"type\":\"null\"}"},
};
/* clang-format on */

/* ---- types ---- */

static bool all_are(const cJSON *list, cJSON_bool (*is)(const cJSON *const item))
{
    const cJSON *item;

    if (!cJSON_IsArray(list))
        return false;
    cJSON_ArrayForEach (item, list) {
        if (!is(item))
            return false;
    }
    return true;
}

static bool is_count(const cJSON *value)
{
    uint64_t count;

    return cJSON_IsNumber(value) && number_to_uint(value->valuedouble, NUMBER_EXACT, &count);
}

static bool is_of(unsigned type, const cJSON *value)
{
    switch (type) {
    case TEXT:
        return cJSON_IsString(value);
    case FLAG:
        return cJSON_IsBool(value);
    case COUNT:
        return is_count(value);
    case ACCOUNT:
        return is_count(value) ||
               (cJSON_IsString(value) && str_all_digits(str_of(value->valuestring)));
    case LONG:
        return cJSON_IsRaw(value);
    case NOTHING:
        return cJSON_IsNull(value);
    case TEXTS:
        return all_are(value, cJSON_IsString);
    case OBJECT:
        return cJSON_IsObject(value);
    case OBJECTS:
        return all_are(value, cJSON_IsObject);
    default:
        return false;
    }
}

static bool fits(unsigned allowed, const cJSON *value)
{
    for (unsigned type = 1; type <= allowed; type <<= 1) {
        if (allowed & type && is_of(type, value))
            return true;
    }
    return false;
}

static void add_expected(unsigned allowed, struct buf *out)
{
    const char *between = "";

    for (size_t i = 0; i < N_ELEMENTS(types); i++) {
        if (!(allowed & types[i].type))
            continue;
        buf_printf(out, "%s%s", between, types[i].words);
        between = " or ";
    }
}

/* ---- mistakes ---- */

struct mistakes {
    struct buf first; /* a sentence about the first of them */
    struct buf list;  /* JSON, without the brackets */
};

static void add_mistake(struct mistakes *mistakes, struct str path, struct str message,
                        struct str hint)
{
    if (mistakes->list.len == 0) {
        buf_add(&mistakes->first, message);
        if (hint.len)
            buf_printf(&mistakes->first, "; " STR_FMT, STR_ARG(hint));
    }
    buf_puts(&mistakes->list, mistakes->list.len ? ",{\"path\":" : "{\"path\":");
    buf_json_string(&mistakes->list, path);
    buf_puts(&mistakes->list, ",\"message\":");
    buf_json_string(&mistakes->list, message);
    if (hint.len) {
        buf_puts(&mistakes->list, ",\"hint\":");
        buf_json_string(&mistakes->list, hint);
    }
    buf_add_char(&mistakes->list, '}');
}

/* The nearest word, or else all that there are. */
static void add_unknown(struct mistakes *mistakes, const char *what, const struct nearest *nearest,
                        struct str known)
{
    OWN(buf_done) struct buf message = {0};
    OWN(buf_done) struct buf hint = {0};

    buf_printf(&message, "unknown %s '" STR_FMT "'", what, STR_ARG(nearest->wanted));
    if (nearest->best.ptr)
        buf_printf(&hint, "did you mean '" STR_FMT "'?", STR_ARG(nearest->best));
    else if (known.len)
        buf_printf(&hint, "there is " STR_FMT, STR_ARG(known));
    else
        buf_puts(&hint, "this call takes none");
    add_mistake(mistakes, nearest->wanted, buf_str(&message), buf_str(&hint));
}

static void add_wrong_type(struct mistakes *mistakes, const struct field *field)
{
    OWN(buf_done) struct buf message = {0};

    buf_printf(&message, "%s: expected ", field->name);
    add_expected(field->types, &message);
    add_mistake(mistakes, str_of(field->name), buf_str(&message), STR_NONE);
}

/* ---- checking ---- */

static const struct schema no_members = {.name = NULL};

static const struct schema *schema_of(const struct admin_route *route)
{
    for (size_t i = 0; route->takes && i < N_ELEMENTS(read_elsewhere); i++) {
        if (strcmp(read_elsewhere[i], route->takes) == 0)
            return NULL;
    }
    for (size_t i = 0; route->takes && i < N_ELEMENTS(schemas); i++) {
        if (strcmp(schemas[i].name, route->takes) == 0)
            return &schemas[i];
    }
    return &no_members;
}

static void check_member(const struct schema *schema, const cJSON *member,
                         struct mistakes *mistakes)
{
    struct nearest nearest = {.wanted = str_of(member->string)};
    OWN(buf_done) struct buf known = {0};

    for (const struct field *field = schema->fields; field->name; field++) {
        if (strcmp(field->name, member->string) == 0) {
            if (!fits(field->types, member))
                add_wrong_type(mistakes, field);
            return;
        }
        nearest_offer(&nearest, str_of(field->name));
        buf_printf(&known, "%s'%s'", known.len ? ", " : "", field->name);
    }
    add_unknown(mistakes, "member", &nearest, buf_str(&known));
}

/* Neither an object, nor a list of them where that may be. */
static void refuse_kind(const struct schema *schema, const cJSON *body, struct mistakes *mistakes)
{
    OWN(buf_done) struct buf message = {0};
    const cJSON *item = schema->list && cJSON_IsArray(body) ? body->child : NULL;
    size_t index = 0;

    for (; item && cJSON_IsObject(item); item = item->next)
        index++;
    if (item)
        buf_printf(&message, "the body[%zu]: expected an object", index);
    else
        buf_printf(&message, "the body: expected an object%s",
                   schema->list ? " or a list of objects" : "");
    add_mistake(mistakes, STR(""), buf_str(&message), STR_NONE);
}

static void check_body(const struct schema *schema, const cJSON *body, struct mistakes *mistakes)
{
    const cJSON *member;

    if (!body || (schema->list && all_are(body, cJSON_IsObject)))
        return;
    if (!cJSON_IsObject(body)) {
        refuse_kind(schema, body, mistakes);
        return;
    }
    cJSON_ArrayForEach (member, body)
        check_member(schema, member, mistakes);
}

static void check_words(const struct admin_parameter *parameter, struct str value,
                        struct mistakes *mistakes)
{
    struct nearest nearest = {.wanted = value};
    OWN(buf_done) struct buf message = {0}, hint = {0}, known = {0};
    struct str word, tail, rest = str_of(parameter->words);

    while (rest.ptr) {
        if (!str_cut(rest, ' ', &word, &tail))
            tail = STR_NONE;
        if (str_eq_nocase(word, value))
            return;
        nearest_offer(&nearest, word);
        buf_printf(&known, "%s" STR_FMT, known.len ? ", " : "", STR_ARG(word));
        rest = tail;
    }
    buf_printf(&message, "%s '" STR_FMT "' is not one of " STR_FMT, parameter->name, STR_ARG(value),
               STR_ARG(buf_str(&known)));
    if (nearest.best.ptr)
        buf_printf(&hint, "did you mean '" STR_FMT "'?", STR_ARG(nearest.best));
    add_mistake(mistakes, str_of(parameter->name), buf_str(&message), buf_str(&hint));
}

static void check_query(const struct admin_route *route, const struct query_pair *pair,
                        struct mistakes *mistakes)
{
    struct nearest nearest = {.wanted = pair->key};
    OWN(buf_done) struct buf known = {0};
    const struct admin_parameter *parameter;

    for (size_t i = 0; (parameter = admin_parameter_of(route, i)); i++) {
        if (strcmp(parameter->in, "query") != 0)
            continue;
        if (str_eq(str_of(parameter->name), pair->key)) {
            if (parameter->words)
                check_words(parameter, pair->value, mistakes);
            return;
        }
        nearest_offer(&nearest, str_of(parameter->name));
        buf_printf(&known, "%s'%s'", known.len ? ", " : "", parameter->name);
    }
    if (!admin_parameters_are_open(route))
        add_unknown(mistakes, "parameter", &nearest, buf_str(&known));
}

static bool changes(const struct admin_call *call)
{
    return !str_eq(call->request.method, STR("GET")) && !str_eq(call->request.method, STR("HEAD"));
}

bool body_check(struct admin_call *call)
{
    const struct schema *schema = schema_of(call->route);
    OWN(buf_done) struct buf list = {0};
    struct mistakes mistakes = {0};

    if (schema && changes(call))
        check_body(schema, call->document, &mistakes);
    for (size_t i = 0; i < call->query.count; i++)
        check_query(call->route, &call->query.pairs[i], &mistakes);
    bool right = mistakes.list.len == 0;

    if (!right) {
        buf_printf(&list, "[" STR_FMT "]", STR_ARG(buf_str(&mistakes.list)));
        admin_problem_issues(call, 400, buf_text(&mistakes.first), buf_str(&list));
    }
    buf_done(&mistakes.first);
    buf_done(&mistakes.list);
    return right;
}

/* ---- the description ---- */

static void add_field_schema(const struct field *field, struct buf *out)
{
    const char *between = "";

    buf_printf(out, "\"%s\":{\"anyOf\":[", field->name);
    for (size_t i = 0; i < N_ELEMENTS(types); i++) {
        if (!(field->types & types[i].type))
            continue;
        buf_printf(out, "%s%s", between, types[i].schema);
        between = ",";
    }
    buf_puts(out, "]}");
}

static void add_schema(const struct schema *schema, struct buf *out)
{
    buf_puts(out, "{\"type\":\"object\",\"additionalProperties\":false,\"properties\":{");
    for (const struct field *field = schema->fields; field->name; field++) {
        if (field != schema->fields)
            buf_add_char(out, ',');
        add_field_schema(field, out);
    }
    buf_puts(out, "}}");
}

void body_schemas(void (*each)(void *arg, const char *name, struct str schema), void *arg)
{
    OWN(buf_done) struct buf text = {0};

    for (size_t i = 0; i < N_ELEMENTS(schemas); i++) {
        buf_clear(&text);
        add_schema(&schemas[i], &text);
        each(arg, schemas[i].name, buf_str(&text));
    }
}
