/* Is the daemon there, is it ours, and do both have the same time? */
#include <limits.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "cli/client.h"
#include "cli/doctor.h"

enum { UNAUTHORIZED = 401, FORBIDDEN = 403, SKEW_S = 15 * 60 /* of a signature */ };

static const char ALL_CALLS[] = "calls by address and through the proxy find no emulator";

/* ---- port ---- */

static void say_status(struct doctor *doctor, const char *address)
{
    struct str status = json_get_str(doctor->health, "status");

    if (str_eq(status, STR("ok")))
        doctor_say(doctor, "port", FINDING_OK, NULL, NULL, "fcemu answers at %s", address);
    else if (str_eq(status, STR("degraded")))
        doctor_say(doctor, "port", FINDING_WRONG, "other rules run than the files have",
                   "fcemu reload", "the daemon at %s refused the rules of its last reload",
                   address);
    else
        doctor_say(doctor, "port", FINDING_WRONG, "calls are refused until it is ready",
                   "fcemu wait; fcemu health", "the daemon at %s is not ready", address);
}

void doctor_check_port(struct doctor *doctor)
{
    OWN(client_answer_done) struct client_answer answer = {0};
    const char *address = client_address(doctor->args);
    struct error err = {0};

    if (!client_is_there(doctor->args)) {
        doctor_say(doctor, "port", FINDING_WRONG, ALL_CALLS, "fcemu serve", "nobody listens at %s",
                   address);
        return;
    }
    if (client_try(doctor->args, "/_fcemu/health", &answer))
        doctor->health = json_parse_within(buf_str(&answer.body), SIZE_MAX, &err);
    if (str_is_set(json_get_str(doctor->health, "version"))) {
        say_status(doctor, address);
        return;
    }
    json_free(doctor->health);
    doctor->health = NULL;
    if (answer.status == UNAUTHORIZED || answer.status == FORBIDDEN)
        doctor_say(doctor, "port", FINDING_WRONG, "no verb can ask it, and nothing else is known",
                   "export FCEMU_TOKEN=the token that it was started with",
                   "what listens at %s does not let us in (%d)", address, answer.status);
    else
        doctor_say(doctor, "port", FINDING_WRONG, ALL_CALLS,
                   "fcemu serve --listen 127.0.0.1:8253 & export FCEMU_ADDRESS=127.0.0.1:8253",
                   "what listens at %s is not fcemu", address);
}

/* ---- version ---- */

static void check_daemon_version(struct doctor *doctor)
{
    struct str version = json_get_str(doctor->health, "version");

    if (!doctor->health)
        return;
    if (str_eq(version, STR(FCEMU_VERSION)))
        doctor_say(doctor, "version", FINDING_OK, NULL, NULL, "the daemon and this program are %s",
                   FCEMU_VERSION);
    else
        doctor_say(doctor, "version", FINDING_WRONG,
                   "verbs of one version may not know what the other says",
                   "end that daemon, then: fcemu serve",
                   "the daemon is " STR_FMT ", this program %s", STR_ARG(version), FCEMU_VERSION);
}

static bool is_this_program(const char *path)
{
    struct stat it;
    struct stat us;

    return stat(path, &it) == 0 && stat("/proc/self/exe", &us) == 0 && it.st_dev == us.st_dev &&
           it.st_ino == us.st_ino;
}

static const char *own_folder(const struct doctor *doctor)
{
    OWN(buf_done) struct buf path = {0};
    struct str folder;
    struct str name;
    ssize_t len;

    buf_reserve(&path, PATH_MAX);
    len = readlink("/proc/self/exe", path.ptr, PATH_MAX);
    path.len = len > 0 ? (size_t)len : 0;
    str_cut_last(buf_str(&path), '/', &folder, &name);
    return arena_dup(doctor->arena, folder);
}

static void check_other_program(struct doctor *doctor)
{
    const char *path = doctor_find_program(doctor, "fcemu");

    if (!path || is_this_program(path))
        return;
    struct str version = doctor_ask_program(doctor, path, "version");

    if (str_eq(version, STR("fcemu " FCEMU_VERSION)))
        return;
    doctor_say(doctor, "version", FINDING_WRONG,
               "scripts that say fcemu run that one and not this one",
               arena_printf(doctor->arena, "export PATH=\"%s:$PATH\"", own_folder(doctor)),
               "%s, first in PATH, is '" STR_FMT "', this program is %s", path, STR_ARG(version),
               FCEMU_VERSION);
}

void doctor_check_version(struct doctor *doctor)
{
    check_daemon_version(doctor);
    check_other_program(doctor);
}

/* ---- clock ---- */

static bool check_machine_clock(struct doctor *doctor)
{
    const char *path = doctor_authority(doctor);
    struct stat info;

    if (stat(path, &info) < 0 || info.st_mtime <= time(NULL))
        return true;
    doctor_say(doctor, "clock", FINDING_WRONG,
               "certificates are not yet valid, and signatures carry the wrong date",
               "sudo timedatectl set-ntp true",
               "the clock of this machine is behind: %s was written in the future", path);
    return false;
}

static void check_daemon_clock(struct doctor *doctor)
{
    struct str now = json_get_str(doctor->health, "now");
    uint64_t daemon_ms;
    uint64_t our_ms = clock_wall_ms();

    if (!str_is_set(now) || !clock_parse_iso(now.ptr, now.len, &daemon_ms))
        return;
    uint64_t apart_s = (daemon_ms > our_ms ? daemon_ms - our_ms : our_ms - daemon_ms) / 1000;

    if (apart_s > SKEW_S)
        doctor_say(doctor, "clock", FINDING_WRONG,
                   "signatures more than 15 minutes apart are refused", "fcemu clock real",
                   "the daemon has " STR_FMT ", %llu s from this machine's clock", STR_ARG(now),
                   (unsigned long long)apart_s);
    else if (!cJSON_IsTrue(json_get(doctor->health, "clock_is_real")))
        doctor_say(doctor, "clock", FINDING_NOTE, "rules by time follow it", "fcemu clock real",
                   "the daemon's clock was moved: " STR_FMT, STR_ARG(now));
    else
        doctor_say(doctor, "clock", FINDING_OK, NULL, NULL, "the daemon has this machine's clock");
}

void doctor_check_clock(struct doctor *doctor)
{
    if (check_machine_clock(doctor))
        check_daemon_clock(doctor);
}
