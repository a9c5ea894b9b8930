/* SPDX-License-Identifier: MIT */
#include "seeds/seed.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>

static const char *folder;

void seed_start(int argc, char **argv)
{
	if (argc != 2) {
		fprintf(stderr, "Usage: %s FOLDER\n", argv[0]);
		exit(2);
	}
	folder = argv[1];
}

void seed_write(const char *name, const void *bytes, size_t length)
{
	char path[4096];
	int start = snprintf(path, sizeof path, "%s/", folder);
	int end = snprintf(path + start, sizeof path - (size_t)start, "%s", name) + start;
	for (int i = start; i < end; i++)
		if (!isalnum((unsigned char)path[i]))
			path[i] = '-';
	FILE *file = fopen(path, "wb");
	if (!file || fwrite(bytes, 1, length, file) != length || fclose(file) != 0) {
		perror(path);
		exit(1);
	}
}
