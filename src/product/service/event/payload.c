/*
 * Payloads: the documented one of each source, with what the trigger and the occasion say in its
 * places.
 */
#include <inttypes.h>
#include <stdio.h>

#include "base/query.h"
#include "base/units.h"
#include "crypto/digest.h"
#include "crypto/encode.h"
#include "crypto/id.h"
#include "product/service/event/internal.h"

enum { OSS_ID_CHARACTERS = 24 };

const struct event_sample *event_sample_find(struct str name)
{
    for (size_t i = 0; i < event_sample_count; i++) {
        if (str_eq(event_sample_name(&event_samples[i]), name))
            return &event_samples[i];
    }
    return NULL;
}

struct str event_sample_name(const struct event_sample *sample)
{
    return str_slice(str_of(sample->name), 0, strlen(sample->name) - strlen(".json"));
}

/* Where a fact stands in the payload of a type; a fact that nobody gives leaves the sample's. */
static const struct {
    const char *type, *place, *fact;
} places[] = {
    {"timer",       "triggerTime",                                "timeSeconds" },
    {"timer",       "triggerName",                                "trigger"     },
    {"timer",       "payload",                                    "payload"     },
    {"oss",         "events/0/eventName",                         "event"       },
    {"oss",         "events/0/eventTime",                         "timeMs"      },
    {"oss",         "events/0/region",                            "region"      },
    {"oss",         "events/0/oss/bucket/arn",                    "arn"         },
    {"oss",         "events/0/oss/bucket/name",                   "source"      },
    {"oss",         "events/0/oss/bucket/ownerIdentity",          "account"     },
    {"oss",         "events/0/oss/object/key",                    "key"         },
    {"oss",         "events/0/oss/object/size",                   "size"        },
    {"oss",         "events/0/oss/object/deltaSize",              "deltaSize"   },
    {"oss",         "events/0/oss/object/eTag",                   "eTag"        },
    {"oss",         "events/0/oss/object/objectMeta/mimeType",    "mimeType"    },
    {"oss",         "events/0/oss/object/objectMeta/userMeta",    "userMeta"    },
    {"oss",         "events/0/requestParameters/sourceIPAddress", "client"      },
    {"oss",         "events/0/responseElements/requestId",        "ossRequestId"},
    {"oss",         "events/0/userIdentity/principalId",          "account"     },
    {"log",         "parameter",                                  "parameter"   },
    {"log",         "source/endpoint",                            "logEndpoint" },
    {"log",         "source/projectName",                         "source"      },
    {"log",         "source/logstoreName",                        "logstore"    },
    {"log",         "cursorTime",                                 "unixTime"    },
    {"mns_topic",   "TopicOwner",                                 "account"     },
    {"mns_topic",   "Subscriber",                                 "account"     },
    {"mns_topic",   "TopicName",                                  "source"      },
    {"mns_topic",   "SubscriptionName",                           "trigger"     },
    {"mns_topic",   "PublishTime",                                "timestamp"   },
    {"mns_topic",   "Message",                                    "message"     },
    {"mns_topic",   "MessageMD5",                                 "messageMd5"  },
    {"cdn_events",  "events/0/eventName",                         "event"       },
    {"cdn_events",  "events/0/eventVersion",                      "version"     },
    {"cdn_events",  "events/0/eventTime",                         "timeSeconds" },
    {"cdn_events",  "events/0/region",                            "region"      },
    {"cdn_events",  "events/0/userIdentity/aliUid",               "account"     },
    {"eventbridge", "time",                                       "timeSeconds" },
    {"eventbridge", "aliyunpublishtime",                          "timeSeconds" },
    {"eventbridge", "aliyunaccountid",                            "account"     },
    {"eventbridge", "aliyunoriginalaccountid",                    "account"     },
    {"eventbridge", "aliyunregionid",                             "region"      },
    {"eventbridge", "type",                                       "event"       },
};

/* ---- facts ---- */

struct str event_source_name(struct str arn)
{
    struct str name = arn;
    size_t last = 0;

    for (size_t i = 0; i < arn.len; i++) {
        if (arn.ptr[i] == ':' || arn.ptr[i] == '/')
            last = i + 1;
    }
    return str_slice(name, last, name.len);
}

static void add_time(cJSON *facts, uint64_t wall_ms)
{
    char text[CLOCK_ISO_BYTES];

    clock_format_iso_seconds(wall_ms, text);
    cJSON_AddStringToObject(facts, "timeSeconds", text);
    clock_format_iso(wall_ms, text);
    cJSON_AddStringToObject(facts, "timeMs", text);
    json_add_uint(facts, "timestamp", wall_ms);
    json_add_uint(facts, "unixTime", wall_ms / MS_PER_S);
}

static void add_text(cJSON *facts, const char *name, struct str value)
{
    if (value.len)
        json_add_str(facts, name, value);
}

/* "oss:ObjectCreated:*" has many names: the first that there is. */
static struct str first_event(const struct event_trigger *trigger, struct arena *arena)
{
    static const struct {
        struct str pattern, event;
    } wild[] = {
        {STR_INIT("ObjectCreated:*"),     STR_INIT("ObjectCreated:PutObject")        },
        {STR_INIT("ObjectRemoved:*"),     STR_INIT("ObjectRemoved:DeleteObject")     },
        {STR_INIT("ObjectReplication:*"), STR_INIT("ObjectReplication:ObjectCreated")},
        {STR_INIT("ObjectModified:*"),    STR_INIT("ObjectModified:UpdateObjectMeta")},
    };
    const cJSON *events = json_get(trigger->config, "events");
    struct str event = cJSON_IsArray(events) && cJSON_IsString(events->child)
                           ? str_of(events->child->valuestring)
                           : json_get_str(trigger->config, "eventName");

    if (str_starts(event, STR("oss:")))
        event = str_slice(event, strlen("oss:"), event.len);
    for (size_t i = 0; i < N_ELEMENTS(wild); i++) {
        if (str_eq(event, wild[i].pattern))
            return wild[i].event;
    }
    return event.len ? arena_str(arena, event) : STR("");
}

/* A key that the trigger's own filter lets through. */
static struct str key_for(const struct event_trigger *trigger, struct arena *arena)
{
    const cJSON *key = json_get(json_get(trigger->config, "filter"), "key");
    struct str prefix = json_get_str(key, "prefix");
    struct str suffix = json_get_str(key, "suffix");

    if (prefix.len == 0 && suffix.len == 0)
        return STR("");
    return ARENA_CONCAT(arena, prefix.len ? prefix : STR("source/"),
                        suffix.len ? STR("a") : STR("a.png"), suffix.len ? suffix : STR(""));
}

static void add_of_config(const struct event_trigger *trigger, struct arena *arena, cJSON *facts)
{
    const cJSON *config = trigger->config;
    const cJSON *parameter = json_get(config, "functionParameter");

    json_add_str(facts, "payload",
                 json_get(config, "payload") && json_get_str(config, "payload").len
                     ? json_get_str(config, "payload")
                     : STR(""));
    add_text(facts, "event", first_event(trigger, arena));
    add_text(facts, "version", json_get_str(config, "eventVersion"));
    add_text(facts, "logstore", json_get_str(json_get(config, "sourceConfig"), "logstore"));
    add_text(facts, "key", key_for(trigger, arena));
    if (cJSON_IsObject(parameter))
        cJSON_AddItemToObject(facts, "parameter", cJSON_Duplicate(parameter, true));
}

static void add_oss_id(cJSON *facts)
{
    char id[OSS_ID_CHARACTERS + 1];

    snprintf(id, sizeof(id), "%016" PRIX64 "%08" PRIX64, id_bits(), id_bits() & UINT32_MAX);
    cJSON_AddStringToObject(facts, "ossRequestId", id);
}

static void add_message_digest(cJSON *facts, struct arena *arena)
{
    struct str message = json_get_str(facts, "message");
    uint8_t md5[DIGEST_MD5_BYTES];
    char *text = arena_alloc(arena, 2 * DIGEST_MD5_BYTES + 1);

    if (!str_is_set(message))
        return;
    digest_of(DIGEST_MD5, message, md5);
    hex_encode(md5, sizeof(md5), text);
    for (char *c = text; *c; c++)
        *c = (char)(*c >= 'a' ? *c - 'a' + 'A' : *c);
    json_set(facts, "messageMd5", cJSON_CreateString(text));
}

static void encode_key(cJSON *facts, struct arena *arena)
{
    struct str key = json_get_str(facts, "key");

    if (str_is_set(key))
        json_set(facts, "key", json_string(percent_encode(key, true, arena)));
}

static cJSON *facts_of(struct service *service, const struct event_trigger *trigger,
                       const cJSON *given, struct arena *arena)
{
    cJSON *facts = cJSON_CreateObject();
    const cJSON *fact;

    add_time(facts, json_get_uint(given, "time", UINT64_MAX, clock_now_wall_ms(service->clock)));
    json_add_str(facts, "account", trigger->account);
    json_add_str(facts, "region", trigger->region);
    json_add_str(facts, "trigger", trigger->name);
    add_text(facts, "arn", trigger->source);
    add_text(facts, "source", event_source_name(trigger->source));
    json_add_str(facts, "logEndpoint",
                 arena_strf(arena, "http://" STR_FMT "-intranet.log.aliyuncs.com",
                            STR_ARG(trigger->region)));
    add_oss_id(facts);
    add_of_config(trigger, arena, facts);
    cJSON_ArrayForEach (fact, given)
        json_set(facts, fact->string, cJSON_Duplicate(fact, true));
    encode_key(facts, arena);
    add_message_digest(facts, arena);
    return facts;
}

/* ---- places ---- */

/* The member or item at the end of a path through objects and lists; NULL when there is none. */
static cJSON *step(cJSON *in, struct str name, struct arena *arena)
{
    if (cJSON_IsArray(in))
        return in->child;
    return json_get(in, arena_dup(arena, name));
}

static void put(cJSON *payload, const char *place, const cJSON *fact, struct arena *arena)
{
    struct str rest = str_of(place);
    struct str name;

    while (str_cut(rest, '/', &name, &rest))
        payload = step(payload, name, arena);
    if (payload)
        json_set(payload, arena_dup(arena, name), cJSON_Duplicate(fact, true));
}

cJSON *event_payload(struct service *service, const struct event_trigger *trigger,
                     const cJSON *given)
{
    const struct event_sample *sample = event_sample_find(trigger->type);
    OWN(arena_free) struct arena *arena = arena_new();
    struct error ignored;
    cJSON *payload;

    if (!sample)
        return NULL;
    OWN(json_free) cJSON *facts = facts_of(service, trigger, given, arena);

    payload = json_made(json_parse(sample->text, &ignored));
    for (size_t i = 0; i < N_ELEMENTS(places); i++) {
        const cJSON *fact = json_get(facts, places[i].fact);

        if (fact && str_eq(str_of(places[i].type), trigger->type))
            put(payload, places[i].place, fact, arena);
    }
    return payload;
}

/* A topic sends the message alone unless its trigger wants JSON; a table sends CBOR. */
struct str event_bytes(const struct event_trigger *trigger, const cJSON *payload,
                       struct arena *arena)
{
    OWN(buf_done) struct buf text = {0};

    if (cJSON_IsString(payload))
        return arena_str(arena, str_of(payload->valuestring));
    if (str_eq(trigger->type, STR("mns_topic")) && cJSON_IsObject(payload) &&
        !str_eq(json_get_str(trigger->config, "notifyContentFormat"), STR("JSON")) &&
        cJSON_IsString(json_get(payload, "Message")))
        return arena_str(arena, json_get_str(payload, "Message"));
    if (str_eq(trigger->type, STR("tablestore")))
        cbor_add(payload, &text);
    else
        json_print(payload, false, &text);
    return arena_str(arena, buf_str(&text));
}
