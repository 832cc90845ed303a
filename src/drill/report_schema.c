/* The JSON Schema of a report. A member that is not named here is not in a report. */
#include "drill/internal.h"

enum shape {
    VALUE,   /* as `schema` says */
    VERDICT, /* a name of verdict.c */
    EXIT,    /* a code of verdict.c */
    OBJECT,  /* of `members` */
    LIST,    /* of `schema`, or of objects of `members` */
    MAYBE,   /* null, or an object of `members` */
};

struct member {
    const char *name; /* NULL ends a list of them */
    enum shape shape;
    const char *schema;
    const struct member *members;
    bool optional;
};

#define TEXT "{\"type\":\"string\"}"
#define COUNT "{\"type\":\"integer\",\"minimum\":0}"
#define NUMBER "{\"type\":\"number\",\"minimum\":0}"
#define WHOLE_OR_NULL "{\"type\":[\"integer\",\"null\"]}"
#define FLAG "{\"type\":\"boolean\"}"
#define TIME "{\"type\":\"string\",\"format\":\"date-time\"}"

/* clang-format off */
static const struct member ending[] = {
    {"verdict", VERDICT, NULL, NULL, false},
    {"text",    VALUE,   TEXT, NULL, false},
    {0},
};

static const struct member workload[] = {
    {"command",           VALUE, TEXT,          NULL, false},
    {"exit",              VALUE, WHOLE_OR_NULL, NULL, false},
    {"signal",            VALUE, WHOLE_OR_NULL, NULL, false},
    {"expected",          VALUE, COUNT,         NULL, false},
    {"output",            VALUE, TEXT,          NULL, false},
    {"output_lost_bytes", VALUE, COUNT,         NULL, false},
    {0},
};

static const struct member step[] = {
    {"number", VALUE, COUNT,                                                 NULL, false},
    {"when",   VALUE, TEXT,                                                  NULL, false},
    {"does",   VALUE, TEXT,                                                  NULL, false},
    {"state",  VALUE, "{\"enum\":[\"done\",\"not_reached\",\"timed_out\"]}", NULL, false},
    {"at_ms",  VALUE, NUMBER,                                                NULL, true },
    {0},
};

static const struct member requirement[] = {
    {"name",    VALUE,   "{\"enum\":[\"calls\",\"fires\",\"capped\",\"journal_lost\"]}", NULL, false},
    {"rule",    VALUE,   TEXT,                                                           NULL, true },
    {"wanted",  VALUE,   COUNT,                                                          NULL, false},
    {"seen",    VALUE,   COUNT,                                                          NULL, false},
    {"verdict", VERDICT, NULL,                                                           NULL, false},
    {"text",    VALUE,   TEXT,                                                           NULL, false},
    {0},
};

static const struct member assertion[] = {
    {"assertion", VALUE,   TEXT, NULL, false},
    {"verdict",   VERDICT, NULL, NULL, false},
    {"text",      VALUE,   TEXT, NULL, false},
    {"calls",     LIST,    TEXT, NULL, true },
    {0},
};

static const struct member rule[] = {
    {"id",      VALUE, TEXT,  NULL, false},
    {"matched", VALUE, COUNT, NULL, false},
    {"reached", VALUE, COUNT, NULL, false},
    {"fired",   VALUE, COUNT, NULL, false},
    {"capped",  VALUE, COUNT, NULL, false},
    {0},
};

static const struct member calls[] = {
    {"total",  VALUE, COUNT, NULL, false},
    {"failed", VALUE, COUNT, NULL, false},
    {"struck", VALUE, COUNT, NULL, false},
    {0},
};

static const struct member call[] = {
    {"at_ms",        VALUE, NUMBER, NULL, false},
    {"took_ms",      VALUE, NUMBER, NULL, false},
    {"request_id",   VALUE, TEXT,   NULL, false},
    {"operation",    VALUE, TEXT,   NULL, false},
    {"function",     VALUE, TEXT,   NULL, false},
    {"region",       VALUE, TEXT,   NULL, false},
    {"status",       VALUE, COUNT,  NULL, false},
    {"code",         VALUE, TEXT,   NULL, false},
    {"cut",          VALUE, TEXT,   NULL, false},
    {"rule",         VALUE, TEXT,   NULL, false},
    {"chain",        VALUE, COUNT,  NULL, false},
    {"by_transport", VALUE, FLAG,   NULL, false},
    {0},
};

static const struct member chain[] = {
    {"chain",             VALUE, COUNT,                                         NULL, false},
    {"attempts",          VALUE, COUNT,                                         NULL, false},
    {"transport_repeats", VALUE, COUNT,                                         NULL, false},
    {"ended",             VALUE, "{\"enum\":[\"succeeded\",\"gave up\",\"\"]}", NULL, false},
    {"gaps_ms",           LIST,  NUMBER,                                        NULL, false},
    {0},
};

static const struct member report[] = {
    {"schema",            VALUE,   "{\"const\":1}",                                  NULL,        false},
    {"fcemu",             VALUE,   TEXT,                                             NULL,        false},
    {"drill",             VALUE,   TEXT,                                             NULL,        false},
    {"description",       VALUE,   TEXT,                                             NULL,        true },
    {"run",               VALUE,   COUNT,                                            NULL,        false},
    {"seed",              VALUE,   "{\"type\":\"string\",\"pattern\":\"^[0-9]+$\"}", NULL,        false},
    {"verdict",           VERDICT, NULL,                                             NULL,        false},
    {"exit",              EXIT,    NULL,                                             NULL,        false},
    {"ending",            OBJECT,  NULL,                                             ending,      false},
    {"started",           VALUE,   TIME,                                             NULL,        false},
    {"ended",             VALUE,   TIME,                                             NULL,        false},
    {"duration_ms",       VALUE,   NUMBER,                                           NULL,        false},
    {"workload",          MAYBE,   NULL,                                             workload,    false},
    {"steps",             LIST,    NULL,                                             step,        false},
    {"require",           LIST,    NULL,                                             requirement, false},
    {"assertions",        LIST,    NULL,                                             assertion,   false},
    {"rules",             LIST,    NULL,                                             rule,        false},
    {"calls",             OBJECT,  NULL,                                             calls,       false},
    {"timeline",          LIST,    NULL,                                             call,        false},
    {"timeline_left_out", VALUE,   COUNT,                                            NULL,        false},
    {"chains",            LIST,    NULL,                                             chain,       false},
    {0},
};
/* clang-format on */

static void add_members(const struct member *members, struct buf *out);

static void add_required(const struct member *members, struct buf *out)
{
    const char *comma = "";

    buf_puts(out, "\"additionalProperties\":false,\"required\":[");
    for (; members->name; members++) {
        if (members->optional)
            continue;
        buf_printf(out, "%s\"%s\"", comma, members->name);
        comma = ",";
    }
    buf_add_char(out, ']');
}

static void add_object(const struct member *members, struct buf *out)
{
    buf_puts(out, "{\"type\":\"object\",");
    add_required(members, out);
    buf_puts(out, ",\"properties\":{");
    add_members(members, out);
    buf_puts(out, "}}");
}

static void add_verdicts(enum shape shape, struct buf *out)
{
    for (enum drill_verdict v = 0; v <= DRILL_PASS; v++) {
        buf_puts(out, v ? "," : "{\"enum\":[");
        if (shape == VERDICT)
            buf_json_string(out, str_of(drill_verdict_name(v)));
        else
            buf_printf(out, "%d", drill_verdict_exit(v));
    }
    buf_puts(out, "]}");
}

static void add_value(const struct member *member, struct buf *out)
{
    static const char *const before[] = {
        [VALUE] = "",
        [VERDICT] = "",
        [EXIT] = "",
        [OBJECT] = "",
        [LIST] = "{\"type\":\"array\",\"items\":",
        [MAYBE] = "{\"anyOf\":[{\"type\":\"null\"},",
    };
    static const char *const behind[] = {
        [VALUE] = "", [VERDICT] = "", [EXIT] = "", [OBJECT] = "", [LIST] = "}", [MAYBE] = "]}"};

    buf_puts(out, before[member->shape]);
    if (member->members)
        add_object(member->members, out);
    else if (!member->schema)
        add_verdicts(member->shape, out);
    else
        buf_puts(out, member->schema);
    buf_puts(out, behind[member->shape]);
}

/* Two objects in one another are the most there is: a list of calls within the report. */
static void add_members(const struct member *members, struct buf *out)
{
    for (const struct member *member = members; member->name; member++) {
        buf_printf(out, "%s\"%s\":", member == members ? "" : ",", member->name);
        add_value(member, out);
    }
}

void drill_report_schema(struct buf *out)
{
    buf_puts(out, "{\"$schema\":\"https://json-schema.org/draft/2020-12/schema\","
                  "\"$id\":\"urn:fcemu:drill-report:1\",\"title\":\"Report of a drill\","
                  "\"type\":\"object\",");
    add_required(report, out);
    buf_puts(out, ",\"properties\":{");
    add_members(report, out);
    buf_puts(out, "}}");
}
