/* The JSON Schema of a report. A member that is not named here is not in a report. */
#include "drill/internal.h"

#define TEXT "{\"type\":\"string\"}"
#define COUNT "{\"type\":\"integer\",\"minimum\":0}"
#define NUMBER "{\"type\":\"number\",\"minimum\":0}"
#define LIST_OF(items) "{\"type\":\"array\",\"items\":" items "}"
#define OBJECT(required, properties)                                                               \
    "{\"type\":\"object\",\"additionalProperties\":false,\"required\":[" required                  \
    "],\"properties\":{" properties "}}"
#define VERDICT                                                                                    \
    "{\"enum\":[\"interrupted\",\"timed_out\",\"stopped\",\"inconclusive\",\"vacuous\",\"fail\","  \
    "\"pass\"]}"

static const char
    schema[] =
        "{\"$schema\":\"https://json-schema.org/draft/2020-12/schema\","
        "\"$id\":\"urn:fcemu:drill-report:1\",\"title\":\"Report of a "
        "drill\",\"type\":\"object\",\"additionalProperties\":false,"
        "\"required\":[\"schema\",\"fcemu\",\"drill\",\"run\",\"seed\",\"verdict\",\"exit\","
        "\"ending\",\"started\",\"ended\","
        "\"duration_ms\",\"workload\",\"steps\",\"require\",\"assertions\",\"rules\",\"calls\","
        "\"timeline\","
        "\"timeline_left_out\",\"chains\"],\"properties\":{"
        "\"schema\":{\"const\":1},\"fcemu\":" TEXT ",\"drill\":" TEXT ",\"description\":" TEXT
        ",\"run\":" COUNT
        ",\"seed\":{\"type\":\"string\",\"pattern\":\"^[0-9]+$\"},\"verdict\":" VERDICT
        ",\"exit\":{\"enum\":[130,6,4,7,3,1,0]},\"ending\":" OBJECT("\"verdict\",\"text\"",
                                                                    "\"verdict\":" VERDICT
                                                                    ",\"text\":" TEXT) ",\"started"
                                                                                       "\":{"
                                                                                       "\"type\":"
                                                                                       "\"string\","
                                                                                       "\"format\":"
                                                                                       "\"date-"
                                                                                       "time\"},"
                                                                                       "\"ended\":{"
                                                                                       "\"type\":"
                                                                                       "\"string\","
                                                                                       "\"format\":"
                                                                                       "\"date-"
                                                                                       "time\"}"
                                                                                       ",\"duration"
                                                                                       "_ms\""
                                                                                       ":" NUMBER
                                                                                       ",\"workload"
                                                                                       "\":{"
                                                                                       "\"anyOf\":["
                                                                                       "{\"type\":"
                                                                                       "\"null\"}"
                                                                                       "," OBJECT(
                                                                                           "\"comma"
                                                                                           "nd\","
                                                                                           "\"exit"
                                                                                           "\","
                                                                                           "\"signa"
                                                                                           "l\","
                                                                                           "\"expec"
                                                                                           "ted\","
                                                                                           "\"outpu"
                                                                                           "t\","
                                                                                           "\"outpu"
                                                                                           "t_lost_"
                                                                                           "bytes"
                                                                                           "\"",
                                                                                           "\"comma"
                                                                                           "nd\""
                                                                                           ":" TEXT
                                                                                           ",\"exit"
                                                                                           "\":{"
                                                                                           "\"type"
                                                                                           "\":["
                                                                                           "\"integ"
                                                                                           "er\","
                                                                                           "\"null"
                                                                                           "\"]},"
                                                                                           "\"signa"
                                                                                           "l\":{"
                                                                                           "\"type"
                                                                                           "\":["
                                                                                           "\"integ"
                                                                                           "er\","
                                                                                           "\"null"
                                                                                           "\"]}"
                                                                                           ",\"expe"
                                                                                           "cted\""
                                                                                           ":" COUNT
                                                                                           ",\"outp"
                                                                                           "ut\""
                                                                                           ":" TEXT
                                                                                           ",\"outp"
                                                                                           "ut_"
                                                                                           "lost_"
                                                                                           "bytes\""
                                                                                           ":" COUNT) "]}"
                                                                                                      ",\"steps\":" LIST_OF(OBJECT("\"number\",\"when\",\"does\",\"state\"", "\"number\":" COUNT ",\"when\":" TEXT ",\"does\":" TEXT ",\"state\":{\"enum\":[\"done\",\"not_reached\",\"timed_out\"]},\"at_ms\":" NUMBER)) ",\"require\":" LIST_OF(OBJECT("\"name\",\"wanted\",\"seen\",\"verdict\",\"text\"", "\"name\":{\"enum\":[\"calls\",\"fires\",\"capped\",\"journal_lost\"]},\"rule\":" TEXT
                                                                                                                                                                                                                                                                                                                                                                                                              ",\"wanted\":" COUNT ",\"seen\":" COUNT ",\"verdict\":" VERDICT ",\"text\":" TEXT)) ",\"assertions\":" LIST_OF(OBJECT("\"assertion\",\"verdict\",\"text\"",
                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                    "\"assertion\":" TEXT
                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                    ",\"verdict\":" VERDICT ",\"text\":" TEXT ",\"calls\":" LIST_OF(TEXT))) ",\"rules\":" LIST_OF(OBJECT("\"id\",\"matched\",\"reached\",\"fired\",\"capped\"",
                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                         "\"id\":" TEXT
                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                         ",\"matched\":" COUNT
                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                         ",\"reached\":" COUNT ",\"fired\":" COUNT ",\"capped\":" COUNT)) ",\"calls\":" OBJECT("\"total\",\"failed\",\"struck\"",
                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                               "\"total\":" COUNT
                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                               ",\"failed\":" COUNT ",\"struck\":" COUNT) ",\"timeline\":" LIST_OF(OBJECT("\"at_ms\",\"took_ms\",\"request_id\",\"operation\",\"function\",\"region\",\"status\",\"code\",\"cut\",\"rule\",\"chain\"",
                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                          "\"at_ms\":" NUMBER
                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                          ",\"took_ms\":" NUMBER
                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                          ",\"request_id\":" TEXT
                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                          ",\"operation\":" TEXT ",\"function\":" TEXT
                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                          ",\"region\":" TEXT ",\"status\":" COUNT ",\"code\":" TEXT
                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                          ",\"cut\":" TEXT ",\"rule\":" TEXT ",\"chain\":" COUNT)) ",\"timeline_left_out\":" COUNT ",\"chains\":" LIST_OF(OBJECT("\"chain\",\"attempts\",\"ended\",\"gaps_ms\"",
                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                 "\"chain\":" COUNT
                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                 ",\"attempts\":" COUNT
                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                 ",\"ended\":{\"enum\":[\"succeeded\",\"gave up\",\"\"]},\"gaps_ms\":" LIST_OF(NUMBER))) "}}";

void drill_report_schema(struct buf *out)
{
    buf_puts(out, schema);
}
