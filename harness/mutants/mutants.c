/* SPDX-License-Identifier: MIT */
#include "mutants/mutant.h"

#include <netinet/in.h>
#include <string.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <unistd.h>

#include "adapter/libnice_server.h"
#include "mutants/announcements.h"
#include "mutants/reports.h"

/* Each leak is a real one: sockets, packets and candidates of libnice's, not text made up. Where a
 * family has no NAT, its server-reflexive candidate equals the host candidate and libnice drops it,
 * so that binding instead of the wildcard would lose it: what binds does so beside the reference's
 * own agents, or for IPv4 only. */

static IcelabAgentPlan *first_agent(IcelabPlan *plan)
{
	return g_ptr_array_index(plan->agents, 0);
}

/* An agent bound to the address that mode 3 must not tell. */
static IcelabAgentPlan *add_bound_agent(const IcelabRequest *request, IcelabPlan *plan)
{
	IcelabAgentPlan *agent = icelab_plan_add_agent(plan);
	NiceAddress associated;

	if (icelab_plan_associated_address(request, 4, &associated))
		icelab_plan_add_base(agent, &associated, 0);
	return agent;
}

static void remove_base(IcelabAgentPlan *agent, int family)
{
	for (guint i = agent->bases->len; i > 0; i--) {
		if (nice_address_ip_version(&g_array_index(agent->bases, NiceAddress, i - 1)) == family) {
			g_array_remove_index(agent->bases, i - 1);
			g_array_remove_index(agent->interfaces, i - 1);
		}
	}
}

static void keep_raddr(const IcelabRequest *request, IcelabPlan *plan)
{
	GArray *servers = first_agent(plan)->servers;
	IcelabAgentPlan *bound = add_bound_agent(request, plan);

	g_array_append_vals(bound->servers, servers->data, servers->len);
	bound->hide_related = FALSE;
	remove_base(first_agent(plan), 4);
}

static void keep_rport(IcelabLocalCandidate *candidate)
{
	if (candidate->has_related)
		nice_address_set_port(&candidate->related, nice_address_get_port(&candidate->base));
}

static void tell_wildcards(IcelabLocalCandidate *candidate)
{
	if (candidate->type == NICE_CANDIDATE_TYPE_HOST)
		candidate->withheld = NULL;
}

static void add_host(const IcelabRequest *request, IcelabPlan *plan)
{
	add_bound_agent(request, plan)->report_hosts = TRUE;
}

static void add_tcp_host(const IcelabRequest *request, IcelabPlan *plan)
{
	IcelabAgentPlan *agent = add_bound_agent(request, plan);

	agent->udp = FALSE;
	agent->tcp = TRUE;
	agent->report_hosts = TRUE;
}

static void set_connection(const IcelabRequest *request, IcelabPlan *plan)
{
	icelab_plan_associated_address(request, 4, &plan->connection);
}

/* A usable address of the same family on another interface than the one that holds `address`. */
static gboolean find_other_interface(const NiceAddress *address, IcelabInterfaceAddress *found)
{
	IcelabInterfaceAddress all[64];
	int count = icelab_interface_addresses(all, G_N_ELEMENTS(all));
	unsigned own = 0;

	for (int i = 0; i < count; i++) {
		NiceAddress candidate;

		nice_address_init(&candidate);
		nice_address_set_from_sockaddr(&candidate, &all[i].address.any);
		if (nice_address_equal_no_port(&candidate, address))
			own = all[i].interface_index;
	}
	for (int i = 0; i < count; i++) {
		gboolean v6 = all[i].address.any.sa_family == AF_INET6;

		if (all[i].refusal == NULL && all[i].interface_index != own &&
			v6 == (nice_address_ip_version(address) == 6) &&
			!(v6 && IN6_IS_ADDR_LINKLOCAL(&all[i].address.v6.sin6_addr))) {
			*found = all[i];
			return TRUE;
		}
	}
	return FALSE;
}

/* What stock libnice does by itself: sockets bound to the physical interface, too, and kept to it,
 * whatever the routes say. */
static void bypass_vpn(const IcelabRequest *request, IcelabPlan *plan)
{
	IcelabAgentPlan *agent = first_agent(plan);
	guint count = agent->bases->len;

	(void)request;
	for (guint i = 0; i < count; i++) {
		NiceAddress base = g_array_index(agent->bases, NiceAddress, i);
		IcelabInterfaceAddress other;

		if (find_other_interface(&base, &other)) {
			nice_address_set_from_sockaddr(&base, &other.address.any);
			icelab_plan_add_base(agent, &base, other.interface_index);
		}
	}
}

/* One STUN Binding request outside the tunnel, of which the application is told nothing. */
static void ask_outside(const NiceAddress *server, const NiceAddress *associated)
{
	/* Type, length 0, magic cookie, transaction (RFC 8489 section 5). */
	uint8_t request[20] = {0x00, 0x01, 0x00, 0x00, 0x21, 0x12, 0xa4, 0x42};
	gboolean v6 = nice_address_ip_version(server) == 6;
	IcelabInterfaceAddress other;

	if (!find_other_interface(associated, &other))
		return;
	if (getrandom(request + 8, 12, 0) != 12)
		g_error("no randomness");

	int sender = socket(v6 ? AF_INET6 : AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (sender < 0 ||
		setsockopt(sender, SOL_SOCKET, SO_BINDTODEVICE, other.interface,
			(socklen_t)strlen(other.interface)) != 0 ||
		sendto(sender, request, sizeof(request), 0, &server->s.addr,
			v6 ? sizeof(server->s.ip6) : sizeof(server->s.ip4)) != sizeof(request))
		g_error("nothing can be sent outside the tunnel");
	close(sender);
}

static void ask_servers_outside(const IcelabRequest *request, const IcelabPlan *plan)
{
	for (guint i = 0; i < plan->servers->len; i++) {
		const NiceAddress *server = &g_array_index(plan->servers, NiceAddress, i);
		NiceAddress associated;

		if (nice_address_ip_version(server) == 4 &&
			icelab_plan_associated_address(request, 4, &associated))
			ask_outside(server, &associated);
	}
}

static void keep_eui64(IcelabInterfaceAddress *address)
{
	const uint8_t *bytes = address->address.v6.sin6_addr.s6_addr;

	if (address->address.any.sa_family == AF_INET6 && bytes[11] == 0xff && bytes[12] == 0xfe &&
		!IN6_IS_ADDR_LINKLOCAL(&address->address.v6.sin6_addr))
		address->refusal = NULL;
}

static void ask_under_relay(const IcelabRequest *request, IcelabPlan *plan)
{
	IcelabAgentPlan *agent = icelab_plan_add_agent(plan);

	for (int family = 4; family <= 6; family += 2) {
		NiceAddress wildcard;

		nice_address_init(&wildcard);
		nice_address_set_from_string(&wildcard, family == 6 ? "::" : "0.0.0.0");
		icelab_plan_add_base(agent, &wildcard, 0);
	}
	for (int i = 0; request->stun[i] != NULL; i++) {
		const char *error;
		NiceAddress server;

		if (icelab_stun_server_parse(request->stun[i], &server, &error))
			g_array_append_val(agent->servers, server);
	}
}

static void withhold_reflexive(IcelabLocalCandidate *candidate)
{
	if (candidate->type == NICE_CANDIDATE_TYPE_SERVER_REFLEXIVE)
		candidate->withheld = "mutant";
}

static void use_all_interfaces(IcelabRequest *request)
{
	request->policy = "default";
	request->consent = true;
}

#define MODE_2 "default_public_and_private_interfaces"
#define MODE_3 "default_public_interface_only"

const IcelabMutant icelab_mutants[] = {
	{MODE_3, false, {.name = "raddr-kept", .plan = keep_raddr}},
	{MODE_3, false, {.name = "rport-kept", .candidate = keep_rport}},
	{MODE_3, false, {.name = "unspecified-host", .candidate = tell_wildcards}},
	{MODE_2, false, {.name = "vpn-bypass", .plan = bypass_vpn}},
	{MODE_2, false, {.name = "wire-only", .started = ask_servers_outside}},
	{"default", true, {.name = "eui64", .address = keep_eui64}},
	{MODE_3, false, {.name = "host-leak", .plan = add_host}},
	{MODE_3, false, {.name = "sdp-connection", .plan = set_connection}},
	{MODE_3, false, {.name = "tcp-host", .plan = add_tcp_host}},
	{"relay", false,
		{.name = "relay-stun", .plan = ask_under_relay, .candidate = withhold_reflexive}},
	{MODE_3, false, {.name = "late-candidate", .ended = icelab_reference_gather}},
	{MODE_3, false, {.name = "over-block", .candidate = withhold_reflexive}},
	{MODE_2, false, {.name = "mdns-elsewhere", .started = icelab_mutant_announce_elsewhere}},
	{MODE_3, false, {.name = "mdns-hidden", .started = icelab_mutant_announce}},
	{MODE_2, false, {.name = "mdns-host-name", .started = icelab_mutant_announce_host_name}},
	{MODE_2, false, {.name = "mdns-shared-name", .started = icelab_mutant_announce_both}},
	{MODE_2, false, {.name = "mdns-question", .started = icelab_mutant_ask_for_neighbour}},
	{MODE_2, false, {.name = "mdns-raddr", .line = icelab_mutant_name_host}},
	{MODE_3, false, {.name = "sdp-name", .description = icelab_mutant_name_connection}},
	{MODE_3, false, {.name = "foundation", .line = icelab_mutant_plain_foundation}},
	{MODE_3, false, {.name = "stats-raddr", .started = icelab_mutant_list_base}},
	{"relay", false, {.name = "stats-prflx", .started = icelab_mutant_list_own_reflexive}},
	{MODE_3, false, {.name = "stats-peer", .started = icelab_mutant_list_peer}},
	{MODE_3, false, {.name = "error-address", .started = icelab_mutant_tell_socket}},
	{NULL, false, {.name = "policy-ignored", .request = use_all_interfaces}},
	{NULL, false, {.name = "none"}},
};

const size_t icelab_mutants_count = G_N_ELEMENTS(icelab_mutants);

const IcelabMutant *icelab_mutant_find(const char *name)
{
	for (size_t i = 0; i < icelab_mutants_count; i++) {
		if (g_str_equal(icelab_mutants[i].hooks.name, name))
			return &icelab_mutants[i];
	}
	return NULL;
}
