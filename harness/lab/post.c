/* SPDX-License-Identifier: MIT */
#include "lab/post.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/if_packet.h>
#include <signal.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lab/sandbox.h"
#include "lab/topology.h"

/* The first byte is no IP version: a tunnel that looks into the frame drops it. */
#define CANARY_MARK 0xF0

typedef struct {
	guint8 mark;
	guint8 pad[7];
	IcelabCanary canary;
} CanaryFrame;

typedef struct {
	IcelabPost *post;
	guint frames;
} Opening;

/* Runs in the node's network namespace. */
static gpointer open_sockets(gpointer data, GError **error)
{
	const Opening *opening = data;
	IcelabPost *post = opening->post;

	post->kernel = icelab_kernel_new(error);
	if (post->kernel == NULL)
		return NULL;
	post->interfaces = icelab_kernel_interfaces(post->kernel, error);
	if (post->interfaces == NULL)
		return NULL;
	post->sensor = icelab_sensor_new(opening->frames, error);
	if (post->sensor == NULL)
		return NULL;
	/* Protocol 0: this socket sends and never receives. */
	post->canary = socket(AF_PACKET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (post->canary < 0) {
		g_set_error(error, ICELAB_LAB_ERROR, ICELAB_LAB_ERROR_BROKEN, "packet socket: %s",
			g_strerror(errno));
		return NULL;
	}
	return post;
}

/* The kernel waits for a grace period of RCU, twice, before a packet socket is gone, and a process
 * closes its sockets one after the other: a quarter of a second for a sandbox that ends. So each
 * post's sockets are held by a process of their own, too; those are killed at the same time, and
 * wait at the same time. */
static gboolean keep_sockets(IcelabPost *post, GError **error)
{
	const int keep[] = {icelab_sensor_descriptor(post->sensor), post->canary};

	post->keeper = fork();
	if (post->keeper == 0) {
		icelab_close_descriptors(keep, G_N_ELEMENTS(keep));
		for (;;)
			pause();
	}
	if (post->keeper < 0)
		g_set_error(
			error, ICELAB_LAB_ERROR, ICELAB_LAB_ERROR_BROKEN, "fork: %s", g_strerror(errno));
	return post->keeper > 0;
}

IcelabPost *icelab_post_open(const IcelabNode *node, guint frames, gpointer owner, GError **error)
{
	int network = icelab_topology_open_node(node->name, error);
	IcelabPost *post;
	gboolean open;

	if (network < 0)
		return NULL;
	post = g_new0(IcelabPost, 1);
	post->node = node;
	post->owner = owner;
	post->canary = -1;
	post->heard = g_hash_table_new(g_direct_hash, g_direct_equal);

	Opening opening = {post, frames};

	open = icelab_topology_in_node(network, open_sockets, &opening, error) != NULL &&
		   keep_sockets(post, error);
	close(network);
	if (open)
		return post;
	icelab_post_free(post);
	return NULL;
}

void icelab_post_free(IcelabPost *post)
{
	if (post->keeper > 0) {
		kill(post->keeper, SIGKILL);
		TEMP_FAILURE_RETRY(waitpid(post->keeper, NULL, 0));
	}
	icelab_sensor_free(post->sensor);
	icelab_kernel_free(post->kernel);
	if (post->canary >= 0)
		close(post->canary);
	if (post->interfaces != NULL)
		g_array_unref(post->interfaces);
	g_hash_table_unref(post->heard);
	g_free(post);
}

static gboolean read_interfaces(IcelabPost *post, GError **error)
{
	GArray *fresh = icelab_kernel_interfaces(post->kernel, error);

	if (fresh == NULL)
		return FALSE;
	g_array_unref(post->interfaces);
	post->interfaces = fresh;
	return TRUE;
}

gboolean icelab_post_refresh(IcelabPost *post, GError **error)
{
	g_hash_table_remove_all(post->heard);
	return read_interfaces(post, error);
}

static const char *known_interface(const IcelabPost *post, guint index)
{
	for (guint i = 0; i < post->interfaces->len; i++) {
		const IcelabInterface *interface = &g_array_index(post->interfaces, IcelabInterface, i);

		if (interface->index == index)
			return interface->name;
	}
	return NULL;
}

const char *icelab_post_interface(IcelabPost *post, guint index, char text[16])
{
	const char *name = known_interface(post, index);

	/* It may have appeared since the list was read. */
	if (name == NULL && read_interfaces(post, NULL))
		name = known_interface(post, index);
	if (name != NULL)
		return name;
	g_snprintf(text, 16, "if%u", index);
	return text;
}

static gboolean send_canary(const IcelabPost *post, const IcelabInterface *interface,
	const IcelabCanary *canary, GError **error)
{
	CanaryFrame frame = {.mark = CANARY_MARK, .canary = *canary};
	IcelabLinkType link;
	struct sockaddr_ll to = {
		.sll_family = AF_PACKET,
		.sll_protocol = htons(ICELAB_CANARY_ETHERTYPE),
		.sll_ifindex = (int)interface->index,
	};

	/* Six zero bytes: to nobody. A broadcast would be work for every neighbour. */
	if (icelab_sensor_link_type(interface->hardware, &link) && link == ICELAB_LINK_ETHERNET)
		to.sll_halen = 6;
	if (sendto(post->canary, &frame, sizeof frame, 0, (struct sockaddr *)&to, sizeof to) >= 0)
		return TRUE;
	g_set_error(error, ICELAB_LAB_ERROR, ICELAB_LAB_ERROR_BROKEN,
		"no canary could be sent on %s of %s: %s", interface->name, post->node->name,
		g_strerror(errno));
	return FALSE;
}

gboolean icelab_post_send(
	const IcelabPost *post, const IcelabCanary *canary, guint times, GError **error)
{
	for (guint i = 0; i < post->interfaces->len; i++) {
		const IcelabInterface *interface = &g_array_index(post->interfaces, IcelabInterface, i);

		for (guint k = 0; interface->up && k < times; k++) {
			if (!send_canary(post, interface, canary, error))
				return FALSE;
		}
	}
	return TRUE;
}

void icelab_post_hear(IcelabPost *post, const IcelabFrame *frame, const IcelabPacket *packet,
	const IcelabCanary *canary)
{
	CanaryFrame seen;

	if (packet->payload_length < sizeof seen)
		return;
	memcpy(&seen, packet->payload, sizeof seen);
	/* The peer's canary arrives here as well; what proves this sensor is what went out before its
	 * eyes. */
	if (frame->outgoing && seen.mark == CANARY_MARK && seen.canary.key == canary->key &&
		seen.canary.round == canary->round)
		g_hash_table_add(post->heard, GUINT_TO_POINTER(frame->interface));
}

const char *icelab_post_missing(const IcelabPost *post)
{
	for (guint i = 0; i < post->interfaces->len; i++) {
		const IcelabInterface *interface = &g_array_index(post->interfaces, IcelabInterface, i);

		if (interface->up &&
			!g_hash_table_contains(post->heard, GUINT_TO_POINTER(interface->index)))
			return interface->name;
	}
	return NULL;
}
