/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "model/address.h"

/* A STUN implementation, as the fuzzers see it: fill an IcelabStack (stacks/NAME.c) and link it to
 * the target "stack", and every oracle judges it. Works on the caller's bytes, keeps nothing. A
 * member that the implementation has no counterpart of is NULL and is not judged. */

typedef enum {
	ICELAB_STACK_REJECTED, /* is no STUN message to it */
	ICELAB_STACK_ACCEPTED,
	ICELAB_STACK_UNAUTHENTIC, /* FINGERPRINT or MESSAGE-INTEGRITY is wrong or missing */
} IcelabStackVerdict;

/* What a message says; `has_` false where an attribute is absent or does not decode. */
typedef struct {
	unsigned message_class; /* 0 request, 1 indication, 2 success, 3 error (RFC 8489 5) */
	unsigned method;
	uint8_t transaction[16];
	bool has_mapped;
	IcelabAddress mapped; /* XOR-MAPPED-ADDRESS, decoded */
	uint16_t mapped_port;
	bool has_priority;
	uint32_t priority;
	bool has_error;
	unsigned error_code;
	bool has_username;
	uint8_t username[513];
	size_t username_length;
} IcelabStackFields;

typedef struct {
	const char *name;

	/* Reads exactly `length` bytes as one message, without credentials. */
	IcelabStackVerdict (*parse)(const uint8_t *bytes, size_t length, IcelabStackFields *fields);

	/* The same, and FINGERPRINT (where `fingerprint`) and MESSAGE-INTEGRITY by the short-term
	 * `password` must be there and right. */
	IcelabStackVerdict (*validate)(const uint8_t *bytes, size_t length, bool fingerprint,
		const uint8_t *password, size_t password_length);

	/* Writes a message with these fields, MESSAGE-INTEGRITY where there is a password, and
	 * FINGERPRINT. Returns its length, 0 where that does not fit or cannot be said. */
	size_t (*build)(const IcelabStackFields *fields, const uint8_t *password,
		size_t password_length, uint8_t *bytes, size_t capacity);

	/* Answers a Binding request that came from `source`. Returns the answer's length, 0: none. */
	size_t (*respond)(const uint8_t *bytes, size_t length, const IcelabAddress *source,
		uint16_t port, const uint8_t *password, size_t password_length, uint8_t *answer,
		size_t capacity);
} IcelabStack;

extern const IcelabStack icelab_stack;
