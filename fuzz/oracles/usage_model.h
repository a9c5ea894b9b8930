/* SPDX-License-Identifier: MIT */
#pragma once

#include <stun/usages/bind.h>
#include <stun/usages/ice.h>
#include <stun/usages/timer.h>
#include <stun/usages/turn.h>

#include "oracles/agent_model.h"

/* What libnice's usages (stun/usages/) must send, and make of what comes back, told a second time:
 * RFC 8489, RFC 8445, RFC 8656 and the dialects. */

size_t model_bind(ModelAgent *agent, ModelMessage *message, const uint8_t transaction[16]);
size_t model_keepalive(ModelAgent *agent, ModelMessage *message, const uint8_t transaction[16]);

typedef struct {
	ModelValue username;
	ModelValue password;
	bool use_candidate;
	bool controlling;
	uint32_t priority;
	uint64_t tie_breaker;
	const char *identifier; /* [MS-ICE2], NULL: none */
	StunUsageIceCompatibility dialect;
} ModelCheck;

/* A connectivity check (RFC 8445 7.1). 0: no room. */
size_t model_check(ModelAgent *agent, ModelMessage *message, const ModelCheck *check,
	const uint8_t transaction[16]);

typedef struct {
	StunUsageIceReturn result;
	size_t length; /* of the reply, 0: none */
	bool controlling;
	bool unfinished; /* there was no room for the end of the reply, or for its header */
} ModelReply;

/* The answer to a check (RFC 8445 7.3). */
ModelReply model_reply(ModelAgent *agent, ModelMessage *message, const ModelMessage *request,
	const ModelAddress *source, bool controlling, uint64_t tie_breaker,
	StunUsageIceCompatibility dialect);

typedef struct {
	const ModelMessage *previous; /* the server's answer that said realm and nonce; NULL: none */
	unsigned ports;               /* StunUsageTurnRequestPorts */
	int32_t bandwidth;            /* negative: none */
	int32_t lifetime;
	ModelValue username;
	ModelValue password;
	StunUsageTurnCompatibility dialect;
} ModelAllocation;

/* Allocate and Refresh requests (RFC 8656 7.1, 8.1). */
size_t model_allocate(ModelAgent *agent, ModelMessage *message, const ModelAllocation *allocation,
	const uint8_t transaction[16]);
size_t model_refresh(ModelAgent *agent, ModelMessage *message, const ModelAllocation *allocation,
	const uint8_t transaction[16]);
/* CreatePermission (RFC 8656 10.1). */
size_t model_permit(ModelAgent *agent, ModelMessage *message, ModelValue username,
	ModelValue password, ModelValue realm, ModelValue nonce, const ModelAddress *peer,
	const uint8_t transaction[16]);

/* What an answer said. An address is set where its family is not 0. */
typedef struct {
	int result; /* of the usage's own enumeration */
	ModelAddress mapped;
	ModelAddress relayed;
	ModelAddress alternate;
	bool has_lifetime;
	uint32_t lifetime;
	bool has_bandwidth;
	uint32_t bandwidth;
} ModelOutcome;

ModelOutcome model_bound(const ModelView *view);
ModelOutcome model_checked(const ModelView *view, StunUsageIceCompatibility dialect);
ModelOutcome model_allocated(const ModelView *view, StunUsageTurnCompatibility dialect);
ModelOutcome model_refreshed(const ModelView *view, StunUsageTurnCompatibility dialect);
/* PRIORITY (RFC 8445 7.1.1), 0 where there is none. */
uint32_t model_priority(const ModelView *view);
bool model_nominates(const ModelView *view);

/* Retransmission (RFC 8489 6.2.1): the time-out doubles, but for the last, which libnice halves so
 * that a transaction takes Rm = 2^(Rc-2) time-outs longer than its last request. In milliseconds.
 */
typedef struct {
	uint64_t deadline;
	unsigned delay;
	unsigned sent;
	unsigned most;
} ModelTimer;

void model_timer_start(ModelTimer *timer, uint64_t now, unsigned delay, unsigned most);
unsigned model_timer_remainder(const ModelTimer *timer, uint64_t now);
StunUsageTimerReturn model_timer_refresh(ModelTimer *timer, uint64_t now);
