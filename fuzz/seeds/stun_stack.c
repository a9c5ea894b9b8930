/* SPDX-License-Identifier: MIT */
/* The published vectors, read; a message of each class, built. */
#include "seeds/conversation_seed.h"
#include "seeds/seed.h"
#include "stun/tests/vectors.h"

enum { READ, BUILD };
enum { FIELDS = 0x3F };

int main(int argc, char **argv)
{
	seed_start(argc, argv);
	for (size_t i = 0; i < sizeof vectors / sizeof *vectors; i++) {
		seed_conversation(0, 0, 0);
		seed_step(READ, 0, 0, 0, vectors[i].bytes, vectors[i].length);
		/* The same without its sums, and with the right ones. */
		seed_step(READ, 0, 0x3A, 1, vectors[i].bytes, vectors[i].length);
		seed_end(vectors[i].name);
	}
	seed_conversation(0, 0, 0);
	for (uint8_t message_class = 0; message_class < 4; message_class++)
		seed_step(BUILD, (uint8_t)(message_class | 4), 0, FIELDS, "user", 4);
	seed_end("built");
	return 0;
}
