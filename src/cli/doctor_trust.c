/* Which stores of certificates hold the local authority. */
#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli/doctor.h"
#include "cli/trust/held.h"
#include "cli/trust/trust.h"
#include "crypto/ca.h"
#include "crypto/digest.h"

static const char UNTRUSTED[] = "HTTPS calls of programs that read it end with an unknown issuer";
static const char ENV_LINE[] = "eval \"$(fcemu env)\"";

static enum holding folder_holds(struct doctor *doctor, const char *path,
                                 const struct held_text *ours)
{
    enum holding found = HELD_NOT;
    DIR *folder = opendir(path);
    struct dirent *entry;

    if (!folder)
        return HELD_UNREADABLE;
    while (found != HELD && (entry = readdir(folder)))
        if (held_by(arena_printf(doctor->arena, "%s/%s", path, entry->d_name), ours) == HELD)
            found = HELD;
    closedir(folder);
    return found;
}

static enum holding store_holds(struct doctor *doctor, const char *path,
                                const struct held_text *ours)
{
    struct stat info;

    return stat(path, &info) == 0 && S_ISDIR(info.st_mode) ? folder_holds(doctor, path, ours)
                                                           : held_by(path, ours);
}

/* ---- the stores ---- */

/* True when it holds ours. */
static bool say_store(struct doctor *doctor, const char *name, const char *path,
                      const struct held_text *ours)
{
    enum holding found = store_holds(doctor, path, ours);

    if (found == HELD)
        doctor_say(doctor, "certificates", FINDING_OK, NULL, NULL, "%s: %s holds the authority",
                   name, path);
    else
        doctor_say(doctor, "certificates", FINDING_WRONG, UNTRUSTED, ENV_LINE,
                   found == HELD_NOT ? "%s: %s does not hold the authority"
                                     : "%s: %s cannot be read",
                   name, path);
    return found == HELD;
}

static bool say_variable(struct doctor *doctor, const char *name, const struct held_text *ours)
{
    return say_store(doctor, name, doctor_variable(name), ours);
}

/* Its folders are one store, which is read beside SSL_CERT_FILE. */
static void check_folders(struct doctor *doctor, const struct held_text *ours)
{
    struct str rest = str_of(doctor_variable("SSL_CERT_DIR"));

    if (!str_is_set(rest))
        return;
    while (str_is_set(rest)) {
        struct str one;

        str_cut(rest, ':', &one, &rest);
        if (store_holds(doctor, arena_dup(doctor->arena, one), ours) == HELD) {
            doctor_say(doctor, "certificates", FINDING_OK, NULL, NULL,
                       "SSL_CERT_DIR: " STR_FMT " holds the authority", STR_ARG(one));
            return;
        }
    }
    doctor_say(doctor, "certificates", FINDING_WRONG, UNTRUSTED,
               "cp \"$(fcemu ca path)\" \"$SSL_CERT_DIR/fcemu.pem\" && openssl rehash "
               "\"$SSL_CERT_DIR\"",
               "SSL_CERT_DIR: %s does not hold the authority", doctor_variable("SSL_CERT_DIR"));
}

static void check_keystore(struct doctor *doctor, const struct held_text *ours)
{
    static const char option[] = "-Djavax.net.ssl.trustStore=";
    const char *options = doctor_variable("JAVA_TOOL_OPTIONS");
    const char *at = options ? strstr(options, option) : NULL;

    if (!at)
        return;
    at += strlen(option);
    bool quoted = *at == '"' || *at == '\'';
    size_t len = quoted ? strcspn(at + 1, "\"'") : strcspn(at, " \t");

    say_store(doctor, "trustStore of JAVA_TOOL_OPTIONS",
              arena_dup(doctor->arena, (struct str){at + quoted, len}), ours);
}

/* By whatever name, or with an earlier one of the same folder; as HELD_UNREADABLE then. */
static enum holding entry_held(struct doctor *doctor, const struct trust_store *store,
                               const struct held_text *ours)
{
    struct trust_entries *entries = ARENA_NEW(doctor->arena, struct trust_entries);
    struct str folder;
    struct str rest;
    struct error err;
    char hex[DIGEST_HEX_BYTES];

    str_cut_last(str_of(doctor_authority(doctor)), '/', &folder, &rest);
    struct str prefix = trust_prefix(arena_dup(doctor->arena, folder), doctor->arena);

    digest_hex(DIGEST_SHA256, ours->der, hex);
    if (store->kind->list(store, prefix, entries, &err) < 0 || entries->count == 0)
        return HELD_NOT;
    struct str wanted = trust_name(prefix, hex, doctor->arena);

    for (size_t i = 0; i < entries->count; i++)
        if (str_eq(entries->items[i].name, wanted) && !entries->items[i].unread)
            return HELD;
    return HELD_UNREADABLE;
}

static void say_entry(struct doctor *doctor, const struct trust_store *store, enum holding held)
{
    const char *named = cli_value(doctor->args, "ca-dir");
    const char *mend =
        arena_printf(doctor->arena, "fcemu ca trust --store %s%s%s", store->kind->name,
                     named ? " --ca-dir " : "", named ? named : "");

    if (held == HELD)
        doctor_say(doctor, "certificates", FINDING_OK, NULL, NULL, "%s: %s holds the authority",
                   store->kind->name, store->path);
    else if (held == HELD_UNREADABLE)
        doctor_say(doctor, "certificates", FINDING_WRONG, UNTRUSTED, mend,
                   "%s: %s holds an earlier authority, not the one of now", store->kind->name,
                   store->path);
    else
        doctor_say(doctor, "certificates", FINDING_NOTE,
                   "programs that read no variable do not trust our certificates over HTTPS", mend,
                   "%s: %s does not hold the authority", store->kind->name, store->path);
}

/* The bundle may hold it otherwise than by us. */
static void check_stores(struct doctor *doctor, const struct held_text *ours)
{
    const char *bundle = ca_system_bundle();
    struct trust_stores *stores = ARENA_NEW(doctor->arena, struct trust_stores);

    if (bundle && store_holds(doctor, bundle, ours) == HELD)
        doctor_say(doctor, "certificates", FINDING_OK, NULL, NULL,
                   "the system's bundle %s holds the authority", bundle);
    else
        trust_system.find(doctor->arena, stores);
    if (stores->count == 0 && !bundle)
        doctor_say(doctor, "certificates", FINDING_NOTE,
                   "programs that read no variable trust what they bring along", ENV_LINE,
                   "the system has no store of certificates that is known");
    trust_nss.find(doctor->arena, stores);
    trust_java.find(doctor->arena, stores);
    for (size_t i = 0; i < stores->count; i++)
        say_entry(doctor, &stores->items[i], entry_held(doctor, &stores->items[i], ours));
}

/* ---- the authority ---- */

void doctor_check_trust(struct doctor *doctor)
{
    static const char *const variables[] = {"CURL_CA_BUNDLE", "REQUESTS_CA_BUNDLE",
                                            "NODE_EXTRA_CA_CERTS"};
    const char *path = doctor_authority(doctor);
    const char *named = cli_value(doctor->args, "ca-dir");
    struct held_text ours = {0};

    if (access(path, F_OK) < 0 && errno == ENOENT) {
        doctor_say(doctor, "certificates", FINDING_NOTE,
                   "no store can hold what is made with the first start",
                   named ? arena_printf(doctor->arena, "fcemu ca path --ca-dir %s", named)
                         : "fcemu ca path",
                   "there is no authority yet at %s", path);
        return;
    }
    if (!held_read(path, doctor->arena, &ours)) {
        doctor_say(doctor, "certificates", FINDING_WRONG, "the daemon cannot serve HTTPS with it",
                   "delete it and ca-key.pem beside it; fcemu ca path makes another",
                   "%s holds no certificate that can be read", path);
        return;
    }
    if (!doctor_variable("SSL_CERT_FILE") || !say_variable(doctor, "SSL_CERT_FILE", &ours))
        check_folders(doctor, &ours);
    for (size_t i = 0; i < N_ELEMENTS(variables); i++)
        if (doctor_variable(variables[i]))
            say_variable(doctor, variables[i], &ours);
    check_keystore(doctor, &ours);
    check_stores(doctor, &ours);
}
