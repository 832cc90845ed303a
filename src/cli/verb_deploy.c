/*
 * A template, its folders packed here, made through the API: what is not there is created, what is
 * there is changed.
 */
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/mem.h"
#include "cli/api.h"
#include "cli/deploy_upload.h"
#include "cli/function_name.h"
#include "cli/print.h"
#include "cli/verbs.h"
#include "conf/report.h"
#include "product/service/seed/seed_read.h"

enum { STATUS_NOT_FOUND = 404, STATUS_REFUSED = 300 };

struct deploying {
    struct api api;
    struct arena *arena;
    const char *file;
    struct seed_steps steps;
    cJSON *done; /* what --json prints */
    cJSON *urls;
    bool quiet;
};

/* ---- the template ---- */

static const char *const names[] = {"template.yml", "template.yaml", "s.yaml", "s.yml"};

static bool is_folder(const char *path)
{
    struct stat st;

    return stat(path, &st) == 0 && S_ISDIR(st.st_mode);
}

/* The first of the usual names in a folder. NULL behind a message. */
static const char *find_file(const struct cli_args *args, struct arena *arena)
{
    const char *path = args->count ? args->positional[0] : ".";
    const char *first = NULL;

    if (!is_folder(path))
        return path;
    for (size_t i = 0; i < N_ELEMENTS(names); i++) {
        const char *file =
            strcmp(path, ".") == 0 ? names[i] : arena_printf(arena, "%s/%s", path, names[i]);

        if (access(file, R_OK) < 0)
            continue;
        if (first)
            fprintf(stderr, "fcemu deploy: of two, '%s' is taken; name '%s' to have that one\n",
                    first, file);
        else
            first = file;
    }
    if (!first)
        cli_usage(args, "there is no template.yml and no s.yaml in '%s'", path);
    return first;
}

static int read_template(struct deploying *d)
{
    const struct seed_place place = {d->api.account, d->api.region};
    OWN(conf_report_free) struct conf_report *report = conf_report_new();
    OWN(buf_done) struct buf text = {0};

    report->chinese = cli_is_chinese();
    d->steps.end = &d->steps.first;
    seed_read_file(d->arena, d->file, &place, &d->steps, report);
    conf_report_print(report, CONF_FORMAT_TEXT, &text);
    if (report->errors || report->warnings)
        fputs(buf_text(&text), stderr);
    if (report->errors)
        return EXIT_CODE_USAGE;
    if (!d->steps.count)
        return cli_usage(d->api.args, "'%s' holds nothing to deploy", d->file);
    return 0;
}

/* ---- one call ---- */

static struct str region_of(const struct deploying *d, const struct seed_step *step)
{
    bool given = cli_value(d->api.args, "region") != NULL;

    return step->region.len && !given ? step->region : d->api.region;
}

static int send_log(struct deploying *d, const struct seed_step *step, bool probes,
                    struct client_answer *out)
{
    bool project = strcmp(step->path, "/") == 0;

    return api_call_log(
        &d->api,
        &(struct api_log_request){.method = probes ? "GET" : "POST",
                                  .path = probes ? step->probe : step->path,
                                  .region = region_of(d, step),
                                  .project = project && !probes ? STR("") : step->log_project,
                                  .body = probes ? STR_NONE : step->body},
        out);
}

static int send(struct deploying *d, const struct seed_step *step, const char *method,
                const char *path, struct client_answer *out)
{
    bool probes = strcmp(method, "GET") == 0;

    struct str body = probes ? STR_NONE : step->body;
    int r;

    if (step->log)
        return send_log(d, step, probes, out);
    r = probes ? 0 : deploy_upload(&d->api, region_of(d, step), &body);
    if (r != 0)
        return r;
    return api_call(&d->api,
                    &(struct api_request){.method = method,
                                          .path = path,
                                          .host = api_host(&d->api, region_of(d, step)),
                                          .content_type = probes ? NULL : "application/json",
                                          .body = body},
                    out);
}

/* ---- what is said of it ---- */

/* "CreateFunction 'hello'" makes "function 'hello'". */
static const char *subject(struct deploying *d, const struct seed_step *step)
{
    char *text;

    if (!str_starts(str_of(step->name), STR("Create")))
        return step->name;
    text = arena_dup(d->arena, str_of(step->name + strlen("Create")));
    text[0] = text[0] >= 'A' && text[0] <= 'Z' ? (char)(text[0] - 'A' + 'a') : text[0];
    return text;
}

static void tell(struct deploying *d, const struct seed_step *step, const char *done)
{
    cJSON *item = cJSON_CreateObject();

    json_add_str(item, "done", str_of(done));
    json_add_str(item, "what", str_of(subject(d, step)));
    json_add_str(item, "region", region_of(d, step));
    cJSON_AddItemToArray(d->done, item);
    if (!d->quiet)
        printf("%-9s %s\n", done, subject(d, step));
}

static int refuse(struct deploying *d, const struct seed_step *step,
                  const struct client_answer *answer)
{
    struct str code;
    struct str message;

    api_error(&d->api, answer, &code, &message);
    fprintf(stderr, "%s:%u:%u: error: %s: " STR_FMT "%s" STR_FMT " (%d)\n", step->file, step->line,
            step->column, step->name, STR_ARG(code), code.len ? ": " : "",
            STR_ARG(message.len ? message : str_slice(buf_str(&answer->body), 0, 500)),
            answer->status);
    return EXIT_CODE_USAGE;
}

/* ---- where functions answer ---- */

static void add_url(struct deploying *d, const struct seed_step *step, const char *host,
                    const char *path)
{
    cJSON *item = cJSON_CreateObject();

    json_add_str(item, "what", str_of(subject(d, step)));
    json_add_str(item, "host", str_of(host));
    json_add_str(item, "path", str_of(path));
    cJSON_AddItemToArray(d->urls, item);
}

/* "/2016-08-15/services/S/functions/F/triggers/T" leads to "/2016-08-15/proxy/S/F/". */
static void add_proxy(struct deploying *d, const struct seed_step *step)
{
    struct str rest = str_of(step->path);
    struct str parts[7] = {{0}};

    for (size_t i = 0; i < N_ELEMENTS(parts) && str_is_set(rest); i++)
        str_cut(rest, '/', &parts[i], &rest);
    if (str_eq(parts[2], STR("services")))
        add_url(d, step, api_host(&d->api, region_of(d, step)),
                arena_printf(d->arena, "/2016-08-15/proxy/" STR_FMT "/" STR_FMT "/",
                             STR_ARG(parts[3]), STR_ARG(parts[5])));
}

static void note_url(struct deploying *d, const struct seed_step *step,
                     const struct client_answer *answer)
{
    struct error err;
    OWN(json_free) cJSON *made = json_parse(buf_str(&answer->body), &err);
    struct str url = made ? json_get_str(json_get(made, "httpTrigger"), "urlInternet") : STR_NONE;

    if (!made || !str_eq(json_get_str(made, "triggerType"), STR("http")))
        return;
    if (str_starts(url, STR("https://")))
        add_url(d, step, arena_dup(d->arena, str_slice(url, strlen("https://"), url.len)), "/");
    else
        add_proxy(d, step);
}

static void print_urls(const struct deploying *d)
{
    const cJSON *item;

    cJSON_ArrayForEach (item, d->urls)
        printf("          curl -H 'Host: " STR_FMT "' http://%s" STR_FMT "\n",
               STR_ARG(json_get_str(item, "host")), client_address(d->api.args),
               STR_ARG(json_get_str(item, "path")));
}

/* ---- step by step ---- */

static int make(struct deploying *d, const struct seed_step *step, const char *method,
                const char *path, const char *done)
{
    OWN(client_answer_done) struct client_answer answer = {0};
    int r = send(d, step, method, path, &answer);

    if (r != 0)
        return r;
    if (answer.status >= STATUS_REFUSED)
        return refuse(d, step, &answer);
    tell(d, step, done);
    if (str_find(str_of(step->path), STR("/triggers"), NULL))
        note_url(d, step, &answer);
    return 0;
}

static int take_step(struct deploying *d, const struct seed_step *step)
{
    OWN(client_answer_done) struct client_answer found = {0};
    int r;

    if (!step->probe)
        return make(d, step, step->method, step->path, "set");
    r = send(d, step, "GET", step->probe, &found);
    if (r != 0)
        return r;
    if (found.status == STATUS_NOT_FOUND)
        return make(d, step, step->method, step->path, "created");
    if (found.status >= STATUS_REFUSED)
        return refuse(d, step, &found);
    if (step->update)
        return make(d, step, "PUT", step->update, "updated");
    tell(d, step, "kept");
    return 0;
}

static int take_steps(struct deploying *d)
{
    bool dry = cli_has(d->api.args, "dry-run");
    int r = 0;

    for (const struct seed_step *step = d->steps.first; step && r == 0; step = step->next) {
        if (dry)
            tell(d, step, "would set");
        else
            r = take_step(d, step);
    }
    return r;
}

static void print_all(struct deploying *d)
{
    cJSON *out;

    if (!d->quiet) {
        print_urls(d);
        return;
    }
    out = cJSON_CreateObject();
    json_add_str(out, "file", str_of(d->file));
    cJSON_AddItemToObject(out, "steps", GIVE(d->done));
    cJSON_AddItemToObject(out, "urls", GIVE(d->urls));
    cli_print_json(out);
}

static int deploy(struct deploying *d)
{
    int r = read_template(d);

    if (r == 0)
        r = take_steps(d);
    if (r == 0)
        print_all(d);
    return r;
}

static int run_deploy(const struct cli_args *args)
{
    OWN(arena_free) struct arena *arena = arena_new();
    struct deploying d = {.arena = arena, .quiet = cli_has(args, "json")};
    int r;

    d.file = find_file(args, arena);
    if (!d.file)
        return EXIT_CODE_USAGE;
    r = api_open(args, &d.api);
    if (r != 0)
        return r;
    d.done = cJSON_CreateArray();
    d.urls = cJSON_CreateArray();
    r = deploy(&d);
    json_free(d.done);
    json_free(d.urls);
    api_close(&d.api);
    return r;
}

static const struct cli_option deploy_options[] = {
    {.name = "dry-run",
     .help = "read the template and pack its code, and say what would be made",
     .help_zh = "只读取模板并打包代码，说明将要创建的内容"},
    FUNCTION_PLACE_OPTIONS,
    {0},
};

const struct cli_verb verb_deploy = {
    .name = "deploy",
    .arguments = "[PATH]",
    .at_most = 1,
    .summary = "make what a template.yml, an s.yaml or a seed file describes",
    .summary_zh = "部署 template.yml、s.yaml 或种子文件所描述的内容",
    .details =
        "PATH is such a file, or a folder that has a template.yml or an s.yaml; default: this "
        "folder. Templates are Funcraft's and those of Serverless Devs (fc3, fc3-domain, fc). "
        "Code is packed here, without what .fcignore or .funignore names, and sent through "
        "the API: what is not there is created, what is there is changed. A region that the "
        "template names counts, unless --region says another one.",
    .details_zh =
        "PATH 是这样的文件，或含有 template.yml 或 s.yaml 的目录；默认为当前目录。支持 Funcraft "
        "与 Serverless Devs（fc3、fc3-domain、fc）的模板。代码在本地打包，略去 .fcignore 或 "
        ".funignore 所列文件，并通过 API 上传：不存在的创建，已存在的更新。"
        "以模板中的地域为准，除非给出 --region。",
    .options = deploy_options,
    .flags = CLI_JSON | CLI_DAEMON,
    .run = run_deploy,
};
