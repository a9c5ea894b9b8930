/* SPDX-License-Identifier: MIT */
#include "adapter/libnice_plan.h"

#include <errno.h>
#include <string.h>

#include "adapter/libnice_server.h"

#define MOST_ADDRESSES 256

/* RFC 8828 5.2, and the two further policies of W3C and Chromium. */
typedef enum {
	MODE_ALL_INTERFACES,
	MODE_DEFAULT_ROUTE_AND_ADDRESSES,
	MODE_DEFAULT_ROUTE_ONLY,
	MODE_NOTHING,
} Mode;

static Mode mode_of(const IcelabRequest *request)
{
	const char *policy = request->policy;

	/* RFC 8828 5.2: mode 1 "MUST NOT be used unless user consent has been provided". */
	if (g_str_equal(policy, "default"))
		return request->consent ? MODE_ALL_INTERFACES : MODE_DEFAULT_ROUTE_AND_ADDRESSES;
	if (g_str_equal(policy, "default_public_and_private_interfaces"))
		return MODE_DEFAULT_ROUTE_AND_ADDRESSES;
	if (g_str_equal(policy, "default_public_interface_only"))
		return MODE_DEFAULT_ROUTE_ONLY;
	/* RFC 8828 5.2 mode 4: "This is the same as Mode 3, but when HTTP traffic goes through a proxy
	 * [...]". */
	if (g_str_equal(policy, "force_proxy"))
		return MODE_DEFAULT_ROUTE_ONLY;
	/* Chromium's meaning: no UDP without a proxy. And relay without a relay: nothing that may be
	 * told, so nothing that may be sent. */
	if (g_str_equal(policy, "disable_non_proxied_udp") || g_str_equal(policy, "relay"))
		return MODE_NOTHING;
	icelab_kit_unsupported("no such policy");
}

static void refuse_relays_and_proxies(const IcelabRequest *request)
{
	gboolean needs_proxy = g_str_equal(request->policy, "disable_non_proxied_udp") ||
						   g_str_equal(request->policy, "force_proxy");

	if (request->turn[0] != NULL)
		icelab_kit_unsupported("TURN servers are not used by this adapter");
	if (request->proxy != NULL && needs_proxy)
		icelab_kit_unsupported("this policy needs the proxy, which this adapter does not use");
}

static NiceAddress unspecified(int family)
{
	NiceAddress address;

	nice_address_init(&address);
	nice_address_set_from_string(&address, family == 6 ? "::" : "0.0.0.0");
	return address;
}

static void agent_free(gpointer data)
{
	IcelabAgentPlan *agent = data;

	g_array_unref(agent->bases);
	g_array_unref(agent->interfaces);
	g_array_unref(agent->servers);
	g_free(agent);
}

IcelabAgentPlan *icelab_plan_add_agent(IcelabPlan *plan)
{
	IcelabAgentPlan *agent = g_new0(IcelabAgentPlan, 1);

	agent->bases = g_array_new(FALSE, FALSE, sizeof(NiceAddress));
	agent->interfaces = g_array_new(FALSE, FALSE, sizeof(unsigned));
	agent->servers = g_array_new(FALSE, FALSE, sizeof(NiceAddress));
	agent->udp = TRUE;
	agent->hide_related = TRUE;
	g_ptr_array_add(plan->agents, agent);
	return agent;
}

void icelab_plan_add_base(IcelabAgentPlan *agent, const NiceAddress *base, unsigned interface)
{
	g_array_append_val(agent->bases, *base);
	g_array_append_val(agent->interfaces, interface);
}

static IcelabAgentPlan *add_wildcard_agent(IcelabPlan *plan)
{
	IcelabAgentPlan *agent = icelab_plan_add_agent(plan);
	NiceAddress v4 = unspecified(4), v6 = unspecified(6);

	/* RFC 8828 6.1: binding to the wildcard leaves the choice of the interface to the kernel. */
	icelab_plan_add_base(agent, &v4, 0);
	icelab_plan_add_base(agent, &v6, 0);
	return agent;
}

static void read_servers(IcelabPlan *plan, const IcelabRequest *request)
{
	for (int i = 0; request->stun[i] != NULL; i++) {
		const char *error = NULL;
		NiceAddress server;

		if (icelab_stun_server_parse(request->stun[i], &server, &error))
			g_array_append_val(plan->servers, server);
		else
			icelab_kit_error(NULL, 0, request->stun[i], 701, error);
	}
}

static gboolean route_source(const NiceAddress *destination, NiceAddress *source)
{
	IcelabSocketAddress found;

	if (!icelab_route_source(&destination->s.addr, &found))
		return FALSE;
	nice_address_init(source);
	nice_address_set_from_sockaddr(source, &found.any);
	return TRUE;
}

gboolean icelab_plan_associated_address(
	const IcelabRequest *request, int family, NiceAddress *address)
{
	/* RFC 8828 6.2 asks for the web application's host; a family that it does not have takes the
	 * addresses that browsers take. */
	const char *reference = family == 6 ? "2001:4860:4860::8888" : "8.8.8.8";
	NiceAddress destination;

	for (int i = 0; request->origin[i] != NULL; i++) {
		nice_address_init(&destination);
		if (nice_address_set_from_string(&destination, request->origin[i]) &&
			nice_address_ip_version(&destination) == family) {
			reference = request->origin[i];
			break;
		}
	}
	nice_address_init(&destination);
	if (!nice_address_set_from_string(&destination, reference) ||
		!route_source(&destination, address)) {
		g_printerr("no IPv%d: no route to %s\n", family, reference);
		return FALSE;
	}
	return TRUE;
}

static void plan_all_interfaces(IcelabPlan *plan, IcelabAddressHook hook)
{
	IcelabInterfaceAddress addresses[MOST_ADDRESSES];
	int count = icelab_interface_addresses(addresses, G_N_ELEMENTS(addresses));
	IcelabAgentPlan *agent = icelab_plan_add_agent(plan);

	if (count < 0)
		g_error("the kernel does not tell its addresses: %s", g_strerror(errno));

	/* RFC 8828 5.2 mode 1: "use all network interfaces to attempt communication": each socket keeps
	 * to its own, which binding it to an address does not bring about. */
	agent->report_hosts = TRUE;
	agent->hide_related = FALSE;
	for (int i = 0; i < count; i++) {
		char text[INET6_ADDRSTRLEN];
		NiceAddress base;

		nice_address_init(&base);
		nice_address_set_from_sockaddr(&base, &addresses[i].address.any);
		if (hook != NULL)
			hook(&addresses[i]);
		if (addresses[i].refusal == NULL) {
			/* A link-local address's scope id binds the socket by itself. */
			gboolean bound = base.s.addr.sa_family == AF_INET6 && base.s.ip6.sin6_scope_id != 0;

			icelab_plan_add_base(agent, &base, bound ? 0 : addresses[i].interface_index);
			continue;
		}
		nice_address_to_string(&base, text);
		g_printerr(
			"not gathered: %s on %s: %s\n", text, addresses[i].interface, addresses[i].refusal);
	}
	g_array_append_vals(agent->servers, plan->servers->data, plan->servers->len);
}

static void plan_default_route_and_addresses(IcelabPlan *plan, const IcelabRequest *request)
{
	IcelabAgentPlan *agent = icelab_plan_add_agent(plan);
	IcelabAgentPlan *elsewhere = NULL;

	agent->report_hosts = TRUE;
	agent->hide_related = FALSE;
	for (int family = 4; family <= 6; family += 2) {
		NiceAddress base;

		if (icelab_plan_associated_address(request, family, &base))
			icelab_plan_add_base(agent, &base, 0);
	}

	/* RFC 8828 5.2 mode 2 MUST "follow the kernel routing table rules". A server that lies behind
	 * another interface than the web application (a split tunnel) is asked from there, but that
	 * interface's address is not the associated one, so it stays hidden. */
	for (guint i = 0; i < plan->servers->len; i++) {
		NiceAddress *server = &g_array_index(plan->servers, NiceAddress, i);
		gboolean associated = FALSE;
		NiceAddress source;

		/* Without a route there is nothing to ask; the wildcard socket would only learn the same.
		 */
		if (!route_source(server, &source)) {
			char text[INET6_ADDRSTRLEN];

			nice_address_to_string(server, text);
			g_printerr("not asked: %s: no route\n", text);
			continue;
		}
		for (guint j = 0; j < agent->bases->len; j++)
			associated = associated || nice_address_equal_no_port(
										   &g_array_index(agent->bases, NiceAddress, j), &source);
		if (!associated && elsewhere == NULL)
			elsewhere = add_wildcard_agent(plan);
		g_array_append_val(associated ? agent->servers : elsewhere->servers, *server);
	}
}

/* A NiceAgent asks all its servers at one port, so that each further port takes an agent of its
 * own. Its sockets are not the ones that were told as host candidates: they are not told, and
 * neither are they as related addresses. */
static void split_by_port(IcelabPlan *plan)
{
	for (guint i = 0; i < plan->agents->len; i++) {
		IcelabAgentPlan *agent = g_ptr_array_index(plan->agents, i);
		IcelabAgentPlan *rest = NULL;
		guint kept = 0;

		for (guint j = 0; j < agent->servers->len; j++) {
			NiceAddress server = g_array_index(agent->servers, NiceAddress, j);

			if (nice_address_get_port(&server) ==
				nice_address_get_port(&g_array_index(agent->servers, NiceAddress, 0))) {
				g_array_index(agent->servers, NiceAddress, kept++) = server;
				continue;
			}
			if (rest == NULL) {
				rest = icelab_plan_add_agent(plan);
				g_array_append_vals(rest->bases, agent->bases->data, agent->bases->len);
				g_array_append_vals(
					rest->interfaces, agent->interfaces->data, agent->interfaces->len);
			}
			g_array_append_val(rest->servers, server);
		}
		g_array_set_size(agent->servers, kept);
	}
}

IcelabPlan *icelab_plan_new(const IcelabRequest *request, IcelabAddressHook hook)
{
	IcelabPlan *plan = g_new0(IcelabPlan, 1);
	Mode mode = mode_of(request);

	refuse_relays_and_proxies(request);
	plan->agents = g_ptr_array_new_with_free_func(agent_free);
	plan->servers = g_array_new(FALSE, FALSE, sizeof(NiceAddress));
	plan->connection = unspecified(4);
	if (mode != MODE_NOTHING)
		read_servers(plan, request);

	switch (mode) {
	case MODE_ALL_INTERFACES:
		plan->detail =
			g_strdup("RFC 8828 mode 1: every interface's addresses, not behind mDNS names");
		plan_all_interfaces(plan, hook);
		break;
	case MODE_DEFAULT_ROUTE_AND_ADDRESSES:
		plan->detail = g_strdup("RFC 8828 mode 2: the kernel's routes, associated addresses told, "
								"not behind mDNS names");
		plan_default_route_and_addresses(plan, request);
		break;
	case MODE_DEFAULT_ROUTE_ONLY:
		plan->detail = g_strdup("RFC 8828 mode 3: wildcard sockets, no host candidates");
		g_array_append_vals(
			add_wildcard_agent(plan)->servers, plan->servers->data, plan->servers->len);
		break;
	case MODE_NOTHING:
		plan->detail = g_strdup("no proxy and no relay: nothing is gathered, nothing is sent");
		break;
	}
	split_by_port(plan);
	return plan;
}

void icelab_plan_free(IcelabPlan *plan)
{
	g_ptr_array_unref(plan->agents);
	g_array_unref(plan->servers);
	g_free(plan->detail);
	g_free(plan);
}
