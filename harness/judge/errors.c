/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "judge/judgement.h"
#include "model/json.h"

/* Judges what is told when a server cannot be reached (W3C webrtc-pc,
 * RTCPeerConnectionIceErrorEvent): address and port of the socket that asked, and the server's URL.
 */

/* An address of which the end may be left out: "192.168.1.x", "[fd1c:e1ab:1:x:x:x:x:x]". */
typedef struct {
	IcelabAddress address;
	unsigned bits; /* that are known */
} Hint;

static gboolean read_hint(const char *text, gsize length, Hint *hint)
{
	char plain[ICELAB_ADDRESS_TEXT];
	unsigned hidden = 0;

	if (length >= 2 && text[0] == '[' && text[length - 1] == ']') {
		text++;
		length -= 2;
	}
	if (length >= sizeof plain)
		return FALSE;
	for (gsize i = 0; i < length; i++) {
		hidden += text[i] == 'x';
		plain[i] = text[i] == 'x' ? '0' : text[i];
	}
	if (!icelab_address_parse(plain, length, &hint->address))
		return FALSE;
	hint->bits = hint->address.family == 4 ? 32 - MIN(hidden, 4) * 8 : 128 - MIN(hidden, 8) * 16;
	return hint->bits > 0;
}

static gboolean was_shown(const IcelabJudgement *judgement, const Hint *hint)
{
	for (guint i = 0; i < judgement->reported->len; i++) {
		const IcelabCandidate *candidate =
			&((IcelabReported *)judgement->reported->pdata[i])->candidate;

		if (icelab_address_same_prefix(&candidate->address, &hint->address, hint->bits) ||
			icelab_address_same_prefix(&candidate->raddr, &hint->address, hint->bits))
			return TRUE;
	}
	return FALSE;
}

static void find_fault(IcelabJudgement *judgement, const IcelabEvent *event, const char *clause,
	IcelabVerdict severity, const char *name, const char *member)
{
	g_autofree char *seen = g_strdup_printf("%s of error", member);
	g_autofree char *detail =
		g_strdup_printf("address \"%s\" port %" G_GINT64_FORMAT " hostCandidate \"%s\" url \"%s\"",
			icelab_json_text(event->line, "address"), icelab_json_int(event->line, "port"),
			icelab_json_text(event->line, "hostCandidate"), icelab_json_text(event->line, "url"));

	icelab_result_add_finding(judgement->result, clause, severity, name, seen, detail);
}

/* The member without its port. */
static void judge_address(IcelabJudgement *judgement, const IcelabEvent *event, const char *member)
{
	const char *text = icelab_json_text(event->line, member);
	const char *colon = g_str_equal(member, "hostCandidate") ? strrchr(text, ':') : NULL;
	gsize length = colon != NULL ? (gsize)(colon - text) : strlen(text);
	char label[ICELAB_ADDRESS_TEXT];
	Hint hint;

	/* W4: null, unless a local candidate has shown the address. A wildcard is none. */
	if (!read_hint(text, length, &hint) || icelab_address_is_unspecified(&hint.address) ||
		was_shown(judgement, &hint))
		return;
	find_fault(judgement, event, "W4", ICELAB_FAIL,
		strchr(text, 'x') != NULL ? text : icelab_book_label(judgement->book, &hint.address, label),
		member);
}

/* Whether it is one of the URLs that the adapter was given. */
static gboolean is_offered(const IcelabJudgement *judgement, const char *url)
{
	for (guint i = 0; judgement->scenario->stun[i] != NULL; i++) {
		const IcelabServer *server =
			icelab_book_server(judgement->book, judgement->scenario->stun[i]);
		char text[ICELAB_ADDRESS_TEXT];

		if (server == NULL)
			continue;
		icelab_address_format(&server->address->address, text);
		g_autofree char *offered =
			g_strdup_printf(server->address->address.family == 6 ? "stun:[%s]:%u" : "stun:%s:%u",
				text, server->port);

		if (g_str_equal(offered, url))
			return TRUE;
	}
	return FALSE;
}

static void judge_error(IcelabJudgement *judgement, const IcelabEvent *event)
{
	const char *address = icelab_json_text(event->line, "address");
	const char *url = icelab_json_text(event->line, "url");

	judge_address(judgement, event, "address");
	judge_address(judgement, event, "hostCandidate");
	/* W4: where the address is null, so is the port. */
	if (address[0] == '\0' && icelab_json_int(event->line, "port") != 0)
		find_fault(judgement, event, "W4", ICELAB_FAIL, "port", "port");
	/* L12: the URL as it was configured, and not as a resolver has changed it. */
	if (url[0] != '\0' && !is_offered(judgement, url))
		find_fault(judgement, event, "L12", ICELAB_WARN, url, "url");
}

void icelab_judge_errors(IcelabJudgement *judgement)
{
	for (guint i = 0; i < judgement->observation->events->len; i++) {
		const IcelabEvent *event = judgement->observation->events->pdata[i];

		if (g_str_equal(icelab_json_text(event->line, "type"), "error"))
			judge_error(judgement, event);
	}
}
