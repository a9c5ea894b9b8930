/* SPDX-License-Identifier: MIT */
#include "adapter/browser_process.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

/* As descriptors 3 and 4, which either of them may be already. */
static gboolean place_pipes(const int *pipes)
{
	int input = fcntl(pipes[0], F_DUPFD, 5);
	int output = fcntl(pipes[1], F_DUPFD, 5);

	return input >= 0 && output >= 0 && dup2(input, 3) == 3 && dup2(output, 4) == 4 &&
		   close(input) == 0 && close(output) == 0;
}

/* Maps a user to itself. */
static void keep_user(void)
{
	g_autofree char *users = g_strdup_printf("%u %u 1", geteuid(), geteuid());
	int map = open("/proc/self/uid_map", O_WRONLY | O_CLOEXEC);

	/* Which a user namespace's root without CAP_SETFCAP may not do (user_namespaces(7)). Then the
	 * user has no name, but all the same rights. */
	if (map >= 0 && write(map, users, strlen(users)) < 0)
		errno = 0;
	if (map >= 0)
		close(map);
}

/* In a mount namespace of the browser's own, which without capabilities takes a user namespace. */
static gboolean cover_folder(const char *shown, const char *covered)
{
	if (unshare(CLONE_NEWUSER | CLONE_NEWNS) != 0)
		return FALSE;
	keep_user();
	return mount(shown, covered, NULL, MS_BIND, NULL) == 0;
}

G_GNUC_NORETURN static void become(const IcelabBrowserProcess *process, const char *name)
{
	int nothing = open("/dev/null", O_RDONLY | O_CLOEXEC);

	/* The page's lines alone go to standard output. */
	if (setpgid(0, 0) != 0 || prctl(PR_SET_PDEATHSIG, SIGKILL) != 0 || nothing < 0 ||
		dup2(nothing, STDIN_FILENO) < 0 || dup2(process->output, STDERR_FILENO) < 0 ||
		dup2(STDERR_FILENO, STDOUT_FILENO) < 0 ||
		(process->pipes != NULL && !place_pipes(process->pipes)))
		_exit(126);
	if (process->covered != NULL && !cover_folder(process->shown, process->covered)) {
		dprintf(STDERR_FILENO, "%s cannot be covered: %s\n", process->covered, strerror(errno));
		_exit(ICELAB_BROWSER_NOT_COVERED);
	}
	execv(process->program, (char **)process->arguments->pdata);
	dprintf(STDERR_FILENO, "%s: %s: %s\n", name, process->program, strerror(errno));
	_exit(127);
}

pid_t icelab_browser_start(const IcelabBrowserProcess *process)
{
	pid_t pid;

	fflush(NULL);
	pid = fork();
	if (pid == 0)
		become(process, g_get_prgname());
	return pid;
}

void icelab_browser_end(pid_t pid)
{
	kill(-pid, SIGKILL);
	kill(pid, SIGKILL);
	TEMP_FAILURE_RETRY(waitpid(pid, NULL, 0));
}

gboolean icelab_browser_has_ended(pid_t pid)
{
	siginfo_t information = {0};

	return waitid(P_PID, (id_t)pid, &information, WEXITED | WNOHANG | WNOWAIT) != 0 ||
		   information.si_pid == pid;
}

int icelab_browser_status(pid_t pid)
{
	siginfo_t information = {0};

	if (waitid(P_PID, (id_t)pid, &information, WEXITED | WNOWAIT) != 0 ||
		information.si_code != CLD_EXITED)
		return -1;
	return information.si_status;
}
