/* SPDX-License-Identifier: MIT */
#include "lab/probe.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <unistd.h>

#include "lab/topology.h"
#include "model/socket_address.h"
#include "stun/attribute.h"
#include "stun/builder.h"
#include "stun/message.h"

#define ANSWER_WAIT_MS 3000
#define RESEND_MS 100 /* a tunnel drops what comes before its handshake is complete */

typedef struct {
	const IcelabPath *path;
	int descriptor;
	guint8 transaction[16];
	gboolean answered;
} Probe;

typedef struct {
	GArray *probes;
	const IcelabNode *client;
	const guint8 *nonce;
} Probing;

static gboolean failed(const Probe *probe, const char *what, GError **error)
{
	g_set_error(error, ICELAB_LAB_ERROR, ICELAB_LAB_ERROR_BROKEN, "the path %s > %s: %s",
		probe->path->interface, probe->path->server->address->name, what);
	return FALSE;
}

/* Without NAT an interface has as many paths as addresses: then the probe comes from the one that
 * it is to prove. */
static gboolean bind_source(const Probe *probe, const IcelabNode *client)
{
	const IcelabNamedAddress *mapped = probe->path->mapped;
	IcelabSocketAddress from;
	socklen_t size;

	if (!g_str_equal(mapped->node, client->name))
		return TRUE;
	size = icelab_socket_address_set(&from, &mapped->address, 0);
	return bind(probe->descriptor, &from.any, size) == 0;
}

/* Runs in the client's network namespace. */
static gboolean open_probe(
	Probe *probe, const IcelabNode *client, const guint8 *nonce, GError **error)
{
	const IcelabServer *server = probe->path->server;
	const char *interface = probe->path->interface;
	IcelabSocketAddress to;
	socklen_t size = icelab_socket_address_set(&to, &server->address->address, server->port);
	static const guint8 cookie[4] = {0x21, 0x12, 0xA4, 0x42};

	probe->descriptor = socket(to.any.sa_family, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	/* Bound to the device: the path is an interface, whatever the routing table prefers. */
	if (probe->descriptor < 0 ||
		setsockopt(probe->descriptor, SOL_SOCKET, SO_BINDTODEVICE, interface,
			(socklen_t)strlen(interface)) != 0 ||
		!bind_source(probe, client) || connect(probe->descriptor, &to.any, size) != 0)
		return failed(probe, g_strerror(errno), error);
	memcpy(probe->transaction, cookie, sizeof cookie);
	memcpy(probe->transaction + 4, nonce, 4);
	if (getrandom(probe->transaction + 8, 8, 0) != 8)
		return failed(probe, g_strerror(errno), error);
	return TRUE;
}

static gpointer open_probes(gpointer data, GError **error)
{
	Probing *probing = data;

	for (guint i = 0; i < probing->probes->len; i++) {
		if (!open_probe(
				&g_array_index(probing->probes, Probe, i), probing->client, probing->nonce, error))
			return NULL;
	}
	return probing;
}

/* ENETUNREACH, ENOKEY and their like may pass while a tunnel comes up; silence is reported in the
 * end. */
static void send_requests(const Probing *probing)
{
	for (guint i = 0; i < probing->probes->len; i++) {
		const Probe *probe = &g_array_index(probing->probes, Probe, i);
		IcelabStunBuilder builder;
		guint8 bytes[64];
		gsize length;

		if (probe->answered)
			continue;
		icelab_stun_build_start(&builder, bytes, sizeof bytes, ICELAB_STUN_REQUEST,
			ICELAB_STUN_BINDING, probe->transaction);
		length = icelab_stun_build_end(&builder);
		if (send(probe->descriptor, bytes, length, 0) < 0)
			g_debug("%s: %s", probe->path->interface, g_strerror(errno));
	}
}

static gboolean take_answer(
	Probe *probe, const IcelabBook *book, const guint8 *bytes, gsize length, GError **error)
{
	IcelabStunMessage message;
	IcelabStunAttribute attribute;
	IcelabAddress mapped;
	guint16 port;
	char text[ICELAB_ADDRESS_TEXT];

	if (icelab_stun_parse(bytes, length, &message) != ICELAB_STUN_OK ||
		message.message_class != ICELAB_STUN_SUCCESS ||
		memcmp(message.transaction, probe->transaction, sizeof probe->transaction) != 0)
		return TRUE;
	if (!icelab_stun_find(&message, ICELAB_STUN_XOR_MAPPED_ADDRESS, &attribute) ||
		!icelab_stun_read_xor_address(&message, &attribute, &mapped, &port))
		return failed(probe, "an answer without a mapped address", error);
	probe->answered = TRUE;
	if (icelab_address_equal(&mapped, &probe->path->mapped->address))
		return TRUE;

	g_autofree char *what = g_strdup_printf("the server sees %s, the address book says %s",
		icelab_book_label(book, &mapped, text), probe->path->mapped->name);

	return failed(probe, what, error);
}

static gboolean read_answers(const Probing *probing, const IcelabBook *book, GError **error)
{
	for (guint i = 0; i < probing->probes->len; i++) {
		Probe *probe = &g_array_index(probing->probes, Probe, i);
		guint8 bytes[512];
		ssize_t count;

		while (!probe->answered && (count = recv(probe->descriptor, bytes, sizeof bytes, 0)) >= 0) {
			if (!take_answer(probe, book, bytes, (gsize)count, error))
				return FALSE;
		}
	}
	return TRUE;
}

static const Probe *first_silent(const Probing *probing)
{
	for (guint i = 0; i < probing->probes->len; i++) {
		const Probe *probe = &g_array_index(probing->probes, Probe, i);

		if (!probe->answered)
			return probe;
	}
	return NULL;
}

static void wait_for_answers(const Probing *probing, gint64 until)
{
	g_autofree struct pollfd *polls = g_new0(struct pollfd, probing->probes->len);
	gint64 left = until - g_get_monotonic_time();

	for (guint i = 0; i < probing->probes->len; i++) {
		const Probe *probe = &g_array_index(probing->probes, Probe, i);

		polls[i] = (struct pollfd){probe->answered ? -1 : probe->descriptor, POLLIN, 0};
	}
	if (left > 0)
		poll(polls, probing->probes->len, (int)(left / 1000 + 1));
}

static gboolean exchange(const Probing *probing, const IcelabBook *book, GError **error)
{
	gint64 deadline = g_get_monotonic_time() + ANSWER_WAIT_MS * 1000;
	gint64 resend = 0;
	const Probe *silent;

	while ((silent = first_silent(probing)) != NULL) {
		gint64 now = g_get_monotonic_time();

		if (now >= deadline)
			return failed(silent, "no answer", error);
		if (now >= resend) {
			send_requests(probing);
			resend = now + RESEND_MS * 1000;
		}
		wait_for_answers(probing, MIN(resend, deadline));
		if (!read_answers(probing, book, error))
			return FALSE;
	}
	return TRUE;
}

gboolean icelab_probe_paths(const IcelabBook *book, int client, const guint8 *nonce, GError **error)
{
	g_autoptr(GArray) probes = g_array_new(FALSE, TRUE, sizeof(Probe));
	Probing probing = {probes, icelab_book_client(book), nonce};
	gboolean answered;

	for (guint i = 0; i < book->paths->len; i++) {
		Probe probe = {.path = book->paths->pdata[i], .descriptor = -1};

		g_array_append_val(probes, probe);
	}
	answered = icelab_topology_in_node(client, open_probes, &probing, error) != NULL &&
			   exchange(&probing, book, error);
	for (guint i = 0; i < probes->len; i++) {
		int descriptor = g_array_index(probes, Probe, i).descriptor;

		if (descriptor >= 0)
			close(descriptor);
	}
	return answered;
}
