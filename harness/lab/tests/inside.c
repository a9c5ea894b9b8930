/* SPDX-License-Identifier: MIT */
#include "inside.h"

#include <errno.h>
#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

pid_t inside_start(IcelabSandboxBody body, gpointer data, const int *keep, gsize keep_count)
{
	g_autoptr(GError) error = NULL;
	pid_t pid = icelab_sandbox_start(body, data, keep, keep_count, &error);
	gboolean must_work = getenv("ICELAB_MUST_WORK") != NULL || g_strcmp0(getenv("CI"), "true") == 0;

	if (g_error_matches(error, ICELAB_SANDBOX_ERROR, ICELAB_SANDBOX_ERROR_DENIED) && !must_work) {
		print_message("skip: %s\n", error->message);
		skip();
	}
	assert_null(error);
	assert_true(pid > 0);
	return pid;
}

int inside(IcelabSandboxBody body, gpointer data)
{
	int status;
	pid_t pid = inside_start(body, data, NULL, 0);

	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status));
	return WEXITSTATUS(status);
}

gboolean command(const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	g_autofree char *text = g_strdup_vprintf(format, arguments);
	va_end(arguments);
	/* An ordinary login has no /usr/sbin in its path, and ip may lie there. */
	setenv("PATH", "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", 1);
	return system(text) == 0;
}

gboolean closes(int descriptor)
{
	struct pollfd waiting = {descriptor, POLLIN, 0};
	char byte;

	while (poll(&waiting, 1, 10000) > 0) {
		if (read(descriptor, &byte, 1) <= 0)
			return TRUE;
	}
	return FALSE;
}
