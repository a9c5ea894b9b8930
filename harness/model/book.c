/* SPDX-License-Identifier: MIT */
#include "model/book.h"

#include <string.h>

G_DEFINE_QUARK(icelab_book_error, icelab_book_error)

static void node_free(gpointer data)
{
	IcelabNode *node = data;

	g_free(node->name);
	g_free(node);
}

static void address_free(gpointer data)
{
	IcelabNamedAddress *named = data;

	g_free(named->name);
	g_free(named->node);
	g_free(named->interface);
	g_free(named);
}

static void path_free(gpointer data)
{
	IcelabPath *path = data;

	g_free(path->interface);
	g_free(path);
}

static void infra_free(gpointer data)
{
	IcelabInfra *infra = data;

	g_free(infra->node);
	g_free(infra->interface);
	g_free(infra->protocol);
	g_free(infra->why);
	g_free(infra);
}

IcelabBook *icelab_book_new(void)
{
	IcelabBook *book = g_new0(IcelabBook, 1);

	book->nodes = g_ptr_array_new_with_free_func(node_free);
	book->addresses = g_ptr_array_new_with_free_func(address_free);
	book->servers = g_ptr_array_new_with_free_func(g_free);
	book->origins = g_ptr_array_new();
	book->paths = g_ptr_array_new_with_free_func(path_free);
	book->infras = g_ptr_array_new_with_free_func(infra_free);
	return book;
}

void icelab_book_free(IcelabBook *book)
{
	if (book == NULL)
		return;
	g_free(book->topology);
	g_ptr_array_unref(book->nodes);
	g_ptr_array_unref(book->addresses);
	g_ptr_array_unref(book->servers);
	g_ptr_array_unref(book->origins);
	g_ptr_array_unref(book->paths);
	g_ptr_array_unref(book->infras);
	g_free(book);
}

const IcelabNode *icelab_book_node(const IcelabBook *book, const char *name)
{
	for (guint i = 0; i < book->nodes->len; i++) {
		const IcelabNode *node = book->nodes->pdata[i];

		if (g_str_equal(node->name, name))
			return node;
	}
	return NULL;
}

const IcelabNode *icelab_book_client(const IcelabBook *book)
{
	for (guint i = 0; i < book->nodes->len; i++) {
		const IcelabNode *node = book->nodes->pdata[i];

		if (node->role == ICELAB_ROLE_CLIENT)
			return node;
	}
	return NULL;
}

const IcelabNamedAddress *icelab_book_by_name(const IcelabBook *book, const char *name)
{
	for (guint i = 0; i < book->addresses->len; i++) {
		const IcelabNamedAddress *named = book->addresses->pdata[i];

		if (g_str_equal(named->name, name))
			return named;
	}
	return NULL;
}

const IcelabNamedAddress *icelab_book_by_address(
	const IcelabBook *book, const IcelabAddress *address)
{
	for (guint i = 0; i < book->addresses->len; i++) {
		const IcelabNamedAddress *named = book->addresses->pdata[i];

		if (icelab_address_equal(&named->address, address))
			return named;
	}
	return NULL;
}

const IcelabServer *icelab_book_server(const IcelabBook *book, const char *name)
{
	for (guint i = 0; i < book->servers->len; i++) {
		const IcelabServer *server = book->servers->pdata[i];

		if (g_str_equal(server->address->name, name))
			return server;
	}
	return NULL;
}

const IcelabServer *icelab_book_server_at(const IcelabBook *book, const IcelabAddress *address)
{
	for (guint i = 0; i < book->servers->len; i++) {
		const IcelabServer *server = book->servers->pdata[i];

		if (icelab_address_equal(&server->address->address, address))
			return server;
	}
	return NULL;
}

const char *icelab_book_label(
	const IcelabBook *book, const IcelabAddress *address, char text[ICELAB_ADDRESS_TEXT])
{
	const IcelabNamedAddress *named = icelab_book_by_address(book, address);

	return named != NULL ? named->name : icelab_address_format(address, text);
}

static gboolean infra_matches(const IcelabInfra *infra, const IcelabAddress *source,
	guint16 source_port, const IcelabAddress *destination, guint16 destination_port)
{
	return icelab_address_equal(&infra->source->address, source) &&
		   icelab_address_equal(&infra->destination->address, destination) &&
		   (infra->source_port == 0 || infra->source_port == source_port) &&
		   (infra->destination_port == 0 || infra->destination_port == destination_port);
}

gboolean icelab_book_is_infra(const IcelabBook *book, const char *node, const char *interface,
	const char *protocol, const IcelabAddress *source, guint16 source_port,
	const IcelabAddress *destination, guint16 destination_port)
{
	for (guint i = 0; i < book->infras->len; i++) {
		const IcelabInfra *infra = book->infras->pdata[i];

		if (!g_str_equal(infra->node, node) || !g_str_equal(infra->interface, interface) ||
			!g_str_equal(infra->protocol, protocol))
			continue;
		if (infra_matches(infra, source, source_port, destination, destination_port) ||
			infra_matches(infra, destination, destination_port, source, source_port))
			return TRUE;
	}
	return FALSE;
}
