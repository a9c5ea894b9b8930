/* SPDX-License-Identifier: MIT */
/* libnice's stun/, through the API that its own agent uses: stun_agent_validate() for the message,
 * FINGERPRINT and MESSAGE-INTEGRITY, stun_message_find*() for the attributes. RFC 5389, and RFC
 * 3489 for messages without the magic cookie. */
#include <netinet/in.h>
#include <string.h>

#include <stun/stunagent.h>
#include <stun/stunmessage.h>

#include "guards.h"
#include "stacks/decoder.h"

#define PASSWORD_LENGTH (sizeof ICELAB_DECODED_PASSWORD - 1)

static bool give_password(StunAgent *agent, StunMessage *message, uint8_t *username,
	uint16_t username_length, uint8_t **password, size_t *password_length, void *data)
{
	static uint8_t text[] = ICELAB_DECODED_PASSWORD;

	(void)agent, (void)message, (void)username, (void)username_length, (void)data;
	*password = text;
	*password_length = PASSWORD_LENGTH;
	return true;
}

/* Unknown attributes are told about messages that are accepted. */
static StunValidationStatus validate(const uint8_t *bytes, size_t length, bool cookie,
	StunAgentUsageFlags flags, StunAgent *agent, StunMessage *message)
{
	static uint8_t password[] = ICELAB_DECODED_PASSWORD;

	memset(agent, 0, sizeof *agent);
	stun_agent_init(agent, STUN_ALL_KNOWN_ATTRIBUTES,
		cookie ? STUN_COMPATIBILITY_RFC5389 : STUN_COMPATIBILITY_RFC3489, flags);
	/* The request that any response answers. */
	if (length >= 20) {
		*message = (StunMessage){.buffer = (uint8_t *)bytes, .buffer_len = length};
		agent->sent_ids[0].valid = true;
		agent->sent_ids[0].method = stun_message_get_method(message);
		agent->sent_ids[0].key = password;
		agent->sent_ids[0].key_len = PASSWORD_LENGTH;
		memcpy(agent->sent_ids[0].id, bytes + 4, sizeof agent->sent_ids[0].id);
	}
	return stun_agent_validate(agent, message, bytes, length, give_password, NULL);
}

static bool accepts(StunValidationStatus status)
{
	return status == STUN_VALIDATION_SUCCESS || status == STUN_VALIDATION_UNKNOWN_ATTRIBUTE ||
		   status == STUN_VALIDATION_UNKNOWN_REQUEST_ATTRIBUTE;
}

/* Whether the agent looks at MESSAGE-INTEGRITY at all: not in errors that the server could not
 * protect. */
static bool judges_integrity(const StunMessage *message)
{
	int code;

	return stun_message_get_class(message) != STUN_ERROR ||
		   stun_message_find_error(message, &code) != STUN_MESSAGE_RETURN_SUCCESS ||
		   (code != STUN_ERROR_BAD_REQUEST && code != STUN_ERROR_UNAUTHORIZED &&
			   code != STUN_ERROR_STALE_NONCE && code != STUN_ERROR_TRY_ALTERNATE);
}

static void read_checks(
	const uint8_t *bytes, size_t length, bool cookie, StunMessage *message, IcelabDecoded *decoded)
{
	StunAgent agent;
	StunMessage other;
	uint16_t size = 0;

	decoded->fingerprint = ICELAB_DECODED_MISSING;
	if (cookie && stun_message_has_attribute(message, STUN_ATTRIBUTE_FINGERPRINT))
		decoded->fingerprint =
			accepts(validate(bytes, length, cookie,
				STUN_AGENT_USAGE_USE_FINGERPRINT | STUN_AGENT_USAGE_IGNORE_CREDENTIALS, &agent,
				&other))
				? ICELAB_DECODED_RIGHT
				: ICELAB_DECODED_WRONG;
	decoded->integrity = ICELAB_DECODED_MISSING;
	if (!stun_message_has_attribute(message, STUN_ATTRIBUTE_MESSAGE_INTEGRITY))
		return;
	stun_message_find(message, STUN_ATTRIBUTE_MESSAGE_INTEGRITY, &size);
	if (!judges_integrity(message) || (size != 20 && icelab_guard("stun-integrity-length"))) {
		decoded->integrity = ICELAB_DECODED_UNASKED;
		return;
	}
	decoded->integrity = accepts(validate(bytes, length, cookie, 0, &agent, &other))
							 ? ICELAB_DECODED_RIGHT
							 : ICELAB_DECODED_WRONG;
}

static void set_number(
	IcelabDecoded *decoded, IcelabDecodedAttribute which, StunMessageReturn found, uint64_t number)
{
	if (found == STUN_MESSAGE_RETURN_SUCCESS)
		icelab_decoded_number(decoded, which, number);
	else if (found != STUN_MESSAGE_RETURN_NOT_FOUND)
		decoded->states[which] = ICELAB_DECODED_BAD;
}

static void read_address(
	const StunMessage *message, IcelabDecodedAttribute which, bool xor, IcelabDecoded *decoded)
{
	struct sockaddr_storage found;
	const struct sockaddr_in *v4 = (const struct sockaddr_in *)&found;
	const struct sockaddr_in6 *v6 = (const struct sockaddr_in6 *)&found;
	socklen_t size = sizeof found;
	StunAttribute type = (StunAttribute)icelab_decoded_types[which];
	IcelabAddress address = {0};
	StunMessageReturn result = xor? stun_message_find_xor_addr(message, type, &found, &size)
								  : stun_message_find_addr(message, type, &found, &size);

	if (result == STUN_MESSAGE_RETURN_NOT_FOUND)
		return;
	decoded->states[which] = ICELAB_DECODED_BAD;
	if (result != STUN_MESSAGE_RETURN_SUCCESS)
		return;
	if (found.ss_family == AF_INET) {
		address.family = 4;
		memcpy(address.bytes, &v4->sin_addr, 4);
		icelab_decoded_address(decoded, which, &address, ntohs(v4->sin_port));
	} else {
		address.family = 6;
		memcpy(address.bytes, &v6->sin6_addr, 16);
		icelab_decoded_address(decoded, which, &address, ntohs(v6->sin6_port));
	}
}

static void read_bytes(
	const StunMessage *message, IcelabDecodedAttribute which, bool text, IcelabDecoded *decoded)
{
	StunAttribute type = (StunAttribute)icelab_decoded_types[which];
	char buffer[1024];
	uint16_t length = 0;
	const void *bytes = stun_message_find(message, type, &length);

	if (bytes == NULL)
		return;
	if (!text || length >= sizeof buffer) {
		icelab_decoded_bytes(decoded, which, bytes, length);
		return;
	}
	if (stun_message_find_string(message, type, buffer, sizeof buffer) ==
		STUN_MESSAGE_RETURN_SUCCESS)
		icelab_decoded_bytes(decoded, which, buffer, length);
	else
		decoded->states[which] = ICELAB_DECODED_BAD;
}

static void read_number(
	const StunMessage *message, IcelabDecodedAttribute which, size_t size, IcelabDecoded *decoded)
{
	StunAttribute type = (StunAttribute)icelab_decoded_types[which];
	uint32_t number = 0;
	uint64_t wide = 0;

	if (size == 8) {
		StunMessageReturn found = stun_message_find64(message, type, &wide);

		set_number(decoded, which, found, wide);
	} else if (size == 0) {
		set_number(decoded, which, stun_message_find_flag(message, type), 0);
	} else {
		StunMessageReturn found = stun_message_find32(message, type, &number);

		set_number(decoded, which, found, number >> (32 - size * 8));
	}
}

static void read_attributes(const StunMessage *message, IcelabDecoded *decoded)
{
	int code = 0;
	StunMessageReturn found;

	read_address(message, ICELAB_DECODED_MAPPED_ADDRESS, false, decoded);
	read_address(message, ICELAB_DECODED_ALTERNATE_SERVER, false, decoded);
	read_address(message, ICELAB_DECODED_XOR_PEER_ADDRESS, true, decoded);
	read_address(message, ICELAB_DECODED_XOR_RELAYED_ADDRESS, true, decoded);
	read_address(message, ICELAB_DECODED_XOR_MAPPED_ADDRESS, true, decoded);
	read_bytes(message, ICELAB_DECODED_USERNAME, true, decoded);
	read_bytes(message, ICELAB_DECODED_REALM, true, decoded);
	read_bytes(message, ICELAB_DECODED_NONCE, true, decoded);
	read_bytes(message, ICELAB_DECODED_SOFTWARE, true, decoded);
	read_bytes(message, ICELAB_DECODED_UNKNOWN_ATTRIBUTES, false, decoded);
	read_bytes(message, ICELAB_DECODED_DATA, false, decoded);
	read_number(message, ICELAB_DECODED_CHANNEL_NUMBER, 2, decoded);
	read_number(message, ICELAB_DECODED_REQUESTED_TRANSPORT, 1, decoded);
	read_number(message, ICELAB_DECODED_LIFETIME, 4, decoded);
	read_number(message, ICELAB_DECODED_PRIORITY, 4, decoded);
	read_number(message, ICELAB_DECODED_RESERVATION_TOKEN, 8, decoded);
	read_number(message, ICELAB_DECODED_ICE_CONTROLLED, 8, decoded);
	read_number(message, ICELAB_DECODED_ICE_CONTROLLING, 8, decoded);
	read_number(message, ICELAB_DECODED_DONT_FRAGMENT, 0, decoded);
	read_number(message, ICELAB_DECODED_USE_CANDIDATE, 0, decoded);
	found = stun_message_find_error(message, &code);
	set_number(decoded, ICELAB_DECODED_ERROR_CODE, found, (uint64_t)code);
}

void icelab_decode_libnice(const uint8_t *bytes, size_t length, IcelabDecoded *decoded)
{
	static const uint8_t magic[4] = {0x21, 0x12, 0xA4, 0x42};
	bool cookie = length >= 8 && memcmp(bytes + 4, magic, sizeof magic) == 0;
	StunAgent agent;
	StunMessage message;

	*decoded = (IcelabDecoded){0};
	if (!accepts(
			validate(bytes, length, cookie, STUN_AGENT_USAGE_IGNORE_CREDENTIALS, &agent, &message)))
		return;
	decoded->accepted = true;
	decoded->message_class = (uint8_t)stun_message_get_class(&message);
	decoded->method = (uint16_t)stun_message_get_method(&message);
	stun_message_id(&message, decoded->transaction);
	read_checks(bytes, length, cookie, &message, decoded);
	read_attributes(&message, decoded);
}
