/* SPDX-License-Identifier: MIT */
/* The project's own codec (harness/stun/) as a stack. */
#include <string.h>

#include "stun/answer.h"
#include "stun/builder.h"
#include "stun/integrity.h"
#include "target.h"

static IcelabStackVerdict parse(const uint8_t *bytes, size_t length, IcelabStackFields *fields)
{
	IcelabStunMessage message;
	IcelabStunAttribute attribute;
	IcelabSpan text;

	/* RFC 3489 is another protocol to the one who asks. */
	if (icelab_stun_parse(bytes, length, &message) != ICELAB_STUN_OK || !message.has_magic)
		return ICELAB_STACK_REJECTED;
	memset(fields, 0, sizeof *fields);
	fields->message_class = message.message_class;
	fields->method = message.method;
	memcpy(fields->transaction, message.transaction, sizeof fields->transaction);
	if (icelab_stun_find(&message, ICELAB_STUN_XOR_MAPPED_ADDRESS, &attribute))
		fields->has_mapped = icelab_stun_read_xor_address(
			&message, &attribute, &fields->mapped, &fields->mapped_port);
	if (icelab_stun_find(&message, 0x0024, &attribute) && attribute.length == 4) {
		fields->has_priority = true;
		fields->priority = (uint32_t)attribute.value[0] << 24 | (uint32_t)attribute.value[1] << 16 |
						   (uint32_t)attribute.value[2] << 8 | attribute.value[3];
	}
	if (icelab_stun_find(&message, ICELAB_STUN_ERROR_CODE, &attribute))
		fields->has_error = icelab_stun_read_error_code(&attribute, &fields->error_code, &text);
	if (icelab_stun_find(&message, ICELAB_STUN_USERNAME, &attribute) &&
		attribute.length < sizeof fields->username) {
		fields->has_username = true;
		fields->username_length = attribute.length;
		memcpy(fields->username, attribute.value, attribute.length);
	}
	return ICELAB_STACK_ACCEPTED;
}

static IcelabStackVerdict validate(const uint8_t *bytes, size_t length, bool fingerprint,
	const uint8_t *password, size_t password_length)
{
	IcelabStunMessage message;

	if (icelab_stun_parse(bytes, length, &message) != ICELAB_STUN_OK || !message.has_magic)
		return ICELAB_STACK_REJECTED;
	if (fingerprint && icelab_stun_check_fingerprint(&message) != ICELAB_STUN_RIGHT)
		return ICELAB_STACK_UNAUTHENTIC;
	return icelab_stun_check_integrity(&message, password, password_length) == ICELAB_STUN_RIGHT
			   ? ICELAB_STACK_ACCEPTED
			   : ICELAB_STACK_UNAUTHENTIC;
}

static size_t build(const IcelabStackFields *fields, const uint8_t *password,
	size_t password_length, uint8_t *bytes, size_t capacity)
{
	uint8_t priority[4] = {(uint8_t)(fields->priority >> 24), (uint8_t)(fields->priority >> 16),
		(uint8_t)(fields->priority >> 8), (uint8_t)fields->priority};
	IcelabStunBuilder builder;

	icelab_stun_build_start(&builder, bytes, capacity, (IcelabStunClass)fields->message_class,
		(uint16_t)fields->method, fields->transaction);
	if (fields->has_username)
		icelab_stun_build_attribute(
			&builder, ICELAB_STUN_USERNAME, fields->username, fields->username_length);
	if (fields->has_priority)
		icelab_stun_build_attribute(&builder, 0x0024, priority, sizeof priority);
	if (fields->has_error)
		icelab_stun_build_error_code(&builder, fields->error_code, "");
	if (fields->has_mapped)
		icelab_stun_build_xor_address(
			&builder, ICELAB_STUN_XOR_MAPPED_ADDRESS, &fields->mapped, fields->mapped_port);
	if (password)
		icelab_stun_build_integrity(&builder, password, password_length);
	icelab_stun_build_fingerprint(&builder);
	return icelab_stun_build_end(&builder);
}

/* The lab's server has no credentials. */
static size_t respond(const uint8_t *bytes, size_t length, const IcelabAddress *source,
	uint16_t port, const uint8_t *password, size_t password_length, uint8_t *answer,
	size_t capacity)
{
	uint8_t written[ICELAB_STUN_ANSWER];
	IcelabStunMessage request;

	(void)password;
	(void)password_length;
	if (!icelab_stun_read_request(bytes, length, &request))
		return 0;
	size_t size = icelab_stun_answer(&request, source, port, written);
	if (size > capacity)
		return 0;
	memcpy(answer, written, size);
	return size;
}

const IcelabStack icelab_stack = {"icelab", parse, validate, build, respond};
