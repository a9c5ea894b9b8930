/* SPDX-License-Identifier: MIT */
#include "stun/integrity.h"

#include "stun/attribute.h"

/* Compares without stopping at the first difference, so that timing says nothing about the sum. */
static bool is_equal(const uint8_t *a, const uint8_t *b, size_t length)
{
	uint8_t difference = 0;

	for (size_t i = 0; i < length; i++)
		difference |= a[i] ^ b[i];
	return difference == 0;
}

/* How many bytes of the message stand before the attribute. */
static size_t offset_of(const IcelabStunMessage *message, const IcelabStunAttribute *attribute)
{
	return (size_t)(attribute->value - message->bytes) - 4;
}

uint32_t icelab_stun_fingerprint(const uint8_t *bytes, size_t length)
{
	/* RFC 8489 14.7: "the CRC-32 of the STUN message up to (but excluding) the FINGERPRINT
	 * attribute itself, XOR'ed with the 32-bit value 0x5354554e" */
	return icelab_crc32(bytes, length) ^ 0x5354554E;
}

IcelabStunCheck icelab_stun_check_fingerprint(const IcelabStunMessage *message)
{
	IcelabStunAttribute attribute;

	if (!message->has_magic || !icelab_stun_find(message, ICELAB_STUN_FINGERPRINT, &attribute))
		return ICELAB_STUN_ABSENT;

	uint32_t sum = icelab_stun_fingerprint(message->bytes, offset_of(message, &attribute));
	const uint8_t expected[4] = {
		(uint8_t)(sum >> 24), (uint8_t)(sum >> 16), (uint8_t)(sum >> 8), (uint8_t)sum};

	return is_equal(attribute.value, expected, sizeof expected) ? ICELAB_STUN_RIGHT
																: ICELAB_STUN_WRONG;
}

void icelab_stun_integrity(IcelabDigestKind kind, const uint8_t *bytes, size_t length, size_t size,
	const void *key, size_t key_length, uint8_t sum[ICELAB_DIGEST_MAXIMUM])
{
	/* RFC 8489 14.5, 14.6: "The Length field of the STUN message header is adjusted to point to the
	 * end of" this very attribute, so that others may follow. */
	size_t adjusted = length + 4 + size - ICELAB_STUN_HEADER;
	const uint8_t field[2] = {(uint8_t)(adjusted >> 8), (uint8_t)adjusted};
	IcelabHmac hmac;

	icelab_hmac_start(&hmac, kind, key, key_length);
	icelab_hmac_add(&hmac, bytes, 2);
	icelab_hmac_add(&hmac, field, sizeof field);
	icelab_hmac_add(&hmac, bytes + 4, length - 4);
	icelab_hmac_end(&hmac, sum);
}

static IcelabStunCheck check(const IcelabStunMessage *message, uint16_t type, IcelabDigestKind kind,
	size_t minimum, const void *key, size_t key_length)
{
	IcelabStunAttribute attribute;
	uint8_t sum[ICELAB_DIGEST_MAXIMUM];

	if (!icelab_stun_find(message, type, &attribute))
		return ICELAB_STUN_ABSENT;
	if (!message->has_magic || attribute.length < minimum)
		return ICELAB_STUN_WRONG;
	icelab_stun_integrity(kind, message->bytes, offset_of(message, &attribute), attribute.length,
		key, key_length, sum);
	return is_equal(attribute.value, sum, attribute.length) ? ICELAB_STUN_RIGHT : ICELAB_STUN_WRONG;
}

IcelabStunCheck icelab_stun_check_integrity(
	const IcelabStunMessage *message, const void *key, size_t key_length)
{
	return check(message, ICELAB_STUN_MESSAGE_INTEGRITY, ICELAB_DIGEST_SHA1, 20, key, key_length);
}

IcelabStunCheck icelab_stun_check_integrity_sha256(
	const IcelabStunMessage *message, const void *key, size_t key_length, size_t minimum)
{
	/* RFC 8489 14.6: "The value must be the full 32 bytes unless the STUN Usage explicitly
	 * specifies that truncation is allowed." */
	return check(message, ICELAB_STUN_MESSAGE_INTEGRITY_SHA256, ICELAB_DIGEST_SHA256, minimum, key,
		key_length);
}

size_t icelab_stun_long_term_key(IcelabDigestKind algorithm, IcelabSpan username, IcelabSpan realm,
	IcelabSpan password, uint8_t key[ICELAB_DIGEST_MAXIMUM])
{
	IcelabDigest digest;

	/* RFC 8489 18.5.1.1, 18.5.1.2: key = MD5 or SHA-256(username ":" OpaqueString(realm) ":"
	 * OpaqueString(password)) */
	icelab_digest_start(&digest, algorithm);
	icelab_digest_add(&digest, username.text, username.length);
	icelab_digest_add(&digest, ":", 1);
	icelab_digest_add(&digest, realm.text, realm.length);
	icelab_digest_add(&digest, ":", 1);
	icelab_digest_add(&digest, password.text, password.length);
	return icelab_digest_end(&digest, key);
}
