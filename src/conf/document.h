/*
 * conf/document.h - YAML and JSON bodies as one kind of tree
 *
 * Threads: any.
 */
#pragma once

#include "base/json.h"
#include "conf/node.h"

struct conf_report;

/** NULL when the text could not be read; @report says where and why. An empty text is NULL, too. */
cJSON *document_parse(struct str text, const char *name, struct conf_report *report);

/** The same value as JSON: plain scalars by the YAML core schema. */
cJSON *document_from_node(const struct conf_node *node);
