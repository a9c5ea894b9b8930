/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include "client.h"
#include "web/question.h"
#include "web/report.h"

/* The server's questions, and a lab that says which one it was asked. */

#define CLIENTS 40

static void echo_lab(int questions)
{
	g_autoptr(GString) body = g_string_new(NULL);
	guint32 question;

	while (icelab_question_read(questions, &question, body, ICELAB_REPORT_BODY_LIMIT)) {
		g_autofree char *answer =
			g_strdup_printf("{\"question\":%u,\"body\":\"%.8s\"}", question, body->str);

		/* What it refuses is passed on, too. */
		if (!icelab_question_write(
				questions, g_str_equal(body->str, "bad") ? 400 : 200, answer, strlen(answer)))
			return;
	}
}

/* Ends at the first question. */
static void dying_lab(int questions)
{
	g_autoptr(GString) body = g_string_new(NULL);
	guint32 question;

	icelab_question_read(questions, &question, body, ICELAB_REPORT_BODY_LIMIT);
}

/* Promises more than anyone has to take. */
static void endless_lab(int questions)
{
	static const guint32 head[] = {200, G_MAXUINT32};
	g_autoptr(GString) body = g_string_new(NULL);
	guint32 question;

	icelab_question_read(questions, &question, body, ICELAB_REPORT_BODY_LIMIT);
	if (write(questions, head, sizeof head) == sizeof head)
		icelab_question_read(questions, &question, body, ICELAB_REPORT_BODY_LIMIT);
}

static int start_echo(void **state)
{
	*state = web_start(echo_lab);
	return *state != NULL ? 0 : -1;
}

static int start_dying(void **state)
{
	*state = web_start(dying_lab);
	return *state != NULL ? 0 : -1;
}

static int start_endless(void **state)
{
	*state = web_start(endless_lab);
	return *state != NULL ? 0 : -1;
}

static int stop(void **state)
{
	return web_stop(*state);
}

static char *make_request(const char *method, const char *path, const char *body)
{
	return g_strdup_printf("%s %s HTTP/1.1\r\nHost: a\r\nConnection: close\r\n"
						   "Content-Length: %zu\r\n\r\n%s",
		method, path, strlen(body), body);
}

/* The status line and the body of the answer. */
static void check_answer(const WebFixture *fixture, const char *method, const char *path,
	const char *body, const char *status, const char *wanted)
{
	g_autofree char *request = make_request(method, path, body);
	int client = web_connect(fixture);

	web_say(client, request);
	g_autofree char *answer = web_hear(client, NULL);
	g_autofree char *line = g_strdup_printf("HTTP/1.1 %s\r\n", status);

	close(client);
	assert_true(g_str_has_prefix(answer, line));
	assert_non_null(strstr(answer, "no-store"));
	assert_non_null(strstr(answer, "application/json"));
	assert_string_equal(strstr(answer, "\r\n\r\n") + 4, wanted);
}

static void test_questions(void **state)
{
	check_answer(*state, "GET", "/truth", "", "200 OK", "{\"question\":0,\"body\":\"\"}");
	check_answer(*state, "POST", "/begin", "", "200 OK", "{\"question\":1,\"body\":\"\"}");
	check_answer(*state, "GET", "/seen", "", "200 OK", "{\"question\":2,\"body\":\"\"}");
	check_answer(
		*state, "POST", "/seen", "a\nb\n", "200 OK", "{\"question\":2,\"body\":\"a\nb\n\"}");
	check_answer(
		*state, "POST", "/seen", "bad", "400 Bad Request", "{\"question\":2,\"body\":\"bad\"}");
}

static void test_nothing_else(void **state)
{
	static const char *const refused[] = {"POST /truth", "GET /begin", "DELETE /seen", "PUT /seen"};

	for (gsize i = 0; i < G_N_ELEMENTS(refused); i++) {
		g_autofree char *request =
			g_strdup_printf("%s HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n", refused[i]);

		web_check(*state, request, "HTTP/1.1 405 Method Not Allowed");
	}
	web_check(*state, "GET /truth/ HTTP/1.1\r\nHost: a\r\n\r\n", "HTTP/1.1 404 Not Found");
	/* What is not the lab's is served as ever. */
	web_check(*state, "GET / HTTP/1.1\r\nHost: a\r\n\r\n", "HTTP/1.1 200 OK");
}

/* Each gets the answer to its own question, whoever went away meanwhile. */
static void test_crowd(void **state)
{
	int clients[CLIENTS];

	for (guint i = 0; i < CLIENTS; i++) {
		g_autofree char *body = g_strdup_printf("%u", i);
		g_autofree char *request = make_request("POST", "/seen", body);

		clients[i] = web_connect(*state);
		web_say(clients[i], request);
		if (i % 3 == 0) {
			close(clients[i]);
			clients[i] = -1;
		}
	}
	for (guint i = 0; i < CLIENTS; i++) {
		if (clients[i] < 0)
			continue;
		g_autofree char *wanted = g_strdup_printf("{\"question\":2,\"body\":\"%u\"}", i);
		g_autofree char *answer = web_hear(clients[i], NULL);

		close(clients[i]);
		assert_non_null(strstr(answer, "\r\n\r\n"));
		assert_string_equal(strstr(answer, "\r\n\r\n") + 4, wanted);
	}
}

static void test_long_body(void **state)
{
	g_autofree char *most = g_strnfill(ICELAB_REPORT_BODY_LIMIT, 'x');
	g_autofree char *more = g_strconcat(most, "x", NULL);
	g_autofree char *request = make_request("POST", "/seen", more);
	int client;

	check_answer(*state, "POST", "/seen", most, "200 OK", "{\"question\":2,\"body\":\"xxxxxxxx\"}");
	client = web_connect(*state);
	/* The connection is cut, whether or not all of it could be sent. */
	if (send(client, request, strlen(request), MSG_NOSIGNAL) > 0) {
		g_autofree char *answer = web_hear(client, NULL);

		assert_string_equal(answer, "");
	}
	close(client);
	web_check(*state, "GET / HTTP/1.1\r\nHost: a\r\n\r\n", "HTTP/1.1 200 OK");
}

/* Whoever waits is told, and whoever comes later. */
static void test_lab_is_gone(void **state)
{
	for (guint i = 0; i < 3; i++)
		web_check(
			*state, "GET /truth HTTP/1.1\r\nHost: a\r\n\r\n", "HTTP/1.1 503 Service Unavailable");
	web_check(*state, "GET / HTTP/1.1\r\nHost: a\r\n\r\n", "HTTP/1.1 200 OK");
}

static void test_frames(void **state)
{
	g_autoptr(GString) body = g_string_new("old");
	int ends[2];
	guint32 kind = 0;

	(void)state;
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, ends), 0);
	assert_true(icelab_question_write(ends[0], 7, "a\0b", 3));
	assert_true(icelab_question_read(ends[1], &kind, body, 3));
	assert_int_equal(kind, 7);
	assert_int_equal(body->len, 3);
	assert_memory_equal(body->str, "a\0b", 3);
	assert_true(icelab_question_write(ends[0], 8, "", 0));
	assert_true(icelab_question_read(ends[1], &kind, body, 0));
	assert_int_equal(body->len, 0);
	assert_true(icelab_question_write(ends[0], 9, "long", 4));
	assert_false(icelab_question_read(ends[1], &kind, body, 3));
	assert_int_equal(errno, EMSGSIZE);
	close(ends[0]);
	/* The body of the one before, and no head. */
	assert_false(icelab_question_read(ends[1], &kind, body, 3));
	assert_false(icelab_question_write(ends[1], 1, "", 0));
	close(ends[1]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_questions),
		cmocka_unit_test(test_nothing_else),
		cmocka_unit_test(test_crowd),
		cmocka_unit_test(test_long_body),
	};
	const struct CMUnitTest others[] = {
		cmocka_unit_test_setup_teardown(test_lab_is_gone, start_dying, stop),
		cmocka_unit_test_setup_teardown(test_lab_is_gone, start_endless, stop),
		cmocka_unit_test(test_frames),
	};
	int failed = cmocka_run_group_tests(tests, start_echo, stop);

	return failed + cmocka_run_group_tests(others, NULL, NULL);
}
