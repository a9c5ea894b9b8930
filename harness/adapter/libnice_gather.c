/* SPDX-License-Identifier: MIT */
#include "adapter/libnice_gather.h"

#include <gio/gio.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include "adapter/resolver.h"

/* Chosen for speed in a lab, whose longest way takes a few ms. libnice's own: 20, 500, 3, which
 * make a socket without an answer last 2 s; libnice-stock has them. */
#define PACING_MS 1           /* Ta: between two requests, and between two looks at what came */
#define INITIAL_TIMEOUT_MS 50 /* RTO, doubling */
#define TRANSMISSIONS 3       /* Rc: without an answer a server is given up after 200 ms */

#define COMPONENT 1

typedef struct {
	GMainLoop *loop;
	guint pending; /* agents that still gather */
	IcelabCandidateHook on_candidate;
	gpointer user_data;
} Gathering;

/* One agent's view of it. */
typedef struct {
	Gathering *gathering;
	const IcelabAgentPlan *plan;
} Share;

static NiceAddress hidden(const NiceAddress *base)
{
	NiceAddress address;

	/* RFC 8839 5.1: a related address withheld for privacy is "0.0.0.0" or "::", its port 9. */
	nice_address_init(&address);
	nice_address_set_from_string(&address, nice_address_ip_version(base) == 6 ? "::" : "0.0.0.0");
	nice_address_set_port(&address, 9);
	return address;
}

static gboolean is_unspecified(const NiceAddress *address)
{
	NiceAddress none = hidden(address);

	return nice_address_equal_no_port(address, &none);
}

static void on_new_candidate(NiceAgent *agent, NiceCandidate *found, gpointer user_data)
{
	Share *share = user_data;
	IcelabLocalCandidate candidate = {
		.type = found->type,
		.transport = found->transport,
		.component = found->component_id,
		.address = found->addr,
		.base = found->base_addr,
	};

	(void)agent;
	if (found->type == NICE_CANDIDATE_TYPE_HOST) {
		if (is_unspecified(&found->addr))
			candidate.withheld = "a wildcard socket's address is none of this host";
		else if (!share->plan->report_hosts)
			candidate.withheld = "host candidates are not told here";
	} else {
		candidate.has_server = nice_candidate_stun_server_address(found, &candidate.server);
		candidate.has_related = TRUE;
		candidate.related =
			share->plan->hide_related ? hidden(&found->base_addr) : found->base_addr;
	}
	share->gathering->on_candidate(&candidate, share->gathering->user_data);
}

static void on_gathering_done(NiceAgent *agent, guint stream, gpointer user_data)
{
	Share *share = user_data;

	(void)agent;
	(void)stream;
	if (--share->gathering->pending == 0)
		g_main_loop_quit(share->gathering->loop);
}

/* libnice reads its sockets, STUN answers among it, only where somebody takes what comes in. */
static void on_data(
	NiceAgent *agent, guint stream, guint component, guint length, gchar *data, gpointer user_data)
{
	(void)agent;
	(void)stream;
	(void)component;
	(void)length;
	(void)data;
	(void)user_data;
}

static gboolean on_deadline(gpointer user_data)
{
	Gathering *gathering = user_data;

	g_printerr("deadline: %u agent(s) still gather\n", gathering->pending);
	g_main_loop_quit(gathering->loop);
	return G_SOURCE_CONTINUE; /* icelab_gather removes it */
}

static unsigned interface_of(GSocket *socket, const IcelabAgentPlan *plan)
{
	g_autoptr(GSocketAddress) local = g_socket_get_local_address(socket, NULL);
	IcelabSocketAddress native = {0};
	NiceAddress base;

	if (local == NULL || !g_socket_address_to_native(local, &native, sizeof(native), NULL))
		return 0;
	nice_address_init(&base);
	nice_address_set_from_sockaddr(&base, &native.any);
	for (guint i = 0; i < plan->bases->len; i++) {
		if (nice_address_equal_no_port(&base, &g_array_index(plan->bases, NiceAddress, i)))
			return g_array_index(plan->interfaces, unsigned, i);
	}
	return 0;
}

/* libnice (0.1.20 on) sets IP_UNICAST_IF on its bound sockets, so that IPv4 leaves through the
 * interface that holds the address even where the kernel's route goes elsewhere. IPv6 does not,
 * because there the option means nothing to a bound socket. This makes both do what the plan says;
 * libnice looks its STUN server up in a later turn of the main loop, so that nothing has been sent
 * yet. */
static void choose_ways(NiceAgent *agent, guint stream, const IcelabAgentPlan *plan)
{
	g_autoptr(GPtrArray) sockets = nice_agent_get_sockets(agent, stream, COMPONENT);

	for (guint i = 0; i < sockets->len; i++) {
		GSocket *socket = g_ptr_array_index(sockets, i);
		gboolean v6 = g_socket_get_family(socket) == G_SOCKET_FAMILY_IPV6;
		unsigned interface = interface_of(socket, plan);
		g_autoptr(GError) error = NULL;

		if (interface == 0) {
			if (!g_socket_set_option(socket, v6 ? IPPROTO_IPV6 : IPPROTO_IP,
					v6 ? IPV6_UNICAST_IF : IP_UNICAST_IF, 0, &error))
				g_error("a socket cannot be made to follow the routes: %s", error->message);
		} else if (!g_socket_set_option(
					   socket, SOL_SOCKET, SO_BINDTOIFINDEX, (gint)interface, &error)) {
			/* Without privilege before Linux 5.7: what libnice chose still holds for IPv4. */
			g_printerr("a socket cannot be bound to its interface: %s\n", error->message);
		}
	}
}

static NiceAgent *new_agent(const IcelabAgentPlan *plan, guint number)
{
	NiceAgent *agent =
		nice_agent_new_full(NULL, NICE_COMPATIBILITY_RFC5245, NICE_AGENT_OPTION_ICE_TRICKLE);

	g_object_set(agent, "upnp", FALSE, "ice-udp", plan->udp, "ice-tcp", plan->tcp,
		"stun-pacing-timer", PACING_MS, "stun-initial-timeout", INITIAL_TIMEOUT_MS,
		"stun-max-retransmissions", TRANSMISSIONS, NULL);
	for (guint i = 0; i < plan->bases->len; i++)
		nice_agent_add_local_address(agent, &g_array_index(plan->bases, NiceAddress, i));

	if (plan->servers->len > 0) {
		const NiceAddress *servers = (const NiceAddress *)plan->servers->data;
		g_autofree char *name = g_strdup_printf("stun-servers-%u.invalid", number);

		icelab_resolver_teach(name, servers, plan->servers->len);
		g_object_set(agent, "stun-server", name, "stun-server-port",
			nice_address_get_port(&servers[0]), NULL);
	}
	return agent;
}

static void start(NiceAgent *agent, const IcelabSession *session, Share *share)
{
	guint stream = nice_agent_add_stream(agent, COMPONENT);

	nice_agent_set_local_credentials(agent, stream, session->ufrag, session->password);
	g_signal_connect(agent, "new-candidate-full", G_CALLBACK(on_new_candidate), share);
	g_signal_connect(agent, "candidate-gathering-done", G_CALLBACK(on_gathering_done), share);
	nice_agent_attach_recv(agent, stream, COMPONENT, NULL, on_data, NULL);
	share->gathering->pending++;
	if (!nice_agent_gather_candidates(agent, stream)) {
		g_printerr("an agent could bind none of its addresses\n");
		share->gathering->pending--;
	} else {
		choose_ways(agent, stream, share->plan);
	}
}

GPtrArray *icelab_gather(const IcelabPlan *plan, const IcelabSession *session, int milliseconds,
	IcelabCandidateHook on_candidate, gpointer user_data)
{
	g_autoptr(GMainLoop) loop = g_main_loop_new(NULL, FALSE);
	Gathering gathering = {.loop = loop, .on_candidate = on_candidate, .user_data = user_data};
	GPtrArray *agents = g_ptr_array_new_with_free_func(g_object_unref);
	g_autofree Share *shares = g_new0(Share, plan->agents->len);

	for (guint i = 0; i < plan->agents->len; i++) {
		const IcelabAgentPlan *agent_plan = g_ptr_array_index(plan->agents, i);

		/* Without an address there is nothing to gather from: an agent left without any would take
		 * all that libnice finds. And sockets from which nothing is told and nothing asked are of
		 * no use. */
		if (agent_plan->bases->len == 0 ||
			(!agent_plan->report_hosts && agent_plan->servers->len == 0))
			continue;
		g_ptr_array_add(agents, new_agent(agent_plan, i));
		shares[i] = (Share){.gathering = &gathering, .plan = agent_plan};
		start(g_ptr_array_index(agents, agents->len - 1), session, &shares[i]);
	}

	if (gathering.pending > 0) {
		guint deadline = g_timeout_add((guint)milliseconds, on_deadline, &gathering);

		g_main_loop_run(loop);
		g_source_remove(deadline);
	}
	for (guint i = 0; i < agents->len; i++)
		g_signal_handlers_disconnect_matched(g_ptr_array_index(agents, i), G_SIGNAL_MATCH_FUNC, 0,
			0, NULL, (gpointer)on_new_candidate, NULL);
	for (guint i = 0; i < agents->len; i++)
		g_signal_handlers_disconnect_matched(g_ptr_array_index(agents, i), G_SIGNAL_MATCH_FUNC, 0,
			0, NULL, (gpointer)on_gathering_done, NULL);
	return agents;
}
