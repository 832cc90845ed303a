/*
 * Triggers as the tools of the older generations write them, in the words of the API.
 *
 * Source: schemas of Funcraft 3.6 and its lib/trigger.js; "triggers" of the component fc of
 * Serverless Devs. Roles have the names that Function Compute's console makes.
 */
#include "base/distance.h"
#include "product/service/seed/draft.h"

static const struct draft_key http_keys[] = {
    {"authType",           DRAFT_OWN,  NULL},
    {"methods",            DRAFT_PASS, NULL},
    {"disableURLInternet", DRAFT_PASS, NULL},
    {"authConfig",         DRAFT_PASS, NULL},
    {"invocationRole",     DRAFT_OWN,  NULL},
    {"qualifier",          DRAFT_OWN,  NULL},
};
static const struct draft_key timer_keys[] = {
    {"cronExpression", DRAFT_PASS, NULL},
    {"payload",        DRAFT_PASS, NULL},
    {"enable",         DRAFT_OWN,  NULL},
    {"invocationRole", DRAFT_OWN,  NULL},
    {"qualifier",      DRAFT_OWN,  NULL},
};
static const struct draft_key oss_keys[] = {
    {"events",         DRAFT_PASS, NULL},
    {"filter",         DRAFT_OWN,  NULL},
    {"bucketName",     DRAFT_OWN,  NULL},
    {"invocationRole", DRAFT_OWN,  NULL},
    {"qualifier",      DRAFT_OWN,  NULL},
};
static const struct draft_key log_keys[] = {
    {"sourceConfig",      DRAFT_PASS, NULL},
    {"jobConfig",         DRAFT_PASS, NULL},
    {"logConfig",         DRAFT_PASS, NULL},
    {"functionParameter", DRAFT_OWN,  NULL},
    {"enable",            DRAFT_PASS, NULL},
    {"invocationRole",    DRAFT_OWN,  NULL},
    {"qualifier",         DRAFT_OWN,  NULL},
};
static const struct draft_key mns_keys[] = {
    {"topicName",           DRAFT_OWN,  NULL},
    {"region",              DRAFT_OWN,  NULL},
    {"notifyContentFormat", DRAFT_PASS, NULL},
    {"notifyStrategy",      DRAFT_PASS, NULL},
    {"filterTag",           DRAFT_PASS, NULL},
    {"invocationRole",      DRAFT_OWN,  NULL},
    {"qualifier",           DRAFT_OWN,  NULL},
};
static const struct draft_key cdn_keys[] = {
    {"eventName",      DRAFT_PASS, NULL},
    {"eventVersion",   DRAFT_PASS, NULL},
    {"notes",          DRAFT_PASS, NULL},
    {"filter",         DRAFT_PASS, NULL},
    {"invocationRole", DRAFT_OWN,  NULL},
    {"qualifier",      DRAFT_OWN,  NULL},
};
static const struct draft_key table_keys[] = {
    {"instanceName",   DRAFT_OWN, NULL},
    {"tableName",      DRAFT_OWN, NULL},
    {"invocationRole", DRAFT_OWN, NULL},
    {"qualifier",      DRAFT_OWN, NULL},
};
static const struct draft_key rds_keys[] = {
    {"instanceId",          DRAFT_OWN,  NULL},
    {"subscriptionObjects", DRAFT_PASS, NULL},
    {"retry",               DRAFT_PASS, NULL},
    {"concurrency",         DRAFT_PASS, NULL},
    {"eventFormat",         DRAFT_PASS, NULL},
    {"invocationRole",      DRAFT_OWN,  NULL},
    {"qualifier",           DRAFT_OWN,  NULL},
};

/* In a source, {a.b} is a member of the configuration; {region} its own, or the function's. */
static const struct form {
    const char *tool; /* as Funcraft calls it */
    const char *type;
    const struct draft_key *keys;
    size_t count;
    const char *source; /* NULL: none */
    const char *role;
} forms[] = {
    {"HTTP",       "http",       http_keys,  N_ELEMENTS(http_keys),  NULL,                                      NULL                                    },
    {"Timer",      "timer",      timer_keys, N_ELEMENTS(timer_keys), NULL,                                      NULL                                    },
    {"OSS",        "oss",        oss_keys,   N_ELEMENTS(oss_keys),   "acs:oss:{region}:{account}:{bucketName}",
     "aliyunosseventnotificationrole"                                                                                                                   },
    {"Log",        "log",        log_keys,   N_ELEMENTS(log_keys),
     "acs:log:{region}:{account}:project/{logConfig.project}",                                                  "aliyunlogetlrole"                      },
    {"MNSTopic",   "mns_topic",  mns_keys,   N_ELEMENTS(mns_keys),
     "acs:mns:{region}:{account}:/topics/{topicName}",                                                          "aliyunmnsnotificationrole"             },
    {"CDN",        "cdn_events", cdn_keys,   N_ELEMENTS(cdn_keys),   "acs:cdn:*:{account}",
     "aliyuncdneventnotificationrole"                                                                                                                   },
    {"TableStore", "tablestore", table_keys, N_ELEMENTS(table_keys),
     "acs:ots:{region}:{account}:instance/{instanceName}/table/{tableName}",                                    "aliyuntablestorestreamnotificationrole"},
    {"RDS",        "rds",        rds_keys,   N_ELEMENTS(rds_keys),
     "acs:rds:{region}:{account}:dbinstance/{instanceId}",                                                      "aliyunrdsfctriggerrole"                },
};

static const struct form *find_form(const struct draft *draft, struct str type)
{
    for (size_t i = 0; i < N_ELEMENTS(forms); i++) {
        if (str_eq(type, str_of(draft->capitals ? forms[i].tool : forms[i].type)))
            return &forms[i];
    }
    return NULL;
}

static void refuse_type(struct draft *draft, struct str type, const struct conf_node *at)
{
    struct nearest nearest = {.wanted = type};
    OWN(buf_done) struct buf known = {0};

    for (size_t i = 0; i < N_ELEMENTS(forms); i++) {
        const char *name = draft->capitals ? forms[i].tool : forms[i].type;

        nearest_offer(&nearest, str_of(name));
        buf_printf(&known, "%s%s", i ? ", " : "there is ", name);
    }
    conf_error(draft->report, conf_at(at), CODE_BAD_SEED,
               "triggers of type '" STR_FMT "' are not emulated; %s", STR_ARG(type),
               draft_advice(draft, &nearest, buf_text(&known)));
}

/* ---- sources ---- */

static struct str find_part(const struct conf_node *config, struct str path, struct arena *arena)
{
    struct str head;
    struct str tail;
    bool deeper = str_cut(path, '.', &head, &tail);
    const char *key = arena_dup(arena, head);

    if (!deeper)
        return draft_text(config, key);
    const struct conf_node *inner = draft_get(config, key);

    return inner ? find_part(inner, tail, arena) : STR("");
}

static struct str part_of(struct draft *draft, const struct conf_node *config, struct str name,
                          struct str region)
{
    struct str own = find_part(config, name, draft->arena);

    if (str_eq(name, STR("account")))
        return draft->place.account;
    if (str_eq(name, STR("region")) && !own.len)
        return region.len ? region : draft->place.region;
    if (!own.len)
        conf_error(draft->report, conf_at(config), CODE_BAD_SEED,
                   "'" STR_FMT "' is missing; it says where the events come from",
                   STR_ARG(draft_shown(draft, arena_dup(draft->arena, name))));
    return own;
}

static struct str make_source(struct draft *draft, const char *pattern,
                              const struct conf_node *config, struct str region)
{
    OWN(buf_done) struct buf out = {0};
    struct str rest = str_of(pattern);
    struct str text;
    struct str name;

    while (str_cut(rest, '{', &text, &rest)) {
        buf_add(&out, text);
        str_cut(rest, '}', &name, &rest);
        buf_add(&out, part_of(draft, config, name, region));
    }
    buf_add(&out, text);
    return arena_str(draft->arena, buf_str(&out));
}

/* ---- configurations ---- */

/* ANONYMOUS or anonymous. */
static void add_auth(struct draft *draft, const struct conf_node *config, cJSON *out)
{
    struct str type = draft_text(config, "authType");
    char *small = arena_dup(draft->arena, type);

    for (char *c = small; *c; c++)
        *c = *c >= 'A' && *c <= 'Z' ? (char)(*c - 'A' + 'a') : *c;
    if (type.len)
        cJSON_AddStringToObject(out, "authType", small);
}

static void add_enable(const struct conf_node *config, cJSON *out)
{
    bool on = true;
    const struct conf_node *enable = draft_get(config, "enable");

    if (enable)
        conf_is_bool(enable, &on);
    cJSON_AddBoolToObject(out, "enable", on);
}

/* {"prefix", "suffix"} or {"key": {"prefix", "suffix"}}. */
static void add_filter(struct draft *draft, const struct conf_node *config, cJSON *out)
{
    const struct conf_node *filter = draft_get(config, "filter");

    if (!filter)
        return;
    cJSON *value = draft_member(draft, filter);

    if (!draft_get(filter, "key") && cJSON_IsObject(value)) {
        cJSON *outer = cJSON_CreateObject();

        cJSON_AddItemToObject(outer, "key", value);
        value = outer;
    }
    cJSON_AddItemToObject(out, "filter", value);
}

static void add_parameter(const struct conf_node *config, cJSON *out)
{
    const struct conf_node *parameter = draft_get(config, "functionParameter");

    if (parameter)
        cJSON_AddItemToObject(out, "functionParameter", draft_value(parameter));
}

static cJSON *make_config(struct draft *draft, const struct form *form,
                          const struct conf_node *config)
{
    cJSON *out = cJSON_CreateObject();

    draft_pass(draft, config, form->keys, form->count, out);
    if (form->keys == http_keys)
        add_auth(draft, config, out);
    if (form->keys == timer_keys)
        add_enable(config, out);
    if (form->keys == oss_keys)
        add_filter(draft, config, out);
    if (form->keys == log_keys)
        add_parameter(config, out);
    return out;
}

bool draft_read_config(struct draft *draft, const struct conf_node *config, struct str type,
                       const struct conf_node *type_at, struct draft_trigger *out)
{
    const struct form *form = find_form(draft, type);

    if (!form) {
        refuse_type(draft, type, type_at);
        return false;
    }
    if (!draft_check(draft, config, form->keys, form->count,
                     arena_printf(draft->arena, "a trigger of type " STR_FMT, STR_ARG(type))))
        return false;
    out->type = str_of(form->type);
    out->config = make_config(draft, form, config);
    if (!out->qualifier.len)
        out->qualifier = draft_text(config, "qualifier");
    if (!out->role.len)
        out->role = draft_text(config, "invocationRole");
    if (!out->role.len && form->role)
        out->role = str_of(form->role);
    out->role = draft_role(draft, out->role);
    if (!out->source.len && form->source)
        out->source = make_source(draft, form->source, config, out->region);
    return true;
}

/* ---- calls ---- */

static void add_text(cJSON *body, const char *name, struct str value)
{
    if (value.len)
        json_add_str(body, name, value);
}

void draft_add_trigger(struct draft *draft, const struct draft_trigger *trigger, bool text)
{
    cJSON *body = cJSON_CreateObject();
    OWN(buf_done) struct buf config = {0};
    struct seed_step *step;

    json_add_str(body, "triggerName", trigger->name);
    json_add_str(body, "triggerType", trigger->type);
    add_text(body, "description", trigger->description);
    add_text(body, "qualifier", trigger->qualifier);
    add_text(body, "invocationRole", trigger->role);
    add_text(body, "sourceArn", trigger->source);
    if (text) {
        json_print(trigger->config, false, &config);
        json_add_str(body, "triggerConfig", buf_str(&config));
        json_free(trigger->config);
    } else {
        cJSON_AddItemToObject(body, "triggerConfig", trigger->config);
    }
    step = draft_resource(draft, trigger->at, "CreateTrigger",
                          arena_printf(draft->arena, "%s/triggers", trigger->parent), trigger->name,
                          body, trigger->region);
    step->depth = trigger->depth;
}
