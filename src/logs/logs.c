/* What functions print, kept by function in blocks; the oldest block goes first. */
#include <stdalign.h>
#include <stdbool.h>

#include "base/mem.h"
#include "logs/internal.h"

struct logs *logs_new(uint64_t function_bytes, uint64_t all_bytes)
{
    struct logs *logs = mem_alloc(sizeof(*logs));

    logs->function_bytes = function_bytes;
    logs->all_bytes = all_bytes;
    return logs;
}

const char *logs_kind_name(enum logs_kind kind)
{
    static const char *const names[] = {
        [LOGS_LINE] = "line", [LOGS_START] = "start", [LOGS_END] = "end", [LOGS_ERROR] = "error"};

    return names[kind];
}

/* ---- what goes ---- */

static void drop_block(struct logs *logs, struct owner *owner)
{
    struct block *block = owner->blocks;

    DL_DELETE(owner->blocks, block);
    owner->bytes -= block->used;
    owner->lines -= block->lines;
    logs->bytes -= block->used;
    mem_free(block);
}

static void lose_block(struct logs *logs, struct owner *owner)
{
    owner->lost_lines += owner->blocks->lines;
    owner->lost_bytes += owner->blocks->used;
    drop_block(logs, owner);
}

static void owner_free(struct logs *logs, struct owner *owner)
{
    while (owner->blocks)
        drop_block(logs, owner);
    HASH_DEL(logs->owners, owner);
    if (logs->recent == owner)
        logs->recent = NULL;
    arena_free(owner->arena);
    mem_free(owner->key);
    mem_free(owner);
}

void logs_clear(struct logs *logs, struct str account)
{
    struct owner *owner;
    struct owner *next;

    HASH_ITER(hh, logs->owners, owner, next)
    {
        if (!str_is_set(account) || str_eq(account, owner->shown.account))
            owner_free(logs, owner);
    }
}

void logs_free(struct logs *logs)
{
    if (!logs)
        return;
    logs_clear(logs, STR_NONE);
    mem_free(logs);
}

/* The one whose oldest line is the oldest of all. */
static struct owner *find_oldest(const struct logs *logs)
{
    struct owner *best = NULL;
    struct owner *owner;
    struct owner *next;

    HASH_ITER(hh, logs->owners, owner, next)
    {
        if (owner->blocks && (!best || owner->blocks->first < best->blocks->first))
            best = owner;
    }
    return best;
}

/* The newest block of @owner stays, whatever the limits. */
static void make_room(struct logs *logs, struct owner *owner)
{
    struct owner *oldest;

    while (owner->bytes > logs->function_bytes && owner->blocks->next)
        lose_block(logs, owner);
    while (logs->bytes > logs->all_bytes && (oldest = find_oldest(logs)) &&
           (oldest != owner || owner->blocks->next))
        lose_block(logs, oldest);
}

/* ---- owners ---- */

static struct str copy_of(struct arena *arena, struct str text)
{
    return arena_str(arena, str_is_set(text) ? text : STR(""));
}

static void name_owner(struct owner *owner, const struct logs_owner *from)
{
    struct arena *arena = arena_new();

    owner->shown = (struct logs_owner){
        .account = copy_of(arena, from->account),
        .region = copy_of(arena, from->region),
        .service = copy_of(arena, from->service),
        .function = copy_of(arena, from->function),
        .project = copy_of(arena, from->project),
        .store = copy_of(arena, from->store),
    };
    arena_free(owner->arena);
    owner->arena = arena;
}

static struct owner *find_owner(struct logs *logs, const struct logs_owner *from)
{
    OWN(mem_free)
    char *key = mem_printf(STR_FMT "/" STR_FMT "/" STR_FMT "/" STR_FMT, STR_ARG(from->account),
                           STR_ARG(from->region), STR_ARG(from->service), STR_ARG(from->function));
    struct owner *owner;

    HASH_FIND(hh, logs->owners, key, strlen(key), owner);
    if (!owner) {
        owner = mem_alloc(sizeof(*owner));
        owner->key = GIVE(key);
        HASH_ADD_KEYPTR(hh, logs->owners, owner->key, strlen(owner->key), owner);
        name_owner(owner, from);
    }
    return owner;
}

static bool is_called(const struct owner *owner, const struct logs_owner *from)
{
    return str_eq(owner->shown.function, from->function) &&
           str_eq(owner->shown.service, from->service) &&
           str_eq(owner->shown.account, from->account) && str_eq(owner->shown.region, from->region);
}

/* Where it logs to may change. */
static struct owner *take_owner(struct logs *logs, const struct logs_owner *from)
{
    if (!logs->recent || !is_called(logs->recent, from))
        logs->recent = find_owner(logs, from);
    if (!str_eq(logs->recent->shown.project, from->project) ||
        !str_eq(logs->recent->shown.store, from->store))
        name_owner(logs->recent, from);
    return logs->recent;
}

/* ---- lines ---- */

static size_t aligned(size_t bytes)
{
    return (bytes + alignof(struct record) - 1) & ~(alignof(struct record) - 1);
}

static bool has_same_ids(const struct block *block, const struct logs_line *line)
{
    return block->used && str_eq(block->ids.version, line->version) &&
           str_eq(block->ids.request_id, line->request_id) &&
           str_eq(block->ids.instance, line->instance);
}

static size_t size_of(const struct block *block, const struct logs_line *line)
{
    size_t ids = block && has_same_ids(block, line)
                     ? 0
                     : line->version.len + line->request_id.len + line->instance.len;

    return aligned(sizeof(struct record) + ids + line->text.len);
}

static struct block *add_block(struct owner *owner, size_t least)
{
    size_t before = owner->blocks ? owner->blocks->prev->cap : BLOCK_BYTES_FIRST / 2;
    size_t cap = 2 * before < BLOCK_BYTES ? 2 * before : BLOCK_BYTES;
    struct block *block;

    cap = least > cap ? least : cap;
    block = mem_alloc(sizeof(*block) + cap);

    block->cap = cap;
    DL_APPEND(owner->blocks, block);
    return block;
}

static struct block *find_block(struct owner *owner, const struct logs_line *line)
{
    struct block *block = owner->blocks ? owner->blocks->prev : NULL;

    if (block && block->used + size_of(block, line) <= block->cap)
        return block;
    return add_block(owner, size_of(NULL, line));
}

static struct str put_text(char **at, struct str text)
{
    struct str copy = {*at, text.len};

    if (text.len)
        memcpy(*at, text.ptr, text.len);
    *at += text.len;
    return copy;
}

static size_t write_line(struct block *block, const struct logs_line *line)
{
    struct record *record = (struct record *)(void *)(block->bytes + block->used);
    char *at = (char *)(record + 1);
    size_t size = size_of(block, line);

    *record = (struct record){
        .number = line->number,
        .wall_ms = line->wall_ms,
        .text_len = (uint32_t)line->text.len,
        .kind = (uint8_t)line->kind,
        .same_ids = has_same_ids(block, line),
    };
    if (!record->same_ids) {
        record->version_len = (uint8_t)line->version.len;
        record->instance_len = (uint8_t)line->instance.len;
        record->request_id_len = (uint16_t)line->request_id.len;
        block->ids.version = put_text(&at, line->version);
        block->ids.request_id = put_text(&at, line->request_id);
        block->ids.instance = put_text(&at, line->instance);
    }
    put_text(&at, line->text);
    if (!block->used)
        block->first = line->number;
    block->last = line->number;
    block->last_ms = line->wall_ms > block->last_ms ? line->wall_ms : block->last_ms;
    block->lines++;
    block->used += size;
    return size;
}

static void tell(struct logs *logs, const struct owner *owner, const struct logs_line *line)
{
    const struct logs_found found = {&owner->shown, *line};
    struct logs_follower *follower;
    struct logs_follower *next;

    DL_FOREACH_SAFE(logs->followers, follower, next)
    {
        if (logs_owner_fits(&owner->shown, &follower->filter) &&
            logs_line_fits(line, &follower->filter))
            follower->take(follower, &found);
    }
}

static void add_piece(struct logs *logs, struct owner *owner, struct logs_line *line)
{
    size_t size;

    line->number = ++logs->number;
    size = write_line(find_block(owner, line), line);
    owner->bytes += size;
    owner->lines++;
    logs->bytes += size;
    make_room(logs, owner);
    tell(logs, owner, line);
}

/* Ids longer than those that there are do not become long records. */
static struct str short_id(struct str id)
{
    return str_is_set(id) ? str_slice(id, 0, UINT8_MAX) : STR("");
}

/* No character of several bytes is torn. */
static size_t piece_of(struct str text)
{
    size_t len = LOGS_TEXT_BYTES_MAX;

    if (text.len <= len)
        return text.len;
    while (len > LOGS_TEXT_BYTES_MAX - 4 && ((unsigned char)text.ptr[len] & 0xc0) == 0x80)
        len--;
    return len;
}

void logs_add(struct logs *logs, const struct logs_owner *from, const struct logs_line *line)
{
    struct owner *owner = take_owner(logs, from);
    struct logs_line piece = *line;
    struct str rest = str_is_set(line->text) ? line->text : STR("");

    piece.version = short_id(line->version);
    piece.request_id = short_id(line->request_id);
    piece.instance = short_id(line->instance);
    do {
        piece.text = str_slice(rest, 0, piece_of(rest));
        rest = str_slice(rest, piece.text.len, rest.len);
        add_piece(logs, owner, &piece);
    } while (rest.len);
}

uint64_t logs_number(const struct logs *logs)
{
    return logs->number;
}

/* ---- those who follow ---- */

void logs_follow(struct logs *logs, struct logs_follower *follower)
{
    DL_APPEND(logs->followers, follower);
}

void logs_unfollow(struct logs *logs, struct logs_follower *follower)
{
    DL_DELETE(logs->followers, follower);
}
