/* SPDX-License-Identifier: MIT */
#include "hostile.h"

#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* An adapter that means harm, in as many ways as it has names. Under any other name, or where its
 * name has no way for it, it behaves. tests/hostile.sh says what must become of each. */

void say(const char *text)
{
	size_t left = strlen(text);

	while (left > 0) {
		ssize_t count = write(STDOUT_FILENO, text, left);

		/* Whoever reads has had enough. */
		if (count < 0)
			_exit(1);
		text += count;
		left -= (size_t)count;
	}
}

void succeed_at(const char *what)
{
	fprintf(stderr, "it can %s\n", what);
	_exit(1);
}

static void wait_for_ever(void)
{
	for (;;)
		pause();
}

static void finish(void)
{
	say("{\"type\":\"done\"}\n");
	_exit(0);
}

/* Lines that break the protocol. */

static void garbage(void)
{
	say("\x7f"
		"ELF\x02\x01 this is no JSON\n");
	finish();
}

static void half_line(void)
{
	say("{\"type\":\"done\"}");
	_exit(0);
}

static void long_line(void)
{
	static char megabyte[1024 * 1024 + 1];

	memset(megabyte, 'x', sizeof megabyte - 1);
	say("{\"type\":\"state\",\"state\":\"");
	say(megabyte);
	say("\"}\n");
	finish();
}

static void nul_byte(void)
{
	static const char line[] = "{\"type\":\"state\",\0\"state\":\"gathering\"}\n";

	if (write(STDOUT_FILENO, line, sizeof line - 1) < 0)
		_exit(1);
	finish();
}

static void other_policy(void)
{
	say("{\"type\":\"policy\",\"policy\":\"disable_non_proxied_udp\",\"effective\":\"default\"}\n");
	finish();
}

static void deep_json(void)
{
	static char brackets[100 * 1000 + 1];

	memset(brackets, '[', sizeof brackets - 1);
	say("{\"type\":\"stats\",\"stats\":");
	say(brackets);
	say("\n");
	finish();
}

static void candidate_flood(void)
{
	for (int i = 0; i < 100 * 1000; i++) {
		char line[160];

		snprintf(line, sizeof line,
			"{\"type\":\"candidate\",\"candidate\":"
			"\"candidate:%d 1 UDP 2130706431 192.168.1.10 %d typ host\"}\n",
			i, 1024 + i % 60000);
		say(line);
	}
	finish();
}

/* Ends. */

static void drip(void)
{
	for (;;) {
		say("{\"type\":\"state\",\"state\":\"gathering\"}\n");
		usleep(20 * 1000);
	}
}

static void stop(void)
{
	raise(SIGSTOP);
}

static void no_done(void)
{
	_exit(0);
}

static void exit_1(void)
{
	fputs("no such codec\n", stderr);
	_exit(1);
}

static void exit_77(void)
{
	fputs("no such policy on this machine\n", stderr);
	_exit(77);
}

static void crash(void)
{
	/* A sanitizer would make an exit status of it. */
	signal(SIGSEGV, SIG_DFL);
	raise(SIGSEGV);
}

static void close_output(void)
{
	close(STDOUT_FILENO);
	wait_for_ever();
}

static void linger(void)
{
	say("{\"type\":\"done\"}\n");
	close(STDOUT_FILENO);
	wait_for_ever();
}

static void escape_sequences(void)
{
	/* Sets the title of the terminal, and clears it. */
	fputs("\033]0;owned\a\033[2J\n", stderr);
	_exit(1);
}

static void log_lines(int count)
{
	static char line[64 * 1024];

	memset(line, 'x', sizeof line - 1);
	line[sizeof line - 1] = '\n';
	for (int i = 0; i != count; i++) {
		if (write(STDERR_FILENO, line, sizeof line) < 0)
			_exit(1);
	}
}

static void log_flood(void)
{
	log_lines(256);
	finish();
}

static void log_for_ever(void)
{
	log_lines(-1);
}

/* Waits until the test lets it go on: tells that it runs through one pipe, HOSTILE_READY, and reads
 * another, HOSTILE_GO. */
static void hold(void)
{
	FILE *ready = fopen(getenv("HOSTILE_READY"), "w");
	FILE *go = ready != NULL && fputs("ready\n", ready) >= 0 && fflush(ready) == 0
				   ? fopen(getenv("HOSTILE_GO"), "r")
				   : NULL;
	char line[16];

	if (go == NULL || fgets(line, sizeof line, go) == NULL) {
		perror("the test's pipes");
		_exit(1);
	}
	finish();
}

/* How it answers before it has a network. */

static void describe_garbage(void)
{
	say("GstElement: gathering...\n{\"protocol\":");
	_exit(0);
}

static void describe_flood(void)
{
	for (;;)
		say("{\"protocol\":1,\"policies\":[\"default\"],\"version\":\"x\"}\n");
}

typedef struct {
	const char *name;
	void (*act)(void);
} Way;

/* What it does once it has a network. */
static const Way gatherings[] = {
	{"attack-files", attack_files},
	{"attack-mounts", attack_mounts},
	{"attack-network", attack_network},
	{"attack-processes", attack_processes},
	{"attack-sockets", attack_sockets},
	{"candidate-flood", candidate_flood},
	{"close-output", close_output},
	{"count-to-limit", count_to_limit},
	{"crash", crash},
	{"deep-json", deep_json},
	{"drip", drip},
	{"escape-sequences", escape_sequences},
	{"exit-1", exit_1},
	{"exit-77", exit_77},
	{"fill-disks", fill_disks},
	{"flood-packets", flood_packets},
	{"flood-requests", flood_requests},
	{"garbage", garbage},
	{"half-line", half_line},
	{"hold", hold},
	{"leave-daemons", leave_daemons},
	{"linger", linger},
	{"log-flood", log_flood},
	{"log-for-ever", log_for_ever},
	{"long-line", long_line},
	{"no-done", no_done},
	{"nul-byte", nul_byte},
	{"other-policy", other_policy},
	{"silence", wait_for_ever},
	{"stop", stop},
	{"storm", storm},
};

/* Where it is asked who it is. */
static const Way descriptions[] = {
	{"describe-crash", crash},
	{"describe-flood", describe_flood},
	{"describe-garbage", describe_garbage},
	{"describe-nothing", no_done},
	{"describe-silence", wait_for_ever},
};

/* Where it is asked for a policy that does not exist. */
static const Way refusals[] = {
	{"accept-anything", finish},
	{"refuse-by-crash", crash},
	{"refuse-without-word", no_done},
};

static void act(const Way *ways, size_t count, const char *name)
{
	for (size_t i = 0; i < count; i++) {
		if (strcmp(ways[i].name, name) == 0)
			ways[i].act();
	}
}

/* Only the harness ends these. */
static bool is_endless(const char *name)
{
	static const char *const endless[] = {"candidate-flood", "close-output", "drip", "hold",
		"linger", "log-for-ever", "silence", "stop", "storm"};

	for (size_t i = 0; i < sizeof endless / sizeof endless[0]; i++) {
		if (strcmp(endless[i], name) == 0)
			return true;
	}
	return false;
}

#define ACT(ways) act((ways), sizeof(ways) / sizeof(ways)[0], name)

int main(int argc, char **argv)
{
	const char *slash = strrchr(argv[0], '/');
	const char *name = slash != NULL ? slash + 1 : argv[0];
	const char *policy = getenv("ICELAB_POLICY");

	signal(SIGPIPE, SIG_IGN);
	if (argc > 1 && strcmp(argv[1], "--describe") == 0) {
		ACT(descriptions);
		say("{\"protocol\":1,\"name\":\"hostile\",\"version\":\"1\",\"policies\":"
			"[\"disable_non_proxied_udp\",\"relay\"]");
		/* What ends by itself is not to be cut off on a busy machine. */
		say(is_endless(name) ? "}\n" : ",\"deadline_ms\":60000}\n");
		return 0;
	}
	if (policy == NULL || strncmp(policy, "unknown_", 8) == 0) {
		ACT(refusals);
		return 77;
	}
	/* Without a proxy or a TURN server these two policies allow nothing: who says nothing keeps
	 * them. */
	ACT(gatherings);
	finish();
}
