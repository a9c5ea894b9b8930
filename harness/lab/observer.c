/* SPDX-License-Identifier: MIT */
#include "lab/observer.h"

#include <errno.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/random.h>

#include "lab/check.h"
#include "lab/naming.h"
#include "lab/post.h"
#include "lab/topology.h"

#define CANARY_WAIT_MS 2000
#define CANARY_BURST 64

struct IcelabObserver {
	const IcelabBook *book;
	IcelabFault fault;
	GPtrArray *posts; /* IcelabPost */
	guint8 nonce[ICELAB_NONCE];
	IcelabCanary canary;
	IcelabObservation *observation;
	IcelabRecording *recording;
	gint64 start_ns; /* wall clock, of the observation */
	gboolean overflow;
};

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

void icelab_observer_free(IcelabObserver *observer)
{
	if (observer == NULL)
		return;
	g_ptr_array_unref(observer->posts);
	g_free(observer);
}

static gboolean add_post(IcelabObserver *observer, const IcelabNode *node, GError **error)
{
	guint frames = observer->fault == ICELAB_FAULT_FULL_BUFFER ? 2 : ICELAB_SENSOR_FRAMES;
	IcelabPost *post = icelab_post_open(node, frames, observer, error);

	if (post == NULL)
		return FALSE;
	g_ptr_array_add(observer->posts, post);
	if (observer->fault == ICELAB_FAULT_DEAF_SENSOR && node->role == ICELAB_ROLE_CLIENT)
		return icelab_sensor_deafen(post->sensor, error);
	return TRUE;
}

IcelabObserver *icelab_observer_new(const IcelabBook *book, IcelabFault fault, GError **error)
{
	IcelabObserver *observer = g_new0(IcelabObserver, 1);

	observer->book = book;
	observer->fault = fault;
	observer->posts = g_ptr_array_new_with_free_func((GDestroyNotify)icelab_post_free);
	if (getrandom(observer->nonce, sizeof observer->nonce, 0) < 0 ||
		getrandom(&observer->canary.key, sizeof observer->canary.key, 0) < 0) {
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

static IcelabPost *client_post(const IcelabObserver *observer)
{
	for (guint i = 0; i < observer->posts->len; i++) {
		IcelabPost *post = observer->posts->pdata[i];

		if (post->node->role == ICELAB_ROLE_CLIENT)
			return post;
	}
	return NULL;
}

IcelabKernel *icelab_observer_client_kernel(const IcelabObserver *observer)
{
	return client_post(observer)->kernel;
}

static gboolean is_own(const IcelabObserver *observer, const IcelabPacket *packet)
{
	return packet->has_transaction &&
		   memcmp(packet->transaction + 4, observer->nonce, sizeof observer->nonce) == 0;
}

static void take_frame(const IcelabFrame *frame, gpointer data)
{
	IcelabPost *post = data;
	IcelabObserver *observer = post->owner;
	IcelabLinkType link;
	IcelabPacket packet = {0};
	char text[16];

	post->seen++;
	if (icelab_sensor_link_type(frame->hardware, &link))
		icelab_packet_decode(link, frame->protocol, frame->bytes, frame->length, &packet);
	if (packet.kind == ICELAB_PACKET_CANARY) {
		icelab_post_hear(post, frame, &packet, &observer->canary);
		return;
	}
	if (observer->observation == NULL || is_own(observer, &packet))
		return;

	const char *interface = icelab_post_interface(post, frame->interface, text);
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
	if (!icelab_naming_take(observer->observation, &flow, &packet))
		icelab_observation_end(observer->observation, ICELAB_OUTCOME_BROKEN,
			"more than %d different names: the implementation floods the network",
			ICELAB_NAMING_LIMIT);
	if (!icelab_check_take(observer->observation, &flow, &packet))
		icelab_observation_end(observer->observation, ICELAB_OUTCOME_BROKEN,
			"more than %d different checks: the implementation floods the network",
			ICELAB_CHECK_LIMIT);
	if (observer->recording != NULL)
		icelab_recording_add(observer->recording, post->node->name, interface, frame);
}

void icelab_observer_drain(IcelabObserver *observer)
{
	for (guint i = 0; i < observer->posts->len; i++) {
		IcelabPost *post = observer->posts->pdata[i];

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
		const IcelabPost *post = observer->posts->pdata[i];

		polls[i] = (struct pollfd){icelab_sensor_descriptor(post->sensor), POLLIN, 0};
	}
}

static gboolean send_canaries(IcelabObserver *observer, GError **error)
{
	guint burst = observer->fault == ICELAB_FAULT_FULL_BUFFER ? CANARY_BURST : 1;

	for (guint i = 0; i < observer->posts->len; i++) {
		IcelabPost *post = observer->posts->pdata[i];

		if (observer->fault == ICELAB_FAULT_LOST_CANARY && post->node->role == ICELAB_ROLE_STUN)
			continue;
		if (!icelab_post_send(post, &observer->canary, burst, error))
			return FALSE;
	}
	return TRUE;
}

static const IcelabPost *post_without_canary(const IcelabObserver *observer)
{
	for (guint i = 0; i < observer->posts->len; i++) {
		if (icelab_post_missing(observer->posts->pdata[i]) != NULL)
			return observer->posts->pdata[i];
	}
	return NULL;
}

static gboolean wait_for_canaries(IcelabObserver *observer, GError **error)
{
	gint64 deadline = g_get_monotonic_time() + CANARY_WAIT_MS * 1000;
	g_autofree struct pollfd *polls = g_new0(struct pollfd, observer->posts->len);
	const IcelabPost *post;

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
		post->node->name, icelab_post_missing(post));
	return FALSE;
}

static gboolean refresh_posts(IcelabObserver *observer, GError **error)
{
	for (guint i = 0; i < observer->posts->len; i++) {
		if (!icelab_post_refresh(observer->posts->pdata[i], error))
			return FALSE;
	}
	return TRUE;
}

static gboolean check_drops(
	IcelabObserver *observer, IcelabObservation *observation, GError **error)
{
	for (guint i = 0; i < observer->posts->len; i++) {
		IcelabPost *post = observer->posts->pdata[i];
		guint64 drops;

		if (!icelab_sensor_take_drops(post->sensor, &drops, error))
			return FALSE;
		if (observation != NULL) {
			IcelabSensorReport *report = g_new0(IcelabSensorReport, 1);

			report->node = g_strdup(post->node->name);
			report->seen = post->seen;
			report->drops = drops;
			report->canary = icelab_post_missing(post) == NULL;
			g_ptr_array_add(observation->sensors, report);
		}
		post->seen = 0;
		if (drops > 0) {
			g_set_error(error, ICELAB_LAB_ERROR, ICELAB_LAB_ERROR_BROKEN,
				"the sensor on %s dropped %" G_GUINT64_FORMAT
				" frames: its capture buffer was full, so what it saw cannot be judged",
				post->node->name, drops);
			return FALSE;
		}
	}
	return TRUE;
}

gboolean icelab_observer_prove(
	IcelabObserver *observer, IcelabObservation *observation, GError **error)
{
	g_autoptr(GError) unheard = NULL;

	observer->canary.round++;
	if (!refresh_posts(observer, error) || !send_canaries(observer, error))
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
