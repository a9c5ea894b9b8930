/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What a STUN message says and how one is written, told a second time and independently of the
 * implementation under test: RFC 8489, and where a dialect differs from it, the dialect. */

typedef enum {
	MODEL_RFC3489,
	MODEL_RFC5389,
	MODEL_MSICE2, /* [MS-ICE2] */
	MODEL_OC2007, /* [MS-TURN] */
} ModelDialect;

typedef struct {
	ModelDialect dialect;
	bool unaligned; /* attributes are not padded ([MS-TURN] 2.2.2) */
} ModelRules;

/* The rules' dialects that have the magic cookie, and with it SOFTWARE and FINGERPRINT. */
bool model_is_modern(const ModelRules *rules);

/* Bytes that the message at the front takes. 0: more are needed. -1: no STUN message. */
int model_measure(const uint8_t *bytes, size_t length, bool aligned);
/* The same by the first four bytes alone, as a demultiplexer judges (RFC 7983). */
int model_measure_header(const uint8_t *bytes, size_t length, bool aligned);

typedef struct {
	const uint8_t *bytes;
	size_t length; /* of the whole message */
	const ModelRules *rules;
} ModelView;

typedef struct {
	const uint8_t *bytes;
	size_t length;
} ModelValue;

unsigned model_class(const ModelView *view);
unsigned model_method(const ModelView *view);
bool model_has_cookie(const ModelView *view);

/* The first attribute of `type` that counts. RFC 8489 14.5: nothing after MESSAGE-INTEGRITY does,
 * but FINGERPRINT; 14.7: nothing after FINGERPRINT does. */
bool model_find(const ModelView *view, uint16_t type, ModelValue *value);
/* The offset of that attribute's value in the message, 0: none. */
size_t model_offset(const ModelView *view, uint16_t type);
bool model_find32(const ModelView *view, uint16_t type, uint32_t *number);
bool model_find64(const ModelView *view, uint16_t type, uint64_t *number);
/* 300 to 699 (RFC 8489 14.8). */
bool model_find_error(const ModelView *view, unsigned *code);

typedef struct {
	unsigned family; /* 4, 6 */
	uint8_t port[2];
	uint8_t address[16];
} ModelAddress;

typedef enum {
	MODEL_ADDRESS_FOUND,
	MODEL_ADDRESS_ABSENT,
	MODEL_ADDRESS_INVALID,
	MODEL_ADDRESS_FAMILY, /* neither IPv4 nor IPv6 */
} ModelAddressResult;

/* `room` is what the caller's address has room for, in bytes of a sockaddr: 16 or 28 and more. */
ModelAddressResult model_find_address(
	const ModelView *view, uint16_t type, size_t room, ModelAddress *address);
/* RFC 8489 14.2, with any cookie in the magic one's place. */
ModelAddressResult model_find_xor_address(
	const ModelView *view, uint16_t type, size_t room, uint32_t cookie, ModelAddress *address);
void model_xor_address(ModelAddress *address, uint32_t cookie, const uint8_t transaction[16]);

/* CRC-32 of FINGERPRINT (RFC 8489 14.7), over a message that ends with it. `typo` is the one of
 * Windows Live Messenger 2009, whose table has one wrong entry. */
uint32_t model_fingerprint(const uint8_t *bytes, size_t length, bool typo);

/* MESSAGE-INTEGRITY (RFC 8489 14.5) of a message whose attribute's value stands at `offset`.
 * RFC 3489 11.2.8 and its descendants pad with zeros to 64 bytes; [MS-ICE2] moreover counts what
 * follows. `length` is the whole message's. */
void model_integrity(const ModelRules *rules, const uint8_t *bytes, size_t offset, size_t length,
	const uint8_t *key, size_t key_length, uint8_t sum[20]);

/* The key of long-term credentials by MD5 (RFC 8489 9.2.2), without the quotes and NULs that some
 * servers and clients leave around the parts. */
void model_long_term_key(
	ModelValue username, ModelValue realm, ModelValue password, uint8_t key[16]);
/* What is left of such a part; empty where it is nothing but quotes and NULs. */
ModelValue model_trim(ModelValue part);

/* Writes. */
typedef struct {
	uint8_t *bytes;
	size_t capacity;
	const ModelRules *rules;
} ModelWriter;

bool model_start(
	ModelWriter *writer, unsigned message_class, unsigned method, const uint8_t transaction[16]);
size_t model_length(const ModelWriter *writer);
/* Returns where the value goes; NULL: it does not fit. */
uint8_t *model_append(ModelWriter *writer, uint16_t type, size_t length);
bool model_append_bytes(ModelWriter *writer, uint16_t type, const void *bytes, size_t length);
bool model_append32(ModelWriter *writer, uint16_t type, uint32_t number);
bool model_append64(ModelWriter *writer, uint16_t type, uint64_t number);
bool model_append_address(ModelWriter *writer, uint16_t type, const ModelAddress *address);
/* The reason phrase of RFC 8489 18.3 and its predecessors. */
const char *model_reason(unsigned code);
bool model_append_error(ModelWriter *writer, unsigned code);
/* At most 128 characters of UTF-8 (RFC 8489 14.14). */
bool model_append_software(ModelWriter *writer, const char *software);

uint16_t model_load16(const uint8_t *bytes);
uint32_t model_load32(const uint8_t *bytes);
void model_store16(uint8_t *bytes, unsigned value);
void model_store32(uint8_t *bytes, uint32_t value);
