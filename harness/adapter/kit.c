/* SPDX-License-Identifier: MIT */
#ifndef _POSIX_C_SOURCE
#define _POSIX_C_SOURCE 200809L /* flockfile */
#endif

#include "kit.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *implementation_name = "adapter";

static void write_failed(void)
{
	fprintf(stderr, "%s: standard output: %s\n", implementation_name, strerror(errno));
	exit(1);
}

static void put(const char *text)
{
	fputs(text, stdout);
}

/* The length of the valid UTF-8 sequence at `text`, or 0. Surrogates, overlong forms and what lies
 * behind U+10FFFF are refused (RFC 3629 section 4). The NUL at the end is no continuation byte, so
 * nothing is read behind it. */
static int utf8_length(const unsigned char *text)
{
	unsigned char first = text[0];
	unsigned char lowest = 0x80, highest = 0xbf;
	int length;

	if (first < 0x80)
		return 1;
	if (first >= 0xc2 && first <= 0xdf)
		length = 2;
	else if (first >= 0xe0 && first <= 0xef)
		length = 3;
	else if (first >= 0xf0 && first <= 0xf4)
		length = 4;
	else
		return 0;

	if (first == 0xe0)
		lowest = 0xa0;
	else if (first == 0xed)
		highest = 0x9f;
	else if (first == 0xf0)
		lowest = 0x90;
	else if (first == 0xf4)
		highest = 0x8f;

	if (text[1] < lowest || text[1] > highest)
		return 0;
	for (int i = 2; i < length; i++) {
		if (text[i] < 0x80 || text[i] > 0xbf)
			return 0;
	}
	return length;
}

static void put_string(const char *string)
{
	const unsigned char *text = (const unsigned char *)(string == NULL ? "" : string);

	putchar('"');
	while (*text != '\0') {
		int length = utf8_length(text);

		if (length == 0) {
			put("\\ufffd");
			text++;
			continue;
		}
		if (*text == '"' || *text == '\\') {
			putchar('\\');
			putchar(*text);
		} else if (*text == '\n') {
			put("\\n");
		} else if (*text == '\r') {
			put("\\r");
		} else if (*text == '\t') {
			put("\\t");
		} else if (*text < 0x20 || *text == 0x7f) {
			printf("\\u%04x", *text);
		} else {
			fwrite(text, 1, (size_t)length, stdout);
		}
		text += length;
	}
	putchar('"');
}

static void put_list(const char *const *list)
{
	putchar('[');
	for (int i = 0; list != NULL && list[i] != NULL; i++) {
		if (i > 0)
			putchar(',');
		put_string(list[i]);
	}
	putchar(']');
}

/* Everything between begin_line and end_line is one line, whichever threads write. */
static void begin_line(const char *type)
{
	flockfile(stdout);
	put("{\"type\":\"");
	put(type);
	putchar('"');
}

static void put_member(const char *name, const char *value)
{
	printf(",\"%s\":", name);
	put_string(value);
}

static void flush_line(void)
{
	if (fflush(stdout) != 0 || ferror(stdout))
		write_failed();
	funlockfile(stdout);
}

static void end_line(void)
{
	put("}\n");
	flush_line();
}

void icelab_kit_policy(const char *policy, const char *detail)
{
	begin_line("policy");
	put_member("policy", policy);
	put_member("detail", detail);
	end_line();
}

void icelab_kit_policy_in_force(
	const char *policy, const char *detail, const char *effective, const char *proof)
{
	begin_line("policy");
	put_member("policy", policy);
	put_member("detail", detail);
	put_member("effective", effective);
	put_member("proof", proof);
	end_line();
}

void icelab_kit_candidate(const char *line)
{
	begin_line("candidate");
	put_member("candidate", line);
	end_line();
}

void icelab_kit_sdp(const char *when, const char *sdp)
{
	begin_line("sdp");
	put_member("when", when);
	put_member("sdp", sdp);
	end_line();
}

void icelab_kit_stats(const char *json)
{
	begin_line("stats");
	put(",\"stats\":");
	for (const char *next = json == NULL ? "{}" : json; *next != '\0'; next++)
		putchar(*next == '\n' || *next == '\r' ? ' ' : *next);
	end_line();
}

void icelab_kit_error(const char *address, int port, const char *url, int code, const char *text)
{
	begin_line("error");
	put_member("address", address);
	printf(",\"port\":%d", port);
	put_member("url", url);
	printf(",\"code\":%d", code);
	put_member("text", text);
	end_line();
}

void icelab_kit_state(const char *state)
{
	begin_line("state");
	put_member("state", state);
	end_line();
}

void icelab_kit_line(const char *json)
{
	flockfile(stdout);
	put(json);
	putchar('\n');
	flush_line();
}

int icelab_kit_done(void)
{
	begin_line("done");
	end_line();
	return ICELAB_KIT_EXIT_DONE;
}

void icelab_kit_unsupported(const char *why)
{
	fprintf(stderr, "%s: unsupported: %s\n", implementation_name, why == NULL ? "" : why);
	exit(ICELAB_KIT_EXIT_UNSUPPORTED);
}

static void describe(const IcelabImplementation *implementation)
{
	flockfile(stdout);
	printf("{\"protocol\":%d,\"name\":", ICELAB_KIT_PROTOCOL);
	put_string(implementation->name);
	put_member("version", implementation->version);
	put(",\"policies\":");
	put_list(implementation->policies);
	put(",\"features\":");
	put_list(implementation->features);
	if (implementation->issues != NULL)
		put_member("issues", implementation->issues);
	if (implementation->deadline_ms > 0)
		printf(",\"deadline_ms\":%d", implementation->deadline_ms);
	end_line();
}

static void refuse(const char *variable, const char *value, const char *wanted)
{
	fprintf(stderr, "%s: %s is %s%s%s, not %s\n", implementation_name, variable,
		value == NULL ? "" : "'", value == NULL ? "unset" : value, value == NULL ? "" : "'",
		wanted);
	if (value == NULL)
		fprintf(stderr, "%s: icelab starts this program; by hand: %s --describe\n",
			implementation_name, implementation_name);
	exit(1);
}

static const char *text_variable(const char *variable)
{
	const char *value = getenv(variable);

	return value == NULL ? "" : value;
}

/* Decimal digits only: strtol would take a sign and white space too. */
static int number_variable(const char *variable, int missing, int highest)
{
	const char *value = getenv(variable);
	long long number = 0;

	if (value == NULL)
		return missing;
	for (const char *digit = value; *digit != '\0'; digit++) {
		if (*digit < '0' || *digit > '9' || (number = number * 10 + (*digit - '0')) > highest)
			refuse(variable, value, "a number in range");
	}
	if (*value == '\0')
		refuse(variable, value, "a number");
	return (int)number;
}

static const char *const *list_variable(const char *variable)
{
	const char *value = text_variable(variable);
	size_t length = strlen(value);
	/* Words are parted by at least one space, so there are no more than half the bytes. They stand
	 * behind the list in the same block, which lives as long as the process. */
	size_t pointers = length / 2 + 2;
	const char **list = (const char **)malloc(pointers * sizeof(*list) + length + 1);
	size_t count = 0;
	char *words;

	if (list == NULL) {
		fprintf(stderr, "%s: out of memory\n", implementation_name);
		exit(1);
	}
	words = (char *)(list + pointers);
	memcpy(words, value, length + 1);
	for (char *word = strtok(words, " "); word != NULL; word = strtok(NULL, " "))
		list[count++] = word;
	list[count] = NULL;
	return list;
}

static bool contains(const char *const *list, const char *word)
{
	for (int i = 0; list != NULL && list[i] != NULL; i++) {
		if (strcmp(list[i], word) == 0)
			return true;
	}
	return false;
}

const IcelabRequest *icelab_kit_start(
	int argc, char **argv, const IcelabImplementation *implementation)
{
	static IcelabRequest request;
	const char *protocol = getenv("ICELAB_PROTOCOL");

	implementation_name = implementation->name;
	if (argc == 2 && strcmp(argv[1], "--describe") == 0) {
		describe(implementation);
		exit(ICELAB_KIT_EXIT_DONE);
	}
	if (argc > 1) {
		fprintf(
			stderr, "%s: '%s' is no option; there is --describe\n", implementation_name, argv[1]);
		exit(1);
	}
	if (protocol == NULL || strcmp(protocol, "1") != 0)
		refuse("ICELAB_PROTOCOL", protocol, "1");

	request.policy = getenv("ICELAB_POLICY");
	if (request.policy == NULL)
		refuse("ICELAB_POLICY", NULL, "a policy");
	if (!contains(implementation->policies, request.policy))
		icelab_kit_unsupported("policy is not among those of --describe");
	request.id = text_variable("ICELAB_ID");
	request.consent = number_variable("ICELAB_CONSENT", 0, 1) == 1;
	request.stun = list_variable("ICELAB_STUN");
	request.turn = list_variable("ICELAB_TURN");
	request.proxy = *text_variable("ICELAB_PROXY") == '\0' ? NULL : text_variable("ICELAB_PROXY");
	request.origin = list_variable("ICELAB_ORIGIN");
	request.deadline_ms = number_variable("ICELAB_DEADLINE_MS", 10000, INT_MAX);
	return &request;
}
