/* SPDX-License-Identifier: MIT */
#include "talk/dialect.h"

void talk_answer_stun(Sent *request, IcelabScript *script)
{
	static const unsigned codes[] = {300, 400, 401, 420, 500, 699};
	uint8_t kind = icelab_script_byte(script);
	uint8_t flaws = icelab_script_byte(script);
	uint8_t which = icelab_script_byte(script);
	IcelabEndpoint mapped = talk_seen_from(request, which);
	TalkMessage message;
	size_t length;

	request->answered = true;
	talk_begin(&message, flaws, kind % 8 >= 4 ? ICELAB_STUN_ERROR : ICELAB_STUN_SUCCESS,
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
	length = talk_message_finish(&message, SUM_OLD, NULL, 0, (flaws & FLAW_FINGERPRINT) != 0);
	if ((flaws & (FLAW_TRANSACTION | FLAW_UNKNOWN_ATTRIBUTE)) == 0 && kind % 8 < 3 &&
		talk_from_right_place(flaws))
		talk_note_mapped(&mapped);
	talk_answer_with(request, flaws, message.bytes, length);
}
