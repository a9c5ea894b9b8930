/* SPDX-License-Identifier: MIT */
#include "mutants/reports.h"

#include <string.h>

#include "stun/digest.h"

#define NAME "6f1c3a52-9d0b-4c7e-8a41-2b5d7e9f0c13.local"

static char *associated_address(const IcelabRequest *request)
{
	NiceAddress address;

	if (!icelab_plan_associated_address(request, 4, &address))
		g_error("this host has no default route");
	return nice_address_dup_string(&address);
}

void icelab_mutant_name_host(GString *line)
{
	g_auto(GStrv) words = g_strsplit(line->str, " ", -1);

	/* RFC 8839 5.1: foundation, component, transport, priority, address, port, "typ", type. */
	if (!g_str_equal(words[7], "host"))
		return;
	g_free(words[4]);
	words[4] = g_strdup(NAME);
	g_autofree char *named = g_strjoinv(" ", words);

	g_string_assign(line, named);
}

/* Of the IPv4 candidate alone: the bases of others are public. */
void icelab_mutant_plain_foundation(GString *line)
{
	IcelabInterfaceAddress all[64];
	int count = icelab_interface_addresses(all, G_N_ELEMENTS(all));

	for (int i = 0; i < count; i++) {
		NiceAddress address;

		if (all[i].refusal != NULL || all[i].address.any.sa_family != AF_INET)
			continue;
		nice_address_init(&address);
		nice_address_set_from_sockaddr(&address, &all[i].address.any);
		g_autofree char *text = nice_address_dup_string(&address);
		g_autofree char *hashed = g_strdup_printf("srflx%sudp", text);
		g_autofree char *changed = g_strdup_printf(
			"candidate:%u%s", icelab_crc32(hashed, strlen(hashed)), strchr(line->str, ' '));

		g_string_assign(line, changed);
		return;
	}
}

void icelab_mutant_name_connection(GString *sdp)
{
	g_string_replace(sdp, "c=IN IP4 0.0.0.0", "c=IN IP4 " NAME, 0);
}

static void list(
	const IcelabRequest *request, const char *type, const char *kind, const char *member)
{
	g_autofree char *address = associated_address(request);
	g_autofree char *json =
		g_strdup_printf("{\"a\":{\"type\":\"%s\",\"candidateType\":\"%s\",\"%s\":\"%s\"}}", type,
			kind, member, address);

	icelab_kit_stats(json);
}

void icelab_mutant_list_base(const IcelabRequest *request, const IcelabPlan *plan)
{
	(void)plan;
	list(request, "local-candidate", "srflx", "relatedAddress");
}

void icelab_mutant_list_own_reflexive(const IcelabRequest *request, const IcelabPlan *plan)
{
	(void)plan;
	list(request, "local-candidate", "prflx", "address");
}

void icelab_mutant_list_peer(const IcelabRequest *request, const IcelabPlan *plan)
{
	(void)plan;
	list(request, "remote-candidate", "prflx", "address");
}

void icelab_mutant_tell_socket(const IcelabRequest *request, const IcelabPlan *plan)
{
	g_autofree char *address = associated_address(request);

	(void)plan;
	icelab_kit_error(address, 50000, request->stun[0], 701, "STUN server did not answer");
}
