/* SPDX-License-Identifier: MIT */
#pragma once

#include <glib.h>
#include <sys/types.h>

/* Where an implementation under test runs: inside the sandbox, with processes, mounts and IPC of
 * its own on top, in the network namespace of one node, without any capability, under a limit of
 * processes. Ending the stage ends every process that was started on it, however it detached
 * itself. */

typedef struct {
	char **argv;        /* argv[0] is the path of the program */
	char **environment; /* NULL-terminated "NAME=VALUE": in place of the caller's values of these
						   names */
	int network;        /* descriptor of the network namespace, or -1 to stay in the caller's */
	int input;          /* becomes standard input; likewise output and errors */
	int output;
	int errors;
	guint process_limit; /* threads count (setrlimit(2), RLIMIT_NPROC) */
	gboolean terminal;   /* a person's shell: keeps capabilities and the controlling terminal */
	const char *socket;  /* one in /tmp that is to be reachable, or NULL: an X server's */
} IcelabStage;

/* Starts argv on a stage. Returns the pid of the stage's first process, or -1 with errno. Its exit
 * status is that of the program, 128 + N where signal N ended it, ICELAB_STAGE_NOT_SET_UP or
 * ICELAB_STAGE_NOT_STARTED with a line on `errors`. */
pid_t icelab_stage_start(const IcelabStage *stage);

enum {
	ICELAB_STAGE_NOT_SET_UP = 125,
	ICELAB_STAGE_NOT_STARTED = 126,
};
