/*
 * product/service/resource/bucket.h - the notifications of a bucket, which OSS keeps and bounds
 *
 * Inside product/service/ only. Source: spec page api-2016-08-15 §6.6.3.
 */
#pragma once

#include "product/service/frame/resource.h"

/** The bucket takes this trigger, if it is one of OSS, beside those it has. False when refused. */
resource_step bucket_allows;
