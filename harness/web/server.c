/* SPDX-License-Identifier: MIT */
#include "web/server.h"

#include <errno.h>
#include <microhttpd.h>
#include <poll.h>
#include <string.h>
#include <unistd.h>

#include "model/socket_address.h"
#include "web/inquiry.h"
#include "web/listener.h"
#include "web/report.h"
#include "web/response.h"

#define REPORTS "/report/"
#define CONNECTION_LIMIT 64
#define CONNECTION_MEMORY (32 * 1024) /* request lines and headers */
#define IDLE_SECONDS 10
#define CHUNK (16 * 1024)
#define AWAKE_MS 5 /* between calls while a reader may have something to get */

struct IcelabWebServer {
	const IcelabPage *page;
	GPtrArray *daemons;     /* struct MHD_Daemon, one for each address */
	GPtrArray *readers;     /* Exchange that reads a report */
	IcelabInquiry *inquiry; /* NULL where the lab tells nothing */
	GPtrArray *askers;      /* Exchange that waits for the lab's answer */
};

/* One request and its answer. */
typedef struct {
	IcelabWebServer *server;
	struct MHD_Connection *connection;
	GString *body;
	IcelabReportStream *stream; /* of a reader */
	gboolean asleep;            /* a reader for whom nothing waits */
	GString *answer;            /* of the lab; NULL until it is there */
	guint status;
} Exchange;

static const struct {
	const char *path;
	gboolean get;
	gboolean post;
	IcelabQuestion question;
} questions[] = {
	{"/truth", TRUE, FALSE, ICELAB_QUESTION_TRUTH},
	{"/begin", FALSE, TRUE, ICELAB_QUESTION_BEGIN},
	{"/seen", TRUE, TRUE, ICELAB_QUESTION_SEEN},
};

/* Whether the path is one of the lab's. */
static gboolean ask_lab(
	Exchange *exchange, const char *path, gboolean post, enum MHD_Result *result)
{
	IcelabWebServer *server = exchange->server;

	for (gsize i = 0; server->inquiry != NULL && i < G_N_ELEMENTS(questions); i++) {
		if (!g_str_equal(path, questions[i].path))
			continue;
		if (!(post ? questions[i].post : questions[i].get)) {
			*result = icelab_response_empty(exchange->connection, MHD_HTTP_METHOD_NOT_ALLOWED);
			return TRUE;
		}
		/* It is called again for the answer when the connection is resumed. */
		MHD_suspend_connection(exchange->connection);
		g_ptr_array_add(server->askers, exchange);
		icelab_inquiry_ask(server->inquiry, exchange, questions[i].question, exchange->body);
		*result = MHD_YES;
		return TRUE;
	}
	return FALSE;
}

static void take_answer(gpointer client, guint status, GString *answer)
{
	Exchange *exchange = client;

	exchange->status = status;
	exchange->answer = g_string_new_len(answer->str, (gssize)answer->len);
	g_ptr_array_remove_fast(exchange->server->askers, exchange);
	MHD_resume_connection(exchange->connection);
}

static Exchange *find_reader(const IcelabWebServer *server, const char *id)
{
	for (guint i = 0; i < server->readers->len; i++) {
		Exchange *reader = server->readers->pdata[i];

		if (g_str_equal(reader->stream->id, id))
			return reader;
	}
	return NULL;
}

static void wake(Exchange *reader)
{
	if (!reader->asleep)
		return;
	reader->asleep = FALSE;
	MHD_resume_connection(reader->connection);
}

static ssize_t read_report(void *data, G_GNUC_UNUSED uint64_t position, char *buffer, size_t limit)
{
	Exchange *reader = data;
	gsize count = icelab_report_stream_take(reader->stream, buffer, limit);

	if (count > 0)
		return (ssize_t)count;
	if (reader->stream->ended)
		return MHD_CONTENT_READER_END_OF_STREAM;
	reader->asleep = TRUE;
	MHD_suspend_connection(reader->connection);
	return 0;
}

static enum MHD_Result open_report(Exchange *exchange, const char *id)
{
	struct MHD_Response *response;
	enum MHD_Result result;

	/* Each line goes to one reader. */
	if (find_reader(exchange->server, id) != NULL)
		return icelab_response_empty(exchange->connection, MHD_HTTP_CONFLICT);
	response =
		MHD_create_response_from_callback(MHD_SIZE_UNKNOWN, CHUNK, read_report, exchange, NULL);
	if (response == NULL)
		return MHD_NO;
	exchange->stream = icelab_report_stream_new(id);
	g_ptr_array_add(exchange->server->readers, exchange);
	result = MHD_queue_response(exchange->connection, MHD_HTTP_OK, response);
	MHD_destroy_response(response);
	return result;
}

static enum MHD_Result take_report(Exchange *exchange, const char *id)
{
	Exchange *reader = find_reader(exchange->server, id);
	gboolean last =
		MHD_lookup_connection_value(exchange->connection, MHD_GET_ARGUMENT_KIND, "last") != NULL;

	if (reader == NULL)
		return icelab_response_empty(exchange->connection, MHD_HTTP_NOT_FOUND);
	if (!icelab_report_stream_add(reader->stream, exchange->body->str, exchange->body->len, last))
		return icelab_response_empty(exchange->connection, MHD_HTTP_BAD_REQUEST);
	wake(reader);
	return icelab_response_empty(exchange->connection, MHD_HTTP_NO_CONTENT);
}

static enum MHD_Result answer_whole(Exchange *exchange, const char *path, gboolean post)
{
	enum MHD_Result result;
	const char *id;

	if (exchange->answer != NULL)
		return icelab_response_json(exchange->connection, exchange->status, exchange->answer);
	if (ask_lab(exchange, path, post, &result))
		return result;
	if (!g_str_has_prefix(path, REPORTS))
		return post ? icelab_response_empty(exchange->connection, MHD_HTTP_METHOD_NOT_ALLOWED)
					: icelab_response_file(
						  exchange->connection, icelab_page_find(exchange->server->page, path));
	id = path + strlen(REPORTS);
	if (!icelab_report_is_id(id))
		return icelab_response_empty(exchange->connection, MHD_HTTP_NOT_FOUND);
	return post ? take_report(exchange, id) : open_report(exchange, id);
}

/* libmicrohttpd calls this at the headers, for each piece of the body, and at its end. */
static enum MHD_Result answer(void *data, struct MHD_Connection *connection, const char *path,
	const char *method, G_GNUC_UNUSED const char *version, const char *bytes, size_t *length,
	void **context)
{
	gboolean post = g_str_equal(method, MHD_HTTP_METHOD_POST);
	Exchange *exchange = *context;

	if (exchange == NULL) {
		exchange = g_new0(Exchange, 1);
		exchange->server = data;
		exchange->connection = connection;
		exchange->body = g_string_new(NULL);
		*context = exchange;
		if (!post && !g_str_equal(method, MHD_HTTP_METHOD_GET))
			return icelab_response_empty(connection, MHD_HTTP_METHOD_NOT_ALLOWED);
		return MHD_YES;
	}
	if (*length > 0) {
		/* An honest page stays far below; the connection of any other is cut. */
		if (!post || *length > ICELAB_REPORT_BODY_LIMIT - exchange->body->len)
			return MHD_NO;
		g_string_append_len(exchange->body, bytes, (gssize)*length);
		*length = 0;
		return MHD_YES;
	}
	return answer_whole(exchange, path, post);
}

static void exchange_over(G_GNUC_UNUSED void *data, G_GNUC_UNUSED struct MHD_Connection *connection,
	void **context, G_GNUC_UNUSED enum MHD_RequestTerminationCode code)
{
	Exchange *exchange = *context;

	if (exchange == NULL)
		return;
	g_ptr_array_remove_fast(exchange->server->readers, exchange);
	g_ptr_array_remove_fast(exchange->server->askers, exchange);
	if (exchange->server->inquiry != NULL)
		icelab_inquiry_forget(exchange->server->inquiry, exchange);
	if (exchange->answer != NULL)
		g_string_free(exchange->answer, TRUE);
	icelab_report_stream_free(exchange->stream);
	g_string_free(exchange->body, TRUE);
	g_free(exchange);
	*context = NULL;
}

static gboolean start_daemon(IcelabWebServer *server, const IcelabAddress *address, guint16 port)
{
	int descriptor = icelab_listen(address, port, CONNECTION_LIMIT);
	unsigned flags = MHD_USE_EPOLL | MHD_ALLOW_SUSPEND_RESUME |
					 (address->family == 6 ? (unsigned)MHD_USE_IPv6 : 0U);
	struct MHD_Daemon *daemon;

	if (descriptor < 0)
		return FALSE;
	errno = 0;
	daemon = MHD_start_daemon(flags, 0, NULL, NULL, answer, server, MHD_OPTION_LISTEN_SOCKET,
		descriptor, MHD_OPTION_CONNECTION_LIMIT, (unsigned)CONNECTION_LIMIT,
		MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)CONNECTION_MEMORY,
		MHD_OPTION_CONNECTION_TIMEOUT, (unsigned)IDLE_SECONDS, MHD_OPTION_NOTIFY_COMPLETED,
		exchange_over, NULL, MHD_OPTION_END);
	if (daemon == NULL) {
		close(descriptor);
		if (errno == 0)
			errno = EIO;
		return FALSE;
	}
	g_ptr_array_add(server->daemons, daemon);
	return TRUE;
}

IcelabWebServer *icelab_web_server_new(const IcelabPage *page, const IcelabAddress *addresses,
	gsize count, guint16 port, int lab, gsize *failed)
{
	IcelabWebServer *server = g_new0(IcelabWebServer, 1);

	server->page = page;
	server->daemons = g_ptr_array_new();
	server->readers = g_ptr_array_new();
	server->askers = g_ptr_array_new();
	server->inquiry = lab >= 0 ? icelab_inquiry_new(lab) : NULL;
	for (gsize i = 0; i < count; i++) {
		if (start_daemon(server, &addresses[i], port))
			continue;
		int error = errno;

		*failed = i;
		icelab_web_server_free(server);
		errno = error;
		return NULL;
	}
	return server;
}

void icelab_web_server_free(IcelabWebServer *server)
{
	if (server == NULL)
		return;
	/* A daemon waits for ever for a connection that sleeps. */
	for (guint i = 0; i < server->readers->len; i++)
		wake(server->readers->pdata[i]);
	for (guint i = 0; i < server->askers->len; i++) {
		const Exchange *asker = server->askers->pdata[i];

		MHD_resume_connection(asker->connection);
	}
	for (guint i = 0; i < server->daemons->len; i++)
		MHD_stop_daemon(server->daemons->pdata[i]);
	g_ptr_array_unref(server->daemons);
	g_ptr_array_unref(server->readers);
	g_ptr_array_unref(server->askers);
	icelab_inquiry_free(server->inquiry);
	g_free(server);
}

static int descriptor_of(struct MHD_Daemon *daemon, enum MHD_DaemonInfoType type)
{
	return MHD_get_daemon_info(daemon, type)->listen_fd;
}

guint16 icelab_web_server_port(const IcelabWebServer *server, gsize index)
{
	IcelabSocketAddress where;
	IcelabAddress address;
	socklen_t length = sizeof where;
	guint16 port = 0;
	int descriptor = descriptor_of(server->daemons->pdata[index], MHD_DAEMON_INFO_LISTEN_FD);

	if (getsockname(descriptor, &where.any, &length) == 0)
		icelab_socket_address_get(&where, &address, &port);
	return port;
}

/* Milliseconds until a daemon wants to be called without any event, for poll(). */
static int next_timeout(const IcelabWebServer *server)
{
	int next = -1;

	for (guint i = 0; i < server->daemons->len; i++) {
		MHD_UNSIGNED_LONG_LONG timeout;

		if (MHD_get_timeout(server->daemons->pdata[i], &timeout) == MHD_YES &&
			(next < 0 || timeout < (MHD_UNSIGNED_LONG_LONG)next))
			next = (int)MIN(timeout, 1000 * IDLE_SECONDS);
	}
	/* In 0.9.75 the end of an answer that was asleep comes with the next call, which no event and
	 * no timeout announces. */
	for (guint i = 0; i < server->readers->len; i++) {
		const Exchange *reader = server->readers->pdata[i];

		if (!reader->asleep)
			return next < 0 ? AWAKE_MS : MIN(next, AWAKE_MS);
	}
	return next;
}

/* libmicrohttpd does not look at sleeping connections: a reader that went away would stay for ever.
 */
static void end_deserted(const struct pollfd *polls, GPtrArray *readers)
{
	for (guint i = 0; i < readers->len; i++) {
		Exchange *reader = readers->pdata[i];

		if (!(polls[i].revents & (POLLRDHUP | POLLHUP | POLLERR)))
			continue;
		reader->stream->ended = TRUE;
		wake(reader);
	}
}

int icelab_web_server_serve(IcelabWebServer *server, int until)
{
	g_autoptr(GArray) polls = g_array_new(FALSE, TRUE, sizeof(struct pollfd));

	for (;;) {
		guint fixed = server->daemons->len + 2;
		struct pollfd *all;

		g_array_set_size(polls, fixed + server->readers->len);
		all = (struct pollfd *)polls->data;
		all[0] = (struct pollfd){until, POLLIN, 0};
		all[1] = (struct pollfd){
			server->askers->len > 0 ? icelab_inquiry_descriptor(server->inquiry) : -1, POLLIN, 0};
		for (guint i = 0; i < server->daemons->len; i++)
			all[i + 2] = (struct pollfd){
				descriptor_of(server->daemons->pdata[i], MHD_DAEMON_INFO_EPOLL_FD), POLLIN, 0};
		for (guint i = 0; i < server->readers->len; i++) {
			const Exchange *reader = server->readers->pdata[i];
			const union MHD_ConnectionInfo *info =
				MHD_get_connection_info(reader->connection, MHD_CONNECTION_INFO_CONNECTION_FD);

			all[fixed + i] = (struct pollfd){reader->asleep ? info->connect_fd : -1, POLLRDHUP, 0};
		}
		if (poll(all, polls->len, next_timeout(server)) < 0 && errno != EINTR)
			return -1;
		if (all[0].revents != 0)
			return 0;
		if (all[1].revents != 0)
			icelab_inquiry_take(server->inquiry, take_answer);
		end_deserted(all + fixed, server->readers);
		for (guint i = 0; i < server->daemons->len; i++) {
			if (MHD_run(server->daemons->pdata[i]) != MHD_YES)
				return -1;
		}
	}
}
