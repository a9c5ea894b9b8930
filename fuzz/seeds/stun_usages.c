/* SPDX-License-Identifier: MIT */
/* A question and its answer in each usage. */
#include <stdio.h>
#include <string.h>

#include "seeds/conversation_seed.h"
#include "seeds/seed.h"
#include "stun/builder.h"

enum { RECEIVE, CHECK, ALLOCATE, REFRESH, PERMIT, BIND, TIME, RUN, WIDEN };
enum { ID = 1, COOKIE = 2, CREDENTIALS = 4, INTEGRITY = 8, FINGERPRINT = 16 };

static const uint8_t id[16] = {0x21, 0x12, 0xA4, 0x42, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12};
static uint8_t bytes[512];
static IcelabStunBuilder builder;

static void start(IcelabStunClass message_class, uint16_t method)
{
	icelab_stun_build_start(&builder, bytes, sizeof bytes, message_class, method, id);
}

static void add_address(uint16_t type, const char *text)
{
	IcelabAddress address;

	icelab_address_parse(text, strlen(text), &address);
	if (type == ICELAB_STUN_XOR_MAPPED_ADDRESS || type == ICELAB_STUN_XOR_RELAYED_ADDRESS)
		icelab_stun_build_xor_address(&builder, type, &address, 32853);
	else
		icelab_stun_build_address(&builder, type, &address, 32853);
}

static void add_number(uint16_t type, uint32_t number)
{
	uint8_t value[4] = {
		(uint8_t)(number >> 24), (uint8_t)(number >> 16), (uint8_t)(number >> 8), (uint8_t)number};

	icelab_stun_build_attribute(&builder, type, value, sizeof value);
}

static void add_text(uint16_t type, const char *text)
{
	icelab_stun_build_attribute(&builder, type, text, strlen(text));
}

static void receive(unsigned repairs, uint8_t c)
{
	seed_step(RECEIVE, 0, (uint8_t)repairs, c, bytes, icelab_stun_build_end(&builder));
}

static void seed_checks(void)
{
	static const uint8_t tie_breaker[8] = {0x93, 0x2F, 0xF9, 0xB1, 0x51, 0x26, 0x3B, 0x36};

	for (uint8_t caller = 0; caller < 12; caller++) {
		char name[32];
		for (uint8_t dialect = 0; dialect < 4; dialect++) {
			seed_conversation(caller, 0, 0);
			start(ICELAB_STUN_REQUEST, ICELAB_STUN_BINDING);
			add_number(0x0024, 0x6E0001FF);
			icelab_stun_build_attribute(&builder, 0x8029, tie_breaker, sizeof tie_breaker);
			icelab_stun_build_attribute(&builder, 0x0025, NULL, 0);
			receive(COOKIE | CREDENTIALS | INTEGRITY | FINGERPRINT, dialect);
			start(ICELAB_STUN_REQUEST, ICELAB_STUN_BINDING);
			icelab_stun_build_attribute(&builder, 0x802A, tie_breaker, sizeof tie_breaker);
			receive(COOKIE | CREDENTIALS | INTEGRITY | FINGERPRINT, (uint8_t)(4 | dialect));
			seed_step(CHECK, 0, (uint8_t)(0x0F | dialect << 4 | 0x40), 0, NULL, 0);
			start(ICELAB_STUN_SUCCESS, ICELAB_STUN_BINDING);
			add_address(ICELAB_STUN_XOR_MAPPED_ADDRESS, "192.0.2.1");
			receive(ID | CREDENTIALS | INTEGRITY | FINGERPRINT, dialect);
			seed_step(BIND, 0, 0, 0, NULL, 0);
			start(ICELAB_STUN_ERROR, ICELAB_STUN_BINDING);
			icelab_stun_build_error_code(&builder, caller & 1 ? 399 : 300, "Try Alternate");
			add_address(0x8023, "192.0.2.2");
			receive(ID | CREDENTIALS | INTEGRITY | FINGERPRINT, dialect);
			snprintf(name, sizeof name, "check %u %u", caller, dialect);
			seed_end(name);
		}
	}
}

static void seed_allocations(void)
{
	for (uint8_t dialect = 0; dialect < 5; dialect++) {
		char name[32];
		seed_conversation(dialect == 3 ? 11 : dialect == 1 || dialect == 2 ? 9 : 2, 0, 0);
		seed_step(ALLOCATE, (uint8_t)(dialect << 4), 0x7E, 0, NULL, 0);
		start(ICELAB_STUN_ERROR, ICELAB_STUN_ALLOCATE);
		icelab_stun_build_error_code(&builder, 401, "Unauthorized");
		add_text(ICELAB_STUN_REALM, "example.org");
		add_text(ICELAB_STUN_NONCE, "f//499k954d6O");
		receive(ID | FINGERPRINT, dialect);
		seed_step(ALLOCATE, (uint8_t)(dialect << 4), 0x7F, 0, NULL, 0);
		start(ICELAB_STUN_SUCCESS, ICELAB_STUN_ALLOCATE);
		add_address(ICELAB_STUN_XOR_RELAYED_ADDRESS, "192.0.2.15");
		add_address(ICELAB_STUN_XOR_MAPPED_ADDRESS, "2001:db8::1");
		add_address(ICELAB_STUN_MAPPED_ADDRESS, "192.0.2.16");
		add_number(0x000D, 600);
		add_number(0x0010, 100);
		receive(ID | CREDENTIALS | INTEGRITY | FINGERPRINT, dialect);
		seed_step(REFRESH, (uint8_t)(dialect << 4), 0x7F, 0, NULL, 0);
		start(ICELAB_STUN_SUCCESS,
			dialect == 0 || dialect == 4 ? ICELAB_STUN_REFRESH : ICELAB_STUN_ALLOCATE);
		add_number(0x000D, 600);
		receive(ID | INTEGRITY | FINGERPRINT, dialect);
		seed_step(PERMIT, 0, 0x0F, 0, NULL, 0);
		snprintf(name, sizeof name, "allocate %u", dialect);
		seed_end(name);
	}
}

static void seed_runs(void)
{
	seed_conversation(0, 0, 0);
	seed_step(RUN, 0, 0, 0, NULL, 0);
	seed_end("run silence");

	seed_conversation(0, 0, 0);
	seed_step(RUN, 1, 1, 0, NULL, 0);
	start(ICELAB_STUN_SUCCESS, ICELAB_STUN_BINDING);
	add_address(ICELAB_STUN_MAPPED_ADDRESS, "192.0.2.1");
	receive(ID, 0x13);
	seed_end("run answer");

	seed_conversation(0, 0, 0);
	seed_step(RUN, 0, 0, 0, NULL, 0);
	start(ICELAB_STUN_ERROR, ICELAB_STUN_BINDING);
	icelab_stun_build_error_code(&builder, 300, "Try Alternate");
	add_address(0x8023, "2001:db8::2");
	receive(ID, 1);
	start(ICELAB_STUN_SUCCESS, ICELAB_STUN_BINDING);
	add_address(ICELAB_STUN_XOR_MAPPED_ADDRESS, "192.0.2.1");
	receive(ID, 1);
	seed_end("run alternate");

	/* No socket; an address that is cut; errors of the network. */
	for (uint8_t failure = 0; failure < 3; failure++) {
		static const uint8_t failures[] = {0xC0, 0x0C, 0x03};
		char name[32];
		seed_conversation(0, 0, 0);
		seed_step(RUN, 0, failures[failure], 0, NULL, 0);
		seed_step(RECEIVE, 1, 0, 3, NULL, 0);
		snprintf(name, sizeof name, "run failure %u", failure);
		seed_end(name);
	}

	seed_conversation(0, 0, 0);
	for (uint8_t most = 0; most < 8; most++)
		seed_step(TIME, 25, most, most & 1, NULL, 0);
	seed_step(TIME, 100, 8, 0, NULL, 0);
	seed_end("timers");
}

/* Room that ends at each word of a request. */
static void seed_rooms(void)
{
	for (uint8_t words = 0; words < 60; words += 2) {
		char name[32];
		seed_conversation(words % 4 == 0 ? 10 : 2, 0, 0);
		seed_step(ALLOCATE, 0, 0x7E, 0, NULL, 0);
		start(ICELAB_STUN_ERROR, ICELAB_STUN_ALLOCATE);
		icelab_stun_build_error_code(&builder, 401, "Unauthorized");
		add_text(ICELAB_STUN_REALM, "example.org");
		add_text(ICELAB_STUN_NONCE, "nonce");
		icelab_stun_build_attribute(&builder, 0x0022, "12345678", 8);
		receive(ID | FINGERPRINT, 0);
		for (uint8_t more = 0; more < 2; more++) {
			uint8_t room = (uint8_t)(128 + words + more);
			seed_step(CHECK, 0, 0x7F, room, NULL, 0);
			seed_step(ALLOCATE, 0, 0x7F, room, NULL, 0);
			seed_step(REFRESH, 0, 0x7F, room, NULL, 0);
			seed_step(PERMIT, 0, 0x0F, room, NULL, 0);
			seed_step(BIND, 0, more, room, NULL, 0);
		}
		snprintf(name, sizeof name, "room %u", words);
		seed_end(name);
	}
}

int main(int argc, char **argv)
{
	seed_start(argc, argv);
	seed_rooms();
	seed_checks();
	seed_allocations();
	seed_runs();
	return 0;
}
