/* SPDX-License-Identifier: MIT */
#include <nice/agent.h>
#include <nice/nice-version.h>

#include "adapter/kit.h"
#include "adapter/libnice_server.h"

/* libnice as it comes: every property at its default (its own list of addresses, TCP, the timers,
 * UPnP where it was built with it), its own printers. What an application gets that sets nothing
 * but a STUN server. The API takes one server, so the first of the request's that can be read is
 * asked, for all families of the host that it fits. */

#define COMPONENT 1

#define VERSION                                                                                    \
	G_STRINGIFY(NICE_VERSION_MAJOR)                                                                \
	"." G_STRINGIFY(NICE_VERSION_MINOR) "." G_STRINGIFY(NICE_VERSION_MICRO)

static const char *const policies[] = {"default", NULL};
static const char *const features[] = {"sdp", NULL};

static const IcelabImplementation stock = {
	.name = "libnice-stock",
	.version = VERSION,
	.policies = policies,
	.features = features,
	.issues = "https://gitlab.freedesktop.org/libnice/libnice/-/issues",
};

static void on_new_candidate(NiceAgent *agent, NiceCandidate *candidate, gpointer user_data)
{
	g_autofree char *line = nice_agent_generate_local_candidate_sdp(agent, candidate);

	(void)user_data;
	icelab_kit_candidate(line);
}

static void on_gathering_done(NiceAgent *agent, guint stream, gpointer user_data)
{
	(void)agent;
	(void)stream;
	g_main_loop_quit(user_data);
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
	g_printerr("deadline: still gathering\n");
	g_main_loop_quit(user_data);
	return G_SOURCE_CONTINUE; /* main removes it */
}

static void tell_description(NiceAgent *agent, const char *when)
{
	g_autofree char *sdp = nice_agent_generate_local_sdp(agent);

	icelab_kit_sdp(when, sdp);
}

static void use_first_server(NiceAgent *agent, const IcelabRequest *request)
{
	for (int i = 0; request->stun[i] != NULL; i++) {
		const char *error = NULL;
		NiceAddress server;

		if (!icelab_stun_server_parse(request->stun[i], &server, &error)) {
			icelab_kit_error(NULL, 0, request->stun[i], 701, error);
			continue;
		}
		g_autofree char *host = nice_address_dup_string(&server);
		g_object_set(
			agent, "stun-server", host, "stun-server-port", nice_address_get_port(&server), NULL);
		g_printerr("the one STUN server: %s\n", request->stun[i]);
		return;
	}
}

int main(int argc, char **argv)
{
	const IcelabRequest *request = icelab_kit_start(argc, argv, &stock);

	if (request->turn[0] != NULL)
		icelab_kit_unsupported("TURN servers are not used by this adapter");

	g_autoptr(GMainLoop) loop = g_main_loop_new(NULL, FALSE);
	g_autoptr(GObject) owner = NULL;
	NiceAgent *agent = nice_agent_new(NULL, NICE_COMPATIBILITY_RFC5245);
	owner = G_OBJECT(agent);
	guint stream = nice_agent_add_stream(agent, COMPONENT);
	guint deadline =
		g_timeout_add((guint)(request->deadline_ms - request->deadline_ms / 10), on_deadline, loop);

	nice_agent_set_stream_name(agent, stream, "audio");
	nice_agent_attach_recv(agent, stream, COMPONENT, NULL, on_data, NULL);
	use_first_server(agent, request);
	g_signal_connect(agent, "new-candidate-full", G_CALLBACK(on_new_candidate), NULL);
	g_signal_connect(agent, "candidate-gathering-done", G_CALLBACK(on_gathering_done), loop);

	icelab_kit_policy(request->policy, "libnice's defaults");
	tell_description(agent, "initial");
	icelab_kit_state("gathering");
	if (nice_agent_gather_candidates(agent, stream))
		g_main_loop_run(loop);
	g_source_remove(deadline);
	icelab_kit_state("complete");
	tell_description(agent, "gathered");
	return icelab_kit_done();
}
