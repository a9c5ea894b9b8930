/* SPDX-License-Identifier: MIT */
/* Mutates what comes on a connection to a relay (targets/turn_framing.c): puts in what a server or
 * a proxy of the input's kind would send, whole or as the next part of an answer. Not instrumented.
 */
#include "oracles/framing.h"
#include "mutators/edits.h"

size_t LLVMFuzzerMutate(uint8_t *data, size_t size, size_t maximum);
size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t maximum, unsigned seed);

#define HEADER 5 /* kind, options, more, cuts */
#define LONGEST 96

static size_t text(uint8_t *bytes, const char *what)
{
	size_t length = strlen(what);

	memcpy(bytes, what, length);
	return length;
}

/* RFC 9112: a line of an answer to CONNECT. */
static size_t http_part(uint8_t *bytes)
{
	static const char *const parts[] = {"HTTP/1.1 200 OK\r\n",
		"HTTP/1.0 200 Connection established\r\n", "HTTP/1.1 407 Proxy Authentication Required\r\n",
		"HTTP/1.1 2", "Server: x\r\n", "Content-Length: 3\r\n", "Content-Length: 0\r\n",
		"content-length:  12\r\n", "Content-Length: x\r\n",
		"Content-Length: 99999999999999999999\r\n", "X:\r\n", "\r\n", "\r\n", "\n", "\r", "abc"};

	return text(bytes, parts[below(sizeof(parts) / sizeof(parts[0]))]);
}

/* RFC 1928 3 and 6, RFC 1929 2. */
static size_t socks_part(uint8_t *bytes, FramingKind kind)
{
	static const uint8_t method[] = {5, 0}, login[] = {5, 2}, welcome[] = {1, 0};
	uint8_t reply[22] = {5, below(4) > 0 ? 0 : (uint8_t)below(10), 0, below(3) > 0 ? 1 : 4};

	switch (below(5)) {
	case 0:
		memcpy(bytes, kind == FRAMING_SOCKS5 ? method : login, 2);
		return 2;
	case 1:
		memcpy(bytes, welcome, 2);
		return 2;
	case 2:
		return text(bytes, "data");
	default:
		memcpy(bytes, reply, sizeof(reply));
		/* Cut short, or whole. */
		return below(8) == 0 ? 4 : reply[3] == 1 ? 10 : 22;
	}
}

/* A frame with its content, whose length may be a little wrong. */
static size_t frame_part(uint8_t *bytes, FramingKind kind)
{
	unsigned length = 1 + below(32), said = below(8) > 0 ? length : below(80);
	size_t at = 0;

	if (kind == FRAMING_TURN && below(2) == 0) {
		bytes[at++] = 0; /* STUN, whose header is not counted */
		bytes[at++] = 1;
		length += 20;
	} else if (kind == FRAMING_TURN) {
		bytes[at++] = 0x40;
		bytes[at++] = (uint8_t)below(8);
	} else if (kind == FRAMING_OC2007) {
		bytes[at++] = (uint8_t)(2 + below(2));
		bytes[at++] = 0;
	}
	bytes[at++] = 0;
	bytes[at++] = (uint8_t)said;
	for (unsigned i = 0; i < length; i++)
		bytes[at++] = (uint8_t)('a' + below(26));
	while (kind == FRAMING_TURN && at % 4 != 0)
		bytes[at++] = 0;
	return at;
}

static size_t new_part(uint8_t *bytes, FramingKind kind, uint8_t options)
{
	/* What the proxy in front of it says. */
	if ((kind == FRAMING_SSL_GOOGLE || kind == FRAMING_SSL_OC2007) && (options & 0x30) != 0 &&
		below(2) == 0)
		return (options & 0x10) != 0 ? http_part(bytes) : socks_part(bytes, FRAMING_SOCKS5);
	switch (kind) {
	case FRAMING_SSL_GOOGLE:
		memcpy(bytes, framing_ssl_google, sizeof(framing_ssl_google));
		return sizeof(framing_ssl_google);
	case FRAMING_SSL_OC2007:
		memcpy(bytes, framing_ssl_oc2007, sizeof(framing_ssl_oc2007));
		return sizeof(framing_ssl_oc2007);
	case FRAMING_HTTP:
		return http_part(bytes);
	case FRAMING_SOCKS5:
	case FRAMING_SOCKS5_LOGIN:
		return socks_part(bytes, kind);
	default:
		return frame_part(bytes, kind);
	}
}

size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t maximum, unsigned seed)
{
	uint8_t bytes[LONGEST];
	unsigned times;

	edits_start(seed);
	if (maximum < HEADER + LONGEST || (size > HEADER && below(2) == 0))
		return LLVMFuzzerMutate(data, size, maximum);
	if (size < HEADER) {
		memset(data + size, 0, HEADER - size);
		size = HEADER;
	}
	/* Another kind makes nothing of what there is. */
	if (below(8) == 0) {
		data[0] = (uint8_t)below(FRAMING_KINDS);
		size = HEADER;
	}
	if (below(4) == 0)
		data[1 + below(HEADER - 1)] ^= (uint8_t)(1u << below(8));
	times = 1 + below(4);
	for (unsigned i = 0; i < times; i++) {
		size_t length = new_part(bytes, (FramingKind)(data[0] % FRAMING_KINDS), data[1]);
		size_t at = below(4) > 0 ? size : HEADER + below((unsigned)(size - HEADER + 1));

		size = put_in(data, size, maximum, at, bytes, length);
	}
	return size;
}
