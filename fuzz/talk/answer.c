/* SPDX-License-Identifier: MIT */
#include "talk/talk.h"

#include <string.h>

#include "guards.h"

/* What the STUN server, the TURN server and the peer say. A script's arguments all zero give the
 * right answer. */

#define CAPACITY 4000

static const uint8_t old_cookie[4] = {0x72, 0xc6, 0x4b, 0xc6}; /* of the drafts before TURN */

typedef struct {
	IcelabStunBuilder builder;
	uint8_t bytes[CAPACITY];
	uint8_t flaws;
} Message;

/* RFC 3489 11.2.8: the message is padded with zeroes to a multiple of 64 bytes for the sum. */
static void add_old_integrity(
	IcelabStunBuilder *builder, const void *key, size_t key_length, size_t counted)
{
	static const uint8_t zeroes[64];
	uint8_t sum[ICELAB_DIGEST_MAXIMUM];
	uint8_t length[2] = {(uint8_t)(counted >> 8), (uint8_t)counted};
	IcelabHmac hmac;

	icelab_hmac_start(&hmac, ICELAB_DIGEST_SHA1, key, key_length);
	icelab_hmac_add(&hmac, builder->bytes, 2);
	icelab_hmac_add(&hmac, length, 2);
	icelab_hmac_add(&hmac, builder->bytes + 4, builder->length - 4);
	if (builder->length % 64 != 0)
		icelab_hmac_add(&hmac, zeroes, 64 - builder->length % 64);
	icelab_hmac_end(&hmac, sum);
	icelab_stun_build_attribute(builder, ICELAB_STUN_MESSAGE_INTEGRITY, sum, 20);
}

static void start(Message *message, uint8_t flaws, IcelabStunClass message_class, uint16_t method,
	const uint8_t transaction[16])
{
	uint8_t id[16];

	memcpy(id, transaction, 16);
	if ((flaws & FLAW_TRANSACTION) != 0)
		id[15] ^= 1;
	message->flaws = flaws;
	icelab_stun_build_start(&message->builder, message->bytes, CAPACITY, message_class, method, id);
	if ((flaws & FLAW_UNKNOWN_ATTRIBUTE) != 0)
		icelab_stun_build_attribute(&message->builder, 0x7ffe, "what", 4);
}

/* How the dialect that is spoken with a peer or a server sums. */
typedef enum {
	SUM_NEW,
	SUM_OLD,
	SUM_MSICE2,
} Sum;

/* Ends a message with MESSAGE-INTEGRITY by `key` (NULL: none) and FINGERPRINT, wrong where the
 * flaws say so. */
static size_t finish(
	Message *message, Sum sum, const void *key, size_t key_length, bool fingerprint)
{
	IcelabStunBuilder *builder = &message->builder;
	uint8_t flaws = message->flaws;

	fingerprint = fingerprint && (flaws & FLAW_NO_FINGERPRINT) == 0;
	if (key != NULL && (flaws & FLAW_NO_INTEGRITY) == 0) {
		size_t before = builder->length;

		if (sum == SUM_NEW)
			icelab_stun_build_integrity(builder, key, key_length);
		else if (sum == SUM_OLD)
			add_old_integrity(builder, key, key_length, before + 4);
		else
			add_old_integrity(builder, key, key_length, before - 20 + 24 + (fingerprint ? 8 : 0));
		if ((flaws & FLAW_INTEGRITY) != 0 && builder->length >= before + 24)
			builder->bytes[before + 4 + (flaws >> 3) % 20] ^= 0x80;
	}
	if (fingerprint) {
		icelab_stun_build_fingerprint(builder);
		if ((flaws & FLAW_FINGERPRINT) != 0 && builder->length >= 8)
			builder->bytes[builder->length - 1] ^= 1;
	}
	return icelab_stun_build_end(builder);
}

/* ---- delivery ---- */

static void remember(
	unsigned number, const IcelabEndpoint *from, const uint8_t *bytes, size_t length)
{
	unsigned slot = talk.arrived_count++ % 4;

	talk.arrived_number[slot] = number;
	talk.arrived_from[slot] = *from;
	talk.arrived_length[slot] = MIN(length, sizeof(talk.arrived[0]));
	memcpy(talk.arrived[slot], bytes, talk.arrived_length[slot]);
}

static bool is_old_turn(void)
{
	return talk.agent->compatibility != NICE_COMPATIBILITY_RFC5245;
}

/* A datagram, or a frame of the stream's kind. */
static void arrive(unsigned number, const IcelabEndpoint *from, const uint8_t *bytes, size_t length)
{
	IcelabWorldSocket *socket = icelab_world_socket_by_number(number);
	uint8_t framed[CAPACITY + 8];
	Allocation *allocation = talk_allocation(number);
	IcelabEndpoint far;

	if (socket == NULL || length > CAPACITY)
		return;
	if (icelab_world_socket_kind(socket) == ICELAB_SOCKET_DATAGRAM) {
		remember(number, from, bytes, length);
		/* Where the relay is gone, what it sends is data like any other's. */
		if (allocation != NULL)
			talk_expect_payload(from, bytes, length);
		icelab_world_socket_receive(socket, from, bytes, length);
		return;
	}
	if (icelab_world_socket_kind(socket) != ICELAB_SOCKET_STREAM)
		return;
	far = icelab_world_socket_remote(socket);
	if (allocation != NULL || icelab_endpoint_equal(&far, from)) {
		bool turn = false;
		size_t header = 0;

		for (unsigned i = 0; i < talk.turn_known; i++)
			turn = turn || icelab_endpoint_equal(&talk.turn[i], from);
		if (turn && talk.agent->compatibility == NICE_COMPATIBILITY_GOOGLE) {
			framed[0] = (uint8_t)(length >> 8);
			framed[1] = (uint8_t)length;
			header = 2;
		} else if (turn && is_old_turn()) {
			framed[0] = 2;
			framed[1] = 0;
			framed[2] = (uint8_t)(length >> 8);
			framed[3] = (uint8_t)length;
			header = 4;
		} else if (!turn) {
			framed[0] = (uint8_t)(length >> 8);
			framed[1] = (uint8_t)length;
			header = 2;
		}
		memcpy(framed + header, bytes, length);
		/* RFC 8656 12.5: over TCP, ChannelData is padded to four bytes. */
		while (turn && header == 0 && length % 4 != 0)
			framed[length++] = 0;
		icelab_world_socket_stream(socket, framed, header + length, 0);
	}
}

static Allocation *relay_for(unsigned number, const IcelabEndpoint *peer, uint16_t *channel)
{
	Allocation *allocation = talk_allocation(number);

	*channel = 0;
	for (unsigned i = 0; allocation != NULL && i < allocation->channel_count; i++)
		if (icelab_endpoint_equal(&allocation->channels[i].peer, peer))
			*channel = allocation->channels[i].channel;
	return allocation;
}

void talk_deliver(
	unsigned number, const IcelabEndpoint *from, bool relayed, const uint8_t *bytes, size_t length)
{
	uint16_t channel;
	Allocation *allocation;
	Message message;

	if (length == 0 || length > CAPACITY - 100)
		return;
	packets_delivered(number, from, relayed, bytes, length);
	if (!relayed) {
		arrive(number, from, bytes, length);
		return;
	}
	allocation = relay_for(number, from, &channel);
	if (allocation == NULL)
		return;
	if (channel != 0 && talk.modern) {
		message.bytes[0] = (uint8_t)(channel >> 8);
		message.bytes[1] = (uint8_t)channel;
		message.bytes[2] = (uint8_t)(length >> 8);
		message.bytes[3] = (uint8_t)length;
		memcpy(message.bytes + 4, bytes, length);
		arrive(number, &allocation->server, message.bytes, length + 4);
		return;
	}
	{
		static const uint8_t transaction[16] = {0x21, 0x12, 0xa4, 0x42, 'i', 'n', 'd'};

		start(&message, 0, ICELAB_STUN_INDICATION, is_old_turn() ? 0x115 : ICELAB_STUN_DATA,
			transaction);
		if (is_old_turn()) {
			icelab_stun_build_attribute(&message.builder, 0x000f, old_cookie, 4);
			icelab_stun_build_address(&message.builder, 0x0012, &from->address, from->port);
		} else {
			icelab_stun_build_xor_address(
				&message.builder, ICELAB_STUN_XOR_PEER_ADDRESS, &from->address, from->port);
		}
		icelab_stun_build_attribute(&message.builder, 0x0013, bytes, length);
		length = finish(&message, SUM_NEW, NULL, 0, false);
		arrive(number, &allocation->server, message.bytes, length);
	}
}

void talk_expect_payload(const IcelabEndpoint *from, const uint8_t *bytes, size_t length)
{
	Payload *payload = &talk.payloads[talk.payload_count++ % MOST_PAYLOADS];

	payload->from = *from;
	payload->length = MIN(length, PAYLOAD_LONGEST);
	memcpy(payload->bytes, bytes, payload->length);
}

static void answer_with(const Sent *request, uint8_t flaws, const uint8_t *bytes, size_t length)
{
	IcelabEndpoint from = request->peer;

	if ((flaws & FLAW_SOURCE) != 0)
		from.port ^= 1;
	/* What libnice does not take for STUN goes to the application. */
	if (request->party != PARTY_PEER || flaws != 0)
		talk_expect_payload(&from, bytes, length);
	for (unsigned i = 0; i < ((flaws & FLAW_TWICE) != 0 ? 2u : 1u); i++) {
		if (request->party == PARTY_PEER)
			talk_deliver(request->number, &from, request->relayed, bytes, length);
		else
			arrive(request->number, &from, bytes, length);
		icelab_world_settle();
	}
}

static void note_mapped(const IcelabEndpoint *mapped)
{
	if (talk.mapped_count < G_N_ELEMENTS(talk.mapped))
		talk.mapped[talk.mapped_count++] = *mapped;
}

/* What somebody else says than who was asked counts for nothing. */
static bool from_right_place(uint8_t flaws)
{
	return (flaws & FLAW_SOURCE) == 0 || icelab_guard("discovery-response-source");
}

/* ---- the STUN server ---- */

void talk_answer_stun(Sent *request, IcelabScript *script)
{
	static const unsigned codes[] = {300, 400, 401, 420, 500, 699};
	uint8_t kind = icelab_script_byte(script);
	uint8_t flaws = icelab_script_byte(script);
	uint8_t which = icelab_script_byte(script);
	IcelabEndpoint mapped =
		talk_mapped((uint8_t)(which != 0 ? which : ++talk.last_mapped), request->to.address.family);
	Message message;
	size_t length;

	request->answered = true;
	start(&message, flaws, kind % 8 >= 4 ? ICELAB_STUN_ERROR : ICELAB_STUN_SUCCESS,
		ICELAB_STUN_BINDING, request->bytes + 4);
	switch (kind % 8) {
	case 0:
	case 1: /* both forms */
		icelab_stun_build_address(
			&message.builder, ICELAB_STUN_MAPPED_ADDRESS, &mapped.address, mapped.port);
		if (kind % 8 == 1 && mapped.address.family == 4) {
			/* The requests are RFC 3489's, without the cookie, but libnice reads this one as if
			 * they had it. */
			const uint8_t *ip = mapped.address.bytes;
			const uint8_t value[8] = {0, 1, (uint8_t)(mapped.port >> 8 ^ 0x21),
				(uint8_t)(mapped.port ^ 0x12), ip[0] ^ 0x21, ip[1] ^ 0x12, ip[2] ^ 0xa4,
				ip[3] ^ 0x42};

			icelab_stun_build_attribute(
				&message.builder, ICELAB_STUN_XOR_MAPPED_ADDRESS, value, sizeof(value));
		}
		break;
	case 2: /* an address of the other family, or the machine's own */
		mapped = (which & 1) != 0 ? icelab_endpoint("2001:db8:1::10", 40001)
								  : icelab_endpoint("192.168.1.10", 40001);
		icelab_stun_build_address(
			&message.builder, ICELAB_STUN_MAPPED_ADDRESS, &mapped.address, mapped.port);
		break;
	case 3: /* nothing */
		break;
	case 4: { /* ALTERNATE-SERVER */
		IcelabEndpoint alternate =
			(which & 1) != 0 ? icelab_endpoint("192.0.2.54", 3478) : talk_stun_server();

		icelab_stun_build_error_code(&message.builder, 300, "elsewhere");
		icelab_stun_build_address(&message.builder, 0x8023, &alternate.address, alternate.port);
		break;
	}
	default:
		icelab_stun_build_error_code(&message.builder, codes[which % G_N_ELEMENTS(codes)], "no");
		break;
	}
	length = finish(&message, SUM_OLD, NULL, 0, (flaws & FLAW_FINGERPRINT) != 0);
	if ((flaws & (FLAW_TRANSACTION | FLAW_UNKNOWN_ATTRIBUTE)) == 0 && kind % 8 < 3 &&
		from_right_place(flaws))
		note_mapped(&mapped);
	answer_with(request, flaws, message.bytes, length);
}

/* ---- the TURN server ---- */

static size_t turn_key(uint8_t key[ICELAB_DIGEST_MAXIMUM], const char *realm)
{
	const char *username = talk.turn_username;
	const char *password = talk.turn_password;
	gsize username_length = strlen(username), password_length = strlen(password);
	g_autofree guchar *decoded_username = NULL;
	g_autofree guchar *decoded_password = NULL;

	if (talk.agent->compatibility == NICE_COMPATIBILITY_OC2007 ||
		talk.agent->compatibility == NICE_COMPATIBILITY_OC2007R2) {
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

static void challenge(Message *message, unsigned code, uint8_t which)
{
	static const char *const realms[] = {TALK_REALM, "other.example", "\"quoted\"", "\"", "", "r"};
	char nonce[16];
	/* Nothing but quotes: libnice looks for more of them before the first. */
	const char *realm =
		realms[icelab_guard("stun-trim-credentials") ? which & 1 : which % G_N_ELEMENTS(realms)];

	g_snprintf(nonce, sizeof(nonce), "nonce%u", ++talk.nonce);
	icelab_stun_build_error_code(&message->builder, code, "who");
	if ((which & 0x40) == 0)
		icelab_stun_build_attribute(&message->builder, ICELAB_STUN_REALM, realm, strlen(realm));
	if ((which & 0x80) == 0)
		icelab_stun_build_attribute(&message->builder, ICELAB_STUN_NONCE, nonce, strlen(nonce));
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

static bool peer_of(const Sent *request, IcelabEndpoint *peer)
{
	IcelabStunMessage message;
	IcelabStunAttribute attribute;

	return icelab_stun_parse(request->bytes, request->length, &message) == ICELAB_STUN_OK &&
		   icelab_stun_find(&message, ICELAB_STUN_XOR_PEER_ADDRESS, &attribute) &&
		   icelab_stun_read_xor_address(&message, &attribute, &peer->address, &peer->port);
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
		!peer_of(request, &peer) ||
		icelab_stun_parse(request->bytes, request->length, &message) != ICELAB_STUN_OK ||
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

static void succeed(
	Message *message, const Sent *request, uint8_t which, uint8_t variant, bool trusted)
{
	static const uint32_t lifetimes[] = {600, 0, 1, 120, 121, 3600, 0x7fffffff, 0xffffffff};
	uint8_t family = (variant & 0x40) != 0 ? 6 : request->to.address.family;
	IcelabEndpoint relayed =
		talk_relayed(which != 0 ? which : (uint8_t)(request->number << 4 | 1), family);
	IcelabEndpoint mapped = talk_mapped((uint8_t)(which + 1), request->to.address.family);
	/* The candidate is freed while it is in the list of local candidates. */
	uint32_t lifetime = request->method == ICELAB_STUN_ALLOCATE && (variant & 7) == 1 &&
								icelab_guard("turn-allocate-lifetime-zero")
							? 600
							: lifetimes[variant & 7];
	uint8_t wire[4] = {(uint8_t)(lifetime >> 24), (uint8_t)(lifetime >> 16),
		(uint8_t)(lifetime >> 8), (uint8_t)lifetime};
	IcelabStunBuilder *builder = &message->builder;

	if (request->method == ICELAB_STUN_ALLOCATE) {
		if (is_old_turn()) {
			uint8_t sequence[24] = {1, 2, 3};

			icelab_stun_build_attribute(builder, 0x000f, old_cookie, 4);
			icelab_stun_build_address(
				builder, ICELAB_STUN_MAPPED_ADDRESS, &relayed.address, relayed.port);
			icelab_stun_build_address(builder, 0x8000, &mapped.address, mapped.port);
			icelab_stun_build_xor_address(builder, 0x8020, &mapped.address, mapped.port);
			icelab_stun_build_attribute(builder, 0x8050, sequence, (variant & 0x20) != 0 ? 20 : 24);
			icelab_stun_build_attribute(builder, ICELAB_STUN_REALM, TALK_REALM, strlen(TALK_REALM));
		} else {
			icelab_stun_build_xor_address(
				builder, ICELAB_STUN_XOR_RELAYED_ADDRESS, &relayed.address, relayed.port);
		}
		if ((variant & 8) == 0)
			icelab_stun_build_xor_address(
				builder, ICELAB_STUN_XOR_MAPPED_ADDRESS, &mapped.address, mapped.port);
		if ((variant & 0x10) != 0)
			icelab_stun_build_attribute(builder, 0x0010, wire, 4); /* BANDWIDTH of the drafts */
		if (trusted) {
			note_mapped(&relayed);
			note_mapped(&mapped);
		}
		note_allocation(request, &relayed);
	}
	if (request->method == ICELAB_STUN_ALLOCATE || request->method == ICELAB_STUN_REFRESH) {
		if ((variant & 0x80) == 0)
			icelab_stun_build_attribute(builder, 0x000d, wire, 4);
	} else {
		if (is_old_turn()) {
			static const uint8_t options[4] = {0, 0, 0, 1};

			icelab_stun_build_attribute(builder, 0x000f, old_cookie, 4);
			if ((variant & 1) == 0)
				icelab_stun_build_attribute(builder, 0x8001, options, 4);
		}
		note_grant(request);
	}
}

static void name_alternate(Message *message, uint8_t which)
{
	IcelabEndpoint alternate =
		(which & 0x80) != 0 ? talk_turn_server(which & 3) : talk_turn_server(4 + (which & 1));

	icelab_stun_build_error_code(&message->builder, 300, "elsewhere");
	if ((which & 0x40) == 0)
		icelab_stun_build_address(&message->builder, 0x8023, &alternate.address, alternate.port);
	if (is_old_turn())
		icelab_stun_build_address(&message->builder, 0x000e, &alternate.address, alternate.port);
	if (talk.turn_known < G_N_ELEMENTS(talk.turn))
		talk.turn[talk.turn_known++] = alternate;
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
	IcelabStunMessage parsed;
	IcelabStunAttribute realm;
	char realm_text[64] = "";
	Message message;
	size_t length;
	bool signed_request = false;

	request->answered = true;
	/* A relay that comes when all are being given back is given back by nobody. */
	if (talk.closing && request->method == ICELAB_STUN_ALLOCATE &&
		icelab_guard("close-late-allocation"))
		return;
	if (icelab_stun_parse(request->bytes, request->length, &parsed) == ICELAB_STUN_OK) {
		IcelabStunAttribute attribute;

		signed_request = icelab_stun_find(&parsed, ICELAB_STUN_MESSAGE_INTEGRITY, &attribute);
		if (icelab_stun_find(&parsed, ICELAB_STUN_REALM, &realm) &&
			realm.length < sizeof(realm_text))
			memcpy(realm_text, realm.value, realm.length);
		/* As libnice trims it. */
		g_strchomp(g_strdelimit(realm_text, "\"", ' '));
		g_strchug(realm_text);
	}
	kind %= 8;
	if (kind == 0 && talk.ask_password && !signed_request && talk.modern)
		kind = 1;
	start(&message, flaws, kind == 0 || kind == 7 ? ICELAB_STUN_SUCCESS : ICELAB_STUN_ERROR,
		request->method, request->bytes + 4);
	switch (kind) {
	case 0:
		/* RFC 8489 9.2.5: an answer to a signed request counts if it is signed rightly. */
		succeed(&message, request, which, variant,
			from_right_place(flaws) && (flaws & FLAW_TRANSACTION) == 0 &&
				(!signed_request || !talk.modern ||
					(flaws & (FLAW_INTEGRITY | FLAW_NO_INTEGRITY)) == 0));
		break;
	case 1:
		challenge(&message, 401, which);
		break;
	case 2:
		challenge(&message, 438, which);
		break;
	case 3:
		name_alternate(&message, which);
		break;
	case 4:
		icelab_stun_build_error_code(&message.builder, codes[which % G_N_ELEMENTS(codes)], "no");
		if ((which & 0x80) != 0)
			icelab_stun_build_attribute(
				&message.builder, ICELAB_STUN_REALM, TALK_REALM, strlen(TALK_REALM));
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
	if (!talk.modern && !signed_request)
		key_length = 0;
	length = finish(&message, talk.modern ? SUM_NEW : SUM_OLD, key_length > 0 ? key : NULL,
		key_length, (variant & 0x20) != 0 && talk.modern);
	answer_with(request, flaws, message.bytes, length);
}

/* ---- the peer ---- */

/* The key and user name between the two sides, in the dialect that is spoken. */
typedef struct {
	Sum sum;
	bool fingerprint;
	char username[600];
	size_t username_length;
	uint8_t key[260];
	size_t key_length;
} Secret;

static void append(Secret *secret, const void *bytes, size_t length)
{
	length = MIN(length, sizeof(secret->username) - secret->username_length);
	memcpy(secret->username + secret->username_length, bytes, length);
	secret->username_length += length;
}

static void append_text(Secret *secret, const char *text)
{
	append(secret, text, strlen(text));
}

static void append_decoded(Secret *secret, const char *text)
{
	gsize length = 0;
	g_autofree guchar *decoded = text != NULL ? g_base64_decode(text, &length) : NULL;

	append(secret, decoded, length);
}

static void set_key(Secret *secret, const char *password, bool encoded)
{
	gsize length = password != NULL ? strlen(password) : 0;
	g_autofree guchar *decoded =
		encoded && password != NULL ? g_base64_decode(password, &length) : NULL;

	secret->key_length = MIN(length, sizeof(secret->key));
	if (secret->key_length > 0)
		memcpy(secret->key, decoded != NULL ? (const void *)decoded : (const void *)password,
			secret->key_length);
}

/* `inbound`: of a check from the peer. */
static void make_secret(
	Secret *secret, NiceStream *stream, NiceComponent *component, bool inbound, uint8_t which)
{
	NiceCompatibility dialect = talk.agent->compatibility;
	const NiceCandidate *local = component->local_candidates != NULL
									 ? g_slist_nth_data(component->local_candidates,
										   which % g_slist_length(component->local_candidates))
									 : NULL;
	const NiceCandidate *remote = component->remote_candidates != NULL
									  ? g_slist_nth_data(component->remote_candidates,
											which % g_slist_length(component->remote_candidates))
									  : NULL;
	const char *mine =
		local != NULL && local->username != NULL ? local->username : stream->local_ufrag;
	const char *theirs =
		remote != NULL && remote->username != NULL ? remote->username : stream->remote_ufrag;

	*secret = (Secret){.sum = SUM_NEW, .fingerprint = true};
	switch (dialect) {
	case NICE_COMPATIBILITY_GOOGLE:
		secret->fingerprint = false;
		secret->sum = SUM_OLD;
		append_text(secret, inbound ? mine : theirs);
		append_text(secret, inbound ? theirs : mine);
		return;
	case NICE_COMPATIBILITY_MSN:
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
	set_key(secret, inbound ? stream->local_password : stream->remote_password, false);
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

/* RFC 8445 7.2.5.2.1: what comes from elsewhere than the check went to fails it; RFC
 * 8489 6.3.3, 9.1.4: an answer to nothing, and one that is not signed, count for nothing. */
static void answer_wrongly(
	const Sent *request, uint8_t flaws, const Message *message, size_t length)
{
	unsigned before = count_succeeded();

	answer_with(request, flaws, message->bytes, length);
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
	Allocation *allocation = talk_allocation(request->number);
	NiceStream *stream;
	NiceComponent *component;
	IcelabEndpoint mapped;
	Secret secret;
	Message message;
	size_t length;

	request->answered = true;
	if (socket == NULL || !talk_receives(socket, &stream, &component))
		return;
	make_secret(&secret, stream, component, false, which >> 4);
	mapped = request->relayed && allocation != NULL ? allocation->relayed
													: icelab_world_socket_local(socket);
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
	start(&message, flaws, kind >= 4 ? ICELAB_STUN_ERROR : ICELAB_STUN_SUCCESS, ICELAB_STUN_BINDING,
		request->bytes + 4);
	switch (kind) {
	case 0:
		break;
	case 1: /* as through a NAT: a peer-reflexive candidate of the agent's */
		mapped = talk_mapped(
			which != 0 ? which : (uint8_t)request->number, request->peer.address.family);
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
	length = finish(&message, secret.sum, secret.key_length > 0 ? secret.key : NULL,
		secret.key_length, secret.fingerprint);
	/* Where a stream's bytes come from is not the answer's choice. */
	if (talk.modern && icelab_world_socket_kind(socket) == ICELAB_SOCKET_DATAGRAM &&
		(flaws & (FLAW_SOURCE | FLAW_TRANSACTION | FLAW_INTEGRITY | FLAW_NO_INTEGRITY)) != 0)
		answer_wrongly(request, flaws, &message, length);
	else
		answer_with(request, flaws, message.bytes, length);
}

/* Which socket the script means, and whether through its relay. */
static IcelabWorldSocket *choose_socket(uint8_t index, bool *relayed)
{
	IcelabWorldSocket *sockets[64];
	unsigned count = 0;

	*relayed = (index & 0x80) != 0;
	for (unsigned i = 0; icelab_world_socket(i) != NULL && count < G_N_ELEMENTS(sockets); i++) {
		IcelabWorldSocket *socket = icelab_world_socket(i);

		if (*relayed ? talk_allocation(icelab_world_socket_number(socket)) != NULL
					 : icelab_world_socket_kind(socket) != ICELAB_SOCKET_LISTENER)
			sockets[count++] = socket;
	}
	return count > 0 ? sockets[(index & 0x7f) % count] : NULL;
}

static void add_role(Message *message, uint8_t role)
{
	uint64_t tie_breaker = talk.agent->tie_breaker;
	bool controlling = !talk.agent->controlling_mode;
	uint8_t wire[8];

	/* The role that suits, or the same as the agent's, with a tie-breaker beside its own. */
	if ((role & 1) != 0)
		controlling = !controlling;
	switch (role >> 1 & 7) {
	case 1:
		tie_breaker--;
		break;
	case 2:
		tie_breaker++;
		break;
	case 3:
		tie_breaker = 0;
		break;
	case 4:
		tie_breaker = UINT64_MAX;
		break;
	default:
		break;
	}
	for (unsigned i = 0; i < 8; i++)
		wire[i] = (uint8_t)(tie_breaker >> (56 - 8 * i));
	if ((role & 0x40) == 0)
		icelab_stun_build_attribute(
			&message->builder, controlling ? 0x802a : 0x8029, wire, (role & 0x80) != 0 ? 4 : 8);
}

typedef enum {
	VERDICT_NONE, /* not told: the request is not sound */
	VERDICT_SUCCESS,
	VERDICT_CONFLICT,
} Verdict;

/* RFC 8445 7.3.1.1. */
static Verdict expected_verdict(uint8_t role, bool *switches)
{
	bool same = (role & 1) != 0;
	uint8_t tie = role >> 1 & 7;
	uint64_t mine = talk.agent->tie_breaker;
	uint64_t theirs = tie == 1   ? mine - 1
					  : tie == 2 ? mine + 1
					  : tie == 3 ? 0
					  : tie == 4 ? UINT64_MAX
								 : mine;

	*switches = false;
	if ((role & 0xc0) != 0)
		return VERDICT_NONE;
	if (!same)
		return VERDICT_SUCCESS;
	if (talk.agent->controlling_mode) {
		/* "If the agent's tie-breaker value is larger than or equal to the contents of the
		 * ICE-CONTROLLING attribute, the agent generates [...] 487 [...] but retains its role." */
		if (mine >= theirs)
			return VERDICT_CONFLICT;
		*switches = true;
		return VERDICT_SUCCESS;
	}
	/* "[...] larger than or equal to [...] ICE-CONTROLLED [...], the agent switches to the
	 * controlling role. [...] less than [...] 487". */
	if (mine >= theirs) {
		*switches = true;
		return VERDICT_SUCCESS;
	}
	return VERDICT_CONFLICT;
}

static const Asked *asked_with(const uint8_t transaction[16])
{
	for (unsigned i = 0; i < MIN(talk.asked_count, MOST_ASKED); i++)
		if (memcmp(talk.asked[i].transaction, transaction, 16) == 0)
			return &talk.asked[i];
	return NULL;
}

/* The connection to a relay, or the socket that GOOGLE's dialect opens for one: none of a
 * candidate's.
 */
static bool is_way_to_relay(const IcelabWorldSocket *socket, const NiceComponent *component)
{
	IcelabEndpoint near = icelab_world_socket_local(socket);
	IcelabEndpoint far = icelab_world_socket_remote(socket);
	bool stream = icelab_world_socket_kind(socket) == ICELAB_SOCKET_STREAM;

	for (unsigned i = 0; i < talk.turn_known; i++)
		if (icelab_endpoint_equal(&talk.turn[i], &far))
			return true;
	for (GSList *i = component->local_candidates; i != NULL; i = i->next) {
		const NiceCandidate *candidate = i->data;
		IcelabEndpoint base = talk_from_nice(&candidate->base_addr);

		if (candidate->type != NICE_CANDIDATE_TYPE_RELAYED &&
			icelab_address_equal(&base.address, &near.address) &&
			(stream || base.port == near.port))
			return far.port == talk_proxy().port;
	}
	return true;
}

static bool is_own_connection(const IcelabWorldSocket *socket)
{
	IcelabEndpoint local = icelab_world_socket_local(socket);

	if (icelab_world_socket_kind(socket) != ICELAB_SOCKET_STREAM)
		return false;
	for (unsigned i = 0; icelab_world_socket(i) != NULL; i++) {
		IcelabEndpoint other = icelab_world_socket_local(icelab_world_socket(i));

		if (icelab_world_socket_kind(icelab_world_socket(i)) == ICELAB_SOCKET_LISTENER &&
			icelab_endpoint_equal(&local, &other))
			return false;
	}
	return true;
}

static bool nominates_unchecked(const NiceStream *stream, const IcelabEndpoint *from)
{
	bool nominated = false, found = false, unchecked = false;

	for (GSList *i = stream->conncheck_list; i != NULL; i = i->next) {
		const CandidateCheckPair *pair = i->data;
		IcelabEndpoint remote = talk_from_nice(&pair->remote->addr);

		nominated = nominated || (pair->valid && pair->nominated);
		if (!icelab_endpoint_equal(&remote, from))
			continue;
		found = true;
		unchecked = unchecked ||
					(pair->state != NICE_CHECK_SUCCEEDED && pair->state != NICE_CHECK_DISCOVERED &&
						pair->state != NICE_CHECK_IN_PROGRESS);
	}
	return nominated && (unchecked || !found);
}

static void send_check(IcelabWorldSocket *socket, bool relayed, const IcelabEndpoint *from,
	uint8_t flaws, uint8_t role, uint8_t extras, uint8_t which)
{
	static uint32_t counter;
	uint8_t transaction[16] = {0x21, 0x12, 0xa4, 0x42, 'p', 'e', 'e', 'r'};
	unsigned number = icelab_world_socket_number(socket);
	NiceStream *stream;
	NiceComponent *component;
	uint8_t priority[4] = {0x6e, which, 0xff, 0};
	bool was_controlling = talk.agent->controlling_mode;
	bool switches, sound;
	Verdict verdict;
	Secret secret;
	Message message;
	size_t length;

	if (!talk_receives(socket, &stream, &component) ||
		(!relayed && icelab_world_socket_local(socket).address.family != from->address.family))
		return;
	/* A check on the way to a relay is none of a candidate's; stored until there are credentials,
	 * it is looked up among them. */
	if (!relayed && is_way_to_relay(socket, component) && stream->remote_ufrag[0] == '\0' &&
		icelab_guard("early-check-without-candidate"))
		return;
	/* On a connection that the agent opened, the candidate that the check is of is not known yet.
	 */
	if (!relayed && is_own_connection(socket) && stream->remote_ufrag[0] == '\0' &&
		icelab_guard("early-check-own-connection"))
		return;
	/* The old dialects nominate by any check, and may free the link of the list that they are at.
	 */
	if (!talk.modern && nominates_unchecked(stream, from) && icelab_guard("nominated-link-freed"))
		return;
	/* The answer to a role conflict has a text whose length puts FINGERPRINT where it may. */
	if (talk.agent->compatibility == NICE_COMPATIBILITY_OC2007R2 &&
		icelab_guard("legacy-fingerprint-misaligned"))
		role &= (uint8_t)~1;
	if (talk.asked_count == 0)
		counter = 0;
	counter++;
	memcpy(transaction + 12, &counter, 4);
	make_secret(&secret, stream, component, true, which);
	start(&message, flaws, ICELAB_STUN_REQUEST, ICELAB_STUN_BINDING, transaction);
	if ((flaws & FLAW_TRANSACTION) != 0)
		transaction[15] ^= 1;
	if (talk.agent->compatibility == NICE_COMPATIBILITY_GOOGLE || talk_names_candidates())
		memset(message.bytes + 4, 'o', 4);
	if ((extras & 1) == 0)
		icelab_stun_build_attribute(
			&message.builder, ICELAB_STUN_USERNAME, secret.username, secret.username_length);
	else if ((extras & 2) == 0)
		icelab_stun_build_attribute(&message.builder, ICELAB_STUN_USERNAME, "who:what", 8);
	priority[3] = (uint8_t)(256 - component->id);
	if ((extras & 4) == 0)
		icelab_stun_build_attribute(&message.builder, 0x0024, priority, 4);
	add_role(&message, role);
	if ((role & 0x10) != 0)
		icelab_stun_build_attribute(&message.builder, 0x0025, NULL, 0);
	if ((role & 0x20) != 0) {
		static const uint8_t nomination[5] = {0, 0, 0, 1, 0};

		icelab_stun_build_attribute(
			&message.builder, 0xc001, nomination, (extras & 8) != 0 ? 5 : 4);
	}
	if ((extras & 0x10) != 0)
		icelab_stun_build_attribute(&message.builder, 0x8070, "\0\0\0\2", 4); /* MS version */
	if ((extras & 0x20) != 0)
		icelab_stun_build_attribute(&message.builder, 0x8054, "foundation", 10);
	if ((extras & 0x40) != 0)
		for (unsigned i = 0; i < 12; i++)
			icelab_stun_build_attribute(&message.builder, (uint16_t)(0x7000 + i), "x", 1);
	length = finish(&message, secret.sum, secret.key_length > 0 ? secret.key : NULL,
		secret.key_length, secret.fingerprint);
	verdict = expected_verdict(role, &switches);
	sound = talk.modern && flaws == 0 && (extras & 0x47) == 0 && verdict != VERDICT_NONE &&
			component->have_local_consent && component->io_callback != NULL &&
			(icelab_world_socket_condition(socket) & G_IO_OUT) != 0 &&
			icelab_world_socket_kind(socket) == ICELAB_SOCKET_DATAGRAM && icelab_world_alive() &&
			!talk.closing && !agent_find_stream(talk.agent, stream->id)->gathering &&
			(relayed || !talk.agent->force_relay) && stream->local_password[0] != '\0' &&
			!(agent_find_stream(talk.agent, stream->id) == NULL) && from->address.family != 0;
	if (relayed || talk_allocation(number) != NULL || talk.agent->reliable)
		sound = false;
	for (unsigned i = 0; i < talk.turn_known; i++)
		sound = sound && !icelab_endpoint_equal(&talk.turn[i], from);

	if (!sound)
		talk_expect_payload(from, message.bytes, length);
	for (unsigned i = 0; i < ((flaws & FLAW_TWICE) != 0 ? 2u : 1u); i++)
		talk_deliver(number, from, relayed, message.bytes, length);
	icelab_world_settle();
	if (sound) {
		const Asked *asked = asked_with(transaction);

		/* RFC 8489 6.3.1: a request that is right is answered. */
		if (asked != NULL && asked->authentic && !asked->answered && icelab_world_alive() &&
			icelab_world_socket_by_number(number) != NULL)
			talk_broken(NULL, "RFC 8489 6.3.1", "a right check was not answered");
		if ((was_controlling != (talk.agent->controlling_mode != FALSE)) != switches &&
			asked != NULL && asked->authentic)
			talk_broken(NULL, "RFC 8445 7.3.1.1", "the role %s although it should%s",
				switches ? "stayed" : "changed", switches ? " not" : "");
	}
}

void talk_check(IcelabScript *script)
{
	uint8_t socket_index = icelab_script_byte(script);
	uint8_t peer = icelab_script_byte(script);
	uint8_t flaws = icelab_script_byte(script);
	uint8_t role = icelab_script_byte(script);
	uint8_t extras = icelab_script_byte(script);
	uint8_t which = icelab_script_byte(script);
	bool relayed;
	IcelabWorldSocket *socket = choose_socket(socket_index, &relayed);
	IcelabEndpoint from = talk_peer(peer);

	if (socket == NULL)
		return;
	if (!relayed && icelab_world_socket_kind(socket) == ICELAB_SOCKET_STREAM)
		from = icelab_world_socket_remote(socket);
	send_check(socket, relayed, &from, flaws, role, extras, which);
}

/* ---- all together ---- */

/* The peer checks back what it is checked by, once, and nominates where the agent cannot. */
static void check_back(const Sent *request)
{
	IcelabWorldSocket *socket = icelab_world_socket_by_number(request->number);
	uint8_t role = talk.agent->controlling_mode ? 0 : 0x10;

	if (socket == NULL || (talk.manners & 8) != 0)
		return;
	if ((talk.manners & 0x80) != 0)
		role ^= 1;
	if ((talk.manners & 0x10) != 0)
		role &= (uint8_t)~0x10;
	send_check(socket, request->relayed, &request->peer, 0, role, 0, 0);
}

void talk_answer_all(void)
{
	/* Answers make requests: those are for the next round. */
	unsigned end = MIN(talk.sent_count, MOST_SENT);

	for (unsigned i = 0; i < end; i++) {
		Sent request = talk.sent[i];
		IcelabScript nothing = {NULL, 0};

		if (request.answered || request.length == 0)
			continue;
		switch (request.party) {
		case PARTY_STUN:
			if ((talk.manners & 1) == 0)
				talk_answer_stun(&talk.sent[i], &nothing);
			break;
		case PARTY_TURN:
			if ((talk.manners & 2) == 0)
				talk_answer_turn(&talk.sent[i], &nothing);
			break;
		case PARTY_PEER:
			if ((talk.manners & 4) != 0 || request.method != ICELAB_STUN_BINDING)
				break;
			talk_answer_peer(&talk.sent[i], &nothing);
			check_back(&request);
			break;
		case PARTY_PROXY:
			break;
		}
	}
}
