/* SPDX-License-Identifier: MIT */
#include "lab/server.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lab/sandbox.h"
#include "lab/topology.h"
#include "stun/responder.h"
#include "web/server.h"

#define REQUEST_LIMIT 4096 /* logged in one cell */

typedef struct {
	pid_t pid; /* 0 when it has ended */
	const IcelabNode *node;
	const char *kind; /* for messages */
} Server;

struct IcelabServers {
	int log;         /* SOCK_SEQPACKET: one record a datagram */
	GArray *running; /* Server */
	GArray *askers;  /* int: sockets on which the web application's hosts ask */
};

typedef struct Start Start;

struct Start {
	const char *kind;
	/* The body of the process: says ready() or failed(), then serves until the other end of
	 * `start->ready` is closed. */
	int (*serve)(const Start *start);
	const GArray *listeners; /* IcelabStunListener */
	const GArray *addresses; /* IcelabAddress, of the web application's host */
	const IcelabPage *page;
	int log;       /* or -1 */
	int questions; /* or -1 */
	int ready;
	int network;
};

G_GNUC_NORETURN static void failed(const Start *start)
{
	guint8 reason = (guint8)errno;

	/* A second byte tells it from ready(). */
	if (write(start->ready, (guint8[]){reason, 0}, 2) < 0)
		_exit(2);
	_exit(1);
}

static void ready(const Start *start)
{
	if (write(start->ready, "", 1) != 1)
		_exit(2);
}

static int serve_stun(const Start *start)
{
	gsize index = 0;
	IcelabStunResponder *responder =
		icelab_stun_responder_new((const IcelabStunListener *)start->listeners->data,
			start->listeners->len, start->log, &index);

	if (responder == NULL)
		failed(start);
	ready(start);
	return icelab_stun_responder_serve(responder, start->ready);
}

static int serve_page(const Start *start)
{
	gsize index = 0;
	IcelabWebServer *server =
		icelab_web_server_new(start->page, (const IcelabAddress *)start->addresses->data,
			start->addresses->len, ICELAB_ORIGIN_PORT, start->questions, &index);

	if (server == NULL)
		failed(start);
	ready(start);
	return icelab_web_server_serve(server, start->ready);
}

G_GNUC_NORETURN static void run_server(gpointer data)
{
	const Start *start = data;
	const int keep[] = {start->ready, start->log, start->questions};

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	icelab_close_descriptors(keep, G_N_ELEMENTS(keep));
	/* Served until the sandbox, or whoever started it, ends. */
	_exit(start->serve(start) == 0 ? 0 : 1);
}

static gpointer fork_server(gpointer data, GError **error)
{
	pid_t pid = fork();

	if (pid == 0)
		run_server(data);
	if (pid < 0)
		g_set_error(
			error, ICELAB_LAB_ERROR, ICELAB_LAB_ERROR_BROKEN, "fork: %s", g_strerror(errno));
	return pid > 0 ? GINT_TO_POINTER(pid) : NULL;
}

static gboolean start_server(
	IcelabServers *servers, const IcelabNode *node, Start *start, GError **error)
{
	int ready[2];
	guint8 answer[2] = {0};
	ssize_t count;
	Server server = {.node = node, .kind = start->kind};

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ready) != 0) {
		g_set_error(
			error, ICELAB_LAB_ERROR, ICELAB_LAB_ERROR_BROKEN, "socketpair: %s", g_strerror(errno));
		return FALSE;
	}
	start->ready = ready[1];
	start->network = icelab_topology_open_node(node->name, error);
	if (start->network >= 0)
		server.pid =
			GPOINTER_TO_INT(icelab_topology_in_node(start->network, fork_server, start, error));
	if (start->network >= 0)
		close(start->network);
	close(ready[1]);
	if (server.pid == 0) {
		close(ready[0]);
		return FALSE;
	}
	g_array_append_val(servers->running, server);
	count = TEMP_FAILURE_RETRY(read(ready[0], answer, sizeof answer));
	/* The other end stays open in the server alone: it is never closed before the lab ends, which
	 * ends the server too. */
	if (count != 1) {
		g_set_error(error, ICELAB_LAB_ERROR, ICELAB_LAB_ERROR_BROKEN,
			"the %s server on %s does not start: %s", start->kind, node->name,
			count == 2 ? g_strerror(answer[0]) : "it died");
		close(ready[0]);
		return FALSE;
	}
	return TRUE;
}

static gboolean start_node(
	IcelabServers *servers, const IcelabBook *book, const IcelabNode *node, int log, GError **error)
{
	g_autoptr(GArray) listeners = g_array_new(FALSE, TRUE, sizeof(IcelabStunListener));
	Start start = {
		.kind = "STUN", .serve = serve_stun, .listeners = listeners, .log = log, .questions = -1};

	for (guint i = 0; i < book->servers->len; i++) {
		const IcelabServer *server = book->servers->pdata[i];
		IcelabStunListener listener = {server->address->address, server->port};

		if (g_str_equal(server->address->node, node->name))
			g_array_append_val(listeners, listener);
	}
	return listeners->len == 0 || start_server(servers, node, &start, error);
}

IcelabServers *icelab_servers_start(const IcelabBook *book, GError **error)
{
	IcelabServers *servers = g_new0(IcelabServers, 1);
	int log[2];

	servers->running = g_array_new(FALSE, TRUE, sizeof(Server));
	servers->askers = g_array_new(FALSE, TRUE, sizeof(int));
	servers->log = -1;
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, log) != 0) {
		g_set_error(
			error, ICELAB_LAB_ERROR, ICELAB_LAB_ERROR_BROKEN, "socketpair: %s", g_strerror(errno));
		icelab_servers_free(servers);
		return NULL;
	}
	servers->log = log[0];
	for (guint i = 0; i < book->nodes->len; i++) {
		if (!start_node(servers, book, book->nodes->pdata[i], log[1], error)) {
			close(log[1]);
			icelab_servers_free(servers);
			return NULL;
		}
	}
	close(log[1]);
	return servers;
}

/* One more socket on which a host asks; returns its end, or -1. */
static int add_asker(IcelabServers *servers, GError **error)
{
	int ends[2];

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0) {
		g_set_error(
			error, ICELAB_LAB_ERROR, ICELAB_LAB_ERROR_BROKEN, "socketpair: %s", g_strerror(errno));
		return -1;
	}
	g_array_append_val(servers->askers, ends[0]);
	return ends[1];
}

static gboolean start_origin(IcelabServers *servers, const IcelabBook *book, const IcelabNode *node,
	const IcelabPage *page, gboolean asks, GError **error)
{
	g_autoptr(GArray) addresses = g_array_new(FALSE, TRUE, sizeof(IcelabAddress));
	Start start = {.kind = "web",
		.serve = serve_page,
		.addresses = addresses,
		.page = page,
		.log = -1,
		.questions = -1};
	gboolean started;

	for (guint i = 0; i < book->origins->len; i++) {
		const IcelabNamedAddress *origin = book->origins->pdata[i];

		if (g_str_equal(origin->node, node->name))
			g_array_append_val(addresses, origin->address);
	}
	if (addresses->len == 0)
		return TRUE;
	if (asks && (start.questions = add_asker(servers, error)) < 0)
		return FALSE;
	started = start_server(servers, node, &start, error);
	if (start.questions >= 0)
		close(start.questions);
	return started;
}

gboolean icelab_servers_serve_page(IcelabServers *servers, const IcelabBook *book,
	const IcelabPage *page, gboolean asks, GError **error)
{
	for (guint i = 0; i < book->nodes->len; i++) {
		if (!start_origin(servers, book, book->nodes->pdata[i], page, asks, error))
			return FALSE;
	}
	return TRUE;
}

const int *icelab_servers_askers(const IcelabServers *servers, guint *count)
{
	*count = servers->askers->len;
	return (const int *)servers->askers->data;
}

gboolean icelab_servers_check(IcelabServers *servers, GError **error)
{
	for (guint i = 0; i < servers->running->len; i++) {
		Server *server = &g_array_index(servers->running, Server, i);

		/* -1: the cell laid it to rest along with the adapter's orphans. */
		if (server->pid != 0 && waitpid(server->pid, NULL, WNOHANG) == 0)
			continue;
		server->pid = 0;
		g_set_error(error, ICELAB_LAB_ERROR, ICELAB_LAB_ERROR_BROKEN, "the %s server on %s died",
			server->kind, server->node->name);
		return FALSE;
	}
	return TRUE;
}

void icelab_servers_free(IcelabServers *servers)
{
	if (servers == NULL)
		return;
	for (guint i = 0; i < servers->running->len; i++) {
		pid_t pid = g_array_index(servers->running, Server, i).pid;

		if (pid == 0)
			continue;
		kill(pid, SIGKILL);
		TEMP_FAILURE_RETRY(waitpid(pid, NULL, 0));
	}
	g_array_unref(servers->running);
	for (guint i = 0; i < servers->askers->len; i++)
		close(g_array_index(servers->askers, int, i));
	g_array_unref(servers->askers);
	if (servers->log >= 0)
		close(servers->log);
	g_free(servers);
}

int icelab_servers_descriptor(const IcelabServers *servers)
{
	return servers->log;
}

static char *hexadecimal(const guint8 *bytes, gsize length)
{
	GString *text = g_string_sized_new(length * 2);

	for (gsize i = 0; i < length; i++)
		g_string_append_printf(text, "%02x", bytes[i]);
	return g_string_free(text, FALSE);
}

void icelab_servers_drain(IcelabServers *servers, IcelabObservation *observation, gint64 start_us,
	const guint8 *nonce, gsize nonce_length)
{
	IcelabStunRecord record;

	while (recv(servers->log, &record, sizeof record, MSG_DONTWAIT) == (ssize_t)sizeof record) {
		if (observation == NULL || memcmp(record.transaction + 4, nonce, nonce_length) == 0)
			continue;
		if (observation->requests->len >= REQUEST_LIMIT) {
			icelab_observation_end(observation, ICELAB_OUTCOME_BROKEN,
				"more than %d STUN requests: the implementation floods the servers", REQUEST_LIMIT);
			continue;
		}
		IcelabRequest *request = g_new0(IcelabRequest, 1);

		request->time_us = record.time_us - start_us;
		request->source = record.source;
		request->source_port = record.source_port;
		request->destination = record.destination;
		request->destination_port = record.destination_port;
		request->tcp = record.tcp != 0;
		request->rfc3489 = record.rfc3489 != 0;
		request->method = record.method;
		request->transaction = hexadecimal(record.transaction, sizeof record.transaction);
		g_ptr_array_add(observation->requests, request);
	}
}
