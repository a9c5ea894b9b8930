/* SPDX-License-Identifier: MIT */
#include "oracles/message_model.h"

#include <string.h>

#include "stun/digest.h"

enum { HEADER = 20, REALM = 0x0014, NONCE = 0x0015, INTEGRITY = 0x0008, FINGERPRINT = 0x8028 };

uint16_t model_load16(const uint8_t *bytes)
{
	return (uint16_t)(bytes[0] << 8 | bytes[1]);
}

uint32_t model_load32(const uint8_t *bytes)
{
	return (uint32_t)model_load16(bytes) << 16 | model_load16(bytes + 2);
}

void model_store16(uint8_t *bytes, unsigned value)
{
	bytes[0] = (uint8_t)(value >> 8);
	bytes[1] = (uint8_t)value;
}

void model_store32(uint8_t *bytes, uint32_t value)
{
	model_store16(bytes, value >> 16);
	model_store16(bytes + 2, value & 0xFFFF);
}

bool model_is_modern(const ModelRules *rules)
{
	return rules->dialect == MODEL_RFC5389 || rules->dialect == MODEL_MSICE2;
}

static size_t padding(size_t length)
{
	return (0 - length) & 3;
}

int model_measure_header(const uint8_t *bytes, size_t length, bool aligned)
{
	/* RFC 8489 5: "the most significant 2 bits of every STUN message MUST be zeroes". */
	if (length == 0 || bytes[0] & 0xC0)
		return -1;
	if (length < 4)
		return 0;
	size_t total = HEADER + (size_t)model_load16(bytes + 2);
	if (aligned && total % 4 != 0)
		return -1;
	return length < total ? 0 : (int)total;
}

int model_measure(const uint8_t *bytes, size_t length, bool aligned)
{
	int total = model_measure_header(bytes, length, aligned);
	if (total <= 0)
		return total;
	size_t offset = HEADER;
	while (offset != (size_t)total) {
		if (offset + 4 > (size_t)total)
			return -1;
		size_t value = model_load16(bytes + offset + 2);
		offset += 4 + value + (aligned ? padding(value) : 0);
		if (offset > (size_t)total)
			return -1;
	}
	return total;
}

/* 0x0115 is a Data indication in old Google and MSN dialects. */
static unsigned type_of(const ModelView *view)
{
	unsigned type = model_load16(view->bytes);
	return type == 0x0115 ? 0x0017 : type;
}

unsigned model_class(const ModelView *view)
{
	unsigned type = type_of(view);
	return (type & 0x0100 ? 2u : 0u) + (type & 0x0010 ? 1u : 0u);
}

unsigned model_method(const ModelView *view)
{
	unsigned type = type_of(view);
	return (type & 0xF) + (type >> 5 & 0x7) * 16 + (type >> 9 & 0x1F) * 128;
}

bool model_has_cookie(const ModelView *view)
{
	return model_load32(view->bytes + 4) == 0x2112A442;
}

/* [MS-TURN] has swapped the two numbers. */
static uint16_t number_of(const ModelRules *rules, uint16_t type)
{
	if (rules->dialect == MODEL_OC2007 && (type == REALM || type == NONCE))
		return type == REALM ? NONCE : REALM;
	return type;
}

size_t model_offset(const ModelView *view, uint16_t type)
{
	uint16_t wanted = number_of(view->rules, type);
	bool sealed = false;

	for (size_t offset = HEADER; offset + 4 <= view->length;) {
		uint16_t here = model_load16(view->bytes + offset);
		size_t length = model_load16(view->bytes + offset + 2);

		if (here == wanted && (!sealed || wanted == FINGERPRINT))
			return offset + 4;
		if (here == FINGERPRINT)
			return 0;
		sealed = sealed || here == INTEGRITY;
		offset += 4 + length + (view->rules->unaligned ? 0 : padding(length));
	}
	return 0;
}

bool model_find(const ModelView *view, uint16_t type, ModelValue *value)
{
	size_t offset = model_offset(view, type);
	if (offset == 0)
		return false;
	*value = (ModelValue){view->bytes + offset, model_load16(view->bytes + offset - 2)};
	return true;
}

bool model_find32(const ModelView *view, uint16_t type, uint32_t *number)
{
	ModelValue value;
	if (!model_find(view, type, &value) || value.length != 4)
		return false;
	*number = model_load32(value.bytes);
	return true;
}

bool model_find64(const ModelView *view, uint16_t type, uint64_t *number)
{
	ModelValue value;
	if (!model_find(view, type, &value) || value.length != 8)
		return false;
	*number = (uint64_t)model_load32(value.bytes) << 32 | model_load32(value.bytes + 4);
	return true;
}

bool model_find_error(const ModelView *view, unsigned *code)
{
	ModelValue value;
	if (!model_find(view, 0x0009, &value) || value.length < 4)
		return false;
	/* RFC 8489 14.8: the class is three bits, 3 to 6; the number 0 to 99. */
	unsigned hundreds = value.bytes[2] & 7;
	if (hundreds < 3 || hundreds > 6 || value.bytes[3] > 99)
		return false;
	*code = hundreds * 100 + value.bytes[3];
	return true;
}

ModelAddressResult model_find_address(
	const ModelView *view, uint16_t type, size_t room, ModelAddress *address)
{
	ModelValue value;
	if (!model_find(view, type, &value))
		return MODEL_ADDRESS_ABSENT;
	if (value.length < 4)
		return MODEL_ADDRESS_INVALID;
	/* RFC 8489 14.1: 1 is IPv4, 2 is IPv6. */
	if (value.bytes[1] != 1 && value.bytes[1] != 2)
		return MODEL_ADDRESS_FAMILY;
	size_t size = value.bytes[1] == 1 ? 4 : 16;
	if (value.length != 4 + size || room < (size == 4 ? 16u : 28u))
		return MODEL_ADDRESS_INVALID;
	*address = (ModelAddress){.family = size == 4 ? 4 : 6};
	memcpy(address->port, value.bytes + 2, 2);
	memcpy(address->address, value.bytes + 4, size);
	return MODEL_ADDRESS_FOUND;
}

void model_xor_address(ModelAddress *address, uint32_t cookie, const uint8_t transaction[16])
{
	uint8_t mask[16];
	model_store32(mask, cookie);
	for (int i = 0; i < 2; i++)
		address->port[i] ^= mask[i];
	if (address->family == 6)
		memcpy(mask, transaction, 16);
	for (int i = 0; i < (address->family == 4 ? 4 : 16); i++)
		address->address[i] ^= mask[i];
}

ModelAddressResult model_find_xor_address(
	const ModelView *view, uint16_t type, size_t room, uint32_t cookie, ModelAddress *address)
{
	ModelAddressResult result = model_find_address(view, type, room, address);
	if (result == MODEL_ADDRESS_FOUND)
		model_xor_address(address, cookie, view->bytes + 4);
	return result;
}

uint32_t model_fingerprint(const uint8_t *bytes, size_t length, bool typo)
{
	static uint32_t table[256];
	if (table[1] == 0)
		for (uint32_t i = 0; i < 256; i++) {
			table[i] = i;
			for (int bit = 0; bit < 8; bit++)
				table[i] = table[i] >> 1 ^ (table[i] & 1 ? 0xEDB88320 : 0);
		}
	uint32_t crc = 0xFFFFFFFF;
	/* The last 8 bytes, the attribute itself, are not summed. */
	for (size_t i = 0; i + 8 < length; i++) {
		uint32_t entry = table[(crc ^ bytes[i]) & 0xFF];
		if (typo && entry == 0x8BBEB8EA)
			entry = 0x08BBE8EA;
		crc = entry ^ crc >> 8;
	}
	return ~crc ^ 0x5354554E;
}

void model_integrity(const ModelRules *rules, const uint8_t *bytes, size_t offset, size_t length,
	const uint8_t *key, size_t key_length, uint8_t sum[20])
{
	static const uint8_t zeros[64];
	uint8_t start[4] = {bytes[0], bytes[1]};
	uint8_t result[ICELAB_DIGEST_MAXIMUM];
	size_t before = offset - 4; /* what the attribute's header is behind */
	IcelabHmac hmac;

	/* "the length [...] point[s] to the end of the MESSAGE-INTEGRITY attribute" */
	model_store16(start + 2,
		(unsigned)(rules->dialect == MODEL_MSICE2 ? length - HEADER : offset + 20 - HEADER));
	icelab_hmac_start(&hmac, ICELAB_DIGEST_SHA1, key, key_length);
	icelab_hmac_add(&hmac, start, 4);
	icelab_hmac_add(&hmac, bytes + 4, before - 4);
	if (rules->dialect != MODEL_RFC5389)
		icelab_hmac_add(&hmac, zeros, (0 - before) & 63);
	icelab_hmac_end(&hmac, result);
	memcpy(sum, result, 20);
}

ModelValue model_trim(ModelValue part)
{
	while (part.length > 0 && *part.bytes == '"') {
		part.bytes++;
		part.length--;
	}
	while (
		part.length > 0 && (part.bytes[part.length - 1] == '"' || part.bytes[part.length - 1] == 0))
		part.length--;
	return part;
}

void model_long_term_key(
	ModelValue username, ModelValue realm, ModelValue password, uint8_t key[16])
{
	ModelValue parts[3] = {model_trim(username), model_trim(realm), model_trim(password)};
	uint8_t result[ICELAB_DIGEST_MAXIMUM];
	IcelabDigest digest;

	icelab_digest_start(&digest, ICELAB_DIGEST_MD5);
	for (int i = 0; i < 3; i++) {
		if (i > 0)
			icelab_digest_add(&digest, ":", 1);
		icelab_digest_add(&digest, parts[i].bytes, parts[i].length);
	}
	icelab_digest_end(&digest, result);
	memcpy(key, result, 16);
}

bool model_start(
	ModelWriter *writer, unsigned message_class, unsigned method, const uint8_t transaction[16])
{
	if (writer->capacity < HEADER)
		return false;
	/* RFC 8489 5: M11-M7 C1 M6-M4 C0 M3-M0. */
	model_store16(writer->bytes, (method / 128 % 32) << 9 | (message_class & 2) << 7 |
									 (method / 16 % 8) << 5 | (message_class & 1) << 4 |
									 method % 16);
	model_store16(writer->bytes + 2, 0);
	memcpy(writer->bytes + 4, transaction, 16);
	return true;
}

size_t model_length(const ModelWriter *writer)
{
	return HEADER + (size_t)model_load16(writer->bytes + 2);
}

uint8_t *model_append(ModelWriter *writer, uint16_t type, size_t length)
{
	size_t end = model_length(writer);
	size_t pad = writer->rules->unaligned ? 0 : padding(length);
	ModelView view = {writer->bytes, end, writer->rules};

	/* RFC 8489 5: "the message length [...] field contains the size of the message in bytes". */
	if (length > 0xFFFF || end + 4 + length + pad > writer->capacity ||
		end + 4 + length + pad > 0xFFFF)
		return NULL;
	uint8_t *attribute = writer->bytes + end;
	model_store16(attribute, number_of(writer->rules, type));
	/* RFC 8489 14: the length is that "prior to padding"; RFC 3489 had no padding, so that lengths
	 * are multiples of 4 in it. */
	model_store16(attribute + 2,
		(unsigned)(model_has_cookie(&view) || writer->rules->unaligned ? length : length + pad));
	memset(attribute + 4 + length, ' ', pad);
	model_store16(writer->bytes + 2, (unsigned)(end + 4 + length + pad - HEADER));
	return attribute + 4;
}

bool model_append_bytes(ModelWriter *writer, uint16_t type, const void *bytes, size_t length)
{
	uint8_t *value = model_append(writer, type, length);
	if (value && length > 0)
		memcpy(value, bytes, length);
	return value;
}

bool model_append32(ModelWriter *writer, uint16_t type, uint32_t number)
{
	uint8_t *value = model_append(writer, type, 4);
	if (value)
		model_store32(value, number);
	return value;
}

bool model_append64(ModelWriter *writer, uint16_t type, uint64_t number)
{
	uint8_t *value = model_append(writer, type, 8);
	if (value) {
		model_store32(value, (uint32_t)(number >> 32));
		model_store32(value + 4, (uint32_t)number);
	}
	return value;
}

bool model_append_address(ModelWriter *writer, uint16_t type, const ModelAddress *address)
{
	size_t size = address->family == 4 ? 4 : 16;
	uint8_t *value = model_append(writer, type, 4 + size);
	if (value) {
		value[0] = 0;
		value[1] = size == 4 ? 1 : 2;
		memcpy(value + 2, address->port, 2);
		memcpy(value + 4, address->address, size);
	}
	return value;
}

const char *model_reason(unsigned code)
{
	switch (code) {
	case 300:
		return "Try alternate server";
	case 400:
		return "Bad request";
	case 401:
		return "Unauthorized";
	case 420:
		return "Unknown Attribute";
	case 437:
		return "Allocation Mismatch";
	case 438:
		return "Stale Nonce";
	case 439:
		return "Active Destination Already Set";
	case 440:
		return "Address Family not Supported";
	case 442:
		return "Unsupported Transport Protocol";
	case 443:
		return "Invalid IP Address";
	case 444:
		return "Invalid Port";
	case 445:
		return "Operation for TCP Only";
	case 446:
		return "Connection Already Exists";
	case 486:
		return "Allocation Quota Reached";
	case 487:
		return "Role conflict";
	case 500:
		return "Server Error";
	case 507:
	case 508:
		return "Insufficient Capacity";
	default:
		return NULL; /* any */
	}
}

bool model_append_error(ModelWriter *writer, unsigned code)
{
	const char *reason = model_reason(code);
	if (!reason)
		reason = "Unknown error";
	size_t length = strlen(reason);
	uint8_t *value = model_append(writer, 0x0009, 4 + length);
	if (value) {
		value[0] = value[1] = 0;
		value[2] = (uint8_t)(code / 100);
		value[3] = (uint8_t)(code % 100);
		memcpy(value + 4, reason, length);
	}
	return value;
}

bool model_append_software(ModelWriter *writer, const char *software)
{
	size_t length = 0;
	for (int characters = 0; software[length]; length++)
		if (((unsigned char)software[length] & 0xC0) != 0x80 && characters++ == 128)
			break;
	return model_append_bytes(writer, 0x8022, software, length);
}
