/* What rules can name: codes, operations, outcomes, and which applies where. */

#include "admin/steps.h"
#include "catalog/fc_error.h"
#include "grammar/grammar.h"

static const char *const shapers[] = {"delay", "headers", "corrupt", "length",   "truncate",
                                      "stall", "drip",    "effect",  "set_state"};

static void add_apis(unsigned apis, struct buf *out)
{
    const char *comma = "";

    buf_puts(out, ",\"apis\":[");
    for (unsigned api = API_2016; api < API_VERSION_COUNT; api++) {
        if (!(apis & 1u << api))
            continue;
        buf_printf(out, "%s\"" STR_FMT "\"", comma, STR_ARG(api_version_name(api)));
        comma = ",";
    }
    buf_add_char(out, ']');
}

static void add_operations_of(const struct fc_error *error, struct buf *out)
{
    size_t count;
    const struct operation *ops = operation_table(&count);
    const char *comma = "";

    buf_puts(out, ",\"operations\":[");
    for (size_t i = 0; i < count; i++) {
        bool again = false;

        for (size_t j = 0; j < i && !again; j++)
            again = strcmp(ops[i].name, ops[j].name) == 0 && fc_error_applies(error, &ops[j]);
        if (again || !fc_error_applies(error, &ops[i]))
            continue;
        buf_printf(out, "%s\"%s\"", comma, ops[i].name);
        comma = ",";
    }
    buf_add_char(out, ']');
}

static void add_error(const struct fc_error *error, struct buf *out)
{
    const char *comma = "";

    buf_printf(out, "{\"code\":\"%s\",\"status\":%d,\"message\":", error->code, error->status);
    buf_json_string(out, str_of(error->message));
    buf_puts(out, ",\"args\":[");
    for (size_t i = 0; i < FC_ERROR_ARGS_MAX && error->args[i]; i++) {
        buf_puts(out, comma);
        buf_json_string(out, str_of(error->args[i]));
        comma = ",";
    }
    buf_printf(out, "],\"retry\":\"%s\",\"evidence\":\"%s\"", fc_retry_name(error->retry),
               fc_evidence_name(error->evidence));
    add_apis(error->apis, out);
    add_operations_of(error, out);
    buf_add_char(out, '}');
}

static void add_operations(struct buf *out)
{
    size_t count;
    const struct operation *ops = operation_table(&count);

    buf_puts(out, "],\"operations\":[");
    for (size_t i = 0; i < count; i++) {
        buf_printf(out, "%s{\"name\":\"%s\",\"api\":\"" STR_FMT "\",\"method\":\"%s\",\"path\":",
                   i ? "," : "", ops[i].name, STR_ARG(api_version_name(ops[i].api)), ops[i].method);
        buf_json_string(out, str_of(ops[i].path));
        buf_add_char(out, '}');
    }
}

void step_catalog(struct admin_call *call)
{
    size_t count;
    const struct fc_error *errors = fc_error_table(&count);
    struct buf body = {0};

    buf_puts(&body, "{\"errors\":[");
    for (size_t i = 0; i < count; i++) {
        if (i)
            buf_add_char(&body, ',');
        add_error(&errors[i], &body);
    }
    add_operations(&body);
    buf_puts(&body, "],\"outcomes\":[");
    for (unsigned kind = OUTCOME_ERROR; kind < OUTCOME_COUNT; kind++)
        buf_printf(&body, "%s\"" STR_FMT "\"", kind > OUTCOME_ERROR ? "," : "",
                   STR_ARG(fault_outcome_name(kind)));
    buf_puts(&body, "],\"shapers\":[");
    for (size_t i = 0; i < N_ELEMENTS(shapers); i++)
        buf_printf(&body, "%s\"%s\"", i ? "," : "", shapers[i]);
    buf_puts(&body, "]}");
    admin_json(call, 200, &body);
}

void step_schema(struct admin_call *call)
{
    struct buf body = {0};

    fault_schema(&body);
    admin_answer(call, 200, "application/schema+json", &body);
}
