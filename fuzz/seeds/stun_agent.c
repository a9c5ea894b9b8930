/* SPDX-License-Identifier: MIT */
/* For each caller's dialect and usage flags one conversation: a request arrives, one is sent and
 * answered, then once more. The published vectors, too. */
#include <stdio.h>
#include <string.h>

#include "seeds/conversation_seed.h"
#include "seeds/seed.h"
#include "stun/builder.h"
#include "stun/tests/vectors.h"

enum { RECEIVE, REQUEST, INDICATE, REPLAY, REPLY, FORGET, FLOOD, WIDEN, TRAIL };
enum { ID = 1, COOKIE = 2, CREDENTIALS = 4, INTEGRITY = 8, FINGERPRINT = 16 };

static const uint8_t id[16] = {0x21, 0x12, 0xA4, 0x42, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12};

static size_t message(uint8_t bytes[512], IcelabStunClass message_class)
{
	static const uint8_t priority[4] = {0x6E, 0, 1, 0xFF};
	static const uint8_t tie_breaker[8] = {0x93, 0x2F, 0xF9, 0xB1, 0x51, 0x26, 0x3B, 0x36};
	IcelabStunBuilder builder;
	IcelabAddress address;

	icelab_address_parse("192.0.2.1", 9, &address);
	icelab_stun_build_start(&builder, bytes, 512, message_class, ICELAB_STUN_BINDING, id);
	switch (message_class) {
	case ICELAB_STUN_SUCCESS:
		icelab_stun_build_xor_address(&builder, ICELAB_STUN_XOR_MAPPED_ADDRESS, &address, 32853);
		break;
	case ICELAB_STUN_ERROR:
		icelab_stun_build_error_code(&builder, 487, "Role Conflict");
		break;
	default:
		icelab_stun_build_attribute(&builder, 0x0024, priority, sizeof priority);
		icelab_stun_build_attribute(&builder, 0x802A, tie_breaker, sizeof tie_breaker);
		break;
	}
	return icelab_stun_build_end(&builder);
}

/* A request arrives, one is sent and answered, then once more. */
static void converse(void)
{
	uint8_t bytes[512];
	size_t length;

	length = message(bytes, ICELAB_STUN_REQUEST);
	seed_step(RECEIVE, 0, COOKIE | CREDENTIALS | INTEGRITY | FINGERPRINT, 0, bytes, length);
	seed_step(REPLY, 0, 0x80, 0, NULL, 0);
	for (int round = 0; round < 2; round++) {
		seed_step(REQUEST, 0, 0x0F, 0, NULL, 0);
		length = message(bytes, round == 0 ? ICELAB_STUN_SUCCESS : ICELAB_STUN_ERROR);
		seed_step(RECEIVE, 0, ID | CREDENTIALS | INTEGRITY | FINGERPRINT, 0, bytes, length);
		seed_step(REPLAY, 0, 0, 0, NULL, 0);
	}
	length = message(bytes, ICELAB_STUN_INDICATION);
	seed_step(RECEIVE, 0, COOKIE | CREDENTIALS | INTEGRITY | FINGERPRINT, 0, bytes, length);
	seed_step(FORGET, 0, 0, 0, NULL, 0);
}

/* A request that leaves out one of what long-term credentials need (RFC 8489 9.2.4). */
static void ask_without(uint16_t missing)
{
	static const uint16_t needed[] = {ICELAB_STUN_USERNAME, ICELAB_STUN_REALM, ICELAB_STUN_NONCE};
	static const char *const values[] = {"user", "example.org", "nonce"};
	IcelabStunBuilder builder;
	uint8_t bytes[512];

	icelab_stun_build_start(
		&builder, bytes, sizeof bytes, ICELAB_STUN_REQUEST, ICELAB_STUN_BINDING, id);
	for (size_t i = 0; i < sizeof needed / sizeof *needed; i++)
		if (needed[i] != missing)
			icelab_stun_build_attribute(&builder, needed[i], values[i], strlen(values[i]));
	seed_step(
		RECEIVE, 0, COOKIE | INTEGRITY | FINGERPRINT, 0, bytes, icelab_stun_build_end(&builder));
}

int main(int argc, char **argv)
{
	uint8_t bytes[512];
	size_t length;

	seed_start(argc, argv);
	for (uint8_t caller = 0; caller < 12; caller++) {
		char name[32];
		seed_conversation(caller, 0, 0);
		converse();
		snprintf(name, sizeof name, "caller %u", caller);
		seed_end(name);
	}
	/* Each dialect with each kind of credentials, though no caller has it. */
	for (uint8_t dialect = 0; dialect < 4; dialect++)
		for (uint16_t flags = 0; flags < 8; flags++) {
			char name[32];
			seed_conversation(dialect, flags, 1);
			converse();
			snprintf(name, sizeof name, "dialect %u flags %u", dialect, flags);
			seed_end(name);
		}
	for (uint8_t dialect = 0; dialect < 4; dialect++) {
		char name[32];
		seed_conversation(dialect, 2, 1);
		ask_without(ICELAB_STUN_USERNAME);
		ask_without(ICELAB_STUN_REALM);
		ask_without(ICELAB_STUN_NONCE);
		ask_without(0);
		snprintf(name, sizeof name, "incomplete %u", dialect);
		seed_end(name);
	}
	for (size_t i = 0; i < sizeof vectors / sizeof *vectors; i++) {
		seed_conversation(0, 0, 0);
		seed_step(RECEIVE, 1, 0, 0, vectors[i].bytes, vectors[i].length);
		seed_end(vectors[i].name);
	}
	/* Room that ends at each word of a request, and of an answer; SOFTWARE of each kind. */
	for (uint8_t words = 5; words < 77; words += 4) {
		char name[32];
		seed_conversation(words % 8 < 4 ? 0 : 2, 0, (uint8_t)((words & 12)));
		length = message(bytes, ICELAB_STUN_REQUEST);
		seed_step(RECEIVE, 0, COOKIE | CREDENTIALS | INTEGRITY | FINGERPRINT, 0, bytes, length);
		for (uint8_t more = 0; more < 4; more++) {
			seed_step(REQUEST, 0, 0x0F, (uint8_t)(128 + words + more), NULL, 0);
			seed_step(REPLY, more, more & 1 ? 0x80 : 0, (uint8_t)(128 + words + more), NULL, 0);
		}
		snprintf(name, sizeof name, "room %u", words);
		seed_end(name);
	}
	/* Attributes that must be understood and are not: one, two; with the cookie and without. */
	for (uint8_t caller = 0; caller < 12; caller++) {
		static const uint8_t strange[8] = {0x7F, 0xFF, 0, 0, 0x7F, 0xFE, 0, 0};
		char name[32];
		seed_conversation(caller, 0, 0);
		for (uint8_t form = 0; form < 4; form++) {
			size_t more = form & 1 ? 4 : 8;
			length = message(bytes, ICELAB_STUN_REQUEST);
			memcpy(bytes + length, strange, more);
			bytes[4] = 0;
			seed_step(RECEIVE, 0,
				(uint8_t)(128 | CREDENTIALS | INTEGRITY | FINGERPRINT | (form & 2 ? COOKIE : 0)), 0,
				bytes, length + more);
		}
		snprintf(name, sizeof name, "unknown %u", caller);
		seed_end(name);
	}
	/* Consent is withdrawn (RFC 7675 5.1: 403), twice by one answer; an error that has no code. */
	for (uint8_t form = 0; form < 2; form++) {
		IcelabStunBuilder builder;
		seed_conversation(1, 0, 0);
		icelab_stun_build_start(
			&builder, bytes, sizeof bytes, ICELAB_STUN_ERROR, ICELAB_STUN_BINDING, id);
		if (form == 0)
			icelab_stun_build_error_code(&builder, 403, "Forbidden");
		length = icelab_stun_build_end(&builder);
		seed_step(REQUEST, 0, 0x0F, 0, NULL, 0);
		seed_step(RECEIVE, 0, ID | CREDENTIALS | INTEGRITY | FINGERPRINT, 0, bytes, length);
		seed_step(REPLAY, 0, 0, 0, NULL, 0);
		seed_end(form == 0 ? "forbidden" : "error without a code");
	}
	/* More requests than libnice remembers. */
	seed_conversation(4, 0, 0);
	seed_step(FLOOD, 199, 0, 0, NULL, 0);
	seed_step(REQUEST, 0, 0, 0, NULL, 0);
	seed_step(REQUEST, 0, 0, 0, NULL, 0);
	length = message(bytes, ICELAB_STUN_SUCCESS);
	seed_step(RECEIVE, 7, ID, 0, bytes, length);
	seed_step(REQUEST, 0, 0, 0, NULL, 0);
	seed_end("flood");
	return 0;
}
