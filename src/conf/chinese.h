/*
 * conf/chinese.h - what a message of the checks says, in Chinese
 *
 * Messages are made in English where a mistake is found. Here they are known again by their form,
 * so that no place that reports one need know two languages; what is not known stays English.
 *
 * Threads: any.
 */
#pragma once

#include "base/arena.h"

/** @text, a message or a hint, in Chinese where its form is known; else as it is. */
struct str conf_chinese(struct str text, struct arena *arena);

/** What the setting of that key ("journal.bytes") is for, in Chinese; NULL where nobody has said
 * it. */
const char *conf_chinese_setting(const char *key);
