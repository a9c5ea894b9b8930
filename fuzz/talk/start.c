/* SPDX-License-Identifier: MIT */
#include <net/if.h>
#include <string.h>

#include "guards.h"
#include "talk/header.h"
#include "talk/progress.h"
#include "talk/told.h"

/* How a conversation starts, with whom and on what machine; and how it ends. */

static const IcelabWorldInterface machine[] = {
	{"eth0", "192.168.1.10", 2, IFF_UP | IFF_RUNNING},
	{"eth0", "2001:db8:1::10", 2, IFF_UP | IFF_RUNNING},
	{"tun0", "10.8.0.2", 3, IFF_UP | IFF_RUNNING},
	{"eth0", "fe80::10", 2, IFF_UP | IFF_RUNNING},
	{"wlan0", "192.168.1.11", 4, IFF_UP},
	{"docker0", "172.17.0.1", 5, IFF_UP | IFF_RUNNING},
	{"lo", "127.0.0.1", 1, IFF_UP | IFF_RUNNING | IFF_LOOPBACK},
	{"eth1", "203.0.113.200", 6, IFF_UP | IFF_RUNNING},
};

static void set_interfaces(uint8_t mask)
{
	IcelabWorldInterface chosen[G_N_ELEMENTS(machine)];
	unsigned count = 0;

	/* Nothing chosen is one plain interface. */
	for (unsigned i = 0; i < G_N_ELEMENTS(machine); i++)
		if (mask == 0 ? i == 0 : (mask >> i & 1) != 0)
			chosen[count++] = machine[i];
	icelab_world_set_interfaces(chosen, count);
}

static IcelabConnect connect_policy;

static IcelabConnect connecting(IcelabWorldSocket *socket, const IcelabEndpoint *to)
{
	(void)socket;
	(void)to;
	return connect_policy;
}

static void on_anything(NiceAgent *agent)
{
	(void)agent;
}

static void set_relays(uint8_t types, uint8_t names)
{
	unsigned first = names & 3;
	unsigned credentials = names >> 2 & (icelab_guard("stun-trim-credentials") ? 0 : 3);

	talk.turn_username = icelab_credentials[credentials][0];
	talk.turn_password = icelab_credentials[credentials][1];
	for (unsigned i = 0; i < talk.turn_count; i++) {
		char text[ICELAB_ADDRESS_TEXT];
		IcelabEndpoint server = talk_turn_server(first + i);

		talk.turn[talk.turn_known++] = server;
		talk.turn_type[i] = (NiceRelayType)MIN(types >> (2 * i) & 3, 2);
		icelab_address_format(&server.address, text);
		for (unsigned j = 0; j < talk.stream_count; j++)
			for (unsigned k = 1; k <= talk.streams[j].components; k++)
				nice_agent_set_relay_info(talk.agent, talk.streams[j].id, k,
					(names & 0x10) != 0 ? "turn.example.org" : text, server.port,
					talk.turn_username, talk.turn_password, talk.turn_type[i]);
	}
}

static void set_proxy(uint8_t proxy)
{
	static const NiceProxyType types[] = {
		NICE_PROXY_TYPE_NONE, NICE_PROXY_TYPE_SOCKS5, NICE_PROXY_TYPE_HTTP, NICE_PROXY_TYPE_NONE};

	if (types[proxy & 3] == NICE_PROXY_TYPE_NONE)
		return;
	g_object_set(talk.agent, "proxy-type", types[proxy & 3], "proxy-ip", "192.0.2.80", "proxy-port",
		1080, NULL);
	if ((proxy & 4) != 0)
		g_object_set(talk.agent, "proxy-username", "user", "proxy-password", "secret", NULL);
	if ((proxy & 8) != 0) {
		GHashTable *headers = g_hash_table_new(g_str_hash, g_str_equal);

		g_hash_table_insert(headers, (gpointer) "X-Header", (gpointer) "value");
		g_object_set(talk.agent, "proxy-extra-headers", headers, NULL);
		g_hash_table_unref(headers);
	}
}

static void set_timing(uint8_t timing)
{
	static const guint checks[] = {100, 10, 3, 1};
	static const guint sends[] = {3, 1, 7, 2};

	if ((timing & 0x0c) != 0)
		g_object_set(talk.agent, "max-connectivity-checks", checks[timing >> 2 & 3], NULL);
	if ((timing & 0x30) != 0)
		g_object_set(talk.agent, "stun-max-retransmissions", sends[timing >> 4 & 3], NULL);
	/* The default, 5 s, is mostly ticks in which nothing happens. */
	if ((timing & 0x40) == 0)
		g_object_set(talk.agent, "idle-timeout", 300, NULL);
	if ((timing & 0x80) != 0)
		g_object_set(talk.agent, "stun-initial-timeout", 50, "stun-reliable-timeout", 500, NULL);
}

static const guint8 dialects[] = {NICE_COMPATIBILITY_RFC5245, NICE_COMPATIBILITY_GOOGLE,
	NICE_COMPATIBILITY_MSN, NICE_COMPATIBILITY_WLM2009, NICE_COMPATIBILITY_OC2007,
	NICE_COMPATIBILITY_OC2007R2, NICE_COMPATIBILITY_RFC5245, NICE_COMPATIBILITY_RFC5245};

static void new_agent(uint8_t dialect, uint8_t mode, uint8_t use, uint8_t timing)
{
	static const guint pacing[] = {20, 1, 10, 50};

	talk.modern = dialects[dialect & 7] == NICE_COMPATIBILITY_RFC5245;
	talk.agent = g_object_new(NICE_TYPE_AGENT, "compatibility", (guint)dialects[dialect & 7],
		"main-context", g_main_context_default(), "reliable", (mode & 1) != 0, "bytestream-tcp",
		(mode & 0x40) != 0, "nomination-mode",
		(mode & 2) != 0 ? NICE_NOMINATION_MODE_REGULAR : NICE_NOMINATION_MODE_AGGRESSIVE,
		"full-mode", (mode & 4) == 0, "ice-trickle", (mode & 8) != 0, "support-renomination",
		(mode & 0x10) != 0, "consent-freshness", (mode & 0x20) != 0, "stun-pacing-timer",
		pacing[timing & 3], NULL);
	g_object_set(talk.agent, "upnp", FALSE, "controlling-mode", (use & 1) != 0, "force-relay",
		(use & 2) != 0, "ice-udp", (use & 4) == 0, "ice-tcp", (use & 8) != 0, "keepalive-conncheck",
		(mode & 0x80) != 0, NULL);
	/* In this dialect attributes are not padded, and FINGERPRINT is written where it stands. */
	if ((use & 0x20) != 0)
		nice_agent_set_software(
			talk.agent, talk.agent->compatibility == NICE_COMPATIBILITY_OC2007R2 &&
								icelab_guard("legacy-fingerprint-misaligned")
							? "icelab-2"
							: "icelab");
}

void talk_start(const IcelabScript *header)
{
	uint8_t bytes[ICELAB_SCRIPT_HEADER] = {0};
	uint8_t mode, use, shape, names, proxy, misc;
	IcelabWorldNetwork network = {.sent = packets_sent, .connecting = connecting};

	memcpy(bytes, header->bytes, MIN(header->left, sizeof(bytes)));
	mode = bytes[MODE];
	use = bytes[USE];
	shape = bytes[SHAPE];
	names = bytes[NAMES];
	proxy = bytes[PROXY];
	misc = bytes[MISC];
	memset(&talk, 0, offsetof(Talk, sent));
	talk.sent_count = talk.asked_count = talk.known_count = talk.allocation_count = 0;
	talk.shown_count = talk.lease_count = 0;
	talk.mapped_count = talk.payload_count = talk.sent_total = talk.arrived_count = 0;
	/* http.c prints what no NUL ends; a relay's socket has no descriptor to print. */
	icelab_world_set_log((misc & 4) != 0 &&
						 !((proxy & 3) == 2 && icelab_guard("http-debug-string")) &&
						 !((mode & 1) != 0 && icelab_guard("debug-relay-descriptor")));
	connect_policy = (IcelabConnect)((misc >> 6) % 3 == 0   ? ICELAB_CONNECT_AT_ONCE
									 : (misc >> 6) % 3 == 1 ? ICELAB_CONNECT_PENDING
															: ICELAB_CONNECT_REFUSED);
	icelab_world_set_network(&network);
	set_interfaces(bytes[INTERFACES]);
	g_log_set_default_handler(told_log, NULL);

	talk.manners = bytes[MANNERS];
	talk.ask_password = (talk.manners & 0x20) == 0;
	talk.mode3 = (use & 0x10) != 0;
	talk.turn_count = (shape >> 3 & 3);
	talk.has_stun_server = (use & 0x40) != 0;
	talk.no_nat = (misc & 2) != 0;
	new_agent(bytes[DIALECT], mode, use, bytes[TIMING]);
	progress_start(bytes);
	talk.started_controlling = talk.agent->controlling_mode;
	set_timing(bytes[TIMING]);
	talk.most_checks = talk.agent->max_conn_checks;
	if (talk.has_stun_server)
		g_object_set(talk.agent, "stun-server",
			(names & 0x20) != 0 ? "stun.example.org" : "192.0.2.53", "stun-server-port", 3478,
			NULL);
	set_proxy(proxy);
	if (talk.mode3 || (misc & 8) != 0) {
		/* Mode 3 (RFC 8828 5.2) with libnice: wildcard sockets, so that no base is an address. */
		NiceAddress wildcard;
		IcelabEndpoint any = icelab_endpoint(talk.mode3 ? "0.0.0.0" : "192.168.1.10", 0);

		wildcard = talk_to_nice(&any);
		nice_agent_add_local_address(talk.agent, &wildcard);
	}

	g_signal_connect(talk.agent, "new-candidate-full", G_CALLBACK(told_candidate), NULL);
	g_signal_connect(talk.agent, "new-selected-pair-full", G_CALLBACK(told_selected), NULL);
	g_signal_connect(talk.agent, "component-state-changed", G_CALLBACK(told_state), NULL);
	g_signal_connect(talk.agent, "candidate-gathering-done", G_CALLBACK(on_anything), NULL);

	for (unsigned i = 0; i <= (shape & 1u); i++)
		talk_add_stream(1 + (shape >> 1 & 1));
	set_relays(bytes[RELAY_TYPES], names);
	if ((misc & 1) != 0)
		nice_agent_set_port_range(talk.agent, talk.streams[0].id, 1, 41000, 41002);
	if ((misc & 0x20) == 0)
		for (unsigned i = 0; i < talk.stream_count; i++)
			nice_agent_gather_candidates(talk.agent, talk.streams[i].id);
	if ((misc & 0x10) == 0)
		while (icelab_world_next_timer() == icelab_world_now() && icelab_world_alive()) {
			talk_advance(0);
			while (icelab_world_resolve((const char *const[]){"192.0.2.78"}, 1))
				;
		}
}

void talk_on_closed(GObject *object, GAsyncResult *result, gpointer user_data)
{
	(void)object;
	(void)result;
	(void)user_data;
	talk.closed = true;
}

#define MOST_CLOSING 60000000 /* microseconds: RTO and Rc of all that is to be given back */

void talk_end(void)
{
	int64_t start;

	/* Who lets go of an agent while a name is looked up loses what the lookup holds. */
	icelab_world_grant();
	if (icelab_guard("resolve-leak"))
		do {
			talk_advance(0);
			while (icelab_world_resolve((const char *const[]){"192.0.2.78"}, 1))
				;
		} while (icelab_world_next_timer() >= 0 &&
				 icelab_world_next_timer() <= icelab_world_now() && icelab_world_alive());
	/* As the documentation of nice_agent_close_async() wants it where relays are in use. Its task
	 * holds the agent until they are given back. */
	if (talk.agent->refresh_list != NULL && !talk.closing) {
		nice_agent_close_async(talk.agent, talk_on_closed, NULL);
		talk.closing = true;
	}
	/* One that gives a redundant allocation back is lost with its agent. */
	start = icelab_world_now();
	for (;;) {
		int64_t next;

		if (talk.closing)
			icelab_world_finish_tasks();
		next = icelab_world_next_timer();
		if (!icelab_world_alive() && icelab_world_now() - start < MOST_CLOSING)
			icelab_world_grant();
		if (next < 0 || !icelab_world_alive() ||
			((!talk.closing || talk.closed) &&
				(talk.agent->pruning_refreshes == NULL || !icelab_guard("turn-refresh-leak"))))
			break;
		talk_answer_all();
		talk_advance(MAX(next - icelab_world_now(), 0));
	}
	if (talk.closing && !talk.closed)
		talk_broken("close-late-allocation", "nice_agent_close_async",
			"it has not called back after %d s", (int)((icelab_world_now() - start) / 1000000));
	if (icelab_guard("turn-refresh-leak")) {
		agent_lock(talk.agent);
		while (talk.agent->pruning_refreshes != NULL)
			refresh_free(talk.agent, talk.agent->pruning_refreshes->data);
		agent_unlock_and_emit(talk.agent);
	}
	g_object_unref(talk.agent);
	talk.agent = NULL;
}
