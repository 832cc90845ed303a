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

#include "base/log.h"
#include "catalog/limits.h"
#include "conf/field.h"

/* Spelling of the keys of 2016-08-15 and 2021-04-06 error bodies. */
enum settings_error_keys {
    ERROR_KEYS_BOTH,       /* ErrorCode and errorCode */
    ERROR_KEYS_DOCUMENTED, /* errorCode, as the reference documents it */
    ERROR_KEYS_SDK,        /* ErrorCode, as the official clients read it */
};

enum settings_auth_mode {
    AUTH_MODE_OFF,     /* signatures are not looked at */
    AUTH_MODE_LENIENT, /* checked when the key is known: a wrong signature and an expired URL are
                          refused; unknown keys and unsigned calls pass */
    AUTH_MODE_STRICT,  /* each call must be signed with a known key */
    AUTH_MODE_AUTO,    /* lenient, strict when other machines can reach us; never once loaded */
};

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

struct settings_account {
    struct str id;
    enum settings_auth_mode mode;
};

struct settings {
    struct arena *arena;
    struct str file; /* absent: none was read */
    struct conf_texts listen, admin_listen;
    struct conf_texts control_hosts; /* names the daemon goes by: globs, and "@address" */
    struct str data;                 /* absent: a private temporary folder */
    struct str ca_dir;               /* absent: inside the data folder, or the user's own */
    struct str account, region;
    struct conf_texts zones; /* availability zones, each of a region that its name says */
    struct conf_texts faults, fixtures, seeds; /* paths and globs, in order */
    bool seed_random;
    uint64_t seed; /* unless seed_random */
    bool header_control, allow_unknown_region;
    enum settings_error_keys error_keys;
    struct limits limits; /* in force: profile and overrides */
    bool limits_of_2020;
    uint64_t body_spool_above, body_max; /* bytes */
    struct {
        bool enabled;
        uint64_t bytes;  /* of the whole ring */
        uint64_t bodies; /* kept of each body; 0 = none */
    } journal;
    struct conf_texts allow_origins;
    struct settings_users allow_users; /* beside the daemon's own */
    struct {
        enum settings_auth_mode mode;
        bool mode_is_auto; /* nobody chose it */
        struct settings_key *keys;
        size_t key_count;
        struct settings_account *accounts;
        size_t account_count;
    } auth;
    struct {
        enum log_level level;
        enum log_format format;
    } log;
    struct {
        bool oss, sts, log, ram;
    } neighbours;     /* which other products are emulated */
    struct str token; /* of the control side; absent: none */
    bool watch;
    struct str ready_file;    /* absent: none */
    uint32_t connections_max; /* 0: from the limit of open files */
    uint64_t idle_timeout_ns;
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

/* One way to set one thing; for help texts, completion and the manual. */
struct settings_option {
    const char *key;      /* "journal.bytes" */
    const char *flag;     /* "journal-bytes" */
    const char *env;      /* "FCEMU_JOURNAL_BYTES" */
    const char *value;    /* "SIZE", NULL for a boolean */
    const char *fallback; /* "32MiB", or NULL */
    const char *help;
    bool is_list;
    const struct conf_field *field;
    size_t base; /* offset of the struct the field belongs to */
};
/** All options that have a flag, in the order of the table; in @arena. */
const struct settings_option *settings_options(struct arena *arena, size_t *out_count);

/** Append the commented configuration file; config/fcemu.yaml is exactly this. */
void settings_print(struct buf *out);
/** Append its JSON Schema. */
void settings_schema(struct buf *out);

extern const struct conf_table settings_table;
