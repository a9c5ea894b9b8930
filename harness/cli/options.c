/* SPDX-License-Identifier: MIT */
#include "cli/options.h"

#include <errno.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lab/sandbox.h"
#include "lab/topology.h"
#include "report/text.h"

#define ELEVATED "ICELAB_ELEVATED"

static void take_folder(char **target, char *given)
{
	if (given == NULL)
		return;
	g_free(*target);
	*target = g_canonicalize_filename(given, NULL);
	g_free(given);
}

void icelab_parse_options(int *argc, char ***argv, const GOptionEntry *entries,
	const char *parameters, const char *summary, IcelabFolders *folders)
{
	char *netns = NULL;
	char *scenarios = NULL;
	char *adapters = NULL;
	const GOptionEntry folder_entries[] = {
		{"netns", 0, 0, G_OPTION_ARG_FILENAME, &netns, "Take topologies from DIR", "DIR"},
		{"scenarios", 0, 0, G_OPTION_ARG_FILENAME, &scenarios, "Take scenarios from DIR", "DIR"},
		{"adapters", 0, 0, G_OPTION_ARG_FILENAME, &adapters, "Take adapters from DIR", "DIR"},
		G_OPTION_ENTRY_NULL,
	};
	g_autoptr(GOptionContext) context = g_option_context_new(parameters);
	g_autoptr(GError) error = NULL;

	if (entries != NULL)
		g_option_context_add_main_entries(context, entries, NULL);
	g_option_context_add_main_entries(context, folder_entries, NULL);
	g_option_context_set_summary(context, summary);
	if (!g_option_context_parse(context, argc, argv, &error)) {
		fprintf(stderr, "%s: %s; see --help\n", g_get_prgname(), error->message);
		exit(ICELAB_EXIT_USAGE);
	}
	take_folder(&folders->netns, netns);
	take_folder(&folders->scenarios, scenarios);
	take_folder(&folders->adapters, adapters);
}

gboolean icelab_must_work(void)
{
	const char *ci = g_getenv("CI");

	return g_getenv("ICELAB_MUST_WORK") != NULL || (ci != NULL && g_str_equal(ci, "true"));
}

void icelab_say(const GError *error)
{
	g_autofree char *plain = icelab_text_plain(error->message, 0);

	fprintf(stderr, "icelab: %s\n", plain);
}

int icelab_tell(const GError *error)
{
	icelab_say(error);
	if (g_error_matches(error, ICELAB_SANDBOX_ERROR, ICELAB_SANDBOX_ERROR_DENIED) ||
		g_error_matches(error, ICELAB_LAB_ERROR, ICELAB_LAB_ERROR_SKIP))
		return icelab_must_work() ? ICELAB_EXIT_BROKEN : ICELAB_EXIT_SKIP;
	if (error->domain == ICELAB_SANDBOX_ERROR || error->domain == ICELAB_LAB_ERROR)
		return ICELAB_EXIT_BROKEN;
	return ICELAB_EXIT_USAGE;
}

static gboolean can_become_root(void)
{
	char *const argv[] = {(char *)"sudo", (char *)"-n", (char *)"true", NULL};
	int status = 1;

	return g_spawn_sync(NULL, (char **)argv, NULL,
			   G_SPAWN_SEARCH_PATH | G_SPAWN_STDOUT_TO_DEV_NULL | G_SPAWN_STDERR_TO_DEV_NULL, NULL,
			   NULL, NULL, NULL, &status, NULL) &&
		   WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

void icelab_elevate(char **argv, const GError *error)
{
	g_autoptr(GPtrArray) command = g_ptr_array_new();
	g_autofree char *program = g_file_read_link("/proc/self/exe", NULL);

	if (!g_error_matches(error, ICELAB_SANDBOX_ERROR, ICELAB_SANDBOX_ERROR_DENIED) ||
		geteuid() == 0 || program == NULL || !can_become_root())
		return;
	g_ptr_array_add(command, (gpointer) "sudo");
	g_ptr_array_add(command, (gpointer) "-n");
	g_ptr_array_add(command,
		(gpointer) "--preserve-env=CI,DISPLAY,ICELAB_MUST_WORK,NO_COLOR,TERM,PATH,XAUTHORITY");
	g_ptr_array_add(command, (gpointer)(ELEVATED "=1"));
	g_ptr_array_add(command, program);
	for (guint i = 0; argv[i] != NULL; i++)
		g_ptr_array_add(command, argv[i]);
	g_ptr_array_add(command, NULL);
	execvp("sudo", (char **)command->pdata);
}

static uid_t owner;
static gid_t owner_group;

static int give_back(const char *path, G_GNUC_UNUSED const struct stat *status,
	G_GNUC_UNUSED int kind, G_GNUC_UNUSED struct FTW *walk)
{
	/* A file that stays root's is still the person's evidence; nothing depends on it. */
	if (lchown(path, owner, owner_group) != 0)
		fprintf(stderr, "icelab: %s stays root's: %s\n", path, strerror(errno));
	return 0;
}

void icelab_give_back(const char *folder)
{
	const char *user = g_getenv("SUDO_UID");
	const char *group = g_getenv("SUDO_GID");

	if (g_getenv(ELEVATED) == NULL || user == NULL || group == NULL)
		return;
	owner = (uid_t)g_ascii_strtoull(user, NULL, 10);
	owner_group = (gid_t)g_ascii_strtoull(group, NULL, 10);
	nftw(folder, give_back, 16, FTW_PHYS);
}
