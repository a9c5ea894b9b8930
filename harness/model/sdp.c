/* SPDX-License-Identifier: MIT */
#include "model/sdp.h"

#include <string.h>

void icelab_sdp_start(IcelabSdpReader *reader, const char *text, size_t length)
{
	*reader = (IcelabSdpReader){.text = text, .length = length, .media = -1};
}

static IcelabSpan next_line(IcelabSdpReader *reader)
{
	IcelabSpan rest = {reader->text + reader->offset, reader->length - reader->offset};
	IcelabSpan line = icelab_span_take(&rest, '\n', NULL);

	reader->offset = reader->length - rest.length;
	reader->number++;
	/* RFC 8866 5: "The sequence CRLF (0x0d0a) is used to end a line, although parsers SHOULD be
	 * tolerant and also accept lines terminated with a single newline character." */
	if (line.length > 0 && line.text[line.length - 1] == '\r')
		line.length--;
	return line;
}

/* RFC 8866 9: byte-string = 1*(%x01-09/%x0B-0C/%x0E-FF), any byte except NUL, CR, or LF. */
static bool is_byte_string(IcelabSpan line)
{
	return memchr(line.text, '\0', line.length) == NULL &&
		   memchr(line.text, '\r', line.length) == NULL;
}

/* Beyond ASCII is right in a user name (RFC 8866 9: non-ws-string); the other fields refuse it. */
static bool has_control_character(IcelabSpan line)
{
	for (size_t i = 0; i < line.length; i++) {
		if ((unsigned char)line.text[i] < ' ' || line.text[i] == 0x7F)
			return true;
	}
	return false;
}

/* RFC 8866 5: "Whitespace MUST NOT be used on either side of the "=" sign", and types are
 * case-significant. */
static bool take_prefix(IcelabSpan *line, const char *prefix)
{
	size_t size = strlen(prefix);

	if (line->length < size || memcmp(line->text, prefix, size) != 0)
		return false;
	line->text += size;
	line->length -= size;
	return true;
}

/* RFC 8866 5.7: behind a multicast address "/ttl", "/ttl/number" (IPv4) or "/number" (IPv6). */
static bool is_multicast_suffix(IcelabSpan suffix, const IcelabAddress *address)
{
	bool more = false;
	uint32_t number = 0;

	/* RFC 8866 5.7: "The slash notation for multiple addresses described above MUST NOT be used for
	 * IP unicast addresses." */
	if (!icelab_address_is_multicast(address))
		return false;
	if (address->family == 4) {
		if (!icelab_span_number(icelab_span_take(&suffix, '/', &more), 3, 255, &number))
			return false;
		if (!more)
			return true;
	}
	return icelab_span_number(suffix, 9, INT32_MAX, &number) && number > 0;
}

/* Reads "IN IP4 ADDRESS", the end of o=, c= and a=rtcp (RFC 8866 5.2, 5.7; RFC 3605 2.1). */
static const char *read_host(IcelabSpan rest, bool multicast, IcelabSdpEntry *entry)
{
	bool suffixed = false;
	uint8_t family;

	if (!icelab_span_equal(icelab_span_take(&rest, ' ', NULL), "IN"))
		return "nettype: not IN";

	IcelabSpan type = icelab_span_take(&rest, ' ', NULL);

	/* RFC 8866 8.2.7: the address types of the nettype IN are IP4 and IP6. */
	if (icelab_span_equal(type, "IP4"))
		family = 4;
	else if (icelab_span_equal(type, "IP6"))
		family = 6;
	else
		return "addrtype: neither IP4 nor IP6";

	entry->host = multicast ? icelab_span_take(&rest, '/', &suffixed) : rest;
	if (!icelab_connection_address_parse(entry->host, &entry->address))
		return "address: neither an IP address nor a name";
	if (entry->address.family != 0 && entry->address.family != family)
		return "address: of the other family than its addrtype";
	if (suffixed && !is_multicast_suffix(rest, &entry->address))
		return "address: what follows its / is no TTL or number of a multicast address";
	return NULL;
}

static const char *read_origin(IcelabSpan rest, IcelabSdpEntry *entry)
{
	uint32_t digit = 0;

	/* RFC 8866 5.2: o=<username> <sess-id> <sess-version> <nettype> <addrtype> <unicast-address> */
	if (icelab_span_take(&rest, ' ', NULL).length == 0)
		return "username: missing";
	/* RFC 8866 9: sess-id and sess-version = 1*DIGIT, often more than 64 bits can hold. */
	for (int i = 0; i < 2; i++) {
		IcelabSpan word = icelab_span_take(&rest, ' ', NULL);

		if (word.length == 0)
			return "sess-id, sess-version: missing";
		for (size_t k = 0; k < word.length; k++) {
			if (!icelab_span_number((IcelabSpan){word.text + k, 1}, 1, 9, &digit))
				return "sess-id, sess-version: not a number";
		}
	}
	return read_host(rest, false, entry);
}

static const char *read_media(IcelabSpan rest, IcelabSdpEntry *entry)
{
	bool numbered = false;
	uint32_t number = 0;

	/* RFC 8866 5.14: m=<media> <port>[/<number of ports>] <proto> <fmt> ... */
	if (icelab_span_take(&rest, ' ', NULL).length == 0)
		return "media: missing";

	IcelabSpan ports = icelab_span_take(&rest, ' ', NULL);

	if (!icelab_span_number(icelab_span_take(&ports, '/', &numbered), 5, UINT16_MAX, &number))
		return "port: not a number from 0 to 65535";
	entry->has_port = true;
	entry->port = (uint16_t)number;
	if (numbered && (!icelab_span_number(ports, 5, UINT16_MAX, &number) || number == 0))
		return "number of ports: not a number from 1 to 65535";
	/* Formats are not asked for: libnice prints "m=audio 50000 ICE/SDP" and nothing more. */
	if (icelab_span_take(&rest, ' ', NULL).length == 0)
		return "proto: missing";
	return NULL;
}

static const char *read_rtcp(IcelabSpan rest, IcelabSdpEntry *entry)
{
	bool more = false;
	uint32_t number = 0;

	/* RFC 3605 2.1: "a=rtcp:" port [nettype space addrtype space connection-address] */
	if (!icelab_span_number(icelab_span_take(&rest, ' ', &more), 5, UINT16_MAX, &number))
		return "port: not a number from 0 to 65535";
	entry->has_port = true;
	entry->port = (uint16_t)number;
	return more ? read_host(rest, true, entry) : NULL;
}

static const char *read_candidate(IcelabSdpEntry *entry)
{
	IcelabCandidate candidate;
	const char *error = NULL;

	if (!icelab_candidate_parse(entry->line.text, entry->line.length, &candidate, &error))
		return error;
	entry->host = candidate.connection;
	entry->address = candidate.address;
	entry->has_port = true;
	entry->port = candidate.port;
	return NULL;
}

/* Whether the line is one of the five; if so, what is wrong with it or NULL. */
static bool read_line(IcelabSdpReader *reader, IcelabSdpEntry *entry, const char **error)
{
	IcelabSpan rest = entry->line;

	if (take_prefix(&rest, "o=")) {
		entry->field = ICELAB_SDP_ORIGIN;
		*error = read_origin(rest, entry);
	} else if (take_prefix(&rest, "c=")) {
		entry->field = ICELAB_SDP_CONNECTION;
		*error = read_host(rest, true, entry);
	} else if (take_prefix(&rest, "m=")) {
		entry->field = ICELAB_SDP_MEDIA;
		entry->media = ++reader->media;
		*error = read_media(rest, entry);
	} else if (take_prefix(&rest, "a=rtcp:")) {
		entry->field = ICELAB_SDP_RTCP;
		*error = read_rtcp(rest, entry);
	} else if (take_prefix(&rest, "a=candidate:")) {
		entry->field = ICELAB_SDP_CANDIDATE;
		*error = read_candidate(entry);
	} else {
		return false;
	}
	if (has_control_character(entry->line))
		*error = "line: a control character";
	return true;
}

int icelab_sdp_next(IcelabSdpReader *reader, IcelabSdpEntry *entry, const char **error)
{
	while (reader->offset < reader->length) {
		const char *fault = NULL;

		*entry = (IcelabSdpEntry){.line = next_line(reader), .media = reader->media};
		entry->number = reader->number;

		bool interesting = read_line(reader, entry, &fault);

		if (!is_byte_string(entry->line)) {
			interesting = true;
			fault = "line: a NUL or a CR in its middle";
		}
		if (!interesting)
			continue;
		if (fault == NULL)
			return 1;
		*error = fault;
		return -1;
	}
	return 0;
}
