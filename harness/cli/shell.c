/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "audit/witness.h"
#include "cli/commands.h"
#include "cli/network.h"
#include "lab/stage.h"

static const char summary[] = "Builds the network of SCENARIO and opens a shell in its client, "
							  "with the address book on screen; or runs\n"
							  "COMMAND there and returns its exit status. STUN servers answer, the "
							  "web application's host serves its page,\nand everything ends with "
							  "the shell.";

static void print_book(const IcelabLab *lab, const IcelabScenario *scenario)
{
	fprintf(stderr, "%s (topology %s)\n", scenario->title, lab->book->topology);
	for (guint i = 0; i < lab->book->addresses->len; i++) {
		const IcelabNamedAddress *named = lab->book->addresses->pdata[i];
		const IcelabServer *server = icelab_book_server(lab->book, named->name);
		char text[ICELAB_ADDRESS_TEXT];

		fprintf(stderr, "  %-14s %-26s %s %s", named->name,
			icelab_address_format(&named->address, text), named->node, named->interface);
		if (server != NULL)
			fprintf(stderr, ", STUN on port %u", server->port);
		if (g_ptr_array_find(lab->book->origins, named, NULL))
			fputs(", the page", stderr);
		if (g_strv_contains((const char *const *)scenario->protects, named->name))
			fputs(", protected", stderr);
		fputc('\n', stderr);
	}
}

static int run_shell(IcelabLab *lab, const IcelabScenario *scenario, gpointer data)
{
	char **command = data;
	char *bash[] = {(char *)"/bin/bash", (char *)"--norc", (char *)"-i", NULL};
	char *sh[] = {(char *)"/bin/sh", NULL};
	g_autofree char *program = command != NULL ? g_find_program_in_path(command[0]) : NULL;
	g_autofree char *name = g_strdup_printf("ICELAB_SCENARIO=%s", scenario->name);
	g_autofree char *prompt = g_strdup_printf("PS1=%s client# ", scenario->name);
	char *environment[] = {name, prompt,
		(char *)"PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", NULL};
	IcelabStage stage = {
		.argv = command != NULL              ? command
				: access(bash[0], X_OK) == 0 ? bash
											 : sh,
		.environment = environment,
		.network = lab->client,
		.input = STDIN_FILENO,
		.output = STDOUT_FILENO,
		.errors = STDERR_FILENO,
		.terminal = TRUE,
	};
	IcelabWitness *witness = icelab_witness_new(lab, scenario);
	int status;
	pid_t pid;

	if (command == NULL)
		print_book(lab, scenario);
	else if (program != NULL)
		command[0] = program;
	pid = icelab_stage_start(&stage);
	status = pid < 0 ? -1 : icelab_witness_attend(witness, pid);
	icelab_witness_free(witness);
	if (status < 0) {
		fprintf(stderr, "icelab: %s\n", strerror(errno));
		return ICELAB_EXIT_BROKEN;
	}
	return WIFEXITED(status) ? WEXITSTATUS(status) : ICELAB_EXIT_BROKEN;
}

int icelab_shell_main(int argc, char **argv)
{
	g_auto(GStrv) given = g_strdupv(argv);
	g_autoptr(IcelabFolders) folders = icelab_folders_new();
	gboolean echo = FALSE;
	gboolean each = FALSE;
	char **command;
	const GOptionEntry entries[] = {
		{"echo", 0, 0, G_OPTION_ARG_NONE, &echo,
			"Show every command that builds the network, as one would type it", NULL},
		{"each", 0, 0, G_OPTION_ARG_NONE, &each,
			"Build the network with one process a command (slow; for comparison)", NULL},
		G_OPTION_ENTRY_NULL,
	};

	icelab_parse_options(&argc, &argv, entries, "SCENARIO [-- COMMAND...]", summary, folders);
	if (argc < 2) {
		fprintf(stderr, "%s: name a SCENARIO; see --help\n", g_get_prgname());
		return ICELAB_EXIT_USAGE;
	}
	command = argv + 2;
	if (command[0] != NULL && g_str_equal(command[0], "--"))
		command++;

	IcelabNetwork network = {
		.topology = {.echo = echo, .each = each},
		.page = folders->page,
		.use = run_shell,
		.data = command[0] != NULL ? command : NULL,
	};

	return icelab_network_use(folders, argv[1], &network, given);
}
