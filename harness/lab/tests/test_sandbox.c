/* SPDX-License-Identifier: MIT */
#include "inside.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

static guint count_entries(const char *folder)
{
	g_autoptr(GDir) dir = g_dir_open(folder, 0, NULL);
	guint count = 0;

	while (dir != NULL && g_dir_read_name(dir) != NULL)
		count++;
	return count;
}

static int look_around(G_GNUC_UNUSED gpointer data)
{
	g_autofree char *interfaces = NULL;

	CHECK(getpid() == 1);
	CHECK(getuid() == 0);
	CHECK(access("/proc/1", F_OK) == 0);
	CHECK(access("/proc/2", F_OK) != 0);
	/* Two lines of headings, and lo. */
	CHECK(g_file_get_contents("/proc/net/dev", &interfaces, NULL, NULL));
	CHECK(strstr(interfaces, "lo:") != NULL && strstr(interfaces, "eth0:") == NULL);
	/* Nothing but these is writable. */
	CHECK(count_entries("/run") == 3);
	CHECK(count_entries("/run/netns") == 0);
	CHECK(open("/run/file", O_WRONLY | O_CREAT, 0644) >= 0);
	CHECK(count_entries("/dev/shm") == 0);
	CHECK(open("/tmp/icelab-test-sandbox", O_WRONLY | O_CREAT, 0644) < 0 && errno == EROFS);
	CHECK(open("/etc/icelab-test-sandbox", O_WRONLY | O_CREAT, 0644) < 0 && errno == EROFS);
	CHECK(open("icelab-test-sandbox", O_WRONLY | O_CREAT, 0644) < 0 && errno == EROFS);
	return 42;
}

static void its_own_world(void **state)
{
	(void)state;
	/* Made here, it would not be the sandbox's. */
	assert_int_equal(inside(look_around, NULL), 42);
}

static int count_descriptors(gpointer data)
{
	const int *kept = data;
	guint expected = 3 + 1; /* and the folder's own */

	for (; *kept >= 0; kept++, expected++)
		CHECK(fcntl(*kept, F_GETFD) >= 0);
	CHECK(count_entries("/proc/self/fd") == expected);
	return 0;
}

static void descriptors_are_closed(void **state)
{
	int descriptors[20];
	int status;
	pid_t pid;

	(void)state;
	for (guint i = 0; i < G_N_ELEMENTS(descriptors); i++)
		descriptors[i] = open("/dev/null", O_RDONLY);

	/* In any order, the first and the last, one twice. */
	int kept[] = {descriptors[7], descriptors[0], descriptors[19], descriptors[8], -1};
	const int keep[] = {descriptors[7], descriptors[0], descriptors[19], descriptors[8],
		descriptors[7], STDERR_FILENO};
	int none[] = {-1};

	pid = inside_start(count_descriptors, kept, keep, G_N_ELEMENTS(keep));
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
	pid = inside_start(count_descriptors, none, NULL, 0);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
	for (guint i = 0; i < G_N_ELEMENTS(descriptors); i++)
		close(descriptors[i]);
}

/* A sandbox with children, grandchildren that are nobody's, and ten interfaces. */
static int fill(gpointer data)
{
	int ready = *(int *)data;

	for (int i = 0; i < 10; i++) {
		if (fork() == 0) {
			setsid();
			if (fork() == 0) {
				for (;;)
					pause();
			}
			for (;;)
				pause();
		}
		CHECK(command("ip link add a%d type veth peer name b%d", i, i));
	}
	CHECK(write(ready, "x", 1) == 1);
	for (;;)
		pause();
}

static void ends_at_once(void **state)
{
	int ends[2];
	char byte;
	gint64 start;
	double milliseconds;
	pid_t pid;

	(void)state;
	assert_int_equal(pipe(ends), 0);
	pid = inside_start(fill, &ends[1], &ends[1], 1);
	close(ends[1]);
	assert_int_equal(read(ends[0], &byte, 1), 1);
	start = g_get_monotonic_time();
	icelab_sandbox_end(pid);
	milliseconds = (double)(g_get_monotonic_time() - start) / 1000;
	print_message("20 processes and 20 interfaces ended in %.1f ms\n", milliseconds);
	/* It waits for all of them: nobody holds the pipe any more. */
	assert_int_equal(read(ends[0], &byte, 1), 0);
	assert_true(milliseconds < 5000);
	close(ends[0]);
	assert_int_equal(waitpid(pid, NULL, 0), -1);
}

static int hold_on(gpointer data)
{
	int ready = *(int *)data;

	CHECK(write(ready, "x", 1) == 1);
	for (;;)
		pause();
}

/* Starts a process that starts a sandbox that holds a pipe; returns it and the pipe. */
static pid_t start_parent(int *hold, int *ready)
{
	int holds[2], readies[2];
	pid_t parent;

	assert_int_equal(pipe(holds), 0);
	assert_int_equal(pipe(readies), 0);
	parent = fork();
	assert_true(parent >= 0);
	if (parent == 0) {
		const int keep[] = {holds[1], readies[1]};

		close(holds[0]);
		close(readies[0]);
		icelab_sandbox_start(hold_on, &readies[1], keep, G_N_ELEMENTS(keep), NULL);
		for (;;)
			pause();
	}
	close(holds[1]);
	close(readies[1]);
	*hold = holds[0];
	*ready = readies[0];
	return parent;
}

static void dies_with_its_parent(void **state)
{
	int hold, ready;
	char byte;
	pid_t parent;

	(void)state;
	inside(look_around, NULL); /* or skip */
	parent = start_parent(&hold, &ready);
	assert_int_equal(read(ready, &byte, 1), 1);
	kill(parent, SIGKILL);
	assert_int_equal(waitpid(parent, NULL, 0), parent);
	assert_true(closes(hold));
	close(hold);
	close(ready);
}

/* At whatever moment of the start the parent dies. */
static void dies_with_its_parent_early(void **state)
{
	(void)state;
	inside(look_around, NULL); /* or skip */
	for (guint i = 0; i < 100; i++) {
		int hold, ready;
		pid_t parent = start_parent(&hold, &ready);

		usleep(i * 30);
		kill(parent, SIGKILL);
		assert_int_equal(waitpid(parent, NULL, 0), parent);
		assert_true(closes(hold));
		close(hold);
		close(ready);
	}
}

static gboolean write_text(const char *path, const char *text)
{
	int descriptor = open(path, O_WRONLY | O_CLOEXEC);
	gboolean done = descriptor >= 0 && write(descriptor, text, strlen(text)) > 0;

	if (descriptor >= 0)
		close(descriptor);
	return done;
}

static int do_nothing(G_GNUC_UNUSED gpointer data)
{
	return 0;
}

/* In a user namespace that allows no network namespaces; 77 where there is no such thing. */
static int be_denied(void)
{
	g_autofree char *map = g_strdup_printf("0 %u 1\n", (unsigned)geteuid());
	g_autoptr(GError) error = NULL;

	if (unshare(CLONE_NEWUSER) != 0 || !write_text("/proc/self/uid_map", map) ||
		!write_text("/proc/sys/user/max_net_namespaces", "0"))
		return 77;
	CHECK(icelab_sandbox_start(do_nothing, NULL, NULL, 0, &error) == -1);
	CHECK(g_error_matches(error, ICELAB_SANDBOX_ERROR, ICELAB_SANDBOX_ERROR_DENIED));
	CHECK(strstr(error->message, "lets no namespaces be made") != NULL);
	CHECK(strstr(error->message, "icelab doctor") != NULL);
	CHECK(waitpid(-1, NULL, WNOHANG) == -1);
	return 0;
}

static void denial_is_explained(void **state)
{
	int status;
	pid_t pid = fork();

	(void)state;
	if (pid == 0)
		_exit(be_denied());
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status));
	if (WEXITSTATUS(status) == 77)
		skip();
	assert_int_equal(WEXITSTATUS(status), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(its_own_world),
		cmocka_unit_test(descriptors_are_closed),
		cmocka_unit_test(ends_at_once),
		cmocka_unit_test(dies_with_its_parent),
		cmocka_unit_test(dies_with_its_parent_early),
		cmocka_unit_test(denial_is_explained),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
