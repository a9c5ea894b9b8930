/* SPDX-License-Identifier: MIT */
#include "adapter/libnice_reference.h"

#include <nice/nice-version.h>

#include "adapter/resolver.h"

#define VERSION                                                                                    \
	G_STRINGIFY(NICE_VERSION_MAJOR)                                                                \
	"." G_STRINGIFY(NICE_VERSION_MINOR) "." G_STRINGIFY(NICE_VERSION_MICRO)

struct IcelabReference {
	const IcelabReferenceHooks *hooks;
	int deadline_ms;
	IcelabPlan *plan;
	IcelabSession *session;
	GPtrArray *agents; /* GPtrArray of NiceAgent: their sockets stay open until the end */
};

static const char *const policies[] = {"default", "default_public_and_private_interfaces",
	"default_public_interface_only", "disable_non_proxied_udp", "force_proxy", "relay", NULL};

static const char *const features[] = {"consent", "sdp", NULL};

static void log_withheld(const IcelabLocalCandidate *candidate, const char *why)
{
	g_autofree char *host = nice_address_dup_string(&candidate->address);

	g_printerr("not told: %s %s port %u: %s\n", nice_candidate_type_to_string(candidate->type),
		host, nice_address_get_port(&candidate->address), why);
}

/* The line as the hook leaves it; it is the session's last one, and the description has it, too. */
static const char *change_line(IcelabReference *reference, const char *line)
{
	GPtrArray *lines = reference->session->lines;
	GString *changed;

	if (reference->hooks->line == NULL)
		return line;
	changed = g_string_new(line);
	reference->hooks->line(changed);
	g_free(lines->pdata[lines->len - 1]);
	lines->pdata[lines->len - 1] = g_string_free(changed, FALSE);
	return lines->pdata[lines->len - 1];
}

static void on_candidate(IcelabLocalCandidate *candidate, gpointer user_data)
{
	IcelabReference *reference = user_data;
	const char *line;

	if (reference->hooks->candidate != NULL)
		reference->hooks->candidate(candidate);
	if (candidate->withheld != NULL) {
		log_withheld(candidate, candidate->withheld);
		return;
	}
	line = icelab_session_add(reference->session, candidate);
	if (line == NULL)
		log_withheld(candidate, "redundant (RFC 8445 5.1.3)");
	else
		icelab_kit_candidate(change_line(reference, line));
}

void icelab_reference_gather(IcelabReference *reference)
{
	/* A tenth is left for saying what there is. */
	int milliseconds = reference->deadline_ms - reference->deadline_ms / 10;

	g_ptr_array_add(reference->agents,
		icelab_gather(reference->plan, reference->session, milliseconds, on_candidate, reference));
}

static void tell_description(IcelabReference *reference, gboolean gathered)
{
	g_autofree char *sdp =
		icelab_session_describe(reference->session, &reference->plan->connection, gathered);
	g_autoptr(GString) changed = g_string_new(sdp);

	if (reference->hooks->description != NULL)
		reference->hooks->description(changed);
	icelab_kit_sdp(gathered ? "gathered" : "initial", changed->str);
}

int icelab_reference_run(int argc, char **argv, const IcelabReferenceHooks *hooks)
{
	const IcelabImplementation implementation = {
		.name = hooks->name == NULL ? "libnice" : hooks->name,
		.version = VERSION,
		.policies = policies,
		.features = features,
		.issues = "https://gitlab.freedesktop.org/libnice/libnice/-/issues",
	};
	IcelabRequest request = *icelab_kit_start(argc, argv, &implementation);
	const char *policy = request.policy;

	if (hooks->request != NULL)
		hooks->request(&request);

	g_autoptr(IcelabPlan) plan = icelab_plan_new(&request, hooks->address);
	g_autoptr(IcelabSession) session = icelab_session_new();
	g_autoptr(GPtrArray) agents = g_ptr_array_new_with_free_func((GDestroyNotify)g_ptr_array_unref);
	IcelabReference reference = {.hooks = hooks,
		.deadline_ms = request.deadline_ms,
		.plan = plan,
		.session = session,
		.agents = agents};

	if (hooks->plan != NULL)
		hooks->plan(&request, plan);
	icelab_resolver_install();
	icelab_kit_policy(policy, plan->detail);
	tell_description(&reference, FALSE);
	icelab_kit_state("gathering");
	if (hooks->started != NULL)
		hooks->started(&request, plan);
	icelab_reference_gather(&reference);
	icelab_kit_state("complete");
	tell_description(&reference, TRUE);
	icelab_kit_done();
	if (hooks->ended != NULL)
		hooks->ended(&reference);
	return 0;
}
