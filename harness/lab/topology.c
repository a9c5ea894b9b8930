/* SPDX-License-Identifier: MIT */
#include "lab/topology.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define BOOK "/run/icelab/book"
#define WORK "/run/icelab/work"
#define EXIT_SKIP 77

G_DEFINE_QUARK(icelab_lab_error, icelab_lab_error)

G_GNUC_NORETURN static void run_script(const IcelabTopologyOptions *options, const char *script)
{
	int log = -1;

	setenv("ICELAB_BOOK", BOOK, 1);
	setenv("ICELAB_WORK", WORK, 1);
	unsetenv("ICELAB_ECHO");
	unsetenv("ICELAB_EACH");
	if (options->echo)
		setenv("ICELAB_ECHO", "1", 1);
	else
		log = open(options->log, O_WRONLY | O_CREAT | O_TRUNC, 0644);
	if (options->each)
		setenv("ICELAB_EACH", "1", 1);
	if (log >= 0 && (dup2(log, STDOUT_FILENO) < 0 || dup2(log, STDERR_FILENO) < 0))
		_exit(126);
	/* An ordinary login has no /usr/sbin in its path, and nft lives there. */
	setenv("PATH", "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", 1);
	execlp("sh", "sh", script, NULL);
	_exit(127);
}

/* The last line that is not empty; caller frees. */
static char *last_line(const char *path)
{
	g_autofree char *text = NULL;
	char *line;

	if (path == NULL || !g_file_get_contents(path, &text, NULL, NULL))
		return g_strdup("see above");
	g_strchomp(text);
	line = strrchr(text, '\n');
	return g_strdup(line != NULL ? line + 1 : text);
}

IcelabBook *icelab_topology_build(const IcelabTopologyOptions *options, GError **error)
{
	g_autofree char *script = g_build_filename(options->folder, options->name, NULL);
	g_autofree char *text = NULL;
	g_autofree char *said = NULL;
	int status;
	pid_t pid;

	if (access(script, R_OK) != 0) {
		g_set_error(error, ICELAB_LAB_ERROR, ICELAB_LAB_ERROR_BROKEN,
			"there is no topology %s: %s: %s", options->name, script, g_strerror(errno));
		return NULL;
	}
	if (mkdir(WORK, 0755) != 0 && errno != EEXIST) {
		g_set_error(
			error, ICELAB_LAB_ERROR, ICELAB_LAB_ERROR_BROKEN, "%s: %s", WORK, g_strerror(errno));
		return NULL;
	}
	pid = fork();
	if (pid == 0)
		run_script(options, script);
	if (pid < 0 || TEMP_FAILURE_RETRY(waitpid(pid, &status, 0)) != pid) {
		g_set_error(
			error, ICELAB_LAB_ERROR, ICELAB_LAB_ERROR_BROKEN, "%s: %s", script, g_strerror(errno));
		return NULL;
	}
	said = last_line(options->echo ? NULL : options->log);
	if (WIFEXITED(status) && WEXITSTATUS(status) == EXIT_SKIP) {
		g_set_error(error, ICELAB_LAB_ERROR, ICELAB_LAB_ERROR_SKIP, "%s",
			g_str_has_prefix(said, "skip: ") ? said + 6 : said);
		return NULL;
	}
	if (!WIFEXITED(status) || WEXITSTATUS(status) != 0) {
		g_set_error(error, ICELAB_LAB_ERROR, ICELAB_LAB_ERROR_BROKEN,
			"the topology %s could not be built: %s", options->name, said);
		return NULL;
	}
	if (!g_file_get_contents(BOOK, &text, NULL, error))
		return NULL;
	return icelab_book_parse(text, BOOK, error);
}

int icelab_topology_open_node(const char *node, GError **error)
{
	g_autofree char *path = g_build_filename("/run/netns", node, NULL);
	int descriptor = open(path, O_RDONLY | O_CLOEXEC);

	if (descriptor < 0)
		g_set_error(error, ICELAB_LAB_ERROR, ICELAB_LAB_ERROR_BROKEN,
			"the node %s has no network namespace: %s: %s", node, path, g_strerror(errno));
	return descriptor;
}

gpointer icelab_topology_in_node(int node, IcelabNodeBody body, gpointer data, GError **error)
{
	int home = open("/proc/thread-self/ns/net", O_RDONLY | O_CLOEXEC);
	gpointer result = NULL;

	if (home < 0 || setns(node, CLONE_NEWNET) != 0)
		g_set_error(error, ICELAB_LAB_ERROR, ICELAB_LAB_ERROR_BROKEN,
			"entering a node's network namespace: %s", g_strerror(errno));
	else
		result = body(data, error);
	/* Being lost in a node would put the lab's own sockets on the network under test. */
	if (home >= 0 && setns(home, CLONE_NEWNET) != 0)
		g_error("leaving a node's network namespace: %s", g_strerror(errno));
	if (home >= 0)
		close(home);
	return result;
}
