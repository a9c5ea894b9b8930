/* SPDX-License-Identifier: MIT */
/* Byte streams of a TURN server and of what stands between: TURN over TCP in three dialects, both
 * pseudo-SSL handshakes, HTTP CONNECT and SOCKS5, alone and pseudo-SSL behind either proxy, over a
 * TCP connection in memory.
 *
 * Attack surface: whatever a TURN server, a proxy or somebody on the path sends on such a
 * connection: socket/udp-turn-over-tcp.c, pseudossl.c, http.c, socks5.c, tcp-bsd.c and socket.c.
 *
 * Oracles: what comes out is what an independent model of the framing (oracles/framing.h) says, for
 * two ways of cutting the stream into pieces; nothing comes out and nothing of the application's
 * goes out before the handshake is over; what was to be sent meanwhile goes out afterwards, once
 * and in order.
 *
 * Input: kind, options, 2 bytes "so many more bytes follow that are not in the input", seed of the
 * cuts, then the stream. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "agent-priv.h"
#include "socket.h"

#include "guards.h"
#include "oracles/framing.h"
#include "world/world.h"

#define HEADER 5
#define MOST_OUT (1 << 18)
#define BEHIND_HTTP 0x10 /* options, of pseudo-SSL */
#define BEHIND_SOCKS5 0x20

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

typedef struct {
	size_t length;
	size_t count; /* messages */
	bool failed;
	uint64_t ends; /* of the messages, hashed */
	uint8_t bytes[MOST_OUT];
} Out;

static struct {
	Out out[2];
	Out *current;
	uint8_t sent[4096];
	size_t sent_length;
	FramingKind proxy; /* in front of pseudo-SSL; FRAMING_KINDS: none */
	size_t first;      /* what comes by itself: until the proxy has answered, nobody says more */
} run;

static void broken(const char *id, const char *what)
{
	if (id != NULL && icelab_guard(id))
		return;
	fprintf(stderr, "icelab: rule broken: framing: %s%s%s\n", what, id != NULL ? ": " : "",
		id != NULL ? id : "");
	abort();
}

static void sent(
	IcelabWorldSocket *socket, const IcelabEndpoint *to, const uint8_t *bytes, size_t length)
{
	(void)socket;
	(void)to;
	length = MIN(length, sizeof(run.sent) - run.sent_length);
	memcpy(run.sent + run.sent_length, bytes, length);
	run.sent_length += length;
}

static NiceSocket *stack_up(FramingKind kind, NiceSocket *base, NiceAddress *server)
{
	switch (kind) {
	case FRAMING_TURN:
		return nice_udp_turn_over_tcp_socket_new(base, NICE_TURN_SOCKET_COMPATIBILITY_RFC5766);
	case FRAMING_GOOGLE:
		return nice_udp_turn_over_tcp_socket_new(base, NICE_TURN_SOCKET_COMPATIBILITY_GOOGLE);
	case FRAMING_OC2007:
		return nice_udp_turn_over_tcp_socket_new(base, NICE_TURN_SOCKET_COMPATIBILITY_OC2007);
	case FRAMING_SSL_GOOGLE:
		return nice_pseudossl_socket_new(base, NICE_PSEUDOSSL_SOCKET_COMPATIBILITY_GOOGLE);
	case FRAMING_SSL_OC2007:
		return nice_pseudossl_socket_new(base, NICE_PSEUDOSSL_SOCKET_COMPATIBILITY_MSOC);
	case FRAMING_HTTP:
		return nice_http_socket_new(base, server, NULL, NULL, NULL);
	case FRAMING_SOCKS5:
		return nice_socks5_socket_new(base, server, NULL, NULL);
	default:
		return nice_socks5_socket_new(base, server, (gchar *)"user", (gchar *)"password");
	}
}

static void collect(const GInputVector *buffers, unsigned buffer_count, gsize length)
{
	Out *out = run.current;
	gsize before = out->length;

	for (unsigned i = 0; i < buffer_count && length > 0; i++) {
		gsize piece = MIN(length, buffers[i].size);

		if (out->length + piece > MOST_OUT)
			piece = MOST_OUT - out->length;
		memcpy(out->bytes + out->length, buffers[i].buffer, piece);
		out->length += piece;
		length -= MIN(length, buffers[i].size);
	}
	if (out->length == before)
		return;
	out->count++;
	out->ends = (out->ends ^ out->length) * UINT64_C(0x9E3779B97F4A7C15);
}

/* Reads until nothing more comes, into two buffers, so that both of libnice's ways are taken. */
static bool drain(NiceSocket *top, bool split)
{
	static uint8_t first[24], rest[70000];

	for (;;) {
		uint64_t progress = icelab_world_socket_progress();
		GInputVector buffers[2] = {{first, sizeof(first)}, {rest, sizeof(rest)}};
		NiceAddress from;
		NiceInputMessage message = {split ? buffers : buffers + 1, split ? 2 : 1, &from, 0};
		gint got;

		nice_address_init(&from);
		got = nice_socket_recv_messages(top, &message, 1);
		if (got < 0)
			return false;
		if (got > 0)
			collect(split ? buffers : buffers + 1, split ? 2 : 1, message.length);
		if (got == 0 && icelab_world_socket_progress() == progress)
			return true;
	}
}

static IcelabEndpoint relay_behind(bool version6)
{
	return icelab_endpoint(version6 ? "2001:db8:78::1" : "192.0.2.79", 3479);
}

/* What came out of the lower layer is all that the upper one sees. */
static void run_once(FramingKind kind, uint8_t options, const uint8_t *stream, size_t length,
	size_t more, uint8_t cuts)
{
	IcelabEndpoint here = icelab_endpoint("192.168.1.10", 40001);
	IcelabEndpoint there = icelab_endpoint("192.0.2.78", 3478);
	IcelabEndpoint relay = relay_behind((options & 8) != 0);
	GSocket *connection = icelab_world_stream_new(&here, &there);
	struct sockaddr_storage native;
	NiceAddress local, server;
	NiceSocket *base, *top;
	static const char application[] = "\xfe\xedsecret";
	uint64_t state = cuts * UINT64_C(0x9E3779B97F4A7C15) + 1;
	bool alive = true;

	icelab_endpoint_to_sockaddr(&here, &native);
	nice_address_init(&local);
	nice_address_set_from_sockaddr(&local, (struct sockaddr *)&native);
	icelab_endpoint_to_sockaddr(&there, &native);
	nice_address_init(&server);
	nice_address_set_from_sockaddr(&server, (struct sockaddr *)&native);
	run.sent_length = 0;
	base =
		nice_tcp_bsd_socket_new_from_gsock(NULL, connection, &local, &server, (options & 1) != 0);
	/* Behind a proxy the relay is another machine than the one that is connected to. */
	icelab_endpoint_to_sockaddr(&relay, &native);
	nice_address_set_from_sockaddr(&server, (struct sockaddr *)&native);
	top = run.proxy == FRAMING_KINDS ? base : stack_up(run.proxy, base, &server);
	top = stack_up(kind, top, &server);
	if (kind >= FRAMING_SSL_GOOGLE) {
		nice_socket_send_reliable(top, &server, sizeof(application), application);
		if (nice_socket_send(top, &server, sizeof(application), application) > 0)
			broken(NULL, "sending succeeded before the handshake");
	}
	nice_socket_is_reliable(top);
	nice_socket_can_send(top, &server);

	for (size_t at = 0; at < length && alive;) {
		size_t piece = length - at;

		if (cuts != 0) {
			state ^= state << 13, state ^= state >> 7, state ^= state << 17;
			piece = MIN(piece, 1 + (state >> 8) % ((cuts & 1) != 0 ? 3 : 200));
		}
		if (at < run.first)
			piece = MIN(piece, run.first - at);
		icelab_world_socket_stream(
			(IcelabWorldSocket *)connection, stream + at, piece, at + piece == length ? more : 0);
		at += piece;
		alive = drain(top, (options & 2) != 0);
		if (alive && kind >= FRAMING_SSL_GOOGLE && run.current->length == 0 && at < length &&
			cuts == 3)
			nice_socket_send_reliable(top, &server, sizeof(application), application);
	}
	if (alive && (options & 4) != 0) {
		icelab_world_socket_end((IcelabWorldSocket *)connection);
		drain(top, false);
	}
	if (alive) {
		nice_socket_send(top, &server, sizeof(application), application);
		nice_socket_send_reliable(top, &server, sizeof(application), application);
		nice_socket_is_based_on(top, base);
	} else if (kind < FRAMING_SSL_GOOGLE) {
		nice_socket_send(top, &server, 4, application);
	}
	run.current->failed = !alive;
	nice_socket_free(top);
	g_object_unref(connection);
	icelab_world_settle();
}

static bool contains(const uint8_t *bytes, size_t length, const char *what, size_t what_length)
{
	for (size_t i = 0; i + what_length <= length; i++)
		if (memcmp(bytes + i, what, what_length) == 0)
			return true;
	return false;
}

/* The defects that cut a handshake short or lose what stands behind it. */
static uint8_t safe_cuts(FramingKind kind, uint8_t cuts)
{
	if ((kind == FRAMING_SSL_GOOGLE || kind == FRAMING_SSL_OC2007) &&
		icelab_guard("pseudossl-fragmented-handshake"))
		return 0;
	if ((kind == FRAMING_SOCKS5 || kind == FRAMING_SOCKS5_LOGIN) &&
		icelab_guard("socks5-fragmented-reply"))
		return 0;
	return cuts;
}

/* libnice takes either half of CR LF for a line's end and passes over spaces: lines that others
 * would not read so are not judged. */
static bool is_plain_http(const uint8_t *stream, size_t length)
{
	for (size_t i = 0; i + 1 < length && i < 4096; i++)
		if ((stream[i] == '\r') != (stream[i + 1] == '\n') ||
			(i < 9 && stream[i] == ' ' && i != 8) || (stream[i] == ' ' && stream[i + 1] == ' '))
			return false;
	return true;
}

/* RFC 1928 4: CONNECT, to the relay. */
static void judge_connect(FramingKind kind, bool version6)
{
	IcelabEndpoint relay = relay_behind(version6);
	uint8_t request[22] = {5, 1, 0, version6 ? 4 : 1};
	size_t size = version6 ? 16 : 4;

	if (kind != FRAMING_SOCKS5 && kind != FRAMING_SOCKS5_LOGIN && run.proxy != FRAMING_SOCKS5)
		return;
	memcpy(request + 4, relay.address.bytes, size);
	request[4 + size] = (uint8_t)(relay.port >> 8);
	request[5 + size] = (uint8_t)relay.port;
	if (!contains(run.sent, run.sent_length, (const char *)request, size + 6))
		broken(NULL, "the proxy was not asked for the relay");
}

/* The model of the whole stack. */
static void start_reading(Framing *framing, FramingKind kind, const uint8_t *stream, size_t length)
{
	if (run.proxy != FRAMING_KINDS) {
		framing_start(framing, run.proxy, stream, length);
		if (!framing->connected)
			return;
		stream += framing->offset;
		length -= framing->offset;
	}
	framing_start(framing, kind, stream, length);
}

static void judge(FramingKind kind, uint8_t options, const uint8_t *stream, size_t length)
{
	static uint8_t scratch[65538];
	const Out *out = run.current;
	Framing framing;
	const uint8_t *message;
	size_t message_length, total = 0, count = 0;

	if (kind == FRAMING_HTTP && !is_plain_http(stream, length))
		return;
	if (run.proxy == FRAMING_HTTP && !is_plain_http(stream, run.first > 0 ? run.first : length))
		return;
	start_reading(&framing, kind, stream, length);
	/* A handshake that stops in the middle is one that was cut. */
	if (!framing.connected && !framing.failed && safe_cuts(kind, 1) == 0)
		return;
	if (!framing.connected && out->length > 0)
		broken(NULL, "bytes came out before the handshake was over");
	if (!framing.connected && kind >= FRAMING_SSL_GOOGLE &&
		contains(run.sent, run.sent_length, "\xfe\xedsecret", 8))
		broken(NULL, "the application's bytes went out before the handshake was over");
	if (framing.connected && !framing.failed && kind >= FRAMING_SSL_GOOGLE && !out->failed &&
		!contains(run.sent, run.sent_length, "\xfe\xedsecret", 8))
		broken(NULL, "what was to be sent did not go out after the handshake");
	if (framing.connected && !framing.failed)
		judge_connect(kind, (options & 8) != 0);
	while (framing_next(&framing, &message, &message_length, scratch)) {
		if (message_length == 0)
			continue;
		count++;
		if (kind == FRAMING_HTTP && icelab_guard("http-data-after-header"))
			return;
		if (total + message_length > MOST_OUT)
			return;
		if (out->length < total + message_length ||
			memcmp(out->bytes + total, message, message_length) != 0)
			broken(kind == FRAMING_HTTP ? "http-data-after-header" : NULL,
				"something else came out than was sent");
		total += message_length;
	}
	if (out->length > total)
		broken(NULL, "more came out than was sent");
	if (kind < FRAMING_SSL_GOOGLE && count != out->count)
		broken(NULL, "messages were joined or split");
	if (framing.failed != out->failed && kind != FRAMING_HTTP && run.proxy != FRAMING_HTTP)
		broken(NULL, framing.failed ? "a broken stream was read on" : "a good stream was given up");
}

/* False where a body of the proxy's answer is longer than the input. */
static bool choose_proxy(
	FramingKind kind, uint8_t options, const uint8_t *stream, size_t length, size_t more)
{
	Framing framing;

	run.proxy = FRAMING_KINDS;
	run.first = 0;
	if (kind != FRAMING_SSL_GOOGLE && kind != FRAMING_SSL_OC2007)
		return true;
	if ((options & BEHIND_HTTP) != 0)
		run.proxy = FRAMING_HTTP;
	else if ((options & BEHIND_SOCKS5) != 0)
		run.proxy = FRAMING_SOCKS5;
	else
		return true;
	framing_start(&framing, run.proxy, stream, length + more);
	if (framing.connected)
		run.first = framing.offset;
	return run.first <= length;
}

/* A frame longer than the buffer that it is read into; one without content, for which nothing is
 * read, which is then taken for the end of the connection. */
static bool steps_on_known_defect(FramingKind kind, const uint8_t *stream, size_t length)
{
	bool too_long = kind == FRAMING_TURN && icelab_guard("turn-tcp-frame-overflow");
	bool empty = kind < FRAMING_SSL_GOOGLE && icelab_guard("turn-tcp-empty-frame");
	size_t header = kind == FRAMING_GOOGLE ? 2 : 4;
	static uint8_t scratch[65538];
	const uint8_t *message;
	size_t message_length;
	Framing framing;

	framing_start(&framing, kind, stream, length);
	while (kind < FRAMING_SSL_GOOGLE) {
		const uint8_t *next = stream + framing.offset;

		if (length - framing.offset >= header) {
			size_t declared = (size_t)next[header - 2] << 8 | next[header - 1];

			if (too_long && declared > 65500)
				return true;
			if (empty && declared == 0 &&
				(kind != FRAMING_TURN || (next[0] << 8 | next[1]) >= 0x4000))
				return true;
		}
		if (!framing_next(&framing, &message, &message_length, scratch))
			return false;
	}
	return false;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const IcelabWorldNetwork network = {.sent = sent};
	static uint8_t stream[1 << 17];
	FramingKind kind;
	uint8_t options, cuts;
	size_t more, length;

	if (size < HEADER)
		return 0;
	kind = (FramingKind)(data[0] % FRAMING_KINDS);
	options = data[1];
	more = (size_t)data[2] << 8 | data[3];
	cuts = safe_cuts(kind, data[4]);
	length = MIN(size - HEADER, 4096);
	if (length == 0)
		more = 0; /* they follow something */
	memcpy(stream, data + HEADER, length);
	memset(stream + length, 0, more);
	if (steps_on_known_defect(kind, stream, length + more) ||
		!choose_proxy(kind, options, stream, length, more))
		return 0;
	icelab_world_start(1);
	icelab_world_set_network(&network);
	for (unsigned i = 0; i < 2; i++) {
		run.current = &run.out[i];
		run.current->length = run.current->count = 0;
		run.current->ends = 0;
		run.current->failed = false;
		run_once(kind, (uint8_t)(options & ~4), stream, length, more, i == 0 ? 0 : cuts);
		judge(kind, options, stream, length + more);
	}
	if ((run.out[0].length != run.out[1].length &&
			!(kind == FRAMING_HTTP && icelab_guard("http-data-after-header"))) ||
		(kind < FRAMING_SSL_GOOGLE && run.out[0].ends != run.out[1].ends))
		broken(NULL, "what comes out depends on how the stream is cut");
	if ((options & 4) != 0) {
		run.current->length = 0;
		run_once(kind, options, stream, length, more, cuts);
	}
	icelab_world_end();
	return 0;
}
