/* SPDX-License-Identifier: MIT */
#include "lab/sensor.h"

#include "inside.h"

/* Before the kernel's headers, which leave out what is in this one already. */
#include <net/if.h>

#include <arpa/inet.h>
#include <linux/if_arp.h>
#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#define HEADERS (14 + 20 + 8) /* Ethernet, IPv4, UDP */

/* What was seen of the frames to one port. */
typedef struct {
	guint16 port;
	guint incoming;
	guint outgoing;
	IcelabFrame last;
	guint8 bytes[ICELAB_SENSOR_FRAME];
} Seen;

static void take(const IcelabFrame *frame, gpointer data)
{
	Seen *seen = data;
	guint16 port = htons(seen->port);

	if (frame->length < HEADERS || memcmp(frame->bytes + HEADERS - 6, &port, sizeof port) != 0)
		return;
	if (frame->outgoing)
		seen->outgoing++;
	else
		seen->incoming++;
	seen->last = *frame;
	memcpy(seen->bytes, frame->bytes, MIN(frame->length, sizeof seen->bytes));
}

static gboolean lo_up(void)
{
	struct ifreq request = {.ifr_name = "lo", .ifr_flags = IFF_UP};
	int descriptor = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	gboolean done = descriptor >= 0 && ioctl(descriptor, SIOCSIFFLAGS, &request) == 0;

	close(descriptor);
	return done;
}

static gboolean send_to(const char *host, guint16 port, const void *bytes, gsize length)
{
	struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons(port)};
	int descriptor = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	gboolean sent;

	inet_pton(AF_INET, host, &to.sin_addr);
	sent =
		sendto(descriptor, bytes, length, 0, (struct sockaddr *)&to, sizeof to) == (ssize_t)length;
	close(descriptor);
	return sent;
}

/* Sends a datagram to this host and waits until a socket has it: then every sensor has seen it come
 * in, too, which under load happens well after sendto() has returned. */
static gboolean deliver(guint16 port, const void *bytes, gsize length)
{
	struct sockaddr_in at = {.sin_family = AF_INET, .sin_port = htons(port)};
	struct timeval patience = {.tv_sec = 10};
	int descriptor = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	gboolean delivered;

	at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	delivered = bind(descriptor, (struct sockaddr *)&at, sizeof at) == 0 &&
				setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience) == 0 &&
				send_to("127.0.0.1", port, bytes, length) &&
				recv(descriptor, NULL, 0, MSG_TRUNC) == (ssize_t)length;
	close(descriptor);
	return delivered;
}

static guint drain(IcelabSensor *sensor, Seen *seen)
{
	return icelab_sensor_drain(sensor, take, seen);
}

static int both_directions(G_GNUC_UNUSED gpointer data)
{
	IcelabSensor *sensor;
	Seen seen = {.port = 4000};
	struct pollfd waiting = {.events = POLLIN};
	gint64 now = g_get_real_time() * 1000;
	guint64 drops = 1;

	CHECK(lo_up());
	CHECK(deliver(4000, "before", 6));
	sensor = icelab_sensor_new(ICELAB_SENSOR_FRAMES, NULL);
	CHECK(sensor != NULL);
	waiting.fd = icelab_sensor_descriptor(sensor);
	CHECK(poll(&waiting, 1, 0) == 0);
	CHECK(drain(sensor, &seen) == 0);
	for (guint i = 0; i < 10; i++)
		CHECK(deliver(4000, "payload", 7));
	CHECK(poll(&waiting, 1, 1000) == 1);
	drain(sensor, &seen);
	CHECK(seen.outgoing == 10 && seen.incoming == 10);
	CHECK(seen.last.interface == if_nametoindex("lo"));
	CHECK(seen.last.protocol == 0x0800);
	CHECK(seen.last.hardware == ARPHRD_LOOPBACK);
	CHECK(seen.last.length == HEADERS + 7 && seen.last.wire_length == HEADERS + 7);
	CHECK(memcmp(seen.bytes + HEADERS, "payload", 7) == 0);
	CHECK(ABS(seen.last.time_ns - now) < G_GINT64_CONSTANT(60000000000));
	CHECK(poll(&waiting, 1, 0) == 0);
	CHECK(icelab_sensor_take_drops(sensor, &drops, NULL) && drops == 0);
	icelab_sensor_free(sensor);
	return 0;
}

/* More than the ring holds, but drained in time; each frame of its own size. */
static int around_the_ring(G_GNUC_UNUSED gpointer data)
{
	IcelabSensor *sensor;
	Seen seen = {.port = 4000};
	guint8 bytes[1200] = {0};
	guint64 drops = 1;

	CHECK(lo_up());
	sensor = icelab_sensor_new(16, NULL);
	CHECK(sensor != NULL);
	for (guint i = 0; i < 500; i++) {
		CHECK(deliver(4000, bytes, i + 1));
		drain(sensor, &seen);
		CHECK(seen.outgoing == i + 1 && seen.incoming == i + 1);
		CHECK(seen.last.length == HEADERS + i + 1);
	}
	CHECK(icelab_sensor_take_drops(sensor, &drops, NULL) && drops == 0);
	icelab_sensor_free(sensor);
	return 0;
}

/* What is longer than a slot is cut, and says so. */
static int long_frames(G_GNUC_UNUSED gpointer data)
{
	static guint8 bytes[9000];
	IcelabSensor *sensor;
	Seen seen = {.port = 4000};

	CHECK(lo_up());
	sensor = icelab_sensor_new(16, NULL);
	CHECK(sensor != NULL);
	CHECK(deliver(4000, bytes, sizeof bytes));
	drain(sensor, &seen);
	CHECK(seen.outgoing == 1);
	CHECK(seen.last.wire_length == HEADERS + sizeof bytes);
	CHECK(seen.last.length > 1500 && seen.last.length < ICELAB_SENSOR_FRAME);
	icelab_sensor_free(sensor);
	return 0;
}

static int drops_are_counted(G_GNUC_UNUSED gpointer data)
{
	IcelabSensor *sensor;
	Seen seen = {.port = 4000};
	guint64 drops = 0;
	guint kept;

	CHECK(lo_up());
	sensor = icelab_sensor_new(2, NULL);
	CHECK(sensor != NULL);
	for (guint i = 0; i < 100; i++)
		CHECK(deliver(4000, "x", 1));
	kept = drain(sensor, &seen);
	CHECK(kept > 0 && kept < 10);
	CHECK(icelab_sensor_take_drops(sensor, &drops, NULL));
	CHECK(drops == 200 - kept);
	/* Since the last call. */
	CHECK(icelab_sensor_take_drops(sensor, &drops, NULL) && drops == 0);
	CHECK(deliver(4001, "x", 1));
	CHECK(drain(sensor, &seen) > 0);
	icelab_sensor_free(sensor);
	return 0;
}

static int deaf(G_GNUC_UNUSED gpointer data)
{
	IcelabSensor *sensor;
	Seen seen = {.port = 4000};
	guint64 drops = 1;

	CHECK(lo_up());
	sensor = icelab_sensor_new(16, NULL);
	CHECK(sensor != NULL && icelab_sensor_deafen(sensor, NULL));
	CHECK(deliver(4000, "x", 1));
	CHECK(drain(sensor, &seen) == 0);
	/* That is why canaries are sent: nothing else tells. */
	CHECK(icelab_sensor_take_drops(sensor, &drops, NULL) && drops == 0);
	icelab_sensor_free(sensor);
	return 0;
}

/* Interfaces that appear later are seen too. */
static int later_interfaces(G_GNUC_UNUSED gpointer data)
{
	IcelabSensor *sensor;
	Seen seen = {.port = 4000};

	CHECK(lo_up());
	sensor = icelab_sensor_new(ICELAB_SENSOR_FRAMES, NULL);
	CHECK(sensor != NULL);
	CHECK(command("ip link add new0 type veth peer name new1 && "
				  "ip link set new1 up && ip link set new0 up && "
				  "ip address add 192.0.2.1/24 dev new0 && "
				  "ip neighbour add 192.0.2.2 lladdr 02:00:00:00:00:02 dev new0"));
	/* A link carries when the kernel's worker has noticed that it does. */
	for (guint i = 0; i < 1000 && seen.incoming == 0; i++) {
		CHECK(send_to("192.0.2.2", 4000, "x", 1));
		drain(sensor, &seen);
		usleep(1000);
	}
	/* Out of one end, and into the other, which is nobody's. */
	CHECK(seen.outgoing > 0 && seen.incoming > 0);
	CHECK(seen.last.hardware == ARPHRD_ETHER);
	icelab_sensor_free(sensor);
	return 0;
}

static void count(const IcelabFrame *frame, gpointer data)
{
	(void)frame;
	++*(guint *)data;
	/* A flood: while one frame is looked at, the next ones come. */
	send_to("127.0.0.1", 4000, "x", 1);
}

static int floods_do_not_hold_it_up(G_GNUC_UNUSED gpointer data)
{
	IcelabSensor *sensor;
	guint seen = 0;

	CHECK(lo_up());
	sensor = icelab_sensor_new(64, NULL);
	CHECK(sensor != NULL);
	CHECK(send_to("127.0.0.1", 4000, "x", 1));
	CHECK(icelab_sensor_drain(sensor, count, &seen) == 64);
	CHECK(seen == 64);
	icelab_sensor_free(sensor);
	return 0;
}

#define IN_SANDBOX(body)                                                                           \
	static void test_##body(void **state)                                                          \
	{                                                                                              \
		(void)state;                                                                               \
		assert_int_equal(inside(body, NULL), 0);                                                   \
	}

IN_SANDBOX(both_directions)
IN_SANDBOX(around_the_ring)
IN_SANDBOX(long_frames)
IN_SANDBOX(drops_are_counted)
IN_SANDBOX(deaf)
IN_SANDBOX(later_interfaces)
IN_SANDBOX(floods_do_not_hold_it_up)

static void link_types(void **state)
{
	IcelabLinkType link = ICELAB_LINK_IP;

	(void)state;
	assert_true(icelab_sensor_link_type(ARPHRD_ETHER, &link));
	assert_int_equal(link, ICELAB_LINK_ETHERNET);
	assert_true(icelab_sensor_link_type(ARPHRD_NONE, &link));
	assert_int_equal(link, ICELAB_LINK_IP);
	assert_true(icelab_sensor_link_type(ARPHRD_LOOPBACK, &link));
	assert_int_equal(link, ICELAB_LINK_ETHERNET);
	assert_false(icelab_sensor_link_type(ARPHRD_INFINIBAND, &link));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_both_directions),
		cmocka_unit_test(test_around_the_ring),
		cmocka_unit_test(test_long_frames),
		cmocka_unit_test(test_drops_are_counted),
		cmocka_unit_test(test_deaf),
		cmocka_unit_test(test_later_interfaces),
		cmocka_unit_test(test_floods_do_not_hold_it_up),
		cmocka_unit_test(link_types),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
