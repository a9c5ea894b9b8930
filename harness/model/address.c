/* SPDX-License-Identifier: MIT */
#include "model/address.h"

#include <string.h>

#define GROUPS 8 /* of 16 bits in an IPv6 address */

/* Not isdigit() and isxdigit(): those ask the locale. */
static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static int hexadecimal(char c)
{
	if (is_digit(c))
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

static bool parse_v4(const char *text, size_t length, uint8_t bytes[4])
{
	size_t at = 0;

	for (int part = 0; part < 4; part++) {
		unsigned value = 0;
		size_t digits = 0;

		if (part > 0 && (at == length || text[at++] != '.'))
			return false;
		for (; at < length && is_digit(text[at]); at++) {
			/* RFC 6943 3.1.1: what some read as octal, others as decimal, names two hosts at once.
			 */
			if (digits > 0 && value == 0)
				return false;
			value = value * 10 + (unsigned)(text[at] - '0');
			if (value > 255)
				return false;
			digits++;
		}
		if (digits == 0)
			return false;
		bytes[part] = (uint8_t)value;
	}
	return at == length;
}

/* One group of one to four digits. Returns how many bytes were read, 0 where there is none. */
static size_t parse_group(const char *text, size_t length, uint8_t bytes[2])
{
	unsigned value = 0;
	size_t digits = 0;

	while (digits < length && hexadecimal(text[digits]) >= 0) {
		if (digits == 4)
			return 0;
		value = value << 4 | (unsigned)hexadecimal(text[digits++]);
	}
	bytes[0] = (uint8_t)(value >> 8);
	bytes[1] = (uint8_t)value;
	return digits;
}

static bool parse_v6(const char *text, size_t length, uint8_t bytes[16])
{
	size_t at = 0;
	int group = 0;
	int gap = -1; /* the group before which "::" stands */

	while (at < length) {
		if (length - at >= 2 && text[at] == ':' && text[at + 1] == ':') {
			/* RFC 4291 2.2: "The '::' can only appear once in an address." */
			if (gap >= 0)
				return false;
			gap = group;
			at += 2;
			if (at == length)
				break;
		} else if (group > 0) {
			if (text[at++] != ':')
				return false;
		}
		if (group == GROUPS)
			return false;
		/* RFC 4291 2.2 form 3: the last two groups may be a dotted quad, nothing behind it. */
		if (group <= GROUPS - 2 && parse_v4(text + at, length - at, bytes + group * 2)) {
			group += 2;
			at = length;
			break;
		}
		size_t digits = parse_group(text + at, length - at, bytes + group * 2);
		if (digits == 0)
			return false;
		at += digits;
		group++;
	}
	if (gap < 0)
		return group == GROUPS;
	/* RFC 4291 2.2: "::" stands for one or more groups of zeros. */
	if (group == GROUPS)
		return false;
	size_t behind = (size_t)(group - gap) * 2;
	memmove(bytes + 16 - behind, bytes + gap * 2, behind);
	memset(bytes + gap * 2, 0, (size_t)(GROUPS - group) * 2);
	return true;
}

bool icelab_address_parse(const char *text, size_t length, IcelabAddress *address)
{
	*address = (IcelabAddress){0};
	if (length >= ICELAB_ADDRESS_TEXT)
		return false;
	if (parse_v4(text, length, address->bytes)) {
		address->family = 4;
		return true;
	}
	if (parse_v6(text, length, address->bytes)) {
		address->family = 6;
		return true;
	}
	*address = (IcelabAddress){0};
	return false;
}

static char *put_decimal(char *out, unsigned value)
{
	if (value >= 100)
		*out++ = (char)('0' + value / 100);
	if (value >= 10)
		*out++ = (char)('0' + value / 10 % 10);
	*out++ = (char)('0' + value % 10);
	return out;
}

static char *put_v4(char *out, const uint8_t bytes[4])
{
	for (int part = 0; part < 4; part++) {
		if (part > 0)
			*out++ = '.';
		out = put_decimal(out, bytes[part]);
	}
	return out;
}

static unsigned group_at(const uint8_t bytes[16], int group)
{
	return (unsigned)bytes[group * 2] << 8 | bytes[group * 2 + 1];
}

/* RFC 5952 4.1, 4.3: no leading zeros, lower case. */
static char *put_group(char *out, unsigned value)
{
	bool started = false;

	for (int shift = 12; shift >= 0; shift -= 4) {
		unsigned digit = value >> shift & 0xF;

		started = started || digit != 0 || shift == 0;
		if (started)
			*out++ = "0123456789abcdef"[digit];
	}
	return out;
}

static char *put_v6(char *out, const uint8_t bytes[16])
{
	int start = -1;
	int run = 1;

	/* RFC 5952 4.2: "::" takes the longest run of zero groups, the first of equal ones, and never a
	 * single group. */
	for (int group = 0; group < GROUPS; group++) {
		int zeros = 0;

		while (group + zeros < GROUPS && group_at(bytes, group + zeros) == 0)
			zeros++;
		if (zeros > run) {
			start = group;
			run = zeros;
		}
		group += zeros;
	}
	/* RFC 5952 5: a dotted quad at the end under the prefixes that RFC 4291 2.5.5 defines for it.
	 */
	bool mixed = start == 0 && (run == 6 || (run == 5 && group_at(bytes, 5) == 0xFFFF));

	for (int group = 0; group < GROUPS; group++) {
		if (group == start) {
			*out++ = ':';
			group += run - 1;
			if (group == GROUPS - 1)
				*out++ = ':';
			continue;
		}
		if (group > 0)
			*out++ = ':';
		if (mixed && group == GROUPS - 2)
			return put_v4(out, bytes + 12);
		out = put_group(out, group_at(bytes, group));
	}
	return out;
}

char *icelab_address_format(const IcelabAddress *address, char text[ICELAB_ADDRESS_TEXT])
{
	char *end = text;

	if (address->family == 4)
		end = put_v4(text, address->bytes);
	else if (address->family == 6)
		end = put_v6(text, address->bytes);
	*end = '\0';
	return text;
}

bool icelab_address_equal(const IcelabAddress *a, const IcelabAddress *b)
{
	return a->family == b->family && memcmp(a->bytes, b->bytes, sizeof a->bytes) == 0;
}

bool icelab_address_same_prefix(const IcelabAddress *a, const IcelabAddress *b, unsigned bits)
{
	unsigned width = a->family == 4 ? 32 : 128;

	if (a->family != b->family)
		return false;
	if (bits > width)
		bits = width;
	if (memcmp(a->bytes, b->bytes, bits / 8) != 0)
		return false;
	return bits % 8 == 0 || (a->bytes[bits / 8] ^ b->bytes[bits / 8]) >> (8 - bits % 8) == 0;
}

bool icelab_address_is_v4_mapped(const IcelabAddress *address)
{
	static const IcelabAddress prefix = {6, {[10] = 0xFF, [11] = 0xFF}};

	return icelab_address_same_prefix(address, &prefix, 96);
}

IcelabAddress icelab_address_unmapped(const IcelabAddress *address)
{
	IcelabAddress plain = *address;

	if (icelab_address_is_v4_mapped(address)) {
		plain = (IcelabAddress){.family = 4};
		memcpy(plain.bytes, address->bytes + 12, 4);
	}
	return plain;
}

/* Whether the address, or the IPv4 address mapped in it, lies in one of the prefixes. */
typedef struct {
	IcelabAddress address;
	unsigned bits;
} Prefix;

static bool is_within(const IcelabAddress *address, const Prefix *prefixes, size_t count)
{
	IcelabAddress plain = icelab_address_unmapped(address);

	for (size_t i = 0; i < count; i++) {
		if (icelab_address_same_prefix(&plain, &prefixes[i].address, prefixes[i].bits))
			return true;
	}
	return false;
}

#define IS_WITHIN(address, prefixes)                                                               \
	is_within((address), (prefixes), sizeof(prefixes) / sizeof *(prefixes))

bool icelab_address_is_unspecified(const IcelabAddress *address)
{
	static const Prefix prefixes[] = {{{4, {0}}, 32}, {{6, {0}}, 128}};

	return IS_WITHIN(address, prefixes);
}

bool icelab_address_is_loopback(const IcelabAddress *address)
{
	/* RFC 1122 3.2.1.3 (g), RFC 4291 2.5.3 */
	static const Prefix prefixes[] = {{{4, {127}}, 8}, {{6, {[15] = 1}}, 128}};

	return IS_WITHIN(address, prefixes);
}

bool icelab_address_is_link_local(const IcelabAddress *address)
{
	/* RFC 3927 2.1, RFC 4291 2.5.6 */
	static const Prefix prefixes[] = {{{4, {169, 254}}, 16}, {{6, {0xFE, 0x80}}, 10}};

	return IS_WITHIN(address, prefixes);
}

bool icelab_address_is_multicast(const IcelabAddress *address)
{
	/* RFC 5771 3, RFC 4291 2.7 */
	static const Prefix prefixes[] = {{{4, {224}}, 4}, {{6, {0xFF}}, 8}};

	return IS_WITHIN(address, prefixes);
}

bool icelab_address_is_private(const IcelabAddress *address)
{
	static const Prefix prefixes[] = {
		{{4, {10}}, 8}, {{4, {172, 16}}, 12}, {{4, {192, 168}}, 16}, /* RFC 1918 3 */
		{{4, {100, 64}}, 10},                                        /* RFC 6598 7 */
		{{6, {0xFC}}, 7},                                            /* RFC 4193 3.1 */
	};

	return IS_WITHIN(address, prefixes);
}

bool icelab_address_is_obsolete_v6(const IcelabAddress *address)
{
	static const Prefix site_local = {{6, {0xFE, 0xC0}}, 10}; /* RFC 3879 */
	static const Prefix compatible = {{6, {0}}, 96};          /* RFC 4291 2.5.5.1 */

	if (icelab_address_same_prefix(address, &site_local.address, site_local.bits))
		return true;
	return icelab_address_same_prefix(address, &compatible.address, compatible.bits) &&
		   !icelab_address_is_unspecified(address) && !icelab_address_is_loopback(address);
}

bool icelab_address_is_eui64(const IcelabAddress *address)
{
	return address->family == 6 && address->bytes[11] == 0xFF && address->bytes[12] == 0xFE;
}
