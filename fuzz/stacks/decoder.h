/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "model/address.h"

/* What a decoder reads in a STUN message, in a form that can be compared cheaply: for the target
 * "differential". Further than target.h: every attribute, and why there is no value. */

/* X(identifier, name, type): the attributes that are compared (RFC 8489 18.3, 8656 18, 8445 16.1).
 */
#define ICELAB_DECODED_ATTRIBUTES(X)                                                               \
	X(MAPPED_ADDRESS, "MAPPED-ADDRESS", 0x0001)                                                    \
	X(USERNAME, "USERNAME", 0x0006)                                                                \
	X(ERROR_CODE, "ERROR-CODE", 0x0009)                                                            \
	X(UNKNOWN_ATTRIBUTES, "UNKNOWN-ATTRIBUTES", 0x000A)                                            \
	X(CHANNEL_NUMBER, "CHANNEL-NUMBER", 0x000C)                                                    \
	X(LIFETIME, "LIFETIME", 0x000D)                                                                \
	X(XOR_PEER_ADDRESS, "XOR-PEER-ADDRESS", 0x0012)                                                \
	X(DATA, "DATA", 0x0013)                                                                        \
	X(REALM, "REALM", 0x0014)                                                                      \
	X(NONCE, "NONCE", 0x0015)                                                                      \
	X(XOR_RELAYED_ADDRESS, "XOR-RELAYED-ADDRESS", 0x0016)                                          \
	X(REQUESTED_TRANSPORT, "REQUESTED-TRANSPORT", 0x0019)                                          \
	X(DONT_FRAGMENT, "DONT-FRAGMENT", 0x001A)                                                      \
	X(XOR_MAPPED_ADDRESS, "XOR-MAPPED-ADDRESS", 0x0020)                                            \
	X(RESERVATION_TOKEN, "RESERVATION-TOKEN", 0x0022)                                              \
	X(PRIORITY, "PRIORITY", 0x0024)                                                                \
	X(USE_CANDIDATE, "USE-CANDIDATE", 0x0025)                                                      \
	X(SOFTWARE, "SOFTWARE", 0x8022)                                                                \
	X(ALTERNATE_SERVER, "ALTERNATE-SERVER", 0x8023)                                                \
	X(ICE_CONTROLLED, "ICE-CONTROLLED", 0x8029)                                                    \
	X(ICE_CONTROLLING, "ICE-CONTROLLING", 0x802A)

typedef enum {
#define X(identifier, name, type) ICELAB_DECODED_##identifier,
	ICELAB_DECODED_ATTRIBUTES(X)
#undef X
		ICELAB_DECODED_COUNT
} IcelabDecodedAttribute;

/* Of each of them: its type. */
extern const uint16_t icelab_decoded_types[ICELAB_DECODED_COUNT];

typedef enum {
	ICELAB_DECODED_ABSENT,
	ICELAB_DECODED_BAD, /* it is there, and is no value of its type */
	ICELAB_DECODED_VALUE,
} IcelabDecodedState;

typedef enum {
	ICELAB_DECODED_UNASKED, /* the decoder does not judge it in such a message */
	ICELAB_DECODED_MISSING,
	ICELAB_DECODED_RIGHT,
	ICELAB_DECODED_WRONG,
} IcelabDecodedCheck;

typedef struct {
	bool accepted; /* the rest holds only where it is */
	uint8_t message_class;
	uint16_t method;
	uint8_t transaction[16];
	uint8_t fingerprint; /* IcelabDecodedCheck */
	uint8_t integrity;   /* by ICELAB_DECODED_PASSWORD */
	uint8_t states[ICELAB_DECODED_COUNT];
	uint64_t values[ICELAB_DECODED_COUNT]; /* equal where the values are, else almost never */
} IcelabDecoded;

/* The short-term password of RFC 5769 2. */
#define ICELAB_DECODED_PASSWORD "VOkJxbRl1RmTxUk/WvJxBt"

/* Reads exactly `length` bytes as one message. The bytes stay as they are. */
typedef void (*IcelabDecoder)(const uint8_t *bytes, size_t length, IcelabDecoded *decoded);

void icelab_decode(const uint8_t *bytes, size_t length, IcelabDecoded *decoded);
void icelab_decode_libnice(const uint8_t *bytes, size_t length, IcelabDecoded *decoded);
void icelab_decode_libre(const uint8_t *bytes, size_t length, IcelabDecoded *decoded);

/* For the decoders: the forms of values. */
void icelab_decoded_bytes(
	IcelabDecoded *decoded, IcelabDecodedAttribute which, const void *bytes, size_t length);
void icelab_decoded_number(IcelabDecoded *decoded, IcelabDecodedAttribute which, uint64_t number);
void icelab_decoded_address(IcelabDecoded *decoded, IcelabDecodedAttribute which,
	const IcelabAddress *address, uint16_t port);
