/* SPDX-License-Identifier: MIT */
#pragma once

#include "lab/sandbox.h"

/* Tests that need a network run in sandboxes. */

/* Runs `body` in a sandbox and returns its exit status. Skips the test where this machine lets no
 * sandbox be made; with CI=true or ICELAB_MUST_WORK it fails. */
int inside(IcelabSandboxBody body, gpointer data);

/* The same, started only; the caller waits. */
pid_t inside_start(IcelabSandboxBody body, gpointer data, const int *keep, gsize keep_count);

/* In a body, where cmocka's own assertions cannot be used: ends it with status 1. */
#define CHECK(condition)                                                                           \
	do {                                                                                           \
		if (!(condition)) {                                                                        \
			fprintf(stderr, "%s:%d: not so: %s\n", __FILE__, __LINE__, #condition);                \
			return 1;                                                                              \
		}                                                                                          \
	} while (0)

/* Runs a shell command; whether it succeeded. */
gboolean command(const char *format, ...) G_GNUC_PRINTF(1, 2);

/* Waits until `descriptor`, the reading end of a pipe, is closed by everybody who could write to
 * it. FALSE after 10 s. */
gboolean closes(int descriptor);
