/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What must come out of a byte stream that a TURN server or a proxy sends, by the texts alone:
 * RFC 8656 12.5 (TURN over TCP), RFC 1928 and 1929 (SOCKS5), RFC 9112 (HTTP CONNECT) and the two
 * dialects' framing and pseudo-SSL handshakes. Reads the stream as a whole, so that it cannot
 * depend on how it was cut. */

typedef enum {
	FRAMING_TURN,         /* STUN and ChannelData, padded to 4 bytes */
	FRAMING_GOOGLE,       /* 2 bytes of length */
	FRAMING_OC2007,       /* type 2 or 3, a zero byte, 2 bytes of length */
	FRAMING_SSL_GOOGLE,   /* a fixed handshake, then anything */
	FRAMING_SSL_OC2007,   /* the same; 64 bytes of it are free */
	FRAMING_HTTP,         /* a reply to CONNECT, then anything */
	FRAMING_SOCKS5,       /* without authentication */
	FRAMING_SOCKS5_LOGIN, /* with user name and password */
	FRAMING_KINDS,
} FramingKind;

typedef struct {
	FramingKind kind;
	const uint8_t *bytes; /* the whole stream */
	size_t length;
	size_t offset;  /* of what comes next */
	bool connected; /* the handshake is over */
	bool failed;    /* the stream may not be read on */
} Framing;

/* The server's side of the pseudo-SSL handshakes. */
extern const uint8_t framing_ssl_google[79];
extern const uint8_t framing_ssl_oc2007[83];

void framing_start(Framing *framing, FramingKind kind, const uint8_t *bytes, size_t length);

/* The next message, or for a kind without framing all that follows. False where nothing more comes
 * out, because the stream ends or fails. `message` is in `scratch` where it is not in the stream.
 */
bool framing_next(
	Framing *framing, const uint8_t **message, size_t *length, uint8_t scratch[65538]);
