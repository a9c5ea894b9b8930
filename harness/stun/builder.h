/* SPDX-License-Identifier: MIT */
#pragma once

#include "stun/attribute.h"

/* Writes a STUN message (RFC 8489) into the caller's bytes, never past `capacity`, without
 * allocation. What does not fit, or is too long for its length field, spoils the message: end()
 * returns 0. The order of attributes is the caller's: wrong ones must be buildable too. */

typedef struct {
	uint8_t *bytes;
	size_t capacity;
	size_t length;
	bool spoiled;
	bool unpadded; /* wrong, but [MS-TURN] pads no attribute: set it after the start */
} IcelabStunBuilder;

/* `transaction` is what stands in the header from the cookie on: a request's own, for an answer. */
void icelab_stun_build_start(IcelabStunBuilder *builder, uint8_t *bytes, size_t capacity,
	IcelabStunClass message_class, uint16_t method, const uint8_t transaction[16]);

/* Adds any attribute; the padding is zero (RFC 8489 14). */
void icelab_stun_build_attribute(
	IcelabStunBuilder *builder, uint16_t type, const void *value, size_t length);

/* MAPPED-ADDRESS and what is written like it. An address of no family spoils the message. */
void icelab_stun_build_address(
	IcelabStunBuilder *builder, uint16_t type, const IcelabAddress *address, uint16_t port);
/* XOR-MAPPED-ADDRESS, XOR-PEER-ADDRESS, XOR-RELAYED-ADDRESS. */
void icelab_stun_build_xor_address(
	IcelabStunBuilder *builder, uint16_t type, const IcelabAddress *address, uint16_t port);

/* A code other than 300 to 699 spoils the message. */
void icelab_stun_build_error_code(IcelabStunBuilder *builder, unsigned code, const char *reason);
void icelab_stun_build_unknown_attributes(
	IcelabStunBuilder *builder, const uint16_t *types, size_t count);

/* Keys as in stun/integrity.h. `size` is the length of the value in bytes: 32, or less where the
 * usage allows truncation; 16 to 32 and a multiple of 4, or the message is spoiled. */
void icelab_stun_build_integrity(IcelabStunBuilder *builder, const void *key, size_t key_length);
void icelab_stun_build_integrity_sha256(
	IcelabStunBuilder *builder, const void *key, size_t key_length, size_t size);
void icelab_stun_build_fingerprint(IcelabStunBuilder *builder);

/* Returns the message's length, 0 where it is spoiled. */
size_t icelab_stun_build_end(const IcelabStunBuilder *builder);
