/* SPDX-License-Identifier: MIT */
#include "adapter/devtools.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <unistd.h>

#include <gio/gio.h>

#include "model/json.h"

#define MESSAGE_LIMIT (64 * 1024 * 1024) /* bytes; a picture is a few hundred thousand */
#define DEPTH 64
#define HEIGHT_LIMIT 16384 /* pixels; more is more than a picture can have */

struct IcelabDevtools {
	int input;
	int output;
	gint64 deadline_us;
	GByteArray *waiting;
	gint64 last;   /* id of the last command */
	guint skipped; /* events */
	char *session;
};

IcelabDevtools *icelab_devtools_new(int input, int output, gint64 deadline_us)
{
	IcelabDevtools *devtools = g_new0(IcelabDevtools, 1);

	devtools->input = input;
	devtools->output = output;
	devtools->deadline_us = deadline_us;
	devtools->waiting = g_byte_array_new();
	fcntl(input, F_SETFL, O_NONBLOCK);
	return devtools;
}

void icelab_devtools_free(IcelabDevtools *devtools)
{
	if (devtools == NULL)
		return;
	close(devtools->input);
	close(devtools->output);
	g_byte_array_unref(devtools->waiting);
	g_free(devtools->session);
	g_free(devtools);
}

static void fail(GError **error, const char *what)
{
	g_set_error(error, G_IO_ERROR, G_IO_ERROR_FAILED, "the browser's DevTools: %s", what);
}

static gboolean send_text(IcelabDevtools *devtools, const char *text, GError **error)
{
	gsize length = strlen(text) + 1;

	while (length > 0) {
		ssize_t count = TEMP_FAILURE_RETRY(write(devtools->output, text, length));

		if (count < 0) {
			fail(error, g_strerror(errno));
			return FALSE;
		}
		text += count;
		length -= (gsize)count;
	}
	return TRUE;
}

/* Waits for more; FALSE where none will come. */
static gboolean read_more(IcelabDevtools *devtools, GError **error)
{
	guint8 buffer[64 * 1024];
	struct pollfd wait = {devtools->input, POLLIN, 0};
	gint64 left = devtools->deadline_us - g_get_monotonic_time();
	ssize_t count;

	if (left <= 0 || devtools->waiting->len > MESSAGE_LIMIT) {
		fail(error, left <= 0 ? "no answer in time" : "an answer without end");
		return FALSE;
	}
	poll(&wait, 1, (int)(left / 1000 + 1));
	count = read(devtools->input, buffer, sizeof buffer);
	if (count > 0)
		g_byte_array_append(devtools->waiting, buffer, (guint)count);
	else if (count == 0 || (errno != EAGAIN && errno != EINTR)) {
		fail(error, count == 0 ? "it has gone" : g_strerror(errno));
		return FALSE;
	}
	return TRUE;
}

static JsonObject *next_message(IcelabDevtools *devtools, GError **error)
{
	guint searched = 0;

	for (;;) {
		const guint8 *end = searched < devtools->waiting->len
								? memchr(devtools->waiting->data + searched, '\0',
									  devtools->waiting->len - searched)
								: NULL;

		if (end != NULL) {
			gsize length = (gsize)(end - devtools->waiting->data);
			JsonObject *message =
				icelab_json_parse((const char *)devtools->waiting->data, length, DEPTH, error);

			g_byte_array_remove_range(devtools->waiting, 0, (guint)length + 1);
			return message;
		}
		searched = devtools->waiting->len;
		if (!read_more(devtools, error))
			return NULL;
	}
}

static JsonObject *take_result(JsonObject *message, GError **error)
{
	JsonObject *complaint = icelab_json_object(message, "error");
	JsonObject *result = icelab_json_object(message, "result");

	if (complaint != NULL || result == NULL) {
		fail(error, complaint != NULL ? icelab_json_text(complaint, "message")
									  : "neither result nor error");
		return NULL;
	}
	return json_object_ref(result);
}

JsonObject *icelab_devtools_call(
	IcelabDevtools *devtools, const char *method, const char *parameters, GError **error)
{
	gint64 id = ++devtools->last;
	g_autofree char *session = devtools->session != NULL
								   ? g_strdup_printf(",\"sessionId\":\"%s\"", devtools->session)
								   : g_strdup("");
	g_autofree char *text =
		g_strdup_printf("{\"id\":%" G_GINT64_FORMAT ",\"method\":\"%s\",\"params\":%s%s}", id,
			method, parameters, session);

	if (!send_text(devtools, text, error))
		return NULL;
	for (;;) {
		g_autoptr(JsonObject) message = next_message(devtools, error);

		if (message == NULL)
			return NULL;
		if (icelab_json_int(message, "id") == id)
			return take_result(message, error);
		devtools->skipped++;
	}
}

/* The target that shows the address, or NULL; caller frees. */
static char *find_target(JsonObject *targets, const char *address)
{
	JsonArray *list = icelab_json_array(targets, "targetInfos");

	for (guint i = 0; list != NULL && i < json_array_get_length(list); i++) {
		JsonNode *node = json_array_get_element(list, i);
		JsonObject *target = JSON_NODE_HOLDS_OBJECT(node) ? json_node_get_object(node) : NULL;

		if (target != NULL && g_str_equal(icelab_json_text(target, "type"), "page") &&
			g_str_has_prefix(icelab_json_text(target, "url"), address))
			return g_strdup(icelab_json_text(target, "targetId"));
	}
	return NULL;
}

/* What goes into a command again: targets and sessions are called by letters and digits. */
static gboolean check_name(const char *name, GError **error)
{
	for (gsize i = 0; name[i] != '\0' || i == 0; i++) {
		if (!g_ascii_isalnum(name[i]) && name[i] != '-' && name[i] != '_') {
			fail(error, "a name that is none");
			return FALSE;
		}
	}
	return TRUE;
}

static char *wait_for_target(IcelabDevtools *devtools, const char *address, GError **error)
{
	g_autoptr(JsonObject) ignored =
		icelab_devtools_call(devtools, "Target.setDiscoverTargets", "{\"discover\":true}", error);

	if (ignored == NULL)
		return NULL;
	for (;;) {
		guint skipped = devtools->skipped;
		g_autoptr(JsonObject) targets =
			icelab_devtools_call(devtools, "Target.getTargets", "{}", error);
		g_autoptr(JsonObject) event = NULL;
		char *found;

		if (targets == NULL)
			return NULL;
		found = find_target(targets, address);
		if (found != NULL)
			return found;
		/* Until something happens to a tab. */
		if (devtools->skipped == skipped && (event = next_message(devtools, error)) == NULL)
			return NULL;
	}
}

gboolean icelab_devtools_attach(IcelabDevtools *devtools, const char *address, GError **error)
{
	g_autofree char *target = wait_for_target(devtools, address, error);

	if (target == NULL || !check_name(target, error))
		return FALSE;
	g_autofree char *parameters = g_strdup_printf("{\"targetId\":\"%s\",\"flatten\":true}", target);
	g_autoptr(JsonObject) result =
		icelab_devtools_call(devtools, "Target.attachToTarget", parameters, error);

	if (result == NULL)
		return FALSE;
	if (!check_name(icelab_json_text(result, "sessionId"), error))
		return FALSE;
	devtools->session = g_strdup(icelab_json_text(result, "sessionId"));
	return TRUE;
}

char *icelab_devtools_picture(IcelabDevtools *devtools, GError **error)
{
	g_autoptr(JsonObject) metrics =
		icelab_devtools_call(devtools, "Page.getLayoutMetrics", "{}", error);

	if (metrics == NULL)
		return NULL;
	JsonObject *size = icelab_json_object(metrics, "cssContentSize");
	gint64 width = size != NULL ? (gint64)icelab_json_double(size, "width") : 0;
	gint64 height = size != NULL ? (gint64)icelab_json_double(size, "height") : 0;
	g_autofree char *parameters = g_strdup_printf(
		"{\"format\":\"png\",\"captureBeyondViewport\":true,\"clip\":{\"x\":0,\"y\":0,\"width\":"
		"%" G_GINT64_FORMAT ",\"height\":%" G_GINT64_FORMAT ",\"scale\":1}}",
		CLAMP(width, 1, HEIGHT_LIMIT), CLAMP(height, 1, HEIGHT_LIMIT));
	g_autoptr(JsonObject) result =
		icelab_devtools_call(devtools, "Page.captureScreenshot", parameters, error);

	return result != NULL ? g_strdup(icelab_json_text(result, "data")) : NULL;
}
