/* SPDX-License-Identifier: MIT */
#include "lab/stage.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <linux/sched.h>
#include <linux/securebits.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lab/sandbox.h"

G_GNUC_NORETURN static void die(const char *step)
{
	dprintf(
		STDERR_FILENO, "icelab: the stage could not be set up: %s: %s\n", step, strerror(errno));
	_exit(ICELAB_STAGE_NOT_SET_UP);
}

/* Of the old /tmp, which is at /run/lower now, into the new one. What cannot be shown is left out:
 * a program that needs it will say so. */
static void show_entry(const char *name)
{
	g_autofree char *from = g_build_filename("/run/lower", name, NULL);
	g_autofree char *to = g_build_filename("/tmp", name, NULL);
	g_autofree char *target = g_file_read_link(from, NULL);
	struct stat status;
	int file;

	if (target != NULL) {
		if (symlink(target, to) != 0)
			return;
	} else if (lstat(from, &status) == 0 && S_ISDIR(status.st_mode)) {
		if (mkdir(to, 0755) != 0 || mount(from, to, NULL, MS_BIND | MS_REC, NULL) != 0)
			return;
	} else {
		file = open(to, O_WRONLY | O_CREAT | O_CLOEXEC, 0644);
		if (file < 0 || close(file) != 0 || mount(from, to, NULL, MS_BIND, NULL) != 0)
			return;
	}
}

static void show_entries(void)
{
	g_autoptr(GDir) lower = NULL;
	const char *name;

	if (mkdir("/run/lower", 0755) != 0 ||
		mount("/tmp", "/run/lower", NULL, MS_BIND | MS_REC, NULL) != 0 ||
		icelab_mount_tmpfs("/tmp", "256m") != 0 || chmod("/tmp", 01777) != 0)
		die("mounting a tmpfs on /tmp");
	lower = g_dir_open("/run/lower", 0, NULL);
	while (lower != NULL && (name = g_dir_read_name(lower)) != NULL)
		show_entry(name);
}

/* An overlay shows nothing of what is mounted below the folder under it. */
static gboolean has_mounts_below_tmp(void)
{
	g_autofree char *text = NULL;

	return !g_file_get_contents("/proc/self/mountinfo", &text, NULL, NULL) ||
		   strstr(text, " /tmp/") != NULL;
}

/* A socket seen through an overlay is another socket, on which nobody listens. */
static void show_socket(const char *path, int descriptor)
{
	g_autofree char *from = g_strdup_printf("/proc/self/fd/%d", descriptor);

	if (mount(from, path, NULL, MS_BIND, NULL) != 0)
		die("showing a socket");
	close(descriptor);
}

/* Programs write to /tmp by habit, while the program itself may lie there (a build folder): so
 * neither an empty folder over it nor the real one, but an overlay; or, where that hides something
 * or the kernel refuses it, a new folder in which the old one's entries are shown one by one. */
static void cover_tmp(void)
{
	if (has_mounts_below_tmp() || mount("overlay", "/tmp", "overlay", MS_NOSUID | MS_NODEV,
									  "lowerdir=/tmp,upperdir=/run/upper,workdir=/run/work") != 0)
		show_entries();
}

static void set_up_mounts(const char *socket)
{
	int shown = socket != NULL ? open(socket, O_PATH | O_CLOEXEC) : -1;

	if (mount("proc", "/proc", "proc", MS_NOSUID | MS_NOEXEC | MS_NODEV, NULL) != 0)
		die("mounting /proc");
	/* The names of the other nodes' namespaces and the tunnels' control sockets are the lab's. */
	if (icelab_mount_tmpfs("/run", "256m") != 0)
		die("mounting a tmpfs on /run");
	if (mkdir("/run/home", 0777) != 0 || mkdir("/run/upper", 0777) != 0 ||
		mkdir("/run/work", 0777) != 0 || chmod("/run/home", 0777) != 0 ||
		chmod("/run/upper", 01777) != 0)
		die("making folders in /run");
	/* Shared memory is the implementation's to use, but nothing of it for the next one to find. */
	if (access("/dev/shm", F_OK) == 0 &&
		(icelab_mount_tmpfs("/dev/shm", "256m") != 0 || chmod("/dev/shm", 01777) != 0))
		die("mounting a tmpfs on /dev/shm");
	cover_tmp();
	if (shown >= 0)
		show_socket(socket, shown);
	/* /sys/class/net must show this node's interfaces; where it cannot, nothing is better than the
	 * host's. */
	if (mount("sysfs", "/sys", "sysfs", MS_RDONLY | MS_NOSUID | MS_NOEXEC | MS_NODEV, NULL) != 0 &&
		icelab_mount_tmpfs("/sys", "4k") != 0)
		die("mounting /sys");
}

static void set_limits(const IcelabStage *stage)
{
	struct rlimit processes = {stage->process_limit, stage->process_limit};
	struct rlimit no_core = {0, 0};

	if (setrlimit(RLIMIT_NPROC, &processes) != 0 || setrlimit(RLIMIT_CORE, &no_core) != 0)
		die("setting limits");
}

static void set_capabilities(guint32 low)
{
	struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
	struct __user_cap_data_struct data[2] = {{low, low, low}, {0, 0, 0}};

	if (syscall(SYS_capset, &header, data) != 0)
		die("dropping capabilities");
}

/* An implementation runs as an ordinary program does: it may neither change the network nor listen
 * to others' packets. As root the kernel would not count its processes either, so there it gets a
 * user of its own, one per sandbox: no two stages at a time share a limit. It keeps the right to
 * read what the person who started it can read. */
static void drop_privileges(uid_t user)
{
	guint32 kept = 0;

	for (int capability = 0; prctl(PR_CAPBSET_READ, capability) >= 0; capability++) {
		if (user != 0 && capability == CAP_DAC_READ_SEARCH)
			continue;
		if (prctl(PR_CAPBSET_DROP, capability) != 0)
			die("dropping a capability from the bounding set");
	}
	if (prctl(PR_SET_SECUREBITS, SECBIT_NOROOT | SECBIT_NOROOT_LOCKED | SECBIT_KEEP_CAPS) != 0)
		die("setting secure bits");
	if (user != 0) {
		if (setresgid(user, user, user) != 0 || setresuid(user, user, user) != 0)
			die("changing the user");
		kept = 1U << CAP_DAC_READ_SEARCH;
	}
	set_capabilities(kept);
	if (kept != 0 && prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, CAP_DAC_READ_SEARCH, 0, 0) != 0)
		die("keeping the right to read");
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0)
		die("refusing new privileges");
}

static void set_environment(char **environment)
{
	static const char *const removed[] = {"DBUS_SESSION_BUS_ADDRESS", "DISPLAY", "WAYLAND_DISPLAY",
		"XDG_RUNTIME_DIR", "XDG_CONFIG_HOME", "XDG_CACHE_HOME", "http_proxy", "https_proxy",
		"all_proxy", "no_proxy", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY"};

	for (gsize i = 0; i < G_N_ELEMENTS(removed); i++)
		unsetenv(removed[i]);
	setenv("HOME", "/run/home", 1);
	setenv("TMPDIR", "/tmp", 1);
	for (guint i = 0; environment != NULL && environment[i] != NULL; i++)
		putenv(environment[i]);
}

G_GNUC_NORETURN static void run_program(const IcelabStage *stage, uid_t user)
{
	if (!stage->terminal) {
		if (setsid() < 0)
			die("starting a session");
		set_limits(stage);
		drop_privileges(user);
	}
	if (chdir("/run/home") != 0)
		die("entering /run/home");
	set_environment(stage->environment);
	signal(SIGPIPE, SIG_DFL);
	execv(stage->argv[0], stage->argv);
	dprintf(STDERR_FILENO, "icelab: %s cannot be started: %s\n", stage->argv[0], strerror(errno));
	_exit(ICELAB_STAGE_NOT_STARTED);
}

/* The first process of the stage: reaps whatever loses its parent, and ends with the program, which
 * ends the rest. */
G_GNUC_NORETURN static void run_stage(const IcelabStage *stage, uid_t user)
{
	int status;
	pid_t program, ended;

	if (prctl(PR_SET_PDEATHSIG, SIGKILL) != 0)
		_exit(ICELAB_STAGE_NOT_SET_UP);
	if (dup2(stage->input, STDIN_FILENO) < 0 || dup2(stage->errors, STDERR_FILENO) < 0 ||
		dup2(stage->output, STDOUT_FILENO) < 0)
		_exit(ICELAB_STAGE_NOT_SET_UP);
	if (stage->network >= 0 && setns(stage->network, CLONE_NEWNET) != 0)
		die("entering the node");
	icelab_close_descriptors(NULL, 0);
	set_up_mounts(stage->socket);
	program = fork();
	if (program < 0)
		die("starting a process");
	if (program == 0)
		run_program(stage, user);
	/* The program alone holds the streams: their end tells the harness that it is gone. */
	icelab_close_descriptors(NULL, 0);
	close(STDIN_FILENO);
	close(STDOUT_FILENO);
	close(STDERR_FILENO);
	while ((ended = wait(&status)) != program || (!WIFEXITED(status) && !WIFSIGNALED(status))) {
		if (ended < 0 && errno != EINTR)
			_exit(ICELAB_STAGE_NOT_SET_UP);
	}
	_exit(WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status));
}

/* A number that no other sandbox of this machine has at the time: the inode of its process
 * namespace. */
static uid_t unprivileged_user(void)
{
	struct stat status;

	if (stat("/proc/self/ns/pid", &status) != 0)
		return 65534;
	return (uid_t)(0x40000000U + (guint32)(status.st_ino & 0x0FFFFFFF));
}

static gboolean in_user_namespace(void)
{
	g_autofree char *map = NULL;
	unsigned inside, outside, count;

	if (!g_file_get_contents("/proc/self/uid_map", &map, NULL, NULL))
		return FALSE;
	return sscanf(map, "%u %u %u", &inside, &outside, &count) != 3 || count != 4294967295U;
}

pid_t icelab_stage_start(const IcelabStage *stage)
{
	struct clone_args arguments = {
		.flags = CLONE_NEWPID | CLONE_NEWNS | CLONE_NEWIPC, .exit_signal = SIGCHLD};
	/* In a user namespace there is but one user, and its processes are counted. */
	uid_t user = in_user_namespace() ? 0 : unprivileged_user();
	pid_t pid;

	fflush(NULL);
	pid = (pid_t)syscall(SYS_clone3, &arguments, sizeof arguments);
	if (pid == 0)
		run_stage(stage, user);
	return pid;
}
