/*
 * The types of triggers, a row each: their members, where their events come from, what calls the
 * function for them.
 */
#include "product/service/resource/trigger_type.h"

#include "base/mem.h"
#include "product/service/resource/timer_schedule.h"
#include "product/service/resource/trigger_rows.h"

const struct trigger_type *trigger_type_find(struct str name)
{
    for (size_t i = 0; i < N_ELEMENTS(trigger_types); i++) {
        if (str_eq(name, str_of(trigger_types[i].name)))
            return &trigger_types[i];
    }
    return NULL;
}

bool trigger_type_allows(struct work *work, struct str name)
{
    const struct trigger_type *type = trigger_type_find(name);
    OWN(buf_done) struct buf names = {0};
    unsigned api = field_api(work->api);

    if (type && (type->apis & api))
        return true;
    for (size_t i = 0; i < N_ELEMENTS(trigger_types); i++) {
        if (trigger_types[i].apis & api)
            buf_printf(&names, "%s%s", names.len ? " | " : "", trigger_types[i].name);
    }
    return answer_wrong(work, "TriggerType", buf_text(&names), name);
}

/* ---- where events come from, and who calls ---- */

/* "<account>" stands for some characters, up to the one that follows. */
static bool has_form(struct str text, struct str form)
{
    struct str hole;
    struct str literal;
    size_t at;

    if (!str_cut(form, '<', &literal, &form) || !str_starts(text, literal))
        return false;
    text = str_slice(text, literal.len, text.len);
    str_cut(form, '>', &hole, &form);
    if (!str_is_set(form) || form.len == 0)
        return text.len > 0;
    return str_find(text, str_slice(form, 0, 1), &at) && at > 0 &&
           has_form(str_slice(text, at, text.len), form);
}

bool trigger_source_check(struct work *work, const cJSON *document)
{
    const struct trigger_type *type = trigger_type_find(json_get_str(document, "triggerType"));
    struct str source = json_get_str(document, "sourceArn");

    if (!type || !type->source)
        return true;
    if (source.len == 0)
        return answer_missing(work, "SourceArn");
    if (!has_form(source, str_of(type->source)))
        return answer_wrong(work, "SourceArn", type->source, source);
    return json_get_str(document, "invocationRole").len > 0 ||
           answer_missing(work, "InvocationRole");
}

/* ---- configurations ---- */

static const struct field *find_nocase(const struct field_table *table, const char *name)
{
    for (size_t i = 0; i < table->count; i++) {
        if (str_eq_nocase(str_of(table->rows[i].name), str_of(name)))
            return &table->rows[i];
    }
    return NULL;
}

static bool check_members(const struct field_table *table, cJSON *object,
                          const struct field_reading *reading);

/* A member alone in an object, so that one table row does the checking. */
static bool check_value(const struct field *field, const cJSON *value,
                        const struct field_reading *reading)
{
    const struct field_table table = {field, 1};
    cJSON *alone = cJSON_CreateObject();

    cJSON_AddItemToObject(alone, field->name, cJSON_Duplicate(value, true));
    cJSON *read = fields_read(&table, alone, reading);

    cJSON_Delete(alone);
    cJSON_Delete(read);
    return read != NULL;
}

static bool check_member(const struct field *field, cJSON *value,
                         const struct field_reading *reading)
{
    if (cJSON_IsNull(value))
        return true;
    if (field->type == BODY_OBJECT && cJSON_IsObject(value))
        return check_members(field->fields, value, reading);
    return check_value(field, value, reading);
}

/* Each member keeps its place; only its name may change. */
static bool check_members(const struct field_table *table, cJSON *object,
                          const struct field_reading *reading)
{
    cJSON *ordered = cJSON_CreateObject();
    bool good = true;

    while (object->child) {
        cJSON *member = cJSON_DetachItemViaPointer(object, object->child);
        const struct field *field = find_nocase(table, member->string);
        OWN(mem_free) char *name = mem_dup(field ? field->name : member->string);

        good = good && (!field || check_member(field, member, reading));
        if (field)
            json_set(ordered, name, member); /* spelled twice, the last one counts */
        else
            cJSON_AddItemToObject(ordered, name, member);
    }
    object->child = GIVE(ordered->child);
    cJSON_Delete(ordered);
    return good;
}

static void lower_auth_type(cJSON *config)
{
    const cJSON *type = json_get_nocase(config, "authType");

    for (char *c = cJSON_IsString(type) ? type->valuestring : NULL; c && *c; c++) {
        if (*c >= 'A' && *c <= 'Z')
            *c = (char)(*c - 'A' + 'a');
    }
}

static bool check_timer(struct work *work, const cJSON *config)
{
    struct str text = json_get_str(config, "cronExpression");

    struct timer_schedule schedule;

    if (timer_schedule_parse(text, &schedule)) {
        timer_schedule_done(&schedule);
        return true;
    }
    return answer_wrong(work, "CronExpression", "'@every <duration>' or six cron fields", text);
}

static bool check_event_bridge(struct work *work, const cJSON *config)
{
    struct str pattern = json_get_str(config, "eventRuleFilterPattern");
    struct error ignored;
    OWN(json_free) cJSON *parsed = pattern.len ? json_parse(pattern, &ignored) : NULL;

    if (pattern.len == 0 || cJSON_IsObject(parsed))
        return true;
    return answer_wrong(work, "EventRuleFilterPattern", "a JSON object as text", pattern);
}

/* "oss:ObjectCreated:*" */
static bool is_oss_event(const cJSON *event)
{
    struct str text = cJSON_IsString(event) ? str_of(event->valuestring) : STR("");
    struct str kind;
    struct str action;

    return str_starts(text, STR("oss:")) &&
           str_cut(str_slice(text, 4, text.len), ':', &kind, &action) && kind.len > 0 &&
           action.len > 0;
}

static bool check_oss(struct work *work, const cJSON *config)
{
    const cJSON *event;

    cJSON_ArrayForEach (event, json_get(config, "events")) {
        if (!is_oss_event(event))
            return answer_wrong(work, "Events", "oss:<kind>:<action>", str_of(event->valuestring));
    }
    return true;
}

static bool refuse_missing(struct work *work, const struct field *field)
{
    OWN(buf_done) struct buf title = {0};

    field_title(field, &title);
    return answer_missing(work, buf_text(&title));
}

static bool require_members(struct work *work, const struct field_table *table, const cJSON *config)
{
    for (size_t i = 0; i < table->count; i++) {
        const struct field *field = &table->rows[i];
        const cJSON *value = json_get(config, field->name);

        if ((field->flags & BODY_REQUIRED) && json_is_blank(value))
            return refuse_missing(work, field);
        if (field->type == BODY_OBJECT && cJSON_IsObject(value) &&
            !require_members(work, field->fields, value))
            return false;
    }
    return true;
}

/* Of some types the service says no more than that. */
static bool say_malformed(struct work *work, const struct trigger_type *type)
{
    if (type->malformed)
        work->answer = (struct service_answer){0};
    return type->malformed && answer_invalid(work, "%s", type->malformed);
}

bool trigger_config_read(struct work *work, struct str name, cJSON *config)
{
    const struct trigger_type *type = trigger_type_find(name);
    struct field_reading reading = work_reading(work, false);

    if (!type)
        return true;
    if (type->fields == &http_fields)
        lower_auth_type(config);
    if (check_members(type->fields, config, &reading))
        return true;
    answer_refusal(work);
    return say_malformed(work, type);
}

bool trigger_config_check(struct work *work, struct str name, const cJSON *config)
{
    const struct trigger_type *type = trigger_type_find(name);

    if (!type || (require_members(work, type->fields, config) &&
                  (!type->check || type->check(work, config))))
        return true;
    return say_malformed(work, type);
}

void trigger_config_merge(cJSON *config, const cJSON *sent)
{
    const cJSON *member;

    cJSON_ArrayForEach (member, sent) {
        const cJSON *old = json_get(config, member->string);

        if (!cJSON_IsNull(member) || !old)
            json_set(config, member->string, cJSON_Duplicate(member, true));
    }
}
