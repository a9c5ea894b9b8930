/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cmocka.h>

#include "cli/display.h"

/* A display is taken where its socket can be reached, and nowhere else. */

#define NUMBER "32109"

static void check_refused(const char *display, const char *why)
{
	g_autoptr(GError) error = NULL;
	g_autofree char *wanted = g_strdup_printf("no window can be opened: %s; ", why);

	if (display != NULL)
		g_setenv("DISPLAY", display, TRUE);
	else
		g_unsetenv("DISPLAY");
	assert_null(icelab_display_find(&error));
	assert_true(g_str_has_prefix(error->message, wanted));
}

static void test_refused(void **state)
{
	(void)state;
	check_refused(NULL, "DISPLAY is not set");
	check_refused("", "DISPLAY names no X server of this machine");
	check_refused(":", "DISPLAY names no X server of this machine");
	check_refused("host:0", "DISPLAY names no X server of this machine");
	check_refused("localhost:10.0", "DISPLAY names no X server of this machine");
	check_refused(":../../etc/passwd", "DISPLAY names no X server of this machine");
	check_refused(":123456", "DISPLAY names no X server of this machine");
	check_refused(":" NUMBER, "nothing listens at DISPLAY");
}

static void test_found(void **state)
{
	static const char *const displays[] = {":" NUMBER, ":" NUMBER ".0", "unix:" NUMBER};
	struct sockaddr_un where = {.sun_family = AF_UNIX, .sun_path = "/tmp/.X11-unix/X" NUMBER};
	g_autofree char *cookies = g_build_filename(g_get_tmp_dir(), "test-display-XXXXXX", NULL);
	int file = g_mkstemp(cookies);
	int listener = socket(AF_UNIX, SOCK_STREAM, 0);

	(void)state;
	mkdir("/tmp/.X11-unix", 01777);
	unlink(where.sun_path);
	if (bind(listener, (struct sockaddr *)&where, sizeof where) != 0)
		skip();
	assert_int_equal(write(file, "a\0b", 3), 3);
	close(file);
	g_setenv("XAUTHORITY", cookies, TRUE);
	for (gsize i = 0; i < G_N_ELEMENTS(displays); i++) {
		g_setenv("DISPLAY", displays[i], TRUE);
		g_autoptr(IcelabDisplay) display = icelab_display_find(NULL);

		assert_non_null(display);
		assert_string_equal(display->display, ":" NUMBER);
		assert_string_equal(display->socket, where.sun_path);
		assert_string_equal(display->cookies, "YQBi");
	}
	unlink(cookies);
	g_autoptr(IcelabDisplay) open = icelab_display_find(NULL);

	assert_non_null(open);
	assert_null(open->cookies);
	close(listener);
	unlink(where.sun_path);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_found),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
