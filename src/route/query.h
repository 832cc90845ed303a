/*
 * route/query.h - the query string, which auth/ and fault/ read as well and therefore lives lower
 */
#pragma once

#include "base/query.h"
