/*
 * auth/gate.h - what an HTTP trigger or a custom domain may ask of its callers in place of a
 * signature: a user's password, a token, a JWT
 *
 * All of it stands in the configuration, so it is looked at whatever auth.mode is, but off.
 *
 * Source: spec page invocation §4.2; pages "Configure Basic, Bearer, JWT authentication for an HTTP
 * trigger", read 2026-11-29. The members of a basic and of a bearer configuration are in no
 * document: {"users": [{"username", "password"}]}, {"tokens": [{"name", "token", "enable"}]}.
 *
 * Threads: any; pure functions.
 */
#pragma once

#include "base/json.h"
#include "http/call/message.h"

enum gate_kind { GATE_OPEN, GATE_SIGNATURE, GATE_BASIC, GATE_BEARER, GATE_JWT };

/** "anonymous", "function", "basic", "bearer", "jwt"; anything else asks for a signature. */
enum gate_kind gate_kind_of(struct str auth_type);

struct gate_verdict {
    bool passes;
    struct str text;                  /* why not; free of what was sent */
    bool changed;                     /* claims go with the request: */
    const struct http_request *carry; /* the same with them; in the arena */
};

/**
 * May the request pass? @config is the object of authConfig or authInfo; NULL lets nobody in. The
 * times of a JWT are held against @now_ms.
 */
void gate_check(enum gate_kind kind, const cJSON *config, const struct http_request *request,
                uint64_t now_ms, struct arena *arena, struct gate_verdict *out);
