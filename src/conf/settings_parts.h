/*
 * conf/settings_parts.h - what the tables of the daemon's configuration share; conf/ only
 */
#pragma once

#include "conf/settings.h"

extern const struct conf_table settings_auth_table;

/** Addresses to listen on, as struct conf_texts. */
bool settings_take_addresses(struct conf_decoder *d, const struct conf_field *field,
                             const struct conf_node *node, void *out);
bool settings_take_dns_addresses(struct conf_decoder *d, const struct conf_field *field,
                                 const struct conf_node *node, void *out);
/** Addresses of regions, as struct settings_regions. */
bool settings_take_regions(struct conf_decoder *d, const struct conf_field *field,
                           const struct conf_node *node, void *out);
/** Names to answer to: globs in lower case and "@address"; "@hostname" becomes the machine's name.
 * As struct conf_texts. */
bool settings_take_hosts(struct conf_decoder *d, const struct conf_field *field,
                         const struct conf_node *node, void *out);
/** An account id: digits, quoted or not, as struct str. */
bool settings_take_account(struct conf_decoder *d, const struct conf_node *node, void *out);

/* Names with a path each; `arg` of the row. */
struct settings_paths_kind {
    const char *noun; /* what the path is of */
    const char *form; /* of an item in a flag or a variable, with an example */
    bool (*check_name)(struct conf_decoder *d, struct conf_spot spot, struct str name);
    bool (*check_path)(struct conf_decoder *d, const struct conf_node *node, const char *path);
};
extern const struct settings_paths_kind settings_runtimes, settings_mounts;

/** As struct settings_paths. */
bool settings_take_paths(struct conf_decoder *d, const struct conf_field *field,
                         const struct conf_node *node, void *out);

/* settings_visitors.c */
bool settings_take_origins(struct conf_decoder *d, const struct conf_field *field,
                           const struct conf_node *node, void *out);
bool settings_take_domains(struct conf_decoder *d, const struct conf_field *field,
                           const struct conf_node *node, void *out);
bool settings_take_passes(struct conf_decoder *d, const struct conf_field *field,
                          const struct conf_node *node, void *out);
bool settings_take_users(struct conf_decoder *d, const struct conf_field *field,
                         const struct conf_node *node, void *out);

/* settings_origin.c: where each value came from. */
struct settings_given {
    enum settings_origin origin;
    const struct conf_node *value; /* NULL: neither a flag nor a variable set it */
};
struct settings_origins {
    struct arena *arena;
    const struct conf_node *top; /* of the file, or NULL */
    const struct settings_option *options;
    const struct settings_given *given; /* one an option */
    size_t option_count;
};
void settings_note_origins(const struct settings_origins *known, struct settings *settings);
