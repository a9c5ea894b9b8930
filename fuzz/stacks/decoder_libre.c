/* SPDX-License-Identifier: MIT */
/* libre's STUN decoder, as Debian compiled it. It shares the name of a function with libnice, so
 * all of its names get a prefix (stacks/libre.sh); and neither coverage nor the sanitizers see into
 * it: it is here for its opinion alone. */
#define mem_deref libre_mem_deref
#define mbuf_alloc libre_mbuf_alloc
#define mbuf_resize libre_mbuf_resize
#define stun_msg_decode libre_stun_msg_decode
#define stun_msg_class libre_stun_msg_class
#define stun_msg_method libre_stun_msg_method
#define stun_msg_tid libre_stun_msg_tid
#define stun_msg_mcookie libre_stun_msg_mcookie
#define stun_msg_attr libre_stun_msg_attr
#define stun_msg_chk_fingerprint libre_stun_msg_chk_fingerprint
#define stun_msg_chk_mi libre_stun_msg_chk_mi
#define sa_af libre_sa_af
#define sa_port libre_sa_port
#define sa_in libre_sa_in
#define sa_in6 libre_sa_in6

#include <errno.h>
#include <netinet/in.h>
#include <string.h>

#include <re/re.h>

#include "stacks/decoder.h"

static uint8_t check_of(int error)
{
	if (error == 0)
		return ICELAB_DECODED_RIGHT;
	return error == EPROTO ? ICELAB_DECODED_MISSING : ICELAB_DECODED_WRONG;
}

static void read_address(const struct sa *sa, IcelabDecodedAttribute which, IcelabDecoded *decoded)
{
	IcelabAddress address = {0};

	decoded->states[which] = ICELAB_DECODED_BAD;
	if (sa_af(sa) == AF_INET) {
		uint32_t v4 = htonl(sa_in(sa));

		address.family = 4;
		memcpy(address.bytes, &v4, 4);
	} else if (sa_af(sa) == AF_INET6) {
		address.family = 6;
		sa_in6(sa, address.bytes);
	} else {
		return;
	}
	icelab_decoded_address(decoded, which, &address, sa_port(sa));
}

static void read_unknown(const struct stun_unknown_attr *unknown, IcelabDecoded *decoded)
{
	uint8_t bytes[2 * ARRAY_SIZE(unknown->typev)];

	for (uint32_t i = 0; i < unknown->typec; i++) {
		bytes[2 * i] = (uint8_t)(unknown->typev[i] >> 8);
		bytes[2 * i + 1] = (uint8_t)unknown->typev[i];
	}
	icelab_decoded_bytes(
		decoded, ICELAB_DECODED_UNKNOWN_ATTRIBUTES, bytes, 2 * (size_t)unknown->typec);
}

static void read_value(
	const struct stun_attr *attribute, IcelabDecodedAttribute which, IcelabDecoded *decoded)
{
	switch (which) {
	case ICELAB_DECODED_MAPPED_ADDRESS:
	case ICELAB_DECODED_ALTERNATE_SERVER:
	case ICELAB_DECODED_XOR_PEER_ADDRESS:
	case ICELAB_DECODED_XOR_RELAYED_ADDRESS:
	case ICELAB_DECODED_XOR_MAPPED_ADDRESS:
		read_address(&attribute->v.sa, which, decoded);
		break;
	case ICELAB_DECODED_ERROR_CODE:
		icelab_decoded_number(decoded, which, attribute->v.err_code.code);
		break;
	case ICELAB_DECODED_UNKNOWN_ATTRIBUTES:
		read_unknown(&attribute->v.unknown_attr, decoded);
		break;
	case ICELAB_DECODED_USERNAME:
	case ICELAB_DECODED_REALM:
	case ICELAB_DECODED_NONCE:
	case ICELAB_DECODED_SOFTWARE:
		icelab_decoded_bytes(decoded, which, attribute->v.str, strlen(attribute->v.str));
		break;
	case ICELAB_DECODED_DATA:
		icelab_decoded_bytes(decoded, which, attribute->v.mb.buf + attribute->v.mb.pos,
			attribute->v.mb.end - attribute->v.mb.pos);
		break;
	case ICELAB_DECODED_CHANNEL_NUMBER:
		icelab_decoded_number(decoded, which, attribute->v.channel_number);
		break;
	case ICELAB_DECODED_REQUESTED_TRANSPORT:
		icelab_decoded_number(decoded, which, attribute->v.req_transport);
		break;
	case ICELAB_DECODED_LIFETIME:
	case ICELAB_DECODED_PRIORITY:
		icelab_decoded_number(decoded, which, attribute->v.uint32);
		break;
	case ICELAB_DECODED_RESERVATION_TOKEN:
	case ICELAB_DECODED_ICE_CONTROLLED:
	case ICELAB_DECODED_ICE_CONTROLLING:
		icelab_decoded_number(decoded, which, attribute->v.uint64);
		break;
	case ICELAB_DECODED_DONT_FRAGMENT:
	case ICELAB_DECODED_USE_CANDIDATE:
		icelab_decoded_number(decoded, which, 0);
		break;
	case ICELAB_DECODED_COUNT:
		break;
	}
}

void icelab_decode_libre(const uint8_t *bytes, size_t length, IcelabDecoded *decoded)
{
	static struct mbuf *buffer;
	struct stun_msg *message = NULL;
	struct stun_unknown_attr unknown;

	*decoded = (IcelabDecoded){0};
	/* A copy: the check of MESSAGE-INTEGRITY writes to it. */
	if (buffer == NULL)
		buffer = mbuf_alloc(length);
	if (buffer->size < length && mbuf_resize(buffer, length) != 0)
		return;
	memcpy(buffer->buf, bytes, length);
	buffer->pos = 0;
	buffer->end = length;
	if (stun_msg_decode(&message, buffer, &unknown) != 0)
		return;
	decoded->accepted = true;
	decoded->message_class = (uint8_t)stun_msg_class(message);
	decoded->method = stun_msg_method(message);
	memcpy(decoded->transaction, bytes + 4, 4);
	memcpy(decoded->transaction + 4, stun_msg_tid(message), 12);
	decoded->fingerprint = check_of(stun_msg_chk_fingerprint(message));
	decoded->integrity = check_of(stun_msg_chk_mi(
		message, (const uint8_t *)ICELAB_DECODED_PASSWORD, sizeof ICELAB_DECODED_PASSWORD - 1));
	for (unsigned which = 0; which < ICELAB_DECODED_COUNT; which++) {
		const struct stun_attr *attribute = stun_msg_attr(message, icelab_decoded_types[which]);

		if (attribute != NULL)
			read_value(attribute, (IcelabDecodedAttribute)which, decoded);
	}
	mem_deref(message);
}
