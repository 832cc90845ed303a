/*
 * Packages that the API does not take inline: they go to the bucket that the service names for
 * them, as the vendor's tools do it.
 *
 * Source: spec pages api-2016-08-15 §6.16, limits §2.
 */
#include "cli/deploy_upload.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/clock.h"
#include "base/mem.h"
#include "crypto/digest.h"
#include "crypto/encode.h"

/* The least that any of the documented limits allows. */
enum { INLINE_BYTES_MAX = 50 << 20, STATUS_REFUSED = 300 };

struct upload {
    struct api *api;
    struct str region;
    struct str bucket, object; /* the object with the account in front */
    struct str id, secret, token;
};

/* ---- where to ---- */

static bool take_token(struct upload *upload, const cJSON *answer)
{
    struct arena *arena = upload->api->arena;
    const cJSON *keys = json_get(answer, "credentials");
    struct str name = json_get_str(answer, "objectName");

    upload->bucket = arena_str(arena, json_get_str(answer, "ossBucket"));
    upload->object = ARENA_CONCAT(arena, upload->api->account, STR("/"), name);
    upload->id = arena_str(arena, json_get_str(keys, "AccessKeyId"));
    upload->secret = arena_str(arena, json_get_str(keys, "AccessKeySecret"));
    upload->token = arena_str(arena, json_get_str(keys, "SecurityToken"));
    return upload->bucket.len && name.len;
}

static int ask_token(struct upload *upload)
{
    OWN(client_answer_done) struct client_answer answer = {0};
    struct error err;
    OWN(json_free) cJSON *json = NULL;
    int r = api_call(upload->api,
                     &(struct api_request){.method = "GET",
                                           .path = "/2016-08-15/tempBucketToken",
                                           .host = api_host(upload->api, upload->region)},
                     &answer);

    if (r != 0)
        return r;
    if (answer.status >= STATUS_REFUSED) {
        api_print_refusal(upload->api, &answer);
        return EXIT_CODE_USAGE;
    }
    json = json_parse(buf_str(&answer.body), &err);
    if (take_token(upload, json))
        return 0;
    fprintf(stderr, "fcemu deploy: GetTempBucketToken names no bucket for the package\n");
    return EXIT_CODE_USAGE;
}

/* ---- there ---- */

/* Version 1 of OSS signatures. */
static void add_headers(const struct upload *upload, struct buf *out)
{
    OWN(buf_done) struct buf text = {0};
    char date[CLOCK_RFC1123_BYTES];
    uint8_t digest[DIGEST_SHA1_BYTES];

    clock_format_rfc1123(clock_wall_ms(), date);
    buf_printf(out, "Date: %s\r\nContent-Type: application/zip\r\n", date);
    if (upload->id.len == 0)
        return;
    buf_printf(&text, "PUT\n\napplication/zip\n%s\n", date);
    if (upload->token.len) {
        buf_printf(out, "x-oss-security-token: " STR_FMT "\r\n", STR_ARG(upload->token));
        buf_printf(&text, "x-oss-security-token:" STR_FMT "\n", STR_ARG(upload->token));
    }
    buf_printf(&text, "/" STR_FMT "/" STR_FMT, STR_ARG(upload->bucket), STR_ARG(upload->object));
    hmac_of(DIGEST_SHA1, upload->secret, buf_str(&text), digest);
    buf_printf(out, "Authorization: OSS " STR_FMT ":" STR_FMT "\r\n", STR_ARG(upload->id),
               STR_ARG(base64_text((struct str){(const char *)digest, sizeof(digest)},
                                   upload->api->arena)));
}

static int put_object(struct upload *upload, struct str package)
{
    OWN(client_answer_done) struct client_answer answer = {0};
    OWN(buf_done) struct buf headers = {0};
    struct arena *arena = upload->api->arena;
    int r;

    add_headers(upload, &headers);
    r = client_send(upload->api->args,
                    &(struct client_request){
                        .method = "PUT",
                        .path = arena_printf(arena, "/" STR_FMT, STR_ARG(upload->object)),
                        .host = arena_printf(arena, STR_FMT ".oss-" STR_FMT ".aliyuncs.com",
                                             STR_ARG(upload->bucket), STR_ARG(upload->region)),
                        .headers = buf_text(&headers),
                        .body = package},
                    &answer);
    if (r == 0 && answer.status >= STATUS_REFUSED) {
        fprintf(stderr, "fcemu deploy: OSS does not take the package (%d): " STR_FMT "\n",
                answer.status, STR_ARG(str_slice(buf_str(&answer.body), 0, 500)));
        return EXIT_CODE_USAGE;
    }
    return r;
}

/* ---- in its place ---- */

static int send_package(struct upload *upload, struct str text)
{
    uint8_t *bytes = malloc(base64_decoded_max(text.len));
    size_t len = 0;
    int r = EXIT_CODE_USAGE;

    if (bytes && base64_decode(text, bytes, &len)) {
        r = ask_token(upload);
        if (r == 0)
            r = put_object(upload, (struct str){(const char *)bytes, len});
    }
    free(bytes);
    return r;
}

int deploy_upload(struct api *api, struct str region, struct str *body)
{
    struct upload upload = {.api = api, .region = region};
    struct error err;
    OWN(json_free) cJSON *json = NULL;
    OWN(buf_done) struct buf printed = {0};
    cJSON *code;
    int r;

    if (body->len <= INLINE_BYTES_MAX)
        return 0;
    json = json_parse(*body, &err);
    code = json_get(json, "code");
    if (json_get_str(code, "zipFile").len <= base64_encoded_size(INLINE_BYTES_MAX))
        return 0;
    r = send_package(&upload, json_get_str(code, "zipFile"));
    if (r != 0)
        return r;
    code = cJSON_CreateObject();
    json_add_str(code, "ossBucketName", upload.bucket);
    json_add_str(code, "ossObjectName", upload.object);
    cJSON_ReplaceItemInObjectCaseSensitive(json, "code", code);
    json_print(json, false, &printed);
    *body = arena_str(api->arena, buf_str(&printed));
    return 0;
}
