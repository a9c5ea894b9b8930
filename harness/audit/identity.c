/* SPDX-License-Identifier: MIT */
#include "audit/identity.h"

static gboolean is_mapped(const IcelabBook *book, const IcelabNamedAddress *named)
{
	for (guint i = 0; i < book->paths->len; i++) {
		const IcelabPath *path = book->paths->pdata[i];

		if (path->mapped == named)
			return TRUE;
	}
	return FALSE;
}

static gboolean is_client(const IcelabBook *book, const IcelabNamedAddress *named)
{
	return g_str_equal(named->node, icelab_book_client(book)->name);
}

char **icelab_identity_names(const IcelabBook *book)
{
	g_autoptr(GStrvBuilder) names = g_strv_builder_new();

	for (guint i = 0; i < book->addresses->len; i++) {
		const IcelabNamedAddress *named = book->addresses->pdata[i];

		if (is_client(book, named) || is_mapped(book, named))
			g_strv_builder_add(names, named->name);
	}
	return g_strv_builder_end(names);
}

static IcelabRole role_of(const IcelabBook *book, const IcelabNamedAddress *named)
{
	return icelab_book_node(book, named->node)->role;
}

/* Whoever goes out there is seen with an address of the tunnel's other end. */
static gboolean is_tunnel(const IcelabBook *book, const char *interface)
{
	for (guint i = 0; i < book->paths->len; i++) {
		const IcelabPath *path = book->paths->pdata[i];

		if (g_str_equal(path->interface, interface) &&
			role_of(book, path->mapped) == ICELAB_ROLE_VPN)
			return TRUE;
	}
	return FALSE;
}

static const char *describe_own(const IcelabBook *book, const IcelabNamedAddress *named)
{
	if (icelab_address_is_link_local(&named->address))
		return "this machine's link-local address";
	if (is_tunnel(book, named->interface))
		return "this machine's address in the tunnel";
	if (icelab_address_is_private(&named->address))
		return "this machine's address in the LAN";
	if (icelab_address_is_eui64(&named->address))
		return "this machine's public address with its hardware address in it";
	return "this machine's public address";
}

const char *icelab_identity_describe(const IcelabBook *book, const IcelabNamedAddress *named)
{
	if (is_client(book, named))
		return describe_own(book, named);
	switch (role_of(book, named)) {
	case ICELAB_ROLE_LAN:
		return is_mapped(book, named) ? "your provider's address" : "the home router";
	case ICELAB_ROLE_VPN:
		return is_mapped(book, named) ? "the VPN's address" : "the VPN";
	case ICELAB_ROLE_STUN:
		return icelab_book_server(book, named->name) != NULL ? "a STUN server" : "a server";
	default:
		return "the internet";
	}
}
