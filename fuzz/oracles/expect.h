/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdio.h>
#include <stdlib.h>

/* What an oracle says when it is broken: the condition and where it stands, and the end of the
 * process, which libFuzzer reports as a finding. */
#define EXPECT(condition, ...)                                                                     \
	do {                                                                                           \
		if (!(condition)) {                                                                        \
			fprintf(stderr, "%s:%d: oracle broken: %s: ", __FILE__, __LINE__, #condition);         \
			fprintf(stderr, __VA_ARGS__);                                                          \
			fputc('\n', stderr);                                                                   \
			abort();                                                                               \
		}                                                                                          \
	} while (0)
