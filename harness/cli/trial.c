/* SPDX-License-Identifier: MIT */
#include "cli/trial.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define DEADLINE_SECONDS 10

/* What the trying process says over its pipe; text follows it. No report: it died. */
typedef struct {
	IcelabTrialStep step;
	int error;
	bool wireguard;
} Report;

G_GNUC_NORETURN static void report_and_exit(int pipe, const Report *report, const char *text)
{
	bool written = write(pipe, report, sizeof *report) == (ssize_t)sizeof *report &&
				   write(pipe, text, strlen(text)) == (ssize_t)strlen(text);

	_exit(written ? 0 : 1);
}

G_GNUC_NORETURN static void fail(int pipe, IcelabTrialStep step, const char *what)
{
	Report report = {.step = step, .error = errno};
	g_autofree char *text = g_strdup_printf("%s: %s", what, g_strerror(report.error));

	report_and_exit(pipe, &report, text);
}

static void write_map(int pipe, const char *path, const char *text)
{
	int descriptor = open(path, O_WRONLY | O_CLOEXEC);

	if (descriptor < 0 || write(descriptor, text, strlen(text)) != (ssize_t)strlen(text)) {
		g_autofree char *what = g_strdup_printf("write %s", path);

		fail(pipe, ICELAB_TRIAL_MAP, what);
	}
	close(descriptor);
}

static void enter_user_namespace(int pipe)
{
	g_autofree char *uids = g_strdup_printf("0 %u 1\n", (unsigned)geteuid());
	g_autofree char *gids = g_strdup_printf("0 %u 1\n", (unsigned)getegid());

	if (unshare(CLONE_NEWUSER) != 0)
		fail(pipe, ICELAB_TRIAL_USER, "unshare a user namespace");
	write_map(pipe, "/proc/self/setgroups", "deny");
	write_map(pipe, "/proc/self/uid_map", uids);
	write_map(pipe, "/proc/self/gid_map", gids);
}

static void set_up_mounts(int pipe)
{
	struct mount_attr read_only = {.attr_set = MOUNT_ATTR_RDONLY};

	if (mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) != 0)
		fail(pipe, ICELAB_TRIAL_MOUNT, "make the mounts private");
	if (mount_setattr(AT_FDCWD, "/", AT_RECURSIVE, &read_only, sizeof read_only) != 0)
		fail(pipe, ICELAB_TRIAL_MOUNT, "make the file system read-only");
	if (mount("proc", "/proc", "proc", MS_NOSUID | MS_NOEXEC | MS_NODEV, NULL) != 0)
		fail(pipe, ICELAB_TRIAL_MOUNT, "mount /proc");
	if (mount("tmpfs", "/run", "tmpfs", MS_NOSUID | MS_NODEV, "mode=755") != 0)
		fail(pipe, ICELAB_TRIAL_MOUNT, "mount a tmpfs on /run");
	/* Where iproute2 keeps the names of namespaces. */
	if (mkdir("/run/netns", 0755) != 0)
		fail(pipe, ICELAB_TRIAL_MOUNT, "make /run/netns");
}

/* Runs a command line; returns NULL, or what it complained. */
static char *run(const char *const *command)
{
	g_autofree char *line = g_strjoinv(" ", (char **)command);
	g_autofree char *complaint = NULL;
	g_autoptr(GError) error = NULL;
	int status = 0;

	if (!g_spawn_sync("/", (char **)command, NULL, G_SPAWN_STDOUT_TO_DEV_NULL, NULL, NULL, NULL,
			&complaint, &status, &error))
		return g_strdup_printf("%s: %s", line, error->message);
	if (status == 0)
		return NULL;
	return g_strdup_printf("%s: %s", line, g_strstrip(complaint));
}

static void run_step(int pipe, IcelabTrialStep step, const char *const *command)
{
	g_autofree char *complaint = run(command);

	if (complaint != NULL)
		report_and_exit(pipe, &(Report){.step = step}, complaint);
}

/* First process of the new namespaces; everything ends with it. */
G_GNUC_NORETURN static void build(int pipe, const char *ip, const char *nft)
{
	static const char masquerade[] =
		"add table ip trial; "
		"add chain ip trial post { type nat hook postrouting priority 100 ; }; "
		"add rule ip trial post oifname \"eth0\" masquerade fully-random";
	const char *const add_node[] = {ip, "netns", "add", "node", NULL};
	const char *const add_link[] = {
		ip, "link", "add", "eth0", "type", "veth", "peer", "name", "eth0", "netns", "node", NULL};
	const char *const add_nat[] = {nft, masquerade, NULL};
	const char *const add_tunnel[] = {ip, "link", "add", "wg0", "type", "wireguard", NULL};
	Report report = {.step = ICELAB_TRIAL_DONE};

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	set_up_mounts(pipe);
	run_step(pipe, ICELAB_TRIAL_LINK, add_node);
	run_step(pipe, ICELAB_TRIAL_LINK, add_link);
	run_step(pipe, ICELAB_TRIAL_NAT, add_nat);

	g_autofree char *no_tunnel = run(add_tunnel);

	report.wireguard = no_tunnel == NULL;
	report_and_exit(pipe, &report, "");
}

/* Between the caller and the namespaces: the caller's own must not change. */
G_GNUC_NORETURN static void supervise(int pipe, bool rootless, const char *ip, const char *nft)
{
	pid_t first;

	/* The first process of a pid namespace ignores the alarm; this one takes it along when it dies.
	 */
	signal(SIGALRM, SIG_DFL);
	alarm(DEADLINE_SECONDS);
	if (rootless)
		enter_user_namespace(pipe);
	if (unshare(CLONE_NEWNS | CLONE_NEWNET | CLONE_NEWPID | CLONE_NEWIPC | CLONE_NEWUTS) != 0)
		fail(pipe, ICELAB_TRIAL_NAMESPACES,
			"unshare network, mount, process, IPC and host name namespaces");
	first = fork();
	if (first < 0)
		fail(pipe, ICELAB_TRIAL_NAMESPACES, "start the first process of a process namespace");
	if (first == 0)
		build(pipe, ip, nft);
	TEMP_FAILURE_RETRY(waitpid(first, NULL, 0));
	_exit(0);
}

static void read_report(int pipe, IcelabTrial *trial)
{
	GString *bytes = g_string_new(NULL);
	char buffer[512];
	Report report;
	ssize_t count;

	while ((count = TEMP_FAILURE_RETRY(read(pipe, buffer, sizeof buffer))) > 0)
		g_string_append_len(bytes, buffer, count);
	if (bytes->len < sizeof report) {
		trial->step = ICELAB_TRIAL_NAMESPACES;
		trial->complaint = g_strdup("the process that tried it died or took too long");
	} else {
		memcpy(&report, bytes->str, sizeof report);
		trial->step = report.step;
		trial->error = report.error;
		trial->wireguard = report.wireguard;
		if (report.step != ICELAB_TRIAL_DONE)
			trial->complaint = g_strdup(bytes->str + sizeof report);
	}
	g_string_free(bytes, TRUE);
}

void icelab_trial(bool rootless, const char *ip, const char *nft, IcelabTrial *trial)
{
	int ends[2];
	pid_t pid;

	*trial = (IcelabTrial){.step = ICELAB_TRIAL_NAMESPACES};
	if (pipe2(ends, O_CLOEXEC) != 0) {
		trial->complaint = g_strdup_printf("pipe: %s", g_strerror(errno));
		return;
	}
	fflush(NULL);
	pid = fork();
	if (pid == 0) {
		close(ends[0]);
		supervise(ends[1], rootless, ip, nft);
	}
	close(ends[1]);
	if (pid > 0) {
		read_report(ends[0], trial);
		TEMP_FAILURE_RETRY(waitpid(pid, NULL, 0));
	} else {
		trial->complaint = g_strdup_printf("fork: %s", g_strerror(errno));
	}
	close(ends[0]);
}

void icelab_trial_clear(IcelabTrial *trial)
{
	g_clear_pointer(&trial->complaint, g_free);
}
