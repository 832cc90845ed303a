/* The SQLite file: schema, migrations, prepared statements. */
#include "store/database.h"

#include <errno.h>
#include <fcntl.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/mem.h"

/* "fcem": marks the file as ours for file(1) and for us. */
enum { APPLICATION_ID = 0x6663656d, BUSY_MS = 2000, PRIVATE_MODE = 0600 };

/* Rows are copied while pages are read: between the rows, pages would leave holes of their size. */
#define CACHE_TO_LOAD "PRAGMA cache_size = 16"    /* pages */
#define CACHE_TO_WRITE "PRAGMA cache_size = -512" /* KiB */

#define RESOURCE_COLUMNS                                                                           \
    "account, region, kind, parent, version, name, revision, etag, created_ms, modified_ms, blob," \
    " document"
#define RESOURCE_TABLE(table)                                                                      \
    "CREATE TABLE " table " (account TEXT NOT NULL, region TEXT NOT NULL, kind TEXT NOT NULL,"     \
    " parent TEXT NOT NULL, version TEXT NOT NULL, name TEXT NOT NULL, revision INTEGER NOT NULL," \
    " etag TEXT NOT NULL, created_ms INTEGER NOT NULL, modified_ms INTEGER NOT NULL, blob TEXT,"   \
    " document TEXT NOT NULL,"                                                                     \
    " PRIMARY KEY (account, region, kind, parent, version, name)) WITHOUT ROWID;"
#define PUT_ROW(table)                                                                             \
    "INSERT OR REPLACE INTO " table " (" RESOURCE_COLUMNS                                          \
    ") VALUES (?1,?2,?3,?4,?5,?6,?7,?8,?9,?10,?11,?12)"
#define REMOVE_COLLECTION(table)                                                                   \
    "DELETE FROM " table " WHERE account=?1 AND region=?2 AND kind=?3 AND parent=?4 AND"           \
    " version=?5"
#define REMOVE_ROW(table) REMOVE_COLLECTION(table) " AND name=?6"
#define ALL_ROWS(table)                                                                            \
    "SELECT " RESOURCE_COLUMNS " FROM " table                                                      \
    " ORDER BY account, region, kind, parent, version, name"

static const char *const statement_sql[STATEMENT_COUNT] = {
    [STATEMENT_BEGIN] = "BEGIN IMMEDIATE",
    [STATEMENT_COMMIT] = "COMMIT",
    [STATEMENT_ROLLBACK] = "ROLLBACK",
    [STATEMENT_PUT_RESOURCE] = PUT_ROW("resource"),
    [STATEMENT_PUT_TASK] = PUT_ROW("task"),
    [STATEMENT_REMOVE_RESOURCE] = REMOVE_ROW("resource"),
    [STATEMENT_REMOVE_TASK] = REMOVE_ROW("task"),
    [STATEMENT_REMOVE_RESOURCES] = REMOVE_COLLECTION("resource"),
    [STATEMENT_REMOVE_TASKS] = REMOVE_COLLECTION("task"),
    [STATEMENT_PUT_BLOB] = "INSERT OR IGNORE INTO blob (id, bytes) VALUES (?1, ?2)",
    [STATEMENT_GET_BLOB] = "SELECT bytes FROM blob WHERE id=?1",
    [STATEMENT_REMOVE_BLOB] = "DELETE FROM blob WHERE id=?1",
    [STATEMENT_ALL_RESOURCES] = ALL_ROWS("resource"),
    [STATEMENT_ALL_TASKS] = ALL_ROWS("task"),
    [STATEMENT_ALL_BLOBS] = "SELECT id FROM blob ORDER BY id",
    [STATEMENT_CLEAR_RESOURCES] = "DELETE FROM resource",
    [STATEMENT_CLEAR_TASKS] = "DELETE FROM task",
    [STATEMENT_CLEAR_BLOBS] = "DELETE FROM blob",
};

/* Step n leads from format n to n + 1; format 0 is an empty file. */
static const char *const migrations[STORE_SCHEMA] = {
    RESOURCE_TABLE("resource")
        RESOURCE_TABLE("task") "CREATE TABLE blob (id TEXT PRIMARY KEY, bytes BLOB NOT NULL);",
};

#define DAMAGED                                                                                    \
    "the database is damaged: put back a copy, or move the file away to start empty and load a "   \
    "snapshot"

static int fail(struct database *db, struct error *err, const char *what)
{
    int code = db->handle ? sqlite3_errcode(db->handle) : SQLITE_NOMEM;

    if (code == SQLITE_CORRUPT || code == SQLITE_NOTADB)
        return error_set(err, ERROR_IO, "%s (%s)", DAMAGED, sqlite3_errmsg(db->handle));
    return error_set(err, code == SQLITE_FULL ? ERROR_LIMIT : ERROR_IO, "%s: %s", what,
                     db->handle ? sqlite3_errmsg(db->handle) : "out of memory");
}

static int run_sql(struct database *db, const char *sql, struct error *err)
{
    if (sqlite3_exec(db->handle, sql, NULL, NULL, NULL) != SQLITE_OK)
        return fail(db, err, "change the store");
    return 0;
}

static int read_pragma(struct database *db, const char *sql, int *out, struct error *err)
{
    sqlite3_stmt *statement = NULL;

    if (sqlite3_prepare_v2(db->handle, sql, -1, &statement, NULL) != SQLITE_OK ||
        sqlite3_step(statement) != SQLITE_ROW) {
        fail(db, err, "read the store");
        sqlite3_finalize(statement);
        return -1;
    }
    *out = sqlite3_column_int(statement, 0);
    sqlite3_finalize(statement);
    return 0;
}

static int migrate_step(struct database *db, int from, struct error *err)
{
    char stamp[80];

    snprintf(stamp, sizeof(stamp), "PRAGMA application_id = %d; PRAGMA user_version = %d",
             APPLICATION_ID, from + 1);
    if (run_sql(db, "BEGIN IMMEDIATE", err) < 0)
        return -1;
    if (run_sql(db, migrations[from], err) == 0 && run_sql(db, stamp, err) == 0 &&
        run_sql(db, "COMMIT", err) == 0)
        return 0;
    sqlite3_exec(db->handle, "ROLLBACK", NULL, NULL, NULL);
    return error_wrap(err, "migrate the store from format %d", from);
}

#define COUNT_TABLES "SELECT count(*) FROM sqlite_master"

/* Reads only: a database that is refused is left as it is. */
static int check_format(struct database *db, int *out_format, struct error *err)
{
    int application = 0;
    int format = 0;
    int tables = 0;

    if (read_pragma(db, "PRAGMA application_id", &application, err) < 0 ||
        read_pragma(db, "PRAGMA user_version", &format, err) < 0)
        return -1;
    if (application == 0 && format == 0 && read_pragma(db, COUNT_TABLES, &tables, err) < 0)
        return -1;
    if (tables > 0 || (application != 0 && application != APPLICATION_ID))
        return error_set(err, ERROR_USAGE,
                         "the database was made by another program; choose another folder");
    if (format > STORE_SCHEMA)
        return error_set(err, ERROR_USAGE,
                         "format %d was written by a newer fcemu, this one reads up to %d; use the "
                         "newer fcemu or another folder",
                         format, STORE_SCHEMA);
    *out_format = format;
    return 0;
}

static int migrate(struct database *db, int format, struct error *err)
{
    for (; format < STORE_SCHEMA; format++) {
        if (migrate_step(db, format, err) < 0)
            return -1;
    }
    return 0;
}

static int prepare(struct database *db, struct error *err)
{
    for (size_t i = 0; i < STATEMENT_COUNT; i++) {
        if (sqlite3_prepare_v3(db->handle, statement_sql[i], -1, SQLITE_PREPARE_PERSISTENT,
                               &db->statements[i], NULL) != SQLITE_OK)
            return fail(db, err, "prepare the store");
    }
    return 0;
}

/* SQLite would make them by the umask, and give the log and the index the mode of the database.
 * Code and secrets of functions are in there. */
static int keep_private(const char *path, struct error *err)
{
    static const char *const endings[] = {"-wal", "-shm"};
    int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, PRIVATE_MODE);

    if (fd < 0)
        return error_errno(err, "open the store '%s'", path);
    int result = fchmod(fd, PRIVATE_MODE);

    close(fd);
    if (result < 0)
        return error_errno(err, "keep '%s' from others", path);
    for (size_t i = 0; i < N_ELEMENTS(endings); i++) {
        OWN(mem_free) char *beside = mem_printf("%s%s", path, endings[i]);

        if (chmod(beside, PRIVATE_MODE) < 0 && errno != ENOENT)
            return error_errno(err, "keep '%s' from others", beside);
    }
    return 0;
}

int database_open(const char *path, bool durable, struct database *out, struct error *err)
{
    struct database db = {0};
    int format = 0;

    if (keep_private(path, err) < 0)
        return -1;
    int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX;

    if (sqlite3_open_v2(path, &db.handle, flags, NULL) != SQLITE_OK) {
        fail(&db, err, "open the store");
        database_close(&db);
        return error_wrap(err, "%s", path);
    }
    sqlite3_busy_timeout(db.handle, BUSY_MS);
    if (check_format(&db, &format, err) < 0 || run_sql(&db, "PRAGMA journal_mode = WAL", err) < 0 ||
        run_sql(&db, CACHE_TO_LOAD, err) < 0 ||
        run_sql(&db, durable ? "PRAGMA synchronous = FULL" : "PRAGMA synchronous = OFF", err) < 0 ||
        migrate(&db, format, err) < 0 || prepare(&db, err) < 0) {
        database_close(&db);
        return error_wrap(err, "%s", path);
    }
    *out = db;
    return 0;
}

void database_close(struct database *db)
{
    for (size_t i = 0; i < STATEMENT_COUNT; i++)
        sqlite3_finalize(db->statements[i]);
    sqlite3_close(db->handle);
    *db = (struct database){0};
}

void database_leave(struct database *db)
{
    sqlite3_db_config(db->handle, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, NULL);
}

/* Run a statement that returns nothing, and make it ready again. */
static int run(struct database *db, enum statement which, struct error *err)
{
    sqlite3_stmt *statement = db->statements[which];
    int code = sqlite3_step(statement);
    int result =
        code == SQLITE_DONE || code == SQLITE_ROW ? 0 : fail(db, err, "write to the store");

    sqlite3_reset(statement);
    sqlite3_clear_bindings(statement);
    return result;
}

int database_begin(struct database *db, struct error *err)
{
    return run(db, STATEMENT_BEGIN, err);
}

int database_commit(struct database *db, struct error *err)
{
    return run(db, STATEMENT_COMMIT, err);
}

void database_rollback(struct database *db)
{
    struct error ignored;

    /* SQLite has rolled back by itself after some errors; then there is nothing left to do. */
    if (!sqlite3_get_autocommit(db->handle))
        run(db, STATEMENT_ROLLBACK, &ignored);
}

static void bind_text(sqlite3_stmt *statement, int at, struct str text)
{
    if (str_is_set(text))
        sqlite3_bind_text(statement, at, text.ptr, (int)text.len, SQLITE_STATIC);
    else
        sqlite3_bind_null(statement, at);
}

enum { KEY_COLLECTION = 5, KEY_WHOLE = 6 };

static void bind_key(sqlite3_stmt *statement, const struct store_key *key, size_t count)
{
    const struct str parts[KEY_WHOLE] = {key->account, key->region,  key->kind,
                                         key->parent,  key->version, key->name};

    for (size_t i = 0; i < count; i++)
        sqlite3_bind_text(statement, (int)i + 1, parts[i].ptr ? parts[i].ptr : "",
                          (int)parts[i].len, SQLITE_STATIC);
}

static bool is_task(const struct store_key *key)
{
    return str_eq(key->kind, STR(STORE_KIND_TASK));
}

int database_put(struct database *db, const struct store_row *row, struct error *err)
{
    enum statement which = is_task(&row->key) ? STATEMENT_PUT_TASK : STATEMENT_PUT_RESOURCE;
    sqlite3_stmt *statement = db->statements[which];

    bind_key(statement, &row->key, KEY_WHOLE);
    sqlite3_bind_int64(statement, 7, (sqlite3_int64)row->revision);
    bind_text(statement, 8, str_of(row->etag));
    sqlite3_bind_int64(statement, 9, (sqlite3_int64)row->created_ms);
    sqlite3_bind_int64(statement, 10, (sqlite3_int64)row->modified_ms);
    bind_text(statement, 11, row->blob);
    bind_text(statement, 12, row->document);
    return run(db, which, err);
}

int database_remove(struct database *db, const struct store_key *key, struct error *err)
{
    enum statement which = is_task(key) ? STATEMENT_REMOVE_TASK : STATEMENT_REMOVE_RESOURCE;

    bind_key(db->statements[which], key, KEY_WHOLE);
    return run(db, which, err);
}

int database_remove_collection(struct database *db, const struct store_key *key, struct error *err)
{
    enum statement which = is_task(key) ? STATEMENT_REMOVE_TASKS : STATEMENT_REMOVE_RESOURCES;

    bind_key(db->statements[which], key, KEY_COLLECTION);
    return run(db, which, err);
}

int database_put_blob(struct database *db, struct str id, const char *bytes, size_t len,
                      struct error *err)
{
    sqlite3_stmt *statement = db->statements[STATEMENT_PUT_BLOB];

    bind_text(statement, 1, id);
    sqlite3_bind_blob64(statement, 2, bytes ? bytes : "", len, SQLITE_STATIC);
    return run(db, STATEMENT_PUT_BLOB, err);
}

int database_remove_blob(struct database *db, struct str id, struct error *err)
{
    bind_text(db->statements[STATEMENT_REMOVE_BLOB], 1, id);
    return run(db, STATEMENT_REMOVE_BLOB, err);
}

int database_clear(struct database *db, struct error *err)
{
    if (run(db, STATEMENT_CLEAR_RESOURCES, err) < 0 || run(db, STATEMENT_CLEAR_TASKS, err) < 0)
        return -1;
    return run(db, STATEMENT_CLEAR_BLOBS, err);
}

static struct str column_text(sqlite3_stmt *statement, int at)
{
    const char *text = (const char *)sqlite3_column_text(statement, at);

    return text ? (struct str){text, (size_t)sqlite3_column_bytes(statement, at)} : STR_NONE;
}

struct store_blob *database_get_blob(struct database *db, struct str id)
{
    sqlite3_stmt *statement = db->statements[STATEMENT_GET_BLOB];
    struct store_blob *blob = NULL;

    bind_text(statement, 1, id);
    if (sqlite3_step(statement) == SQLITE_ROW) {
        const void *bytes = sqlite3_column_blob(statement, 0);
        size_t len = (size_t)sqlite3_column_bytes(statement, 0);

        blob = calloc(1, sizeof(*blob));
        if (blob)
            *blob = (struct store_blob){malloc(len + 1), len};
        if (blob && blob->bytes && len)
            memcpy(blob->bytes, bytes, len);
        if (blob && !blob->bytes) {
            free(blob);
            blob = NULL;
        }
    }
    sqlite3_reset(statement);
    sqlite3_clear_bindings(statement);
    return blob;
}

/* Cut short is what documents become when somebody else wrote into the file. */
static bool is_object(struct str document)
{
    return str_starts(document, STR("{")) && str_ends(document, STR("}"));
}

static int load_row(sqlite3_stmt *statement, struct mirror *mirror, uint64_t *newest,
                    struct error *err)
{
    struct store_key key = {
        .account = column_text(statement, 0),
        .region = column_text(statement, 1),
        .kind = column_text(statement, 2),
        .parent = column_text(statement, 3),
        .version = column_text(statement, 4),
        .name = column_text(statement, 5),
    };
    struct store_row row = {
        .revision = (uint64_t)sqlite3_column_int64(statement, 6),
        .created_ms = (uint64_t)sqlite3_column_int64(statement, 8),
        .modified_ms = (uint64_t)sqlite3_column_int64(statement, 9),
        .blob = column_text(statement, 10),
        .document = column_text(statement, 11),
    };
    struct str etag = column_text(statement, 7);

    if (!is_object(row.document))
        return error_set(err, ERROR_IO, "%s (" STR_FMT " '" STR_FMT "' is no JSON object)", DAMAGED,
                         STR_ARG(key.kind), STR_ARG(key.name));
    snprintf(row.etag, sizeof(row.etag), STR_FMT, STR_ARG(etag));
    if (row.revision > *newest)
        *newest = row.revision;
    mirror_put(mirror, &key, &row);
    return 0;
}

static int load_table(struct database *db, enum statement which, struct mirror *mirror,
                      uint64_t *newest, struct error *err)
{
    sqlite3_stmt *statement = db->statements[which];
    int result = 0;
    int code = SQLITE_DONE;

    while (result == 0 && (code = sqlite3_step(statement)) == SQLITE_ROW)
        result = load_row(statement, mirror, newest, err);
    if (result == 0 && code != SQLITE_DONE)
        result = fail(db, err, "read the store");

    sqlite3_reset(statement);
    return result;
}

int database_load(struct database *db, struct mirror *mirror, uint64_t *out_revision,
                  struct error *err)
{
    uint64_t newest = 0;

    if (load_table(db, STATEMENT_ALL_RESOURCES, mirror, &newest, err) < 0 ||
        load_table(db, STATEMENT_ALL_TASKS, mirror, &newest, err) < 0)
        return -1;
    *out_revision = newest;
    return 0;
}

int database_loaded(struct database *db, struct error *err)
{
    sqlite3_db_release_memory(db->handle);
    return run_sql(db, CACHE_TO_WRITE, err);
}

int database_each_blob(struct database *db, void (*fn)(void *arg, struct str id), void *arg,
                       struct error *err)
{
    sqlite3_stmt *statement = db->statements[STATEMENT_ALL_BLOBS];
    int code;

    while ((code = sqlite3_step(statement)) == SQLITE_ROW)
        fn(arg, column_text(statement, 0));
    int result = code == SQLITE_DONE ? 0 : fail(db, err, "read the store");

    sqlite3_reset(statement);
    return result;
}
