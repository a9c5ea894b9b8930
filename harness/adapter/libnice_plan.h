/* SPDX-License-Identifier: MIT */
#pragma once

#include <nice/agent.h>

#include "adapter/interface.h"
#include "adapter/kit.h"

/* What a policy means for libnice in the network as it is now: which sockets to open, which servers
 * to ask from them, what to withhold. */

/* One NiceAgent's share. */
typedef struct {
	/* NiceAddress, port 0: where its sockets are bound; 0.0.0.0 and :: for wildcards. */
	GArray *bases;
	/* unsigned, one per base: index of the one interface that its packets may leave through; 0:
	 * wherever the kernel's routes say. */
	GArray *interfaces;
	GArray *servers;       /* NiceAddress: STUN servers, all with the same port */
	gboolean udp;          /* UDP sockets */
	gboolean tcp;          /* TCP sockets (RFC 6544) */
	gboolean report_hosts; /* host candidates are told */
	gboolean hide_related; /* raddr and rport are told in their hidden form */
} IcelabAgentPlan;

typedef struct {
	GPtrArray *agents;      /* IcelabAgentPlan, owned */
	GArray *servers;        /* NiceAddress: all that may be asked under this policy */
	NiceAddress connection; /* what the description's c= lines say */
	char *detail;           /* what was applied, for the `policy` line */
} IcelabPlan;

/* Called for every address that mode 1 considers; may change its refusal. */
typedef void (*IcelabAddressHook)(IcelabInterfaceAddress *address);

/* Asks the kernel for addresses and routes; opens no socket that lasts and sends no packet, except
 * that a server's name is looked up where the policy lets it be asked. `hook` may be NULL. Exits 77
 * (icelab_kit_unsupported) where the policy needs a TURN server or a proxy. Log on standard error:
 * every address and server left out, and why. */
IcelabPlan *icelab_plan_new(const IcelabRequest *request, IcelabAddressHook hook);
void icelab_plan_free(IcelabPlan *plan);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(IcelabPlan, icelab_plan_free)

/* A new empty agent of `plan`, owned by it: UDP, telling no host candidate and no related address.
 */
IcelabAgentPlan *icelab_plan_add_agent(IcelabPlan *plan);

/* Adds a socket to an agent: see `bases` and `interfaces`. */
void icelab_plan_add_base(IcelabAgentPlan *agent, const NiceAddress *base, unsigned interface);

/* The address that the kernel sends from towards the web application (RFC 8828 6.2), family 4 or 6.
 * False where it has none. */
gboolean icelab_plan_associated_address(
	const IcelabRequest *request, int family, NiceAddress *address);
