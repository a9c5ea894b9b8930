/* SPDX-License-Identifier: MIT */
#include "model/candidate.h"

#include <string.h>

#define NAMES(table) (sizeof(table) / sizeof *(table))

static const char *const type_names[] = {"host", "srflx", "prflx", "relay"};
static const char *const transport_names[] = {"udp", "tcp"};
static const char *const tcptype_names[] = {"", "active", "passive", "so"};

/* What is left of the line, and what is wrong with it. */
typedef struct {
	IcelabSpan rest;
	bool more; /* a space was read, so that another word must follow, if only an empty one */
	const char *error;
} Reader;

static bool fail(Reader *reader, const char *error)
{
	reader->error = error;
	return false;
}

/* RFC 8839 5.1: exactly one space stands between the fields. */
static IcelabSpan next_word(Reader *reader)
{
	return icelab_span_take(&reader->rest, ' ', &reader->more);
}

static bool index_of(IcelabSpan word, const char *const *names, size_t count, int *index)
{
	for (size_t i = 0; i < count; i++) {
		if (icelab_span_equal(word, names[i])) {
			*index = (int)i;
			return true;
		}
	}
	return false;
}

/* RFC 8866 9: FQDN = 4*(alpha-numeric / "-" / "."), here with the labels of RFC 1123 2.1: none is
 * empty, none longer than 63, and the last begins with a letter, so that no name can be mistaken
 * for a number. */
static bool is_name(IcelabSpan text)
{
	IcelabSpan rest = text;
	IcelabSpan label;
	bool more = true;

	if (text.length < 4 || text.length > 253)
		return false;
	while (more) {
		label = icelab_span_take(&rest, '.', &more);
		if (label.length == 0 || label.length > 63 || label.text[0] == '-' ||
			label.text[label.length - 1] == '-')
			return false;
		for (size_t i = 0; i < label.length; i++) {
			char c = label.text[i];

			if (!icelab_span_is_letter(c) && !icelab_span_is_digit(c) && c != '-')
				return false;
		}
	}
	return icelab_span_is_letter(label.text[0]);
}

bool icelab_connection_address_parse(IcelabSpan text, IcelabAddress *address)
{
	return icelab_address_parse(text.text, text.length, address) || is_name(text);
}

/* RFC 8839 5.1: extension-att-name = token, the token of RFC 3261 25.1. */
static bool is_token(IcelabSpan word)
{
	for (size_t i = 0; i < word.length; i++) {
		char c = word.text[i];

		if (!icelab_span_is_letter(c) && !icelab_span_is_digit(c) &&
			(c == '\0' || strchr("-.!%*_+`'~", c) == NULL))
			return false;
	}
	return word.length > 0;
}

static bool read_foundation(Reader *reader, IcelabCandidate *candidate)
{
	candidate->foundation = next_word(reader);
	/* RFC 8839 5.1: foundation = 1*32ice-char, ice-char = ALPHA / DIGIT / "+" / "/" */
	if (candidate->foundation.length < 1 || candidate->foundation.length > 32)
		return fail(reader, "foundation: not 1 to 32 characters");
	for (size_t i = 0; i < candidate->foundation.length; i++) {
		char c = candidate->foundation.text[i];

		if (!icelab_span_is_letter(c) && !icelab_span_is_digit(c) && c != '+' && c != '/')
			return fail(reader, "foundation: a character other than letters, digits, + and /");
	}
	return true;
}

static bool read_numbers_and_address(Reader *reader, IcelabCandidate *candidate)
{
	uint32_t number = 0;
	int transport = 0;

	/* RFC 8839 5.1: "a positive integer between 1 and 256 (inclusive)". RFC 5245 15.1 lets it have
	 * 5 digits. */
	if (!icelab_span_number(next_word(reader), 5, 256, &number) || number == 0)
		return fail(reader, "component: not a number from 1 to 256");
	candidate->component = (uint16_t)number;

	/* RFC 8839 5.1: transport = "UDP" / transport-extension; RFC 6544 4.5 adds "TCP". */
	if (!index_of(next_word(reader), transport_names, NAMES(transport_names), &transport))
		return fail(reader, "transport: neither UDP nor TCP");
	candidate->transport = (IcelabTransport)transport;

	/* RFC 8839 5.1: "a positive integer between 1 and (2**31 - 1) inclusive" */
	if (!icelab_span_number(next_word(reader), 10, INT32_MAX, &number) || number == 0)
		return fail(reader, "priority: not a number from 1 to 2147483647");
	candidate->priority = number;

	/* RFC 8839 5.1: connection-address, the one of RFC 8866 9. */
	candidate->connection = next_word(reader);
	if (!icelab_connection_address_parse(candidate->connection, &candidate->address))
		return fail(reader, "connection-address: neither an IP address nor a name");

	/* RFC 8866 9: port = 1*DIGIT */
	if (!icelab_span_number(next_word(reader), 5, UINT16_MAX, &number))
		return fail(reader, "port: not a number from 0 to 65535");
	candidate->port = (uint16_t)number;
	return true;
}

static bool read_type(Reader *reader, IcelabCandidate *candidate)
{
	int type = 0;

	/* RFC 8839 5.1: cand-type = "typ" SP candidate-types */
	if (!icelab_span_equal(next_word(reader), "typ"))
		return fail(reader, "typ: missing");
	if (!index_of(next_word(reader), type_names, NAMES(type_names), &type))
		return fail(reader, "typ: neither host, srflx, prflx nor relay");
	candidate->type = (IcelabCandidateType)type;
	return true;
}

static bool next_is(const Reader *reader, const char *keyword)
{
	IcelabSpan rest = reader->rest;

	return reader->more && icelab_span_equal(icelab_span_take(&rest, ' ', NULL), keyword);
}

/* Reads "raddr ADDRESS" and "rport PORT" where they stand next. */
static bool read_related(Reader *reader, IcelabCandidate *candidate)
{
	uint32_t number = 0;

	/* RFC 8839 5.1: rel-addr = "raddr" SP connection-address. An empty one is printed by stacks
	 * that blank the address and go on; it is kept, so that the judge sees it. */
	if (next_is(reader, "raddr")) {
		next_word(reader);
		if (!reader->more)
			return fail(reader, "raddr: no value");
		candidate->has_raddr = true;
		candidate->related = next_word(reader);
		if (candidate->related.length > 0 &&
			!icelab_connection_address_parse(candidate->related, &candidate->raddr))
			return fail(reader, "raddr: neither an IP address nor a name");
	}
	/* RFC 8839 5.1: rel-port = "rport" SP port */
	if (next_is(reader, "rport")) {
		next_word(reader);
		if (!icelab_span_number(next_word(reader), 5, UINT16_MAX, &number))
			return fail(reader, "rport: not a number from 0 to 65535");
		candidate->has_rport = true;
		candidate->rport = (uint16_t)number;
	}
	return true;
}

static bool read_tcptype(Reader *reader, IcelabSpan value, IcelabCandidate *candidate)
{
	int tcptype = 0;

	/* RFC 6544 4.5: tcp-type-ext belongs to the transport TCP, once. */
	if (candidate->transport != ICELAB_TRANSPORT_TCP)
		return fail(reader, "tcptype: the transport is not TCP");
	if (candidate->tcptype != ICELAB_TCPTYPE_NONE)
		return fail(reader, "tcptype: given twice");
	/* RFC 6544 4.5: tcp-type = "active" / "passive" / "so" */
	if (!index_of(value, tcptype_names, NAMES(tcptype_names), &tcptype) || tcptype == 0)
		return fail(reader, "tcptype: neither active, passive nor so");
	candidate->tcptype = (IcelabTcpType)tcptype;
	return true;
}

static bool read_extensions(Reader *reader, IcelabCandidate *candidate)
{
	while (reader->more) {
		IcelabSpan name = next_word(reader);

		if (!is_token(name))
			return fail(reader, "extension: its name is not a token");
		/* RFC 8839 5.1: raddr and rport stand in this order, directly behind the type. Anywhere
		 * else they would be read by some and overlooked by others. */
		if (icelab_span_equal(name, "raddr") || icelab_span_equal(name, "rport"))
			return fail(reader, "raddr, rport: not in their place");
		/* RFC 8839 5.1: cand-extension = extension-att-name SP extension-att-value */
		if (!reader->more)
			return fail(reader, "extension: a name without a value");

		IcelabSpan value = next_word(reader);

		if (icelab_span_equal(name, "tcptype")) {
			if (!read_tcptype(reader, value, candidate))
				return false;
			continue;
		}
		if (candidate->extension_count == ICELAB_CANDIDATE_EXTENSIONS)
			return fail(reader, "extension: more than 16");
		candidate->extensions[candidate->extension_count].name = name;
		candidate->extensions[candidate->extension_count].value = value;
		candidate->extension_count++;
	}
	return true;
}

/* RFC 8839 5.1: every field is made of visible ASCII, and spaces stand between them. */
static bool is_visible(const char *line, size_t length)
{
	for (size_t i = 0; i < length; i++) {
		if (line[i] < ' ' || line[i] > '~')
			return false;
	}
	return true;
}

static bool read_line(Reader *reader, IcelabCandidate *candidate)
{
	static const char prefix[] = "candidate:";
	const size_t size = sizeof prefix - 1;

	if (!is_visible(reader->rest.text, reader->rest.length))
		return fail(reader, "line: a control character or a byte beyond ASCII");
	if (reader->rest.length >= 2 && memcmp(reader->rest.text, "a=", 2) == 0) {
		reader->rest.text += 2;
		reader->rest.length -= 2;
	}
	/* RFC 8866 5: a value "is case-significant unless a specific field defines otherwise". */
	if (reader->rest.length < size || memcmp(reader->rest.text, prefix, size) != 0)
		return fail(reader, "line: does not begin with \"candidate:\"");
	reader->rest.text += size;
	reader->rest.length -= size;
	return read_foundation(reader, candidate) && read_numbers_and_address(reader, candidate) &&
		   read_type(reader, candidate) && read_related(reader, candidate) &&
		   read_extensions(reader, candidate);
}

bool icelab_candidate_parse(
	const char *line, size_t length, IcelabCandidate *candidate, const char **error)
{
	Reader reader = {.rest = {line, length}};

	*candidate = (IcelabCandidate){0};
	if (read_line(&reader, candidate))
		return true;
	*error = reader.error;
	return false;
}

const char *icelab_candidate_type_name(IcelabCandidateType type)
{
	return type_names[type];
}

const char *icelab_transport_name(IcelabTransport transport)
{
	return transport_names[transport];
}
