/*
 * The registry of a container's image: what must hold of its credentials, and a password that is
 * kept although nobody can read it back.
 *
 * Source: spec page api-2023-03-30 §6.1, RegistryConfig.
 */
#include "base/mem.h"
#include "crypto/chain.h"
#include "crypto/encode.h"
#include "product/service/resource/function_model.h"

static cJSON *registry_of(const cJSON *model)
{
    return json_get(json_get(model, "customContainerConfig"), "registryConfig");
}

/* A colon would end it where it is sent. */
static bool check_keys(struct work *work, const cJSON *keys)
{
    struct str user = json_get_str(keys, "userName");
    struct str password = json_get_str(keys, "password");
    size_t at;

    if (user.len == 0 && password.len == 0)
        return true;
    if (user.len == 0)
        return answer_missing(work, "UserName");
    if (password.len == 0)
        return answer_missing(work, "Password");
    return !str_find(user, STR(":"), &at) ||
           answer_wrong(work, "UserName", "text without a colon", user);
}

static bool is_certificate(struct str text)
{
    OWN(mem_free) char *bytes = mem_alloc(base64_decoded_max(text.len) + 1);
    size_t len = 0;

    return base64_decode(text, (uint8_t *)bytes, &len) &&
           chain_is_certificates((struct str){bytes, len});
}

bool registry_check(struct work *work, const cJSON *model)
{
    const cJSON *registry = registry_of(model);
    struct str root = json_get_str(json_get(registry, "certConfig"), "rootCaCertBase64");

    if (!check_keys(work, json_get(registry, "authConfig")))
        return false;
    return root.len == 0 || is_certificate(root) ||
           answer_wrong(work, "RootCaCertBase64", "PEM certificates in base64",
                        str_slice(root, 0, 64));
}

cJSON *registry_keys(const cJSON *model)
{
    return cJSON_Duplicate(json_get(registry_of(model), "authConfig"), true);
}

/* Who writes back what he has read, or changes the image alone, has no password to give. */
void registry_keep_password(const cJSON *had, cJSON *model)
{
    cJSON *has = json_get(registry_of(model), "authConfig");

    if (had && has && !json_get(has, "password") &&
        str_eq(json_get_str(had, "userName"), json_get_str(has, "userName")) &&
        json_get(had, "password"))
        json_set(has, "password", cJSON_Duplicate(json_get(had, "password"), true));
}
