/* What of an entry can be asked for; for journal/ only. */
#include "journal/query_field.h"

#include <stdatomic.h>

#include "journal/names.h"

#define TEXT_OF(field)                                                                             \
    static struct str field##_of(const struct journal_entry *entry)                                \
    {                                                                                              \
        return entry->field;                                                                       \
    }
#define NUMBER_OF(field)                                                                           \
    static double field##_of(const struct journal_entry *entry)                                    \
    {                                                                                              \
        return (double)entry->field;                                                               \
    }

#define ASK_TEXT(name) TEXT_OF(name)
#define ASK_FLAG(name) NUMBER_OF(name)
#define ASK_U16(name) NUMBER_OF(name)
#define ASK_U32(name) NUMBER_OF(name)
#define ASK_U64(name) NUMBER_OF(name)
#define FACT(name, TYPE, SHOWN, ...) ASK_##TYPE(name)
CALL_FACTS(FACT)
#undef FACT
TEXT_OF(request_id)
TEXT_OF(code)
TEXT_OF(rule)
TEXT_OF(outcome_kind)
NUMBER_OF(number)
NUMBER_OF(status)
NUMBER_OF(request_bytes)
NUMBER_OF(response_bytes)

static struct str operation_of(const struct journal_entry *entry)
{
    return str_of(entry->op ? entry->op->name : "");
}

static struct str api_of(const struct journal_entry *entry)
{
    return api_version_name(entry->api);
}

static struct str sdk_of(const struct journal_entry *entry)
{
    return fault_sdk_name(entry->sdk);
}

static struct str invocation_of(const struct journal_entry *entry)
{
    return str_of(invocation_name(entry->invocation));
}

static struct str outcome_of(const struct journal_entry *entry)
{
    return str_of(http_outcome_name(entry->outcome));
}

static struct str late_of(const struct journal_entry *entry)
{
    return str_of(entry->late ? late_name(atomic_load(&entry->late->state)) : "");
}

static double chain_of(const struct journal_entry *entry)
{
    return (double)entry->link.chain;
}

static double attempt_of(const struct journal_entry *entry)
{
    return entry->link.attempt;
}

static struct str repeated_by_of(const struct journal_entry *entry)
{
    return chain_repeated_by(entry->link.confidence, entry->link.evidence);
}

static double duration_ms_of(const struct journal_entry *entry)
{
    return (double)(entry->ended_ns - entry->started_ns) / 1e6;
}

static double performed_of(const struct journal_entry *entry)
{
    return journal_entry_performed(entry);
}

#define ROW_TEXT(name) {#name, QUERY_TEXT, name##_of, NULL},
#define ROW_FLAG(name) {#name, QUERY_FLAG, NULL, name##_of},
#define ROW_U16(name) {#name, QUERY_NUMBER, NULL, name##_of},
#define ROW_U32(name) {#name, QUERY_NUMBER, NULL, name##_of},
#define ROW_U64(name) {#name, QUERY_NUMBER, NULL, name##_of},
#define FACT(name, TYPE, SHOWN, ...) ROW_##TYPE(name)

/* clang-format off */
static const struct journal_field fields[] = {
    CALL_FACTS(FACT)
    {"api",            QUERY_TEXT,   api_of,          NULL             },
    {"attempt",        QUERY_NUMBER, NULL,            attempt_of       },
    {"chain",          QUERY_NUMBER, NULL,            chain_of         },
    {"code",           QUERY_TEXT,   code_of,         NULL             },
    {"duration_ms",    QUERY_NUMBER, NULL,            duration_ms_of   },
    {"invocation",     QUERY_TEXT,   invocation_of,   NULL             },
    {"kind",           QUERY_TEXT,   outcome_kind_of, NULL             },
    {"late",           QUERY_TEXT,   late_of,         NULL             },
    {"number",         QUERY_NUMBER, NULL,            number_of        },
    {"operation",      QUERY_TEXT,   operation_of,    NULL             },
    {"outcome",        QUERY_TEXT,   outcome_of,      NULL             },
    {"performed",      QUERY_FLAG,   NULL,            performed_of     },
    {"repeated_by",    QUERY_TEXT,   repeated_by_of,  NULL             },
    {"request_bytes",  QUERY_NUMBER, NULL,            request_bytes_of },
    {"request_id",     QUERY_TEXT,   request_id_of,   NULL             },
    {"response_bytes", QUERY_NUMBER, NULL,            response_bytes_of},
    {"rule",           QUERY_TEXT,   rule_of,         NULL             },
    {"sdk",            QUERY_TEXT,   sdk_of,          NULL             },
    {"status",         QUERY_NUMBER, NULL,            status_of        },
};
/* clang-format on */

const struct journal_field *query_field_table(size_t *out_count)
{
    *out_count = N_ELEMENTS(fields);
    return fields;
}

const struct journal_field *query_field_find(struct str name)
{
    for (size_t i = 0; i < N_ELEMENTS(fields); i++) {
        if (str_eq(name, str_of(fields[i].name)))
            return &fields[i];
    }
    return NULL;
}

bool query_field_is_operation(const struct journal_field *field)
{
    return field->text == operation_of;
}
