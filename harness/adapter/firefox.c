/* SPDX-License-Identifier: MIT */
#include <stdlib.h>
#include <string.h>

#include "adapter/browser.h"
#include "adapter/firefox_installation.h"
#include "adapter/firefox_log.h"

/* Firefox, headless, as it comes. Its policies are preferences; browser.privacy.network.
 * webRTCIPHandlingPolicy (toolkit/components/extensions/parent/ext-privacy.js) says which of them
 * stand for the common names. Its disable_non_proxied_udp is RFC 8828's mode 4 with the way out
 * that the RFC leaves where there is no proxy; that is what "force_proxy" asks for, too. */

#define VERSION_LIMIT 64
#define VERSION_KEY "Version="

static const char *const programs[] = {
	"/usr/lib/firefox-esr/firefox-esr", "/usr/lib/firefox/firefox", "/opt/firefox/firefox", NULL};
static const char *const policies[] = {"default", "default_public_and_private_interfaces",
	"default_public_interface_only", "disable_non_proxied_udp", "force_proxy", "relay", NULL};
static const char *const features[] = {"consent", "sdp", "mdns", "web", "view", NULL};

#define ICE "media.peerconnection.ice."

/* Each name sets those up to its own. */
static const struct {
	const char *policy;
	const char *preference;
} steps[] = {
	{"default", NULL},
	{"default_public_and_private_interfaces", ICE "default_address_only"},
	{"default_public_interface_only", ICE "no_host"},
	{"disable_non_proxied_udp", ICE "proxy_only_if_behind_proxy"},
};

/* What would talk to the world besides the page, or wait for a person. */
static const char quiet[] =
	"user_pref(\"app.normandy.enabled\", false);\n"
	"user_pref(\"app.update.enabled\", false);\n"
	"user_pref(\"browser.aboutwelcome.enabled\", false);\n"
	"user_pref(\"browser.newtabpage.enabled\", false);\n"
	"user_pref(\"browser.region.network.url\", \"\");\n"
	"user_pref(\"browser.safebrowsing.downloads.enabled\", false);\n"
	"user_pref(\"browser.safebrowsing.malware.enabled\", false);\n"
	"user_pref(\"browser.safebrowsing.phishing.enabled\", false);\n"
	"user_pref(\"browser.search.update\", false);\n"
	"user_pref(\"browser.shell.checkDefaultBrowser\", false);\n"
	"user_pref(\"browser.startup.homepage_override.mstone\", \"ignore\");\n"
	"user_pref(\"browser.startup.page\", 0);\n"
	"user_pref(\"datareporting.healthreport.uploadEnabled\", false);\n"
	"user_pref(\"datareporting.policy.dataSubmissionEnabled\", false);\n"
	"user_pref(\"dom.push.connection.enabled\", false);\n"
	"user_pref(\"dom.security.https_only_mode\", false);\n"
	"user_pref(\"dom.security.https_first\", false);\n"
	"user_pref(\"extensions.getAddons.cache.enabled\", false);\n"
	"user_pref(\"extensions.systemAddon.update.enabled\", false);\n"
	"user_pref(\"extensions.update.enabled\", false);\n"
	"user_pref(\"media.gmp-manager.updateEnabled\", false);\n"
	"user_pref(\"network.captive-portal-service.enabled\", false);\n"
	"user_pref(\"network.connectivity-service.enabled\", false);\n"
	"user_pref(\"network.dns.disablePrefetch\", true);\n"
	/* A server that is none: what Firefox takes for the one of its tests. */
	"user_pref(\"services.settings.server\", \"data:,#remote-settings-dummy/v1\");\n"
	"user_pref(\"browser.newtabpage.activity-stream.unifiedAds.endpoint\", \"\");\n"
	"user_pref(\"network.http.speculative-parallel-limit\", 0);\n"
	"user_pref(\"network.prefetch-next\", false);\n"
	"user_pref(\"network.trr.mode\", 5);\n"
	"user_pref(\"toolkit.telemetry.enabled\", false);\n"
	"user_pref(\"toolkit.telemetry.server\", \"\");\n"
	"user_pref(\"toolkit.telemetry.unified\", false);\n"
	"user_pref(\"telemetry.fog.test.localhost_port\", -1);\n";

/* All of them are read back: what the policy does not set must be off. */
static const char *const told[] = {ICE "default_address_only", ICE "no_host", ICE "proxy_only",
	ICE "proxy_only_if_behind_proxy", "permissions.default.microphone", NULL};

typedef struct {
	GString *preferences; /* user.js: a person's choice, or an extension's */
	GString *locked;      /* policies.json: an administrator's; NULL where there is none */
	IcelabBrowserPlan *plan;
} Setting;

static void set(const Setting *setting, const char *name, const char *value)
{
	g_string_append_printf(setting->preferences, "user_pref(\"%s\", %s);\n", name, value);
	g_string_append_printf(setting->plan->detail, "%s%s = %s",
		setting->plan->detail->len > 0 ? ", " : "", name, value);
}

/* The contrary preference shows that an administrator's choice beats it. */
static void lock(const Setting *setting, const char *name)
{
	g_string_append_printf(setting->locked, "%s\"%s\": {\"Value\": true, \"Status\": \"locked\"}",
		setting->locked->len > 0 ? ", " : "", name);
	g_string_append_printf(setting->plan->detail, "%smanaged %s = true beside the preference",
		setting->plan->detail->len > 0 ? ", " : "", name);
	g_string_append_printf(setting->preferences, "user_pref(\"%s\", false);\n", name);
}

static void set_policy(const IcelabRequest *request, const Setting *setting)
{
	const char *policy = request->policy;
	gboolean on = TRUE;

	if (strcmp(policy, "force_proxy") == 0)
		policy = "disable_non_proxied_udp";
	/* The page asks for that one: iceTransportPolicy. */
	if (strcmp(policy, "relay") == 0)
		policy = "default";
	/* The first step is no preference, so "default" ends before any. */
	for (gsize i = 0; i < G_N_ELEMENTS(steps); i++) {
		const char *preference = steps[i].preference;

		if (preference != NULL) {
			if (on && setting->locked != NULL)
				lock(setting, preference);
			else if (on)
				set(setting, preference, "true");
			icelab_policy_proof_expect(setting->plan->proof, preference, on ? "true" : "false");
		}
		on &= strcmp(steps[i].policy, policy) != 0;
	}
}

/* Beside the program, where an administrator may put it. */
static gboolean write_policies(const char *installation, const GString *locked, GError **error)
{
	g_autofree char *folder = g_build_filename(installation, "distribution", NULL);
	g_autofree char *path = g_build_filename(folder, "policies.json", NULL);
	g_autofree char *text =
		g_strdup_printf("{\"policies\": {\"Preferences\": {%s}}}\n", locked->str);

	if (g_mkdir_with_parents(folder, 0700) != 0) {
		g_set_error(error, G_FILE_ERROR, G_FILE_ERROR_FAILED, "%s cannot be made", folder);
		return FALSE;
	}
	return g_file_set_contents(path, text, -1, error);
}

static gboolean install(const Setting *setting, GError **error)
{
	IcelabBrowserPlan *plan = setting->plan;
	g_autofree char *folder = g_build_filename(plan->folder, "installation", NULL);
	char *program;

	if (setting->locked != NULL && !write_policies(folder, setting->locked, error))
		return FALSE;
	program = icelab_firefox_install(plan->program, folder, told, error);
	if (program == NULL)
		return FALSE;
	g_free(plan->program);
	plan->program = program;
	return TRUE;
}

static gboolean prepare(const IcelabRequest *request, G_GNUC_UNUSED const char *page,
	IcelabBrowserPlan *plan, GError **error)
{
	g_autofree char *path = g_build_filename(plan->folder, "user.js", NULL);
	g_autoptr(GString) preferences = g_string_new(quiet);
	g_autoptr(GString) locked = g_string_new(NULL);
	const Setting setting = {
		preferences, strcmp(ICELAB_ADAPTER_NAME, "firefox-managed") == 0 ? locked : NULL, plan};

	set_policy(request, &setting);
	/* The kept permission is what lifts the restriction, whether the page asks for it or not. */
	if (request->consent)
		set(&setting, "permissions.default.microphone", "1");
	icelab_policy_proof_expect(
		plan->proof, "permissions.default.microphone", request->consent ? "1" : "0");
	icelab_policy_proof_expect(plan->proof, ICE "proxy_only", "false");
	/* That name is one of an enumeration: a browser that did not know it would throw. */
	if (strcmp(request->policy, "relay") == 0)
		g_string_append(plan->detail, "RTCConfiguration iceTransportPolicy: relay");
	if (plan->detail->len == 0)
		g_string_append(plan->detail, "no preference about ICE set");
	g_ptr_array_add(plan->arguments, g_strdup("--headless"));
	g_ptr_array_add(plan->arguments, g_strdup("--no-remote"));
	g_ptr_array_add(plan->arguments, g_strdup("--profile"));
	g_ptr_array_add(plan->arguments, g_strdup(plan->folder));
	/* Without it the server of remote settings is not to be changed, and is asked for by name. */
	setenv("MOZ_REMOTE_SETTINGS_DEVTOOLS", "1", 1);
	setenv("MOZ_CRASHREPORTER_DISABLE", "1", 1);
	/* In a user namespace of one user its sandbox can make another one, but not map users into it,
	 * and its processes crash. It goes without, and keeps the rest of the sandbox. */
	setenv("MOZ_ASSUME_USER_NS", "0", 1);
	return g_file_set_contents(path, preferences->str, -1, error) && install(&setting, error);
}

static const IcelabBrowser firefox = {
	.programs = programs,
	.variable = "ICELAB_FIREFOX",
	.package = "firefox-esr",
	.says = "its own script",
	.prepare = prepare,
	.listen = icelab_firefox_log_take,
};

/* "Version=153.7.0" in application.ini beside the program: to start it takes a second. */
static void read_version(const char *program, char version[VERSION_LIMIT])
{
	g_autofree char *real = realpath(program, NULL);
	g_autofree char *folder = g_path_get_dirname(real != NULL ? real : program);
	g_autofree char *path = g_build_filename(folder, "application.ini", NULL);
	g_autofree char *text = NULL;

	/* Its comments are no comments to GKeyFile. */
	if (!g_file_get_contents(path, &text, NULL, NULL))
		return;
	g_auto(GStrv) lines = g_strsplit(text, "\n", -1);

	for (gsize i = 0; lines[i] != NULL; i++) {
		if (g_str_has_prefix(lines[i], VERSION_KEY)) {
			g_strlcpy(version, lines[i] + strlen(VERSION_KEY), VERSION_LIMIT);
			return;
		}
	}
}

int main(int argc, char **argv)
{
	const char *program = icelab_browser_find(&firefox, ICELAB_ADAPTER_NAME);
	char version[VERSION_LIMIT] = "unknown";
	IcelabImplementation implementation = {
		.name = ICELAB_ADAPTER_NAME,
		.version = version,
		.policies = policies,
		.features = features,
		.issues = "https://bugzilla.mozilla.org/"
				  "enter_bug.cgi?product=Core&component=WebRTC:%20Networking",
		.deadline_ms = ICELAB_BROWSER_DEADLINE_MS,
	};

	if (argc > 1)
		read_version(program, version);
	return icelab_browser_gather(&firefox, program, icelab_kit_start(argc, argv, &implementation));
}
