/* SPDX-License-Identifier: MIT */
#include "judge/judgement.h"

#include <string.h>

#include "model/json.h"
#include "model/sdp.h"

/* Judges the session descriptions: the addresses in o=, c= and a=rtcp. Their candidate lines are
 * judged with the others. */

/* M8: a name, which hides an address, is no default destination either. */
static void judge_host_name(
	IcelabJudgement *judgement, const IcelabSdpEntry *entry, const char *field, gboolean initial)
{
	g_autofree char *name = g_strndup(entry->host.text, entry->host.length);
	g_autofree char *line = g_strndup(entry->line.text, entry->line.length);
	g_autofree char *seen =
		g_strdup_printf("%s of the %s description", field, initial ? "initial" : "gathered");

	if (g_str_has_suffix(name, ".local"))
		icelab_result_add_finding(judgement->result, "M8", ICELAB_FAIL, name, seen, line);
}

static void judge_entry(IcelabJudgement *judgement, const IcelabSdpEntry *entry, gboolean initial)
{
	static const char *const fields[] = {
		[ICELAB_SDP_ORIGIN] = "o=",
		[ICELAB_SDP_CONNECTION] = "c=",
		[ICELAB_SDP_MEDIA] = "m=",
		[ICELAB_SDP_RTCP] = "a=rtcp",
		[ICELAB_SDP_CANDIDATE] = "a=candidate",
	};
	gboolean is_origin = entry->field == ICELAB_SDP_ORIGIN;
	char text[ICELAB_ADDRESS_TEXT];

	if (entry->field == ICELAB_SDP_MEDIA || entry->field == ICELAB_SDP_CANDIDATE)
		return;
	if (entry->address.family == 0) {
		judge_host_name(judgement, entry, fields[entry->field], initial);
		return;
	}
	if (icelab_address_is_unspecified(&entry->address))
		return;
	/* J3 asks for an address that means nothing; 127.0.0.1 is the usual one. */
	if (is_origin && icelab_address_is_loopback(&entry->address))
		return;
	/* RFC 8839 4.2.1.2: once there are candidates, c= and a=rtcp carry the default one. J4 before
	 * that. */
	if (!is_origin && !initial && icelab_judge_is_allowed_address(judgement, &entry->address))
		return;

	g_autofree char *line = g_strndup(entry->line.text, entry->line.length);
	g_autofree char *seen = g_strdup_printf(
		"%s of the %s description", fields[entry->field], initial ? "initial" : "gathered");

	/* J3 is a SHOULD, J4 a MUST. */
	icelab_result_add_finding(judgement->result, is_origin ? "J3" : "J4",
		is_origin ? ICELAB_WARN : ICELAB_FAIL,
		icelab_book_label(judgement->book, &entry->address, text), seen, line);
}

void icelab_judge_descriptions(IcelabJudgement *judgement)
{
	for (guint i = 0; i < judgement->observation->events->len; i++) {
		const IcelabEvent *event = judgement->observation->events->pdata[i];
		const char *text = icelab_json_text(event->line, "sdp");
		gboolean initial = g_str_equal(icelab_json_text(event->line, "when"), "initial");
		IcelabSdpReader reader;
		IcelabSdpEntry entry;
		const char *why;

		if (!g_str_equal(icelab_json_text(event->line, "type"), "sdp"))
			continue;
		icelab_sdp_start(&reader, text, strlen(text));
		while (icelab_sdp_next(&reader, &entry, &why) > 0)
			judge_entry(judgement, &entry, initial);
	}
}
