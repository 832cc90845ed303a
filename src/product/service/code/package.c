/*
 * Code packages: unpacked from a request and looked at.
 *
 * A package that is no archive at all is kept as it is, since official tools upload such; one that
 * is broken or unpacks to something harmful is refused here, before anything is stored.
 *
 * Source: spec pages api-2016-08-15 §6.3.5, limits §2.
 */
#include <inttypes.h>
#include <stdlib.h>

#include "base/mem.h"
#include "crypto/digest.h"
#include "crypto/encode.h"
#include "invoke/archive_lib.h"
#include "product/service/code/code.h"

enum {
    ENTRIES_MAX = 65536,
    NAME_MAX_BYTES = 4096,
    RATIO_MAX = 1000,            /* unpacked to packed: beyond it a package is a bomb */
    RATIO_FROM_BYTES = 10 << 20, /* small packages may well be that regular */
    READ_BYTES = 64 * 1024,
};

#define BROKEN "Code package is a ZIP archive that is broken or not whole"

/* ---- what an archive holds ---- */

struct inspection {
    const struct archive_lib *lib;
    struct package *package;
    int64_t max_unpacked;
    int64_t unpacked;
    size_t entries;
};

static bool refuse(struct inspection *inspection, const char *fmt, ...) PRINTF_LIKE(2, 3);

static bool refuse(struct inspection *inspection, const char *fmt, ...)
{
    struct buf text = {0};
    va_list args;

    va_start(args, fmt);
    buf_vprintf(&text, fmt, args);
    va_end(args);
    mem_free(inspection->package->problem);
    inspection->package->problem = buf_take(&text);
    return false;
}

/* Absolute, or a step up that leaves the folder it is unpacked into. */
static bool leaves_folder(struct str path)
{
    struct str rest = path;
    struct str part;
    int depth = 0;

    if (path.len > 0 && (path.ptr[0] == '/' || path.ptr[0] == '\\'))
        return true;
    while (str_is_set(rest)) {
        str_cut(rest, '/', &part, &rest);
        if (str_eq(part, STR("..")))
            depth--;
        else if (part.len > 0 && !str_eq(part, STR(".")))
            depth++;
        if (depth < 0)
            return true;
    }
    return false;
}

static bool has_step_up(struct str path)
{
    struct str rest = path;
    struct str part;

    while (str_is_set(rest)) {
        str_cut(rest, '/', &part, &rest);
        if (str_eq(part, STR("..")))
            return true;
    }
    return false;
}

static bool check_link(struct inspection *inspection, struct str name, struct str to)
{
    struct str folder;
    struct str last;
    struct buf whole = {0};

    if (str_cut_last(name, '/', &folder, &last))
        buf_printf(&whole, STR_FMT "/", STR_ARG(folder));
    buf_add(&whole, to);
    bool leaves = (to.len > 0 && to.ptr[0] == '/') || leaves_folder(buf_str(&whole));

    buf_done(&whole);
    if (leaves)
        return refuse(inspection, "Code package entry '" STR_FMT "' links out of the package",
                      STR_ARG(str_slice(name, 0, 256)));
    return true;
}

static bool check_entry(struct inspection *inspection, struct archive_entry *entry)
{
    const struct archive_lib *lib = inspection->lib;
    struct str name = str_of(lib->entry_pathname(entry));
    struct str link = str_of(lib->entry_symlink(entry));
    struct str hard = str_of(lib->entry_hardlink(entry));

    if (++inspection->entries > ENTRIES_MAX)
        return refuse(inspection, "Code package contains too many values (max: %d, actual: %zu)",
                      ENTRIES_MAX, inspection->entries);
    if (!str_is_set(name) || !str_is_utf8(name) || name.len > NAME_MAX_BYTES)
        return refuse(inspection, "Code package has an entry whose name is not valid UTF-8");
    if (leaves_folder(name) || has_step_up(name))
        return refuse(inspection, "Code package entry '" STR_FMT "' leaves the package",
                      STR_ARG(str_slice(name, 0, 256)));
    if (str_is_set(link))
        return check_link(inspection, name, link);
    return !str_is_set(hard) || check_link(inspection, STR(""), hard);
}

static bool check_size(struct inspection *inspection)
{
    int64_t packed = (int64_t)inspection->package->len;

    if (inspection->max_unpacked != LIMIT_NONE && inspection->unpacked > inspection->max_unpacked)
        return refuse(inspection,
                      "Unpacked code size exceeds the maximum allowed length (max: %" PRId64
                      ", actual: more)",
                      inspection->max_unpacked);
    if (inspection->unpacked > RATIO_FROM_BYTES && inspection->unpacked / RATIO_MAX > packed)
        return refuse(inspection, "Code package unpacks to more than %d times its size", RATIO_MAX);
    return true;
}

/* The sizes that a header claims are not believed: every byte is unpacked and counted. */
static bool count_bytes(struct inspection *inspection, struct archive *archive)
{
    char buffer[READ_BYTES];

    for (;;) {
        la_ssize_t got = inspection->lib->read_data(archive, buffer, sizeof(buffer));

        if (got < 0)
            return refuse(inspection, BROKEN);
        if (got == 0)
            return true;
        inspection->unpacked += got;
        if (!check_size(inspection))
            return false;
    }
}

static void inspect(struct inspection *inspection)
{
    const struct archive_lib *lib = inspection->lib = archive_lib();
    struct archive_entry *entry;
    int r = ARCHIVE_FATAL;

    if (!lib) {
        refuse(inspection, ARCHIVE_LIB_MISSING);
        return;
    }
    struct archive *archive = lib->read_new();

    lib->read_support_format_zip(archive);
    if (lib->read_open_memory(archive, inspection->package->bytes, inspection->package->len) ==
        ARCHIVE_OK) {
        while ((r = lib->read_next_header(archive, &entry)) == ARCHIVE_OK || r == ARCHIVE_WARN) {
            if (!check_entry(inspection, entry) || !count_bytes(inspection, archive))
                break;
        }
    }
    if (!inspection->package->problem && r != ARCHIVE_EOF)
        refuse(inspection, BROKEN);
    lib->read_free(archive);
}

/* ---- taking it from the request ---- */

static bool is_blank_char(char c)
{
    return c == '\n' || c == '\r' || c == ' ' || c == '\t';
}

/* Line breaks are tolerated in base64; the text is changed in place. */
static struct str without_blanks(char *text)
{
    size_t kept = 0;

    for (const char *c = text; *c; c++) {
        if (!is_blank_char(*c))
            text[kept++] = *c;
    }
    text[kept] = '\0';
    return (struct str){text, kept};
}

static const cJSON *code_of(const cJSON *input)
{
    const cJSON *code = json_get_nocase(input, "code");

    return cJSON_IsObject(code) ? code : NULL;
}

/* It is a third larger than the package, and is not read again. */
static void drop_text(cJSON *zip)
{
    cJSON_free(zip->valuestring);
    zip->valuestring = mem_dup("");
}

void package_check(struct package *package, const cJSON *input, int64_t max_unpacked)
{
    cJSON *zip = json_get_nocase(code_of(input), "zipFile");
    struct inspection inspection = {.package = package, .max_unpacked = max_unpacked};
    char hex[DIGEST_HEX_BYTES];
    struct str text;

    if (!cJSON_IsString(zip) || !*zip->valuestring)
        return;
    package->given = true;
    text = without_blanks(zip->valuestring);
    package->bytes = malloc(base64_decoded_max(text.len) + 1);
    if (!package->bytes || !base64_decode(text, (uint8_t *)package->bytes, &package->len)) {
        package->problem = mem_dup("ZipFile is not valid base64");
        return;
    }
    drop_text(zip);
    const struct str bytes = {package->bytes, package->len};

    package->crc64 = crc64_add(0, bytes);
    digest_hex(DIGEST_SHA256, bytes, hex);
    memcpy(package->id, hex, sizeof(package->id));
    if (archive_is_zip(bytes)) {
        /* Loaded before its names are. */
        locale_t before = archive_lib() ? archive_names_begin() : (locale_t)0;

        inspect(&inspection);
        archive_names_end(before);
    }
}

void package_look(struct work *work)
{
    package_check(&work->package, work->input,
                  work->service->limits.values[LIMIT_CODE_UNPACKED_BYTES]);
}
