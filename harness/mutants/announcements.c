/* SPDX-License-Identifier: MIT */
#include "mutants/announcements.h"

#include <arpa/inet.h>
#include <net/if.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define MULTICAST_PORT 5353
#define UUID "6f1c3a52-9d0b-4c7e-8a41-2b5d7e9f0c13"

static void append_u16(GByteArray *message, unsigned value)
{
	const guint8 bytes[] = {(guint8)(value >> 8), (guint8)value};

	g_byte_array_append(message, bytes, sizeof bytes);
}

/* RFC 1035 4.1.1: id, flags, and the number of records in each section. */
static GByteArray *new_message(gboolean response, unsigned questions, unsigned answers)
{
	GByteArray *message = g_byte_array_new();

	append_u16(message, 0);
	append_u16(message, response ? 0x8400 : 0);
	append_u16(message, questions);
	append_u16(message, answers);
	append_u16(message, 0);
	append_u16(message, 0);
	return message;
}

/* "HOST.local", the type, and the class of the Internet (RFC 6762 10.2: `flush` its top bit). */
static void append_name(GByteArray *message, const char *host, unsigned type, gboolean flush)
{
	guint8 length = (guint8)strlen(host);

	g_byte_array_append(message, &length, 1);
	g_byte_array_append(message, (const guint8 *)host, length);
	g_byte_array_append(message, (const guint8 *)"\5local", 7);
	append_u16(message, type);
	append_u16(message, flush ? 0x8001 : 1);
}

static void append_address(GByteArray *message, const char *host, const NiceAddress *address)
{
	gboolean v6 = nice_address_ip_version(address) == 6;

	append_name(message, host, v6 ? 28 : 1, TRUE);
	append_u16(message, 0);
	append_u16(message, 120);
	append_u16(message, v6 ? 16 : 4);
	if (v6)
		g_byte_array_append(message, address->s.ip6.sin6_addr.s6_addr, 16);
	else
		g_byte_array_append(message, (const guint8 *)&address->s.ip4.sin_addr, 4);
}

/* To the group of RFC 6762 3, out of one interface. */
static void send_message(GByteArray *message, const char *interface)
{
	const struct sockaddr_in group = {
		.sin_family = AF_INET, .sin_port = htons(MULTICAST_PORT), .sin_addr = {htonl(0xE00000FB)}};
	const struct ip_mreqn out = {.imr_ifindex = (int)if_nametoindex(interface)};
	int sender = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	if (sender < 0 || setsockopt(sender, IPPROTO_IP, IP_MULTICAST_IF, &out, sizeof out) != 0 ||
		sendto(sender, message->data, message->len, 0, (const struct sockaddr *)&group,
			sizeof group) != (ssize_t)message->len)
		g_error("nothing can be told on %s", interface);
	close(sender);
	g_byte_array_unref(message);
}

/* The interface that holds an address, "" where none does. Static storage. */
static const char *interface_of(const NiceAddress *address, gboolean other)
{
	static IcelabInterfaceAddress all[64];
	int count = icelab_interface_addresses(all, G_N_ELEMENTS(all));

	for (int i = 0; i < count; i++) {
		NiceAddress candidate;

		nice_address_init(&candidate);
		nice_address_set_from_sockaddr(&candidate, &all[i].address.any);
		if (all[i].refusal == NULL && all[i].address.any.sa_family == AF_INET &&
			nice_address_equal_no_port(&candidate, address) != other)
			return all[i].interface;
	}
	return "";
}

static void announce(const IcelabRequest *request, const char *host, gboolean elsewhere)
{
	GByteArray *message = new_message(TRUE, 0, 1);
	NiceAddress address;

	if (!icelab_plan_associated_address(request, 4, &address))
		g_error("this host has no default route");
	append_address(message, host, &address);
	send_message(message, interface_of(&address, elsewhere));
}

void icelab_mutant_announce_elsewhere(const IcelabRequest *request, const IcelabPlan *plan)
{
	(void)plan;
	announce(request, UUID, TRUE);
}

void icelab_mutant_announce(const IcelabRequest *request, const IcelabPlan *plan)
{
	(void)plan;
	announce(request, UUID, FALSE);
}

void icelab_mutant_announce_host_name(const IcelabRequest *request, const IcelabPlan *plan)
{
	(void)plan;
	announce(request, "laptop", FALSE);
}

void icelab_mutant_announce_both(const IcelabRequest *request, const IcelabPlan *plan)
{
	GByteArray *message = new_message(TRUE, 0, 2);
	NiceAddress v4, v6;

	(void)plan;
	if (!icelab_plan_associated_address(request, 4, &v4) ||
		!icelab_plan_associated_address(request, 6, &v6))
		g_error("this host does not have both families");
	append_address(message, UUID, &v4);
	append_address(message, UUID, &v6);
	send_message(message, interface_of(&v4, FALSE));
}

void icelab_mutant_ask_for_neighbour(const IcelabRequest *request, const IcelabPlan *plan)
{
	GByteArray *message = new_message(FALSE, 1, 0);
	NiceAddress address;

	(void)plan;
	if (!icelab_plan_associated_address(request, 4, &address))
		g_error("this host has no default route");
	append_name(message, "printer", 1, FALSE);
	send_message(message, interface_of(&address, FALSE));
}
