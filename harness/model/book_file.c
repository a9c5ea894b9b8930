/* SPDX-License-Identifier: MIT */
#include "model/book.h"

#include <string.h>

/* One line while it is read: its words, and where it stands. */
typedef struct {
	IcelabBook *book;
	char **words;
	guint count;
	const char *where;
	guint number;
} Line;

static gboolean refuse(const Line *line, GError **error, const char *format, ...)
	G_GNUC_PRINTF(3, 4);

static gboolean refuse(const Line *line, GError **error, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	g_autofree char *text = g_strdup_vprintf(format, arguments);
	va_end(arguments);
	g_set_error(error, ICELAB_BOOK_ERROR, 0, "%s:%u: %s", line->where, line->number, text);
	return FALSE;
}

static const IcelabNamedAddress *want_name(const Line *line, const char *name, GError **error)
{
	const IcelabNamedAddress *named = icelab_book_by_name(line->book, name);

	if (named == NULL)
		refuse(line, error, "no address is called \"%s\"; name it in an address line above", name);
	return named;
}

static gboolean want_port(const Line *line, const char *text, guint16 *port, GError **error)
{
	guint64 value;

	if (!g_ascii_string_to_unsigned(text, 10, 0, G_MAXUINT16, &value, NULL))
		return refuse(line, error, "\"%s\" is no port (0 to 65535)", text);
	*port = (guint16)value;
	return TRUE;
}

static gboolean read_topology(Line *line, GError **error)
{
	if (line->book->topology != NULL)
		return refuse(line, error, "a second topology line");
	line->book->topology = g_strdup(line->words[1]);
	return TRUE;
}

static gboolean read_node(Line *line, GError **error)
{
	static const char *const roles[] = {"client", "lan", "core", "stun", "vpn"};

	if (icelab_book_node(line->book, line->words[1]) != NULL)
		return refuse(line, error, "a second node \"%s\"", line->words[1]);
	for (guint role = 0; role < G_N_ELEMENTS(roles); role++) {
		if (g_str_equal(line->words[2], roles[role])) {
			if (role == ICELAB_ROLE_CLIENT && icelab_book_client(line->book) != NULL)
				return refuse(line, error, "a second client; the implementation runs in one");
			IcelabNode *node = g_new0(IcelabNode, 1);

			node->name = g_strdup(line->words[1]);
			node->role = (IcelabRole)role;
			g_ptr_array_add(line->book->nodes, node);
			return TRUE;
		}
	}
	return refuse(
		line, error, "\"%s\" is no role; use client, lan, core, stun or vpn", line->words[2]);
}

static gboolean read_address(Line *line, GError **error)
{
	IcelabAddress address;

	if (icelab_book_by_name(line->book, line->words[1]) != NULL)
		return refuse(line, error, "a second address \"%s\"", line->words[1]);
	if (!icelab_address_parse(line->words[2], strlen(line->words[2]), &address))
		return refuse(line, error, "\"%s\" is no IP address", line->words[2]);
	if (icelab_book_node(line->book, line->words[3]) == NULL)
		return refuse(line, error, "no node is called \"%s\"", line->words[3]);

	IcelabNamedAddress *named = g_new0(IcelabNamedAddress, 1);

	named->name = g_strdup(line->words[1]);
	named->address = address;
	named->node = g_strdup(line->words[3]);
	named->interface = g_strdup(line->words[4]);
	g_ptr_array_add(line->book->addresses, named);
	return TRUE;
}

static gboolean read_server(Line *line, GError **error)
{
	const IcelabNamedAddress *address = want_name(line, line->words[1], error);
	guint16 port = 0;

	if (address == NULL || !want_port(line, line->words[2], &port, error))
		return FALSE;
	if (port == 0)
		return refuse(line, error, "a server needs a port (1 to 65535)");

	IcelabServer *server = g_new0(IcelabServer, 1);

	server->address = address;
	server->port = port;
	g_ptr_array_add(line->book->servers, server);
	return TRUE;
}

static gboolean read_origin(Line *line, GError **error)
{
	const IcelabNamedAddress *address = want_name(line, line->words[1], error);

	if (address == NULL)
		return FALSE;
	g_ptr_array_add(line->book->origins, (gpointer)address);
	return TRUE;
}

static gboolean read_path(Line *line, GError **error)
{
	const IcelabServer *server = icelab_book_server(line->book, line->words[2]);
	const IcelabNamedAddress *mapped = want_name(line, line->words[3], error);

	if (mapped == NULL)
		return FALSE;
	if (server == NULL)
		return refuse(line, error, "no server is called \"%s\"", line->words[2]);

	IcelabPath *path = g_new0(IcelabPath, 1);

	path->interface = g_strdup(line->words[1]);
	path->server = server;
	path->mapped = mapped;
	g_ptr_array_add(line->book->paths, path);
	return TRUE;
}

static const IcelabNamedAddress *read_endpoint(
	Line *line, const char *word, guint16 *port, GError **error)
{
	const char *colon = strrchr(word, ':');

	if (colon == NULL) {
		refuse(line, error, "\"%s\" is no NAME:PORT", word);
		return NULL;
	}
	g_autofree char *name = g_strndup(word, (gsize)(colon - word));

	if (g_str_equal(colon + 1, "*"))
		*port = 0;
	else if (!want_port(line, colon + 1, port, error))
		return NULL;
	return want_name(line, name, error);
}

static gboolean read_infra(Line *line, GError **error)
{
	guint16 source_port = 0, destination_port = 0;
	const IcelabNamedAddress *source = read_endpoint(line, line->words[4], &source_port, error);

	if (source == NULL)
		return FALSE;

	const IcelabNamedAddress *destination =
		read_endpoint(line, line->words[5], &destination_port, error);

	if (destination == NULL)
		return FALSE;
	if (icelab_book_node(line->book, line->words[1]) == NULL)
		return refuse(line, error, "no node is called \"%s\"", line->words[1]);
	if (!g_str_equal(line->words[3], "udp") && !g_str_equal(line->words[3], "tcp"))
		return refuse(line, error, "\"%s\" is neither udp nor tcp", line->words[3]);

	IcelabInfra *infra = g_new0(IcelabInfra, 1);

	infra->node = g_strdup(line->words[1]);
	infra->interface = g_strdup(line->words[2]);
	infra->protocol = g_strdup(line->words[3]);
	infra->source = source;
	infra->source_port = source_port;
	infra->destination = destination;
	infra->destination_port = destination_port;
	infra->why = g_strjoinv(" ", line->words + 6);
	g_ptr_array_add(line->book->infras, infra);
	return TRUE;
}

static const struct {
	const char *keyword;
	guint words;
	gboolean more; /* further words are free text */
	gboolean (*read)(Line *line, GError **error);
	const char *usage;
} keywords[] = {
	{"topology", 2, FALSE, read_topology, "topology NAME"},
	{"node", 3, FALSE, read_node, "node NAME ROLE"},
	{"address", 5, FALSE, read_address, "address NAME IP NODE INTERFACE"},
	{"server", 3, FALSE, read_server, "server NAME PORT"},
	{"origin", 2, FALSE, read_origin, "origin NAME"},
	{"path", 4, FALSE, read_path, "path INTERFACE SERVER MAPPED"},
	{"infra", 7, TRUE, read_infra, "infra NODE INTERFACE PROTOCOL NAME:PORT NAME:PORT WHY"},
};

static gboolean read_line(Line *line, GError **error)
{
	for (guint i = 0; i < G_N_ELEMENTS(keywords); i++) {
		if (!g_str_equal(line->words[0], keywords[i].keyword))
			continue;
		if (line->count < keywords[i].words ||
			(line->count > keywords[i].words && !keywords[i].more))
			return refuse(line, error, "usage: %s", keywords[i].usage);
		return keywords[i].read(line, error);
	}
	return refuse(line, error, "\"%s\" is no word of an address book", line->words[0]);
}

/* Splits at blanks and drops what follows a '#'. */
static char **split_words(const char *text)
{
	g_autoptr(GStrvBuilder) builder = g_strv_builder_new();
	g_auto(GStrv) raw = g_strsplit_set(text, " \t\r", -1);

	for (guint i = 0; raw[i] != NULL && raw[i][0] != '#'; i++) {
		if (raw[i][0] != '\0')
			g_strv_builder_add(builder, raw[i]);
	}
	return g_strv_builder_end(builder);
}

IcelabBook *icelab_book_parse(const char *text, const char *where, GError **error)
{
	g_autoptr(IcelabBook) book = icelab_book_new();
	g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
	gboolean has_client;

	for (guint i = 0; lines[i] != NULL; i++) {
		g_auto(GStrv) words = split_words(lines[i]);
		Line line = {book, words, g_strv_length(words), where, i + 1};

		if (line.count > 0 && !read_line(&line, error))
			return NULL;
	}
	has_client = icelab_book_client(book) != NULL;
	if (!has_client || book->topology == NULL) {
		g_set_error(error, ICELAB_BOOK_ERROR, 0, "%s: no %s line", where,
			has_client ? "topology" : "\"node NAME client\"");
		return NULL;
	}
	return g_steal_pointer(&book);
}
