/* SPDX-License-Identifier: MIT */
#include "adapter/protocol.h"

#include <string.h>

#include "model/json.h"

G_DEFINE_QUARK(icelab_protocol_error, icelab_protocol_error)

struct IcelabLineReader {
	IcelabLineCallback callback;
	gpointer data;
	GString *partial;
	guint number; /* of the line that is being read, from 1 */
	gsize total;
};

const char *icelab_request_policy(const IcelabGatherRequest *request)
{
	return request->policy_name != NULL ? request->policy_name
										: icelab_policy_name(request->policy.name);
}

/* RFC 7064: stun:HOST:PORT, an IPv6 literal in brackets. */
static char *stun_url(const IcelabServer *server)
{
	char text[ICELAB_ADDRESS_TEXT];

	icelab_address_format(&server->address->address, text);
	return server->address->address.family == 6
			   ? g_strdup_printf("stun:[%s]:%u", text, server->port)
			   : g_strdup_printf("stun:%s:%u", text, server->port);
}

static char **stun_urls(const IcelabGatherRequest *request)
{
	g_autoptr(GStrvBuilder) builder = g_strv_builder_new();

	for (guint i = 0; request->stun[i] != NULL; i++) {
		const IcelabServer *server = icelab_book_server(request->book, request->stun[i]);

		if (server != NULL) {
			g_autofree char *url = stun_url(server);

			g_strv_builder_add(builder, url);
		}
	}
	return g_strv_builder_end(builder);
}

static char **origin_texts(const IcelabGatherRequest *request)
{
	g_autoptr(GStrvBuilder) builder = g_strv_builder_new();

	for (guint i = 0; i < request->book->origins->len; i++) {
		const IcelabNamedAddress *origin = request->book->origins->pdata[i];
		char text[ICELAB_ADDRESS_TEXT];

		g_strv_builder_add(builder, icelab_address_format(&origin->address, text));
	}
	return g_strv_builder_end(builder);
}

static void set_texts(JsonObject *object, const char *member, char **texts)
{
	JsonArray *array = json_array_new();

	for (guint i = 0; texts[i] != NULL; i++)
		json_array_add_string_element(array, texts[i]);
	json_object_set_array_member(object, member, array);
}

char *icelab_request_line(const IcelabGatherRequest *request)
{
	g_autoptr(JsonNode) root = json_node_new(JSON_NODE_OBJECT);
	g_auto(GStrv) stun = stun_urls(request);
	g_auto(GStrv) origins = origin_texts(request);
	JsonObject *object = json_object_new();
	g_autofree char *text = NULL;

	json_node_take_object(root, object);
	json_object_set_int_member(object, "protocol", ICELAB_PROTOCOL_VERSION);
	json_object_set_string_member(object, "id", request->id);
	json_object_set_string_member(object, "policy", icelab_request_policy(request));
	json_object_set_boolean_member(object, "consent", request->policy.consent);
	set_texts(object, "stun", stun);
	json_object_set_array_member(object, "turn", json_array_new());
	json_object_set_null_member(object, "proxy");
	set_texts(object, "origin", origins);
	json_object_set_int_member(object, "deadline_ms", request->deadline_ms);
	text = json_to_string(root, FALSE);
	return g_strconcat(text, "\n", NULL);
}

char **icelab_request_environment(const IcelabGatherRequest *request)
{
	g_auto(GStrv) stun = stun_urls(request);
	g_auto(GStrv) origins = origin_texts(request);
	g_autofree char *stun_list = g_strjoinv(" ", stun);
	g_autofree char *origin_list = g_strjoinv(" ", origins);
	char **environment = g_new0(char *, 10);

	environment[0] = g_strdup_printf("ICELAB_PROTOCOL=%d", ICELAB_PROTOCOL_VERSION);
	environment[1] = g_strdup_printf("ICELAB_ID=%s", request->id);
	environment[2] = g_strdup_printf("ICELAB_POLICY=%s", icelab_request_policy(request));
	environment[3] = g_strdup_printf("ICELAB_CONSENT=%d", request->policy.consent ? 1 : 0);
	environment[4] = g_strdup_printf("ICELAB_STUN=%s", stun_list);
	environment[5] = g_strdup("ICELAB_TURN=");
	environment[6] = g_strdup("ICELAB_PROXY=");
	environment[7] = g_strdup_printf("ICELAB_ORIGIN=%s", origin_list);
	environment[8] = g_strdup_printf("ICELAB_DEADLINE_MS=%u", request->deadline_ms);
	return environment;
}

IcelabLineReader *icelab_line_reader_new(IcelabLineCallback callback, gpointer data)
{
	IcelabLineReader *reader = g_new0(IcelabLineReader, 1);

	reader->callback = callback;
	reader->data = data;
	reader->partial = g_string_new(NULL);
	reader->number = 1;
	return reader;
}

void icelab_line_reader_free(IcelabLineReader *reader)
{
	if (reader == NULL)
		return;
	g_string_free(reader->partial, TRUE);
	g_free(reader);
}

static gboolean refuse(const IcelabLineReader *reader, GError **error, const char *format, ...)
	G_GNUC_PRINTF(3, 4);

static gboolean refuse(const IcelabLineReader *reader, GError **error, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	g_autofree char *text = g_strdup_vprintf(format, arguments);
	va_end(arguments);
	g_set_error(error, ICELAB_PROTOCOL_ERROR, 0, "output line %u: %s", reader->number, text);
	return FALSE;
}

/* The members that make a line of each type useful to the judge. */
static const struct {
	const char *type;
	const char *wanted; /* must be a string member; NULL where none is */
} types[] = {
	{"policy", "policy"},
	{"candidate", "candidate"},
	{"sdp", "sdp"},
	{"stats", NULL},
	{"error", NULL},
	{"state", "state"},
	{"done", NULL},
};

static gboolean check_line(IcelabLineReader *reader, JsonObject *line, GError **error)
{
	const char *type = icelab_json_text(line, "type");

	for (guint i = 0; i < G_N_ELEMENTS(types); i++) {
		if (!g_str_equal(types[i].type, type))
			continue;
		if (types[i].wanted != NULL && !icelab_json_has_text(line, types[i].wanted))
			return refuse(reader, error, "a \"%s\" line has no text \"%s\"", type, types[i].wanted);
		return TRUE;
	}
	g_autofree char *shown = g_strescape(type, NULL);

	return refuse(reader, error, "unknown type \"%.40s\"", shown);
}

static gboolean take_line(IcelabLineReader *reader, const char *text, gsize length, GError **error)
{
	g_autoptr(JsonObject) line = NULL;
	g_autoptr(GError) cause = NULL;

	if (length == 0 || (length == 1 && text[0] == '\r'))
		return refuse(reader, error, "an empty line; print one JSON object a line");
	line = icelab_json_parse(text, length, ICELAB_PROTOCOL_DEPTH, &cause);
	if (line == NULL) {
		g_autofree char *shown = g_strescape(cause->message, NULL);

		return refuse(reader, error, "%.200s", shown);
	}
	if (!check_line(reader, line, error))
		return FALSE;
	reader->callback(g_steal_pointer(&line), reader->data);
	return TRUE;
}

gboolean icelab_line_reader_feed(
	IcelabLineReader *reader, const char *bytes, gsize length, GError **error)
{
	reader->total += length;
	while (length > 0) {
		const char *end = memchr(bytes, '\n', length);
		gsize count = end != NULL ? (gsize)(end - bytes) : length;

		if (reader->partial->len + count > ICELAB_PROTOCOL_LINE_LIMIT)
			return refuse(reader, error, "longer than %d bytes", ICELAB_PROTOCOL_LINE_LIMIT);
		g_string_append_len(reader->partial, bytes, (gssize)count);
		if (end == NULL)
			break;
		if (!take_line(reader, reader->partial->str, reader->partial->len, error))
			return FALSE;
		g_string_truncate(reader->partial, 0);
		reader->number++;
		bytes += count + 1;
		length -= count + 1;
	}
	if (reader->total > ICELAB_PROTOCOL_TOTAL_LIMIT)
		return refuse(reader, error, "more than %d bytes of output", ICELAB_PROTOCOL_TOTAL_LIMIT);
	return TRUE;
}

gboolean icelab_line_reader_finish(IcelabLineReader *reader, GError **error)
{
	if (reader->partial->len > 0)
		return refuse(reader, error, "the output ends within a line");
	return TRUE;
}
