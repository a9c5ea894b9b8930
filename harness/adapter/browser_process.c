/* SPDX-License-Identifier: MIT */
#include "adapter/browser_process.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
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

G_GNUC_NORETURN static void become(
	const char *program, char **arguments, const int *pipes, const char *log)
{
	int nothing = open("/dev/null", O_RDONLY | O_CLOEXEC);

	/* The page's lines alone go to standard output. */
	if (setpgid(0, 0) != 0 || prctl(PR_SET_PDEATHSIG, SIGKILL) != 0 || nothing < 0 ||
		dup2(nothing, STDIN_FILENO) < 0 || dup2(STDERR_FILENO, STDOUT_FILENO) < 0 ||
		(pipes != NULL && !place_pipes(pipes)))
		_exit(126);
	execv(program, arguments);
	dprintf(STDERR_FILENO, "%s: %s: %s\n", log, program, strerror(errno));
	_exit(127);
}

pid_t icelab_browser_start(const char *program, GPtrArray *arguments, const int *pipes)
{
	pid_t pid;

	fflush(NULL);
	pid = fork();
	if (pid == 0)
		become(program, (char **)arguments->pdata, pipes, g_get_prgname());
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
