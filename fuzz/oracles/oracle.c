/* SPDX-License-Identifier: MIT */
#include "oracles/oracle.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

void icelab_oracle_failed(const char *name, const char *format, ...)
{
	va_list arguments;

	fprintf(stderr, "icelab oracle: %s: ", name);
	va_start(arguments, format);
	vfprintf(stderr, format, arguments);
	va_end(arguments);
	fputc('\n', stderr);
	abort();
}
