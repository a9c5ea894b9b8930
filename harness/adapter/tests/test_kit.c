/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "adapter/kit.h"

/* The kit ends its process, so that each case runs in a child of its own. */

static const char *const policies[] = {"default", "relay", NULL};
static const char *const features[] = {"consent", NULL};
static const IcelabImplementation implementation = {.name = "a \"name\"",
	.version = "1.0",
	.policies = policies,
	.features = features,
	.issues = "https://example.org/"};

typedef struct {
	int code;
	char output[8192];
} Outcome;

static Outcome run(void (*body)(void))
{
	Outcome outcome = {0};
	size_t length = 0;
	ssize_t got;
	int ends[2], status;

	fflush(NULL);
	assert_int_equal(pipe(ends), 0);
	pid_t child = fork();
	assert_true(child >= 0);
	if (child == 0) {
		dup2(ends[1], STDOUT_FILENO);
		close(ends[0]);
		close(ends[1]);
		if (freopen("/dev/null", "w", stderr) == NULL)
			_exit(99);
		body();
		exit(42);
	}
	close(ends[1]);
	while ((got = read(ends[0], outcome.output + length, sizeof(outcome.output) - 1 - length)) > 0)
		length += (size_t)got;
	close(ends[0]);
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFEXITED(status));
	outcome.code = WEXITSTATUS(status);
	return outcome;
}

static void ask(const char *policy)
{
	setenv("ICELAB_PROTOCOL", "1", 1);
	setenv("ICELAB_POLICY", policy, 1);
}

static const IcelabRequest *start(void)
{
	char name[] = "adapter";
	char *arguments[] = {name, NULL};

	return icelab_kit_start(1, arguments, &implementation);
}

static void start_describe(void)
{
	char name[] = "adapter", option[] = "--describe";
	char *arguments[] = {name, option, NULL};

	icelab_kit_start(2, arguments, &implementation);
}

static void start_other_option(void)
{
	char name[] = "adapter", option[] = "--help";
	char *arguments[] = {name, option, NULL};

	ask("default");
	icelab_kit_start(2, arguments, &implementation);
}

static void test_describe(void **state)
{
	Outcome outcome = run(start_describe);

	(void)state;
	assert_int_equal(outcome.code, 0);
	assert_string_equal(outcome.output,
		"{\"protocol\":1,\"name\":\"a \\\"name\\\"\",\"version\":\"1.0\","
		"\"policies\":[\"default\",\"relay\"],\"features\":[\"consent\"],"
		"\"issues\":\"https://example.org/\"}\n");
	assert_int_equal(run(start_other_option).code, 1);
}

static void describe_slow(void)
{
	IcelabImplementation slow = implementation;
	char name[] = "adapter", option[] = "--describe";
	char *arguments[] = {name, option, NULL};

	slow.deadline_ms = 60000;
	icelab_kit_start(2, arguments, &slow);
}

static void test_deadline_wish(void **state)
{
	Outcome outcome = run(describe_slow);

	(void)state;
	assert_int_equal(outcome.code, 0);
	assert_non_null(strstr(outcome.output, ",\"deadline_ms\":60000}\n"));
}

static void whole_line(void)
{
	icelab_kit_line("{\"type\":\"state\",\"state\":\"\\u0007\"}");
	exit(0);
}

static void test_whole_line(void **state)
{
	(void)state;
	assert_string_equal(run(whole_line).output, "{\"type\":\"state\",\"state\":\"\\u0007\"}\n");
}

static void known_policy(void)
{
	ask("relay");
	start();
}

static void unknown_policy(void)
{
	ask("policy-7f3a");
	start();
}

static void prefix_of_a_policy(void)
{
	ask("rela");
	start();
}

static void no_request(void)
{
	unsetenv("ICELAB_PROTOCOL");
	start();
}

static void other_protocol(void)
{
	ask("default");
	setenv("ICELAB_PROTOCOL", "2", 1);
	start();
}

static void no_policy(void)
{
	ask("default");
	unsetenv("ICELAB_POLICY");
	start();
}

static void test_which_request_is_taken(void **state)
{
	(void)state;
	assert_int_equal(run(known_policy).code, 42);
	assert_int_equal(run(unknown_policy).code, 77);
	assert_string_equal(run(unknown_policy).output, "");
	assert_int_equal(run(prefix_of_a_policy).code, 77);
	assert_int_equal(run(no_request).code, 1);
	assert_int_equal(run(other_protocol).code, 1);
	assert_int_equal(run(no_policy).code, 1);
}

static void print_request(void)
{
	const IcelabRequest *request;

	ask("default");
	setenv("ICELAB_ID", "lan/default", 1);
	setenv("ICELAB_CONSENT", "1", 1);
	setenv("ICELAB_STUN", "stun:192.0.2.53:3478 stun:[2001:db8::1]:3478", 1);
	setenv("ICELAB_TURN", "", 1);
	setenv("ICELAB_PROXY", "socks5://192.0.2.9:1080", 1);
	setenv("ICELAB_ORIGIN", "  192.0.2.80 ", 1);
	setenv("ICELAB_DEADLINE_MS", "2500", 1);
	request = start();
	printf("%s|%s|%d|", request->id, request->policy, request->consent);
	for (int i = 0; request->stun[i] != NULL; i++)
		printf("%s,", request->stun[i]);
	printf("|%s|%s|%s,%s|%d", request->turn[0] == NULL ? "none" : "some", request->proxy,
		request->origin[0], request->origin[1] == NULL ? "end" : "more", request->deadline_ms);
}

static void print_bare_request(void)
{
	const IcelabRequest *request;

	ask("default");
	setenv("ICELAB_PROXY", "", 1);
	request = start();
	printf("%s|%d|%d%d%d|%s|%d", request->id, request->consent, request->stun[0] == NULL,
		request->turn[0] == NULL, request->origin[0] == NULL,
		request->proxy == NULL ? "none" : "some", request->deadline_ms);
}

/* The most words that a text of that length can hold. */
static void print_dense_list(void)
{
	const IcelabRequest *request;

	ask("default");
	setenv("ICELAB_STUN", "a b c", 1);
	setenv("ICELAB_TURN", "d", 1);
	request = start();
	printf("%s%s%s%d%s%d", request->stun[0], request->stun[1], request->stun[2],
		request->stun[3] == NULL, request->turn[0], request->turn[1] == NULL);
}

static void test_request_values(void **state)
{
	(void)state;
	assert_string_equal(run(print_request).output,
		"lan/default|default|1|stun:192.0.2.53:3478,stun:[2001:db8::1]:3478,|none|"
		"socks5://192.0.2.9:1080|192.0.2.80,end|2500");
	assert_string_equal(run(print_dense_list).output, "abc1d1");
	assert_string_equal(run(print_bare_request).output, "|0|111|none|10000");
}

static void ask_consent(const char *value)
{
	ask("default");
	setenv("ICELAB_CONSENT", value, 1);
	start();
}

static void consent_2(void)
{
	ask_consent("2");
}

static void consent_word(void)
{
	ask_consent("true");
}

static void consent_empty(void)
{
	ask_consent("");
}

static void deadline_sign(void)
{
	ask("default");
	setenv("ICELAB_DEADLINE_MS", "-5", 1);
	start();
}

static void deadline_overflow(void)
{
	ask("default");
	setenv("ICELAB_DEADLINE_MS", "99999999999999999999999", 1);
	start();
}

/* A flag that is misread means another mode, silently: so nothing is guessed. */
static void test_values_that_are_refused(void **state)
{
	(void)state;
	assert_int_equal(run(consent_2).code, 1);
	assert_int_equal(run(consent_word).code, 1);
	assert_int_equal(run(consent_empty).code, 1);
	assert_int_equal(run(deadline_sign).code, 1);
	assert_int_equal(run(deadline_overflow).code, 1);
}

static void say_everything(void)
{
	icelab_kit_policy("default", NULL);
	icelab_kit_candidate("candidate:1 1 UDP 1 192.0.2.1 5 typ host");
	icelab_kit_sdp("gathered", "v=0\r\nm=\r\n");
	icelab_kit_stats("{\"a\":\n1}");
	icelab_kit_error(NULL, 0, "stun:x", 701, "no answer");
	icelab_kit_state("gathering");
	exit(icelab_kit_done());
}

static void test_lines(void **state)
{
	Outcome outcome = run(say_everything);

	(void)state;
	assert_int_equal(outcome.code, 0);
	assert_string_equal(outcome.output,
		"{\"type\":\"policy\",\"policy\":\"default\",\"detail\":\"\"}\n"
		"{\"type\":\"candidate\",\"candidate\":\"candidate:1 1 UDP 1 192.0.2.1 5 typ host\"}\n"
		"{\"type\":\"sdp\",\"when\":\"gathered\",\"sdp\":\"v=0\\r\\nm=\\r\\n\"}\n"
		"{\"type\":\"stats\",\"stats\":{\"a\": 1}}\n"
		"{\"type\":\"error\",\"address\":\"\",\"port\":0,\"url\":\"stun:x\",\"code\":701,"
		"\"text\":\"no answer\"}\n"
		"{\"type\":\"state\",\"state\":\"gathering\"}\n"
		"{\"type\":\"done\"}\n");
}

static const char *said;

static void say(void)
{
	icelab_kit_state(said);
}

static void assert_said(const char *text, const char *escaped)
{
	char line[512];

	said = text;
	snprintf(line, sizeof(line), "{\"type\":\"state\",\"state\":\"%s\"}\n", escaped);
	assert_string_equal(run(say).output, line);
}

static void test_escapes(void **state)
{
	(void)state;
	assert_said("\"\\/", "\\\"\\\\/");
	assert_said("a\x01"
				"b\x1f\x7f\t\r\n",
		"a\\u0001b\\u001f\\u007f\\t\\r\\n");
	assert_said("}\n{\"type\":\"done\"}", "}\\n{\\\"type\\\":\\\"done\\\"}");
	assert_said("\xc3\xa9 \xe2\x82\xac \xf0\x9f\xa7\x8a", "\xc3\xa9 \xe2\x82\xac \xf0\x9f\xa7\x8a");
	assert_said("\xf4\x8f\xbf\xbf", "\xf4\x8f\xbf\xbf");
}

static void test_bytes_that_are_not_utf8(void **state)
{
	(void)state;
	assert_said("\x80", "\\ufffd");                                  /* continuation byte alone */
	assert_said("\xc3", "\\ufffd");                                  /* cut off by the end */
	assert_said("\xf0\x9f\xa7", "\\ufffd\\ufffd\\ufffd");            /* cut off, longer */
	assert_said("\xc3(", "\\ufffd(");                                /* cut off by another letter */
	assert_said("\xc0\xaf", "\\ufffd\\ufffd");                       /* overlong */
	assert_said("\xe0\x80\xaf", "\\ufffd\\ufffd\\ufffd");            /* overlong */
	assert_said("\xed\xa0\x80", "\\ufffd\\ufffd\\ufffd");            /* surrogate */
	assert_said("\xf4\x90\x80\x80", "\\ufffd\\ufffd\\ufffd\\ufffd"); /* behind U+10FFFF */
	assert_said("\xff\xfe", "\\ufffd\\ufffd");
}

static void close_output(void)
{
	close(STDOUT_FILENO);
	icelab_kit_state("gathering");
}

/* What nobody can read must not end as done. */
static void test_output_that_is_gone(void **state)
{
	(void)state;
	assert_int_equal(run(close_output).code, 1);
}

static void refuse(void)
{
	icelab_kit_unsupported("no TURN");
}

static void test_unsupported(void **state)
{
	Outcome outcome = run(refuse);

	(void)state;
	assert_int_equal(outcome.code, 77);
	assert_string_equal(outcome.output, "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_describe),
		cmocka_unit_test(test_deadline_wish),
		cmocka_unit_test(test_whole_line),
		cmocka_unit_test(test_which_request_is_taken),
		cmocka_unit_test(test_request_values),
		cmocka_unit_test(test_values_that_are_refused),
		cmocka_unit_test(test_lines),
		cmocka_unit_test(test_escapes),
		cmocka_unit_test(test_bytes_that_are_not_utf8),
		cmocka_unit_test(test_output_that_is_gone),
		cmocka_unit_test(test_unsupported),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
