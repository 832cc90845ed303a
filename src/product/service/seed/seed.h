/*
 * product/service/seed/seed.h - services, functions and the rest that exist from the start, out of
 * YAML
 *
 * A seed file holds the bodies that the API's own create operations take, with what is below a
 * resource written below it:
 *
 *     services:
 *       - serviceName: demo
 *         functions:
 *           - functionName: hello
 *             runtime: python3
 *             handler: index.handler
 *             code: ./hello        # a folder, which is zipped, or a package
 *             triggers:
 *               - {triggerName: web, triggerType: http, triggerConfig: {authType: anonymous}}
 *         versions: [{description: first}]
 *         aliases: [{aliasName: prod, versionId: "1"}]
 *     functions:                   # of 2023-03-30
 *       - {functionName: greet, runtime: python3.10, handler: index.handler, code: ./greet}
 *     layers: [{layerName: common, code: ./common.zip}]
 *     customDomains: [{domainName: www.example.com}]
 *
 * Applying it makes the calls a client would make, one after another. What exists already is left
 * alone together with everything below it, so that a kept store may be seeded at each start.
 *
 * Threads: seeds_load() any; the rest the loop thread.
 */
#pragma once

#include "base/error.h"
#include "base/str.h"

struct conf_report;
struct seeds;
struct service;
struct store;

struct seed_place;

/**
 * Read the files (names with '*', '?' or '[' are globs). Packages are made here, so that a folder
 * that cannot be read is known before anything starts. NULL when @report has an error.
 */
struct seeds *seeds_load(const struct str *paths, size_t count, const struct seed_place *place,
                         struct conf_report *report);
void seeds_free(struct seeds *seeds);
DEFINE_OWN(seeds_free, struct seeds *);

struct seed_step;
/** Each function whose code is a folder. */
void seeds_each_folder(const struct seeds *seeds,
                       void (*each)(void *arg, const struct seed_step *step), void *arg);

/* One call outside of all others: new code for a function. */
struct seed_call;
/**
 * PUT @body at @path of @account (absent: the service's own) and @region (absent: the default one).
 * @done is called once, on the loop thread, with NULL or what is wrong; not after seed_call_end().
 */
struct seed_call *seed_call_begin(struct service *service, const char *path, struct str account,
                                  struct str region, struct str body,
                                  void (*done)(void *arg, const char *problem), void *arg);
void seed_call_end(struct seed_call *call); /* NULL is fine */

/** How many calls they make at most. */
size_t seeds_count(const struct seeds *seeds);

/**
 * Apply them to @store, which gathers (store/store.h), so that they become one step; in @account,
 * or absent in the service's own. They must stay until @done, which is called on the loop thread:
 * @problem is NULL, or the first refusal with its place ("seed.yaml:7:9: CreateFunction 'hello':
 * …"). What was applied before it is in @store, for the caller to drop.
 */
void seeds_apply(struct seeds *seeds, struct service *service, struct store *store,
                 struct str account, void (*done)(void *arg, const char *problem), void *arg);
