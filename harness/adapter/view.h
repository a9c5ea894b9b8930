/* SPDX-License-Identifier: MIT */
#pragma once

#include "adapter/browser.h"

/* A browser that shows the page's audit to a person, prepared as it is for a gathering. */

/* The variable of the environment that asks for it in place of a gathering:
 *
 *	window   in a window of DISPLAY, until the person closes it; ICELAB_XAUTHORITY holds the
 *	         display's cookies in base64, where it wants some
 *	text     without a window; on standard output the audit: {"text": LINE} a line; or why there
 *	         is none: {"failed": LINE}
 *	picture  the same, and at the end {"picture": PNG in base64}
 */
#define ICELAB_VIEW "ICELAB_VIEW"

/* FALSE and `error` where there is no such way, the browser ends too early, or nothing is shown
 * within the request's deadline. */
gboolean icelab_browser_view(const IcelabBrowser *browser, const char *program,
	const IcelabRequest *request, const char *how, GError **error);
