/* SPDX-License-Identifier: MIT */
#include "stun/answer.h"

#include "stun/builder.h"
#include "stun/integrity.h"

#define UNKNOWN_LIMIT 32 /* types named in one answer; even, for RFC 3489 */

bool icelab_stun_read_request(const uint8_t *bytes, size_t length, IcelabStunMessage *request)
{
	if (icelab_stun_parse(bytes, length, request) != ICELAB_STUN_OK ||
		request->message_class != ICELAB_STUN_REQUEST)
		return false;
	/* RFC 8489 6.3: "If the FINGERPRINT extension is being used, the agent checks that the
	 * FINGERPRINT attribute is present and contains the correct value." */
	if (icelab_stun_check_fingerprint(request) == ICELAB_STUN_WRONG)
		return false;
	return request->has_magic || request->method == ICELAB_STUN_BINDING;
}

static void start(IcelabStunBuilder *builder, uint8_t answer[ICELAB_STUN_ANSWER],
	const IcelabStunMessage *request, IcelabStunClass message_class)
{
	icelab_stun_build_start(
		builder, answer, ICELAB_STUN_ANSWER, message_class, request->method, request->transaction);
}

static void answer_unknown(
	IcelabStunBuilder *builder, const IcelabStunMessage *request, uint16_t *types, size_t count)
{
	/* RFC 3489 11.2.10: attributes had no padding then; "If the number of unknown attributes is an
	 * odd number, one of the attributes MUST be repeated". */
	if (!request->has_magic && count % 2 != 0) {
		types[count] = types[count - 1];
		count++;
	}
	icelab_stun_build_error_code(builder, 420, "Unknown Attribute");
	icelab_stun_build_unknown_attributes(builder, types, count);
}

size_t icelab_stun_answer(const IcelabStunMessage *request, const IcelabAddress *source,
	uint16_t port, uint8_t answer[ICELAB_STUN_ANSWER])
{
	IcelabStunBuilder builder;
	uint16_t types[UNKNOWN_LIMIT];
	size_t unknown = icelab_stun_unknown_required(request, types, UNKNOWN_LIMIT);

	if (request->method != ICELAB_STUN_BINDING) {
		start(&builder, answer, request, ICELAB_STUN_ERROR);
		icelab_stun_build_error_code(&builder, 400, "Bad Request");
	} else if (unknown > 0) {
		/* RFC 8489 6.3.1: "If the request contains one or more unknown comprehension-required
		 * attributes, the server replies with an error response with an error code of 420 (Unknown
		 * Attribute)". */
		start(&builder, answer, request, ICELAB_STUN_ERROR);
		answer_unknown(&builder, request, types, unknown);
	} else {
		start(&builder, answer, request, ICELAB_STUN_SUCCESS);
		/* RFC 5389 12.2: a request without the magic cookie comes from an RFC 3489 client, which
		 * knows MAPPED-ADDRESS only. */
		if (request->has_magic)
			icelab_stun_build_xor_address(&builder, ICELAB_STUN_XOR_MAPPED_ADDRESS, source, port);
		else
			icelab_stun_build_address(&builder, ICELAB_STUN_MAPPED_ADDRESS, source, port);
	}
	/* RFC 8489 7: a usage decides on the fingerprint; who sends one can read one. */
	if (icelab_stun_check_fingerprint(request) == ICELAB_STUN_RIGHT)
		icelab_stun_build_fingerprint(&builder);
	return icelab_stun_build_end(&builder);
}
