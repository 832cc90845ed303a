/*
 * store/wal.h - the write-ahead log beside the database, looked at before SQLite is
 *
 * Inside store/ only. SQLite takes the log up to the first frame that is not whole and forgets the
 * rest without a word, and all of it when the database is empty. After a crash that is right: only
 * the last transaction can be half there. Anything else was acknowledged, and is lost unless
 * somebody says so.
 *
 * Source: https://www.sqlite.org/fileformat2.html#the_write_ahead_log
 *
 * Threads: any; nobody may write meanwhile.
 */
#pragma once

#include "base/error.h"

/** Check the log of the database at @path. Refused, with what can be done, when transactions stand
 * behind damage, or when there is a log and no database. A log without damage, or none: 0. */
int wal_check(const char *path, struct error *err);
