/* SPDX-License-Identifier: MIT */
#include "adapter/report_reader.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "model/socket_address.h"

#define PORT 80
#define HEAD_LIMIT 4096

struct IcelabReportReader {
	int descriptor;
	GString *waiting; /* not yet handed out */
	gboolean over;
};

static IcelabReportReader *fail(IcelabReportReader *reader, GError **error, const char *what)
{
	g_set_error(error, G_FILE_ERROR, G_FILE_ERROR_FAILED, "the page's server: %s", what);
	icelab_report_reader_free(reader);
	return NULL;
}

static gboolean wait_for(int descriptor, short events, gint64 deadline_us)
{
	struct pollfd poll_entry = {descriptor, events, 0};
	gint64 left = deadline_us - g_get_monotonic_time();

	return left > 0 && TEMP_FAILURE_RETRY(poll(&poll_entry, 1, (int)(left / 1000 + 1))) > 0;
}

/* Moves the answer's head out of what was read. FALSE until it is whole. */
static gboolean take_head(IcelabReportReader *reader, gboolean *accepted)
{
	const char *end = strstr(reader->waiting->str, "\r\n\r\n");

	if (end == NULL)
		return FALSE;
	/* RFC 9112 4: HTTP/1.x, a blank, three digits. */
	*accepted = reader->waiting->len > 12 && strncmp(reader->waiting->str, "HTTP/1.", 7) == 0 &&
				strncmp(reader->waiting->str + 8, " 200", 4) == 0;
	g_string_erase(reader->waiting, 0, end + 4 - reader->waiting->str);
	return TRUE;
}

static gboolean connect_to(int descriptor, const IcelabAddress *address, gint64 deadline_us)
{
	IcelabSocketAddress where;
	socklen_t length = icelab_socket_address_set(&where, address, PORT);
	int code = 0;
	socklen_t size = sizeof code;

	if (connect(descriptor, &where.any, length) == 0)
		return TRUE;
	if (errno != EINPROGRESS || !wait_for(descriptor, POLLOUT, deadline_us) ||
		getsockopt(descriptor, SOL_SOCKET, SO_ERROR, &code, &size) != 0)
		return FALSE;
	errno = code;
	return code == 0;
}

IcelabReportReader *icelab_report_reader_open(
	const char *host, const char *id, gint64 deadline_us, GError **error)
{
	IcelabAddress address;
	int descriptor;

	if (!icelab_address_parse(host, strlen(host), &address))
		return fail(NULL, error, "its address cannot be read");
	descriptor = socket(address.family == 6 ? AF_INET6 : AF_INET,
		SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, IPPROTO_TCP);
	if (descriptor < 0 || !connect_to(descriptor, &address, deadline_us)) {
		const char *why = g_strerror(errno);

		if (descriptor >= 0)
			close(descriptor);
		return fail(NULL, error, why);
	}
	return icelab_report_reader_open_at(descriptor, host, id, deadline_us, error);
}

IcelabReportReader *icelab_report_reader_open_at(
	int descriptor, const char *host, const char *id, gint64 deadline_us, GError **error)
{
	g_autofree char *request =
		g_strdup_printf("GET /report/%s HTTP/1.0\r\nHost: %s\r\n\r\n", id, host);
	IcelabReportReader *reader = g_new0(IcelabReportReader, 1);
	gboolean accepted = FALSE;

	reader->descriptor = descriptor;
	reader->waiting = g_string_new(NULL);
	fcntl(descriptor, F_SETFL, O_NONBLOCK);
	if (send(descriptor, request, strlen(request), MSG_NOSIGNAL) != (ssize_t)strlen(request))
		return fail(reader, error, "it takes no request");
	while (!take_head(reader, &accepted)) {
		if (reader->over || reader->waiting->len > HEAD_LIMIT)
			return fail(reader, error, "it does not answer by HTTP");
		if (!wait_for(descriptor, POLLIN, deadline_us))
			return fail(reader, error, "it does not answer in time");
		if (!icelab_report_reader_read(reader, error)) {
			icelab_report_reader_free(reader);
			return NULL;
		}
	}
	return accepted ? reader : fail(reader, error, "it refuses the report");
}

void icelab_report_reader_free(IcelabReportReader *reader)
{
	if (reader == NULL)
		return;
	close(reader->descriptor);
	g_string_free(reader->waiting, TRUE);
	g_free(reader);
}

int icelab_report_reader_descriptor(const IcelabReportReader *reader)
{
	return reader->descriptor;
}

gboolean icelab_report_reader_read(IcelabReportReader *reader, GError **error)
{
	char buffer[16 * 1024];
	ssize_t count = 0;

	while (!reader->over && (count = recv(reader->descriptor, buffer, sizeof buffer, 0)) > 0)
		g_string_append_len(reader->waiting, buffer, count);
	reader->over |= count == 0;
	if (count < 0 && errno != EAGAIN && errno != EINTR) {
		g_set_error(
			error, G_FILE_ERROR, G_FILE_ERROR_FAILED, "the page's server: %s", g_strerror(errno));
		return FALSE;
	}
	return TRUE;
}

char *icelab_report_reader_next(IcelabReportReader *reader)
{
	const char *end = memchr(reader->waiting->str, '\n', reader->waiting->len);
	char *line;

	if (end == NULL)
		return NULL;
	line = g_strndup(reader->waiting->str, (gsize)(end - reader->waiting->str));
	g_string_erase(reader->waiting, 0, end + 1 - reader->waiting->str);
	return line;
}

gboolean icelab_report_reader_is_over(const IcelabReportReader *reader)
{
	return reader->over;
}
