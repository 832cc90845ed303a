/*
 * Packages given out again, to whoever holds a URL that we signed.
 *
 * Source: spec page api-2016-08-15 §6.3.9.
 */
#include <inttypes.h>

#include "crypto/digest.h"
#include "crypto/encode.h"
#include "product/service/code/code.h"

enum { URL_LIFE_MS = 10 * 60 * 1000 };

static struct str sign_url(struct service *service, struct str id, struct str expires,
                           struct arena *arena)
{
    uint8_t mac[DIGEST_SHA256_BYTES];
    char *text = (char *)arena_alloc(arena, 2 * sizeof(mac) + 1);
    struct str subject = arena_strf(arena, STR_FMT "\n" STR_FMT, STR_ARG(id), STR_ARG(expires));

    hmac_of(DIGEST_SHA256, (struct str){(const char *)service->secret, sizeof(service->secret)},
            subject, mac);
    hex_encode(mac, sizeof(mac), text);
    return str_of(text);
}

struct str code_url(struct work *work, struct str blob, uint64_t crc64)
{
    struct str expires = arena_strf(work->arena, "%" PRIu64, work_now_ms(work) + URL_LIFE_MS);
    struct str id = str_is_set(blob) ? blob : STR("none");

    return arena_strf(work->arena,
                      "%s" SERVICE_DATA_PATH "code/" STR_FMT "?crc64=%" PRIu64 "&expires=" STR_FMT
                      "&signature=" STR_FMT,
                      work_base_url(work), STR_ARG(id), crc64, STR_ARG(expires),
                      STR_ARG(sign_url(work->service, id, expires, work->arena)));
}

static void blob_gone(void *arg)
{
    store_blob_free((struct store_blob *)arg);
}

static void refuse_download(struct work *work, const char *message)
{
    answer_refuse_text(work, "AccessDenied", "%s", message);
}

static void downloaded(void *arg, struct store_blob *blob)
{
    struct work *work = (struct work *)arg;

    if (work->base.cancelled) {
        store_blob_free(blob);
    } else if (!blob) {
        answer_refuse_text(work, "FunctionNotFound", "the package does not exist any more");
    } else {
        struct str crc64 = query_get(work->call.query, STR("crc64"));

        arena_on_end(work->arena, blob_gone, blob);
        work->answer.status = 200;
        work->answer.body = (struct str){blob->bytes, blob->len};
        http_headers_add(&work->answer.headers, work->arena, STR("Content-Type"),
                         STR("application/zip"));
        http_headers_add(&work->answer.headers, work->arena, STR("X-Oss-Hash-Crc64ecma"), crc64);
    }
    work_finish(work);
}

static bool may_download(struct work *work, struct str id)
{
    struct str expires = work_query(work, "expires");
    struct str signature = work_query(work, "signature");
    uint64_t until = 0;

    if (!secret_equal(sign_url(work->service, id, expires, work->arena), signature)) {
        refuse_download(work, "the signature of the download URL does not match");
        return false;
    }
    if (str_to_uint(expires, UINT64_MAX, &until) == NUMBER_OK && until >= work_now_ms(work))
        return true;
    refuse_download(work, "the download URL has expired");
    return false;
}

void code_download(struct work *work)
{
    struct str path = work->call.request->path;
    struct str prefix = STR(SERVICE_DATA_PATH "code/");
    struct str id = str_slice(path, prefix.len, path.len);

    if (!str_starts(path, prefix))
        refuse_download(work, "there is nothing to download at this path");
    if (answer_is_refusal(work) || !may_download(work, id))
        return;
    work->base.parked = true;
    store_read_blob(work->store, id, downloaded, work);
}
