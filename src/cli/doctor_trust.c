/* Which stores of certificates hold the local authority. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli/doctor.h"
#include "crypto/ca.h"
#include "crypto/encode.h"

enum { READ_BYTES = 65536, STORE_BYTES_MAX = 16 << 20 };

/* The certificate as both kinds of stores hold it. */
struct authority_text {
    struct str base64; /* the lines of PEM behind each other */
    struct str der;
};

enum holding { HOLDS, HOLDS_NOT, UNREADABLE };

static const char UNTRUSTED[] = "HTTPS calls of programs that read it end with an unknown issuer";
static const char ENV_LINE[] = "eval \"$(fcemu env)\"";

/* Without blanks and the ends of lines, which differ between writers. */
static bool read_store(const char *path, struct buf *raw, struct buf *joined)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    struct stat info;
    ssize_t got = -1;

    if (fd < 0)
        return false;
    if (fstat(fd, &info) == 0 && S_ISREG(info.st_mode))
        do {
            buf_reserve(raw, READ_BYTES);
            got = read(fd, raw->ptr + raw->len, READ_BYTES);
            raw->len += got > 0 ? (size_t)got : 0;
        } while (got > 0 && raw->len < STORE_BYTES_MAX);
    close(fd);
    for (size_t i = 0; i < raw->len; i++)
        if (raw->ptr[i] == '\0' || !strchr(" \t\r\n", raw->ptr[i]))
            buf_add_char(joined, raw->ptr[i]);
    return got == 0;
}

static enum holding file_holds(const char *path, const struct authority_text *ours)
{
    OWN(buf_done) struct buf raw = {0};
    OWN(buf_done) struct buf joined = {0};
    size_t at;

    if (!read_store(path, &raw, &joined))
        return UNREADABLE;
    return str_find(buf_str(&joined), ours->base64, &at) || str_find(buf_str(&raw), ours->der, &at)
               ? HOLDS
               : HOLDS_NOT;
}

static enum holding folder_holds(struct doctor *doctor, const char *path,
                                 const struct authority_text *ours)
{
    enum holding found = HOLDS_NOT;
    DIR *folder = opendir(path);
    struct dirent *entry;

    if (!folder)
        return UNREADABLE;
    while (found != HOLDS && (entry = readdir(folder)))
        if (file_holds(arena_printf(doctor->arena, "%s/%s", path, entry->d_name), ours) == HOLDS)
            found = HOLDS;
    closedir(folder);
    return found;
}

static enum holding store_holds(struct doctor *doctor, const char *path,
                                const struct authority_text *ours)
{
    struct stat info;

    return stat(path, &info) == 0 && S_ISDIR(info.st_mode) ? folder_holds(doctor, path, ours)
                                                           : file_holds(path, ours);
}

/* ---- the stores ---- */

/* True when it holds ours. */
static bool say_store(struct doctor *doctor, const char *name, const char *path,
                      const struct authority_text *ours)
{
    enum holding found = store_holds(doctor, path, ours);

    if (found == HOLDS)
        doctor_say(doctor, "certificates", FINDING_OK, NULL, NULL, "%s: %s holds the authority",
                   name, path);
    else
        doctor_say(doctor, "certificates", FINDING_WRONG, UNTRUSTED, ENV_LINE,
                   found == HOLDS_NOT ? "%s: %s does not hold the authority"
                                      : "%s: %s cannot be read",
                   name, path);
    return found == HOLDS;
}

static bool say_variable(struct doctor *doctor, const char *name, const struct authority_text *ours)
{
    return say_store(doctor, name, doctor_variable(name), ours);
}

/* Its folders are one store, which is read beside SSL_CERT_FILE. */
static void check_folders(struct doctor *doctor, const struct authority_text *ours)
{
    struct str rest = str_of(doctor_variable("SSL_CERT_DIR"));

    if (!str_is_set(rest))
        return;
    while (str_is_set(rest)) {
        struct str one;

        str_cut(rest, ':', &one, &rest);
        if (store_holds(doctor, arena_dup(doctor->arena, one), ours) == HOLDS) {
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

static void check_keystore(struct doctor *doctor, const struct authority_text *ours)
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

static void check_system(struct doctor *doctor, const struct authority_text *ours)
{
    const char *path = ca_system_bundle();

    if (path && store_holds(doctor, path, ours) == HOLDS)
        doctor_say(doctor, "certificates", FINDING_OK, NULL, NULL,
                   "the system's bundle %s holds the authority", path);
    else
        doctor_say(doctor, "certificates", FINDING_NOTE,
                   "programs that read no variable do not trust our certificates over HTTPS",
                   "sudo cp \"$(fcemu ca path)\" /usr/local/share/ca-certificates/fcemu.crt && "
                   "sudo update-ca-certificates",
                   path ? "the system's bundle %s does not hold the authority"
                        : "the system has no bundle of authorities%s",
                   path ? path : "");
}

/* ---- the authority ---- */

static bool read_authority(struct doctor *doctor, const char *path, struct authority_text *out)
{
    static const char begin[] = "-----BEGINCERTIFICATE-----";
    OWN(buf_done) struct buf raw = {0};
    OWN(buf_done) struct buf joined = {0};
    struct str text;
    size_t at;
    size_t end;
    size_t der_len;

    if (!read_store(path, &raw, &joined))
        return false;
    text = buf_str(&joined);
    if (!str_find(text, str_of(begin), &at))
        return false;
    text = str_slice(text, at + strlen(begin), text.len);
    if (!str_find(text, STR("-----END"), &end) || end == 0)
        return false;
    out->base64 = arena_str(doctor->arena, str_slice(text, 0, end));
    uint8_t *der = arena_alloc(doctor->arena, base64_decoded_max(end));

    if (!base64_decode(out->base64, der, &der_len))
        return false;
    out->der = (struct str){(const char *)der, der_len};
    return true;
}

void doctor_check_trust(struct doctor *doctor)
{
    static const char *const variables[] = {"CURL_CA_BUNDLE", "REQUESTS_CA_BUNDLE",
                                            "NODE_EXTRA_CA_CERTS"};
    const char *path = doctor_authority(doctor);
    struct authority_text ours = {0};

    if (access(path, F_OK) < 0 && errno == ENOENT) {
        doctor_say(doctor, "certificates", FINDING_NOTE,
                   "no store can hold what is made with the first start", "fcemu ca path",
                   "there is no authority yet at %s", path);
        return;
    }
    if (!read_authority(doctor, path, &ours)) {
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
    check_system(doctor, &ours);
}
