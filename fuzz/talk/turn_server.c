/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "guards.h"
#include "talk/dialect.h"

#define RETRY 2000000 /* microseconds: a stale nonce must have been replaced by then */

/* RFC 8489 9.1.1: without a realm the password itself, which MSN and WLM2009 decode. */
static size_t short_term_key(uint8_t key[ICELAB_DIGEST_MAXIMUM])
{
	gsize length = strlen(talk.turn_password);
	g_autofree guchar *decoded = talk.agent->compatibility != NICE_COMPATIBILITY_GOOGLE
									 ? g_base64_decode(talk.turn_password, &length)
									 : (guchar *)g_strdup(talk.turn_password);

	length = MIN(length, ICELAB_DIGEST_MAXIMUM);
	memcpy(key, decoded, length);
	return length;
}

static size_t turn_key(uint8_t key[ICELAB_DIGEST_MAXIMUM], const char *realm)
{
	const char *username = talk.turn_username;
	const char *password = talk.turn_password;
	gsize username_length = strlen(username), password_length = strlen(password);
	g_autofree guchar *decoded_username = NULL;
	g_autofree guchar *decoded_password = NULL;

	if (!talk_has_long_term())
		return short_term_key(key);
	if (talk_is_ms_turn()) {
		username = (char *)(decoded_username = g_base64_decode(username, &username_length));
		password = (char *)(decoded_password = g_base64_decode(password, &password_length));
	}
	/* libnice takes quotes and NULs off. */
	while (username_length > 0 && username[0] == '"')
		username++, username_length--;
	while (username_length > 0 && username[username_length - 1] == '"')
		username_length--;
	while (password_length > 0 && password[0] == '"')
		password++, password_length--;
	while (password_length > 0 && password[password_length - 1] == '"')
		password_length--;
	return icelab_stun_long_term_key(ICELAB_DIGEST_MD5, (IcelabSpan){username, username_length},
		(IcelabSpan){realm, strlen(realm)}, (IcelabSpan){password, password_length}, key);
}

static void add_ms_alternate(TalkMessage *message, const IcelabEndpoint *alternate, bool whole)
{
	static const uint8_t part[4] = {0, 1, 0, 0};

	if (whole)
		icelab_stun_build_address(
			&message->builder, MS_ALTERNATE_SERVER, &alternate->address, alternate->port);
	else
		icelab_stun_build_attribute(&message->builder, MS_ALTERNATE_SERVER, part, sizeof(part));
}

static void challenge(TalkMessage *message, unsigned code, uint8_t which)
{
	static const char *const realms[] = {TALK_REALM, "other.example", "\"quoted\"", "\"", "", "r"};
	char nonce[16];
	/* Nothing but quotes: libnice looks for more of them before the first. */
	const char *realm =
		realms[icelab_guard("stun-trim-credentials") ? which & 1 : which % G_N_ELEMENTS(realms)];

	g_snprintf(nonce, sizeof(nonce), "nonce%u", ++talk.nonce);
	icelab_stun_build_error_code(&message->builder, code, "who");
	if ((which & 0x40) == 0)
		icelab_stun_build_attribute(&message->builder, talk_realm_type(), realm, strlen(realm));
	if ((which & 0x80) == 0)
		icelab_stun_build_attribute(&message->builder, talk_nonce_type(), nonce, strlen(nonce));
}

static bool is_transaction(const StunMessage *message, const Sent *request)
{
	return message->buffer != NULL && memcmp(message->buffer + 4, request->bytes + 4, 16) == 0;
}

/* Whether the agent still waits for the answer. */
static bool is_outstanding(const Sent *request)
{
	for (GSList *i = talk.agent->discovery_list; i != NULL; i = i->next) {
		const CandidateDiscovery *discovery = i->data;

		if (discovery->pending && !discovery->done &&
			is_transaction(&discovery->stun_message, request))
			return true;
	}
	for (GSList *i = talk.agent->refresh_list; i != NULL; i = i->next) {
		const CandidateRefresh *refresh = i->data;

		if (!refresh->disposing && is_transaction(&refresh->stun_message, request))
			return true;
	}
	return false;
}

/* The nonce is the last one that was made. */
static void demand_retry(const Sent *request)
{
	const IcelabWorldSocket *socket = icelab_world_socket_by_number(request->number);
	NiceStream *stream;
	NiceComponent *component;

	/* Nothing is heard where the application does not read. */
	if (socket == NULL || !talk_receives(socket, &stream, &component) ||
		component->io_callback == NULL)
		return;
	/* Without a password nothing can be signed. */
	if (!talk.modern || talk.closing || talk.cramped || talk.forgot_relays || talk.lied ||
		(request->method != ICELAB_STUN_ALLOCATE && request->method != ICELAB_STUN_REFRESH) ||
		talk.turn_username[0] == '\0' || talk.turn_password[0] == '\0' ||
		icelab_world_socket_kind(socket) != ICELAB_SOCKET_DATAGRAM || !is_outstanding(request))
		return;
	talk.demand = (Demand){
		.stands = true,
		.number = request->number,
		.until = icelab_world_now() + RETRY,
	};
	g_snprintf(talk.demand.nonce, sizeof(talk.demand.nonce), "nonce%u", talk.nonce);
}

static void note_allocation(const Sent *request, const IcelabEndpoint *relayed)
{
	Allocation *allocation = talk_allocation(request->number);
	IcelabWorldSocket *socket = icelab_world_socket_by_number(request->number);

	if (socket == NULL)
		return;
	if (allocation == NULL) {
		if (talk.allocation_count == MOST_ALLOCATIONS)
			return;
		allocation = &talk.allocations[talk.allocation_count++];
		*allocation = (Allocation){.number = request->number};
	}
	allocation->server = request->to;
	allocation->relayed = *relayed;
	allocation->stream = icelab_world_socket_kind(socket) == ICELAB_SOCKET_STREAM;
}

/* RFC 8656 7.1: a Refresh of LIFETIME 0 gives an allocation back. */
static bool gives_back(const Sent *request)
{
	IcelabStunAttribute lifetime;

	return request->method == ICELAB_STUN_REFRESH &&
		   talk_find(request->bytes, request->length, 0x000d, &lifetime) && lifetime.length == 4 &&
		   memcmp(lifetime.value, "\0\0\0\0", 4) == 0;
}

static void note_lifetime(const Sent *request, uint32_t seconds)
{
	Lease *lease = talk_lease(request->number, &request->to);

	/* The one beside it, of the same socket, goes on; so it does where nobody waits any more. */
	if (gives_back(request) || !is_outstanding(request))
		return;
	if (lease == NULL) {
		if (talk.lease_count == G_N_ELEMENTS(talk.leases))
			return;
		lease = &talk.leases[talk.lease_count++];
	}
	*lease = (Lease){
		.number = request->number,
		.server = request->to,
		.expires = seconds > 0 ? icelab_world_now() + (int64_t)seconds * 1000000 : 0,
	};
}

bool talk_peer_named(const Sent *request, IcelabStunMessage *message, IcelabEndpoint *peer)
{
	IcelabStunAttribute attribute;

	return icelab_stun_parse(request->bytes, request->length, message) == ICELAB_STUN_OK &&
		   icelab_stun_find(message, ICELAB_STUN_XOR_PEER_ADDRESS, &attribute) &&
		   icelab_stun_read_xor_address(message, &attribute, &peer->address, &peer->port);
}

static void note_grant(const Sent *request)
{
	Allocation *allocation = talk_allocation(request->number);
	IcelabStunMessage message;
	IcelabStunAttribute attribute;
	IcelabEndpoint peer;
	uint16_t channel;
	unsigned i = 0;

	if (allocation == NULL || request->method != ICELAB_STUN_CHANNEL_BIND ||
		!talk_peer_named(request, &message, &peer) ||
		!icelab_stun_find(&message, 0x000c, &attribute) || attribute.length != 4)
		return;
	channel = (uint16_t)(attribute.value[0] << 8 | attribute.value[1]);
	while (i < allocation->channel_count && allocation->channels[i].channel != channel)
		i++;
	if (i == G_N_ELEMENTS(allocation->channels))
		return;
	allocation->channels[i].channel = channel;
	allocation->channels[i].peer = peer;
	allocation->channel_count = MAX(allocation->channel_count, i + 1);
}

static void add_addresses(TalkMessage *message, const IcelabEndpoint *relayed,
	const IcelabEndpoint *mapped, uint8_t variant)
{
	IcelabStunBuilder *builder = &message->builder;
	bool maps = (variant & 8) == 0;
	uint8_t sequence[24] = {1, 2, 3};

	if (!talk_is_old_turn()) {
		icelab_stun_build_xor_address(
			builder, ICELAB_STUN_XOR_RELAYED_ADDRESS, &relayed->address, relayed->port);
		if (maps)
			icelab_stun_build_xor_address(
				builder, ICELAB_STUN_XOR_MAPPED_ADDRESS, &mapped->address, mapped->port);
		return;
	}
	icelab_stun_build_address(
		builder, ICELAB_STUN_MAPPED_ADDRESS, &relayed->address, relayed->port);
	if (talk_is_ms_turn()) {
		if (maps)
			icelab_stun_build_xor_address(builder, 0x8020, &mapped->address, mapped->port);
		icelab_stun_build_attribute(builder, 0x8050, sequence, (variant & 0x20) != 0 ? 20 : 24);
		icelab_stun_build_attribute(builder, talk_realm_type(), TALK_REALM, strlen(TALK_REALM));
	} else if (maps) {
		icelab_stun_build_address(builder, 0x8000, &mapped->address, mapped->port);
	}
}

static void succeed(
	TalkMessage *message, const Sent *request, uint8_t which, uint8_t variant, bool trusted)
{
	static const uint32_t lifetimes[] = {600, 0, 1, 120, 121, 30, 0x7fffffff, 0xffffffff};
	uint8_t family = (variant & 0x40) != 0 ? 6 : request->to.address.family;
	IcelabEndpoint relayed =
		talk_relayed(which != 0 ? which : (uint8_t)(request->number << 4 | 1), family);
	IcelabEndpoint mapped = talk_seen_from(request, which);
	/* The candidate is freed while it is in the list of local candidates. */
	uint32_t lifetime = request->method == ICELAB_STUN_ALLOCATE && (variant & 7) == 1 &&
								icelab_guard("turn-allocate-lifetime-zero")
							? 600
							: lifetimes[variant & 7];
	uint8_t wire[4] = {(uint8_t)(lifetime >> 24), (uint8_t)(lifetime >> 16),
		(uint8_t)(lifetime >> 8), (uint8_t)lifetime};
	IcelabStunBuilder *builder = &message->builder;

	if (request->method == ICELAB_STUN_ALLOCATE) {
		add_addresses(message, &relayed, &mapped, variant);
		if ((variant & 0x10) != 0)
			icelab_stun_build_attribute(builder, 0x0010, wire, 4); /* BANDWIDTH of the drafts */
		if (trusted) {
			talk_note_mapped(&relayed);
			talk_note_mapped(&mapped);
		}
		note_allocation(request, &relayed);
	}
	if (request->method == ICELAB_STUN_ALLOCATE || request->method == ICELAB_STUN_REFRESH) {
		if ((variant & 0x80) == 0)
			icelab_stun_build_attribute(builder, 0x000d, wire, 4);
		note_lifetime(request, trusted && (variant & 0x80) == 0 ? lifetime : 0);
	} else {
		if (talk_is_old_turn()) {
			static const uint8_t options[4] = {0, 0, 0, 1};

			if ((variant & 1) == 0)
				icelab_stun_build_attribute(builder, OLD_OPTIONS, options, 4);
			talk_note_active(request);
		} else {
			note_grant(request);
		}
	}
}

static void note_server(const IcelabEndpoint *server)
{
	if (talk.turn_known < G_N_ELEMENTS(talk.turn))
		talk.turn[talk.turn_known++] = *server;
}

static void name_alternate(TalkMessage *message, uint8_t which)
{
	IcelabEndpoint alternate =
		(which & 0x80) != 0 ? talk_turn_server(which & 3) : talk_turn_server(4 + (which & 1));

	icelab_stun_build_error_code(&message->builder, 300, "elsewhere");
	if ((which & 0x40) == 0)
		icelab_stun_build_address(&message->builder, 0x8023, &alternate.address, alternate.port);
	if (talk_is_ms_turn())
		add_ms_alternate(message, &alternate, (which & 0x20) == 0);
	note_server(&alternate);
}

static void name_ms_alternate(TalkMessage *message, const Sent *request, uint8_t variant)
{
	IcelabEndpoint alternate = (variant & 2) != 0 ? talk_turn_server(4) : request->to;

	add_ms_alternate(message, &alternate, (variant & 4) == 0);
	note_server(&alternate);
}

void talk_answer_turn(Sent *request, IcelabScript *script)
{
	static const unsigned codes[] = {400, 403, 420, 437, 441, 442, 486, 508, 500, 403};
	uint8_t kind = icelab_script_byte(script);
	uint8_t flaws = icelab_script_byte(script);
	uint8_t which = icelab_script_byte(script);
	uint8_t variant = icelab_script_byte(script);
	uint8_t key[ICELAB_DIGEST_MAXIMUM];
	size_t key_length = 0;
	IcelabStunAttribute attribute;
	char realm_text[64] = "";
	TalkMessage message;
	size_t length;
	bool signed_request = false;
	bool first = !request->heard;

	request->answered = request->heard = true;
	if (request->greeting) {
		talk_answer_greeting(request, kind);
		return;
	}
	/* A relay that comes when all are being given back is given back by nobody. */
	if (talk.closing && request->method == ICELAB_STUN_ALLOCATE &&
		icelab_guard("close-late-allocation"))
		return;
	signed_request =
		talk_find(request->bytes, request->length, ICELAB_STUN_MESSAGE_INTEGRITY, &attribute);
	if (talk_find(request->bytes, request->length, talk_realm_type(), &attribute) &&
		attribute.length < sizeof(realm_text))
		memcpy(realm_text, attribute.value, attribute.length);
	/* As libnice trims it. */
	g_strchomp(g_strdelimit(realm_text, "\"", ' '));
	g_strchug(realm_text);
	kind %= 8;
	if (kind == 0 && talk.ask_password && !signed_request && talk_has_long_term())
		kind = 1;
	talk_begin(&message, flaws, kind == 0 || kind == 7 ? ICELAB_STUN_SUCCESS : ICELAB_STUN_ERROR,
		request->method, request->bytes + 4);
	if (talk_is_old_turn())
		icelab_stun_build_attribute(&message.builder, 0x000f, talk_old_cookie, 4);
	switch (kind) {
	case 0:
		/* RFC 8489 9.2.5: an answer to a signed request counts if it is signed rightly. */
		succeed(&message, request, which, variant,
			talk_from_right_place(flaws) && (flaws & FLAW_TRANSACTION) == 0 &&
				(!signed_request || !talk.modern ||
					(flaws & (FLAW_INTEGRITY | FLAW_NO_INTEGRITY)) == 0));
		/* Which of several answers counted is not told. */
		if (!first)
			note_lifetime(request, 0);
		break;
	case 1:
		challenge(&message, 401, which);
		/* [MS-TURN]: always there, most often the server's own. */
		if (talk_is_ms_turn() && (variant & 1) != 0)
			name_ms_alternate(&message, request, variant);
		break;
	case 2:
		challenge(&message, 438, which);
		/* With a nonce and one of the plain realms. */
		if (first && flaws == 0 && which < 2)
			demand_retry(request);
		break;
	case 3:
		name_alternate(&message, which);
		break;
	case 4:
		icelab_stun_build_error_code(&message.builder, codes[which % G_N_ELEMENTS(codes)], "no");
		if ((which & 0x80) != 0)
			icelab_stun_build_attribute(
				&message.builder, talk_realm_type(), TALK_REALM, strlen(TALK_REALM));
		break;
	case 5:
		icelab_stun_build_error_code(&message.builder, 401, "");
		break;
	case 6: /* an error without a code */
		break;
	default: /* a success that says nothing */
		break;
	}
	if (signed_request && kind != 1 && kind != 2)
		key_length = turn_key(key, realm_text);
	length = talk_message_finish(&message, talk.modern ? SUM_NEW : SUM_OLD,
		key_length > 0 ? key : NULL, key_length, (variant & 0x20) != 0 && talk.modern);
	talk_answer_with(request, flaws, message.bytes, length);
}
