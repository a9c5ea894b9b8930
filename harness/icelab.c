/* SPDX-License-Identifier: MIT */
#include <glib.h>
#include <locale.h>
#include <stdio.h>

#include "cli/commands.h"
#include "cli/doctor.h"
#include "cli/options.h"

static const struct {
	const char *name;
	int (*run)(int argc, char **argv);
	const char *summary;
} commands[] = {
	{"run", icelab_run_main, "Run implementations in networks and judge them (the leak table)"},
	{"list", icelab_list_main, "List adapters, scenarios and policies"},
	{"shell", icelab_shell_main, "Open a shell in the client of a scenario's network"},
	{"audit", icelab_audit_main, "Show in a browser what it gives away in a scenario's network"},
	{"judge", icelab_judge_main, "Judge a recorded run again"},
	{"expect", icelab_expect_main, "Print what the network itself asks of a scenario's policies"},
	{"doctor", icelab_doctor_main, "Say what this machine has, lacks, and how to get it"},
};

static void print_help(FILE *stream)
{
	fputs("Usage: icelab COMMAND [OPTION...]\n\n"
		  "Which IP addresses does an ICE implementation give away, under which policy, in which "
		  "network?\n\n"
		  "Commands:\n",
		stream);
	for (gsize i = 0; i < G_N_ELEMENTS(commands); i++)
		fprintf(stream, "  %-8s %s\n", commands[i].name, commands[i].summary);
	fputs("\n\"icelab COMMAND --help\" explains a command.\n\n"
		  "Exit codes: 0 all pass, 1 a cell failed, 2 usage, 77 nothing could run here, 99 a lab "
		  "or an\n"
		  "adapter broke.\n",
		stream);
}

int main(int argc, char **argv)
{
	const char *name = argc > 1 ? argv[1] : "";

	setlocale(LC_CTYPE, "");
	if (g_str_equal(name, "--help") || g_str_equal(name, "-h") || g_str_equal(name, "help")) {
		print_help(stdout);
		return ICELAB_EXIT_PASS;
	}
	if (g_str_equal(name, "--version")) {
		puts("icelab " ICELAB_VERSION);
		return ICELAB_EXIT_PASS;
	}
	for (gsize i = 0; i < G_N_ELEMENTS(commands); i++) {
		if (!g_str_equal(commands[i].name, name))
			continue;
		g_autofree char *program = g_strconcat("icelab ", name, NULL);

		g_set_prgname(program);
		return commands[i].run(argc - 1, argv + 1);
	}
	if (argc > 1)
		fprintf(stderr, "icelab: \"%s\" is no command\n\n", name);
	print_help(stderr);
	return ICELAB_EXIT_USAGE;
}
