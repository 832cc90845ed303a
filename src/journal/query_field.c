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

TEXT_OF(request_id)
TEXT_OF(client)
TEXT_OF(host)
TEXT_OF(account)
TEXT_OF(region)
TEXT_OF(method)
TEXT_OF(path)
TEXT_OF(service)
TEXT_OF(function)
TEXT_OF(qualifier)
TEXT_OF(trigger)
TEXT_OF(layer)
TEXT_OF(domain)
TEXT_OF(access_key)
TEXT_OF(label)
TEXT_OF(code)
TEXT_OF(rule)
TEXT_OF(outcome_kind)
NUMBER_OF(number)
NUMBER_OF(connection)
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

static double duration_ms_of(const struct journal_entry *entry)
{
    return (double)(entry->ended_ns - entry->started_ns) / 1e6;
}

static double internal_of(const struct journal_entry *entry)
{
    return entry->internal;
}

static double performed_of(const struct journal_entry *entry)
{
    return journal_entry_performed(entry);
}

static const struct journal_field fields[] = {
    {"access_key",     FIELD_TEXT,   access_key_of,   NULL             },
    {"account",        FIELD_TEXT,   account_of,      NULL             },
    {"api",            FIELD_TEXT,   api_of,          NULL             },
    {"attempt",        FIELD_NUMBER, NULL,            attempt_of       },
    {"chain",          FIELD_NUMBER, NULL,            chain_of         },
    {"client",         FIELD_TEXT,   client_of,       NULL             },
    {"code",           FIELD_TEXT,   code_of,         NULL             },
    {"connection",     FIELD_NUMBER, NULL,            connection_of    },
    {"domain",         FIELD_TEXT,   domain_of,       NULL             },
    {"duration_ms",    FIELD_NUMBER, NULL,            duration_ms_of   },
    {"function",       FIELD_TEXT,   function_of,     NULL             },
    {"host",           FIELD_TEXT,   host_of,         NULL             },
    {"internal",       FIELD_FLAG,   NULL,            internal_of      },
    {"invocation",     FIELD_TEXT,   invocation_of,   NULL             },
    {"kind",           FIELD_TEXT,   outcome_kind_of, NULL             },
    {"label",          FIELD_TEXT,   label_of,        NULL             },
    {"late",           FIELD_TEXT,   late_of,         NULL             },
    {"layer",          FIELD_TEXT,   layer_of,        NULL             },
    {"method",         FIELD_TEXT,   method_of,       NULL             },
    {"number",         FIELD_NUMBER, NULL,            number_of        },
    {"operation",      FIELD_TEXT,   operation_of,    NULL             },
    {"outcome",        FIELD_TEXT,   outcome_of,      NULL             },
    {"path",           FIELD_TEXT,   path_of,         NULL             },
    {"performed",      FIELD_FLAG,   NULL,            performed_of     },
    {"qualifier",      FIELD_TEXT,   qualifier_of,    NULL             },
    {"region",         FIELD_TEXT,   region_of,       NULL             },
    {"request_bytes",  FIELD_NUMBER, NULL,            request_bytes_of },
    {"request_id",     FIELD_TEXT,   request_id_of,   NULL             },
    {"response_bytes", FIELD_NUMBER, NULL,            response_bytes_of},
    {"rule",           FIELD_TEXT,   rule_of,         NULL             },
    {"sdk",            FIELD_TEXT,   sdk_of,          NULL             },
    {"service",        FIELD_TEXT,   service_of,      NULL             },
    {"status",         FIELD_NUMBER, NULL,            status_of        },
    {"trigger",        FIELD_TEXT,   trigger_of,      NULL             },
};

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
