/* SPDX-License-Identifier: MIT */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "world/world.h"

/* libnice's debug messages: not asked for, they cost nothing; asked for, they are written where
 * nobody reads them, because what they print can be as wrong as anything else. Who looks into a
 * finding sets ICELAB_LOG in the environment and has them on standard error. */

static bool wanted;
static bool shown;
static bool hushed;

void icelab_world_hush(bool on)
{
	hushed = on;
}

void icelab_world_set_log(bool on)
{
	shown = getenv("ICELAB_LOG") != NULL;
	wanted = on || shown;
}

gboolean __wrap_nice_debug_is_enabled(void);
gboolean __wrap_nice_debug_is_enabled(void)
{
	return wanted;
}

gboolean __wrap_nice_debug_is_verbose(void);
gboolean __wrap_nice_debug_is_verbose(void)
{
	return wanted && !hushed;
}

static void G_GNUC_PRINTF(1, 0) write_down(const char *format, va_list arguments)
{
	char text[512];

	if (wanted)
		g_vsnprintf(text, sizeof(text), format, arguments);
	if (shown)
		fprintf(stderr, "%s\n", text);
}

void __wrap_nice_debug(const char *format, ...) G_GNUC_PRINTF(1, 2);
void __wrap_nice_debug(const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	write_down(format, arguments);
	va_end(arguments);
}

void __wrap_nice_debug_verbose(const char *format, ...) G_GNUC_PRINTF(1, 2);
void __wrap_nice_debug_verbose(const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	write_down(format, arguments);
	va_end(arguments);
}
