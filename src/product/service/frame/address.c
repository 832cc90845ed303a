/* Which service, function and version a call points to, by either generation's names. */
#include "product/service/frame/work.h"

#define NAME_ROW(field_name, text)                                                                 \
    {                                                                                              \
        .name = field_name, .type = BODY_STRING, .flags = IN_ALL | BODY_REQUIRED,                  \
        .max = LIMIT(NAME_MAX), .pattern = PATTERN_NAME, .title = text                             \
    }

static const struct field service_name = NAME_ROW("serviceName", "ServiceName");
static const struct field function_name = NAME_ROW("functionName", "FunctionName");

bool is_latest(struct str qualifier)
{
    return qualifier.len == 0 || str_eq(qualifier, STR(QUALIFIER_LATEST));
}

static bool check_name(struct work *work, const struct field *field, struct str name)
{
    struct field_reading reading = work_reading(work, true);

    if (field_check_text(field, name, &reading))
        return true;
    return answer_refusal(work);
}

/* "hello" lives in the reserved service; "demo$hello" is function hello of service demo. */
static void split_name_2023(struct str name, struct address *out)
{
    struct str head;
    struct str tail;

    if (str_cut(name, SERVICE_SEPARATOR, &head, &tail)) {
        out->service = head;
        out->function = tail;
    } else {
        out->service = STR(SERVICE_OF_2023);
        out->function = name;
    }
}

static void derive(struct work *work, struct address *out)
{
    bool owned_by_function = str_eq(out->service, STR(SERVICE_OF_2023)) && out->function.len > 0;

    out->path = out->function.len ? ARENA_CONCAT(work->arena, out->service, STR("/"), out->function)
                                  : out->service;
    out->owner = owned_by_function ? out->path : out->service;
}

bool address_names(struct work *work, struct address *out)
{
    const struct target *target = work->call.target;

    *out = (struct address){.service = STR(""), .function = STR(""), .version = STR("")};
    out->qualifier = str_is_set(target->qualifier) ? target->qualifier : STR("");
    /* Traffic for triggers of functions of 2023-03-30 names no service either. */
    bool by_name =
        work->api == API_2023 || (work->api == API_TRIGGER && !str_is_set(target->service));

    if (by_name)
        split_name_2023(str_is_set(target->function) ? target->function : STR(""), out);
    else
        out->service = target->service;
    if (!by_name && str_is_set(target->function))
        out->function = target->function;
    derive(work, out);
    if (!check_name(work, &service_name, out->service))
        return false;
    bool has_function = work->api == API_2023 || str_is_set(target->function);

    return !has_function || check_name(work, &function_name, out->function);
}

static bool refuse_function(struct work *work, const struct address *address)
{
    return answer_refuse(work, "FunctionNotFound", address_name(work, address), address->service);
}

static bool refuse_version(struct work *work, const struct address *address, const char *code,
                           struct str qualifier)
{
    struct str of =
        work->api == API_2023 ? address_name_2023(address, work->arena) : address->service;

    return answer_refuse(work, code, qualifier, of);
}

static bool has_version(struct work *work, const struct address *address, struct str version)
{
    return work_find(work, "version", address->owner, version) != NULL;
}

static struct str version_of_alias(struct work *work, const struct store_row *alias)
{
    cJSON *document = row_document(alias);
    struct str version = arena_str(work->arena, json_get_str(document, "versionId"));

    cJSON_Delete(document);
    return version;
}

bool address_resolve(struct work *work, const struct address *address, struct str qualifier,
                     struct str *out_version)
{
    struct str version = qualifier;

    *out_version = STR("");
    if (is_latest(qualifier))
        return true;
    if (!str_all_digits(qualifier)) {
        const struct store_row *alias = work_find(work, "alias", address->owner, qualifier);

        if (!alias)
            return refuse_version(work, address, "AliasNotFound", qualifier);
        version = version_of_alias(work, alias);
        if (is_latest(version))
            return true;
    }
    if (!has_version(work, address, version))
        return refuse_version(work, address, "VersionNotFound", version);
    *out_version = version;
    return true;
}

static const struct store_row *find_function(struct work *work, const struct address *address)
{
    struct store_key key =
        work_key(work, "function", address->service, address->version, address->function);

    return store_find(work->store, &key);
}

static bool find_service(struct work *work, struct address *out)
{
    out->service_row = work_find(work, "service", STR(""), out->service);
    if (out->service_row)
        return true;
    if (work->api == API_2023)
        return refuse_function(work, out);
    return answer_refuse(work, "ServiceNotFound", out->service);
}

bool address_find(struct work *work, unsigned flags, struct address *out)
{
    if (!address_names(work, out) || !find_service(work, out))
        return false;
    if (!(flags & (ADDRESS_QUALIFIED | ADDRESS_ANY_QUALIFIER)) && !is_latest(out->qualifier) &&
        work->api != API_2023)
        return answer_invalid(work, "qualifier '" STR_FMT "' cannot be changed: only LATEST can",
                              STR_ARG(out->qualifier));
    /* Versions of a function of 2023-03-30 are its own: it must be there before they are asked. */
    bool owned_by_function = out->owner.len != out->service.len;

    if (owned_by_function && (flags & ADDRESS_FUNCTION) && !find_function(work, out))
        return refuse_function(work, out);
    if ((flags & ADDRESS_QUALIFIED) && !address_resolve(work, out, out->qualifier, &out->version))
        return false;
    if (!(flags & ADDRESS_FUNCTION))
        return true;
    out->function_row = find_function(work, out);
    return out->function_row ? true : refuse_function(work, out);
}

struct str address_name(const struct work *work, const struct address *address)
{
    return work->api == API_2023 ? address_name_2023(address, work->arena) : address->function;
}

struct str address_name_2023(const struct address *address, struct arena *arena)
{
    if (str_eq(address->service, STR(SERVICE_OF_2023)))
        return address->function;
    return arena_strf(arena, STR_FMT "%c" STR_FMT, STR_ARG(address->service), SERVICE_SEPARATOR,
                      STR_ARG(address->function));
}

struct str address_arn(const struct work *work, const struct address *address, struct str qualifier)
{
    struct arena *arena = work->arena;

    if (work->api == API_2023) {
        struct str name = address_name_2023(address, arena);

        return arena_strf(arena, "acs:fc:" STR_FMT ":" STR_FMT ":functions/" STR_FMT "%s" STR_FMT,
                          STR_ARG(work->region), STR_ARG(work->account), STR_ARG(name),
                          qualifier.len ? "/" : "", STR_ARG(qualifier));
    }
    return arena_strf(arena,
                      "acs:fc:" STR_FMT ":" STR_FMT ":services/" STR_FMT "%s" STR_FMT
                      "/functions/" STR_FMT,
                      STR_ARG(work->region), STR_ARG(work->account), STR_ARG(address->service),
                      qualifier.len ? "." : "", STR_ARG(qualifier), STR_ARG(address->function));
}
