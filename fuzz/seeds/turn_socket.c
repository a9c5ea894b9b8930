/* SPDX-License-Identifier: MIT */
/* Seeds of turn_socket: for each dialect and transport a relay that is used as a relay is. */
#include <stdio.h>
#include <string.h>

#include "seeds/script_seed.h"
#include "seeds/seed.h"

/* As targets/turn_socket.c has them. */
enum {
	APPLICATION,
	BIND,
	TIME,
	REPLY,
	INDICATION,
	CHANNEL,
	RAW,
	ROOM,
	FULL,
};

static void begin(uint8_t transport, uint8_t dialect)
{
	script_begin();
	bytes[0] = transport;
	bytes[1] = dialect;
}

static void use(uint8_t how)
{
	STEP(APPLICATION, 0, how, 'o', 'n', 'e');
	/* Challenged, then granted. */
	STEP(REPLY, 0, 1, 0, 1, how);
	STEP(REPLY, 0, 0, 0, 0, how);
	STEP(INDICATION, 0, 0, how, 'd', 'a', 't', 'a');
	STEP(BIND, 0);
	STEP(BIND, 1);
	STEP(REPLY, 0, 1, 0, 1, how);
	STEP(REPLY, 0, 0, 0, 0, how);
	STEP(APPLICATION, 0, how, 't', 'w', 'o');
	STEP(CHANNEL, 0, how, 0, 0, 'd', 'a', 't', 'a');
	STEP(REPLY, 0, 0, 0, 0, how);
	STEP(CHANNEL, 1, how, 0, 0, 'm', 'o', 'r', 'e');
	STEP(APPLICATION, 1, how, 's', 'i', 'x');
}

int main(int argc, char **argv)
{
	static const char *const dialects[] = {"RFC5766", "DRAFT9", "GOOGLE", "MSN", "OC2007"};
	static const char *const transports[] = {"UDP", "TCP", "UDP again", "TCP framed"};
	char name[64];

	seed_start(argc, argv);
	for (uint8_t transport = 0; transport < 4; transport++)
		for (uint8_t dialect = 0; dialect < 5; dialect++) {
			begin(transport, dialect);
			use(transport);
			/* A channel lasts ten minutes, a permission five (RFC 8656 9, 12). */
			STEP(TIME, 4);
			STEP(APPLICATION, 0, 0, 'x');
			STEP(TIME, 6);
			STEP(REPLY, 0, 0, 0, 0, transport);
			STEP(TIME, 3);
			STEP(INDICATION, 2, 0, transport, 'n', 'e', 'w');
			STEP(TIME, 7);
			snprintf(name, sizeof(name), "%s %s", dialects[dialect], transports[transport]);
			seed_write(name, bytes, length);
		}
	for (uint8_t dialect = 0; dialect < 5; dialect++) {
		begin(0, dialect);
		STEP(APPLICATION, 0, 0, 'o', 'n', 'e');
		STEP(BIND, 0);
		STEP(BIND, 2);
		/* Refused, and asked again with what was known before. */
		STEP(REPLY, 0, 2, 0, 3, 0);
		STEP(REPLY, 0, 2, 0, 4, 1);
		STEP(REPLY, 0, 1, 1, 1, 1);
		STEP(REPLY, 0, 0, 2, 0, 0);
		STEP(RAW, 0, 4, 0, 0x11, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0);
		STEP(ROOM, 1);
		STEP(APPLICATION, 0, 3, 't', 'w', 'o');
		STEP(ROOM, 0);
		STEP(APPLICATION, 3, 0x10);
		STEP(TIME, 3);
		STEP(TIME, 7);
		STEP(APPLICATION, 3, 0x31);
		STEP(INDICATION, 0, 0, 0x20, 's');
		STEP(REPLY, 0, 0, 0, 0, 0x20);
		STEP(INDICATION, 0, 2, 0, 'a');
		STEP(INDICATION, 0, 4, 1, 'b');
		STEP(INDICATION, 0, 8, 0, 'c');
		snprintf(name, sizeof(name), "%s refused", dialects[dialect]);
		seed_write(name, bytes, length);
	}
	for (uint8_t dialect = 0; dialect < 5; dialect++) {
		begin(0, dialect);
		STEP(APPLICATION, 0, 0, 'o', 'n', 'e');
		STEP(FULL, 0);
		STEP(BIND, 0);
		STEP(INDICATION, 2, 0, 0, 't', 'w', 'o');
		STEP(APPLICATION, 1, 0, 's', 'i', 'x');
		STEP(TIME, 3);
		STEP(APPLICATION, 1, 0, 't', 'e', 'n');
		STEP(BIND, 0);
		snprintf(name, sizeof(name), "%s full", dialects[dialect]);
		seed_write(name, bytes, length);
	}
	return 0;
}
