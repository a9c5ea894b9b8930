/* SPDX-License-Identifier: MIT */
#include <glib/gstdio.h>
#include <string.h>

#include "adapter/browser.h"
#include "adapter/chromium_log.h"

/* Chromium, headless, as it comes. The policies are its own, so their names need no translation;
 * RFC 8828's mode 4 to the letter ("force_proxy") is none of them. */

#define VERSION_LIMIT 64
/* Debian's place for an administrator's files; there as soon as the browser is installed. */
#define MANAGEMENT "/etc/chromium"
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

/* The ways to tell it a policy, one executable each: what a person or an extension chooses is kept
 * in the profile; an administrator's choice is a file; and embedders use the command line. */
static void add_switch(const char *handling, IcelabBrowserPlan *plan)
{
	/* The one is heard by the full browser, the other by its headless shell. */
	g_ptr_array_add(plan->arguments, g_strdup_printf("--webrtc-ip-handling-policy=%s", handling));
	g_ptr_array_add(
		plan->arguments, g_strdup_printf("--force-webrtc-ip-handling-policy=%s", handling));
	g_string_append_printf(plan->detail, "switch --webrtc-ip-handling-policy=%s", handling);
}

static gboolean write_file(const char *folder, const char *below, const char *name, GError **error,
	const char *format, const char *handling)
{
	g_autofree char *deeper = g_build_filename(folder, below, NULL);
	g_autofree char *path = g_build_filename(deeper, name, NULL);
	g_autoptr(GString) text = g_string_new(format);

	g_string_replace(text, "%", handling, 0);
	if (g_mkdir_with_parents(deeper, 0755) != 0) {
		g_set_error(error, G_FILE_ERROR, G_FILE_ERROR_FAILED, "%s cannot be made", deeper);
		return FALSE;
	}
	return g_file_set_contents(path, text->str, -1, error);
}

static gboolean tell_by_preference(const char *handling, IcelabBrowserPlan *plan, GError **error)
{
	g_string_append_printf(plan->detail, "preference webrtc.ip_handling_policy: %s", handling);
	return write_file(plan->folder, "Default", "Preferences", error,
		"{\"webrtc\":{\"ip_handling_policy\":\"%\"}}\n", handling);
}

static gboolean tell_by_switch(
	const char *handling, IcelabBrowserPlan *plan, G_GNUC_UNUSED GError **error)
{
	add_switch(handling, plan);
	return TRUE;
}

/* The contrary preference shows that an administrator's choice beats it. */
static gboolean tell_by_management(const char *handling, IcelabBrowserPlan *plan, GError **error)
{
	const char *contrary = strcmp(handling, "default") == 0 ? "disable_non_proxied_udp" : "default";

	plan->covered = g_strdup(MANAGEMENT);
	plan->shown = g_build_filename(plan->folder, "management", NULL);
	g_string_append_printf(plan->detail,
		"managed policy WebRtcIPHandling: %s, beside the preference webrtc.ip_handling_policy: %s",
		handling, contrary);
	return write_file(plan->folder, "Default", "Preferences", error,
			   "{\"webrtc\":{\"ip_handling_policy\":\"%\"}}\n", contrary) &&
		   write_file(plan->shown, "policies/managed", "icelab.json", error,
			   "{\"WebRtcIPHandling\":\"%\"}\n", handling);
}

/* For comparison: what the names of mDNS hide. */
static gboolean tell_without_names(const char *handling, IcelabBrowserPlan *plan, GError **error)
{
	g_ptr_array_add(plan->arguments, g_strdup("--disable-features=WebRtcHideLocalIpsWithMdns"));
	g_string_append(plan->detail, "--disable-features=WebRtcHideLocalIpsWithMdns, ");
	return tell_by_preference(handling, plan, error);
}

static const struct {
	const char *name;
	gboolean (*tell)(const char *handling, IcelabBrowserPlan *plan, GError **error);
} means[] = {
	{"chromium", tell_by_preference},
	{"chromium-switch", tell_by_switch},
	{"chromium-managed", tell_by_management},
	{"chromium-no-mdns", tell_without_names},
};

static gboolean tell(const char *handling, IcelabBrowserPlan *plan, GError **error)
{
	for (gsize i = 0; i < G_N_ELEMENTS(means); i++) {
		if (strcmp(means[i].name, ICELAB_ADAPTER_NAME) == 0)
			return means[i].tell(handling, plan, error);
	}
	g_return_val_if_reached(FALSE);
}

/* The first of the switches alone grants everything: only where consent is asked for. */
static void add_consent(const char *origin, IcelabBrowserPlan *plan)
{
	g_ptr_array_add(plan->arguments, g_strdup("--use-fake-ui-for-media-stream"));
	g_ptr_array_add(plan->arguments, g_strdup("--use-fake-device-for-media-stream"));
	g_ptr_array_add(
		plan->arguments, g_strdup_printf("--unsafely-treat-insecure-origin-as-secure=%s", origin));
	g_string_append(plan->detail, "; getUserMedia with --use-fake-ui-for-media-stream");
}

static gboolean prepare(
	const IcelabRequest *request, const char *page, IcelabBrowserPlan *plan, GError **error)
{
	const char *handling = handling_of(request);
	/* "http://HOST" of "http://HOST/?...". */
	g_autofree char *origin =
		g_strndup(page, (gsize)(strchr(page + strlen("http://"), '/') - page));

	for (gsize i = 0; i < G_N_ELEMENTS(quiet); i++)
		g_ptr_array_add(plan->arguments, g_strdup(quiet[i]));
	g_ptr_array_add(plan->arguments, g_strdup(ICELAB_CHROMIUM_LOG_SWITCH));
	g_ptr_array_add(plan->arguments, g_strdup(ICELAB_CHROMIUM_LOG_MODULES));
	g_ptr_array_add(plan->arguments, g_strdup_printf("--user-data-dir=%s", plan->folder));
	icelab_policy_proof_expect(plan->proof, "policy", handling);
	/* The other policies ask for no permission. */
	if (strcmp(handling, "default") == 0)
		icelab_policy_proof_expect(
			plan->proof, "permission", request->consent ? "granted" : "denied");
	if (!tell(handling, plan, error))
		return FALSE;
	/* That name is one of an enumeration: a browser that did not know it would throw. */
	if (strcmp(request->policy, "relay") == 0)
		g_string_append(plan->detail, "; RTCConfiguration iceTransportPolicy: relay");
	if (request->consent)
		add_consent(origin, plan);
	return TRUE;
}

static const IcelabBrowser chromium = {
	.programs = programs,
	.variable = "ICELAB_CHROMIUM",
	.package = "chromium",
	.says = "the renderer's log of its routing preferences",
	.prepare = prepare,
	.listen = icelab_chromium_log_take,
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
	const char *program = icelab_browser_find(&chromium, ICELAB_ADAPTER_NAME);
	char version[VERSION_LIMIT] = "unknown";
	IcelabImplementation implementation = {
		.name = ICELAB_ADAPTER_NAME,
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
