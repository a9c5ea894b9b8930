/* SPDX-License-Identifier: MIT */
#include "oracles/sdp_line.h"

#include <arpa/inet.h>
#include <net/if.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define FOUNDATION_LIMIT 32
#define TEXT_LIMIT 128

/* Whether the word could be copied with its NUL. */
static bool copy(IcelabSpan word, char text[TEXT_LIMIT])
{
	if (word.length >= TEXT_LIMIT)
		return false;
	memcpy(text, word.text, word.length);
	text[word.length] = '\0';
	return true;
}

/* White space, a sign, digits; what follows is ignored. Too large a number is the largest. */
static uint64_t number_of(IcelabSpan word)
{
	size_t at = 0;
	bool negative = false;
	uint64_t value = 0;

	while (at < word.length && strchr("\t\n\v\f\r", word.text[at]) != NULL)
		at++;
	if (at < word.length && (word.text[at] == '-' || word.text[at] == '+'))
		negative = word.text[at++] == '-';
	for (; at < word.length && icelab_span_is_digit(word.text[at]); at++) {
		unsigned digit = (unsigned)(word.text[at] - '0');

		if (value > (UINT64_MAX - digit) / 10)
			return UINT64_MAX;
		value = value * 10 + digit;
	}
	return negative ? 0 - value : value;
}

/* The zone of an IPv6 address: for link-local addresses also a name of an interface. */
static bool read_scope(const char *zone, const struct in6_addr *address, uint32_t *scope)
{
	char *end = NULL;
	unsigned long long number;

	if ((IN6_IS_ADDR_LINKLOCAL(address) || IN6_IS_ADDR_MC_LINKLOCAL(address)) &&
		(*scope = if_nametoindex(zone)) != 0)
		return true;
	number = strtoull(zone, &end, 10);
	*scope = (uint32_t)number;
	return zone[0] != '\0' && *end == '\0' && number <= UINT32_MAX;
}

/* Numeric as getaddrinfo(3) understands it with AI_NUMERICHOST. */
static bool read_address(IcelabSpan word, SdpLineAddress *address)
{
	char text[TEXT_LIMIT];
	struct in_addr v4;
	struct in6_addr v6;
	char *zone;

	if (!copy(word, text))
		return false;
	if (strpbrk(text, "\t\n\v\f\r") == NULL && inet_aton(text, &v4) != 0) {
		address->address.family = 4;
		memcpy(address->address.bytes, &v4, 4);
		return true;
	}
	zone = strchr(text, '%');
	if (zone != NULL)
		*zone++ = '\0';
	if (inet_pton(AF_INET6, text, &v6) != 1)
		return false;
	if (zone != NULL && !read_scope(zone, &v6, &address->scope))
		return false;
	address->address.family = 6;
	memcpy(address->address.bytes, &v6, 16);
	return true;
}

static int index_of(IcelabSpan word, const char *const *names, size_t count, bool exact)
{
	for (size_t i = 0; i < count; i++) {
		if (word.length == strlen(names[i]) &&
			(exact ? strncmp(word.text, names[i], word.length)
				   : strncasecmp(word.text, names[i], word.length)) == 0)
			return (int)i;
	}
	return -1;
}

static bool is(IcelabSpan word, const char *name)
{
	return word.length == strlen(name) && memcmp(word.text, name, word.length) == 0;
}

static int read_transport(IcelabSpan word, IcelabSpan tcptype)
{
	static const char *const transports[] = {"udp", "tcp-act", "tcp-pass", "tcp-so", "tcp"};
	static const char *const tcptypes[] = {"active", "passive", "so"};
	int transport = index_of(word, transports, 5, false);

	if (transport < 4)
		return transport;
	/* None is taken for "so": a known defect, which its guard steps over. */
	if (tcptype.text == NULL)
		return 3;
	transport = index_of(tcptype, tcptypes, 3, false);
	return transport < 0 ? -1 : transport + 1;
}

bool sdp_line_read(const char *text, SdpLine *line)
{
	static const char prefix[] = "a=candidate:";
	static const char *const types[] = {"host", "srflx", "prflx", "relay"};
	IcelabSpan rest = {text, strlen(text)};
	IcelabSpan fields[6] = {{0}};
	IcelabSpan type = {0}, raddr = {0}, tcptype = {0};
	uint16_t rport = 0;
	bool more = true;

	*line = (SdpLine){0};
	if (strncmp(text, prefix, strlen(prefix)) != 0)
		return false;
	rest.text += strlen(prefix);
	rest.length -= strlen(prefix);
	/* Nothing at all is no word. */
	more = rest.length > 0;
	for (size_t i = 0; more; i++) {
		IcelabSpan word = icelab_span_take(&rest, ' ', &more);
		IcelabSpan value;

		if (i < 6) {
			fields[i] = word;
			continue;
		}
		if (!more)
			return false;
		value = icelab_span_take(&rest, ' ', &more);
		if (is(word, "typ"))
			type = value;
		else if (is(word, "raddr"))
			raddr = value;
		else if (is(word, "rport"))
			rport = (uint16_t)number_of(value);
		else if (is(word, "tcptype"))
			tcptype = value;
	}
	if (type.text == NULL)
		return false;
	line->type = index_of(type, types, 4, true);
	line->transport = read_transport(fields[2], tcptype);
	if (line->type < 0 || line->transport < 0 || !read_address(fields[4], &line->address))
		return false;
	line->foundation = fields[0];
	if (line->foundation.length > FOUNDATION_LIMIT)
		line->foundation.length = FOUNDATION_LIMIT;
	line->component = (uint32_t)number_of(fields[1]);
	line->priority = (uint32_t)number_of(fields[3]);
	line->address.port = (uint16_t)number_of(fields[5]);
	if (raddr.text == NULL || rport == 0)
		return true;
	if (!read_address(raddr, &line->base))
		return false;
	line->base.port = rport;
	return true;
}
