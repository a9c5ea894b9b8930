/* SPDX-License-Identifier: MIT */
#include "lab/observer.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/if_packet.h>
#include <signal.h>
#include <string.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lab/sandbox.h"
#include "lab/topology.h"

#define CANARY_WAIT_MS 2000
#define CANARY_BURST 64
/* The first byte is no IP version: a tunnel that looks into the frame drops it. */
#define CANARY_MARK 0xF0

typedef struct {
	IcelabObserver *observer;
	const IcelabNode *node;
	IcelabSensor *sensor;
	IcelabKernel *kernel;
	int canary;         /* packet socket that sends */
	pid_t keeper;       /* see keep_sockets() */
	GArray *interfaces; /* IcelabInterface */
	GHashTable *heard;  /* indices on which the current canary was seen */
	guint64 seen;
	guint64 drops;
} Post;

struct IcelabObserver {
	const IcelabBook *book;
	IcelabFault fault;
	GPtrArray *posts; /* Post */
	guint8 nonce[ICELAB_NONCE];
	guint64 round; /* of canaries */
	guint64 key;   /* random: nobody else can send a canary of this lab */
	IcelabObservation *observation;
	IcelabRecording *recording;
	gint64 start_ns; /* wall clock, of the observation */
	gboolean overflow;
};

typedef struct {
	guint8 mark;
	guint8 pad[7];
	guint64 key;
	guint64 round;
} Canary;

gboolean icelab_fault_from_name(const char *name, IcelabFault *fault)
{
	static const char *const names[] = {"none", "deaf-sensor", "lost-canary", "full-buffer"};

	for (guint i = 0; i < G_N_ELEMENTS(names); i++) {
		if (g_str_equal(names[i], name)) {
			*fault = (IcelabFault)i;
			return TRUE;
		}
	}
	return FALSE;
}

static void post_free(gpointer data)
{
	Post *post = data;

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

void icelab_observer_free(IcelabObserver *observer)
{
	if (observer == NULL)
		return;
	g_ptr_array_unref(observer->posts);
	g_free(observer);
}

/* Runs in the node's network namespace. */
static gpointer open_post(gpointer data, GError **error)
{
	Post *post = data;
	guint frames = post->observer->fault == ICELAB_FAULT_FULL_BUFFER ? 2 : ICELAB_SENSOR_FRAMES;

	post->kernel = icelab_kernel_new(error);
	if (post->kernel == NULL)
		return NULL;
	post->interfaces = icelab_kernel_interfaces(post->kernel, error);
	if (post->interfaces == NULL)
		return NULL;
	post->sensor = icelab_sensor_new(frames, error);
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
static gboolean keep_sockets(Post *post, GError **error)
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

static gboolean add_post(IcelabObserver *observer, const IcelabNode *node, GError **error)
{
	int network = icelab_topology_open_node(node->name, error);
	Post *post;
	gboolean open;

	if (network < 0)
		return FALSE;
	post = g_new0(Post, 1);
	post->observer = observer;
	post->node = node;
	post->canary = -1;
	post->heard = g_hash_table_new(g_direct_hash, g_direct_equal);
	g_ptr_array_add(observer->posts, post);
	open = icelab_topology_in_node(network, open_post, post, error) != NULL;
	close(network);
	open = open && keep_sockets(post, error);
	if (open && observer->fault == ICELAB_FAULT_DEAF_SENSOR && node->role == ICELAB_ROLE_CLIENT)
		return icelab_sensor_deafen(post->sensor, error);
	return open;
}

IcelabObserver *icelab_observer_new(const IcelabBook *book, IcelabFault fault, GError **error)
{
	IcelabObserver *observer = g_new0(IcelabObserver, 1);

	observer->book = book;
	observer->fault = fault;
	observer->posts = g_ptr_array_new_with_free_func(post_free);
	if (getrandom(observer->nonce, sizeof observer->nonce, 0) < 0 ||
		getrandom(&observer->key, sizeof observer->key, 0) < 0) {
		g_set_error(
			error, ICELAB_LAB_ERROR, ICELAB_LAB_ERROR_BROKEN, "getrandom: %s", g_strerror(errno));
		icelab_observer_free(observer);
		return NULL;
	}
	for (guint i = 0; i < book->nodes->len; i++) {
		const IcelabNode *node = book->nodes->pdata[i];

		if (node->role != ICELAB_ROLE_CORE && !add_post(observer, node, error)) {
			icelab_observer_free(observer);
			return NULL;
		}
	}
	return observer;
}

const guint8 *icelab_observer_nonce(const IcelabObserver *observer)
{
	return observer->nonce;
}

static Post *client_post(const IcelabObserver *observer)
{
	for (guint i = 0; i < observer->posts->len; i++) {
		Post *post = observer->posts->pdata[i];

		if (post->node->role == ICELAB_ROLE_CLIENT)
			return post;
	}
	return NULL;
}

IcelabKernel *icelab_observer_client_kernel(const IcelabObserver *observer)
{
	return client_post(observer)->kernel;
}

/* An interface may have appeared since the list was read; it is read again then. */
static const char *interface_name(Post *post, guint index, char text[16])
{
	for (int attempt = 0; attempt < 2; attempt++) {
		for (guint i = 0; i < post->interfaces->len; i++) {
			const IcelabInterface *interface = &g_array_index(post->interfaces, IcelabInterface, i);

			if (interface->index == index)
				return interface->name;
		}
		GArray *fresh = icelab_kernel_interfaces(post->kernel, NULL);

		if (fresh != NULL) {
			g_array_unref(post->interfaces);
			post->interfaces = fresh;
		}
	}
	g_snprintf(text, 16, "if%u", index);
	return text;
}

static void take_canary(Post *post, const IcelabFrame *frame, const IcelabPacket *packet)
{
	Canary canary;

	if (packet->payload_length < sizeof canary)
		return;
	memcpy(&canary, packet->payload, sizeof canary);
	/* The peer's canary arrives here as well; what proves this sensor is what went out before its
	 * eyes. */
	if (frame->outgoing && canary.mark == CANARY_MARK && canary.key == post->observer->key &&
		canary.round == post->observer->round)
		g_hash_table_add(post->heard, GUINT_TO_POINTER(frame->interface));
}

static gboolean is_own(const IcelabObserver *observer, const IcelabPacket *packet)
{
	return packet->has_transaction &&
		   memcmp(packet->transaction + 4, observer->nonce, sizeof observer->nonce) == 0;
}

static void take_frame(const IcelabFrame *frame, gpointer data)
{
	Post *post = data;
	IcelabObserver *observer = post->observer;
	IcelabLinkType link;
	IcelabPacket packet = {0};
	char text[16];

	post->seen++;
	if (icelab_sensor_link_type(frame->hardware, &link))
		icelab_packet_decode(link, frame->protocol, frame->bytes, frame->length, &packet);
	if (packet.kind == ICELAB_PACKET_CANARY) {
		take_canary(post, frame, &packet);
		return;
	}
	if (observer->observation == NULL || is_own(observer, &packet))
		return;

	const char *interface = interface_name(post, frame->interface, text);
	IcelabFlow flow = {
		.node = post->node->name,
		.interface = (char *)interface,
		.outgoing = frame->outgoing,
		.kind = (char *)icelab_packet_kind_name(packet.kind),
		.protocol = (char *)(packet.ip_protocol == IPPROTO_UDP   ? "udp"
							 : packet.ip_protocol == IPPROTO_TCP ? "tcp"
																 : ""),
		.source = packet.source,
		.destination = packet.destination,
		.source_port = packet.source_port,
		.destination_port = packet.destination_port,
		.time_us = (frame->time_ns - observer->start_ns) / 1000,
	};

	if (!icelab_observation_count(observer->observation, &flow))
		observer->overflow = TRUE;
	if (observer->recording != NULL)
		icelab_recording_add(observer->recording, post->node->name, interface, frame);
}

void icelab_observer_drain(IcelabObserver *observer)
{
	for (guint i = 0; i < observer->posts->len; i++) {
		Post *post = observer->posts->pdata[i];

		icelab_sensor_drain(post->sensor, take_frame, post);
	}
	if (observer->overflow && observer->observation != NULL)
		icelab_observation_end(observer->observation, ICELAB_OUTCOME_BROKEN,
			"more than %d different flows: the implementation floods the network",
			ICELAB_FLOW_LIMIT);
}

void icelab_observer_record(
	IcelabObserver *observer, IcelabObservation *observation, IcelabRecording *recording)
{
	icelab_observer_drain(observer);
	observer->observation = observation;
	observer->recording = recording;
	observer->overflow = FALSE;
	observer->start_ns = g_get_real_time() * 1000;
}

guint icelab_observer_count(const IcelabObserver *observer)
{
	return observer->posts->len;
}

void icelab_observer_polls(const IcelabObserver *observer, struct pollfd *polls)
{
	for (guint i = 0; i < observer->posts->len; i++) {
		const Post *post = observer->posts->pdata[i];

		polls[i] = (struct pollfd){icelab_sensor_descriptor(post->sensor), POLLIN, 0};
	}
}

static gboolean send_canary(const Post *post, const IcelabInterface *interface, GError **error)
{
	const IcelabObserver *observer = post->observer;
	Canary canary = {.mark = CANARY_MARK, .key = observer->key, .round = observer->round};
	IcelabLinkType link;
	struct sockaddr_ll to = {
		.sll_family = AF_PACKET,
		.sll_protocol = htons(ICELAB_CANARY_ETHERTYPE),
		.sll_ifindex = (int)interface->index,
	};

	/* Six zero bytes: to nobody. A broadcast would be work for every neighbour. */
	if (icelab_sensor_link_type(interface->hardware, &link) && link == ICELAB_LINK_ETHERNET)
		to.sll_halen = 6;
	if (sendto(post->canary, &canary, sizeof canary, 0, (struct sockaddr *)&to, sizeof to) >= 0)
		return TRUE;
	g_set_error(error, ICELAB_LAB_ERROR, ICELAB_LAB_ERROR_BROKEN,
		"no canary could be sent on %s of %s: %s", interface->name, post->node->name,
		g_strerror(errno));
	return FALSE;
}

static gboolean send_canaries(IcelabObserver *observer, GError **error)
{
	guint burst = observer->fault == ICELAB_FAULT_FULL_BUFFER ? CANARY_BURST : 1;

	for (guint i = 0; i < observer->posts->len; i++) {
		Post *post = observer->posts->pdata[i];

		if (observer->fault == ICELAB_FAULT_LOST_CANARY && post->node->role == ICELAB_ROLE_STUN)
			continue;
		for (guint k = 0; k < post->interfaces->len; k++) {
			const IcelabInterface *interface = &g_array_index(post->interfaces, IcelabInterface, k);

			for (guint n = 0; interface->up && n < burst; n++) {
				if (!send_canary(post, interface, error))
					return FALSE;
			}
		}
	}
	return TRUE;
}

/* The name of the first interface that is up and whose canary was not seen, or NULL. */
static const char *missing_canary(const Post *post)
{
	for (guint k = 0; k < post->interfaces->len; k++) {
		const IcelabInterface *interface = &g_array_index(post->interfaces, IcelabInterface, k);

		if (interface->up &&
			!g_hash_table_contains(post->heard, GUINT_TO_POINTER(interface->index)))
			return interface->name;
	}
	return NULL;
}

static const Post *post_without_canary(const IcelabObserver *observer)
{
	for (guint i = 0; i < observer->posts->len; i++) {
		if (missing_canary(observer->posts->pdata[i]) != NULL)
			return observer->posts->pdata[i];
	}
	return NULL;
}

static gboolean wait_for_canaries(IcelabObserver *observer, GError **error)
{
	gint64 deadline = g_get_monotonic_time() + CANARY_WAIT_MS * 1000;
	g_autofree struct pollfd *polls = g_new0(struct pollfd, observer->posts->len);
	const Post *post;

	for (;;) {
		icelab_observer_drain(observer);
		post = post_without_canary(observer);
		if (post == NULL)
			return TRUE;
		gint64 left = deadline - g_get_monotonic_time();

		if (left <= 0)
			break;
		icelab_observer_polls(observer, polls);
		poll(polls, observer->posts->len, (int)(left / 1000 + 1));
	}
	g_set_error(error, ICELAB_LAB_ERROR, ICELAB_LAB_ERROR_BROKEN,
		"the sensor on %s did not see its canary on %s: what it does not see cannot be judged",
		post->node->name, missing_canary(post));
	return FALSE;
}

static gboolean refresh_interfaces(IcelabObserver *observer, GError **error)
{
	for (guint i = 0; i < observer->posts->len; i++) {
		Post *post = observer->posts->pdata[i];
		GArray *fresh = icelab_kernel_interfaces(post->kernel, error);

		if (fresh == NULL)
			return FALSE;
		g_array_unref(post->interfaces);
		post->interfaces = fresh;
		g_hash_table_remove_all(post->heard);
	}
	return TRUE;
}

static gboolean check_drops(
	IcelabObserver *observer, IcelabObservation *observation, GError **error)
{
	for (guint i = 0; i < observer->posts->len; i++) {
		Post *post = observer->posts->pdata[i];

		if (!icelab_sensor_take_drops(post->sensor, &post->drops, error))
			return FALSE;
		if (observation != NULL) {
			IcelabSensorReport *report = g_new0(IcelabSensorReport, 1);

			report->node = g_strdup(post->node->name);
			report->seen = post->seen;
			report->drops = post->drops;
			report->canary = missing_canary(post) == NULL;
			g_ptr_array_add(observation->sensors, report);
		}
		post->seen = 0;
		if (post->drops > 0) {
			g_set_error(error, ICELAB_LAB_ERROR, ICELAB_LAB_ERROR_BROKEN,
				"the sensor on %s dropped %" G_GUINT64_FORMAT
				" frames: its capture buffer was full, so what it saw cannot be judged",
				post->node->name, post->drops);
			return FALSE;
		}
	}
	return TRUE;
}

gboolean icelab_observer_prove(
	IcelabObserver *observer, IcelabObservation *observation, GError **error)
{
	g_autoptr(GError) unheard = NULL;

	observer->round++;
	if (!refresh_interfaces(observer, error) || !send_canaries(observer, error))
		return FALSE;
	wait_for_canaries(observer, &unheard);
	/* A canary may be missing because of drops: they are the better explanation. */
	if (!check_drops(observer, observation, error))
		return FALSE;
	if (unheard != NULL) {
		g_propagate_error(error, g_steal_pointer(&unheard));
		return FALSE;
	}
	return TRUE;
}
