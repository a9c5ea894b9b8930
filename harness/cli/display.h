/* SPDX-License-Identifier: MIT */
#pragma once

#include <glib.h>

/* The person's X display, as far as it can be reached from a network of its own: by its socket,
 * which is a file; not by TCP and not by an abstract socket, which belong to the machine's network.
 */

typedef struct {
	char *socket;  /* "/tmp/.X11-unix/X0" */
	char *display; /* ":0" */
	char *cookies; /* what the file of XAUTHORITY holds, in base64; or NULL */
} IcelabDisplay;

/* NULL and `error` where there is none; it says what to do. */
IcelabDisplay *icelab_display_find(GError **error);
void icelab_display_free(IcelabDisplay *display);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(IcelabDisplay, icelab_display_free)
