/* SPDX-License-Identifier: MIT */
#include "oracles/framing.h"

#include <string.h>

const uint8_t framing_ssl_google[79] = {0x16, 0x03, 0x01, 0x00, 0x4a, 0x02, 0x00, 0x00, 0x46, 0x03,
	0x01, 0x42, 0x85, 0x45, 0xa7, 0x27, 0xa9, 0x5d, 0xa0, 0xb3, 0xc5, 0xe7, 0x53, 0xda, 0x48, 0x2b,
	0x3f, 0xc6, 0x5a, 0xca, 0x89, 0xc1, 0x58, 0x52, 0xa1, 0x78, 0x3c, 0x5b, 0x17, 0x46, 0x00, 0x85,
	0x3f, 0x20, 0x0e, 0xd3, 0x06, 0x72, 0x5b, 0x5b, 0x1b, 0x5f, 0x15, 0xac, 0x13, 0xf9, 0x88, 0x53,
	0x9d, 0x9b, 0xe8, 0x3d, 0x7b, 0x0c, 0x30, 0x32, 0x6e, 0x38, 0x4d, 0xa2, 0x75, 0x57, 0x41, 0x6c,
	0x34, 0x5c, 0x00, 0x04, 0x00};

const uint8_t framing_ssl_oc2007[83] = {0x16, 0x03, 0x01, 0x00, 0x4e, 0x02, 0x00, 0x00, 0x46, 0x03,
	0x01, [43] = 0x20, [77] = 0x18, [79] = 0x0e};

static bool is_free(FramingKind kind, size_t index)
{
	return kind == FRAMING_SSL_OC2007 &&
		   ((index >= 11 && index < 43) || (index >= 44 && index < 76));
}

static void handshake_ssl(Framing *framing)
{
	bool google = framing->kind == FRAMING_SSL_GOOGLE;
	const uint8_t *expected = google ? framing_ssl_google : framing_ssl_oc2007;
	size_t size = google ? sizeof(framing_ssl_google) : sizeof(framing_ssl_oc2007);

	if (framing->length < size)
		return;
	for (size_t i = 0; i < size; i++)
		if (!is_free(framing->kind, i) && framing->bytes[i] != expected[i]) {
			framing->failed = true;
			return;
		}
	framing->offset = size;
	framing->connected = true;
}

static void handshake_socks5(Framing *framing)
{
	const uint8_t *bytes = framing->bytes;
	size_t left = framing->length, size;

	/* RFC 1928 3: version and method. */
	if (left < 2)
		return;
	if (bytes[0] != 5 || (bytes[1] != 0 && bytes[1] != 2) ||
		(bytes[1] == 2 && framing->kind != FRAMING_SOCKS5_LOGIN)) {
		framing->failed = true;
		return;
	}
	/* RFC 1929 2. */
	if (bytes[1] == 2) {
		if (left < 4)
			return;
		if (bytes[2] != 1 || bytes[3] != 0) {
			framing->failed = true;
			return;
		}
		bytes += 2, left -= 2;
	}
	bytes += 2, left -= 2;
	/* RFC 1928 6: the reply and the address that was bound. */
	if (left < 4)
		return;
	if (bytes[0] != 5 || bytes[1] != 0 || bytes[2] != 0 || (bytes[3] != 1 && bytes[3] != 4)) {
		framing->failed = true;
		return;
	}
	size = bytes[3] == 1 ? 10 : 22;
	if (left < size)
		return;
	framing->offset = (size_t)(bytes - framing->bytes) + size;
	framing->connected = true;
}

static bool line_at(const Framing *framing, size_t start, size_t *length)
{
	for (size_t i = start; i + 1 < framing->length; i++)
		if (framing->bytes[i] == '\r' && framing->bytes[i + 1] == '\n') {
			*length = i - start;
			return true;
		}
	return false;
}

static bool is_digit(uint8_t byte)
{
	return byte >= '0' && byte <= '9';
}

static bool begins(const uint8_t *bytes, size_t length, const char *lower)
{
	size_t size = strlen(lower);

	if (length < size)
		return false;
	for (size_t i = 0; i < size; i++)
		if ((bytes[i] >= 'A' && bytes[i] <= 'Z' ? bytes[i] + 32 : bytes[i]) != lower[i])
			return false;
	return true;
}

/* RFC 9110 8.6: what no number of libnice's can hold counts for nothing, and the rest of the line
 * is passed over. */
static bool body_length(const uint8_t *bytes, size_t length, size_t *body)
{
	*body = 0;
	while (length > 0 && *bytes == ' ')
		bytes++, length--;
	for (; length > 0; bytes++, length--) {
		if (!is_digit(*bytes))
			return false;
		if (*body > SIZE_MAX / 10 || *body * 10 > SIZE_MAX - (size_t)(*bytes - '0')) {
			*body = 0;
			return true;
		}
		*body = *body * 10 + (size_t)(*bytes - '0');
	}
	return true;
}

/* RFC 9110 9.3.6: any 2xx to CONNECT opens the tunnel behind the header; libnice passes over a body
 * that Content-Length announces, which is not there to be sent. */
static void handshake_http(Framing *framing)
{
	const uint8_t *bytes = framing->bytes;
	size_t at = 0, length, body = 0;

	if (!line_at(framing, 0, &length))
		return;
	if (length < 12 || memcmp(bytes, "HTTP/1.", 7) != 0 || (bytes[7] != '0' && bytes[7] != '1') ||
		bytes[8] != ' ' || bytes[9] != '2' || !is_digit(bytes[10]) || !is_digit(bytes[11])) {
		framing->failed = true;
		return;
	}
	for (at = length + 2; line_at(framing, at, &length) && length > 0; at += length + 2) {
		if (begins(bytes + at, length, "content-length:") &&
			!body_length(bytes + at + 15, length - 15, &body)) {
			framing->failed = true;
			return;
		}
	}
	if (!line_at(framing, at, &length) || length > 0 || framing->length - at - 2 < body)
		return;
	framing->offset = at + 2 + body;
	framing->connected = true;
}

void framing_start(Framing *framing, FramingKind kind, const uint8_t *bytes, size_t length)
{
	*framing = (Framing){.kind = kind, .bytes = bytes, .length = length};
	switch (kind) {
	case FRAMING_SSL_GOOGLE:
	case FRAMING_SSL_OC2007:
		handshake_ssl(framing);
		break;
	case FRAMING_HTTP:
		handshake_http(framing);
		break;
	case FRAMING_SOCKS5:
	case FRAMING_SOCKS5_LOGIN:
		handshake_socks5(framing);
		break;
	default:
		framing->connected = true;
		break;
	}
}

static size_t number(const uint8_t *bytes)
{
	return (size_t)bytes[0] << 8 | bytes[1];
}

bool framing_next(Framing *framing, const uint8_t **message, size_t *length, uint8_t scratch[65538])
{
	const uint8_t *bytes = framing->bytes + framing->offset;
	size_t left = framing->length - framing->offset, size;

	if (!framing->connected || framing->failed || left == 0)
		return false;
	switch (framing->kind) {
	case FRAMING_TURN:
		if (left < 4)
			return false;
		/* RFC 8656 12.5: "over TCP [...] ChannelData message MUST be padded to a multiple of four
		 * bytes"; a STUN message is one already. */
		size = (number(bytes) < 0x4000 ? 20 : 4) + number(bytes + 2);
		size = (size + 3) / 4 * 4;
		break;
	case FRAMING_GOOGLE:
		if (left < 2)
			return false;
		size = 2 + number(bytes);
		break;
	case FRAMING_OC2007:
		if (left < 4)
			return false;
		if (bytes[0] != 2 && bytes[0] != 3) {
			framing->failed = true;
			return false;
		}
		size = 4 + number(bytes + 2);
		break;
	default: /* no framing */
		*message = bytes;
		*length = left;
		framing->offset = framing->length;
		return true;
	}
	if (left < size)
		return false;
	framing->offset += size;
	if (framing->kind == FRAMING_TURN) {
		*message = bytes;
		*length = size;
	} else if (framing->kind == FRAMING_GOOGLE) {
		*message = bytes + 2;
		*length = size - 2;
	} else {
		/* The length stays before what it counts: RFC 4571's framing, taken off further up. */
		memcpy(scratch, bytes + 2, size - 2);
		*message = scratch;
		*length = size - 2;
	}
	return true;
}
