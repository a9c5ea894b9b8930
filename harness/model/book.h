/* SPDX-License-Identifier: MIT */
#pragma once

#include <glib.h>

#include "model/address.h"

/* The address book that a topology script writes: every address that matters, with a name, whose it
 * is and on which interface; the servers; which client interface reaches which server under which
 * address; and the flows that are the lab's own. Lines of words, '#' begins a comment;
 * netns/README.md describes them. */

/* Where the web application's host listens, TCP. */
#define ICELAB_ORIGIN_PORT 80

#define ICELAB_BOOK_ERROR (icelab_book_error_quark())
GQuark icelab_book_error_quark(void);

typedef enum {
	ICELAB_ROLE_CLIENT, /* where the implementation runs */
	ICELAB_ROLE_LAN,    /* the home router: sees the client's link */
	ICELAB_ROLE_CORE,   /* the internet between */
	ICELAB_ROLE_STUN,   /* STUN servers and the web application host */
	ICELAB_ROLE_VPN,    /* the tunnel's other end */
} IcelabRole;

typedef struct {
	char *name;
	IcelabRole role;
} IcelabNode;

typedef struct {
	char *name; /* "lan4" */
	IcelabAddress address;
	char *node;
	char *interface;
} IcelabNamedAddress;

typedef struct {
	const IcelabNamedAddress *address;
	guint16 port; /* UDP and TCP */
} IcelabServer;

typedef struct {
	char *interface; /* of the client */
	const IcelabServer *server;
	const IcelabNamedAddress *mapped; /* the source that the server sees */
} IcelabPath;

typedef struct {
	char *node;
	char *interface;
	char *protocol; /* "udp" or "tcp" */
	const IcelabNamedAddress *source;
	const IcelabNamedAddress *destination;
	guint16 source_port; /* 0 means any */
	guint16 destination_port;
	char *why;
} IcelabInfra;

typedef struct {
	char *topology;
	GPtrArray *nodes;     /* IcelabNode */
	GPtrArray *addresses; /* IcelabNamedAddress */
	GPtrArray *servers;   /* IcelabServer */
	GPtrArray
		*origins;      /* IcelabNamedAddress, not owned: the web application host, one per family */
	GPtrArray *paths;  /* IcelabPath */
	GPtrArray *infras; /* IcelabInfra */
} IcelabBook;

/* A book without anything in it. */
IcelabBook *icelab_book_new(void);

/* Reads a book. `where` names the text in messages ("FILE:LINE: ..."). Returns NULL and sets
 * `error`. */
IcelabBook *icelab_book_parse(const char *text, const char *where, GError **error);
void icelab_book_free(IcelabBook *book);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(IcelabBook, icelab_book_free)

/* Each returns a thing that the book owns, or NULL. */
const IcelabNode *icelab_book_node(const IcelabBook *book, const char *name);
const IcelabNode *icelab_book_client(const IcelabBook *book); /* every book has one */
const IcelabNamedAddress *icelab_book_by_name(const IcelabBook *book, const char *name);
const IcelabNamedAddress *icelab_book_by_address(
	const IcelabBook *book, const IcelabAddress *address);
const IcelabServer *icelab_book_server(const IcelabBook *book, const char *name);
const IcelabServer *icelab_book_server_at(const IcelabBook *book, const IcelabAddress *address);

/* The name of an address, or its text in `text` where the book has no name for it. */
const char *icelab_book_label(
	const IcelabBook *book, const IcelabAddress *address, char text[ICELAB_ADDRESS_TEXT]);

/* Whether a flow seen on a node's interface is the lab's own, in either direction. */
gboolean icelab_book_is_infra(const IcelabBook *book, const char *node, const char *interface,
	const char *protocol, const IcelabAddress *source, guint16 source_port,
	const IcelabAddress *destination, guint16 destination_port);
