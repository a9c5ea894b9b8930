/* SPDX-License-Identifier: MIT */
#include "client.h"

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "model/socket_address.h"
#include "web/server.h"

#define PATIENCE_SECONDS 20

static const IcelabAddress loopback = {4, {127, 0, 0, 1}};

/* The other end of the server's questions, in a process of its own. */
static int start_lab(WebLab lab)
{
	int ends[2];
	pid_t pid;

	if (lab == NULL)
		return -1;
	if (socketpair(AF_UNIX, SOCK_STREAM, 0, ends) != 0 || (pid = fork()) < 0)
		_exit(1);
	if (pid == 0) {
		close(ends[1]);
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		lab(ends[0]);
		_exit(0);
	}
	close(ends[0]);
	return ends[1];
}

static void serve(int stop, WebLab lab)
{
	gsize failed;
	IcelabPage *page = icelab_page_load(WEB_PAGE, NULL);
	IcelabWebServer *server =
		page != NULL ? icelab_web_server_new(page, &loopback, 1, 0, start_lab(lab), &failed) : NULL;
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

WebFixture *web_start(WebLab lab)
{
	WebFixture *fixture = g_new0(WebFixture, 1);
	int ends[2];

	if (socketpair(AF_UNIX, SOCK_STREAM, 0, ends) != 0)
		return NULL;
	fixture->stop = ends[0];
	fixture->pid = fork();
	if (fixture->pid == 0) {
		close(ends[0]);
		serve(ends[1], lab);
	}
	close(ends[1]);
	return read(fixture->stop, &fixture->port, sizeof fixture->port) == sizeof fixture->port
			   ? fixture
			   : NULL;
}

int web_stop(WebFixture *fixture)
{
	int status = 1;

	close(fixture->stop);
	waitpid(fixture->pid, &status, 0);
	g_free(fixture);
	return status;
}

int web_connect(const WebFixture *fixture)
{
	IcelabSocketAddress where;
	socklen_t length = icelab_socket_address_set(&where, &loopback, fixture->port);
	struct timeval patience = {PATIENCE_SECONDS, 0};
	int client = socket(AF_INET, SOCK_STREAM, 0);

	assert_int_equal(connect(client, &where.any, length), 0);
	setsockopt(client, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
	return client;
}

void web_say(int client, const char *text)
{
	assert_int_equal(send(client, text, strlen(text), MSG_NOSIGNAL), (ssize_t)strlen(text));
}

char *web_hear(int client, const char *wanted)
{
	GString *text = g_string_new(NULL);
	char buffer[4096];
	ssize_t count;

	while ((wanted == NULL || strstr(text->str, wanted) == NULL) &&
		   (count = recv(client, buffer, sizeof buffer, 0)) > 0)
		g_string_append_len(text, buffer, count);
	return g_string_free(text, FALSE);
}

char *web_ask(const WebFixture *fixture, const char *request)
{
	int client = web_connect(fixture);
	char *answer;

	web_say(client, request);
	answer = web_hear(client, "\r\n");
	close(client);
	answer[strcspn(answer, "\r")] = '\0';
	return answer;
}

void web_check(const WebFixture *fixture, const char *request, const char *wanted)
{
	g_autofree char *answer = web_ask(fixture, request);

	assert_string_equal(answer, wanted);
}
