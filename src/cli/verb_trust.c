/*
 * ca trust, ca untrust: the local authority into the stores of this machine, and out of them again.
 */
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/distance.h"
#include "base/mem.h"
#include "cli/trust/trust.h"
#include "cli/verbs.h"
#include "crypto/ca.h"

/* How it ends with a store. */
enum ending { DONE, THERE, WOULD, NEEDS_ROOT, FAILED };

struct errand {
    const struct cli_args *args;
    struct arena *arena;
    const char *folder;      /* of the authority, absolute where it is there */
    const char *certificate; /* NULL: taken back */
    struct str prefix;       /* of all our entries */
    struct str name;         /* of this one */
    struct trust_stores stores;
    cJSON *told; /* {store, path, state, …} each */
    bool unfinished;
};

static const char *const states[2][5] = {
    {[DONE] = "removed",
     [THERE] = "absent",
     [WOULD] = "would remove",
     [NEEDS_ROOT] = "needs root",
     [FAILED] = "failed"},
    {[DONE] = "trusted",
     [THERE] = "already",
     [WOULD] = "would trust",
     [NEEDS_ROOT] = "needs root",
     [FAILED] = "failed"},
};

/* ---- what is asked for ---- */

static const struct trust_kind *kind_find(struct str name, struct nearest *nearest)
{
    for (size_t i = 0; trust_kinds[i]; i++) {
        if (str_eq(name, str_of(trust_kinds[i]->name)))
            return trust_kinds[i];
        nearest_offer(nearest, str_of(trust_kinds[i]->name));
    }
    return NULL;
}

static int add_stores(struct errand *errand, const char *wanted)
{
    struct str name;
    struct str path;
    bool has_path = str_cut(str_of(wanted), '=', &name, &path);
    struct nearest nearest = {.wanted = name};
    const struct trust_kind *kind = kind_find(name, &nearest);
    size_t before = errand->stores.count;
    struct error err = {0};

    if (!kind)
        return str_is_set(nearest.best)
                   ? cli_usage(errand->args,
                               "'--store %s' is not one of system, nss, java; did you mean "
                               "'" STR_FMT "'?",
                               wanted, STR_ARG(nearest.best))
                   : cli_usage(errand->args, "'--store %s' is not one of system, nss, java",
                               wanted);
    if (has_path && !kind->find_at)
        return cli_usage(errand->args, "'--store %s': the system has one store", wanted);
    if (has_path &&
        kind->find_at(arena_dup(errand->arena, path), errand->arena, &errand->stores, &err) < 0)
        return cli_usage(errand->args, "'--store %s': %s", wanted, err.text);
    if (!has_path)
        kind->find(errand->arena, &errand->stores);
    if (errand->stores.count == before)
        return cli_usage(errand->args, "there is no store '%s': %s", wanted, kind->lacking);
    return EXIT_CODE_PASS;
}

static int find_stores(struct errand *errand)
{
    const char *wanted;
    size_t at = 0;
    int r = EXIT_CODE_PASS;

    while (r == EXIT_CODE_PASS && (wanted = cli_next_value(errand->args, "store", &at)))
        r = add_stores(errand, wanted);
    if (r != EXIT_CODE_PASS || cli_value(errand->args, "store"))
        return r;
    for (size_t i = 0; trust_kinds[i]; i++)
        trust_kinds[i]->find(errand->arena, &errand->stores);
    return errand->stores.count
               ? EXIT_CODE_PASS
               : cli_usage(errand->args,
                           "there is no store of this machine's that could be changed");
}

/* ---- one store ---- */

static struct str quoted(const char *text, struct arena *arena)
{
    OWN(buf_done) struct buf out = {0};

    for (const char *at = text; *at; at++)
        at[0] == '\'' ? buf_puts(&out, "'\\''") : buf_add_char(&out, *at);
    bool plain = !text[strcspn(text, " \t\n'\"\\$`&|;<>()*?[]#~!{}")];

    return plain ? arena_str(arena, buf_str(&out)) : arena_strf(arena, "'%s'", buf_text(&out));
}

/* The line to run where this user may not. */
static const char *line_for(const struct errand *errand, const struct trust_store *store)
{
    char program[PATH_MAX] = "";
    ssize_t len = readlink("/proc/self/exe", program, sizeof(program) - 1);
    bool found_by_kind = !store->kind->find_at;

    return arena_printf(errand->arena,
                        "sudo " STR_FMT " %s --store %s%s" STR_FMT " --ca-dir " STR_FMT,
                        STR_ARG(quoted(len > 0 ? program : "fcemu", errand->arena)),
                        errand->args->verb->name, store->kind->name, found_by_kind ? "" : "=",
                        STR_ARG(found_by_kind ? STR("") : quoted(store->path, errand->arena)),
                        STR_ARG(quoted(errand->folder, errand->arena)));
}

static enum ending tell(struct errand *errand, const struct trust_store *store, enum ending ending,
                        const struct trust_entries *others, const char *why)
{
    cJSON *row = cJSON_CreateObject();
    cJSON *names = cJSON_CreateArray();

    cJSON_AddItemToArray(errand->told, row);
    cJSON_AddStringToObject(row, "store", store->kind->name);
    cJSON_AddStringToObject(row, "path", store->path);
    cJSON_AddStringToObject(row, "state", states[errand->certificate != NULL][ending]);
    cJSON_AddStringToObject(row, "tool", store->tool);
    for (size_t i = 0; i < others->count; i++)
        cJSON_AddItemToArray(names, json_string(others->items[i].name));
    cJSON_AddItemToObject(row, errand->certificate ? "earlier" : "entries", names);
    if (why)
        cJSON_AddStringToObject(row, "why", why);
    if (ending == NEEDS_ROOT)
        cJSON_AddStringToObject(row, "mend", line_for(errand, store));
    errand->unfinished = errand->unfinished || ending == NEEDS_ROOT || ending == FAILED;
    return ending;
}

/* Takes ours, as it is now, out of @entries. Is it there, and read? */
static bool take_own(const struct errand *errand, struct trust_entries *entries)
{
    bool found = false;
    size_t kept = 0;

    for (size_t i = 0; i < entries->count; i++)
        if (errand->certificate && str_eq(entries->items[i].name, errand->name))
            found = !entries->items[i].unread;
        else
            entries->items[kept++] = entries->items[i];
    entries->count = kept;
    return found;
}

/* What is new comes before what is old goes: at no time is there none. */
static int change(const struct errand *errand, const struct trust_store *store, bool has_own,
                  const struct trust_entries *others, struct error *err)
{
    if (errand->certificate && !has_own &&
        store->kind->put(store, errand->name, errand->certificate, err) < 0)
        return -1;
    for (size_t i = 0; i < others->count; i++)
        if (store->kind->drop(store, others->items[i].name, err) < 0)
            return -1;
    return 0;
}

static enum ending visit(struct errand *errand, const struct trust_store *store)
{
    struct trust_entries *others = ARENA_NEW(errand->arena, struct trust_entries);
    struct error err = {0};

    if (store->kind->list(store, errand->prefix, others, &err) < 0)
        return tell(errand, store, FAILED, others, err.text);
    bool has_own = take_own(errand, others);

    if (others->count == 0 && has_own == (errand->certificate != NULL))
        return tell(errand, store, THERE, others, NULL);
    if (!trust_is_writable(store))
        return tell(errand, store, NEEDS_ROOT, others, "this user may not write there");
    if (cli_has(errand->args, "dry-run"))
        return tell(errand, store, WOULD, others, NULL);
    if (change(errand, store, has_own, others, &err) < 0)
        return tell(errand, store, FAILED, others, err.text);
    return tell(errand, store, DONE, others, NULL);
}

/* ---- what is said ---- */

static void print_row(const cJSON *row)
{
    const cJSON *earlier = cJSON_GetObjectItemCaseSensitive(row, "earlier");
    struct str why = json_get_str(row, "why");
    struct str mend = json_get_str(row, "mend");

    printf("%-12s %-6s " STR_FMT, json_get_str(row, "state").ptr, json_get_str(row, "store").ptr,
           STR_ARG(json_get_str(row, "path")));
    if (cJSON_GetArraySize(earlier) > 0)
        fputs("  instead of an earlier authority", stdout);
    puts("");
    if (str_is_set(why))
        printf("             why:  " STR_FMT "\n", STR_ARG(why));
    if (str_is_set(mend))
        printf("             mend: " STR_FMT "\n", STR_ARG(mend));
}

static int print_all(struct errand *errand, const char *scope)
{
    const cJSON *row;

    if (cli_has(errand->args, "json")) {
        cJSON *told = cJSON_CreateObject();

        cJSON_AddStringToObject(told, "folder", errand->folder);
        if (scope) {
            json_add_str(told, "name", errand->name);
            cJSON_AddStringToObject(told, "scope", scope);
        }
        cJSON_AddItemToObject(told, "stores", GIVE(errand->told));
        cli_print_json(told);
    } else {
        cJSON_ArrayForEach (row, errand->told)
            print_row(row);
        if (scope)
            printf("It may sign for %s alone.\n", scope);
    }
    json_free(errand->told);
    return errand->unfinished ? EXIT_CODE_ASSERTION : EXIT_CODE_PASS;
}

/* ---- the verbs ---- */

static int run(struct errand *errand, const char *scope)
{
    int r;

    errand->prefix = trust_prefix(errand->folder, errand->arena);
    r = find_stores(errand);
    if (r != EXIT_CODE_PASS)
        return r;
    errand->told = cJSON_CreateArray();
    for (size_t i = 0; i < errand->stores.count; i++)
        visit(errand, &errand->stores.items[i]);
    return print_all(errand, scope);
}

static const char *authority_folder(const struct cli_args *args, struct arena *arena)
{
    const char *named = cli_value(args, "ca-dir");
    OWN(mem_free) char *folder = named ? mem_dup(named) : ca_default_folder();
    OWN(mem_free) char *real = realpath(folder, NULL);

    return arena_dup(arena, str_of(real ? real : folder));
}

static int run_trust(const struct cli_args *args)
{
    OWN(arena_free) struct arena *arena = arena_new();
    OWN(ca_free) struct ca *ca = NULL;
    OWN(buf_done) struct buf scope = {0};
    struct errand errand = {.args = args, .arena = arena};
    int r = cli_open_ca(args, &ca);

    if (r != 0)
        return r;
    if (!ca_scope_text(ca, &scope))
        return cli_usage(args,
                         "%s may sign for any name: an authority without name constraints goes "
                         "into no store",
                         ca_path(ca));
    errand.folder = authority_folder(args, arena);
    errand.certificate = ca_path(ca);
    errand.name = trust_name(trust_prefix(errand.folder, arena), ca_fingerprint(ca), arena);
    return run(&errand, buf_text(&scope));
}

/* Also when the authority is gone, or another one by now. */
static int run_untrust(const struct cli_args *args)
{
    OWN(arena_free) struct arena *arena = arena_new();
    struct errand errand = {.args = args, .arena = arena};

    errand.folder = authority_folder(args, arena);
    return run(&errand, NULL);
}

static const struct cli_option trust_options[] = {
    {.name = "store",
     .value = "STORE",
     .help = "system, nss or java, or nss=FOLDER, java=KEYSTORE; once or more; default: all here",
     .help_zh = "system、nss 或 java，或 nss=文件夹、java=密钥库；可多次；默认本机全部",
     .words = "system nss java"},
    {.name = "dry-run",
     .help = "say what would be done, and change no store",
     .help_zh = "只说明会做什么，不改动任何证书库"},
    {.name = "ca-dir",
     .value = "DIR",
     .help = "folder of the local authority",
     .help_zh = "本地证书颁发机构所在的文件夹"},
    {0                                                                           },
};

const struct cli_verb verb_ca_trust = {
    .name = "ca trust",
    .arguments = "",
    .summary = "put the local authority into the stores of trusted certificates",
    .summary_zh = "把本地证书颁发机构加入受信任的证书库",
    .details =
        "Into the system's store (update-ca-certificates, update-ca-trust), the NSS databases of "
        "browsers (certutil) and the cacerts of Java (keytool), each by its own tool, and only by "
        "this verb. An earlier authority of the same folder goes; nothing else is touched. Twice "
        "is as good as once.\n"
        "Only an authority with name constraints is put there. Where root is needed, the line to "
        "run is said. Exits 0 when all stores hold it, else 1.",
    .details_zh =
        "系统证书库（update-ca-certificates、update-ca-trust）、浏览器的 NSS 数据库（certutil）和 "
        "Java 的 cacerts（keytool），各用其自带工具，且仅在执行本命令时改动。同一文件夹的旧证书会被"
        "替换，其余一概不动；重复执行无妨。\n"
        "只接受带名称约束的证书颁发机构。需要 root 时给出应执行的命令。全部加入时以 0 退出，否则为 "
        "1。",
    .options = trust_options,
    .flags = CLI_JSON,
    .run = run_trust,
};

const struct cli_verb verb_ca_untrust = {
    .name = "ca untrust",
    .arguments = "",
    .summary = "take back what `fcemu ca trust` put into the stores",
    .summary_zh = "撤回 fcemu ca trust 加入证书库的内容",
    .details = "Every entry that `fcemu ca trust` made for this folder's authority, the one of "
               "now and earlier ones, also when its files are gone. Nothing else is touched. "
               "Exits 0 when no store holds one any more, else 1.",
    .details_zh = "撤回 fcemu ca trust 为该文件夹的证书颁发机构（现在的和以前的）所加的全部条目，"
                  "即使其文件已不在。其余一概不动。全部撤回时以 0 退出，否则为 1。",
    .options = trust_options,
    .flags = CLI_JSON,
    .run = run_untrust,
};
