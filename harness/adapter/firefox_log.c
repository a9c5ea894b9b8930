/* SPDX-License-Identifier: MIT */
#include "adapter/firefox_log.h"

#include <string.h>

#define SAYS "icelab: "

const char icelab_firefox_defaults[] =
	"pref(\"general.config.filename\", \"" ICELAB_FIREFOX_SCRIPT "\");\n"
	"pref(\"general.config.obscure_value\", 0);\n"
	"pref(\"general.config.sandbox_enabled\", false);\n"
	"pref(\"browser.dom.window.dump.enabled\", true);\n";

/* The browser leaves out the first line. Other processes of it write to the same pipe, so each
 * statement begins a line of its own. The values are those of the moment when the page's first
 * report leaves, which is before it gathers; the branch of defaults holds a preference exactly if
 * this browser's code has it. */
static const char script[] =
	"//\n"
	"const names = [%s];\n"
	"function tell(name) {\n"
	"	const {prefs} = Services;\n"
	"	const types = {[prefs.PREF_BOOL]: 'Bool', [prefs.PREF_INT]: 'Int', "
	"[prefs.PREF_STRING]: 'Char'};\n"
	"	const type = types[prefs.getDefaultBranch('').getPrefType(name)];\n"
	"	dump(`\\n" SAYS "${name} = ${type ? prefs[`get${type}Pref`](name) : 'unknown'}\\n`);\n"
	"}\n"
	"try {\n"
	"	const observer = {observe(channel, topic) {\n"
	"		if (!channel.QueryInterface(Ci.nsIChannel).URI.pathQueryRef.startsWith('/report/'))\n"
	"			return;\n"
	"		Services.obs.removeObserver(observer, topic);\n"
	"		names.forEach(tell);\n"
	"	}};\n"
	"	Services.obs.addObserver(observer, 'http-on-modify-request');\n"
	"} catch (error) {\n"
	"	dump(`\\n" SAYS "${error}\\n`);\n"
	"}\n";

char *icelab_firefox_script(const char *const *preferences)
{
	g_autoptr(GString) names = g_string_new(NULL);

	for (gsize i = 0; preferences[i] != NULL; i++)
		g_string_append_printf(names, "%s'%s'", i > 0 ? ", " : "", preferences[i]);
	return g_strdup_printf(script, names->str);
}

void icelab_firefox_log_take(const char *line, gsize length, IcelabPolicyProof *proof)
{
	gsize skipped = strlen(SAYS);
	const char *equals;

	if (length < skipped || memcmp(line, SAYS, skipped) != 0)
		return;
	line += skipped;
	length -= skipped;
	equals = memmem(line, length, " = ", 3);
	if (equals != NULL)
		icelab_policy_proof_state(
			proof, line, (gsize)(equals - line), equals + 3, (gsize)(line + length - equals - 3));
}
