/* SPDX-License-Identifier: MIT */
#include "judge/mention.h"

static bool is_address_character(char c)
{
	return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F') || c == ':' ||
		   c == '.';
}

static bool is(const char *text, size_t length, const IcelabAddress *wanted)
{
	IcelabAddress address;

	if (!icelab_address_parse(text, length, &address))
		return false;
	address = icelab_address_unmapped(&address);
	return icelab_address_equal(&address, wanted);
}

/* Whether one of the pieces between colons is the address: "192.0.2.1:3478", "udp:192.0.2.1". */
static bool piece_is(const char *text, size_t length, const IcelabAddress *wanted)
{
	size_t start = 0;

	for (size_t at = 0; at <= length; at++) {
		if (at < length && text[at] != ':')
			continue;
		if (is(text + start, at - start, wanted))
			return true;
		start = at + 1;
	}
	return false;
}

/* A run of characters that addresses are made of, as long as it goes. */
static bool run_is(const char *text, size_t length, const IcelabAddress *wanted)
{
	IcelabAddress other;

	/* The end of a sentence; a colon in front, unless it is one of two. */
	while (length > 0 && text[length - 1] == '.')
		length--;
	if (length > 1 && text[0] == ':' && text[1] != ':') {
		text++;
		length--;
	}
	if (icelab_address_parse(text, length, &other))
		return is(text, length, wanted);
	if (piece_is(text, length, wanted))
		return true;
	/* A colon behind it, or a port behind an IPv6 address without brackets: of five digits, so that
	 * it is no group. */
	for (size_t at = length; at > 0; at--) {
		if (text[at - 1] == ':')
			return is(text, at - 1, wanted);
	}
	return false;
}

bool icelab_mentions(const char *text, size_t length, const IcelabAddress *address)
{
	IcelabAddress wanted = icelab_address_unmapped(address);
	size_t start = 0;

	for (size_t at = 0; at <= length; at++) {
		if (at < length && is_address_character(text[at]))
			continue;
		if (at > start && run_is(text + start, at - start, &wanted))
			return true;
		start = at + 1;
	}
	return false;
}
