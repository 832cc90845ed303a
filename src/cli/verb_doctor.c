/*
 * doctor: what stands between clients and the daemon, why it matters and the line that mends it.
 */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "cli/doctor.h"
#include "cli/verbs.h"
#include "conf/report.h"
#include "conf/settings.h"

static void print_finding(const cJSON *finding)
{
    struct str why = json_get_str(finding, "why");

    printf("%-6s " STR_FMT ": " STR_FMT "\n", json_get_str(finding, "state").ptr,
           STR_ARG(json_get_str(finding, "check")), STR_ARG(json_get_str(finding, "what")));
    if (!str_is_set(why))
        return;
    printf("       why:  " STR_FMT "\n", STR_ARG(why));
    printf("       mend: " STR_FMT "\n", STR_ARG(json_get_str(finding, "mend")));
}

static void print_all(struct doctor *doctor)
{
    const cJSON *finding;

    if (cli_has(doctor->args, "json")) {
        cJSON *told = cJSON_CreateObject();

        cJSON_AddBoolToObject(told, "content", doctor->wrong == 0);
        cJSON_AddItemToObject(told, "findings", GIVE(doctor->findings));
        cli_print_json(told);
        return;
    }
    cJSON_ArrayForEach (finding, doctor->findings)
        print_finding(finding);
    if (doctor->wrong)
        printf("\n%zu %s wrong\n", doctor->wrong, doctor->wrong == 1 ? "thing is" : "things are");
    else
        puts("\nnothing is wrong");
}

static int run_doctor(const struct cli_args *args)
{
    static void (*const checks[])(struct doctor *) = {
        doctor_check_port,     doctor_check_version, doctor_check_clock,
        doctor_check_names,    doctor_check_proxies, doctor_check_trust,
        doctor_check_programs, doctor_check_docker,  doctor_check_isolation,
    };
    OWN(arena_free) struct arena *arena = arena_new();
    OWN(conf_report_free) struct conf_report *report = conf_report_new();
    OWN(settings_free)
    struct settings *settings = settings_load(getenv("FCEMU_CONFIG"), NULL, 0, environ, report);
    struct doctor doctor = {.args = args, .arena = arena, .findings = cJSON_CreateArray()};

    if (!settings) {
        doctor_say(&doctor, "settings", FINDING_WRONG, "the daemon does not start with them",
                   "fcemu check", "the settings of the environment have mistakes");
        settings = settings_load(NULL, NULL, 0, NULL, report);
    }
    doctor.account = settings->account;
    doctor.region = settings->region;
    for (size_t i = 0; i < N_ELEMENTS(checks); i++)
        checks[i](&doctor);
    print_all(&doctor);
    json_free(doctor.findings);
    json_free(doctor.health);
    return doctor.wrong ? EXIT_CODE_ASSERTION : EXIT_CODE_PASS;
}

static const struct cli_option doctor_options[] = {
    {.name = "ca-dir",
     .value = "DIR",
     .help = "folder of the local authority",
     .help_zh = "本地证书颁发机构所在的文件夹"},
    {0},
};

const struct cli_verb verb_doctor = {
    .name = "doctor",
    .arguments = "",
    .summary = "what stands between clients and the daemon, and what mends it",
    .summary_zh = "检查客户端与守护进程之间的障碍及其解决办法",
    .details =
        "Looks at the port, versions, clocks, names, proxies, certificate stores, interpreters, "
        "Docker and isolation. Each line that is not ok says why it matters and what mends it. "
        "Nothing is changed.\n"
        "Wrong is what stands in the way of calls, a note is what is not set up. Exits 0 when "
        "nothing is wrong, else 1.",
    .details_zh =
        "检查端口、版本、时钟、域名、代理、证书库、解释器、Docker "
        "和隔离方式。凡不是 ok 的行都说明其影响和解决办法。不作任何改动。\n"
        "wrong 是妨碍调用的问题，note 是尚未设置的部分。没有 wrong 时以 0 退出，否则为 1。",
    .options = doctor_options,
    .flags = CLI_JSON | CLI_DAEMON,
    .run = run_doctor,
};
