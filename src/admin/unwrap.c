/* A rule out of the document that it was sent in. */

#include "admin/unwrap.h"

#include "conf/document.h"
#include "conf/report.h"

/* What a rule file may have beside its rules: taken by name, left out, or nothing to speak of. */
enum section_use { SECTION_SAID, SECTION_NAMES, SECTION_LEFT_OUT };

static const struct {
    const char *name;
    enum section_use use;
} sections[] = {
    {"version",   SECTION_SAID    },
    {"rules",     SECTION_SAID    },
    {"groups",    SECTION_NAMES   },
    {"latencies", SECTION_NAMES   },
    {"seed",      SECTION_LEFT_OUT},
    {"guard",     SECTION_LEFT_OUT},
    {"defaults",  SECTION_LEFT_OUT},
};

/* What stands before the rules in force. */
static cJSON *preamble_of(const struct admin *admin)
{
    const struct fault_ruleset *set = fault_engine_ruleset(admin->context.engine);
    OWN(conf_report_free) struct conf_report *report = conf_report_new();

    return set ? document_parse(set->preamble, "preamble", report) : NULL;
}

/* False with an answer: somebody else's name for something else. */
static bool take_names(struct admin_call *call, struct layer *layer, const cJSON *section,
                       const cJSON *in_force)
{
    const cJSON *known = cJSON_GetObjectItemCaseSensitive(in_force, section->string);

    for (const cJSON *item = section->child; item; item = item->next) {
        const cJSON *same = cJSON_GetObjectItemCaseSensitive(known, item->string);

        if (!same) {
            layer_add_name(layer, section->string, item);
        } else if (!cJSON_Compare(same, item, true)) {
            admin_problem(call, 409, "%s: '%s' is another one in force", section->string,
                          item->string);
            return false;
        }
    }
    return true;
}

static void leave_out(struct buf *list, const char *name)
{
    buf_printf(list, "%s\"%s\"", list->len ? "," : "", name);
}

static bool take_section(struct admin_call *call, struct layer *layer, const cJSON *section,
                         const cJSON *in_force, struct buf *left_out)
{
    for (size_t i = 0; i < N_ELEMENTS(sections); i++) {
        if (strcmp(sections[i].name, section->string) != 0)
            continue;
        if (sections[i].use == SECTION_NAMES)
            return take_names(call, layer, section, in_force);
        if (sections[i].use == SECTION_LEFT_OUT &&
            !cJSON_Compare(cJSON_GetObjectItemCaseSensitive(in_force, section->string), section,
                           true))
            leave_out(left_out, section->string);
        return true;
    }
    admin_problem(call, 422,
                  "'%s' is not taken beside a rule; PUT /_fcemu/faults takes whole documents",
                  section->string);
    return false;
}

static cJSON *unwrap_file(struct admin_call *call, struct layer *layer, const char **out_left_out)
{
    const cJSON *rules = cJSON_GetObjectItemCaseSensitive(call->document, "rules");
    OWN(json_free) cJSON *in_force = preamble_of(call->admin);
    OWN(buf_done) struct buf left_out = {0};

    if (!cJSON_IsArray(rules) || cJSON_GetArraySize(rules) != 1 || !cJSON_IsObject(rules->child)) {
        admin_problem(call, 422,
                      "send one rule, alone or as the only one under 'rules'; PUT /_fcemu/faults "
                      "takes more of them");
        return NULL;
    }
    for (const cJSON *m = call->document->child; m; m = m->next)
        if (!take_section(call, layer, m, in_force, &left_out))
            return NULL;
    if (left_out.len)
        *out_left_out = arena_printf(call->arena, "[%s]", buf_text(&left_out));
    return cJSON_Duplicate(rules->child, true);
}

cJSON *rule_unwrap(struct admin_call *call, struct layer *layer, const char **out_left_out)
{
    *out_left_out = NULL;
    if (!cJSON_IsObject(call->document)) {
        admin_problem(call, 422, "a rule is a mapping with id, match, when and do");
        return NULL;
    }
    if (cJSON_GetObjectItemCaseSensitive(call->document, "rules"))
        return unwrap_file(call, layer, out_left_out);
    return cJSON_Duplicate(call->document, true);
}
