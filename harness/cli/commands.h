/* SPDX-License-Identifier: MIT */
#pragma once

/* The subcommands of icelab. Each gets the command line from its own name on, and returns the exit
 * code. */

int icelab_run_main(int argc, char **argv);
int icelab_list_main(int argc, char **argv);
int icelab_shell_main(int argc, char **argv);
int icelab_audit_main(int argc, char **argv);
int icelab_judge_main(int argc, char **argv);
int icelab_expect_main(int argc, char **argv);
