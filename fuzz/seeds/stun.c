/* SPDX-License-Identifier: MIT */
/* Seeds that are one STUN message each: the published vectors. */
#include "seeds/seed.h"
#include "stun/tests/vectors.h"

int main(int argc, char **argv)
{
	seed_start(argc, argv);
	for (size_t i = 0; i < sizeof vectors / sizeof *vectors; i++)
		seed_write(vectors[i].name, vectors[i].bytes, vectors[i].length);
	return 0;
}
