/* SPDX-License-Identifier: MIT */
/* Attack surface: the address book: icelab_book_parse() (harness/model/book_file.c), written by a
 * topology script, kept in every recorded run and read again from there.
 *
 * The input is the text. Oracles: a book that was read, printed and read again is the same; its
 * lookups find each thing in it, and give each address its name; there is one client; a refusal
 * names the file and, but for what is missing as a whole, a line that there is, in one line. */
#include <stdint.h>
#include <string.h>

#include "model/book.h"
#include "oracles/message.h"
#include "oracles/oracle.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void print_port(GString *out, guint16 port)
{
	if (port == 0)
		g_string_append(out, "*");
	else
		g_string_append_printf(out, "%u", port);
}

static char *print(const IcelabBook *book)
{
	static const char *const roles[] = {"client", "lan", "core", "stun", "vpn"};
	GString *out = g_string_new(NULL);
	char text[ICELAB_ADDRESS_TEXT];

	g_string_append_printf(out, "topology %s\n", book->topology);
	for (guint i = 0; i < book->nodes->len; i++) {
		const IcelabNode *node = book->nodes->pdata[i];

		g_string_append_printf(out, "node %s %s\n", node->name, roles[node->role]);
	}
	for (guint i = 0; i < book->addresses->len; i++) {
		const IcelabNamedAddress *named = book->addresses->pdata[i];

		g_string_append_printf(out, "address %s %s %s %s\n", named->name,
			icelab_address_format(&named->address, text), named->node, named->interface);
	}
	for (guint i = 0; i < book->servers->len; i++) {
		const IcelabServer *server = book->servers->pdata[i];

		g_string_append_printf(out, "server %s %u\n", server->address->name, server->port);
	}
	for (guint i = 0; i < book->origins->len; i++) {
		const IcelabNamedAddress *origin = book->origins->pdata[i];

		g_string_append_printf(out, "origin %s\n", origin->name);
	}
	for (guint i = 0; i < book->paths->len; i++) {
		const IcelabPath *path = book->paths->pdata[i];

		g_string_append_printf(out, "path %s %s %s\n", path->interface, path->server->address->name,
			path->mapped->name);
	}
	for (guint i = 0; i < book->infras->len; i++) {
		const IcelabInfra *infra = book->infras->pdata[i];

		g_string_append_printf(out, "infra %s %s %s %s:", infra->node, infra->interface,
			infra->protocol, infra->source->name);
		print_port(out, infra->source_port);
		g_string_append_printf(out, " %s:", infra->destination->name);
		print_port(out, infra->destination_port);
		g_string_append_printf(out, " %s\n", infra->why);
	}
	return g_string_free(out, FALSE);
}

static void check_lookups(const IcelabBook *book)
{
	char text[ICELAB_ADDRESS_TEXT];
	guint clients = 0;

	for (guint i = 0; i < book->nodes->len; i++) {
		const IcelabNode *node = book->nodes->pdata[i];

		EXPECT(icelab_book_node(book, node->name) == node, "book-check-lookups", "node %s",
			node->name);
		clients += node->role == ICELAB_ROLE_CLIENT ? 1 : 0;
	}
	EXPECT(clients == 1 && icelab_book_client(book) != NULL, "book-check-lookups", "%u clients",
		clients);
	for (guint i = 0; i < book->addresses->len; i++) {
		const IcelabNamedAddress *named = book->addresses->pdata[i];
		const IcelabNamedAddress *found = icelab_book_by_address(book, &named->address);

		EXPECT(icelab_book_by_name(book, named->name) == named, "book-check-lookups", "address %s",
			named->name);
		EXPECT(icelab_book_node(book, named->node) != NULL, "book-check-lookups", "node of %s",
			named->name);
		EXPECT(found != NULL && icelab_address_equal(&found->address, &named->address),
			"book-check-lookups", "by address");
		EXPECT(icelab_book_by_name(book, icelab_book_label(book, &named->address, text)) != NULL,
			"book-check-lookups", "no label of %s", named->name);
	}
	for (guint i = 0; i < book->servers->len; i++) {
		const IcelabServer *server = book->servers->pdata[i];

		EXPECT(server->port != 0, "book-check-lookups", "a server without a port");
		EXPECT(icelab_book_server(book, server->address->name) != NULL, "book-check-lookups",
			"no server");
		EXPECT(icelab_book_server_at(book, &server->address->address) != NULL, "book-check-lookups",
			"no server there");
	}
	for (guint i = 0; i < book->infras->len; i++) {
		const IcelabInfra *infra = book->infras->pdata[i];

		EXPECT(icelab_book_is_infra(book, infra->node, infra->interface, infra->protocol,
				   &infra->source->address, infra->source_port, &infra->destination->address,
				   infra->destination_port),
			"book-check-lookups", "no flow of the lab: %s", infra->why);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	g_autofree char *text = g_strndup((const char *)data, size);
	g_autoptr(IcelabBook) book = NULL;
	g_autoptr(IcelabBook) again = NULL;
	g_autoptr(GError) error = NULL;

	book = icelab_book_parse(text, "book", &error);
	EXPECT((book == NULL) == (error != NULL), "book-input", "neither a book nor a message");
	if (book == NULL) {
		expect_message(error, "book", text, MESSAGE_LINE_OPTIONAL);
		return 0;
	}
	check_lookups(book);

	g_autofree char *printed = print(book);

	again = icelab_book_parse(printed, "again", &error);
	EXPECT(again != NULL, "book-input", "%s: %s", error->message, printed);

	g_autofree char *twice = print(again);

	EXPECT(g_str_equal(printed, twice), "book-input", "%s\n and then %s", printed, twice);
	return 0;
}
