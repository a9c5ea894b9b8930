/* SPDX-License-Identifier: MIT */
/* Seeds of turn_framing: for each kind a good stream, whole and in pieces, and a bad one. */
#include <stdio.h>
#include <string.h>

#include "oracles/framing.h"
#include "seeds/seed.h"

static void seed(const char *name, FramingKind kind, unsigned options, unsigned more, unsigned cuts,
	const void *stream, size_t length)
{
	uint8_t bytes[1024] = {
		(uint8_t)kind, (uint8_t)options, (uint8_t)(more >> 8), (uint8_t)more, (uint8_t)cuts};
	char full[128];

	memcpy(bytes + 5, stream, length);
	snprintf(full, sizeof(full), "%s %u %u", name, options, cuts);
	seed_write(full, bytes, length + 5);
}

static void both(const char *name, FramingKind kind, const void *stream, size_t length)
{
	seed(name, kind, 0, 0, 0, stream, length);
	seed(name, kind, 2, 0, 1, stream, length);
	seed(name, kind, 4 | 1, 9, 2, stream, length);
}

int main(int argc, char **argv)
{
	static const uint8_t turn[] = {0x40, 0, 0, 5, 'h', 'e', 'l', 'l', 'o', 0, 0, 0, 1, 1, 0, 0,
		0x21, 0x12, 0xa4, 0x42, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 0x40, 1, 0xff, 0};
	static const uint8_t google[] = {0, 3, 'a', 'b', 'c', 0, 0, 0, 1, 'd', 0x10, 0};
	static const uint8_t oc2007[] = {2, 0, 0, 3, 'a', 'b', 'c', 3, 0, 0, 1, 'd', 2, 0, 4, 0};
	static const uint8_t socks4[] = {5, 0, 5, 0, 0, 1, 192, 0, 2, 78, 13, 150, 'd', 'a', 't', 'a'};
	static const uint8_t socks6[] = {5, 2, 1, 0, 5, 0, 0, 4, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12,
		13, 14, 15, 16, 13, 150, 'd', 'a', 't', 'a'};
	static const char http[] = "HTTP/1.1 200 Connection established\r\nServer: x\r\n\r\n";
	static const char body[] =
		"HTTP/1.0 200 OK\r\nX: y\r\nContent-Length: 10\r\n\r\n0123456789data";
	static const char refused[] = "HTTP/1.1 407 Proxy Authentication Required\r\n\r\n";
	static const char endless[] =
		"HTTP/1.1 200 OK\r\nContent-Length: 123456789012345678901\r\n\r\n";
	uint8_t handshake[160];

	seed_start(argc, argv);
	both("TURN", FRAMING_TURN, turn, sizeof(turn));
	seed("TURN long", FRAMING_TURN, 0, 0xffff, 0, "\x40\1\xff\xdc", 4);
	both("GOOGLE", FRAMING_GOOGLE, google, sizeof(google));
	both("OC2007", FRAMING_OC2007, oc2007, sizeof(oc2007));
	both("OC2007 bad", FRAMING_OC2007, turn, sizeof(turn));
	memcpy(handshake, framing_ssl_google, sizeof(framing_ssl_google));
	memcpy(handshake + sizeof(framing_ssl_google), "data", 4);
	both("pseudo-SSL GOOGLE", FRAMING_SSL_GOOGLE, handshake, sizeof(framing_ssl_google) + 4);
	both("pseudo-SSL wrong", FRAMING_SSL_OC2007, handshake, sizeof(framing_ssl_google) + 4);
	memcpy(handshake, framing_ssl_oc2007, sizeof(framing_ssl_oc2007));
	memcpy(handshake + sizeof(framing_ssl_oc2007), "data", 4);
	both("pseudo-SSL OC2007", FRAMING_SSL_OC2007, handshake, sizeof(framing_ssl_oc2007) + 4);
	both("HTTP", FRAMING_HTTP, http, strlen(http));
	both("HTTP body", FRAMING_HTTP, body, strlen(body));
	both("HTTP refused", FRAMING_HTTP, refused, strlen(refused));
	both("SOCKS5", FRAMING_SOCKS5, socks4, sizeof(socks4));
	both("SOCKS5 login", FRAMING_SOCKS5_LOGIN, socks6, sizeof(socks6));
	both("SOCKS5 refused", FRAMING_SOCKS5, socks6, sizeof(socks6));
	seed("SOCKS5 to IPv6", FRAMING_SOCKS5, 8, 0, 0, socks4, sizeof(socks4));
	seed("HTTP to IPv6", FRAMING_HTTP, 8, 0, 0, http, strlen(http));
	/* RFC 1928 6: the replies, and one that is none. */
	for (uint8_t reply = 1; reply < 10; reply++) {
		const uint8_t refusal[] = {5, 0, 5, reply, 0, 1, 192, 0, 2, 78, 13, 150};
		char name[32];

		snprintf(name, sizeof(name), "SOCKS5 reply %u", reply);
		seed(name, FRAMING_SOCKS5, 0, 0, 0, refusal, sizeof(refusal));
	}
	/* The connection ends before anything came, and in the middle of a handshake. */
	for (unsigned kind = FRAMING_SSL_GOOGLE; kind < FRAMING_KINDS; kind++) {
		char name[32];

		snprintf(name, sizeof(name), "ended %u", kind);
		seed(name, (FramingKind)kind, 4, 0, 0, "", 0);
	}
	seed("SOCKS5 login only", FRAMING_SOCKS5_LOGIN, 4, 0, 0, "\5\2", 2);
	seed("SOCKS5 reply cut", FRAMING_SOCKS5, 4, 0, 0, "\5\0\5\0\0\1", 6);
	seed("SOCKS5 reply cut, IPv6", FRAMING_SOCKS5, 4, 0, 0, "\5\0\5\0\0\4", 6);
	both("HTTP endless", FRAMING_HTTP, endless, strlen(endless));
	memcpy(handshake, http, strlen(http));
	memcpy(handshake + strlen(http), framing_ssl_google, sizeof(framing_ssl_google));
	memcpy(handshake + strlen(http) + sizeof(framing_ssl_google), "data", 4);
	seed("pseudo-SSL behind HTTP", FRAMING_SSL_GOOGLE, 0x10, 0, 0, handshake,
		strlen(http) + sizeof(framing_ssl_google) + 4);
	memcpy(handshake, socks4, 12);
	memcpy(handshake + 12, framing_ssl_oc2007, sizeof(framing_ssl_oc2007));
	memcpy(handshake + 12 + sizeof(framing_ssl_oc2007), "data", 4);
	seed("pseudo-SSL behind SOCKS5", FRAMING_SSL_OC2007, 0x20, 0, 0, handshake,
		12 + sizeof(framing_ssl_oc2007) + 4);
	return 0;
}
