/* SPDX-License-Identifier: MIT */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "world/world.h"

/* GSocket's interface over memory: what libnice sends goes to the target's network, what it reads
 * was put there by the target. */

#define MOST_SOCKETS 512
#define MOST_KNOCKS 8
#define LONGEST 65536

typedef struct _Packet {
	struct _Packet *next;
	IcelabEndpoint from;
	size_t length;
	uint8_t *bytes;
} Packet;

struct _IcelabWorldSocket {
	GSocket parent;
	IcelabSocketKind kind;
	unsigned number;
	uint8_t family;
	IcelabEndpoint local;
	IcelabEndpoint remote;
	bool connected;
	bool failed; /* the connect(): was refused */
	bool closed; /* by libnice */
	bool ended;  /* by the far end: what is there can still be read */
	bool reset;
	size_t room;
	size_t fragment;
	Packet *first; /* datagrams, or a stream's pieces */
	size_t taken;  /* of the first piece */
	size_t more;   /* bytes of a stream that nobody wrote */
	IcelabEndpoint knocks[MOST_KNOCKS];
	unsigned knock_count;
};

typedef struct {
	GSocketClass parent;
} IcelabWorldSocketClass;

GType icelab_world_socket_get_type(void);
G_DEFINE_TYPE(IcelabWorldSocket, icelab_world_socket, G_TYPE_SOCKET)

static IcelabWorldSocket *open_sockets[MOST_SOCKETS]; /* not owned */
static unsigned count;
static unsigned next_number;
static uint16_t next_port = 40000;
static uint64_t progress;
static IcelabWorldNetwork network;

static IcelabWorldSocket *world_socket(GSocket *socket)
{
	return (IcelabWorldSocket *)socket;
}

static void drop_first(IcelabWorldSocket *self)
{
	Packet *packet = self->first;

	self->first = packet->next;
	self->taken = 0;
	g_free(packet->bytes);
	g_free(packet);
}

static void forget(IcelabWorldSocket *self)
{
	while (self->first != NULL)
		drop_first(self);
	self->more = 0;
	for (unsigned i = 0; i < count; i++)
		if (open_sockets[i] == self) {
			memmove(
				&open_sockets[i], &open_sockets[i + 1], (count - i - 1) * sizeof(open_sockets[0]));
			count--;
			return;
		}
}

/* GSocket's own would ask the kernel for a descriptor. */
static void constructed(GObject *object)
{
	(void)object;
}

static void finalize(GObject *object)
{
	forget((IcelabWorldSocket *)object);
	G_OBJECT_CLASS(icelab_world_socket_parent_class)->finalize(object);
}

static void icelab_world_socket_class_init(IcelabWorldSocketClass *class)
{
	G_OBJECT_CLASS(class)->constructed = constructed;
	G_OBJECT_CLASS(class)->finalize = finalize;
}

static void icelab_world_socket_init(IcelabWorldSocket *self)
{
	self->room = SIZE_MAX;
}

static IcelabWorldSocket *new_socket(IcelabSocketKind kind, uint8_t family)
{
	IcelabWorldSocket *self = g_object_new(icelab_world_socket_get_type(), NULL);

	if (count == MOST_SOCKETS) {
		fprintf(stderr, "icelab: %u sockets open at once: unbounded growth\n", count);
		abort();
	}
	self->kind = kind;
	self->family = family;
	self->number = ++next_number;
	open_sockets[count++] = self;
	return self;
}

static void choose_port(IcelabWorldSocket *self)
{
	if (self->local.port == 0)
		self->local.port = ++next_port;
	if (self->local.address.family == 0)
		self->local.address.family = self->family;
}

/* ---- what libnice calls ---- */

GSocket *__wrap_g_socket_new(
	GSocketFamily family, GSocketType type, GSocketProtocol protocol, GError **error);
GSocket *__wrap_g_socket_new(
	GSocketFamily family, GSocketType type, GSocketProtocol protocol, GError **error)
{
	(void)protocol;
	(void)error;
	return (GSocket *)new_socket(
		type == G_SOCKET_TYPE_DATAGRAM ? ICELAB_SOCKET_DATAGRAM : ICELAB_SOCKET_STREAM,
		family == G_SOCKET_FAMILY_IPV6 ? 6 : 4);
}

static IcelabEndpoint endpoint_of(GSocketAddress *address)
{
	struct sockaddr_storage native = {0};

	g_socket_address_to_native(address, &native, sizeof(native), NULL);
	return icelab_endpoint_from_sockaddr((const struct sockaddr *)&native);
}

gboolean __wrap_g_socket_bind(
	GSocket *socket, GSocketAddress *address, gboolean reuse, GError **error);
gboolean __wrap_g_socket_bind(
	GSocket *socket, GSocketAddress *address, gboolean reuse, GError **error)
{
	IcelabWorldSocket *self = world_socket(socket);
	IcelabEndpoint local = endpoint_of(address);

	(void)reuse;
	if (network.may_bind != NULL && !network.may_bind(&local)) {
		g_set_error_literal(error, G_IO_ERROR, G_IO_ERROR_FAILED, "not an address of this machine");
		return FALSE;
	}
	for (unsigned i = 0; i < count; i++) {
		const IcelabWorldSocket *other = open_sockets[i];

		if (other != self && local.port != 0 && icelab_endpoint_equal(&other->local, &local) &&
			(other->kind == ICELAB_SOCKET_DATAGRAM) == (self->kind == ICELAB_SOCKET_DATAGRAM)) {
			g_set_error_literal(error, G_IO_ERROR, G_IO_ERROR_ADDRESS_IN_USE, "address in use");
			return FALSE;
		}
	}
	self->local = local;
	choose_port(self);
	return TRUE;
}

gboolean __wrap_g_socket_listen(GSocket *socket, GError **error);
gboolean __wrap_g_socket_listen(GSocket *socket, GError **error)
{
	(void)error;
	world_socket(socket)->kind = ICELAB_SOCKET_LISTENER;
	return TRUE;
}

gboolean __wrap_g_socket_connect(
	GSocket *socket, GSocketAddress *address, GCancellable *cancellable, GError **error);
gboolean __wrap_g_socket_connect(
	GSocket *socket, GSocketAddress *address, GCancellable *cancellable, GError **error)
{
	IcelabWorldSocket *self = world_socket(socket);

	(void)cancellable;
	self->remote = endpoint_of(address);
	choose_port(self);
	switch (network.connecting != NULL ? network.connecting(self, &self->remote)
									   : ICELAB_CONNECT_AT_ONCE) {
	case ICELAB_CONNECT_AT_ONCE:
		self->connected = true;
		return TRUE;
	case ICELAB_CONNECT_REFUSED:
		g_set_error_literal(error, G_IO_ERROR, G_IO_ERROR_CONNECTION_REFUSED, "refused");
		return FALSE;
	case ICELAB_CONNECT_PENDING:
		break;
	}
	g_set_error_literal(error, G_IO_ERROR, G_IO_ERROR_PENDING, "connecting");
	return FALSE;
}

GSocket *__wrap_g_socket_accept(GSocket *socket, GCancellable *cancellable, GError **error);
GSocket *__wrap_g_socket_accept(GSocket *socket, GCancellable *cancellable, GError **error)
{
	IcelabWorldSocket *self = world_socket(socket);
	IcelabWorldSocket *child;

	(void)cancellable;
	if (self->knock_count == 0) {
		g_set_error_literal(error, G_IO_ERROR, G_IO_ERROR_WOULD_BLOCK, "nobody");
		return NULL;
	}
	child = new_socket(ICELAB_SOCKET_STREAM, self->family);
	child->local = self->local;
	child->remote = self->knocks[0];
	child->connected = true;
	self->knock_count--;
	memmove(&self->knocks[0], &self->knocks[1], self->knock_count * sizeof(self->knocks[0]));
	progress++;
	return (GSocket *)child;
}

static GSocketAddress *address_of(const IcelabEndpoint *endpoint)
{
	struct sockaddr_storage native;

	icelab_endpoint_to_sockaddr(endpoint, &native);
	return g_socket_address_new_from_native(&native, sizeof(native));
}

GSocketAddress *__wrap_g_socket_get_local_address(GSocket *socket, GError **error);
GSocketAddress *__wrap_g_socket_get_local_address(GSocket *socket, GError **error)
{
	(void)error;
	return address_of(&world_socket(socket)->local);
}

GSocketAddress *__wrap_g_socket_get_remote_address(GSocket *socket, GError **error);
GSocketAddress *__wrap_g_socket_get_remote_address(GSocket *socket, GError **error)
{
	(void)error;
	return address_of(&world_socket(socket)->remote);
}

gboolean __wrap_g_socket_close(GSocket *socket, GError **error);
gboolean __wrap_g_socket_close(GSocket *socket, GError **error)
{
	(void)error;
	world_socket(socket)->closed = true;
	forget(world_socket(socket));
	return TRUE;
}

gboolean __wrap_g_socket_shutdown(GSocket *socket, gboolean read, gboolean write, GError **error);
gboolean __wrap_g_socket_shutdown(GSocket *socket, gboolean read, gboolean write, GError **error)
{
	(void)error;
	(void)write;
	if (read)
		world_socket(socket)->ended = true;
	return TRUE;
}

gboolean __wrap_g_socket_is_connected(GSocket *socket);
gboolean __wrap_g_socket_is_connected(GSocket *socket)
{
	return world_socket(socket)->connected;
}

gboolean __wrap_g_socket_check_connect_result(GSocket *socket, GError **error);
gboolean __wrap_g_socket_check_connect_result(GSocket *socket, GError **error)
{
	if (!world_socket(socket)->failed)
		return TRUE;
	g_set_error_literal(error, G_IO_ERROR, G_IO_ERROR_CONNECTION_REFUSED, "refused");
	return FALSE;
}

gint __wrap_g_socket_get_fd(GSocket *socket);
gint __wrap_g_socket_get_fd(GSocket *socket)
{
	if (socket == NULL) {
		g_return_if_fail_warning("GLib-GIO", "g_socket_get_fd", "G_IS_SOCKET (socket)");
		return -1;
	}
	return (gint)world_socket(socket)->number;
}

void __wrap_g_socket_set_blocking(GSocket *socket, gboolean blocking);
void __wrap_g_socket_set_blocking(GSocket *socket, gboolean blocking)
{
	(void)socket;
	(void)blocking;
}

gboolean __wrap_g_socket_set_option(
	GSocket *socket, gint level, gint name, gint value, GError **error);
gboolean __wrap_g_socket_set_option(
	GSocket *socket, gint level, gint name, gint value, GError **error)
{
	(void)socket;
	(void)level;
	(void)name;
	(void)value;
	(void)error;
	return TRUE;
}

GIOCondition __wrap_g_socket_condition_check(GSocket *socket, GIOCondition condition);
GIOCondition __wrap_g_socket_condition_check(GSocket *socket, GIOCondition condition)
{
	return icelab_world_socket_condition(world_socket(socket)) & condition;
}

static size_t stream_available(const IcelabWorldSocket *self)
{
	size_t available = self->more;

	for (const Packet *piece = self->first; piece != NULL; piece = piece->next)
		available += piece->length;
	return available - (self->first != NULL ? self->taken : 0);
}

gssize __wrap_g_socket_get_available_bytes(GSocket *socket);
gssize __wrap_g_socket_get_available_bytes(GSocket *socket)
{
	const IcelabWorldSocket *self = world_socket(socket);

	if (self->closed || self->reset)
		return -1;
	if (self->kind == ICELAB_SOCKET_DATAGRAM)
		return self->first != NULL ? (gssize)self->first->length : 0;
	return (gssize)stream_available(self);
}

static size_t scatter(GInputVector *vectors, gint vector_count, size_t *vector, size_t *offset,
	const uint8_t *bytes, size_t length)
{
	size_t done = 0;

	while (done < length &&
		   (vector_count >= 0 ? *vector < (size_t)vector_count : vectors[*vector].buffer != NULL)) {
		size_t piece = MIN(length - done, vectors[*vector].size - *offset);

		if (piece > 0)
			memcpy((uint8_t *)vectors[*vector].buffer + *offset, bytes + done, piece);
		done += piece;
		*offset += piece;
		if (*offset == vectors[*vector].size) {
			++*vector;
			*offset = 0;
		}
	}
	return done;
}

static gssize receive_stream(
	IcelabWorldSocket *self, GInputVector *vectors, gint vector_count, GError **error)
{
	size_t vector = 0, offset = 0, total = 0;
	size_t left = self->fragment > 0 ? self->fragment : SIZE_MAX;

	if (!self->connected || self->reset) {
		g_set_error_literal(error, G_IO_ERROR,
			self->reset ? G_IO_ERROR_CONNECTION_CLOSED : G_IO_ERROR_NOT_CONNECTED, "no connection");
		return -1;
	}
	if (stream_available(self) == 0) {
		if (self->ended)
			return 0;
		g_set_error_literal(error, G_IO_ERROR, G_IO_ERROR_WOULD_BLOCK, "nothing there");
		return -1;
	}
	while (self->first != NULL && left > 0) {
		size_t piece = MIN(self->first->length - self->taken, left);
		size_t done = scatter(
			vectors, vector_count, &vector, &offset, self->first->bytes + self->taken, piece);

		total += done;
		left -= done;
		self->taken += done;
		if (self->taken < self->first->length)
			break;
		drop_first(self);
	}
	while (self->first == NULL && self->more > 0 && left > 0) {
		static const uint8_t nothing[256];
		size_t piece = MIN(MIN(self->more, sizeof(nothing)), left);
		size_t done = scatter(vectors, vector_count, &vector, &offset, nothing, piece);

		total += done;
		left -= done;
		self->more -= done;
		if (done < piece)
			break;
	}
	progress += total;
	return (gssize)total;
}

gssize __wrap_g_socket_receive_message(GSocket *socket, GSocketAddress **address,
	GInputVector *vectors, gint vector_count, GSocketControlMessage ***messages,
	gint *message_count, gint *flags, GCancellable *cancellable, GError **error);
gssize __wrap_g_socket_receive_message(GSocket *socket, GSocketAddress **address,
	GInputVector *vectors, gint vector_count, GSocketControlMessage ***messages,
	gint *message_count, gint *flags, GCancellable *cancellable, GError **error)
{
	IcelabWorldSocket *self = world_socket(socket);
	size_t vector = 0, offset = 0, done;

	(void)messages;
	(void)message_count;
	(void)cancellable;
	if (self->closed) {
		g_set_error_literal(error, G_IO_ERROR, G_IO_ERROR_CLOSED, "closed");
		return -1;
	}
	if (flags != NULL && *flags & G_SOCKET_MSG_PEEK) {
		if (self->ended && stream_available(self) == 0)
			return 0;
		g_set_error_literal(error, G_IO_ERROR, G_IO_ERROR_WOULD_BLOCK, "nothing there");
		return -1;
	}
	if (self->kind != ICELAB_SOCKET_DATAGRAM)
		return receive_stream(self, vectors, vector_count, error);
	if (self->first == NULL) {
		g_set_error_literal(error, G_IO_ERROR, G_IO_ERROR_WOULD_BLOCK, "nothing there");
		return -1;
	}
	if (address != NULL)
		*address = address_of(&self->first->from);
	done =
		scatter(vectors, vector_count, &vector, &offset, self->first->bytes, self->first->length);
	drop_first(self);
	progress++;
	return (gssize)done;
}

gssize __wrap_g_socket_send_message(GSocket *socket, GSocketAddress *address,
	GOutputVector *vectors, gint vector_count, GSocketControlMessage **messages, gint message_count,
	gint flags, GCancellable *cancellable, GError **error);
gssize __wrap_g_socket_send_message(GSocket *socket, GSocketAddress *address,
	GOutputVector *vectors, gint vector_count, GSocketControlMessage **messages, gint message_count,
	gint flags, GCancellable *cancellable, GError **error)
{
	IcelabWorldSocket *self = world_socket(socket);
	IcelabEndpoint to;
	uint8_t *bytes;
	size_t length = 0, filled = 0;

	(void)messages;
	(void)message_count;
	(void)flags;
	(void)cancellable;
	if (self->closed || self->reset || (self->kind == ICELAB_SOCKET_STREAM && !self->connected)) {
		g_set_error_literal(error, G_IO_ERROR,
			self->closed  ? G_IO_ERROR_CLOSED
			: self->reset ? G_IO_ERROR_BROKEN_PIPE
						  : G_IO_ERROR_NOT_CONNECTED,
			"no connection");
		return -1;
	}
	for (gint i = 0; vector_count >= 0 ? i < vector_count : vectors[i].buffer != NULL; i++)
		length += vectors[i].size;
	if (self->kind == ICELAB_SOCKET_DATAGRAM && length > 65507) {
		g_set_error_literal(error, G_IO_ERROR, G_IO_ERROR_MESSAGE_TOO_LARGE, "too long");
		return -1;
	}
	if (self->room == 0) {
		g_set_error_literal(error, G_IO_ERROR, G_IO_ERROR_WOULD_BLOCK, "no room");
		return -1;
	}
	bytes = g_malloc(length + 1);
	for (gint i = 0; vector_count >= 0 ? i < vector_count : vectors[i].buffer != NULL; i++) {
		if (vectors[i].size > 0)
			memcpy(bytes + filled, vectors[i].buffer, vectors[i].size);
		filled += vectors[i].size;
	}
	if (self->kind == ICELAB_SOCKET_STREAM && length > self->room)
		length = self->room;
	if (self->room != SIZE_MAX)
		self->room -= MIN(self->room, length);
	to = address != NULL ? endpoint_of(address) : self->remote;
	if (network.sent != NULL)
		network.sent(self, &to, bytes, length);
	g_free(bytes);
	return (gssize)length;
}

gint __wrap_g_socket_send_messages(GSocket *socket, GOutputMessage *messages, guint message_count,
	gint flags, GCancellable *cancellable, GError **error);
gint __wrap_g_socket_send_messages(GSocket *socket, GOutputMessage *messages, guint message_count,
	gint flags, GCancellable *cancellable, GError **error)
{
	for (guint i = 0; i < message_count; i++)
		if (__wrap_g_socket_send_message(socket, messages[i].address, messages[i].vectors,
				(gint)messages[i].num_vectors, NULL, 0, flags, cancellable,
				i == 0 ? error : NULL) < 0)
			return i == 0 ? -1 : (gint)i;
	return (gint)message_count;
}

/* ---- what the target calls ---- */

void icelab_world_set_network(const IcelabWorldNetwork *given)
{
	network = *given;
}

IcelabWorldSocket *icelab_world_socket(unsigned index)
{
	return index < count ? open_sockets[index] : NULL;
}

IcelabWorldSocket *icelab_world_socket_by_number(unsigned number)
{
	for (unsigned i = 0; i < count; i++)
		if (open_sockets[i]->number == number)
			return open_sockets[i];
	return NULL;
}

IcelabSocketKind icelab_world_socket_kind(const IcelabWorldSocket *self)
{
	return self->kind;
}

IcelabEndpoint icelab_world_socket_local(const IcelabWorldSocket *self)
{
	return self->local;
}

IcelabEndpoint icelab_world_socket_remote(const IcelabWorldSocket *self)
{
	return self->remote;
}

bool icelab_world_socket_is_connected(const IcelabWorldSocket *self)
{
	return self->connected && !self->reset && !self->closed;
}

unsigned icelab_world_socket_number(const IcelabWorldSocket *self)
{
	return self->number;
}

void icelab_world_socket_receive(
	IcelabWorldSocket *self, const IcelabEndpoint *from, const void *bytes, size_t length)
{
	Packet *packet;
	Packet **last = &self->first;

	/* No network brings one family's packet to the other's socket. */
	if (from->address.family != self->family)
		return;
	packet = g_new0(Packet, 1);
	packet->from = *from;
	packet->length = MIN(length, LONGEST);
	packet->bytes = g_malloc(packet->length + 1);
	if (packet->length > 0)
		memcpy(packet->bytes, bytes, packet->length);
	while (*last != NULL)
		last = &(*last)->next;
	*last = packet;
}

void icelab_world_socket_stream(
	IcelabWorldSocket *self, const void *bytes, size_t length, size_t more)
{
	/* What nobody wrote comes last in a stream. */
	if (self->more > 0)
		return;
	if (length > 0)
		icelab_world_socket_receive(self, &self->remote, bytes, length);
	self->more = MIN(more, LONGEST * 2);
}

void icelab_world_socket_set_fragment(IcelabWorldSocket *self, size_t fragment)
{
	self->fragment = fragment;
}

void icelab_world_socket_set_room(IcelabWorldSocket *self, size_t room)
{
	self->room = room;
}

void icelab_world_socket_connected(IcelabWorldSocket *self, bool success)
{
	if (self->connected || self->kind != ICELAB_SOCKET_STREAM)
		return;
	self->connected = success;
	self->failed = !success;
}

void icelab_world_socket_end(IcelabWorldSocket *self)
{
	self->ended = true;
}

void icelab_world_socket_reset(IcelabWorldSocket *self)
{
	self->reset = true;
}

void icelab_world_socket_knock(IcelabWorldSocket *listener, const IcelabEndpoint *from)
{
	if (listener->knock_count < MOST_KNOCKS)
		listener->knocks[listener->knock_count++] = *from;
}

GSocket *icelab_world_stream_new(const IcelabEndpoint *local, const IcelabEndpoint *remote)
{
	IcelabWorldSocket *self = new_socket(ICELAB_SOCKET_STREAM, local->address.family);

	self->local = *local;
	self->remote = *remote;
	self->connected = true;
	return (GSocket *)self;
}

GIOCondition icelab_world_socket_condition(const IcelabWorldSocket *self)
{
	GIOCondition condition = 0;

	if (self->closed)
		return G_IO_NVAL;
	switch (self->kind) {
	case ICELAB_SOCKET_DATAGRAM:
		return (self->first != NULL ? G_IO_IN : 0) | (self->room > 0 ? G_IO_OUT : 0);
	case ICELAB_SOCKET_LISTENER:
		return self->knock_count > 0 ? G_IO_IN : 0;
	case ICELAB_SOCKET_STREAM:
		break;
	}
	if (self->reset)
		return G_IO_HUP;
	if (self->failed)
		return G_IO_IN | G_IO_OUT | G_IO_ERR | G_IO_HUP;
	if (!self->connected)
		return 0;
	if (self->first != NULL || self->more > 0 || self->ended)
		condition |= G_IO_IN;
	if (self->room > 0)
		condition |= G_IO_OUT;
	return condition;
}

uint64_t icelab_world_socket_progress(void)
{
	return progress;
}

void icelab_world_sockets_reset(void)
{
	while (count > 0) {
		IcelabWorldSocket *self = open_sockets[count - 1];

		forget(self);
	}
	next_number = 0;
	next_port = 40000;
}
