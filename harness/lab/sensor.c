/* SPDX-License-Identifier: MIT */
#include "lab/sensor.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/filter.h>
#include <linux/if_arp.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

struct IcelabSensor {
	int descriptor;
	guint8 *ring;
	gsize size;
	guint frames;
	guint next;
};

G_DEFINE_QUARK(icelab_sensor_error, icelab_sensor_error)

static IcelabSensor *failed(IcelabSensor *sensor, const char *step, GError **error)
{
	g_set_error(error, ICELAB_SENSOR_ERROR, 0, "a sensor could not be opened: %s: %s", step,
		g_strerror(errno));
	icelab_sensor_free(sensor);
	return NULL;
}

IcelabSensor *icelab_sensor_new(guint frames, GError **error)
{
	IcelabSensor *sensor = g_new0(IcelabSensor, 1);
	guint per_page = (guint)sysconf(_SC_PAGESIZE) / ICELAB_SENSOR_FRAME;
	int version = TPACKET_V2;
	struct tpacket_req request;

	frames = (frames + per_page - 1) / per_page * per_page;
	sensor->ring = MAP_FAILED;
	sensor->frames = frames;
	/* Protocol 0: nothing arrives before the ring stands. */
	sensor->descriptor = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0);
	if (sensor->descriptor < 0)
		return failed(sensor, "packet socket", error);
	if (setsockopt(sensor->descriptor, SOL_PACKET, PACKET_VERSION, &version, sizeof version) != 0)
		return failed(sensor, "PACKET_VERSION", error);
	/* Blocks of one page: large ones may not be had on a machine whose memory is in pieces. */
	request = (struct tpacket_req){
		.tp_block_size = per_page * ICELAB_SENSOR_FRAME,
		.tp_block_nr = frames / per_page,
		.tp_frame_size = ICELAB_SENSOR_FRAME,
		.tp_frame_nr = frames,
	};
	if (setsockopt(sensor->descriptor, SOL_PACKET, PACKET_RX_RING, &request, sizeof request) != 0)
		return failed(sensor, "PACKET_RX_RING", error);
	sensor->size = (gsize)frames * ICELAB_SENSOR_FRAME;
	sensor->ring =
		mmap(NULL, sensor->size, PROT_READ | PROT_WRITE, MAP_SHARED, sensor->descriptor, 0);
	if (sensor->ring == MAP_FAILED)
		return failed(sensor, "mmap", error);

	struct sockaddr_ll everything = {
		.sll_family = AF_PACKET, .sll_protocol = htons(ETH_P_ALL), .sll_ifindex = 0};

	if (bind(sensor->descriptor, (struct sockaddr *)&everything, sizeof everything) != 0)
		return failed(sensor, "bind", error);
	return sensor;
}

void icelab_sensor_free(IcelabSensor *sensor)
{
	if (sensor == NULL)
		return;
	if (sensor->ring != MAP_FAILED)
		munmap(sensor->ring, sensor->size);
	if (sensor->descriptor >= 0)
		close(sensor->descriptor);
	g_free(sensor);
}

int icelab_sensor_descriptor(const IcelabSensor *sensor)
{
	return sensor->descriptor;
}

/* Offsets in the ring are the kernel's; every frame begins aligned (TPACKET_ALIGNMENT). */
static void hand_over(struct tpacket2_hdr *header, IcelabFrameCallback callback, gpointer data)
{
	guint8 *start = (guint8 *)header;
	const struct sockaddr_ll *link =
		(const void *)(start + TPACKET_ALIGN(sizeof(struct tpacket2_hdr)));
	IcelabFrame frame = {
		.time_ns = (gint64)header->tp_sec * G_GINT64_CONSTANT(1000000000) + header->tp_nsec,
		.interface = (guint)link->sll_ifindex,
		.outgoing = link->sll_pkttype == PACKET_OUTGOING,
		.protocol = ntohs(link->sll_protocol),
		.hardware = link->sll_hatype,
		.bytes = start + header->tp_mac,
		.length = header->tp_snaplen,
		.wire_length = header->tp_len,
	};

	callback(&frame, data);
}

guint icelab_sensor_drain(IcelabSensor *sensor, IcelabFrameCallback callback, gpointer data)
{
	guint count = 0;

	while (count < sensor->frames) {
		struct tpacket2_hdr *header =
			(void *)(sensor->ring + (gsize)sensor->next * ICELAB_SENSOR_FRAME);

		if (!(__atomic_load_n(&header->tp_status, __ATOMIC_ACQUIRE) & TP_STATUS_USER))
			break;
		hand_over(header, callback, data);
		__atomic_store_n(&header->tp_status, TP_STATUS_KERNEL, __ATOMIC_RELEASE);
		sensor->next = (sensor->next + 1) % sensor->frames;
		count++;
	}
	return count;
}

gboolean icelab_sensor_take_drops(IcelabSensor *sensor, guint64 *drops, GError **error)
{
	struct tpacket_stats statistics;
	socklen_t size = sizeof statistics;

	if (getsockopt(sensor->descriptor, SOL_PACKET, PACKET_STATISTICS, &statistics, &size) != 0) {
		g_set_error(error, ICELAB_SENSOR_ERROR, 0, "a sensor does not tell its drops: %s",
			g_strerror(errno));
		return FALSE;
	}
	*drops = statistics.tp_drops;
	return TRUE;
}

gboolean icelab_sensor_deafen(IcelabSensor *sensor, GError **error)
{
	struct sock_filter nothing = BPF_STMT(BPF_RET | BPF_K, 0);
	struct sock_fprog program = {.len = 1, .filter = &nothing};

	if (setsockopt(sensor->descriptor, SOL_SOCKET, SO_ATTACH_FILTER, &program, sizeof program) == 0)
		return TRUE;
	g_set_error(error, ICELAB_SENSOR_ERROR, 0, "SO_ATTACH_FILTER: %s", g_strerror(errno));
	return FALSE;
}

gboolean icelab_sensor_link_type(guint16 hardware, IcelabLinkType *link)
{
	switch (hardware) {
	case ARPHRD_ETHER:
	case ARPHRD_LOOPBACK: /* carries an Ethernet header of zeros */
		*link = ICELAB_LINK_ETHERNET;
		return TRUE;
	case ARPHRD_NONE:
	case ARPHRD_PPP:
	case ARPHRD_RAWIP:
		*link = ICELAB_LINK_IP;
		return TRUE;
	default:
		return FALSE;
	}
}
