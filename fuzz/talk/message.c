/* SPDX-License-Identifier: MIT */
#include "talk/message.h"

#include <string.h>

const uint8_t talk_old_cookie[4] = {0x72, 0xc6, 0x4b, 0xc6};

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

void talk_message_start(TalkMessage *message, uint8_t flaws, IcelabStunClass message_class,
	uint16_t method, const uint8_t transaction[16])
{
	uint8_t id[16];

	memcpy(id, transaction, 16);
	if ((flaws & FLAW_TRANSACTION) != 0)
		id[15] ^= 1;
	message->flaws = flaws;
	icelab_stun_build_start(
		&message->builder, message->bytes, TALK_MESSAGE_LONGEST, message_class, method, id);
	if ((flaws & FLAW_UNKNOWN_ATTRIBUTE) != 0)
		icelab_stun_build_attribute(&message->builder, 0x7ffe, "what", 4);
}

size_t talk_message_finish(
	TalkMessage *message, Sum sum, const void *key, size_t key_length, bool fingerprint)
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
