/* SPDX-License-Identifier: MIT */
/* The published vectors, read; attributes of each form, written. */
#include <stdio.h>

#include "seeds/conversation_seed.h"
#include "seeds/seed.h"
#include "stun/tests/vectors.h"

enum { READ, WRITE, ADDRESS, TABLES };

int main(int argc, char **argv)
{
	/* Type, how it is written, length, value. */
	static const uint8_t attributes[] = {
		0x00, 0x25, 0, 0,                                   /* USE-CANDIDATE */
		0x00, 0x24, 1, 4, 0x6E, 0x00, 0x01, 0xFF,           /* PRIORITY */
		0x80, 0x29, 2, 4, 0x93, 0x2F, 0xF9, 0xB1,           /* ICE-CONTROLLED */
		0x00, 0x06, 3, 5, 'e', 'v', 't', 'j', ':',          /* USERNAME */
		0x00, 0x09, 4, 4, 0, 0, 0, 187,                     /* ERROR-CODE 487 */
		0x80, 0x22, 5, 6, 'i', 'c', 'e', 'l', 'a', 'b',     /* SOFTWARE */
		0x00, 0x14, 5, 7, 'e', 'x', 'a', 'm', 'p', 'l', 'e' /* REALM */
	};
	char name[32];

	seed_start(argc, argv);
	for (uint8_t caller = 0; caller < 12; caller++) {
		seed_conversation(caller, 0, 0);
		for (size_t i = 0; i < sizeof vectors / sizeof *vectors; i++)
			seed_step(READ, (uint8_t)(i & 1 ? 0x80 : 0), 0, (uint8_t)(i * 37), vectors[i].bytes,
				vectors[i].length);
		seed_step(WRITE, 0x80, 0, 0, attributes, sizeof attributes);
		seed_step(WRITE, 0x01, 64 + 20, 0, attributes, sizeof attributes);
		seed_step(ADDRESS, 0x04, 0, 0, NULL, 0);
		seed_step(ADDRESS, 0x45, 0, 0, NULL, 0);
		seed_step(ADDRESS, 0xC5, 0, 0, NULL, 0);
		seed_step(TABLES, 0, 0, 0, NULL, 0);
		snprintf(name, sizeof name, "caller %u", caller);
		seed_end(name);
	}
	/* Room that ends at each word of what is written. */
	for (uint8_t words = 5; words < 60; words += 6) {
		seed_conversation(4, 0, 0);
		for (uint8_t more = 0; more < 6; more++) {
			seed_step(WRITE, 0x80, (uint8_t)(64 + words + more), 0, attributes, sizeof attributes);
			seed_step(ADDRESS, (uint8_t)(0x04 | (more & 3) << 6 | (more & 1)),
				(uint8_t)(64 + words + more), 0, NULL, 0);
		}
		snprintf(name, sizeof name, "room %u", words);
		seed_end(name);
	}
	return 0;
}
