/* SPDX-License-Identifier: MIT */
#include "talk/peer.h"

#include <string.h>

#include "guards.h"

/* The peer's credentials and its answers to checks. */

static void append(TalkSecret *secret, const void *bytes, size_t length)
{
	length = MIN(length, sizeof(secret->username) - secret->username_length);
	memcpy(secret->username + secret->username_length, bytes, length);
	secret->username_length += length;
}

static void append_text(TalkSecret *secret, const char *text)
{
	append(secret, text, strlen(text));
}

static void append_decoded(TalkSecret *secret, const char *text)
{
	gsize length = 0;
	g_autofree guchar *decoded = text != NULL ? g_base64_decode(text, &length) : NULL;

	append(secret, decoded, length);
}

static void set_key(TalkSecret *secret, const char *password, bool encoded)
{
	gsize length = password != NULL ? strlen(password) : 0;
	g_autofree guchar *decoded =
		encoded && password != NULL ? g_base64_decode(password, &length) : NULL;

	secret->key_length = MIN(length, sizeof(secret->key));
	if (secret->key_length > 0)
		memcpy(secret->key, decoded != NULL ? (const void *)decoded : (const void *)password,
			secret->key_length);
}

/* Both dialects name each candidate. */
static const NiceCandidate *choose(GSList *candidates, const IcelabEndpoint *wanted, uint8_t which)
{
	guint count = g_slist_length(candidates);

	for (GSList *i = which == 0 ? candidates : NULL; i != NULL; i = i->next) {
		IcelabEndpoint address = talk_from_nice(&((NiceCandidate *)i->data)->addr);

		if (icelab_endpoint_equal(&address, wanted))
			return i->data;
	}
	return count > 0 ? g_slist_nth_data(candidates, which % count) : NULL;
}

static IcelabEndpoint near_end(const TalkPath *path)
{
	const Allocation *allocation = talk_allocation(path->number);
	IcelabWorldSocket *socket = icelab_world_socket_by_number(path->number);

	if (path->relayed && allocation != NULL)
		return allocation->relayed;
	return socket != NULL ? icelab_world_socket_local(socket) : (IcelabEndpoint){0};
}

void talk_secret(
	TalkSecret *secret, NiceStream *stream, NiceComponent *component, const TalkPath *path)
{
	NiceCompatibility dialect = talk.agent->compatibility;
	IcelabEndpoint near = near_end(path);
	const NiceCandidate *local = choose(component->local_candidates, &near, path->which);
	const NiceCandidate *remote = choose(component->remote_candidates, &path->peer, path->which);
	bool inbound = path->inbound || dialect == NICE_COMPATIBILITY_MSN;
	const char *mine =
		local != NULL && local->username != NULL ? local->username : stream->local_ufrag;
	const char *theirs =
		remote != NULL && remote->username != NULL ? remote->username : stream->remote_ufrag;

	*secret = (TalkSecret){.sum = SUM_NEW, .fingerprint = true};
	switch (dialect) {
	case NICE_COMPATIBILITY_GOOGLE:
		secret->fingerprint = false;
		secret->sum = SUM_OLD;
		append_text(secret, inbound ? mine : theirs);
		append_text(secret, inbound ? theirs : mine);
		return;
	case NICE_COMPATIBILITY_MSN: /* whose answers are signed like checks */
	case NICE_COMPATIBILITY_OC2007: {
		char part[16];

		g_snprintf(part, sizeof(part), ":%u", component->id);
		secret->fingerprint = false;
		secret->sum = SUM_OLD;
		append_decoded(secret, inbound ? mine : theirs);
		append_text(secret, part);
		append_text(secret, ":");
		append_decoded(secret, inbound ? theirs : mine);
		append_text(secret, part);
		append(secret, "\0\0\0\0", 4 - secret->username_length % 4);
		set_key(secret,
			inbound ? (local != NULL ? local->password : NULL)
					: (remote != NULL ? remote->password : NULL),
			true);
		return;
	}
	case NICE_COMPATIBILITY_WLM2009:
	case NICE_COMPATIBILITY_OC2007R2:
		secret->sum = SUM_MSICE2;
		append_text(secret, inbound ? mine : theirs);
		append_text(secret, ":");
		append_text(secret, inbound ? theirs : mine);
		if (secret->username_length % 4 != 0)
			append(secret, "\0\0\0\0", 4 - secret->username_length % 4);
		break;
	default:
		append_text(secret, inbound ? mine : theirs);
		append_text(secret, ":");
		append_text(secret, inbound ? theirs : mine);
		break;
	}
	if (inbound)
		set_key(secret, stream->local_password, false);
	else
		set_key(secret,
			remote != NULL && remote->password != NULL ? remote->password : stream->remote_password,
			false);
}

static unsigned count_succeeded(void)
{
	unsigned count = 0;

	for (GSList *i = talk.agent->streams; i != NULL; i = i->next)
		for (GSList *j = ((NiceStream *)i->data)->conncheck_list; j != NULL; j = j->next) {
			const CandidateCheckPair *pair = j->data;

			count += pair->valid || pair->state == NICE_CHECK_SUCCEEDED;
		}
	return count;
}

/* Another candidate of the peer's than the one that was asked, by its index; or the next port. */
static IcelabEndpoint wrong_source(
	const Sent *request, const NiceComponent *component, uint8_t which)
{
	IcelabEndpoint from = request->peer;
	guint count = g_slist_length(component->remote_candidates);

	from.port ^= 1;
	for (guint i = 0; (which & 8) != 0 && i < count; i++) {
		const NiceCandidate *candidate =
			g_slist_nth_data(component->remote_candidates, ((which & 7u) + i) % count);
		IcelabEndpoint other = talk_from_nice(&candidate->addr);

		if (candidate->transport == NICE_CANDIDATE_TRANSPORT_UDP &&
			!icelab_endpoint_equal(&other, &request->peer))
			return other;
	}
	return from;
}

/* RFC 8445 7.2.5.2.1: what comes from elsewhere than the check went to fails it; RFC
 * 8489 6.3.3, 9.1.4: an answer to nothing, and one that is not signed, count for nothing. */
static void answer_wrongly(const Sent *request, const IcelabEndpoint *from, uint8_t flaws,
	const TalkMessage *message, size_t length)
{
	unsigned before = count_succeeded();

	talk_answer_from(request, from, flaws, message->bytes, length);
	if (count_succeeded() > before)
		talk_broken(NULL, "RFC 8445 7.2.5.2.1", "a check succeeded by a wrong answer, flaws %02x",
			(unsigned)flaws);
}

/* Changes libnice's own mind by a look into it: which credentials hold now is the application's
 * knowledge on both sides. */
void talk_answer_peer(Sent *request, IcelabScript *script)
{
	static const unsigned codes[] = {487, 400, 401, 403, 420, 438, 500, 699};
	uint8_t kind = icelab_script_byte(script);
	uint8_t flaws = icelab_script_byte(script);
	uint8_t which = icelab_script_byte(script);
	IcelabWorldSocket *socket = icelab_world_socket_by_number(request->number);
	TalkPath path = {request->number, request->relayed, request->peer, false, which >> 4};
	NiceStream *stream;
	NiceComponent *component;
	IcelabEndpoint mapped, from;
	TalkSecret secret;
	TalkMessage message;
	size_t length;

	request->answered = true;
	if (socket == NULL || !talk_receives(socket, &stream, &component))
		return;
	talk_secret(&secret, stream, component, &path);
	mapped = near_end(&path);
	kind %= 8;
	if (kind == 0 && (talk.manners & 0x40) != 0)
		kind = 1;
	/* In this dialect server-reflexive candidates are freed when gathering ends, whatever pair has
	 * been made with one. */
	if (talk.agent->compatibility == NICE_COMPATIBILITY_OC2007R2 && stream->gathering && kind < 3 &&
		icelab_guard("gathered-candidate-freed"))
		kind = 0;
	/* It is looked for in the selected pair, whether there is one or not. */
	if (kind > 4 && codes[which % G_N_ELEMENTS(codes)] == 403 && talk.agent->consent_freshness &&
		component->selected_pair.remote == NULL && icelab_guard("forbidden-without-pair"))
		which++;
	talk_begin(&message, flaws, kind >= 4 ? ICELAB_STUN_ERROR : ICELAB_STUN_SUCCESS,
		ICELAB_STUN_BINDING, request->bytes + 4);
	switch (kind) {
	case 0:
		break;
	case 1: /* as through a NAT that maps anew for each peer: a peer-reflexive candidate */
		mapped = talk_mapped(
			which != 0 ? which : (uint8_t)(request->number + 8), request->peer.address.family);
		break;
	case 2:
		mapped = talk_peer(which);
		break;
	default:
		break;
	}
	if (kind < 3) {
		if (talk.agent->compatibility == NICE_COMPATIBILITY_RFC5245 ||
			talk.agent->compatibility == NICE_COMPATIBILITY_OC2007R2 ||
			talk.agent->compatibility == NICE_COMPATIBILITY_WLM2009)
			icelab_stun_build_xor_address(
				&message.builder, ICELAB_STUN_XOR_MAPPED_ADDRESS, &mapped.address, mapped.port);
		else
			icelab_stun_build_address(
				&message.builder, ICELAB_STUN_MAPPED_ADDRESS, &mapped.address, mapped.port);
	} else if (kind >= 4) {
		icelab_stun_build_error_code(
			&message.builder, codes[(kind & 3) == 0 ? 0 : which % G_N_ELEMENTS(codes)], "no");
	}
	if (talk_names_candidates())
		icelab_stun_build_attribute(
			&message.builder, ICELAB_STUN_USERNAME, secret.username, secret.username_length);
	length = talk_message_finish(&message, secret.sum, secret.key_length > 0 ? secret.key : NULL,
		secret.key_length, secret.fingerprint);
	from = (flaws & FLAW_SOURCE) != 0 ? wrong_source(request, component, which) : request->peer;
	/* Where a stream's bytes come from is not the answer's choice. */
	if (talk.modern && icelab_world_socket_kind(socket) == ICELAB_SOCKET_DATAGRAM &&
		(flaws & (FLAW_SOURCE | FLAW_TRANSACTION | FLAW_INTEGRITY | FLAW_NO_INTEGRITY)) != 0)
		answer_wrongly(request, &from, flaws, &message, length);
	else
		talk_answer_from(request, &from, flaws, message.bytes, length);
}
