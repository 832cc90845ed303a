/* Temporary keys. Their rows lie under no account, because a look-up knows the id alone. */
#include "base/mem.h"
#include "crypto/encode.h"
#include "crypto/id.h"
#include "product/neighbours/internal.h"

enum {
    KEYS_MAX = 10000, /* the one that ends first makes room */
    ID_BYTES = 15,    /* random ones; base64 makes four thirds of it */
    SECRET_BYTES = 30,
    TOKEN_BYTES = 150,
};

static struct store_key row_key(struct str id)
{
    return (struct store_key){.account = STR(""),
                              .region = STR(""),
                              .kind = STR("sts-key"),
                              .parent = STR(""),
                              .version = STR(""),
                              .name = id};
}

static struct str random_text(size_t len, struct arena *arena)
{
    char *bytes = arena_alloc(arena, len);

    random_bytes(bytes, len);
    return base64_text((struct str){bytes, len}, arena);
}

/* Ids hold letters and digits only. */
static struct str random_id(struct arena *arena)
{
    struct str text = random_text(ID_BYTES, arena);
    char *id = arena_dup(arena, text);

    for (size_t i = 0; i < text.len; i++)
        if (id[i] == '+' || id[i] == '/')
            id[i] = 'x';
    return arena_strf(arena, "STS.NU%s", id);
}

/* A row's time of change is the time at which its key ends. */
static void drop_ended(struct store *store, struct store_batch *batch, uint64_t now_ms,
                       struct arena *arena)
{
    struct store_key key = row_key(STR(""));
    struct store_list list = store_list(store, &key);
    struct str *ended = ARENA_ARRAY(arena, list.count, struct str);
    const struct store_row *next = NULL;
    size_t count = 0;

    for (size_t i = 0; i < list.count; i++) {
        const struct store_row *row = list.rows[i];

        if (row->modified_ms <= now_ms)
            ended[count++] = arena_str(arena, row->key.name);
        else if (!next || row->modified_ms < next->modified_ms)
            next = row;
    }
    if (next && list.count - count >= KEYS_MAX)
        ended[count++] = arena_str(arena, next->key.name);
    for (size_t i = 0; i < count; i++) {
        key.name = ended[i];
        store_remove(batch, &key);
    }
}

void neighbours_issue_key(struct store *store, struct store_batch *batch,
                          const struct neighbours_key_request *request, struct arena *arena,
                          struct neighbours_key *out)
{
    OWN(json_free) cJSON *document = cJSON_CreateObject();
    struct buf text = {0};

    drop_ended(store, batch, request->now_ms, arena);
    *out = (struct neighbours_key){
        .id = random_id(arena),
        .secret = random_text(SECRET_BYTES, arena),
        .token = arena_strf(arena, "CAIS" STR_FMT, STR_ARG(random_text(TOKEN_BYTES, arena))),
        .account = arena_str(arena, request->account),
        .role = arena_str(arena, request->role),
        .session = arena_str(arena, request->session),
        .expires_ms = request->expires_ms,
    };
    json_add_str(document, "secret", out->secret);
    json_add_str(document, "token", out->token);
    json_add_str(document, "account", out->account);
    json_add_str(document, "role", out->role);
    json_add_str(document, "session", out->session);
    json_print(document, false, &text);

    struct store_key key = row_key(out->id);
    struct store_value value = {.document = buf_str(&text),
                                .created_ms = request->now_ms,
                                .modified_ms = request->expires_ms};

    store_put(batch, &key, &value);
    buf_done(&text);
}

static struct str member(const cJSON *document, const char *name, struct arena *arena)
{
    struct str text = json_get_str(document, name);

    return str_is_set(text) ? arena_str(arena, text) : STR("");
}

bool key_find(struct store *store, struct str id, struct arena *arena, struct neighbours_key *out)
{
    struct store_key key = row_key(id);
    const struct store_row *row = str_starts(id, STR("STS.")) ? store_find(store, &key) : NULL;

    if (!row)
        return false;
    OWN(json_free) cJSON *document = row_document(row);

    *out = (struct neighbours_key){
        .id = arena_str(arena, id),
        .secret = member(document, "secret", arena),
        .token = member(document, "token", arena),
        .account = member(document, "account", arena),
        .role = member(document, "role", arena),
        .session = member(document, "session", arena),
        .expires_ms = row->modified_ms,
    };
    return true;
}
