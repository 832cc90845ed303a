/*
 * What the checks of `fcemu doctor` share: a finding, and where things are looked for.
 */
#include "cli/doctor.h"

#include <stdarg.h>
#include <stdlib.h>

#include "base/mem.h"
#include "crypto/ca.h"

static const char *const state_names[] = {
    [FINDING_OK] = "ok", [FINDING_NOTE] = "note", [FINDING_WRONG] = "wrong"};

void doctor_say(struct doctor *doctor, const char *check, enum finding state, const char *why,
                const char *mend, const char *what_fmt, ...)
{
    OWN(buf_done) struct buf raw = {0};
    OWN(buf_done) struct buf what = {0};
    cJSON *finding = cJSON_CreateObject();
    va_list list;

    va_start(list, what_fmt);
    buf_vprintf(&raw, what_fmt, list);
    va_end(list);
    for (size_t i = 0; i < raw.len; i++) /* one line, whatever a variable holds */
        if ((unsigned char)raw.ptr[i] < ' ')
            raw.ptr[i] = ' ';
    if (str_is_utf8(buf_str(&raw)))
        buf_add(&what, buf_str(&raw));
    else
        for (size_t i = 0; i < raw.len; i++)
            buf_add_char(&what, (unsigned char)raw.ptr[i] < 0x80 ? raw.ptr[i] : '?');
    cJSON_AddStringToObject(finding, "check", check);
    cJSON_AddStringToObject(finding, "state", state_names[state]);
    json_add_str(finding, "what", buf_str(&what));
    if (state != FINDING_OK) {
        cJSON_AddStringToObject(finding, "why", why);
        cJSON_AddStringToObject(finding, "mend", mend);
    }
    cJSON_AddItemToArray(doctor->findings, finding);
    doctor->wrong += state == FINDING_WRONG;
}

const char *doctor_variable(const char *name)
{
    const char *value = getenv(name);

    return value && *value ? value : NULL;
}

const char *doctor_authority(const struct doctor *doctor)
{
    const char *named = cli_value(doctor->args, "ca-dir");
    OWN(mem_free) char *folder = named ? mem_dup(named) : ca_default_folder();

    return arena_printf(doctor->arena, "%s/ca.pem", folder);
}
