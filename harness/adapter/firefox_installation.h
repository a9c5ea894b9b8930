/* SPDX-License-Identifier: MIT */
#pragma once

#include <glib.h>

/* Firefox reads a script that may look at its preferences (AutoConfig) from nowhere but the folder
 * that its program lies in. So there is a folder like the one it was installed in: the program as a
 * copy, since it looks where it really lies, everything else as links, and the script beside them.
 */

/* Makes in `folder` what it does not have yet of a program's installation; `preferences` is what
 * the script is to tell (firefox_log.h). Returns the program's path in it, caller frees; or NULL
 * and `error`. */
char *icelab_firefox_install(
	const char *program, const char *folder, const char *const *preferences, GError **error);
