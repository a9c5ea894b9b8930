/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include "client.h"
#include "web/report.h"

static int start_server(void **state)
{
	*state = web_start(NULL);
	return *state != NULL ? 0 : -1;
}

/* Whatever the clients did, it ends when it is told to. */
static int stop_server(void **state)
{
	return web_stop(*state);
}

static int open_report(const WebFixture *fixture, const char *id)
{
	g_autofree char *request = g_strdup_printf("GET /report/%s HTTP/1.0\r\n\r\n", id);
	int reader = web_connect(fixture);

	web_say(reader, request);
	g_autofree char *head = web_hear(reader, "\r\n\r\n");

	assert_true(g_str_has_prefix(head, "HTTP/1."));
	assert_string_equal(strstr(head, " 200"), strstr(head, " "));
	return reader;
}

static void post(const WebFixture *fixture, const char *id, const char *body, const char *wanted)
{
	g_autofree char *request =
		g_strdup_printf("POST /report/%s HTTP/1.1\r\nHost: a\r\nContent-Length: %zu\r\n\r\n%s", id,
			strlen(body), body);

	web_check(fixture, request, wanted);
}

static void test_page(void **state)
{
	int client = web_connect(*state);

	web_say(client, "GET /?id=a&stun=b HTTP/1.0\r\n\r\n");
	g_autofree char *page = web_hear(client, NULL);

	close(client);
	assert_true(g_str_has_prefix(page, "HTTP/1."));
	assert_non_null(strstr(page, "text/html"));
	assert_non_null(strstr(page, "audit.js"));
	web_check(*state, "GET /audit.js HTTP/1.1\r\nHost: a\r\n\r\n", "HTTP/1.1 200 OK");
	web_check(*state, "GET /style.css HTTP/1.1\r\nHost: a\r\n\r\n", "HTTP/1.1 200 OK");
}

static void test_nothing_else(void **state)
{
	static const char *const paths[] = {"/index.html", "/server.c", "/../server.c",
		"/%2e%2e/server.c", "/report", "/report/", "/report/../audit.js", "/report/a%2fb",
		"//audit.js", "/audit.js/", "/truth", "/seen", "/begin"};

	for (gsize i = 0; i < G_N_ELEMENTS(paths); i++) {
		g_autofree char *request = g_strdup_printf("GET %s HTTP/1.1\r\nHost: a\r\n\r\n", paths[i]);

		web_check(*state, request, "HTTP/1.1 404 Not Found");
	}
	web_check(
		*state, "DELETE /audit.js HTTP/1.1\r\nHost: a\r\n\r\n", "HTTP/1.1 405 Method Not Allowed");
	web_check(*state, "POST /audit.js HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n",
		"HTTP/1.1 405 Method Not Allowed");
}

static void test_report(void **state)
{
	int reader = open_report(*state, "one");

	post(*state, "one", "{\"a\":1}\n", "HTTP/1.1 204 No Content");
	/* As it comes, not at the end. */
	g_autofree char *first = web_hear(reader, "\n");

	assert_string_equal(first, "{\"a\":1}\n");
	post(*state, "one", "{\"b\":2}\n{\"c\":3}\n", "HTTP/1.1 204 No Content");
	post(*state, "one?last=1", "{\"d\":4}\n", "HTTP/1.1 204 No Content");
	g_autofree char *rest = web_hear(reader, NULL);

	assert_string_equal(rest, "{\"b\":2}\n{\"c\":3}\n{\"d\":4}\n");
	close(reader);
	post(*state, "one", "{}\n", "HTTP/1.1 404 Not Found");
}

/* The last line is followed by nothing, and nothing else happens that would wake the server. */
static void test_empty_last(void **state)
{
	int reader = open_report(*state, "end");
	gint64 start = g_get_monotonic_time();

	post(*state, "end", "{}\n", "HTTP/1.1 204 No Content");
	post(*state, "end?last=1", "", "HTTP/1.1 204 No Content");
	g_autofree char *all = web_hear(reader, NULL);

	assert_string_equal(all, "{}\n");
	/* Not by the time limit of a silent connection. */
	assert_true(g_get_monotonic_time() - start < 8 * G_USEC_PER_SEC);
	close(reader);
}

static void test_nobody_waits(void **state)
{
	int reader;

	post(*state, "nobody", "{}\n", "HTTP/1.1 404 Not Found");
	reader = open_report(*state, "two");
	web_check(*state, "GET /report/two HTTP/1.1\r\nHost: a\r\n\r\n", "HTTP/1.1 409 Conflict");
	close(reader);
	/* A reader that goes away leaves nothing behind: its place is free again, soon. */
	for (guint i = 0; i < 1000; i++) {
		g_autofree char *answer = web_ask(*state, "GET /report/two HTTP/1.1\r\nHost: a\r\n\r\n");

		if (g_str_equal(answer, "HTTP/1.1 200 OK"))
			return;
		g_usleep(10000);
	}
	fail();
}

static void test_bodies(void **state)
{
	int reader = open_report(*state, "three");
	g_autofree char *huge = g_strnfill(ICELAB_REPORT_BODY_LIMIT, 'x');
	g_autofree char *more = g_strconcat(huge, "x\n", NULL);
	g_autofree char *answer = NULL;
	int client;

	post(*state, "three", "no line", "HTTP/1.1 400 Bad Request");
	/* One byte too many: the connection is cut, whether or not all of it could be sent. */
	client = web_connect(*state);
	web_say(client, "POST /report/three HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n");
	for (guint i = 0; i < 64; i++) {
		g_autofree char *chunk = g_strdup_printf("%zx\r\n%s\r\n", strlen(more), more);

		if (send(client, chunk, strlen(chunk), MSG_NOSIGNAL) < 0)
			break;
	}
	answer = web_hear(client, NULL);
	assert_string_equal(answer, "");
	close(client);
	post(*state, "three?last=1", "{}\n", "HTTP/1.1 204 No Content");
	g_autofree char *all = web_hear(reader, NULL);

	assert_string_equal(all, "{}\n");
	close(reader);
}

/* Clients that say half of it, or nothing, keep nobody waiting. */
static void test_slow_clients(void **state)
{
	static const char *const starts[] = {"", "G", "GET /audit.js HTTP/1.1\r\nHos",
		"POST /report/four HTTP/1.1\r\nHost: a\r\nContent-Length: 1000000\r\n\r\n{"};
	int clients[G_N_ELEMENTS(starts)];
	int reader = open_report(*state, "four");

	for (gsize i = 0; i < G_N_ELEMENTS(starts); i++) {
		clients[i] = web_connect(*state);
		web_say(clients[i], starts[i]);
	}
	post(*state, "four?last=1", "{}\n", "HTTP/1.1 204 No Content");
	g_autofree char *all = web_hear(reader, NULL);

	assert_string_equal(all, "{}\n");
	for (gsize i = 0; i < G_N_ELEMENTS(starts); i++)
		close(clients[i]);
	close(reader);
}

static void test_no_http(void **state)
{
	static const char bytes[] = "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n";
	g_autofree char *header = g_strnfill(256 * 1024, 'a');
	int client = web_connect(*state);

	assert_true(send(client, bytes, sizeof bytes, MSG_NOSIGNAL) > 0);
	close(client);
	client = web_connect(*state);
	web_say(client, "GET / HTTP/1.1\r\n");
	/* Refused or cut, but not kept. */
	if (send(client, header, strlen(header), MSG_NOSIGNAL) > 0)
		g_free(web_hear(client, NULL));
	close(client);
	web_check(*state, "GET / HTTP/1.1\r\nHost: a\r\n\r\n", "HTTP/1.1 200 OK");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_page),
		cmocka_unit_test(test_nothing_else),
		cmocka_unit_test(test_report),
		cmocka_unit_test(test_empty_last),
		cmocka_unit_test(test_nobody_waits),
		cmocka_unit_test(test_bodies),
		cmocka_unit_test(test_slow_clients),
		cmocka_unit_test(test_no_http),
	};

	return cmocka_run_group_tests(tests, start_server, stop_server);
}
