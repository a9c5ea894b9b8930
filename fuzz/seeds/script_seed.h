/* SPDX-License-Identifier: MIT */
#pragma once

#include <string.h>

#include "talk/script.h"

/* The script (talk/script.h) that is being written: a header of zeroes to be filled in, then steps.
 */
static uint8_t bytes[2048];
static size_t length;

static inline void script_begin(void)
{
	memset(bytes, 0, sizeof(bytes));
	length = ICELAB_SCRIPT_HEADER;
}

#define STEP(step, ...)                                                                            \
	do {                                                                                           \
		const uint8_t arguments[] = {__VA_ARGS__};                                                 \
		bytes[length++] = (step);                                                                  \
		bytes[length++] = sizeof(arguments);                                                       \
		memcpy(bytes + length, arguments, sizeof(arguments));                                      \
		length += sizeof(arguments);                                                               \
	} while (0)
