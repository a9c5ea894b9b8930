/* SPDX-License-Identifier: MIT */
/* libnice's stun/ as a stack: an ICE agent's (RFC 8445). */
#include <netinet/in.h>
#include <string.h>

#include <stun/stunagent.h>
#include <stun/usages/ice.h>

#include "guards.h"
#include "target.h"

static StunAgent agent;

static void start(unsigned flags)
{
	stun_agent_init(
		&agent, STUN_ALL_KNOWN_ATTRIBUTES, STUN_COMPATIBILITY_RFC5389, (StunAgentUsageFlags)flags);
}

static void write_address(
	const IcelabAddress *address, uint16_t port, struct sockaddr_storage *to, socklen_t *length)
{
	memset(to, 0, sizeof *to);
	if (address->family == 4) {
		struct sockaddr_in in = {.sin_family = AF_INET, .sin_port = htons(port)};
		memcpy(&in.sin_addr, address->bytes, 4);
		memcpy(to, &in, *length = sizeof in);
	} else {
		struct sockaddr_in6 in6 = {.sin6_family = AF_INET6, .sin6_port = htons(port)};
		memcpy(&in6.sin6_addr, address->bytes, 16);
		memcpy(to, &in6, *length = sizeof in6);
	}
}

static void read_address(
	const struct sockaddr_storage *from, IcelabAddress *address, uint16_t *port)
{
	struct sockaddr_in in;
	struct sockaddr_in6 in6;

	memset(address, 0, sizeof *address);
	if (from->ss_family == AF_INET) {
		memcpy(&in, from, sizeof in);
		address->family = 4;
		memcpy(address->bytes, &in.sin_addr, 4);
		*port = ntohs(in.sin_port);
	} else {
		memcpy(&in6, from, sizeof in6);
		address->family = 6;
		memcpy(address->bytes, &in6.sin6_addr, 16);
		*port = ntohs(in6.sin6_port);
	}
}

static IcelabStackVerdict parse(const uint8_t *bytes, size_t length, IcelabStackFields *fields)
{
	StunMessage message = {.agent = &agent, .buffer = (uint8_t *)(uintptr_t)bytes};
	struct sockaddr_storage mapped;
	socklen_t mapped_length = sizeof mapped;
	int code;

	start(0);
	message.buffer_len = length;
	if (stun_message_validate_buffer_length(bytes, length, true) != (int)length ||
		!stun_message_has_cookie(&message))
		return ICELAB_STACK_REJECTED;
	memset(fields, 0, sizeof *fields);
	fields->message_class = stun_message_get_class(&message);
	fields->method = stun_message_get_method(&message);
	stun_message_id(&message, fields->transaction);
	if (stun_message_find_xor_addr(&message, STUN_ATTRIBUTE_XOR_MAPPED_ADDRESS, &mapped,
			&mapped_length) == STUN_MESSAGE_RETURN_SUCCESS) {
		fields->has_mapped = true;
		read_address(&mapped, &fields->mapped, &fields->mapped_port);
	}
	fields->has_priority = stun_message_find32(&message, STUN_ATTRIBUTE_PRIORITY,
							   &fields->priority) == STUN_MESSAGE_RETURN_SUCCESS;
	if (stun_message_find_error(&message, &code) == STUN_MESSAGE_RETURN_SUCCESS) {
		fields->has_error = true;
		fields->error_code = (unsigned)code;
	}
	uint16_t name_length;
	const void *name = stun_message_find(&message, STUN_ATTRIBUTE_USERNAME, &name_length);
	if (name && name_length < sizeof fields->username) {
		fields->has_username = true;
		fields->username_length = name_length;
		memcpy(fields->username, name, name_length);
	}
	return ICELAB_STACK_ACCEPTED;
}

typedef struct {
	const uint8_t *password;
	size_t length;
} Password;

/* Whoever it is. */
static bool give_password(StunAgent *asking, StunMessage *message, uint8_t *username,
	uint16_t username_length, uint8_t **password, size_t *password_length, void *user)
{
	const Password *given = user;

	(void)asking;
	(void)message;
	(void)username;
	(void)username_length;
	*password = (uint8_t *)(uintptr_t)given->password;
	*password_length = given->length;
	return true;
}

/* Answers are validated as such to a request of the same id. */
static StunValidationStatus read(
	StunMessage *message, const uint8_t *bytes, size_t length, bool fingerprint, Password *password)
{
	start(STUN_AGENT_USAGE_SHORT_TERM_CREDENTIALS |
		  (fingerprint ? STUN_AGENT_USAGE_USE_FINGERPRINT : 0u));
	*message = (StunMessage){.agent = &agent, .buffer = (uint8_t *)(uintptr_t)bytes};
	message->buffer_len = length;
	if (stun_message_validate_buffer_length(bytes, length, true) != (int)length)
		return STUN_VALIDATION_NOT_STUN;
	uint16_t seal;
	if (stun_message_find(message, STUN_ATTRIBUTE_MESSAGE_INTEGRITY, &seal) && seal != 20 &&
		icelab_guard("stun-integrity-length"))
		return STUN_VALIDATION_UNAUTHORIZED;
	uint16_t sum;
	const uint8_t *last = stun_message_find(message, STUN_ATTRIBUTE_FINGERPRINT, &sum);
	if (last && last + 4 != bytes + length && icelab_guard("stun-fingerprint-not-last"))
		return STUN_VALIDATION_BAD_REQUEST;
	StunAgentSavedIds *sent = &agent.sent_ids[0];
	sent->valid = true;
	sent->method = stun_message_get_method(message);
	stun_message_id(message, sent->id);
	sent->key = (uint8_t *)(uintptr_t)password->password;
	sent->key_len = password->length;
	sent->long_term_valid = false;
	return stun_agent_validate(&agent, message, bytes, length, give_password, password);
}

static IcelabStackVerdict validate(const uint8_t *bytes, size_t length, bool fingerprint,
	const uint8_t *password, size_t password_length)
{
	Password given = {password, password_length};
	StunMessage message;
	StunValidationStatus status = read(&message, bytes, length, fingerprint, &given);

	if (status == STUN_VALIDATION_NOT_STUN || status == STUN_VALIDATION_INCOMPLETE_STUN)
		return ICELAB_STACK_REJECTED;
	/* Some errors come without integrity (RFC 8489 9.1.4): accepted, but not by it. */
	uint16_t seal;
	if ((status == STUN_VALIDATION_SUCCESS || status == STUN_VALIDATION_UNKNOWN_ATTRIBUTE ||
			status == STUN_VALIDATION_UNKNOWN_REQUEST_ATTRIBUTE) &&
		message.key && stun_message_find(&message, STUN_ATTRIBUTE_MESSAGE_INTEGRITY, &seal))
		return ICELAB_STACK_ACCEPTED;
	return ICELAB_STACK_UNAUTHENTIC;
}

static size_t build(const IcelabStackFields *fields, const uint8_t *password,
	size_t password_length, uint8_t *bytes, size_t capacity)
{
	StunMessage message = {.agent = &agent, .buffer = bytes};
	struct sockaddr_storage mapped;
	socklen_t mapped_length = 0;

	/* stun_message_append() does not see the end of other buffers ("stun-append-padding"). */
	message.buffer_len = capacity & ~(size_t)3;
	start(STUN_AGENT_USAGE_SHORT_TERM_CREDENTIALS | STUN_AGENT_USAGE_USE_FINGERPRINT);
	if (!stun_message_init(&message, (StunClass)fields->message_class, (StunMethod)fields->method,
			fields->transaction))
		return 0;
	if (fields->has_username &&
		stun_message_append_bytes(&message, STUN_ATTRIBUTE_USERNAME, fields->username,
			fields->username_length) != STUN_MESSAGE_RETURN_SUCCESS)
		return 0;
	if (fields->has_priority && stun_message_append32(&message, STUN_ATTRIBUTE_PRIORITY,
									fields->priority) != STUN_MESSAGE_RETURN_SUCCESS)
		return 0;
	if (fields->has_error && stun_message_append_error(&message, (StunError)fields->error_code) !=
								 STUN_MESSAGE_RETURN_SUCCESS)
		return 0;
	if (fields->has_mapped) {
		write_address(&fields->mapped, fields->mapped_port, &mapped, &mapped_length);
		if (stun_message_append_xor_addr(&message, STUN_ATTRIBUTE_XOR_MAPPED_ADDRESS, &mapped,
				mapped_length) != STUN_MESSAGE_RETURN_SUCCESS)
			return 0;
	}
	return stun_agent_finish_message(&agent, &message, password, password_length);
}

static size_t respond(const uint8_t *bytes, size_t length, const IcelabAddress *source,
	uint16_t port, const uint8_t *password, size_t password_length, uint8_t *answer,
	size_t capacity)
{
	Password given = {password, password_length};
	StunMessage request;
	StunMessage reply;
	struct sockaddr_storage from;
	socklen_t from_length;
	bool controlling = true;
	uint16_t name_length = 0;

	if (read(&request, bytes, length, true, &given) != STUN_VALIDATION_SUCCESS)
		return 0;
	/* "ice-reply-assert". */
	stun_message_find(&request, STUN_ATTRIBUTE_USERNAME, &name_length);
	if (name_length > 512)
		return 0;
	write_address(source, port, &from, &from_length);
	stun_usage_ice_conncheck_create_reply(&agent, &request, &reply, answer, &capacity, &from,
		from_length, &controlling, UINT64_MAX, STUN_USAGE_ICE_COMPATIBILITY_RFC5245);
	return capacity;
}

const IcelabStack icelab_stack = {"libnice", parse, validate, build, respond};
