/* SPDX-License-Identifier: MIT */
#pragma once

#include <glib.h>

#include "run/plan.h"

/* What the subcommands share: exit codes, the options that name folders, and how a failure is told.
 */

enum {
	ICELAB_EXIT_PASS = 0,
	ICELAB_EXIT_FAIL = 1,    /* a cell failed */
	ICELAB_EXIT_USAGE = 2,   /* the command line, a scenario file or an output folder is wrong */
	ICELAB_EXIT_SKIP = 77,   /* nothing could run on this machine */
	ICELAB_EXIT_BROKEN = 99, /* the lab or an adapter broke: nothing of it was judged */
};

/* Reads the command line; also takes --netns, --scenarios and --adapters into *folders. On --help
 * it prints and exits with 0, on an error it prints one line and exits with ICELAB_EXIT_USAGE.
 * `summary` stands below the usage line. */
void icelab_parse_options(int *argc, char ***argv, const GOptionEntry *entries,
	const char *parameters, const char *summary, IcelabFolders *folders);

/* Prints "icelab: MESSAGE" as one printable line: it can quote a file that anybody wrote. */
void icelab_say(const GError *error);

/* The same, and returns the exit code that belongs to the error: skip or broken where the machine
 * denied a sandbox or a lab, else usage. */
int icelab_tell(const GError *error);

/* Whether skipping counts as failing: ICELAB_MUST_WORK or CI is set. */
gboolean icelab_must_work(void);

/* Where this user may not make a sandbox, but may become root without a password: starts the
 * program again as root and never returns. Otherwise it returns. `argv` is the command line from
 * the name of the command on, as it was given. */
void icelab_elevate(char **argv, const GError *error);

/* Gives what root wrote back to the person who started the program. */
void icelab_give_back(const char *folder);
