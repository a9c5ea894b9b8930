/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "adapter/browser_process.h"
#include "adapter/devtools.h"
#include "model/json.h"

/* Uses the page as a person does, in a real Chromium: clicks, types, and reads what it shows, in
 * which colours. Run in the client of the scenario "lan":
 *
 *	page CHROMIUM FOLDER
 *
 * FOLDER is for the browser's profile. Prints what it did and what was wrong; exits with 1 where
 * something was. */

#define PAGE "http://192.0.2.80/"
#define PATIENCE_US (60 * G_USEC_PER_SEC)

static IcelabDevtools *devtools;
static int failures;

G_GNUC_NORETURN static void give_up(const char *what, const GError *error)
{
	printf("FAILED: %s: %s\n", what, error->message);
	exit(1);
}

static JsonObject *call(const char *method, const char *parameters)
{
	g_autoptr(GError) error = NULL;
	JsonObject *result = icelab_devtools_call(devtools, method, parameters, &error);

	if (result == NULL)
		give_up(method, error);
	return result;
}

/* The same where the answer says nothing. */
static void command(const char *method, const char *parameters)
{
	json_object_unref(call(method, parameters));
}

/* A JavaScript string. */
static char *quote(const char *text)
{
	g_autoptr(JsonNode) node = json_node_init_string(json_node_alloc(), text);

	return json_to_string(node, FALSE);
}

/* The value of an expression as text; waits where it is a promise. Caller frees. */
static char *evaluate(const char *script)
{
	g_autofree char *text = g_strdup_printf("(async () => String(await (%s)))()", script);
	g_autofree char *quoted = quote(text);
	g_autofree char *parameters =
		g_strdup_printf("{\"expression\":%s,\"awaitPromise\":true,\"returnByValue\":true}", quoted);
	g_autoptr(JsonObject) result = call("Runtime.evaluate", parameters);
	JsonObject *exception = icelab_json_object(result, "exceptionDetails");

	if (exception != NULL) {
		printf("FAILED: %s: %s\n", script,
			icelab_json_text(icelab_json_object(exception, "exception"), "description"));
		exit(1);
	}
	return g_strdup(icelab_json_text(icelab_json_object(result, "result"), "value"));
}

static void expect(const char *what, const char *script, const char *wanted)
{
	g_autofree char *value = evaluate(script);

	if (g_str_equal(value, wanted)) {
		printf("ok: %s\n", what);
		return;
	}
	printf("FAILED: %s: \"%s\", not \"%s\"\n", what, value, wanted);
	failures++;
}

/* Every change of the document is looked at, so that none is missed and none is slept for. */
static void wait_for_audit(void)
{
	g_autofree char *state =
		evaluate("new Promise(resolve => {"
				 "	const look = () => {"
				 "		if (document.getElementById('result')?.hidden === false)"
				 "			resolve('shown');"
				 "		else if (/failed|nothing to compare/.test("
				 "				document.getElementById('verdict')?.textContent))"
				 "			resolve(document.getElementById('verdict').textContent);"
				 "	};"
				 "	new MutationObserver(look).observe(document,"
				 "		{subtree: true, childList: true, attributes: true, characterData: true});"
				 "	look();"
				 "})");

	if (g_str_equal(state, "shown"))
		return;
	printf("FAILED: no audit: %s\n", state);
	exit(1);
}

static void mouse(const char *type, const char *x, const char *y)
{
	g_autofree char *parameters = g_strdup_printf(
		"{\"type\":\"%s\",\"x\":%s,\"y\":%s,\"button\":\"left\",\"clickCount\":1}", type, x, y);
	command("Input.dispatchMouseEvent", parameters);
}

/* Where a person would. */
static void click(const char *id)
{
	g_autofree char *script =
		g_strdup_printf("(element => { element.scrollIntoView({block: 'center'});"
						"	const box = element.getBoundingClientRect();"
						"	return `${box.x + box.width / 2} ${box.y + box.height / 2}`;"
						"})(document.getElementById('%s'))",
			id);
	g_autofree char *place = evaluate(script);
	g_auto(GStrv) words = g_strsplit(place, " ", 2);

	mouse("mousePressed", words[0], words[1]);
	mouse("mouseReleased", words[0], words[1]);
	printf("clicked: %s\n", id);
}

static void press(const char *type, const char *key, int code, const char *text, int modifiers)
{
	g_autofree char *parameters =
		g_strdup_printf("{\"type\":\"%s\",\"key\":\"%s\",\"windowsVirtualKeyCode\":%d,"
						"\"text\":\"%s\",\"modifiers\":%d,\"commands\":[%s]}",
			type, key, code, text, modifiers, modifiers != 0 ? "\"selectAll\"" : "");
	command("Input.dispatchKeyEvent", parameters);
}

/* Of the card in a list that shows an address: whether the colour of a part of it is red, or green.
 */
#define CARD(list, address)                                                                        \
	"[...document.querySelectorAll('#" list " > li')].find(card =>"                                \
	" card.querySelector('.address')?.textContent === '" address "')"
#define HUE                                                                                        \
	"(colour => { const [r, g, b] = colour.match(/\\d+/g).map(Number);"                            \
	" return r > 1.3 * Math.max(g, b) ? 'red' : g > 1.1 * Math.max(r, b) ? 'green' : 'neutral'; "  \
	"})"
#define HUE_OF(element) HUE "(getComputedStyle(" element ").color)"
#define EDGE_OF(element) HUE "(getComputedStyle(" element ").borderLeftColor)"

static void check_exposed(void)
{
	expect("the verdict", "document.getElementById('verdict').textContent",
		"This browser gave away this machine's address in the LAN.");
	expect("its colour", HUE_OF("document.getElementById('verdict')"), "red");
	expect("the title", "document.title",
		"icelab: This browser gave away this machine's address in the LAN.");
	expect("the protected address", CARD("learned", "192.168.1.10") "?.children[2].textContent",
		"lan4, this machine's address in the LAN: hidden by this network's purpose");
	expect(
		"its colour", HUE_OF(CARD("learned", "192.168.1.10") ".querySelector('.address')"), "red");
	expect("its edge", EDGE_OF(CARD("learned", "192.168.1.10")), "red");
	expect("its badge", CARD("learned", "192.168.1.10") ".querySelector('.badge').textContent",
		"exposed");
	expect("its first channel",
		CARD("learned", "192.168.1.10") ".querySelector('dt').firstChild.textContent",
		"host candidate");
	expect("the evidence",
		"/^candidate:.* 192\\.168\\.1\\.10 /.test(" CARD(
			"learned", "192.168.1.10") ".querySelector('dd').textContent)",
		"true");
	expect("nothing stayed hidden", "document.querySelectorAll('#kept .address').length", "0");
}

static void check_neutral(void)
{
	expect("an address that may be seen",
		CARD("learned", "203.0.113.10") "?.children[2].textContent",
		"isp4, your provider's address: may be seen");
	expect("its colour", HUE_OF(CARD("learned", "203.0.113.10") ".querySelector('.address')"),
		"neutral");
	expect("its edge", EDGE_OF(CARD("learned", "203.0.113.10")), "neutral");
	expect("what the server logged",
		"document.querySelector('#asked tbody').textContent.replace(/port \\d+/, 'port N')",
		"stun4203.0.113.10 port NUDPyour provider's address");
	expect("what passed the wire",
		"[...document.querySelectorAll('#wire tbody tr')].map(row => [...row.cells]"
		".slice(0, 4).map(cell => cell.textContent).join(' ')).filter(row => /stun$/.test(row))"
		".sort().join('; ')",
		"everyone in the LAN (router eth0) lan4 stun4 stun; "
		"the server (stun eth0) isp4 stun4 stun");
}

static void check_hidden(void)
{
	expect("the verdict", "document.getElementById('verdict').textContent",
		"This browser gave away nothing that this network is meant to hide.");
	expect("its colour", HUE_OF("document.getElementById('verdict')"), "green");
	expect("the address is not among those learned",
		CARD("learned", "192.168.1.10") " === undefined", "true");
	expect(
		"it is among those that stayed hidden", CARD("kept", "192.168.1.10") "?.className", "good");
	expect("its edge", EDGE_OF(CARD("kept", "192.168.1.10")), "green");
}

/* WCAG 2.2 1.4.3: 4.5 to 1 for text. */
static void check_contrast(const char *scheme)
{
	g_autofree char *parameters = g_strdup_printf(
		"{\"features\":[{\"name\":\"prefers-color-scheme\",\"value\":\"%s\"}]}", scheme);
	command("Emulation.setEmulatedMedia", parameters);
	g_autofree char *what = g_strdup_printf("text can be read in the %s scheme", scheme);

	expect(what,
		"(() => {"
		"	const parse = colour => colour.match(/[\\d.]+/g).map(Number);"
		"	const light = ([r, g, b]) => [r, g, b].map(c => c / 255).map(c =>"
		"		c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4)"
		"		.reduce((sum, c, i) => sum + c * [0.2126, 0.7152, 0.0722][i], 0);"
		"	const paper = element => { for (; element; element = element.parentElement) {"
		"		const c = parse(getComputedStyle(element).backgroundColor);"
		"		if (c.length < 4 || c[3] > 0) return c; } return [255, 255, 255]; };"
		"	const bad = [];"
		"	for (const element of document.querySelectorAll("
		"			'h1, h2, p:not([hidden]), li, .address, .badge, dt, dt span, dd, th, td, label,"
		"			button, input')) {"
		"		const a = light(parse(getComputedStyle(element).color));"
		"		const b = light(paper(element));"
		"		const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);"
		"		if (ratio < 4.5) bad.push(`${element.tagName}.${element.className} ${ratio}`);"
		"	}"
		"	return bad.join('; ');"
		"})()",
		"");
}

static void check_small_window(void)
{
	command("Emulation.setDeviceMetricsOverride",
		"{\"width\":360,\"height\":640,\"deviceScaleFactor\":1,\"mobile\":true}");

	expect("nothing hangs over the edge of a small window",
		"document.documentElement.scrollWidth <= 360", "true");
}

/* Returns when the new page has taken the old one's place. */
static void open_page(void)
{
	g_autoptr(JsonObject) result = call("Page.navigate", "{\"url\":\"" PAGE "\"}");

	if (!icelab_json_has_text(result, "errorText"))
		return;
	printf("FAILED: " PAGE ": %s\n", icelab_json_text(result, "errorText"));
	exit(1);
}

static void use_page(void)
{
	open_page();
	wait_for_audit();
	check_exposed();
	check_neutral();
	check_contrast("light");
	check_contrast("dark");

	click("relay");
	expect("the box is ticked", "document.getElementById('relay').checked", "true");
	click("again");
	wait_for_audit();
	check_hidden();

	click("relay");
	click("stun");
	press("rawKeyDown", "a", 'A', "", 2);
	press("keyUp", "a", 'A', "", 2);
	press("rawKeyDown", "Delete", 46, "", 0);
	press("keyUp", "Delete", 46, "", 0);
	press("keyDown", "Enter", 13, "\\r", 0);
	press("keyUp", "Enter", 13, "", 0);
	wait_for_audit();
	check_exposed();
	expect("no server was asked", "document.querySelector('#asked tbody').textContent",
		"None was asked.");
	expect("the form says the same", "document.getElementById('stun').value", "");
	check_small_window();
}

static pid_t start_browser(const char *program, const char *folder)
{
	g_autoptr(GPtrArray) arguments = g_ptr_array_new_with_free_func(g_free);
	static const char *const switches[] = {"--headless=new", "--no-sandbox", "--disable-gpu",
		"--disable-quic", "--no-first-run", "--disable-background-networking",
		"--disable-component-update", "--disable-sync", "--remote-debugging-pipe",
		"--webrtc-ip-handling-policy=default_public_and_private_interfaces"};
	int commands[2], answers[2];
	pid_t pid;

	g_ptr_array_add(arguments, g_strdup(program));
	for (gsize i = 0; i < G_N_ELEMENTS(switches); i++)
		g_ptr_array_add(arguments, g_strdup(switches[i]));
	g_ptr_array_add(arguments, g_strconcat("--user-data-dir=", folder, NULL));
	g_ptr_array_add(arguments, g_strdup("about:blank"));
	g_ptr_array_add(arguments, NULL);
	if (pipe2(commands, O_CLOEXEC) != 0 || pipe2(answers, O_CLOEXEC) != 0)
		return -1;
	const IcelabBrowserProcess process = {
		.program = program,
		.arguments = arguments,
		.output = STDERR_FILENO,
		.pipes = (const int[]){commands[0], answers[1]},
	};

	pid = icelab_browser_start(&process);
	close(commands[0]);
	close(answers[1]);
	devtools = icelab_devtools_new(answers[0], commands[1], g_get_monotonic_time() + PATIENCE_US);
	return pid;
}

int main(int argc, char **argv)
{
	g_autoptr(GError) error = NULL;
	pid_t pid;

	if (argc != 3) {
		fprintf(stderr, "usage: page CHROMIUM FOLDER\n");
		return 2;
	}
	setvbuf(stdout, NULL, _IOLBF, 0);
	pid = start_browser(argv[1], argv[2]);
	if (pid < 0 || !icelab_devtools_attach(devtools, "about:blank", &error)) {
		printf("FAILED: the browser does not start: %s\n",
			error != NULL ? error->message : g_strerror(errno));
		return 1;
	}
	use_page();
	icelab_browser_end(pid);
	icelab_devtools_free(devtools);
	return failures == 0 ? 0 : 1;
}
