/* SPDX-License-Identifier: MIT */
#include "cli/display.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "cli/options.h"
#include "lab/topology.h"

#define SOCKETS "/tmp/.X11-unix/X"
#define COOKIES_LIMIT (64 * 1024) /* bytes: an argument of execve(2) has 128 KiB at most */

void icelab_display_free(IcelabDisplay *display)
{
	if (display == NULL)
		return;
	g_free(display->socket);
	g_free(display->display);
	g_free(display->cookies);
	g_free(display);
}

/* "0" of ":0" or ":0.1"; NULL for a display that is reached otherwise; caller frees. */
static char *local_number(const char *display)
{
	gsize length;

	if (g_str_has_prefix(display, "unix:"))
		display += strlen("unix");
	if (display[0] != ':')
		return NULL;
	length = strspn(display + 1, "0123456789");
	return length > 0 && length < 6 ? g_strndup(display + 1, length) : NULL;
}

static char *read_cookies(void)
{
	const char *given = g_getenv("XAUTHORITY");
	g_autofree char *path =
		given != NULL ? g_strdup(given) : g_build_filename(g_get_home_dir(), ".Xauthority", NULL);
	g_autofree char *bytes = NULL;
	gsize length;

	if (!g_file_get_contents(path, &bytes, &length, NULL) || length > COOKIES_LIMIT)
		return NULL;
	return g_base64_encode((const guchar *)bytes, length);
}

IcelabDisplay *icelab_display_find(GError **error)
{
	const char *given = g_getenv("DISPLAY");
	g_autofree char *number = given != NULL ? local_number(given) : NULL;
	g_autofree char *path = number != NULL ? g_strconcat(SOCKETS, number, NULL) : NULL;
	IcelabDisplay *display;
	struct stat status;

	if (path == NULL || stat(path, &status) != 0 || !S_ISSOCK(status.st_mode)) {
		g_set_error(error, ICELAB_LAB_ERROR, ICELAB_LAB_ERROR_SKIP,
			"no window can be opened: %s; use --text or --screenshot FILE, or set DISPLAY to an X "
			"server (or Xwayland) of this machine",
			given == NULL    ? "DISPLAY is not set"
			: number == NULL ? "DISPLAY names no X server of this machine"
							 : "nothing listens at DISPLAY");
		return NULL;
	}
	display = g_new0(IcelabDisplay, 1);
	display->socket = g_steal_pointer(&path);
	display->display = g_strconcat(":", number, NULL);
	display->cookies = read_cookies();
	return display;
}
