/* SPDX-License-Identifier: MIT */
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "adapter/devtools.h"
#include "model/json.h"

/* A browser that says what the test has it say. */

typedef struct {
	int commands; /* what the harness sent */
	int answers;
	IcelabDevtools *devtools;
} Browser;

static Browser open_browser(gint64 patience_us)
{
	Browser browser;
	int commands[2], answers[2];

	assert_int_equal(pipe2(commands, O_CLOEXEC), 0);
	assert_int_equal(pipe2(answers, O_CLOEXEC), 0);
	browser.commands = commands[0];
	browser.answers = answers[1];
	browser.devtools =
		icelab_devtools_new(answers[0], commands[1], g_get_monotonic_time() + patience_us);
	return browser;
}

static void close_browser(Browser *browser)
{
	icelab_devtools_free(browser->devtools);
	close(browser->commands);
	if (browser->answers >= 0)
		close(browser->answers);
}

/* With its NUL. */
static void answer(const Browser *browser, const char *text)
{
	assert_int_equal(write(browser->answers, text, strlen(text) + 1), strlen(text) + 1);
}

static void check_command(const Browser *browser, const char *wanted)
{
	char text[1024];
	gsize length = 0;

	do
		assert_int_equal(read(browser->commands, text + length, 1), 1);
	while (text[length] != '\0' && ++length < sizeof text - 1);
	assert_string_equal(text, wanted);
}

static void test_call(void **state)
{
	Browser browser = open_browser(20 * G_USEC_PER_SEC);
	g_autoptr(JsonObject) result = NULL;

	(void)state;
	/* Events and answers to others are passed by. */
	answer(&browser, "{\"method\":\"Target.targetCreated\",\"params\":{}}");
	answer(&browser, "{\"id\":7,\"result\":{\"a\":\"no\"}}");
	answer(&browser, "{\"id\":1,\"result\":{\"a\":\"yes\"}}");
	result = icelab_devtools_call(browser.devtools, "Page.enable", "{\"b\":1}", NULL);
	assert_non_null(result);
	assert_string_equal(icelab_json_text(result, "a"), "yes");
	check_command(&browser, "{\"id\":1,\"method\":\"Page.enable\",\"params\":{\"b\":1}}");
	close_browser(&browser);
}

static void check_failure(const char *said, const char *message)
{
	Browser browser = open_browser(20 * G_USEC_PER_SEC);
	g_autoptr(GError) error = NULL;

	answer(&browser, said);
	close(browser.answers);
	browser.answers = -1;
	assert_null(icelab_devtools_call(browser.devtools, "Page.enable", "{}", &error));
	assert_string_equal(error->message, message);
	close_browser(&browser);
}

static void test_failures(void **state)
{
	(void)state;
	check_failure("{\"id\":1,\"error\":{\"code\":1,\"message\":\"no such page\"}}",
		"the browser's DevTools: no such page");
	check_failure("{\"id\":1}", "the browser's DevTools: neither result nor error");
	check_failure("{\"id\":2,\"result\":{}}", "the browser's DevTools: it has gone");
	check_failure("", "not JSON: a value was expected");
}

static void test_deadline(void **state)
{
	Browser browser = open_browser(20000);
	g_autoptr(GError) error = NULL;

	(void)state;
	assert_int_equal(write(browser.answers, "{\"id\":1", 7), 7);
	assert_null(icelab_devtools_call(browser.devtools, "Page.enable", "{}", &error));
	assert_string_equal(error->message, "the browser's DevTools: no answer in time");
	close_browser(&browser);
}

static void test_attach(void **state)
{
	Browser browser = open_browser(20 * G_USEC_PER_SEC);

	(void)state;
	answer(&browser, "{\"id\":1,\"result\":{}}");
	answer(&browser, "{\"id\":2,\"result\":{\"targetInfos\":[{\"type\":\"page\",\"url\":"
					 "\"about:blank\",\"targetId\":\"A\"},{\"type\":\"iframe\",\"url\":"
					 "\"http://a/\",\"targetId\":\"B\"},3]}}");
	/* It looks again when something has happened. */
	answer(&browser, "{\"method\":\"Target.targetInfoChanged\",\"params\":{}}");
	answer(&browser, "{\"id\":3,\"result\":{\"targetInfos\":[{\"type\":\"page\",\"url\":"
					 "\"http://a/?b\",\"targetId\":\"C\"}]}}");
	answer(&browser, "{\"id\":4,\"result\":{\"sessionId\":\"S\"}}");
	answer(
		&browser, "{\"id\":5,\"result\":{\"cssContentSize\":{\"width\":1000,\"height\":1234.5}}}");
	answer(&browser, "{\"id\":6,\"result\":{\"data\":\"cGl4ZWxz\"}}");
	assert_true(icelab_devtools_attach(browser.devtools, "http://a/", NULL));
	check_command(&browser,
		"{\"id\":1,\"method\":\"Target.setDiscoverTargets\",\"params\":{\"discover\":true}}");
	check_command(&browser, "{\"id\":2,\"method\":\"Target.getTargets\",\"params\":{}}");
	check_command(&browser, "{\"id\":3,\"method\":\"Target.getTargets\",\"params\":{}}");
	check_command(&browser, "{\"id\":4,\"method\":\"Target.attachToTarget\",\"params\":"
							"{\"targetId\":\"C\",\"flatten\":true}}");
	g_autofree char *picture = icelab_devtools_picture(browser.devtools, NULL);

	assert_string_equal(picture, "cGl4ZWxz");
	check_command(&browser,
		"{\"id\":5,\"method\":\"Page.getLayoutMetrics\",\"params\":{},\"sessionId\":\"S\"}");
	check_command(&browser,
		"{\"id\":6,\"method\":\"Page.captureScreenshot\",\"params\":{\"format\":\"png\","
		"\"captureBeyondViewport\":true,\"clip\":{\"x\":0,\"y\":0,\"width\":1000,\"height\":1234,"
		"\"scale\":1}},\"sessionId\":\"S\"}");
	close_browser(&browser);
}

/* Text that the browser made up does not get out of its quotes. */
static void test_hostile_names(void **state)
{
	Browser browser = open_browser(20 * G_USEC_PER_SEC);
	g_autoptr(GError) error = NULL;

	(void)state;
	answer(&browser, "{\"id\":1,\"result\":{}}");
	answer(&browser, "{\"id\":2,\"result\":{\"targetInfos\":[{\"type\":\"page\",\"url\":"
					 "\"http://a/\",\"targetId\":\"C\\\",\\\"x\\\":\\\"\"}]}}");
	assert_false(icelab_devtools_attach(browser.devtools, "http://a/", &error));
	assert_string_equal(error->message, "the browser's DevTools: a name that is none");
	close_browser(&browser);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_call),
		cmocka_unit_test(test_failures),
		cmocka_unit_test(test_deadline),
		cmocka_unit_test(test_attach),
		cmocka_unit_test(test_hostile_names),
	};

	signal(SIGPIPE, SIG_IGN);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
