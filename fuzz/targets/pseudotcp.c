/* SPDX-License-Identifier: MIT */
/* Two pseudo-TCP endpoints on a network that loses, doubles, reorders and falsifies, and segments
 * that neither of them sent, with a virtual clock.
 *
 * Attack surface: every datagram that reaches the selected pair of a reliable agent:
 * agent/pseudotcp.c.
 *
 * Oracles: as long as nothing was falsified, what is read is a prefix of what was sent, and all of
 * it arrives once the network is good again; an endpoint that is closed stays closed; no more is
 * kept than the buffers hold; the next clock is never overdue without end.
 *
 * Input: 4 bytes of options, then steps as in talk/script.h: code, length, arguments. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "pseudotcp.h"

#include "guards.h"
#include "oracles/segment.h"
#include "talk/script.h"
#include "world/world.h"

#define MOST_STEPS 120
#define MOST_PACKETS 48
#define MOST_SENT (1 << 18)
#define FLAG_FIN 1

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

typedef struct {
	gsize length;
	gchar *bytes;
} Packet;

typedef struct {
	PseudoTcpSocket *socket;
	Packet packets[MOST_PACKETS]; /* on their way to it */
	unsigned packet_count;
	uint32_t sequence; /* of the last segment that it sent */
	uint32_t acknowledged;
	uint32_t proven;      /* the most that was acknowledged to it */
	uint32_t recover;     /* what ends its recovery from a loss */
	unsigned repetitions; /* of that acknowledgement */
	gsize sent;           /* bytes that send() took */
	bool wrote_data;
	uint32_t first;   /* sequence of the first byte that it sent */
	uint32_t past;    /* and of the one behind the last */
	gchar header[24]; /* of its last segment with data */
	gsize received;   /* bytes that recv() gave */
	bool opened;
	bool closed_by_us;
	bool was_closed;
	bool reads_itself;
	unsigned receive_buffer;
	guint64 clock;        /* milliseconds: when it is to be called, as agent.c keeps it */
	uint32_t fin;         /* sequence of the FIN that it sent */
	unsigned more_fins;   /* that its clock made of it */
	bool fin_came;        /* to it */
	uint32_t fin_came_at; /* and the sequence of that FIN */
} End;

static End ends[2];
static bool falsified;
static bool narrow; /* a small MTU was notified: all takes very long */
static unsigned lost;
static unsigned written;

static void broken(const char *id, const char *what)
{
	if (id != NULL && icelab_guard(id))
		return;
	fprintf(stderr, "icelab: rule broken: pseudo-TCP: %s\n", what);
	abort();
}

/* What an endpoint sends: every position has its own byte. */
static uint8_t byte_at(unsigned from, gsize position)
{
	return (uint8_t)((position * 7 + (position >> 8) * 13 + (position >> 16) + from * 101) & 0xff);
}

static void read_all(unsigned index, gsize most)
{
	static char buffer[5000];
	End *end = &ends[index];

	while (most > 0) {
		gint got = pseudo_tcp_socket_recv(end->socket, buffer, MIN(most, sizeof(buffer)));

		if (got <= 0)
			return;
		if ((gsize)got > MIN(most, sizeof(buffer)))
			broken(NULL, "more was read than there was room");
		for (gint i = 0; i < got && !falsified; i++)
			if ((uint8_t)buffer[i] != byte_at(1 - index, end->received + (gsize)i))
				broken(NULL, "other bytes came than were sent");
		end->received += (gsize)got;
		if (!falsified && end->received > ends[1 - index].sent)
			broken(NULL, "more came than was sent");
		most -= (gsize)got;
	}
}

static unsigned index_of(const PseudoTcpSocket *socket)
{
	return socket == ends[1].socket;
}

static void on_opened(PseudoTcpSocket *socket, gpointer user_data)
{
	(void)user_data;
	ends[index_of(socket)].opened = true;
}

static void on_readable(PseudoTcpSocket *socket, gpointer user_data)
{
	(void)user_data;
	if (ends[index_of(socket)].reads_itself)
		read_all(index_of(socket), G_MAXUINT32);
}

static void on_writable(PseudoTcpSocket *socket, gpointer user_data)
{
	(void)socket;
	(void)user_data;
}

static void on_closed(PseudoTcpSocket *socket, guint32 error, gpointer user_data)
{
	(void)error;
	(void)user_data;
	ends[index_of(socket)].was_closed = true;
}

static uint32_t word(const gchar *bytes)
{
	const uint8_t *b = (const uint8_t *)bytes;

	return (uint32_t)b[0] << 24 | (uint32_t)b[1] << 16 | (uint32_t)b[2] << 8 | b[3];
}

static unsigned mtu_limit;
static bool failing; /* nothing can be sent */

static void put(unsigned to, const gchar *bytes, gsize length)
{
	End *end = &ends[to];

	if (end->packet_count == MOST_PACKETS) {
		lost++;
		return;
	}
	end->packets[end->packet_count].bytes = g_malloc(length + 1);
	memcpy(end->packets[end->packet_count].bytes, bytes, length);
	end->packets[end->packet_count++].length = length;
}

static void note_data(End *end, const gchar *bytes, gsize length)
{
	uint32_t sequence = word(bytes + 4), past = sequence + (uint32_t)(length - 24);

	if (!end->wrote_data)
		end->first = end->past = sequence;
	end->wrote_data = true;
	if ((int32_t)(past - end->past) > 0)
		end->past = past;
	memcpy(end->header, bytes, sizeof(end->header));
}

static PseudoTcpWriteResult on_write(
	PseudoTcpSocket *socket, const gchar *bytes, guint32 length, gpointer user_data)
{
	unsigned index = index_of(socket);

	(void)user_data;
	if (failing)
		return WR_FAIL;
	if (++written > 3000) {
		lost++;
		return WR_SUCCESS;
	}
	if (mtu_limit > 0 && length > mtu_limit)
		return WR_TOO_LARGE;
	if (length < 24)
		broken(NULL, "a segment is shorter than its header");
	ends[index].sequence = word(bytes + 4);
	ends[index].acknowledged = word(bytes + 8);
	if ((bytes[13] & FLAG_FIN) != 0)
		ends[index].fin = word(bytes + 4);
	if (bytes[13] == 0 && length > 24)
		note_data(&ends[index], bytes, length);
	put(1 - index, bytes, length);
	return WR_SUCCESS;
}

static Packet take(End *end, unsigned index)
{
	Packet packet = end->packets[index];

	end->packet_count--;
	memmove(&end->packets[index], &end->packets[index + 1],
		(end->packet_count - index) * sizeof(Packet));
	return packet;
}

/* The acknowledgement of a FIN leaves it in the list; in recovery from a loss it is sent again. */
static bool recovers_closed(unsigned to, const gchar *bytes, gsize length)
{
	End *end = &ends[to];
	uint32_t acknowledged;

	if (length < 24)
		return false;
	acknowledged = word(bytes + 8);
	if (acknowledged == end->proven && length == 24) {
		if (end->repetitions >= 2 && end->closed_by_us && icelab_guard("pseudotcp-fin-sent-again"))
			return true;
		if (++end->repetitions == 3)
			end->recover = end->sequence + 2000;
	} else if ((int32_t)(acknowledged - end->proven) > 0) {
		end->proven = acknowledged;
		if (end->repetitions < 3 || (int32_t)(acknowledged - end->recover) >= 0)
			end->repetitions = 0;
	}
	return false;
}

/* In LAST-ACK each clock queues one more FIN, and all of them may be acknowledged. */
static bool acknowledges_more_fins(unsigned to, const gchar *bytes, gsize length)
{
	const End *end = &ends[to];

	return length >= 24 && word(bytes + 8) - end->fin - 2 < end->more_fins &&
		   icelab_guard("pseudotcp-last-ack-fins");
}

/* A FIN that came before what it follows is taken to be due once any segment is as long as what is
 * missing. */
static bool ends_early(unsigned to, const gchar *bytes, gsize length)
{
	const End *from = &ends[1 - to];
	End *end = &ends[to];
	uint32_t next;

	if (length < 24 || falsified)
		return false;
	if ((bytes[13] & FLAG_FIN) != 0) {
		end->fin_came = true;
		end->fin_came_at = word(bytes + 4);
		return false;
	}
	if (!end->fin_came || !from->wrote_data || length == 24)
		return false;
	next = from->first + (uint32_t)end->received +
		   (uint32_t)pseudo_tcp_socket_get_available_bytes(end->socket);
	return word(bytes + 4) != next && next + (uint32_t)length - 24 == end->fin_came_at &&
		   icelab_guard("pseudotcp-early-fin");
}

/* As one buffer, or as libnice's receiving code hands it over: header and rest. */
static void hand_over(unsigned to, const gchar *bytes, gsize length, bool split)
{
	PseudoTcpSocket *socket = ends[to].socket;
	gchar *copy;

	if (segment_scales_too_far((const uint8_t *)bytes, length) &&
		icelab_guard("pseudotcp-window-scale"))
		return;
	if (acknowledges_more_fins(to, bytes, length) || ends_early(to, bytes, length) ||
		recovers_closed(to, bytes, length))
		return;
	copy = g_malloc(MAX(length, 1));
	memcpy(copy, bytes, length);
	if (split && length >= 24) {
		gchar *rest = g_malloc(MAX(length - 24, 1));
		GInputVector vectors[2] = {{copy, 24}, {rest, length - 24}};
		NiceInputMessage message = {vectors, 2, NULL, length};

		memcpy(rest, copy + 24, length - 24);
		pseudo_tcp_socket_notify_message(socket, &message);
		g_free(rest);
	} else {
		pseudo_tcp_socket_notify_packet(socket, copy, (guint32)length);
	}
	g_free(copy);
}

static void deliver(unsigned to, unsigned which, bool split)
{
	Packet packet;

	if (ends[to].packet_count == 0)
		return;
	packet = take(&ends[to], which % ends[to].packet_count);
	hand_over(to, packet.bytes, packet.length, split);
	g_free(packet.bytes);
}

/* As the agent does (agent.c, adjust_tcp_clock): what was asked for before stays. */
static void adjust_clock(End *end)
{
	if (!pseudo_tcp_socket_is_closed(end->socket))
		pseudo_tcp_socket_get_next_clock(end->socket, &end->clock);
}

static void call_clock(End *end)
{
	PseudoTcpState state;

	g_object_get(end->socket, "state", &state, NULL);
	if (state == PSEUDO_TCP_LAST_ACK)
		end->more_fins++;
	pseudo_tcp_socket_notify_clock(end->socket);
	adjust_clock(end);
}

/* Milliseconds until its clock is to be called; its times have 32 bits. */
static guint64 until_clock(const End *end, guint64 now)
{
	int32_t left = (int32_t)((uint32_t)end->clock - (uint32_t)now);

	return left > 0 ? (guint64)left : 0;
}

/* To the time of the earliest clock, at most `limit` milliseconds. */
static void advance(guint64 limit)
{
	guint64 now = (guint64)icelab_world_now() / 1000;

	for (unsigned i = 0; i < 2; i++) {
		adjust_clock(&ends[i]);
		if (!pseudo_tcp_socket_is_closed(ends[i].socket))
			limit = MIN(limit, until_clock(&ends[i], now));
	}
	now += MAX(limit, 1);
	/* It takes 0 for no time at all. */
	now += (uint32_t)now == 0;
	icelab_world_set_now((int64_t)now * 1000);
	for (unsigned i = 0; i < 2; i++)
		if (!pseudo_tcp_socket_is_closed(ends[i].socket) && until_clock(&ends[i], now) == 0)
			call_clock(&ends[i]);
}

/* A segment that nobody sent, near to what the endpoint expects where the arguments are small. */
static void falsify(IcelabScript *script)
{
	uint8_t bytes[24 + 255];
	uint8_t which = icelab_script_byte(script);
	unsigned to = which & 1;
	uint32_t conversation = icelab_script_byte(script);
	uint32_t sequence = ends[to].acknowledged + (uint32_t)(int8_t)icelab_script_byte(script);
	/* Near to what it sent last, or to what was acknowledged last. */
	uint32_t acknowledged = ((which & 2) == 0 ? ends[to].sequence : ends[to].proven) +
							(uint32_t)(int8_t)icelab_script_byte(script);
	uint8_t flags = icelab_script_byte(script);
	uint16_t window = icelab_script_short(script);
	uint8_t scale = icelab_script_byte(script);
	uint32_t stamp = (uint32_t)(icelab_world_now() / 1000), echo;
	size_t length = MIN(script->left, sizeof(bytes) - 24);

	if ((scale & 1) != 0)
		sequence <<= 24;
	if ((scale & 2) != 0)
		acknowledged ^= 0x80000000;
	if ((scale & 4) != 0)
		stamp = 0xffffffff;
	/* Of what was sent a second from now, and when the machine started. */
	if ((scale & 0x20) != 0)
		echo = stamp + 1000;
	else if ((scale & 0x40) != 0)
		echo = 1;
	else
		echo = (scale & 8) != 0 ? 0xffffffff : stamp;
	for (unsigned i = 0; i < 4; i++) {
		bytes[i] = (uint8_t)(conversation >> (24 - 8 * i));
		bytes[4 + i] = (uint8_t)(sequence >> (24 - 8 * i));
		bytes[8 + i] = (uint8_t)(acknowledged >> (24 - 8 * i));
		bytes[16 + i] = (uint8_t)(stamp >> (24 - 8 * i));
		bytes[20 + i] = (uint8_t)(echo >> (24 - 8 * i));
	}
	bytes[12] = 0;
	bytes[13] = flags;
	bytes[14] = (uint8_t)(window >> 8);
	bytes[15] = (uint8_t)window;
	memcpy(bytes + 24, script->bytes, length);
	/* What is another conversation's changes nothing. */
	falsified = falsified || conversation == 0;
	hand_over(to, (gchar *)bytes, length + 24 - ((scale & 0x80) != 0 ? 9 : 0), (scale & 16) != 0);
}

/* What was sent already, in a segment that begins and ends elsewhere: another implementation's. */
static void segment_anew(unsigned to, IcelabScript *script)
{
	End *from = &ends[1 - to];
	gchar bytes[24 + 1400];
	gsize total = from->past - from->first;
	gsize start = (gsize)icelab_script_byte(script) * 16;
	gsize length = 1 + (gsize)icelab_script_byte(script) * 5;
	uint32_t sequence;

	if (!from->wrote_data || total == 0)
		return;
	/* Counted from the end, where it is not acknowledged yet. */
	start = total - 1 - start % total;
	length = MIN(MIN(length, total - start), sizeof(bytes) - 24);
	sequence = from->first + (uint32_t)start;
	memcpy(bytes, from->header, 24);
	for (unsigned i = 0; i < 4; i++)
		bytes[4 + i] = (gchar)(sequence >> (24 - 8 * i));
	for (gsize i = 0; i < length; i++)
		bytes[24 + i] = (gchar)byte_at(1 - to, start + i);
	put(to, bytes, length + 24);
}

static void send_bytes(unsigned from, gsize length)
{
	static char buffer[1 << 16];
	End *end = &ends[from];
	bool closed = pseudo_tcp_socket_is_closed(end->socket);
	gint taken;

	length = MIN(length, MIN(sizeof(buffer), MOST_SENT - end->sent));
	for (gsize i = 0; i < length; i++)
		buffer[i] = (char)byte_at(from, end->sent + i);
	taken = pseudo_tcp_socket_send(end->socket, buffer, (guint32)length);
	if (taken > (gint)length)
		broken(NULL, "more was taken than was offered");
	if (taken > 0 && closed)
		broken(NULL, "a closed endpoint takes bytes");
	if (taken > 0)
		end->sent += (gsize)taken;
}

typedef enum {
	DELIVER,
	DELIVER_ALL,
	ADVANCE,
	SEND,
	READ,
	LOSE,
	DOUBLE,
	CORRUPT,
	FALSIFY,
	CLOSE,
	SHUTDOWN,
	CHANGE,
	CONNECT,
	LIMIT,
	SEGMENT,
	CODES,
} Code;

static void change(unsigned which, uint8_t what, uint16_t value)
{
	PseudoTcpSocket *socket = ends[which].socket;

	switch (what % 5) {
	case 0:
		g_object_set(socket, "no-delay", value & 1, NULL);
		break;
	case 1:
		g_object_set(socket, "ack-delay", value % 1000, NULL);
		break;
	case 2:
		/* Before it is connected: the window scale is fixed then. */
		if (!ends[which].opened && value >= 1024) {
			g_object_set(socket, "rcv-buf", value, NULL);
			ends[which].receive_buffer = MAX(ends[which].receive_buffer, value);
		}
		break;
	case 3:
		if (!ends[which].opened && value >= 1024)
			g_object_set(socket, "snd-buf", value, NULL);
		break;
	default:
		value = value < 200 ? 1400 : value;
		narrow = narrow || value < 1000;
		pseudo_tcp_socket_notify_mtu(socket, value);
		break;
	}
}

/* A FIN that cannot be sent closes the endpoint, which then is to wait for its acknowledgement. */
static void let_through(void)
{
	if (!icelab_guard("pseudotcp-shutdown-closed"))
		return;
	mtu_limit = 0;
	failing = false;
}

/* Whether the application may close `to` or shut it down now. */
static bool start_closing(unsigned to)
{
	if (ends[to].repetitions >= 3 && icelab_guard("pseudotcp-fin-sent-again"))
		return false;
	let_through();
	ends[to].closed_by_us = true;
	return true;
}

static void step(Code code, IcelabScript *script)
{
	uint8_t which = icelab_script_byte(script);
	unsigned to = which & 1;
	uint8_t value;

	switch (code) {
	case DELIVER:
		deliver(to, icelab_script_byte(script), (which & 2) != 0);
		break;
	case DELIVER_ALL:
		for (unsigned i = 0; i < 200 && ends[0].packet_count + ends[1].packet_count > 0; i++)
			deliver(ends[i & 1].packet_count > 0 ? i & 1 : 1 - (i & 1), 0, (which & 2) != 0);
		break;
	case ADVANCE: {
		static const guint16 limits[] = {100, 10, 1, 1000, 5000, 60000};

		for (unsigned i = 0; i <= (which >> 4); i++)
			advance(limits[which % 6]);
		break;
	}
	case SEND:
		send_bytes(to, icelab_script_short(script) + (gsize)1);
		break;
	case READ:
		read_all(to, icelab_script_short(script) + (gsize)1);
		break;
	case LOSE:
		if (ends[to].packet_count > 0) {
			g_free(take(&ends[to], icelab_script_byte(script) % ends[to].packet_count).bytes);
			lost++;
		}
		break;
	case DOUBLE:
		if (ends[to].packet_count > 0) {
			const Packet *packet =
				&ends[to].packets[icelab_script_byte(script) % ends[to].packet_count];

			put(to, packet->bytes, packet->length);
		}
		break;
	case CORRUPT:
		if (ends[to].packet_count > 0) {
			Packet *packet = &ends[to].packets[icelab_script_byte(script) % ends[to].packet_count];

			value = icelab_script_byte(script);
			packet->bytes[value % packet->length] ^= (gchar)(icelab_script_byte(script) | 1);
			falsified = true;
		}
		break;
	case FALSIFY:
		script->bytes--;
		script->left++;
		falsify(script);
		break;
	case CLOSE:
		if (start_closing(to))
			pseudo_tcp_socket_close(ends[to].socket, (which & 2) != 0);
		break;
	case SHUTDOWN:
		if (start_closing(to))
			pseudo_tcp_socket_shutdown(ends[to].socket, (PseudoTcpShutdown)((which >> 1) % 3));
		break;
	case CHANGE:
		value = icelab_script_byte(script);
		change(to, value, icelab_script_short(script));
		break;
	case CONNECT:
		pseudo_tcp_socket_connect(ends[to].socket);
		break;
	case LIMIT:
		mtu_limit = (which & 0x0f) == 0 ? 0 : 150u + (which & 0xf0u) * 8;
		failing = (which & 0x0f) == 0x0e;
		lost += failing ? 6 : 0;
		break;
	case SEGMENT:
		segment_anew(to, script);
		break;
	case CODES:
		break;
	}
}

static void judge(void)
{
	for (unsigned i = 0; i < 2; i++) {
		End *end = &ends[i];
		gint available = pseudo_tcp_socket_get_available_bytes(end->socket);

		if (end->was_closed && !pseudo_tcp_socket_is_closed(end->socket))
			broken(NULL, "a closed endpoint is open again");
		if (pseudo_tcp_socket_is_closed(end->socket))
			end->was_closed = true;
		if (available > (gint)end->receive_buffer)
			broken(NULL, "more is kept than the receive buffer holds");
		pseudo_tcp_socket_get_available_send_space(end->socket);
		pseudo_tcp_socket_can_send(end->socket);
	}
}

/* With a network that works, all that was taken arrives. */
static void judge_end(void)
{
	if (falsified || narrow || lost > 5 || mtu_limit != 0 || written > 2000 ||
		ends[0].closed_by_us || ends[1].closed_by_us || !ends[0].opened || !ends[1].opened ||
		ends[0].was_closed || ends[1].was_closed)
		return;
	for (unsigned rounds = 0; rounds < 300; rounds++) {
		for (unsigned i = 0; i < 200 && ends[0].packet_count + ends[1].packet_count > 0; i++)
			deliver(ends[i & 1].packet_count > 0 ? i & 1 : 1 - (i & 1), 0, false);
		read_all(0, G_MAXUINT32);
		read_all(1, G_MAXUINT32);
		if (ends[0].received == ends[1].sent && ends[1].received == ends[0].sent)
			return;
		advance(1000);
		/* More segments at once than the network holds are sent again, ever later. */
		if (written > 2900 || lost > 5)
			return;
	}
	if (pseudo_tcp_socket_is_closed(ends[0].socket) || pseudo_tcp_socket_is_closed(ends[1].socket))
		return;
	broken(NULL, "bytes that were taken never arrive");
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	/* Milliseconds: with 32 bits the sign turns after 25 days, and it starts anew after 50. */
	static const int64_t uptimes[] = {
		0, (INT64_C(1) << 31) - 2000, INT64_C(3) << 30, (INT64_C(1) << 32) - 3000};
	IcelabScript script = {data, size};
	uint8_t options[4];
	PseudoTcpCallbacks callbacks = {NULL, on_opened, on_readable, on_writable, on_closed, on_write};

	for (unsigned i = 0; i < 4; i++)
		options[i] = icelab_script_byte(&script);
	icelab_world_start(1);
	if (options[1] % G_N_ELEMENTS(uptimes) != 0)
		icelab_world_set_now(uptimes[options[1] % G_N_ELEMENTS(uptimes)] * 1000);
	falsified = narrow = false;
	lost = written = mtu_limit = 0;
	failing = false;
	for (unsigned i = 0; i < 2; i++) {
		ends[i] = (End){.receive_buffer = 61440};
		ends[i].reads_itself = (options[0] >> i & 1) == 0;
		ends[i].socket = g_object_new(PSEUDO_TCP_SOCKET_TYPE, "conversation", 0, "callbacks",
			&callbacks, "support-fin-ack", (options[0] >> (2 + i) & 1) == 0, NULL);
	}
	if ((options[0] & 0x10) == 0) {
		pseudo_tcp_socket_connect(ends[0].socket);
		pseudo_tcp_socket_notify_mtu(ends[0].socket, 1400);
		pseudo_tcp_socket_notify_mtu(ends[1].socket, 1400);
		for (unsigned i = 0; i < 4; i++)
			deliver(1 - (i & 1), 0, false);
	}
	for (unsigned i = 0; i < MOST_STEPS && script.left > 0 && written < 3000; i++) {
		Code code = (Code)(icelab_script_byte(&script) % CODES);
		IcelabScript arguments = icelab_script_take(&script, icelab_script_byte(&script));

		if (code == FALSIFY && arguments.left == 0)
			continue;
		step(code, &arguments);
		judge();
	}
	judge_end();
	for (unsigned i = 0; i < 2; i++) {
		while (ends[i].packet_count > 0)
			g_free(take(&ends[i], 0).bytes);
		g_object_unref(ends[i].socket);
	}
	icelab_world_end();
	return 0;
}
