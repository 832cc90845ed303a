/*
 * product/service/resource/function_model.h - a function between its stored form and the two
 * generations
 *
 * Inside product/service/ only.
 */
#pragma once

#include "catalog/runtime.h"
#include "product/service/resource/model.h"

/** What a request says about a function, checked; NULL when refused (the work says why). */
cJSON *function_read(struct work *work, bool create);
/** Put it into the stored form. @read is emptied. */
void function_merge(struct work *work, cJSON *model, cJSON *read);
enum runtime_language function_language(const cJSON *model);
/** It has code: a package, or an image. */
bool function_has_code(const struct store_row *row);

/* function_rules.c */
/** Which figure bounds its memory. */
enum limit_id function_memory_limit(const cJSON *model);
/** Rules between members: runtime, handler, processor, layers. False when refused. */
bool function_check(struct work *work, cJSON *model);
/** The processor that goes with so many megabytes of memory, in cores. */
double function_cpu_for(const struct work *work, double memory);

/* registry.c */
/** Name and password of its image's registry go together, a certificate is one. */
bool registry_check(struct work *work, const cJSON *model);
/** A copy of the name and password that are stored, or NULL. */
cJSON *registry_keys(const cJSON *model);
/** The same user without a password has the one that was stored. */
void registry_keep_password(const cJSON *had, cJSON *model);

/** The view of a row as JSON text, valid until the row changes or the call ends. */
struct str function_text(struct work *work, const struct store_row *row, const struct address *at);
