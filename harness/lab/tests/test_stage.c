/* SPDX-License-Identifier: MIT */
#include "lab/stage.h"

#include "inside.h"

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
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#define LIMIT 50

/* What a shell command on a stage came to. */
typedef struct {
	int status;      /* as the stage's first process ended */
	char text[4096]; /* what it wrote on both outputs */
} Outcome;

static void read_all(int descriptor, Outcome *outcome)
{
	gsize length = 0;
	ssize_t count;

	while (length < sizeof outcome->text - 1 && (count = read(descriptor, outcome->text + length,
													 sizeof outcome->text - 1 - length)) > 0)
		length += (gsize)count;
	outcome->text[length] = '\0';
}

static gboolean run(IcelabStage *stage, Outcome *outcome)
{
	int ends[2];
	int status;
	pid_t pid;

	if (pipe2(ends, O_CLOEXEC) != 0)
		return FALSE;
	stage->output = ends[1];
	stage->errors = ends[1];
	pid = icelab_stage_start(stage);
	close(ends[1]);
	if (pid <= 0)
		return FALSE;
	read_all(ends[0], outcome);
	close(ends[0]);
	if (waitpid(pid, &status, 0) != pid || !WIFEXITED(status))
		return FALSE;
	outcome->status = WEXITSTATUS(status);
	return TRUE;
}

static gboolean run_shell(const char *text, Outcome *outcome)
{
	char *argv[] = {(char *)"/bin/sh", (char *)"-c", (char *)text, NULL};
	IcelabStage stage = {
		.argv = argv, .network = -1, .input = STDIN_FILENO, .process_limit = LIMIT};

	return run(&stage, outcome);
}

static guint count_processes(void)
{
	g_autoptr(GDir) dir = g_dir_open("/proc", 0, NULL);
	const char *name;
	guint count = 0;

	while (dir != NULL && (name = g_dir_read_name(dir)) != NULL)
		count += g_ascii_isdigit(name[0]) ? 1 : 0;
	return count;
}

static int exit_codes(G_GNUC_UNUSED gpointer data)
{
	static const struct {
		const char *command;
		int status;
	} cases[] = {
		{"exit 0", 0},
		{"exit 1", 1},
		{"exit 77", 77},
		{"exit 255", 255},
		{"kill -TERM $$", 128 + SIGTERM},
		{"kill -KILL $$", 128 + SIGKILL},
		{"kill -SEGV $$", 128 + SIGSEGV},
	};
	char *missing[] = {(char *)"/nonexistent", NULL};
	char *folder[] = {(char *)"/etc", NULL};
	IcelabStage stage = {.argv = missing, .network = -1, .process_limit = LIMIT};
	Outcome outcome;

	for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
		CHECK(run_shell(cases[i].command, &outcome));
		CHECK(outcome.status == cases[i].status);
		CHECK(outcome.text[0] == '\0');
	}
	CHECK(run(&stage, &outcome));
	CHECK(outcome.status == ICELAB_STAGE_NOT_STARTED);
	CHECK(g_str_equal(
		outcome.text, "icelab: /nonexistent cannot be started: No such file or directory\n"));
	stage.argv = folder;
	CHECK(run(&stage, &outcome));
	CHECK(outcome.status == ICELAB_STAGE_NOT_STARTED);
	/* Not a network namespace. */
	stage.network = open("/dev/null", O_RDONLY);
	CHECK(run(&stage, &outcome));
	CHECK(outcome.status == ICELAB_STAGE_NOT_SET_UP);
	CHECK(strstr(outcome.text, "the stage could not be set up: entering the node: ") != NULL);
	return 0;
}

static int streams_and_environment(G_GNUC_UNUSED gpointer data)
{
	char *argv[] = {(char *)"/bin/sh", (char *)"-c",
		(char *)"read line; echo \"$line $ONE $TWO $HOME $DISPLAY$http_proxy$0\"; pwd; "
				"ls /proc/self/fd | wc -l",
		(char *)"name", NULL};
	char *environment[] = {(char *)"ONE=1", (char *)"TWO=2", NULL};
	IcelabStage stage = {
		.argv = argv, .environment = environment, .network = -1, .process_limit = LIMIT};
	Outcome outcome;
	int ends[2];

	CHECK(pipe(ends) == 0);
	CHECK(write(ends[1], "given\n", 6) == 6);
	setenv("TWO", "not this", 1);
	setenv("DISPLAY", ":0", 1);
	setenv("http_proxy", "http://192.0.2.1:3128", 1);
	stage.input = ends[0];
	CHECK(run(&stage, &outcome));
	/* The folder's own descriptor is the fourth. */
	CHECK(g_str_equal(outcome.text, "given 1 2 /run/home name\n/run/home\n4\n"));
	return 0;
}

/* The hexadecimal number behind "CapEff:\t" and its like. */
static guint64 status_number(const char *text, const char *key)
{
	const char *at = strstr(text, key);

	return at != NULL ? g_ascii_strtoull(at + strlen(key), NULL, 16) : G_MAXUINT64;
}

static int privileges(gpointer data)
{
	static const char *const sets[] = {"CapInh:", "CapPrm:", "CapEff:", "CapBnd:", "CapAmb:"};
	/* CAP_DAC_READ_SEARCH is 2. */
	guint64 allowed = *(const gboolean *)data ? 1 << 2 : 0;
	char *argv[] = {(char *)"/bin/cat", (char *)"/proc/self/status", NULL};
	IcelabStage stage = {.argv = argv, .network = -1, .input = STDIN_FILENO, .terminal = TRUE};
	Outcome outcome;

	CHECK(run_shell("cat /proc/self/status", &outcome));
	for (guint i = 0; i < G_N_ELEMENTS(sets); i++)
		CHECK(status_number(outcome.text, sets[i]) == allowed);
	CHECK(status_number(outcome.text, "NoNewPrivs:") == 1);
	/* A person's shell may do everything. */
	CHECK(run(&stage, &outcome));
	CHECK(status_number(outcome.text, "CapEff:") > 1U << 21);
	return 0;
}

/* Prints how many processes it could start, and then waits for more than anyone would. */
static void fork_until_refused(void)
{
	int count = 0;

	for (;;) {
		pid_t pid = fork();

		if (pid < 0)
			break;
		if (pid == 0) {
			for (;;)
				pause();
		}
		count++;
	}
	dprintf(STDOUT_FILENO, "%d %s", count, errno == EAGAIN ? "refused" : strerror(errno));
	_exit(0);
}

static int limit_of_processes(gpointer data)
{
	g_autofree char *self = g_file_read_link("/proc/self/exe", NULL);
	char *argv[] = {self, (char *)"--fork-until-refused", NULL};
	IcelabStage stage = {
		.argv = argv, .network = -1, .input = STDIN_FILENO, .process_limit = LIMIT};
	Outcome outcome;
	gboolean root = *(const gboolean *)data;
	int count;

	CHECK(run(&stage, &outcome));
	CHECK(outcome.status == 0);
	CHECK(strstr(outcome.text, " refused") != NULL);
	count = atoi(outcome.text);
	/* An ordinary user's other processes in the sandbox count: this one, and the stage's first. */
	CHECK(count == LIMIT - 1 || (!root && count == LIMIT - 3));
	/* They ended with the stage, and the next one has as many. */
	CHECK(count_processes() == 1);
	CHECK(run(&stage, &outcome));
	CHECK(atoi(outcome.text) == count);
	return 0;
}

static int files(G_GNUC_UNUSED gpointer data)
{
	static const char write_everywhere[] =
		"for folder in /etc /var/tmp / /usr /sys /proc /dev; do"
		" if touch $folder/icelab-test-stage 2>/dev/null; then echo $folder; fi;"
		"done;"
		"for folder in . /tmp /dev/shm /run/home; do"
		" touch $folder/icelab-test-stage || echo $folder;"
		"done";
	Outcome outcome;

	CHECK(mkdir("/run/netns/client", 0755) == 0);
	for (int i = 0; i < 2; i++) {
		CHECK(run_shell(write_everywhere, &outcome));
		CHECK(outcome.text[0] == '\0');
		CHECK(access("/tmp/icelab-test-stage", F_OK) != 0);
		CHECK(access("/dev/shm/icelab-test-stage", F_OK) != 0);
		/* Nothing is there the second time either. */
		CHECK(run_shell("ls -A . /dev/shm; ls /tmp | grep -c icelab-test-stage", &outcome));
		CHECK(strstr(outcome.text, "icelab-test-stage") == NULL);
	}
	CHECK(run_shell("ls -A /run/netns 2>/dev/null", &outcome));
	CHECK(outcome.text[0] == '\0');
	return 0;
}

/* The program itself may lie below a mount below /tmp, where an overlay would hide it. */
static int mounts_below_tmp(G_GNUC_UNUSED gpointer data)
{
	char *argv[] = {(char *)"/tmp/below/echo", (char *)"found", NULL};
	IcelabStage stage = {
		.argv = argv, .network = -1, .input = STDIN_FILENO, .process_limit = LIMIT};
	struct mount_attr read_only = {.attr_set = MOUNT_ATTR_RDONLY};
	Outcome outcome;

	CHECK(icelab_mount_tmpfs("/tmp", "16m") == 0);
	CHECK(mkdir("/tmp/below", 0755) == 0 && mkdir("/tmp/with blank", 0755) == 0);
	CHECK(icelab_mount_tmpfs("/tmp/below", "16m") == 0);
	CHECK(icelab_mount_tmpfs("/tmp/with blank", "16m") == 0);
	CHECK(command("cd /tmp && cp /bin/echo below && touch 'with blank/file' && "
				  "echo text >file && ln -s file link && mkfifo fifo && ln -s nowhere dangling"));
	/* As all is that a sandbox finds. */
	CHECK(mount_setattr(AT_FDCWD, "/tmp", AT_RECURSIVE, &read_only, sizeof read_only) == 0);
	CHECK(run(&stage, &outcome));
	CHECK(g_str_equal(outcome.text, "found\n"));
	CHECK(run_shell("cd /tmp && ls . 'with blank' && cat link && test -p fifo", &outcome));
	CHECK(g_str_equal(outcome.text, ".:\nbelow\ndangling\nfifo\nfile\nlink\nwith blank\n\n"
									"with blank:\nfile\ntext\n"));
	CHECK(outcome.status == 0);
	/* Only what is new can be written. */
	CHECK(run_shell("cd /tmp && echo text >new && cat new && (echo x >file) 2>/dev/null ||"
					" (echo x >below/new) 2>/dev/null || echo refused",
		&outcome));
	CHECK(g_str_equal(outcome.text, "text\nrefused\n"));
	CHECK(access("/tmp/new", F_OK) != 0);
	return 0;
}

static int detached_children(G_GNUC_UNUSED gpointer data)
{
	Outcome outcome;

	/* They hold the pipe: run() would wait for ten minutes. */
	CHECK(run_shell("for i in 1 2 3; do (setsid sleep 600 &); done; exit 5", &outcome));
	CHECK(outcome.status == 5);
	CHECK(count_processes() == 1);
	return 0;
}

static int killed_from_outside(G_GNUC_UNUSED gpointer data)
{
	char *argv[] = {(char *)"/bin/sh", (char *)"-c",
		(char *)"(setsid sleep 600 &); echo ready; exec sleep 600", NULL};
	IcelabStage stage = {
		.argv = argv, .network = -1, .process_limit = LIMIT, .errors = STDERR_FILENO};
	int ends[2];
	char byte;
	pid_t pid;

	CHECK(pipe2(ends, O_CLOEXEC) == 0);
	stage.output = ends[1];
	pid = icelab_stage_start(&stage);
	close(ends[1]);
	CHECK(pid > 0);
	CHECK(read(ends[0], &byte, 1) == 1);
	CHECK(kill(pid, SIGKILL) == 0);
	CHECK(closes(ends[0]));
	CHECK(waitpid(pid, NULL, 0) == pid);
	CHECK(count_processes() == 1);
	return 0;
}

static int network(G_GNUC_UNUSED gpointer data)
{
	char *argv[] = {(char *)"/bin/sh", (char *)"-c",
		(char *)"readlink /proc/self/ns/net; ls /sys/class/net", NULL};
	IcelabStage stage = {.argv = argv, .input = STDIN_FILENO, .process_limit = LIMIT};
	g_autofree char *wanted = NULL;
	int home = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);
	Outcome outcome;

	CHECK(unshare(CLONE_NEWNET) == 0);
	wanted = g_file_read_link("/proc/self/ns/net", NULL);
	stage.network = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);
	CHECK(setns(home, CLONE_NEWNET) == 0);
	CHECK(run(&stage, &outcome));
	CHECK(g_str_has_prefix(outcome.text, wanted));
	CHECK(g_str_has_suffix(outcome.text, "\nlo\n"));
	return 0;
}

static gboolean is_root;

#define IN_SANDBOX(body)                                                                           \
	static void test_##body(void **state)                                                          \
	{                                                                                              \
		(void)state;                                                                               \
		assert_int_equal(inside(body, &is_root), 0);                                               \
	}

IN_SANDBOX(exit_codes)
IN_SANDBOX(streams_and_environment)
IN_SANDBOX(privileges)
IN_SANDBOX(limit_of_processes)
IN_SANDBOX(files)
IN_SANDBOX(mounts_below_tmp)
IN_SANDBOX(detached_children)
IN_SANDBOX(killed_from_outside)
IN_SANDBOX(network)

/* Whether the kernel has users to spare: in a user namespace all of a person's processes are one
 * user's. */
static gboolean has_all_users(void)
{
	g_autofree char *map = NULL;

	return geteuid() == 0 && g_file_get_contents("/proc/self/uid_map", &map, NULL, NULL) &&
		   strstr(map, "4294967295") != NULL;
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_exit_codes),
		cmocka_unit_test(test_streams_and_environment),
		cmocka_unit_test(test_privileges),
		cmocka_unit_test(test_limit_of_processes),
		cmocka_unit_test(test_files),
		cmocka_unit_test(test_mounts_below_tmp),
		cmocka_unit_test(test_detached_children),
		cmocka_unit_test(test_killed_from_outside),
		cmocka_unit_test(test_network),
	};

	if (argc > 1 && strcmp(argv[1], "--fork-until-refused") == 0)
		fork_until_refused();
	is_root = has_all_users();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
