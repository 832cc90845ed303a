/*
 * What the configuration of a session affinity may say: members by their kind, of each affinity its
 * own.
 *
 * Source: spec page api-2023-03-30 §6.1.
 */
#include "product/service/resource/run.h"

enum member_kind { COUNT, FLAG, HEADER, PATH };

enum { OF_HEADER = 1, OF_COOKIE = 2, OF_SSE = 4, OF_STREAMABLE = 8 };

static const struct {
    const char *name;
    unsigned bit;
} affinities[] = {
    {"HEADER_FIELD",     OF_HEADER    },
    {"GENERATED_COOKIE", OF_COOKIE    },
    {"MCP_SSE",          OF_SSE       },
    {"MCP_STREAMABLE",   OF_STREAMABLE},
};

static const struct {
    const char *name, *title;
    enum member_kind kind;
    unsigned of;
} members[] = {
    {"affinityHeaderFieldName",       "AffinityHeaderFieldName",       HEADER, OF_HEADER                            },
    {"disableSessionIdReuse",         "DisableSessionIdReuse",         FLAG,   OF_HEADER | OF_COOKIE                },
    {"sessionConcurrencyPerInstance", "SessionConcurrencyPerInstance", COUNT,
     OF_HEADER | OF_COOKIE | OF_SSE | OF_STREAMABLE                                                                 },
    {"sessionIdleTimeoutInSeconds",   "SessionIdleTimeoutInSeconds",   COUNT,
     OF_HEADER | OF_COOKIE | OF_STREAMABLE                                                                          },
    {"sessionTTLInSeconds",           "SessionTTLInSeconds",           COUNT,  OF_HEADER | OF_COOKIE | OF_STREAMABLE},
    {"sseEndpointPath",               "SseEndpointPath",               PATH,   OF_SSE                               },
};

static struct str shown(struct work *work, const cJSON *value)
{
    OWN(buf_done) struct buf text = {0};

    json_print(value, false, &text);
    return cJSON_IsString(value) ? str_of(value->valuestring)
                                 : arena_str(work->arena, buf_str(&text));
}

static const char *allowed(enum member_kind kind, const cJSON *value)
{
    struct str text = cJSON_IsString(value) ? str_of(value->valuestring) : STR("");

    switch (kind) {
    case COUNT:
        return cJSON_IsNumber(value) && value->valuedouble >= 1 &&
                       value->valuedouble <= UINT32_MAX &&
                       value->valuedouble == (double)(int64_t)value->valuedouble
                   ? NULL
                   : "an integer from 1";
    case FLAG:
        return cJSON_IsBool(value) ? NULL : "true | false";
    case HEADER:
        return text.len && !str_find(text, STR(" "), NULL) && !str_find(text, STR(":"), NULL)
                   ? NULL
                   : "the name of a header";
    case PATH:
        return str_starts(text, STR("/")) ? NULL : "a path from /";
    }
    return NULL;
}

static unsigned bit_of(struct str affinity)
{
    for (size_t i = 0; i < N_ELEMENTS(affinities); i++) {
        if (str_eq(affinity, str_of(affinities[i].name)))
            return affinities[i].bit;
    }
    return 0; /* NONE, or one that is not known here: it is kept */
}

bool session_affinity_check(struct work *work, struct str affinity, const cJSON *config)
{
    unsigned bit = bit_of(affinity);

    if (bit == OF_HEADER && json_get_str(config, "affinityHeaderFieldName").len == 0 &&
        !json_get(config, "affinityHeaderFieldName"))
        return answer_missing(work, "AffinityHeaderFieldName");
    for (size_t i = 0; bit && i < N_ELEMENTS(members); i++) {
        const cJSON *value = json_get(config, members[i].name);
        const char *should =
            value && (members[i].of & bit) ? allowed(members[i].kind, value) : NULL;

        if (should)
            return answer_wrong(work, members[i].title, should, shown(work, value));
    }
    return true;
}
