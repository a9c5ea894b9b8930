/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The structure of a STUN message, read strictly (RFC 8489; an RFC 3489 message is recognised by
 * its missing magic cookie). Works on the caller's bytes: no allocation, no errno, never reads past
 * `length`. Values of attributes: stun/attribute.h. Fingerprint and integrity: stun/integrity.h. */

#define ICELAB_STUN_HEADER 20
#define ICELAB_STUN_MAGIC 0x2112A442u

typedef enum {
	ICELAB_STUN_REQUEST = 0,
	ICELAB_STUN_INDICATION = 1,
	ICELAB_STUN_SUCCESS = 2,
	ICELAB_STUN_ERROR = 3,
} IcelabStunClass;

enum {
	ICELAB_STUN_BINDING = 0x001,
	ICELAB_STUN_ALLOCATE = 0x003, /* from here on RFC 8656 */
	ICELAB_STUN_REFRESH = 0x004,
	ICELAB_STUN_SEND = 0x006,
	ICELAB_STUN_DATA = 0x007,
	ICELAB_STUN_CREATE_PERMISSION = 0x008,
	ICELAB_STUN_CHANNEL_BIND = 0x009,
};

typedef struct {
	const uint8_t *bytes; /* the caller's; lives as long as they do */
	size_t length;
	IcelabStunClass message_class;
	uint16_t method;
	bool has_magic;          /* false: RFC 3489 */
	uint8_t transaction[16]; /* cookie and id together, as they stand in the header */
} IcelabStunMessage;

typedef enum {
	ICELAB_STUN_OK,
	ICELAB_STUN_NOT_STUN,  /* first two bits, or shorter than a header: RFC 7983 demultiplexes */
	ICELAB_STUN_TRUNCATED, /* header's length runs past the bytes given */
	ICELAB_STUN_MALFORMED, /* length not a multiple of 4, an attribute overruns, ... */
} IcelabStunStatus;

/* For a stream (RFC 8489 6.2.2), where messages stand one behind the other without framing: says
 * how many bytes the message at the front takes, as far as the first `length` bytes tell. OK: *size
 * is its size and all of it is there. TRUNCATED: *size bytes are needed before asking again.
 * Otherwise the stream cannot be followed any further. */
IcelabStunStatus icelab_stun_measure(const uint8_t *bytes, size_t length, size_t *size);

/* Reads one message that fills exactly `length` bytes (a datagram, or what was measured). `message`
 * may be used only after ICELAB_STUN_OK. */
IcelabStunStatus icelab_stun_parse(const uint8_t *bytes, size_t length, IcelabStunMessage *message);

typedef struct {
	uint16_t type;
	uint16_t length;      /* of the value, without padding */
	const uint8_t *value; /* in the message's bytes */
} IcelabStunAttribute;

/* Walks over the attributes that count: in a message with the magic cookie, what follows
 * MESSAGE-INTEGRITY or MESSAGE-INTEGRITY-SHA256 is unprotected and is left out, but for the one of
 * them that follows the other and for FINGERPRINT (RFC 8489 9). */
typedef struct {
	const IcelabStunMessage *message;
	size_t offset;
	uint16_t seal; /* type of the last integrity attribute passed; 0 before any */
} IcelabStunReader;

void icelab_stun_start(IcelabStunReader *reader, const IcelabStunMessage *message);
bool icelab_stun_next(IcelabStunReader *reader, IcelabStunAttribute *attribute);

/* The first attribute of a type that counts (RFC 8489 14: "only the first occurrence needs to be
 * processed by a receiver"). */
bool icelab_stun_find(
	const IcelabStunMessage *message, uint16_t type, IcelabStunAttribute *attribute);
