/* SPDX-License-Identifier: MIT */
#include "lab/sandbox.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/sched.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

G_DEFINE_QUARK(icelab_sandbox_error, icelab_sandbox_error)

#define REMEDY "; run \"icelab doctor\" to see what this machine allows, or run as root"

static int compare_ints(const void *a, const void *b)
{
	return *(const int *)a - *(const int *)b;
}

void icelab_close_descriptors(const int *keep, gsize keep_count)
{
	g_autofree int *sorted = g_memdup2(keep, keep_count * sizeof *keep);
	unsigned first = 3;

	if (keep_count > 0)
		qsort(sorted, keep_count, sizeof *sorted, compare_ints);
	for (gsize i = 0; i < keep_count; i++) {
		if (sorted[i] < (int)first)
			continue;
		if ((unsigned)sorted[i] > first)
			close_range(first, (unsigned)sorted[i] - 1, 0);
		first = (unsigned)sorted[i] + 1;
	}
	close_range(first, ~0U, 0);
}

int icelab_mount_tmpfs(const char *path, const char *size)
{
	g_autofree char *options = g_strdup_printf("mode=755,size=%s", size);

	return mount("tmpfs", path, "tmpfs", MS_NOSUID | MS_NODEV, options);
}

/* Says over the pipe which step failed, and ends the sandbox. */
G_GNUC_NORETURN static void setup_failed(int report, const char *step)
{
	g_autofree char *text = g_strdup_printf("%s: %s", step, g_strerror(errno));

	/* The parent may be gone; there is nobody else to tell. */
	if (write(report, text, strlen(text)) < 0)
		_exit(98);
	_exit(99);
}

static void set_up_mounts(int report)
{
	struct mount_attr read_only = {.attr_set = MOUNT_ATTR_RDONLY};

	if (mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) != 0)
		setup_failed(report, "making the mounts private");
	/* Nothing that runs in here may leave a file outside the output folder. */
	if (mount_setattr(AT_FDCWD, "/", AT_RECURSIVE, &read_only, sizeof read_only) != 0)
		setup_failed(report, "making the file system read-only");
	if (mount("proc", "/proc", "proc", MS_NOSUID | MS_NOEXEC | MS_NODEV, NULL) != 0)
		setup_failed(report, "mounting /proc");
	if (icelab_mount_tmpfs("/run", "256m") != 0)
		setup_failed(report, "mounting a tmpfs on /run");
	if (access("/dev/shm", F_OK) == 0 && icelab_mount_tmpfs("/dev/shm", "256m") != 0)
		setup_failed(report, "mounting a tmpfs on /dev/shm");
	/* iproute2 keeps named namespaces in /run/netns, WireGuard its control sockets in
	 * /run/wireguard. */
	if (mkdir("/run/netns", 0755) != 0 || mkdir("/run/wireguard", 0700) != 0 ||
		mkdir("/run/icelab", 0755) != 0)
		setup_failed(report, "making folders in /run");
}

G_GNUC_NORETURN static void run_child(
	IcelabSandboxBody body, gpointer data, int sync, const int *keep, gsize keep_count)
{
	g_autofree int *all = g_new(int, keep_count + 1);
	char go;

	for (gsize i = 0; i < keep_count; i++)
		all[i] = keep[i];
	all[keep_count] = sync;
	icelab_close_descriptors(all, keep_count + 1);
	if (prctl(PR_SET_PDEATHSIG, SIGKILL) != 0)
		setup_failed(sync, "asking to be killed with the parent");
	/* The byte comes after the parent has written the maps. End of file, instead of it or behind
	 * it: the parent died, perhaps before the signal was armed, so that nobody would ever kill this
	 * process. (The kernel closes a process's descriptors before it tells its children.) */
	if (read(sync, &go, 1) != 1 || recv(sync, &go, 1, MSG_DONTWAIT) == 0)
		_exit(98);
	signal(SIGINT, SIG_DFL);
	signal(SIGTERM, SIG_DFL);
	signal(SIGPIPE, SIG_IGN);
	set_up_mounts(sync);
	close(sync);
	_exit(body(data));
}

static gboolean write_file(pid_t pid, const char *name, const char *text, GError **error)
{
	g_autofree char *path = g_strdup_printf("/proc/%d/%s", (int)pid, name);
	int descriptor = open(path, O_WRONLY | O_CLOEXEC);
	gboolean done =
		descriptor >= 0 && write(descriptor, text, strlen(text)) == (ssize_t)strlen(text);

	if (!done)
		g_set_error(error, ICELAB_SANDBOX_ERROR, ICELAB_SANDBOX_ERROR_DENIED,
			"this machine lets no user namespace be used: writing %s: %s%s", name,
			g_strerror(errno), REMEDY);
	if (descriptor >= 0)
		close(descriptor);
	return done;
}

/* One user is enough: inside it is called root. */
static gboolean write_maps(pid_t pid, GError **error)
{
	g_autofree char *uids = g_strdup_printf("0 %u 1\n", (unsigned)geteuid());
	g_autofree char *gids = g_strdup_printf("0 %u 1\n", (unsigned)getegid());

	return write_file(pid, "setgroups", "deny", error) && write_file(pid, "uid_map", uids, error) &&
		   write_file(pid, "gid_map", gids, error);
}

/* Returns the child's complaint, or an empty text when it closed the pipe because it is ready. */
static char *read_report(int sync)
{
	GString *text = g_string_new(NULL);
	char buffer[256];
	ssize_t count;

	while ((count = TEMP_FAILURE_RETRY(read(sync, buffer, sizeof buffer))) > 0)
		g_string_append_len(text, buffer, count);
	return g_string_free(text, FALSE);
}

static pid_t clone_process(guint64 flags)
{
	struct clone_args arguments = {.flags = flags, .exit_signal = SIGCHLD};

	return (pid_t)syscall(SYS_clone3, &arguments, sizeof arguments);
}

/* Waits for a child that could not be set up, and ends without the pipe. One that somebody killed
 * says nothing of what this machine allows. */
static void bury(pid_t pid, GError **error)
{
	int status = 0;

	if (TEMP_FAILURE_RETRY(waitpid(pid, &status, 0)) != pid || !WIFSIGNALED(status))
		return;
	g_clear_error(error);
	g_set_error(error, ICELAB_SANDBOX_ERROR, ICELAB_SANDBOX_ERROR_FAILED,
		"the sandbox was ended by signal %d", WTERMSIG(status));
}

pid_t icelab_sandbox_start(
	IcelabSandboxBody body, gpointer data, const int *keep, gsize keep_count, GError **error)
{
	gboolean rootless = geteuid() != 0;
	guint64 flags = CLONE_NEWNS | CLONE_NEWNET | CLONE_NEWPID | CLONE_NEWIPC | CLONE_NEWUTS;
	int sync[2];
	pid_t pid;

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, sync) != 0) {
		g_set_error(error, ICELAB_SANDBOX_ERROR, ICELAB_SANDBOX_ERROR_FAILED, "socketpair: %s",
			g_strerror(errno));
		return -1;
	}
	fflush(NULL);
	pid = clone_process(rootless ? flags | CLONE_NEWUSER : flags);
	if (pid < 0) {
		g_set_error(error, ICELAB_SANDBOX_ERROR, ICELAB_SANDBOX_ERROR_DENIED,
			"this machine lets no %snamespaces be made: %s%s", rootless ? "unprivileged " : "",
			g_strerror(errno), REMEDY);
		close(sync[0]);
		close(sync[1]);
		return -1;
	}
	if (pid == 0)
		run_child(body, data, sync[1], keep, keep_count);
	close(sync[1]);

	g_autofree char *complaint = NULL;
	gboolean ready = !rootless || write_maps(pid, error);

	if (ready) {
		/* A child that is dead already has closed the pipe without a word. */
		if (send(sync[0], "g", 1, MSG_NOSIGNAL) == 1)
			complaint = read_report(sync[0]);
		if (complaint == NULL || complaint[0] != '\0') {
			g_set_error(error, ICELAB_SANDBOX_ERROR, ICELAB_SANDBOX_ERROR_DENIED,
				"the sandbox could not be set up: %s%s", complaint != NULL ? complaint : "it died",
				REMEDY);
			ready = FALSE;
		}
	}
	close(sync[0]);
	if (ready)
		return pid;
	bury(pid, error);
	return -1;
}

void icelab_sandbox_end(pid_t pid)
{
	kill(pid, SIGKILL);
	TEMP_FAILURE_RETRY(waitpid(pid, NULL, 0));
}
