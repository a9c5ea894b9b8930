/* SPDX-License-Identifier: MIT */
#include <glib/gstdio.h>
#include <string.h>

#include "adapter/browser.h"

/* Chromium, headless, as it comes. The policies are its own, so their names need no translation;
 * RFC 8828's mode 4 to the letter ("force_proxy") is none of them. */

#define VERSION_LIMIT 64
/* The hosts that it asks for on its own; a rule for all would keep it from IP literals, too. */
#define NOT_FOUND                                                                                  \
	"MAP *.google.com ^NOTFOUND, MAP *.googleapis.com ^NOTFOUND, MAP *.gstatic.com ^NOTFOUND, "    \
	"MAP *.gvt1.com ^NOTFOUND"

static const char *const programs[] = {"/usr/lib/chromium/chromium",
	"/usr/lib/chromium-browser/chromium-browser", "/opt/google/chrome/chrome",
	"/opt/chromium/chrome", NULL};
static const char *const policies[] = {"default", "default_public_and_private_interfaces",
	"default_public_interface_only", "disable_non_proxied_udp", "relay", NULL};
static const char *const features[] = {"consent", "sdp", "mdns", "web", "view", NULL};

/* What would talk to the world besides the page, or wait for a person. --no-sandbox: on the stage
 * there is no capability to make one with, and the stage is one. */
static const char *const quiet[] = {"--headless=new", "--no-sandbox", "--disable-gpu",
	"--disable-quic", "--no-first-run", "--no-default-browser-check",
	"--disable-background-networking", "--disable-component-update", "--disable-default-apps",
	"--disable-sync", "--disable-extensions", "--disable-domain-reliability", "--disable-breakpad",
	"--password-store=basic", "--use-mock-keychain", "--host-resolver-rules=" NOT_FOUND};

static const char *handling_of(const IcelabRequest *request)
{
	/* The page asks for that one: iceTransportPolicy. */
	return strcmp(request->policy, "relay") == 0 ? "default" : request->policy;
}

/* Where a person's choice, or an extension's, is kept. */
static gboolean write_preferences(const char *folder, const char *handling, GError **error)
{
	g_autofree char *profile = g_build_filename(folder, "Default", NULL);
	g_autofree char *path = g_build_filename(profile, "Preferences", NULL);
	g_autofree char *text =
		g_strdup_printf("{\"webrtc\":{\"ip_handling_policy\":\"%s\"}}\n", handling);

	if (g_mkdir(profile, 0700) != 0) {
		g_set_error(error, G_FILE_ERROR, G_FILE_ERROR_FAILED, "%s cannot be made", profile);
		return FALSE;
	}
	return g_file_set_contents(path, text, -1, error);
}

static gboolean prepare(const IcelabRequest *request, const char *page, const char *folder,
	GPtrArray *arguments, GString *detail, GError **error)
{
	const char *handling = handling_of(request);
	/* "http://HOST" of "http://HOST/?...". */
	g_autofree char *origin =
		g_strndup(page, (gsize)(strchr(page + strlen("http://"), '/') - page));

	for (gsize i = 0; i < G_N_ELEMENTS(quiet); i++)
		g_ptr_array_add(arguments, g_strdup(quiet[i]));
	g_ptr_array_add(arguments, g_strdup_printf("--user-data-dir=%s", folder));
	/* The one is heard by the full browser, the other by its headless shell. */
	g_ptr_array_add(arguments, g_strdup_printf("--webrtc-ip-handling-policy=%s", handling));
	g_ptr_array_add(arguments, g_strdup_printf("--force-webrtc-ip-handling-policy=%s", handling));
	g_string_append_printf(
		detail, "preference webrtc.ip_handling_policy and switches: %s", handling);
	if (strcmp(request->policy, "relay") == 0)
		g_string_append(detail, "; RTCConfiguration iceTransportPolicy: relay");
	if (request->consent) {
		/* The first of them alone grants everything: only where consent is asked for. */
		g_ptr_array_add(arguments, g_strdup("--use-fake-ui-for-media-stream"));
		g_ptr_array_add(arguments, g_strdup("--use-fake-device-for-media-stream"));
		g_ptr_array_add(
			arguments, g_strdup_printf("--unsafely-treat-insecure-origin-as-secure=%s", origin));
		g_string_append(detail, "; getUserMedia with --use-fake-ui-for-media-stream");
	}
	return write_preferences(folder, handling, error);
}

static const IcelabBrowser chromium = {
	.programs = programs,
	.variable = "ICELAB_CHROMIUM",
	.package = "chromium",
	.prepare = prepare,
	.has_devtools = TRUE,
};

/* "Chromium 156.0.8078.79 built on ..." */
static void ask_version(const char *program, char version[VERSION_LIMIT])
{
	const char *const command[] = {program, "--version", NULL};
	g_autofree char *text = NULL;

	if (!g_spawn_sync("/", (char **)command, NULL, G_SPAWN_STDERR_TO_DEV_NULL, NULL, NULL, &text,
			NULL, NULL, NULL))
		return;
	g_auto(GStrv) words = g_strsplit_set(text, " \n", -1);

	for (gsize i = 0; words[i] != NULL; i++) {
		if (g_ascii_isdigit(words[i][0])) {
			g_strlcpy(version, words[i], VERSION_LIMIT);
			return;
		}
	}
}

int main(int argc, char **argv)
{
	const char *program = icelab_browser_find(&chromium, "chromium");
	char version[VERSION_LIMIT] = "unknown";
	IcelabImplementation implementation = {
		.name = "chromium",
		.version = version,
		.policies = policies,
		.features = features,
		.issues = "https://issues.webrtc.org/",
		.deadline_ms = ICELAB_BROWSER_DEADLINE_MS,
	};

	if (argc > 1)
		ask_version(program, version);
	return icelab_browser_gather(&chromium, program, icelab_kit_start(argc, argv, &implementation));
}
