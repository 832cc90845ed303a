/*
 * conf/settings.h - the daemon's own configuration
 *
 * One table of fields serves the configuration file, the command line, the environment, the
 * defaults, the help texts, the JSON Schema and config/fcemu.yaml. A flag wins over a variable, a
 * variable over the file, the file over the default.
 *
 * Threads: any; settings are never changed once they are loaded.
 */
#pragma once

#include "base/json.h"
#include "base/log.h"
#include "catalog/limits.h"
#include "conf/field.h"

#define SETTINGS_ENUMS
#include "conf/settings.inc"
#define SETTINGS_ENUMS
#include "conf/settings_auth.inc"
#define SETTINGS_ENUMS
#include "conf/settings_invoke.inc"

struct settings_key {
    struct str id, secret;
    struct str account;       /* absent: the default account */
    struct str token;         /* of a temporary key; absent: a permanent one */
    struct conf_texts denied; /* operations it may not call: names and globs */
};

/* Users of this machine. */
struct settings_users {
    bool any;
    uint32_t *uids;
    size_t count;
};

/* Programs of runtimes, where PATH is not to be searched; folders that stand for file systems and
 * buckets. */
struct settings_path {
    const char *name; /* "python3.10"; "oss://bucket/path", or the address of a file system */
    const char *path;
};
struct settings_paths {
    struct settings_path *items;
    size_t count;
};

/* An address for each region: 127.SECOND.THIRD.n. */
struct settings_regions {
    bool on;
    uint8_t second, third;
};
enum { SETTINGS_REGION_BYTES = sizeof("127.255.255.255/24") };

struct settings_account {
    struct str id;
    enum settings_auth_mode mode;
};

/* Who said what a setting is: each wins over those before it. */
enum settings_origin { ORIGIN_DEFAULT, ORIGIN_FILE, ORIGIN_VARIABLE, ORIGIN_FLAG };
struct settings_source {
    const char *key; /* "journal.bytes" */
    enum settings_origin origin;
    const struct conf_node *value; /* as it was written; NULL: nothing, which is the default */
    uint32_t line, column;         /* of the key in the file */
    const char *flag, *env;        /* that set it; NULL: the file alone does */
    const struct conf_field *field;
};

/* Paths that are absent are what the help of their row says. */
struct settings {
    struct arena *arena;
    struct str file;                 /* absent: none was read */
    struct settings_source *sources; /* of every setting, in the order of the table */
    size_t source_count;
#define SETTINGS_MEMBERS
#include "conf/settings.inc"
    bool seed_random;    /* then `seed` is nothing */
    bool limits_of_2020; /* the profile of `limits` */
    struct {
#define SETTINGS_MEMBERS
#include "conf/settings_journal.inc"
    } journal;
    struct {
#define SETTINGS_MEMBERS
#include "conf/settings_auth.inc"
        size_t key_count;
        size_t account_count;
        bool mode_is_auto; /* nobody chose it */
    } auth;
    struct {
#define SETTINGS_MEMBERS
#include "conf/settings_log.inc"
    } log;
    struct {
#define SETTINGS_MEMBERS
#include "conf/settings_neighbours.inc"
    } neighbours;
    struct {
#define SETTINGS_MEMBERS
#include "conf/settings_invoke.inc"
    } invoke;
    struct {
#define SETTINGS_MEMBERS
#include "conf/settings_proxy.inc"
    } proxy;
};

/* A flag as the command line gave it, in order. Repeated flags of a list add up. */
struct settings_flag {
    const char *name;  /* "journal-bytes", without dashes */
    const char *value; /* NULL: a boolean without "=value" */
};

/**
 * @path   the configuration file, or NULL for none
 * @env    like environ; only FCEMU_… is looked at; NULL for none
 *
 * NULL when anything was wrong; @report then holds all of it, and warnings in any case.
 */
struct settings *settings_load(const char *path, const struct settings_flag *flags,
                               size_t flag_count, char *const *env, struct conf_report *report);
void settings_free(struct settings *settings);
DEFINE_OWN(settings_free, struct settings *);

/** AUTH_MODE of an account: its own, or the common one. */
enum settings_auth_mode settings_auth_of(const struct settings *settings, struct str account);
/** True when other machines can reach the address: not loopback and not a Unix socket. */
bool settings_address_is_wide(struct str address);
/** The first address at which other machines can call the emulated API; absent when there is none.
 */
struct str settings_wide_address(const struct settings *settings);
/** Where calls of Function Compute in @region come in, by its public names or those of its inner
 * network; false when all regions share an address, or the region is not known. */
bool settings_region_address(const struct settings *settings, struct str region, bool internal,
                             char out[SETTINGS_REGION_BYTES]);
/** Their network, "127.252.0.0/24"; false when there is none. */
bool settings_region_network(const struct settings *settings, char out[SETTINGS_REGION_BYTES]);
/** Of an address of `listen`: do the addresses of regions go with its port? */
bool settings_has_regions(struct str address);

/* One way to set one thing; for help texts, completion and the manual. */
struct settings_option {
    const char *key;      /* "journal.bytes" */
    const char *flag;     /* "journal-bytes" */
    const char *off_flag; /* "no-watch", for a boolean that is on by default; else NULL */
    const char *env;      /* "FCEMU_JOURNAL_BYTES" */
    const char *value;    /* "SIZE", NULL for a boolean */
    const char *fallback; /* "32MiB", or NULL */
    const char *words;    /* of a choice: its values, blank separated; else NULL */
    const char *help;
    bool is_list;
    const struct conf_field *field;
    size_t base; /* offset of the struct the field belongs to */
};
/** All options that have a flag, in the order of the table; in @arena. */
const struct settings_option *settings_options(struct arena *arena, size_t *out_count);

/** "default", "file", "environment", "flag" */
const char *settings_origin_name(enum settings_origin origin);
/** Its value as it was written, JSON; secrets are "***". The caller owns it. */
cJSON *settings_source_value(const struct settings_source *source);

/** Append the commented configuration file; config/fcemu.yaml is exactly this. */
void settings_print(struct buf *out);
/** Append its JSON Schema. */
void settings_schema(struct buf *out);

extern const struct conf_table settings_table;
