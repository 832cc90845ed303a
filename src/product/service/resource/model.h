/*
 * product/service/resource/model.h - what resources ask of one another
 *
 * How rows are keyed (account and region always): kind, parent, version, name
 *   service         ""            ""|"N"  demo        "N": frozen by publishing
 *   function        demo          ""|"N"  hello
 *   version, alias  owner         ""      "1", prod   owner: demo, or _fc3/hello
 *   state           ""            ""      owner       counters of the owner
 *   tags            ""            ""      demo, demo/hello
 *   trigger, vpc-binding, session, task, event-source: parent demo/hello (bindings: owner)
 *   provision, on-demand, scaling, async-config: parent "", name demo/hello/LATEST
 *   domain, layer   ""            ""      name
 *   layer-version   layer         ""      "1"
 *   object          bucket        ""      name        what was uploaded to the emulated OSS
 */
#pragma once

#include "product/service/frame/resource.h"

/* Owners of resources (owner.c). Versions and aliases belong to a service, in 2023-03-30 to a
 * function; configs are named after function and qualifier. */
resource_step owner_of_versions, owner_function, owner_qualified, owner_config;
/** The owner of versions as the client calls it; and as an argument of refusals. */
struct str owner_name(struct work *work, const struct address *at);
void owner_called(struct work *work, const struct subject *s, struct str args[3]);

/* A member of an HTTP trigger's document: the first label of its own host name. Not shown as such.
 */
#define TRIGGER_SUBDOMAIN "subdomain"

/** Everything below "demo" or "demo/hello" and all that is kept under its name; not the row itself.
 */
void cascade_below(struct work *work, struct str path);

/** The provision and scaling configs of @owner's functions ("demo", or "_fc3/hello") for a
 * qualifier that goes.
 */
void cascade_provision(struct work *work, struct str owner, struct str qualifier);

/** The tags kept under a path, as a map; NULL when there are none. The caller owns it. */
cJSON *tags_of(struct work *work, struct str path);
/** Replace them; an empty map removes the row. False when refused (too many). */
bool tags_put(struct work *work, struct str path, const cJSON *tags);
/** Read [{Key,Value}] in any case into a map. False when refused. */
bool tags_read_list(struct work *work, const cJSON *list, cJSON *map);

/* Counters of an owner of versions. */
struct owner_state {
    uint64_t changes;      /* of the working copy */
    uint64_t last_version; /* ever given */
};
struct owner_state owner_state_get(struct work *work, struct str owner);
void owner_state_put(struct work *work, struct str owner, struct owner_state state);
/** The working copy was changed: publishing makes sense again. */
void owner_touch(struct work *work, struct str owner);

/** The reserved service exists as long as a function of 2023-03-30 does. */
void reserved_service_appear(struct work *work);
void reserved_service_vanish(struct work *work);

/** Role, network and file systems go together. A service reaches its network with its role, a
 * function of 2023-03-30 with that of the product. False when refused. */
bool network_check(struct work *work, const cJSON *document, bool needs_role);

/** A function as its own API version shows it; the caller owns it. */
cJSON *function_view(struct work *work, const struct store_row *row, const struct address *at);
/** Copy the frozen or working rows of a function under another version. */
void function_freeze(struct work *work, const struct store_row *row, struct str version);

/** `methods` of a trigger's config or a domain's route; none named allows all. */
bool methods_allow(const cJSON *of, struct str method);
/** The HTTP trigger of @key's parent that answers for @asked; without one, that of the working
 * copy, else the first. Its document is the caller's; NULL when there is none. */
cJSON *http_trigger_find(struct store *store, struct store_key key, struct str asked);

/** A call of @at, whose qualifier is resolved: an alias may hand it to another of its versions.
 * False when refused. */
bool alias_route(struct work *work, struct address *at);
void alias_counters_done(struct alias_counters *counters);

/** Invocation of the function is disabled. */
bool restriction_holds(struct work *work, struct str service, struct str function);
/** The same, refused with the reason. False when it is. */
bool restriction_allows(struct work *work, const struct address *at);

/** What a provision config asks for, now; and what those of a function and its qualifier do. */
double provision_effective(struct work *work, const cJSON *document);
double provision_target(struct work *work, const struct address *at);
/** A call may start an instance, or one is kept ready. False when refused. */
bool on_demand_allows(struct work *work, const struct address *at);

/** A layer version for an ARN of either form. NULL when it is none of this account. */
const struct store_row *layer_find(struct work *work, struct str arn);
/** Its ARNs. */
struct str layer_arn(const struct work *work, struct str layer, struct str version);
struct str layer_arn_v2(const struct work *work, struct str layer, struct str version);

/** Name of the rows of provision, on-demand, scaling and async configs. */
struct str config_name(struct work *work, const struct address *at, struct str qualifier);
