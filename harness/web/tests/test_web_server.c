/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "model/socket_address.h"
#include "web/report.h"
#include "web/server.h"

/* A server on loopback in a process of its own, and clients that write HTTP by hand. */

#define PATIENCE_SECONDS 20

typedef struct {
	pid_t pid;
	int stop;
	guint16 port;
} Fixture;

static const IcelabAddress loopback = {4, {127, 0, 0, 1}};

static void serve(int stop)
{
	gsize failed;
	IcelabPage *page = icelab_page_load(WEB_PAGE, NULL);
	IcelabWebServer *server =
		page != NULL ? icelab_web_server_new(page, &loopback, 1, 0, -1, &failed) : NULL;
	guint16 port;
	int code;

	if (server == NULL)
		_exit(1);
	port = icelab_web_server_port(server, 0);
	if (write(stop, &port, sizeof port) != sizeof port)
		_exit(1);
	code = icelab_web_server_serve(server, stop);
	icelab_web_server_free(server);
	icelab_page_free(page);
	_exit(code == 0 ? 0 : 1);
}

static int start_server(void **state)
{
	Fixture *fixture = g_new0(Fixture, 1);
	int ends[2];

	if (socketpair(AF_UNIX, SOCK_STREAM, 0, ends) != 0)
		return -1;
	fixture->stop = ends[0];
	fixture->pid = fork();
	if (fixture->pid == 0) {
		close(ends[0]);
		serve(ends[1]);
	}
	close(ends[1]);
	*state = fixture;
	return read(fixture->stop, &fixture->port, sizeof fixture->port) == sizeof fixture->port ? 0
																							 : -1;
}

/* Whatever the clients did, it ends when it is told to. */
static int stop_server(void **state)
{
	Fixture *fixture = *state;
	int status = 1;

	close(fixture->stop);
	waitpid(fixture->pid, &status, 0);
	g_free(fixture);
	return status;
}

static int connect_to(const Fixture *fixture)
{
	IcelabSocketAddress where;
	socklen_t length = icelab_socket_address_set(&where, &loopback, fixture->port);
	struct timeval patience = {PATIENCE_SECONDS, 0};
	int client = socket(AF_INET, SOCK_STREAM, 0);

	assert_int_equal(connect(client, &where.any, length), 0);
	setsockopt(client, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
	return client;
}

static void say(int client, const char *text)
{
	assert_int_equal(send(client, text, strlen(text), MSG_NOSIGNAL), (ssize_t)strlen(text));
}

/* Reads until `wanted` was read, or the end. */
static char *hear(int client, const char *wanted)
{
	GString *text = g_string_new(NULL);
	char buffer[4096];
	ssize_t count;

	while ((wanted == NULL || strstr(text->str, wanted) == NULL) &&
		   (count = recv(client, buffer, sizeof buffer, 0)) > 0)
		g_string_append_len(text, buffer, count);
	return g_string_free(text, FALSE);
}

/* The first line of the answer to a request on a connection of its own. */
static char *ask(const Fixture *fixture, const char *request)
{
	int client = connect_to(fixture);
	char *answer;

	say(client, request);
	answer = hear(client, "\r\n");
	close(client);
	answer[strcspn(answer, "\r")] = '\0';
	return answer;
}

static void check(const Fixture *fixture, const char *request, const char *wanted)
{
	g_autofree char *answer = ask(fixture, request);

	assert_string_equal(answer, wanted);
}

static int open_report(const Fixture *fixture, const char *id)
{
	g_autofree char *request = g_strdup_printf("GET /report/%s HTTP/1.0\r\n\r\n", id);
	int reader = connect_to(fixture);

	say(reader, request);
	g_autofree char *head = hear(reader, "\r\n\r\n");

	assert_true(g_str_has_prefix(head, "HTTP/1."));
	assert_string_equal(strstr(head, " 200"), strstr(head, " "));
	return reader;
}

static void post(const Fixture *fixture, const char *id, const char *body, const char *wanted)
{
	g_autofree char *request =
		g_strdup_printf("POST /report/%s HTTP/1.1\r\nHost: a\r\nContent-Length: %zu\r\n\r\n%s", id,
			strlen(body), body);

	check(fixture, request, wanted);
}

static void test_page(void **state)
{
	int client = connect_to(*state);

	say(client, "GET /?id=a&stun=b HTTP/1.0\r\n\r\n");
	g_autofree char *page = hear(client, NULL);

	close(client);
	assert_true(g_str_has_prefix(page, "HTTP/1."));
	assert_non_null(strstr(page, "text/html"));
	assert_non_null(strstr(page, "audit.js"));
	check(*state, "GET /audit.js HTTP/1.1\r\nHost: a\r\n\r\n", "HTTP/1.1 200 OK");
	check(*state, "GET /style.css HTTP/1.1\r\nHost: a\r\n\r\n", "HTTP/1.1 200 OK");
}

static void test_nothing_else(void **state)
{
	static const char *const paths[] = {"/index.html", "/server.c", "/../server.c",
		"/%2e%2e/server.c", "/report", "/report/", "/report/../audit.js", "/report/a%2fb",
		"//audit.js", "/audit.js/"};

	for (gsize i = 0; i < G_N_ELEMENTS(paths); i++) {
		g_autofree char *request = g_strdup_printf("GET %s HTTP/1.1\r\nHost: a\r\n\r\n", paths[i]);

		check(*state, request, "HTTP/1.1 404 Not Found");
	}
	check(
		*state, "DELETE /audit.js HTTP/1.1\r\nHost: a\r\n\r\n", "HTTP/1.1 405 Method Not Allowed");
	check(*state, "POST /audit.js HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n",
		"HTTP/1.1 405 Method Not Allowed");
}

static void test_report(void **state)
{
	int reader = open_report(*state, "one");

	post(*state, "one", "{\"a\":1}\n", "HTTP/1.1 204 No Content");
	/* As it comes, not at the end. */
	g_autofree char *first = hear(reader, "\n");

	assert_string_equal(first, "{\"a\":1}\n");
	post(*state, "one", "{\"b\":2}\n{\"c\":3}\n", "HTTP/1.1 204 No Content");
	post(*state, "one?last=1", "{\"d\":4}\n", "HTTP/1.1 204 No Content");
	g_autofree char *rest = hear(reader, NULL);

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
	g_autofree char *all = hear(reader, NULL);

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
	check(*state, "GET /report/two HTTP/1.1\r\nHost: a\r\n\r\n", "HTTP/1.1 409 Conflict");
	close(reader);
	/* A reader that goes away leaves nothing behind: its place is free again, soon. */
	for (guint i = 0; i < 1000; i++) {
		g_autofree char *answer = ask(*state, "GET /report/two HTTP/1.1\r\nHost: a\r\n\r\n");

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
	client = connect_to(*state);
	say(client, "POST /report/three HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n");
	for (guint i = 0; i < 64; i++) {
		g_autofree char *chunk = g_strdup_printf("%zx\r\n%s\r\n", strlen(more), more);

		if (send(client, chunk, strlen(chunk), MSG_NOSIGNAL) < 0)
			break;
	}
	answer = hear(client, NULL);
	assert_string_equal(answer, "");
	close(client);
	post(*state, "three?last=1", "{}\n", "HTTP/1.1 204 No Content");
	g_autofree char *all = hear(reader, NULL);

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
		clients[i] = connect_to(*state);
		say(clients[i], starts[i]);
	}
	post(*state, "four?last=1", "{}\n", "HTTP/1.1 204 No Content");
	g_autofree char *all = hear(reader, NULL);

	assert_string_equal(all, "{}\n");
	for (gsize i = 0; i < G_N_ELEMENTS(starts); i++)
		close(clients[i]);
	close(reader);
}

static void test_no_http(void **state)
{
	static const char bytes[] = "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n";
	g_autofree char *header = g_strnfill(256 * 1024, 'a');
	int client = connect_to(*state);

	assert_true(send(client, bytes, sizeof bytes, MSG_NOSIGNAL) > 0);
	close(client);
	client = connect_to(*state);
	say(client, "GET / HTTP/1.1\r\n");
	/* Refused or cut, but not kept. */
	if (send(client, header, strlen(header), MSG_NOSIGNAL) > 0)
		g_free(hear(client, NULL));
	close(client);
	check(*state, "GET / HTTP/1.1\r\nHost: a\r\n\r\n", "HTTP/1.1 200 OK");
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
