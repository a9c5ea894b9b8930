/* SPDX-License-Identifier: MIT */
#pragma once

#include "model/address.h"
#include "model/span.h"
#include "stun/message.h"

/* The attributes of RFC 8489 section 18.3 and how their values are read. Each reader returns false
 * where the value is not of the form that the attribute's section gives. */

enum {
	ICELAB_STUN_MAPPED_ADDRESS = 0x0001,
	ICELAB_STUN_USERNAME = 0x0006,
	ICELAB_STUN_MESSAGE_INTEGRITY = 0x0008,
	ICELAB_STUN_ERROR_CODE = 0x0009,
	ICELAB_STUN_UNKNOWN_ATTRIBUTES = 0x000A,
	ICELAB_STUN_REALM = 0x0014,
	ICELAB_STUN_NONCE = 0x0015,
	ICELAB_STUN_MESSAGE_INTEGRITY_SHA256 = 0x001C,
	ICELAB_STUN_PASSWORD_ALGORITHM = 0x001D,
	ICELAB_STUN_USERHASH = 0x001E,
	ICELAB_STUN_XOR_MAPPED_ADDRESS = 0x0020,
	ICELAB_STUN_SOFTWARE = 0x8022,
	ICELAB_STUN_FINGERPRINT = 0x8028,

	ICELAB_STUN_XOR_PEER_ADDRESS = 0x0012,    /* RFC 8656 18.3 */
	ICELAB_STUN_XOR_RELAYED_ADDRESS = 0x0016, /* RFC 8656 18.5 */
};

/* MAPPED-ADDRESS and what is written like it (RFC 8489 14.1). */
bool icelab_stun_read_address(
	const IcelabStunAttribute *attribute, IcelabAddress *address, uint16_t *port);

/* XOR-MAPPED-ADDRESS, XOR-PEER-ADDRESS, XOR-RELAYED-ADDRESS (RFC 8489 14.2). False in a message
 * without the magic cookie. */
bool icelab_stun_read_xor_address(const IcelabStunMessage *message,
	const IcelabStunAttribute *attribute, IcelabAddress *address, uint16_t *port);

/* ERROR-CODE (RFC 8489 14.8): 300 to 699, and the reason phrase. */
bool icelab_stun_read_error_code(
	const IcelabStunAttribute *attribute, unsigned *code, IcelabSpan *reason);

/* USERNAME, REALM, NONCE and SOFTWARE: UTF-8 of the length that the attribute's section allows. */
bool icelab_stun_read_text(const IcelabStunAttribute *attribute, IcelabSpan *text);

/* UNKNOWN-ATTRIBUTES (RFC 8489 14.13). Writes at most `capacity` types; *count is how many there
 * are.
 */
bool icelab_stun_read_unknown_attributes(
	const IcelabStunAttribute *attribute, uint16_t *types, size_t capacity, size_t *count);

/* Collects, each once and at most `capacity`, the types that a plain STUN server must understand
 * and does not: those below 0x8000 that RFC 8489 does not define. Returns their number. */
size_t icelab_stun_unknown_required(
	const IcelabStunMessage *message, uint16_t *types, size_t capacity);
