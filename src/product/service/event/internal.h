/*
 * product/service/event/internal.h - what the files of this room share
 */
#pragma once

#include "product/service/event/event.h"
#include "product/service/frame/work.h"

/** The tree as CBOR (RFC 8949): whole numbers as integers, maps in their order. */
void cbor_add(const cJSON *value, struct buf *out);
/** The last part of an ARN: "pictures" of "acs:oss:cn-hangzhou:123:pictures". */
struct str event_source_name(struct str arn);
